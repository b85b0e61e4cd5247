//! What a value of an attribute says, for who must judge a change of it.

use senne_contract::{AttributeContract, ValueKind};
use senne_model::Json;
use senne_programme::{Programme, from_simple::is_removed};

use super::super::{
    edit::{known, names, simple},
    shared,
};
use crate::{format, language::Language, words::Words};

/// So many letters of a notation are shown.
const LETTERS_MOST: usize = 4000;

/// A value as text; whether it is a notation rather than words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) text: String,
    pub(super) code: bool,
}

fn words_only(text: impl Into<String>) -> Shown {
    Shown { text: text.into(), code: false }
}

/// A value in words; a notation where there are none. Numbers are told in full: a change in the last digit is a change.
pub(super) fn shown(
    words: Words,
    programme: &Programme,
    attribute: Option<&AttributeContract>,
    json: &Json,
) -> Shown {
    let kind = attribute.map(|attribute| attribute.kind);
    match (kind, json) {
        (_, Json::Null) => Shown::default(),
        (_, json) if is_removed(json) => Shown::default(),
        (Some(ValueKind::Relationship), _) => {
            let names: Vec<String> =
                simple::targets(Some(json)).into_iter().map(|id| names::name(words, programme, id)).collect();
            words_only(names.join(", "))
        }
        (Some(ValueKind::Time), _) => match simple::day(Some(json)) {
            Some(day) => words_only(shared::date(words, day)),
            None => notation(json),
        },
        (_, Json::Bool(yes)) => words_only(words.t(if *yes { "value.yes" } else { "value.no" })),
        (_, Json::Int(_) | Json::Float(_)) => {
            let number = json.as_f64().map(|number| exact(words.language, number)).unwrap_or_default();
            let unit = attribute.map(AttributeContract::symbol).unwrap_or_default();
            words_only(if unit.is_empty() { number } else { format!("{number}\u{a0}{unit}") })
        }
        (_, Json::Text(text)) => {
            let listed = attribute.map(|attribute| known::known(words, attribute)).unwrap_or_default();
            let found = listed.into_iter().find(|(word, _)| *word == **text);
            words_only(found.map_or_else(|| text.to_string(), |(_, means)| means))
        }
        (_, Json::Array(_) | Json::Object(_)) => notation(json),
    }
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
        Some((end, _)) => Shown { text: format!("{}…", text.get(..end).unwrap_or_default()), code: true },
        None => Shown { text, code: true },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Json {
        serde_json::from_str(text).unwrap()
    }

    fn told(text: &str) -> String {
        shown(Words::new(Language::Fr), &Programme::default(), None, &json(text)).text
    }

    #[test]
    fn numbers_are_told_in_full() {
        assert_eq!((told("12.345"), told("12345")), ("12,345".to_owned(), "12\u{202f}345".to_owned()));
        assert_eq!((told("8.0"), told("-0.5")), ("8".to_owned(), "\u{2212}0,5".to_owned()));
    }

    #[test]
    fn what_has_no_words_is_a_notation() {
        let words = Words::new(Language::En);
        let list = shown(words, &Programme::default(), None, &json(r#"{"a": [1]}"#));
        assert!(list.code && list.text.contains("\"a\""));
        let long = format!("[{}]", vec!["1"; 5000].join(","));
        assert!(shown(words, &Programme::default(), None, &json(&long)).text.ends_with('…'));
        assert_eq!(shown(words, &Programme::default(), None, &Json::Null), Shown::default());
    }
}
