//! A query document by a source's names (clauses 5.2.13, 5.2.23, 5.2.33).

use senne_language::{Query, TypeExpression};
use senne_model::Json;

use super::{asking::expression, forward::Naming, past_members::top_level, words::renamed};
use crate::contexts::Terms;

/// The document with every name that stands in it as the source knows it. `query` is what it asks.
pub(super) fn renamed_document(document: &Json, query: &Query, from: &Terms, naming: &Naming) -> Json {
    let mut copy = document.clone();
    if naming.renames {
        rename(&mut copy, query, from, naming);
    }
    copy
}

fn rename(document: &mut Json, query: &Query, from: &Terms, naming: &Naming) {
    let Json::Object(members) = document else { return };
    for (name, value) in members {
        match (&**name, value) {
            ("q", value) => {
                if let Some(filter) = &query.filter {
                    *value = Json::from(renamed(filter, naming).to_string());
                }
            }
            ("attrs" | "pick" | "omit" | "expandValues", value) => names(value, from, naming),
            ("geoQ", geo) => member(geo, "geoproperty", &|value| names(value, from, naming)),
            ("entities", Json::Array(selectors)) => {
                for selector in selectors {
                    member(selector, "type", &|value| types(value, from, naming));
                }
            }
            _ => {}
        }
    }
}

/// Does something with a member, when it is there.
fn member(object: &mut Json, wanted: &str, change: &dyn Fn(&mut Json)) {
    if let Json::Object(members) = object {
        members.iter_mut().filter(|(name, _)| &**name == wanted).for_each(|(_, value)| change(value));
    }
}

/// A name, several between commas, or a list of them.
fn names(value: &mut Json, from: &Terms, naming: &Naming) {
    match value {
        Json::Text(text) => {
            let one = |term: &str| match term {
                "id" | "type" | "scope" => term.to_owned(),
                term => naming.term(term, from),
            };
            let each: Vec<String> = top_level(text).into_iter().map(one).collect();
            *value = Json::from(each.join(","));
        }
        Json::Array(items) => items.iter_mut().for_each(|item| names(item, from, naming)),
        _ => {}
    }
}

fn types(value: &mut Json, from: &Terms, naming: &Naming) {
    let read = |text: &str| TypeExpression::parse(text, &|term| from.expand(term)).ok();
    if let Some(types) = value.as_str().filter(|text| text.trim() != "*").and_then(read) {
        *value = Json::from(expression(&types, naming));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Ask;

    fn terms(text: &str) -> Terms {
        senne_context::resolve(&serde_json::from_str(text).unwrap(), &|_| None).unwrap()
    }

    #[test]
    fn every_name_of_a_document_changes() {
        let own = terms(r#"{"a":"https://x.org/a","T":"https://x.org/T","U":"https://x.org/U"}"#);
        let there = terms(r#"{"alpha":"https://x.org/a","Tee":"https://x.org/T"}"#);
        let text = r#"{"type":"Query","entities":[{"type":"(T;U)","id":"urn:x:1"},{"type":"*"}],"attrs":["a"],"q":"a>1",
            "geoQ":{"georel":"within","geometry":"Point","coordinates":[1,2],"geoproperty":"a"},"temporalQ":{"timerel":"after"}}"#;
        let document: Json = serde_json::from_str(text).unwrap();
        let query = Ask::from_document(&document).unwrap().into_query(&own).unwrap();
        let naming = Naming { terms: there, renames: true };
        assert_eq!(
            renamed_document(&document, &query, &own, &naming).to_string(),
            r#"{"type":"Query","entities":[{"type":"Tee;https://x.org/U","id":"urn:x:1"},{"type":"*"}],"attrs":["alpha"],"q":"alpha>1","geoQ":{"georel":"within","geometry":"Point","coordinates":[1,2],"geoproperty":"alpha"},"temporalQ":{"timerel":"after"}}"#
        );
    }
}
