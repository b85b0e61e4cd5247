//! The form of a contract file: `contracts/contract.schema.json`, with violations said in words that help.

use std::sync::LazyLock;

use jsonschema::{ValidationError, Validator, error::ValidationErrorKind};
use serde_json::Value;

use crate::{
    Finding,
    source::{Source, escape},
};

static SCHEMA: LazyLock<Option<Validator>> = LazyLock::new(|| {
    let schema: Value = serde_json::from_str(include_str!("../../../contracts/contract.schema.json")).ok()?;
    jsonschema::validator_for(&schema).ok()
});

/// Checks a file against the schema; nothing found means that the serde shapes in `raw` can read it.
pub(crate) fn check(source: &Source<'_>) -> Vec<Finding> {
    let Some(schema) = SCHEMA.as_ref() else {
        return vec![
            source.at_value("", "the schema of contracts cannot be read; this is a defect of the program"),
        ];
    };
    schema.iter_errors(&source.json).flat_map(|error| findings(source, &error)).collect()
}

fn findings(source: &Source<'_>, error: &ValidationError<'_>) -> Vec<Finding> {
    let pointer = error.instance_path().as_str();
    let subject = pointer.rsplit('/').next().unwrap_or_default();
    let message = match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let known = known_keys(pointer);
            let each = |key: &String| {
                let near =
                    nearest(key, &known).map_or_else(String::new, |k| format!("; did you mean `{k}`?"));
                source.at_key(&format!("{pointer}/{}", escape(key)), format!("unknown key `{key}`{near}"))
            };
            return unexpected.iter().map(each).collect();
        }
        ValidationErrorKind::Required { property } => {
            let key = property.as_str().unwrap_or_default();
            return vec![source.at_key(pointer, missing_key(subject, key))];
        }
        ValidationErrorKind::FalseSchema => {
            return vec![
                source.at_key(
                    pointer,
                    format!("`{subject}` is for numbers; this attribute is of another kind"),
                ),
            ];
        }
        ValidationErrorKind::Enum { options } => {
            let words: Vec<_> = options.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            format!("{} is not one of {}", error.instance(), words.join(", "))
        }
        ValidationErrorKind::Pattern { pattern } if pattern.starts_with("^P") => {
            format!("{} is not a duration; write e.g. PT15M, PT6H or P1D", error.instance())
        }
        ValidationErrorKind::Type { .. } => format!("`{subject}` has the wrong kind of value: {error}"),
        _ => error.to_string(),
    };
    vec![source.at_value(pointer, message)]
}

fn missing_key(subject: &str, key: &str) -> String {
    match key {
        "fr" | "nl" | "en" => {
            format!("`{subject}` has no text for `{key}`; French, Dutch and English are needed")
        }
        _ if subject.is_empty() => format!("the key `{key}` is missing"),
        _ => format!("`{subject}` lacks the key `{key}`"),
    }
}

/// The keys that may stand at a place, for a hint at what was meant.
fn known_keys(pointer: &str) -> Vec<&'static str> {
    let parts: Vec<_> = pointer.split('/').skip(1).collect();
    let inner = |key: &str| -> &'static [&'static str] {
        match key {
            "stuck" => &["after", "except"],
            "spike" => &["limit", "per_hour", "accept_after"],
            "sensor_failed" => &["failures", "recover_after"],
            "shown" => &["unit", "factor"],
            "title" | "description" => &["fr", "nl", "en", "de"],
            _ => &[],
        }
    };
    match parts.as_slice() {
        [] => vec![
            "type",
            "version",
            "model",
            "title",
            "description",
            "class",
            "primary",
            "icon",
            "colour",
            "retention",
            "subject",
            "publication",
            "defaults",
            "attributes",
        ],
        ["publication"] => vec!["licence", "theme", "frequency", "high_value", "keywords"],
        ["attributes", _] | ["defaults"] => vec![
            "former",
            "kind",
            "unit",
            "shown",
            "title",
            "description",
            "plausible",
            "usual",
            "missing",
            "cadence",
            "gap_after",
            "stuck",
            "spike",
            "sensor_failed",
            "future_tolerance",
            "late_after",
            "late_is_suspect",
            "class",
            "indexed",
            "guidelines",
        ],
        [.., last] => inner(last).to_vec(),
    }
}

/// The known key that differs in at most two letters.
fn nearest<'a>(key: &str, known: &[&'a str]) -> Option<&'a str> {
    known.iter().map(|k| (distance(key, k), *k)).min().filter(|(d, _)| *d <= 2).map(|(_, k)| k)
}

/// The Levenshtein distance, by bytes.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.bytes().enumerate() {
            let change = corner + usize::from(x != y);
            corner = row[j + 1];
            row[j + 1] = change.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_itself_valid() {
        assert!(SCHEMA.is_some());
    }

    #[test]
    fn near_words_are_found() {
        assert_eq!(nearest("plausable", &["plausible", "usual"]), Some("plausible"));
        assert_eq!(nearest("colour", &["usual"]), None);
    }
}
