//! Whether one value passes one test (GS CIM 009 clause 4.9, semantics of the operators).

use std::cmp::Ordering;

use senne_model::{Json, Timestamp};

use super::{Literal, Operand, Target, Test};

/// Whether the value passes.
pub(super) fn passes(target: &Target, test: &Test) -> bool {
    match test {
        Test::Exists => true,
        // The evaluation asks for absence before there is a value to look at.
        Test::Absent => false,
        Test::Equal(operand) => equals(target, operand),
        Test::Unequal(operand) => !equals(target, operand),
        Test::Greater(literal) => ordered(target, literal, Ordering::is_gt),
        Test::GreaterOrEqual(literal) => ordered(target, literal, Ordering::is_ge),
        Test::Less(literal) => ordered(target, literal, Ordering::is_lt),
        Test::LessOrEqual(literal) => ordered(target, literal, Ordering::is_le),
        Test::Matches(pattern) => {
            texts(target).is_some_and(|texts| texts.iter().any(|text| pattern.matches(text)))
        }
        Test::MatchesNot(pattern) => {
            texts(target).is_some_and(|texts| !texts.iter().any(|text| pattern.matches(text)))
        }
    }
}

fn equals(target: &Target, operand: &Operand) -> bool {
    match operand {
        Operand::OneOf(values) => values.iter().any(|value| each(target, &|one| equal(&one, value))),
        Operand::Range(from, to) => each(target, &|one| {
            order(&one, from).is_some_and(Ordering::is_ge) && order(&one, to).is_some_and(Ordering::is_le)
        }),
    }
}

/// One value, taken out of whatever array, list or language map it stood in.
enum One<'a> {
    Value(&'a Json),
    Moment(Timestamp),
    Word(&'a str),
    Iri(&'a str),
    Entry(&'a str),
}

/// Whether the value, or one element of it when it has elements, passes.
fn each(target: &Target, passes: &dyn Fn(One) -> bool) -> bool {
    let value = |value: &Json| match value {
        Json::Array(items) => items.iter().any(|item| passes(One::Value(item))),
        single => passes(One::Value(single)),
    };
    match target {
        Target::Value(json) => value(json),
        Target::Made(json) => value(json),
        Target::Moment(at) => passes(One::Moment(*at)),
        Target::Word(word) => passes(One::Word(word)),
        Target::Objects(objects) => objects.iter().any(|object| passes(One::Iri(object))),
        Target::Vocabulary(entries) => entries.iter().any(|entry| passes(One::Entry(entry))),
        Target::List(items) => items.iter().any(|item| passes(One::Value(item))),
        Target::Languages(texts) => texts.iter().any(|text| value(text)),
    }
}

fn equal(one: &One, literal: &Literal) -> bool {
    match (one, literal) {
        (One::Value(Json::Bool(found)), Literal::Bool(wanted)) => found == wanted,
        (One::Iri(found) | One::Word(found) | One::Entry(found), literal) if literal.names(found) => true,
        // An IRI in a Property is a string of JSON, and most senders of IRIs do not quote them.
        (One::Value(Json::Text(found)), literal) if literal.names(found) => true,
        _ => order(one, literal).is_some_and(Ordering::is_eq),
    }
}

fn ordered(target: &Target, literal: &Literal, wanted: fn(Ordering) -> bool) -> bool {
    if matches!(target, Target::Objects(_) | Target::Vocabulary(_)) {
        return false;
    }
    each(target, &|one| order(&one, literal).is_some_and(wanted))
}

/// How a value stands to a literal of the same kind; `None` when the kinds differ.
fn order(one: &One, literal: &Literal) -> Option<Ordering> {
    match (one, literal) {
        (One::Value(Json::Int(found)), Literal::Integer(wanted)) => Some(found.cmp(wanted)),
        (One::Value(value), Literal::Integer(_) | Literal::Decimal(_)) => {
            value.as_f64()?.partial_cmp(&literal.as_f64()?)
        }
        (One::Value(Json::Text(found)), Literal::Text(word)) => Some((**found).cmp(&*word.text)),
        (One::Value(Json::Text(found)), Literal::Moment(wanted)) => {
            Some(Timestamp::parse(found).ok()?.cmp(wanted))
        }
        (One::Value(Json::Text(found)), Literal::DateOrTime(wanted)) => date_or_time(found, wanted),
        (One::Moment(found), Literal::Moment(wanted)) => Some(found.cmp(wanted)),
        (One::Moment(found), Literal::Text(word)) => Some(found.cmp(&Timestamp::parse(&word.text).ok()?)),
        // A bare date against a recorded time means the start of that day in UTC.
        (One::Moment(found), Literal::DateOrTime(date)) => {
            Some(found.cmp(&Timestamp::parse(&format!("{date}T00:00:00Z")).ok()?))
        }
        (One::Word(found), Literal::Text(word)) => Some((**found).cmp(&*word.text)),
        _ => None,
    }
}

/// Dates and times of day of the same form are in order when their texts are.
fn date_or_time(found: &str, wanted: &str) -> Option<Ordering> {
    let punctuation = |text: &str| text.as_bytes().get(2) == Some(&b':');
    let same = Literal::token(found, None).is_some_and(|l| matches!(l, Literal::DateOrTime(_)));
    (same && punctuation(found) == punctuation(wanted)).then(|| found.cmp(wanted))
}

/// The texts that a pattern is tried on; `None` when the value is of another kind.
fn texts<'a>(target: &'a Target) -> Option<Vec<&'a str>> {
    let of = |value: &'a Json| match value {
        Json::Text(text) => Some(vec![&**text]),
        Json::Array(items) => {
            let texts: Vec<&str> = items.iter().filter_map(Json::as_str).collect();
            (!texts.is_empty()).then_some(texts)
        }
        _ => None,
    };
    match target {
        Target::Value(value) => of(value),
        Target::Made(value) => of(value),
        Target::Word(word) => Some(vec![word]),
        Target::List(items) => Some(items.iter().filter_map(Json::as_str).collect()),
        Target::Languages(texts) => Some(texts.iter().filter_map(|text| of(text)).flatten().collect()),
        Target::Vocabulary(entries) => Some(entries.iter().map(|entry| &**entry).collect()),
        Target::Moment(_) | Target::Objects(_) => None,
    }
}
