//! A town whose project has a known effect, and what is asked of every report on it.

use std::fmt::Write;

use senne_city_impact::{Language, MethodName, Report, Request, Table, Wording};
use senne_impact::Direction;
use serde_json::Value;

pub(crate) const EFFECT: f64 = -4.0;

/// Units with a level, a common course and a little noise of their own; some are treated from the first of `begins` on, some from the
/// second.
pub(crate) fn town(units: usize, times: usize, begins: &[(usize, usize)]) -> Table {
    let mut text = String::from("street,month,no2,school_street,wind\n");
    let noise = |unit: usize, time: usize| ((unit * 7919 + time * 104_729) as f64 * 0.618).sin() * 0.6;
    for unit in 0..units {
        let begin = begins.iter().find(|(who, _)| *who == unit).map(|(_, begin)| *begin);
        for time in 0..times {
            let treated = begin.is_some_and(|begin| time >= begin);
            let wind = 3.0 + (time as f64 * 0.9).cos();
            let common = 2.0 * (time as f64 / 6.0).sin() - 1.5 * wind;
            let value =
                30.0 + unit as f64 * 0.8 + common + noise(unit, time) + if treated { EFFECT } else { 0.0 };
            writeln!(text, "S{unit:02},{time},{value},{},{wind}", u8::from(treated)).unwrap();
        }
    }
    Table::read(text.as_bytes()).unwrap()
}

pub(crate) fn request(method: MethodName) -> Request {
    Request {
        unit: Some("street".to_owned()),
        treated: Some("school_street".to_owned()),
        direction: Direction::Down,
        draws: 60,
        ..Request::new(method, "month", "no2")
    }
}

/// Whether a sentence is one in each language, and another in each.
pub(crate) fn spoken(said: &Wording) {
    let all = [Language::English, Language::French, Language::Dutch].map(|language| said.of(language));
    assert!(all.iter().all(|text| text.len() > 10 && !text.contains('?')), "{said:?}");
    assert!(all[0] != all[1] && all[1] != all[2] && all[0] != all[2], "{said:?}");
}

pub(crate) fn found(report: &Report) {
    report.reasons.iter().chain(&report.warnings).for_each(spoken);
    let [low, high] = report.interval;
    let json: Value = serde_json::from_str(&serde_json::to_string(report).unwrap()).unwrap();
    assert!((report.estimate - EFFECT).abs() < 1.0, "{json:#}");
    assert!(low < EFFECT + 0.5 && high > EFFECT - 0.5 && high < 0.0, "{json:#}");
    assert_eq!(json["verdict"]["answer"], "better", "{json:#}");
    assert!(json["verdict"]["fr"].as_str().unwrap().contains("inférieur"), "{json:#}");
    assert_eq!(json["comparison"]["starts"][0], "24");
}
