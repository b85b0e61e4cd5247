//! Every kind of chart with made-up values in one page, to look at: `cargo run -p senne-chart --example gallery > gallery.html`.
#![allow(clippy::unwrap_used, reason = "a page to look at, made of constants")]

use std::collections::BTreeMap;

use geo_types::{Geometry, polygon};
use jiff::{ToSpan, Zoned, civil::Date, tz::TimeZone};
use senne_chart::{
    Axis, Band, Chart, Dot, Head, Interval, Item, Known, Phrase, Reference, Series, Trust, Words,
    bubble::{Bubble, Bubbles},
    calendar::Calendar,
    choropleth::{Choropleth, Place},
    classes::Classes,
    dots::Dots,
    figure,
    gantt::{Days, Gantt, Task, TaskKind},
    line::{Guideline, LineChart, Side},
    matrix::{Effect, Link, Matrix, Project, Way},
    multiples::Multiples,
    slope::{Slope, SlopeLine},
    strip::Strip,
    week::Week,
};

#[derive(Debug)]
struct English;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec"];
const NAMES: [&str; 19] = [
    "Anderlecht",
    "Auderghem",
    "Berchem-Sainte-Agathe",
    "Bruxelles",
    "Etterbeek",
    "Evere",
    "Forest",
    "Ganshoren",
    "Ixelles",
    "Jette",
    "Koekelberg",
    "Molenbeek-Saint-Jean",
    "Saint-Gilles",
    "Saint-Josse-ten-Noode",
    "Schaerbeek",
    "Uccle",
    "Watermael-Boitsfort",
    "Woluwe-Saint-Lambert",
    "Woluwe-Saint-Pierre",
];
const DAY: i64 = 86_400_000_000;
/// 2024-01-01T00:00:00Z.
const START: i64 = 1_704_067_200_000_000;

impl Words for English {
    fn number(&self, x: f64, decimals: usize) -> String {
        format!("{x:.decimals$}").replace('-', "\u{2212}")
    }
    fn value(&self, x: f64) -> String {
        self.number(x, 1)
    }
    fn local(&self, at: i64) -> Zoned {
        jiff::Timestamp::from_microsecond(at).unwrap().to_zoned(TimeZone::UTC)
    }
    fn day(&self, at: &Zoned) -> String {
        format!("{}\u{a0}{}", at.day(), self.month(at))
    }
    fn month(&self, at: &Zoned) -> &'static str {
        MONTHS[usize::from(at.month().unsigned_abs()) - 1]
    }
    fn date(&self, date: Date) -> String {
        format!("{} {} {}", date.day(), MONTHS[usize::from(date.month().unsigned_abs()) - 1], date.year())
    }
    fn weekday(&self, place: usize) -> &'static str {
        ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][place]
    }
    fn say(&self, phrase: Phrase, values: &[String]) -> String {
        format!("{phrase:?} {}", values.join(" · "))
    }
}

fn wave(n: usize) -> f64 {
    (n as f64 * 0.7).sin() * 8.0 + (n as f64 * 0.11).cos() * 10.0 + 25.0
}

fn known(n: usize) -> Known {
    match n {
        3 => Known::Suppressed,
        9 => Known::Unknown,
        _ => Known::Value(wave(n * 5)),
    }
}

fn head<'a>(id: &'a str, title: &'a str) -> Head<'a> {
    Head { id, title, words: &English }
}

fn main() {
    let axis = Axis { unit: "µg/m³", decimals: 1, range: None };
    let items: Vec<Item<'_>> = NAMES
        .iter()
        .enumerate()
        .map(|(n, name)| {
            let interval = known(n).number().map(|x| Interval { low: x - 3.0, high: x + 4.0 });
            Item { name, link: "#", value: known(n), interval, here: n == 8 }
        })
        .collect();
    let reference = Some(Reference { value: 25.0, label: "Region 25" });
    let classes = Classes::with_ends(&[15.0, 25.0, 35.0]);
    println!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'><title>Charts</title>"
    );
    for sheet in ["tokens", "app", "charts", "figures", "maps"] {
        println!("<link rel=stylesheet href=web/styles/{sheet}.css>");
    }
    println!("<body><main><div class=wrap><h1>Kinds of charts</h1>");
    line();
    multiples(&classes);
    slope(axis);
    for chart in [
        &Dots { head: head("dots", "Dots with intervals"), axis, items: &items[..8], reference }
            as &dyn Chart,
        &Strip { head: head("strip", "Distribution strip"), axis, items: &items, reference },
    ] {
        show(chart);
    }
    map(axis, &classes, &items);
    heat(axis, &classes);
    projects();
    println!("</div></main></body></html>");
}

