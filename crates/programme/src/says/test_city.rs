//! A small programme for tests of sentences.

use jiff::civil::date;

use super::Language;
use crate::{
    Programme,
    types::{Answer, Direction, Evaluation, Indicator, Measurement, Words},
};

/// With ordinary spaces, to compare.
pub(crate) fn plain(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ")
}

/// The same in three languages.
pub(crate) fn words(fr: &str, nl: &str, en: &str) -> Words {
    Words { fr: Some(fr.to_owned()), nl: Some(nl.to_owned()), en: Some(en.to_owned()) }
}

/// What is said in each language, with ordinary spaces.
pub(crate) fn each(say: impl Fn(Language) -> String) -> [String; 3] {
    Language::ALL.map(|language| plain(&say(language)))
}

/// Two indicators and an organisation.
pub(crate) fn programme() -> Programme {
    let no2 = Indicator {
        id: "urn:ngsi-ld:Indicator:no2".into(),
        name: words("NO₂ moyen", "Gemiddelde NO₂", "Mean NO₂"),
        unit: words("µg/m³", "µg/m³", "µg/m³"),
        better: Some(Direction::Lower),
    };
    let cycling = Indicator {
        id: "urn:ngsi-ld:Indicator:cycling".into(),
        name: words("Cyclistes par jour", "Fietsers per dag", "Cyclists a day"),
        better: Some(Direction::Higher),
        ..Indicator::default()
    };
    let mut programme = Programme::default().with_indicators([no2, cycling]);
    programme.areas.insert("urn:a:ixelles".into(), words("Ixelles", "Elsene", "Ixelles"));
    programme.areas.insert("urn:a:uccle".into(), words("Uccle", "Ukkel", "Uccle"));
    programme
}

/// An evaluation of nitrogen dioxide.
pub(crate) fn evaluation(estimate: f64, interval: (f64, f64), answer: Answer) -> Evaluation {
    Evaluation {
        id: "urn:ngsi-ld:Evaluation:e".into(),
        name: Words::default(),
        project: Some("urn:ngsi-ld:Project:p".into()),
        indicator: Some("urn:ngsi-ld:Indicator:no2".into()),
        outcome: None,
        areas: vec!["urn:a:ixelles".into()],
        starts_on: Some(date(2026, 1, 1)),
        better: Direction::Lower,
        measured: Some(Measurement {
            estimate,
            standard_error: Some((interval.1 - interval.0) / 4.0),
            interval: Some(interval),
            level: 0.95,
            detectable: Some(2.0),
            answer,
            grade: 3,
            verdict: Words::default(),
            on: Some(date(2026, 11, 20)),
        }),
        status: Some("ran".into()),
    }
}
