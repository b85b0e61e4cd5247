//! What a value of an attribute says, for who must judge a change of it.

use senne_contract::{AttributeContract, ValueKind};
use senne_model::{Geometry, Json};
use senne_programme::{Programme, from_simple::is_removed};

use super::super::{
    edit::{known, names, simple},
    place, shared,
};
use crate::{format, language::Language, overview::Overview, words::Words};

/// So many letters of a notation are shown.
const LETTERS_MOST: usize = 4000;

/// A value as text; whether it is a notation rather than words; a place also as a picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) text: String,
    pub(super) code: bool,
    /// SVG; empty for what is no place.
    pub(super) picture: String,
}

/// What values are told by: names of the programme, areas of the city.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a> {
    pub(super) programme: &'a Programme,
    pub(super) overview: &'a Overview,
}

fn words_only(text: impl Into<String>) -> Shown {
    Shown { text: text.into(), ..Shown::default() }
}

/// A value in words; a notation where there are none. Numbers are told in full: a change in the last digit is a change.
/// `id` is that of a picture.
pub(super) fn shown(
    words: Words,
    ground: Ground<'_>,
    attribute: Option<&AttributeContract>,
    json: &Json,
    id: &str,
) -> Shown {
    let kind = attribute.map(|attribute| attribute.kind);
    match (kind, json) {
        (_, Json::Null) => Shown::default(),
        (_, json) if is_removed(json) => Shown::default(),
        (Some(ValueKind::Relationship), _) => {
            let names: Vec<String> = simple::targets(Some(json))
                .into_iter()
                .map(|id| names::name(words, ground.programme, id))
                .collect();
            words_only(names.join(", "))
        }
        (Some(ValueKind::Time), _) => match simple::day(Some(json)) {
            Some(day) => words_only(shared::date(words, day)),
            None => notation(json),
        },
        (_, Json::Bool(yes)) => words_only(words.t(if *yes { "value.yes" } else { "value.no" })),
        (_, Json::Int(_) | Json::BigInt(_) | Json::Float(_)) => {
            let number = json.as_f64().map(|number| exact(words.language, number)).unwrap_or_default();
            let unit = attribute.map(AttributeContract::symbol).unwrap_or_default();
            words_only(if unit.is_empty() { number } else { format!("{number}\u{a0}{unit}") })
        }
        (_, Json::Text(text)) => {
            let listed = attribute.map(|attribute| known::known(words, attribute)).unwrap_or_default();
            let found = listed.into_iter().find(|(word, _)| *word == **text);
            words_only(found.map_or_else(|| text.to_string(), |(_, means)| means))
        }
        (Some(ValueKind::Geometry), Json::Object(_)) => {
            located(words, ground.overview, json, id).unwrap_or_else(|| notation(json))
        }
        (_, Json::Array(_) | Json::Object(_)) => notation(json),
    }
}

/// A place in words and drawn; nothing when it is none.
fn located(words: Words, overview: &Overview, json: &Json, id: &str) -> Option<Shown> {
    let own = Geometry::from_geojson(json).ok()?;
    let touched = place::touched(words, overview, &own);
    let picture = place::picture(id, words, overview, Some(&own), &touched, true);
    Some(Shown { text: place::said(words, &own, &touched), code: false, picture })
}

/// A number with all its digits, in the signs of the language.
fn exact(language: Language, number: f64) -> String {
    const DECIMALS_MOST: usize = 12;
    let plain = number.to_string();
    let decimals = plain.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    format::number(language, number, decimals.min(DECIMALS_MOST))
}

fn notation(json: &Json) -> Shown {
    let flat = |json: &Json| json.get("coordinates").is_some();
    let text = if flat(json) { Ok(json.to_string()) } else { serde_json::to_string_pretty(json) };
    let text = text.unwrap_or_else(|_| json.to_string());
    match text.char_indices().nth(LETTERS_MOST) {
        Some((end, _)) => {
            let text = format!("{}…", text.get(..end).unwrap_or_default());
            Shown { text, code: true, ..Shown::default() }
        }
        None => Shown { text, code: true, ..Shown::default() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Json {
        serde_json::from_str(text).unwrap()
    }

    fn of(words: Words, attribute: Option<&AttributeContract>, json: &Json) -> Shown {
        let (programme, overview) = (Programme::default(), Overview::default());
        shown(words, Ground { programme: &programme, overview: &overview }, attribute, json, "p")
    }

    fn told(text: &str) -> String {
        of(Words::new(Language::Fr), None, &json(text)).text
    }

    #[test]
    fn a_place_is_told_in_words_and_drawn() {
        let contracts = senne_contract::Contracts::builtin();
        let mut all = contracts.iter().flat_map(|contract| &contract.attributes);
        let geometry = all.find(|attribute| attribute.kind == ValueKind::Geometry).unwrap();
        let words = Words::new(Language::En);
        let place = of(words, Some(geometry), &json(r#"{"type": "Point", "coordinates": [4.35, 50.85]}"#));
        assert!(place.text.contains("50.85000") && !place.code, "{}", place.text);
        assert!(place.picture.starts_with("<svg"));
        let none = of(words, Some(geometry), &json(r#"{"type": "Point", "coordinates": "x"}"#));
        assert!(none.code && none.picture.is_empty());
    }

    #[test]
    fn numbers_are_told_in_full() {
        assert_eq!((told("12.345"), told("12345")), ("12,345".to_owned(), "12\u{202f}345".to_owned()));
        assert_eq!((told("8.0"), told("-0.5")), ("8".to_owned(), "\u{2212}0,5".to_owned()));
    }

    #[test]
    fn what_has_no_words_is_a_notation() {
        let words = Words::new(Language::En);
        let list = of(words, None, &json(r#"{"a": [1]}"#));
        assert!(list.code && list.text.contains("\"a\""));
        let long = format!("[{}]", vec!["1"; 5000].join(","));
        assert!(of(words, None, &json(&long)).text.ends_with('…'));
        assert_eq!(of(words, None, &Json::Null), Shown::default());
    }
}