fn show(chart: &dyn Chart) {
    println!("<section><h2>{}</h2>{}</section>", chart.head().title, figure(chart));
}

fn dots(shift: usize, slope: f64) -> Vec<Dot> {
    let each = (0..30_usize).filter(|n| *n != 12).map(|n| {
        let value = wave(n + shift) + n as f64 * slope;
        Dot {
            at: START + n as i64 * 30 * DAY,
            value,
            spread: Some((value - 4.0, value + 3.0)),
            trust: Trust::Usable,
        }
    });
    each.collect()
}

fn line() {
    let dots = dots(0, 0.3);
    let svg = LineChart {
        id: "line",
        title: "Line with bands",
        description: "A line with its interval, and a target from 20 to 40.",
        unit: "µg/m³",
        words: &English,
        from: START,
        to: START + 30 * 30 * DAY,
        dots: &dots,
        gap_after: 45 * DAY,
        guideline: Some(Guideline {
            value: 20.0,
            label: "Target 20 to 40".to_owned(),
            shaded: Side::Outside(40.0),
        }),
        scale_of: None,
        beside: &[],
        begins: None,
    }
    .svg();
    println!("<section><h2>Line with bands</h2><figure>{svg}</figure></section>");
}

fn multiples(_: &Classes) {
    let all: Vec<Vec<Dot>> = (0..8).map(|n| dots(n * 3, n as f64 / 5.0 - 0.5)).collect();
    let series: Vec<Series<'_>> = all
        .iter()
        .zip(NAMES)
        .enumerate()
        .map(|(n, (dots, name))| Series { name, link: "#", dots, gap_after: 45 * DAY, here: n == 2 })
        .collect();
    show(&Multiples {
        head: head("many", "Small multiples"),
        axis: Axis { unit: "µg/m³", decimals: 1, range: None },
        from: START,
        to: START + 30 * 30 * DAY,
        series: &series,
        band: Some(Band { low: None, high: Some(25.0) }),
    });
}

fn slope(axis: Axis<'_>) {
    let lines: Vec<SlopeLine<'_>> = NAMES
        .iter()
        .enumerate()
        .map(|(n, name)| SlopeLine {
            name,
            link: "#",
            values: [known(n), Known::Value(wave(n * 5 + 1))],
            clear: Some(n % 3 != 0),
            here: n == 8,
        })
        .collect();
    show(&Slope { head: head("slope", "Slope"), axis, periods: ["2023", "2024"], lines: &lines });
}

fn map(axis: Axis<'_>, classes: &Classes, items: &[Item<'_>]) {
    let shape = |n: usize| {
        let (x, y) = (4.3 + (n % 5) as f64 * 0.04, 50.9 - (n / 5) as f64 * 0.025);
        Geometry::Polygon(polygon![
            (x: x, y: y), (x: x + 0.03, y: y + 0.004), (x: x + 0.04, y: y - 0.02), (x: x + 0.005, y: y - 0.025),
        ])
    };
    let shapes: Vec<Geometry<f64>> = (0..items.len()).map(shape).collect();
    let places: Vec<Place<'_>> =
        items.iter().zip(&shapes).map(|(item, shape)| Place { item: *item, shape }).collect();
    show(&Choropleth { head: head("map", "Map with strip"), axis, classes, places: &places });
}

