//! What fields must be together, so that a programme reads all of them.

use senne_contract::Contract;
use senne_model::Json;

use super::simple;
use crate::words::Words;

/// The first is not after, or above, the second.
const ORDERED: [(&str, &str); 4] =
    [("startsOn", "endsOn"), ("opensOn", "closesOn"), ("targetLow", "targetHigh"), ("sizeLow", "sizeHigh")];

/// The first counts only with the second.
const TOGETHER: [(&str, &str); 2] = [("confidence", "confidenceAt"), ("baseline", "baselineOn")];

/// What does not fit, at the second of two attributes; `now` with `changes` on it. Only what was changed is looked at.
pub(super) fn check(
    words: Words,
    contract: &Contract,
    now: &[(String, Json)],
    changes: &[(String, Json)],
) -> Vec<(String, String)> {
    let value = |term: &str| simple::get(changes, term).or_else(|| simple::get(now, term));
    let touched =
        |pair: &&(&str, &str)| [pair.0, pair.1].iter().any(|term| simple::get(changes, term).is_some());
    let title = |term: &str| {
        let found = contract.attributes.iter().find(|attribute| attribute.term == term);
        found.map_or(term, |attribute| attribute.title.get(words.language.code())).to_owned()
    };
    let turned = ORDERED.iter().filter(touched).filter(|(first, second)| {
        value(first).zip(value(second)).is_some_and(|(first, second)| is_after(first, second))
    });
    let mut wrong: Vec<(String, String)> = turned
        .map(|(first, second)| ((*second).to_owned(), words.fill("editing.wrong_order", [title(first)])))
        .collect();
    let alone = TOGETHER
        .iter()
        .filter(touched)
        .filter(|(first, second)| value(first).is_some() && value(second).is_none());
    wrong
        .extend(alone.map(|(first, second)| {
            ((*second).to_owned(), words.fill("editing.wrong_alone", [title(first)]))
        }));
    wrong
}

fn is_after(first: &Json, second: &Json) -> bool {
    match (first.as_f64(), second.as_f64()) {
        (Some(first), Some(second)) => first > second,
        _ => simple::day(Some(first))
            .zip(simple::day(Some(second)))
            .is_some_and(|(first, second)| first > second),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_numbers_have_an_order() {
        assert!(is_after(&Json::text("2026-12-01"), &Json::text("2026-11-30T10:00:00Z")));
        assert!(!is_after(&Json::text("2026-12-01"), &Json::text("2026-12-01")));
        assert!(is_after(&Json::Int(3), &Json::Float(2.5)));
        assert!(!is_after(&Json::Null, &Json::Int(1)));
    }
}
