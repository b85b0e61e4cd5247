//! Memoranda, decisions, documents and drafts from their entities.

use std::collections::BTreeMap;

use senne_model::Json;

use super::Reader;
use crate::types::{DecisionRecord, Document, Draft, DraftState, Memorandum};

/// The words of [`DraftState`].
const STATES: [(&str, DraftState); 4] = [
    ("draft", DraftState::Draft),
    ("review", DraftState::Review),
    ("published", DraftState::Published),
    ("refused", DraftState::Refused),
];

pub(crate) fn memorandum(reader: &mut Reader<'_>) -> Memorandum {
    Memorandum {
        id: reader.id().into(),
        name: reader.words("name"),
        text: reader.words("text"),
        version: reader.owned("versionLabel"),
        signed_on: reader.date("signedOn"),
        signatories: reader.targets("refSignatories"),
        file_hash: hash(reader),
        file_url: reader.owned("fileUrl"),
    }
}

pub(crate) fn decision(reader: &mut Reader<'_>) -> DecisionRecord {
    let people = reader.items("decidedBy").iter();
    DecisionRecord {
        id: reader.id().into(),
        name: reader.words("name"),
        call: reader.target("refCall"),
        decided_on: reader.date("decidedAt"),
        decided_by: people.filter_map(Json::as_str).map(ToOwned::to_owned).collect(),
        evaluators: evaluators(reader),
        method: reader.owned("method"),
        minutes: reader.words("minutes"),
        file_hash: hash(reader),
        digest: reader.owned("digest"),
    }
}

/// Names by role; those who may not see them find none.
fn evaluators(reader: &Reader<'_>) -> BTreeMap<String, String> {
    let members = reader.json("evaluators").and_then(Json::as_object).unwrap_or_default();
    members.iter().filter_map(|(role, name)| Some((role.to_string(), name.as_str()?.to_owned()))).collect()
}

pub(crate) fn document(reader: &mut Reader<'_>) -> Document {
    Document {
        id: reader.id().into(),
        name: reader.words("name"),
        about: reader.target::<&str>("refAbout").map(ToOwned::to_owned),
        url: reader.owned("url"),
        file_hash: hash(reader),
        language: reader.owned("language"),
        date: reader.date("documentDate"),
    }
}

pub(crate) fn draft(reader: &mut Reader<'_>) -> Option<Draft> {
    let about = reader.target::<&str>("refAbout").map(ToOwned::to_owned);
    let kind = reader.owned("draftType");
    let content = reader.json("content").filter(|json| json.as_object().is_some()).cloned();
    if content.is_none() && reader.instance("content").is_some() {
        reader.wrong("content", "an object from attributes to values");
    }
    Some(Draft {
        id: reader.id().into(),
        part_of: reader.target("refPartOf"),
        about: reader.need("refAbout", about, "the entity that the draft would change or create")?,
        kind: reader.need("draftType", kind, "the type of that entity")?,
        content: reader.need("content", content, "an object from attributes to values")?,
        state: reader.code("draftState", &STATES).unwrap_or_default(),
        author: reader.owned("author"),
        reviewer: reader.owned("reviewer"),
        note: reader.owned("note"),
        changed_on: reader.date("changedAt"),
    })
}

fn hash(reader: &mut Reader<'_>) -> Option<String> {
    let text = reader.owned("fileHash")?;
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Some(text);
    }
    reader.wrong("fileHash", "a SHA-256 in 64 hexadecimal digits");
    None
}