fn heat(axis: Axis<'_>, classes: &Classes) {
    let first = Date::constant(2023, 11, 3);
    let days: BTreeMap<Date, Known> = (0..420_usize)
        .map(|n| {
            let value = match n {
                40..44 => Known::Unknown,
                90..94 => Known::Suppressed,
                _ => Known::Value(wave(n)),
            };
            (first.checked_add((n as i64).days()).unwrap(), value)
        })
        .collect();
    show(&Calendar { head: head("days", "Heat calendar"), axis, classes, days: &days });
    let mut hours = [[Known::Unknown; 24]; 7];
    for (day, row) in hours.iter_mut().enumerate() {
        for (hour, cell) in row.iter_mut().enumerate().skip(usize::from(day == 6) * 4) {
            let rush =
                (-((hour as f64 - 8.0) / 2.0).powi(2)).exp() + (-((hour as f64 - 18.0) / 3.0).powi(2)).exp();
            *cell = Known::Value(8.0 + rush * if day < 5 { 35.0 } else { 12.0 });
        }
    }
    show(&Week { head: head("week", "Usual week"), axis, classes, hours: &hours });
}

fn projects() {
    let effect = |way, size| Some(Effect { way, size });
    let rows = [
        [
            Link { expected: effect(Way::Better, ""), measured: effect(Way::Better, "−3 dB") },
            Link { expected: effect(Way::Better, ""), measured: effect(Way::Worse, "+1 %") },
            Link::default(),
        ],
        [
            Link::default(),
            Link { expected: effect(Way::Worse, ""), measured: None },
            Link { expected: effect(Way::Better, ""), measured: effect(Way::NoEffect, "") },
        ],
    ];
    let project = |name, links| Project { name, link: "#", links };
    show(&Matrix {
        head: head("matrix", "Projects × indicators"),
        indicators: &["Noise at night", "NO2", "Trips by bicycle"],
        projects: &[project("30 km/h zone", &rows[0]), project("Low-emission zone", &rows[1])],
    });
    let bubble = |name, cost, benefit: f64, evidence| Bubble {
        name,
        link: "#",
        cost,
        benefit,
        interval: Some(Interval {
            low: benefit - 6.0 + f64::from(evidence),
            high: benefit + 6.0 - f64::from(evidence),
        }),
        evidence,
    };
    show(&Bubbles {
        head: head("bubbles", "Cost × benefit × evidence"),
        cost: Axis { unit: "M€", decimals: 1, range: Some((0.0, 0.0)) },
        benefit: Axis { unit: "points", decimals: 0, range: None },
        bubbles: &[
            bubble("Trees along streets", 4.0, 12.0, 5),
            bubble("30 km/h zone", 1.5, 9.0, 4),
            bubble("New tram line", 38.0, 22.0, 3),
            bubble("Quiet surfaces", 5.5, 11.0, 2),
            bubble("App for complaints", 0.8, -1.0, 1),
            bubble("Tunnel", 33.0, 3.0, 0),
        ],
    });
    let days = |first: &str, last: &str| Days { first: first.parse().unwrap(), last: last.parse().unwrap() };
    let task = |name, kind, this: Days, planned, done, after| Task {
        name,
        link: "#",
        kind,
        days: this,
        planned,
        done,
        after,
    };
    show(&Gantt {
        head: head("gantt", "Tasks beside their plan"),
        tasks: &[
            task(
                "Study",
                TaskKind::Work,
                days("2025-01-10", "2025-04-30"),
                Some(days("2025-01-10", "2025-03-31")),
                1.0,
                &[],
            ),
            task(
                "Permit granted",
                TaskKind::Milestone,
                days("2025-05-10", "2025-05-10"),
                Some(days("2025-05-10", "2025-05-10")),
                1.0,
                &[0],
            ),
            task(
                "Works, first part",
                TaskKind::Work,
                days("2025-05-20", "2025-11-30"),
                Some(days("2025-05-01", "2025-10-31")),
                0.4,
                &[1],
            ),
            task(
                "Works, second part",
                TaskKind::Work,
                days("2025-08-01", "2026-02-28"),
                Some(days("2025-08-01", "2026-02-28")),
                0.1,
                &[1],
            ),
            task(
                "Opening",
                TaskKind::Milestone,
                days("2026-03-15", "2026-03-15"),
                Some(days("2026-02-01", "2026-02-01")),
                0.0,
                &[2, 3],
            ),
        ],
        today: Some(Date::constant(2025, 8, 20)),
    });
}
