//! From observations to published figures and back, in a hub of its own.
#![allow(clippy::unwrap_used, reason = "tests may fail")]

mod areas;
mod city;
mod declarations;
mod leaves;

use std::time::Duration;

use city::{A, B, City, REGION, context, term, values};
use senne_hub::language::TimeFilter;
use senne_indicator::{Figure, Frequency, IndexQuery, Period, SeriesQuery, Status};
use senne_model::{EntityId, Timestamp};

#[tokio::test(flavor = "multi_thread")]
async fn figures_follow_what_is_observed() {
    let dir = tempfile::tempdir().unwrap();
    let city = City::open(dir.path()).await;
    // What was there before anybody computed.
    city.places().await;
    city.write(vec![
        values("urn:s:1", 0..48, |hour| if hour < 24 { 10.0 } else { 20.0 }),
        values("urn:s:2", 0..48, |_| 30.0),
        values("urn:s:3", 0..24, |_| 50.0),
    ])
    .await;
    city.indicators.keep_up().unwrap();

    let first = city.comes("no2-mean", A, "2024-01-01", 10.0).await;
    assert_eq!((first.value.coverage, first.value.status), (1.0, Status::Final));
    assert_eq!(city.comes("no2-mean", A, "2024-01", 15.0).await.value.status, Status::Incomplete);
    // Three station-days: 30, 30 and 50.
    let b = city.comes("no2-mean", B, "2024-01", 110.0 / 3.0).await;
    assert_eq!((b.value.parts.count, b.value.parts.sum), (3.0, 110.0));
    assert_eq!(b.value.interval, None, "three values are too few for one");
    // The region by its station-days, not by the means of its communes.
    let region = city.comes("no2-mean", REGION, "2024-01", 140.0 / 5.0).await;
    let (low, high) = region.value.interval.unwrap();
    assert!(low < 28.0 && high > 28.0, "{low} {high}");
    city.comes("calm-hours", REGION, "2024-01", 100.0 * 48.0 / 120.0).await;
    city.comes("no2-median", A, "2024-01", 15.0).await;

    // A value that comes late makes its day and month anew, and no other.
    let days = city.series("no2-mean", B, Frequency::Day).await;
    let versions = city.versions("no2-mean", "BE-1").await;
    city.write(vec![values("urn:s:3", 24..48, |_| 50.0)]).await;
    city.comes("no2-mean", B, "2024-01-02", 40.0).await;
    city.comes("no2-mean", REGION, "2024-01", 190.0 / 6.0).await;
    let now = city.series("no2-mean", B, Frequency::Day).await;
    assert_eq!(now["2024-01-01"].vintage, days["2024-01-01"].vintage);
    assert_eq!(now["2024-01-02"].value.status, Status::Revised);
    assert_eq!(city.versions("no2-mean", "BE-1").await, versions);

    // A correction too; what was published before is still known.
    city.write(vec![values("urn:s:1", 3..4, |_| 34.0)]).await;
    city.comes("no2-mean", A, "2024-01-01", 11.0).await;
    city.comes("no2-median", A, "2024-01", 19.0).await;
    assert_eq!(city.versions("no2-mean", "BE-1").await, versions + 2);
    city.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_published_value_comes_out_again() {
    let dir = tempfile::tempdir().unwrap();
    let city = City::open(dir.path()).await;
    city.places().await;
    let wave = |hour: i64| 20.0 + (hour as f64 * 0.7).sin() * 7.3;
    city.write(vec![values("urn:s:2", 0..700, wave), values("urn:s:3", 0..700, |hour| wave(hour + 5))]).await;
    city.indicators.keep_up().unwrap();
    let mut old = Vec::new();
    for (id, area, period) in [
        ("no2-mean", B, "2024-01"),
        ("no2-mean", REGION, "2024-01"),
        ("no2-mean", B, "2024-01-15"),
        ("calm-hours", B, "2024-01"),
        ("no2-median", B, "2024-01"),
    ] {
        let period: Period = period.parse().unwrap();
        let mut tries = 0;
        while !city.series(id, area, period.frequency()).await.contains_key(&period.to_string()) {
            tries += 1;
            assert!(tries < 600, "{id} {area} {period}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let declaration = city.indicators.indicator(id).unwrap();
        let area = EntityId::trusted(area);
        let found = city.indicators.reproduce(&context(), &declaration, (&area, None), period).await.unwrap();
        assert!(found.same_formula && found.same_digits, "{id}: {found:?}");
        old.push(found.published);
    }
    // Data that come later change the value, and not what was known before.
    city.write(vec![values("urn:s:2", 340..360, |_| 90.0)]).await;
    let declaration = city.indicators.indicator("no2-mean").unwrap();
    let before = old[0].value.number.unwrap();
    let period: Period = "2024-01".parse().unwrap();
    for _ in 0..600 {
        let now = city.series("no2-mean", B, Frequency::Month).await;
        if now["2024-01"].value.number.unwrap() > before + 0.1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let found = city
        .indicators
        .reproduce(&context(), &declaration, (&EntityId::trusted(B), None), period)
        .await
        .unwrap();
    assert!(found.same_digits && found.published.value.number.unwrap() > before + 0.1, "{found:?}");
    let missing =
        city.indicators.reproduce(&context(), &declaration, (&EntityId::trusted(A), None), period).await;
    assert!(missing.is_err());
    city.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn intervals_that_are_drawn_come_out_again() {
    let dir = tempfile::tempdir().unwrap();
    let city = City::open(dir.path()).await;
    city.places().await;
    let wave = |hour: i64| 22.0 + (hour as f64 * 0.7).sin() * 7.3 + (hour as f64 * 0.031).sin() * 6.0;
    let level = |station: i64| move |hour: i64| wave(hour + station * 5) + station as f64 * 4.0;
    let stations = ["urn:s:1", "urn:s:2", "urn:s:3"].into_iter().zip(0..);
    city.write(stations.map(|(id, place)| values(id, 0..700, level(place))).collect()).await;
    city.indicators.keep_up().unwrap();
    for (id, area) in [("no2-clustered", REGION), ("calm-drawn", B), ("no2-middle", B)] {
        let period: Period = "2024-01".parse().unwrap();
        let mut tries = 0;
        let published = loop {
            if let Some(figure) = city.series(id, area, period.frequency()).await.remove("2024-01")
                && figure.value.coverage > 0.9
            {
                break figure;
            }
            tries += 1;
            assert!(tries < 600, "{id} has no value");
            tokio::time::sleep(Duration::from_millis(100)).await;
        };
        let (low, high) = published.value.interval.unwrap();
        let number = published.value.number.unwrap();
        assert!(low < number && number < high, "{id}: {low} {number} {high}");
        let declaration = city.indicators.indicator(id).unwrap();
        let area = EntityId::trusted(area);
        let found = city.indicators.reproduce(&context(), &declaration, (&area, None), period).await.unwrap();
        assert!(found.same_formula && found.same_digits, "{id}: {found:?}");
    }
    // Of 3 stations by 29 days the plain interval is that of 87 values; stations apart are wider, and one alone has none.
    let width = |figure: &Figure| figure.value.interval.map(|(low, high)| high - low);
    let plain = &city.series("no2-mean", REGION, Frequency::Month).await["2024-01"];
    let clustered = &city.series("no2-clustered", REGION, Frequency::Month).await["2024-01"];
    assert_eq!(plain.value.number, clustered.value.number);
    assert!(width(clustered).unwrap() > 3.0 * width(plain).unwrap(), "{clustered:?} {plain:?}");
    assert_eq!(width(&city.series("no2-clustered", A, Frequency::Month).await["2024-01"]), None);
    city.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_apart_adds_up() {
    let dir = tempfile::tempdir().unwrap();
    let city = City::open(dir.path()).await;
    city.places().await;
    // By UTC, hours 1 to 6 of Brussels are the night: calm then, and not by day.
    let calm = |hour: i64| if (hour + 23) % 24 < 6 { 10.0 } else { 40.0 };
    city.write(vec![values("urn:s:1", 0..72, calm), values("urn:s:2", 0..72, calm)]).await;
    city.indicators.keep_up().unwrap();
    let all = city.comes("calm-by-hour", REGION, "2024-01-02", 25.0).await;
    let declaration = city.indicators.indicator("calm-by-hour").unwrap();
    let wanted = SeriesQuery {
        areas: vec![EntityId::trusted(REGION), EntityId::trusted(A)],
        frequency: Frequency::Day,
        from: None,
        to: None,
        as_of: None,
    };
    let slices = city.indicators.sliced(&context(), &declaration, &wanted).await.unwrap();
    let of = |text: &str| {
        let day = |figure: &&Figure| {
            figure.period.to_string() == "2024-01-02"
                && figure.area.as_str() == REGION
                && figure.slice.as_ref().is_some_and(|slice| slice.to_string() == text)
        };
        slices.iter().find(day).unwrap_or_else(|| panic!("{text}: {slices:?}"))
    };
    let (night, day) = (of("part-of-day:night"), of("part-of-day:day"));
    assert_eq!((night.value.number, day.value.number), (Some(100.0), Some(0.0)));
    assert_eq!(night.value.parts + day.value.parts, all.value.parts);
    assert_eq!((night.value.status, night.value.coverage), (all.value.status, all.value.coverage));
    // The values of all stay alone where nobody asks for slices, and a slice comes out again.
    assert_eq!(city.series("calm-by-hour", REGION, Frequency::Day).await["2024-01-02"], all);
    let latest = city.indicators.latest(&context()).await.unwrap();
    assert!(latest.figures["calm-by-hour"].values().flatten().all(|figure| figure.slice.is_none()));
    let area = EntityId::trusted(REGION);
    let at = (&area, night.slice.as_ref());
    let found = city.indicators.reproduce(&context(), &declaration, at, night.period).await.unwrap();
    assert!(found.same_digits && found.published.slice == night.slice, "{found:?}");
    city.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn few_are_not_published_and_a_restart_forgets_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let city = City::open(dir.path()).await;
    city.places().await;
    city.indicators.keep_up().unwrap();
    city.write(vec![values("urn:s:1", 0..5, |_| 10.0), values("urn:s:2", 0..24, |_| 30.0)]).await;
    city.comes("no2-mean", B, "2024-01-01", 30.0).await;
    city.comes("calm-hours", B, "2024-01-01", 0.0).await;
    let declaration = city.indicators.indicator("calm-hours").unwrap();
    let few = city.series("calm-hours", A, Frequency::Day).await;
    let few = &few["2024-01-01"].value;
    assert_eq!((few.number, few.status), (None, Status::Suppressed));
    assert_eq!(few.parts.numerator, 0.0);
    assert_eq!(declaration.suppress_below, 10.0);
    // What comes while nobody computes is computed afterwards.
    city.hub.stop().await;
    drop(city);
    let city = City::open(dir.path()).await;
    city.write(vec![values("urn:s:1", 5..24, |_| 10.0)]).await;
    city.indicators.keep_up().unwrap();
    city.comes("calm-hours", A, "2024-01-01", 100.0).await;
    assert_eq!(city.comes("no2-mean", A, "2024-01-01", 10.0).await.value.coverage, 1.0);
    let latest = city.indicators.latest(&context()).await.unwrap();
    let figure = latest.figure("no2-mean", &EntityId::trusted(A)).unwrap();
    assert_eq!((figure.period.to_string(), figure.value.number), ("2024-01".to_owned(), Some(10.0)));
    city.hub.stop().await;
}

/// What is published of the index in an area, by the order in which it was recorded: score, status, places.
async fn scores(city: &City, tail: &str) -> Vec<(f64, String, f64, f64)> {
    let entity = EntityId::trusted(&format!("urn:ngsi-ld:KeyPerformanceIndicator:calm-air:{tail}"));
    let query = senne_hub::PastQuery {
        attributes: vec![term("kpiValue")],
        every_version: true,
        ..senne_hub::PastQuery::of(vec![entity], TimeFilter::default())
    };
    let past = city.hub.past(&context(), &query).await.unwrap();
    let mut points: Vec<_> =
        past.iter().flat_map(|past| &past.series).flat_map(|series| &series.points).collect();
    points.sort_by_key(|point| point.change);
    let said = |point: &&senne_hub::Point| {
        let of = |local: &str| {
            let attribute = point.sub_attributes.iter().find(|each| each.name.local() == local).unwrap();
            attribute.main().unwrap().value.clone()
        };
        let status = of("status").as_text().unwrap().to_owned();
        let [best, worst] = ["bestPlace", "worstPlace"].map(|local| of(local).as_number().unwrap());
        (point.value.as_number().unwrap(), status, best, worst)
    };
    points.iter().map(said).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_is_written_when_its_values_change_and_has_a_past() {
    let dir = tempfile::tempdir().unwrap();
    let city = City::open(dir.path()).await;
    city.places().await;
    city.write(vec![values("urn:s:1", 0..48, |_| 10.0), values("urn:s:2", 0..48, |_| 30.0)]).await;
    city.indicators.keep_up().unwrap();
    // NO2 10 of 100, lower being better, and all hours calm: the mean of 90.1 and 100.
    let comes = async |tail: &str, wanted: f64| {
        for _ in 0..600 {
            let seen = scores(&city, tail).await;
            if seen.last().is_some_and(|last| (last.0 - wanted).abs() < 1e-9) {
                return seen;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{tail}: {wanted} is wanted, seen {:?}", scores(&city, tail).await);
    };
    let first = comes("BE-1", f64::midpoint(90.1, 100.0)).await;
    assert_eq!((first[0].2, first[0].3), (1.0, 1.0), "{first:?}");
    let before = comes("BE-2", f64::midpoint(70.3, 1.0)).await;
    let then = Timestamp::now();
    let own = scores(&city, "BE-1").await.len();
    tokio::time::sleep(Duration::from_millis(5)).await;

    // Calmer hours come late: the second rises, the first stays as it was written.
    city.write(vec![values("urn:s:3", 0..48, |_| 10.0)]).await;
    let after = comes("BE-2", f64::midpoint(80.2, 50.5)).await;
    assert!(after.len() > before.len(), "{after:?}");
    assert_eq!(scores(&city, "BE-1").await.len(), own);
    let index = city.indicators.composite("calm-air").unwrap();
    let score = async |as_of: Option<Timestamp>| {
        let period = Some("2024-01".parse().unwrap());
        let asked = IndexQuery { period, as_of, ..IndexQuery::default() };
        let table = city.indicators.index(&context(), &index, &asked).await.unwrap().unwrap();
        table.rows.iter().find(|row| row.area.as_str() == B).unwrap().score.unwrap()
    };
    assert!((score(None).await - f64::midpoint(80.2, 50.5)).abs() < 1e-9);
    assert!((score(Some(then)).await - f64::midpoint(70.3, 1.0)).abs() < 1e-9, "as it was known then");
    // A restart writes nothing anew.
    let count = scores(&city, "BE-2").await.len();
    city.hub.stop().await;
    drop(city);
    let city = City::open(dir.path()).await;
    city.indicators.keep_up().unwrap();
    city.write(vec![values("urn:s:1", 48..72, |_| 10.0)]).await;
    city.comes("no2-mean", A, "2024-01-03", 10.0).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(scores(&city, "BE-2").await.len(), count);
    city.hub.stop().await;
}
