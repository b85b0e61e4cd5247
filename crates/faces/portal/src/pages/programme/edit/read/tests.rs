//! Forms that are sent back as they came change nothing; what is written is read.

use senne_contract::{Contract, Contracts};

use super::*;
use crate::language::Language;

const CONTRACT: &str = r"
type: Thing
version: 1
title: { fr: Chose, nl: Ding, en: Thing }
description: { fr: Une chose., nl: Een ding., en: A thing. }
class: open
attributes:
  name: { kind: language, title: { fr: Nom, nl: Naam, en: Name } }
  refPartners: { kind: relationship, title: { fr: P, nl: P, en: P } }
  refOwner: { kind: relationship, title: { fr: R, nl: R, en: O } }
  startsOn: { kind: time, title: { fr: D, nl: B, en: S } }
  size: { kind: number, title: { fr: T, nl: G, en: S }, plausible: [0, 10] }
  year: { kind: integer, title: { fr: An, nl: Jaar, en: Year } }
  done: { kind: boolean, title: { fr: F, nl: K, en: D } }
  location: { kind: geometry, title: { fr: L, nl: P, en: L } }
  scores: { kind: object, title: { fr: Notes, nl: Scores, en: Scores } }
  criteria: { kind: list, title: { fr: C, nl: C, en: C } }
  url: { kind: text, title: { fr: A, nl: A, en: A } }
  source: { kind: text, title: { fr: S, nl: B, en: S } }
";

const ENTITY: &str = r#"{
  "name": {"fr": " Rue\n", "nl-BE": "Straat", "de": "Straße"}, "refPartners": ["urn:a:1", "urn:a:2"], "refOwner": "urn:a:1",
  "startsOn": "2026-11-30T23:30:00+01:00", "size": 2.0, "year": 2026, "done": true,
  "location": {"type": "Point", "coordinates": [4.3, 50.8]}, "scores": {"b": 1.0, "a": {"x": [1, 2]}},
  "criteria": [{"id": "a"}], "url": "ftp://old.example/x", "source": "region  "}"#;

fn contract() -> Contract {
    let files = [("Thing.yaml".to_owned(), CONTRACT.to_owned())];
    Contracts::parse(&files).unwrap().iter().next().unwrap().clone()
}

fn json(text: &str) -> Json {
    serde_json::from_str(text).unwrap()
}

/// Reads one attribute after a change of its fields; `now` is what [`ENTITY`] says, or nothing.
fn after(term: &str, now: bool, change: impl FnOnce(&mut Values)) -> Read {
    let contract = contract();
    let attribute = contract.attributes.iter().find(|one| one.term == term).unwrap();
    let entity = json(ENTITY);
    let now = entity.get(term).filter(|_| now);
    let mut values = Values::default();
    if let Some(now) = now {
        values.fill(attribute, now);
    }
    change(&mut values);
    read(Words::new(Language::En), attribute, None, &values, now)
}

fn written(term: &str, text: &str) -> Read {
    after(term, true, |values| values.put(term, [text.to_owned()]))
}

#[test]
fn what_is_sent_back_as_it_came_changes_nothing() {
    for attribute in &contract().attributes {
        assert_eq!(after(&attribute.term, true, |_| {}), Read::Same, "{}", attribute.term);
        assert_eq!(after(&attribute.term, false, |_| {}), Read::Same, "{} of nothing", attribute.term);
    }
}

#[test]
fn what_is_emptied_is_seen() {
    for attribute in &contract().attributes {
        let term = attribute.term.as_str();
        let read = after(term, true, |values| {
            values.put(term, None);
            LANGUAGES.iter().for_each(|language| values.put(&spoken(term, language), None));
        });
        let wanted = if term == "done" { Read::New(Json::Bool(false)) } else { Read::Emptied };
        assert_eq!(read, wanted, "{term}");
    }
}

#[test]
fn what_no_field_shows_was_not_emptied() {
    let contract = contract();
    let unseen = [("startsOn", r#""soon""#), ("source", r#""  ""#)];
    for (term, text) in unseen {
        let attribute = contract.attributes.iter().find(|one| one.term == term).unwrap();
        let (now, mut values) = (json(text), Values::default());
        values.fill(attribute, &now);
        assert_eq!(
            read(Words::new(Language::En), attribute, None, &values, Some(&now)),
            Read::Same,
            "{term}"
        );
    }
}

#[test]
fn texts_keep_their_tags_and_languages_that_are_not_shown() {
    let read = after("name", true, |values| {
        values.put("name.nl", ["Laan".to_owned()]);
        values.put("name.fr", [String::new()]);
        values.put("name.en", ["Street".to_owned()]);
    });
    assert_eq!(read, Read::New(json(r#"{"nl-BE": "Laan", "en": "Street", "de": "Straße"}"#)));
}

#[test]
fn relationships_are_one_or_many() {
    let owner = after("refOwner", true, |values| values.put("refOwner", ["urn:a:9".to_owned()]));
    assert_eq!(owner, Read::New(json(r#""urn:a:9""#)));
    let more =
        after("refPartners", true, |values| values.put("refPartners.add", ["urn:a:3, urn:a:1".into()]));
    assert_eq!(more, Read::New(json(r#"["urn:a:1", "urn:a:2", "urn:a:3"]"#)));
    let turned =
        after("refPartners", true, |values| values.put("refPartners", ["urn:a:2".into(), "urn:a:1".into()]));
    assert_eq!(turned, Read::Same);
    assert!(matches!(written("refOwner", "no id"), Read::Wrong(_)));
}

#[test]
fn numbers_and_days_are_read_as_people_write_them() {
    assert_eq!(written("size", "2,5"), Read::New(Json::Float(2.5)));
    assert_eq!(written("size", "3.0"), Read::New(Json::Int(3)));
    assert_eq!(written("year", "2\u{202f}027"), Read::New(Json::Int(2027)));
    assert_eq!(written("startsOn", "2026-12-01"), Read::New(Json::text("2026-12-01")));
    for (term, text) in [
        ("size", "11"),
        ("size", "much"),
        ("size", "inf"),
        ("year", "2026.5"),
        ("startsOn", "1 May"),
        ("startsOn", "2026-02-30"),
    ] {
        assert!(matches!(written(term, text), Read::Wrong(_)), "{term}: {text}");
    }
}

#[test]
fn json_is_read_as_json() {
    assert_eq!(written("scores", r#"{"a": 1}"#), Read::New(json(r#"{"a": 1}"#)));
    for (term, text) in [
        ("scores", "[1]"),
        ("scores", "{"),
        ("criteria", "{}"),
        ("location", r#"{"type": "Point", "coordinates": [400, 5]}"#),
    ] {
        assert!(matches!(written(term, text), Read::Wrong(_)), "{term}: {text}");
    }
}

#[test]
fn addresses_lead_to_the_web_only() {
    assert_eq!(written("url", "https://x.example/a"), Read::New(Json::text("https://x.example/a")));
    for text in ["javascript:alert(1)", "https://x y", "www.example.org"] {
        assert!(matches!(written("url", text), Read::Wrong(_)), "{text}");
    }
}
