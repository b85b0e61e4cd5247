//! An entity in the simple form that drafts have: its attributes by their terms.

use senne_contract::{AttributeContract, Contract};
use senne_model::{Entity, Json};
use senne_programme::from_simple::to_simple;

/// Attributes by their terms, in the order of the contract.
pub(in crate::pages::programme) type Simple = Vec<(String, Json)>;

/// What an entity says of the attributes of its contract.
pub(in crate::pages::programme) fn simple(entity: &Entity, contract: &Contract) -> Simple {
    let each = contract.attributes.iter().filter_map(|promise| {
        let json = to_simple(&instance(entity, promise)?.value);
        (json != Json::Null).then(|| (promise.term.clone(), json))
    });
    each.collect()
}

/// Terms of the core context, such as `unitCode`, are written under another name than contracts expand them to.
fn instance<'a>(entity: &'a Entity, promise: &AttributeContract) -> Option<&'a senne_model::Instance> {
    let mut names = std::iter::once(&promise.name).chain(&promise.former_names);
    let found = names.find_map(|name| entity.instance(name));
    let by_term = || entity.attributes.iter().find(|one| one.name.local() == promise.term)?.main();
    found.or_else(by_term)
}

/// What stands at a term.
pub(in crate::pages::programme) fn get<'a>(simple: &'a [(String, Json)], term: &str) -> Option<&'a Json> {
    simple.iter().find(|(name, _)| name == term).map(|(_, json)| json)
}

/// The targets of a relationship in simple form.
pub(in crate::pages::programme) fn targets(json: Option<&Json>) -> Vec<&str> {
    match json {
        Some(Json::Text(text)) => vec![text],
        Some(Json::Array(items)) => items.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    }
}

/// A text of a language in simple form; one that names no language counts as English, as programmes read it.
pub(in crate::pages::programme) fn told<'a>(json: Option<&'a Json>, language: &str) -> Option<&'a str> {
    match json? {
        Json::Text(text) => (language == "en").then_some(&**text),
        Json::Object(members) => {
            let found = members.iter().find(|(tag, _)| speaks(tag, language)).map(|(_, text)| text)?;
            found.as_str().or_else(|| found.as_array()?.first()?.as_str())
        }
        _ => None,
    }
}

/// Whether a tag, `fr` or `fr-BE`, is of a language.
pub(super) fn speaks(tag: &str, language: &str) -> bool {
    let rest = tag.strip_prefix(language);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-')) || (tag == "@none" && language == "en")
}

/// The day of a time in simple form, as its text says it.
pub(in crate::pages::programme) fn day(json: Option<&Json>) -> Option<jiff::civil::Date> {
    json?.as_str()?.get(..10)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Json {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn texts_are_found_by_their_language() {
        let words = json(r#"{"fr-BE": "Rue", "nl": ["Straat"], "de": "Straße"}"#);
        assert_eq!((told(Some(&words), "fr"), told(Some(&words), "nl")), (Some("Rue"), Some("Straat")));
        assert_eq!(told(Some(&words), "en"), None);
        let plain = json(r#""Street""#);
        assert_eq!((told(Some(&plain), "fr"), told(Some(&plain), "en")), (None, Some("Street")));
        assert_eq!(told(None, "fr"), None);
    }

    #[test]
    fn days_are_those_written() {
        assert_eq!(day(Some(&json(r#""2026-11-24T00:40:00+01:00""#))), Some(jiff::civil::date(2026, 11, 24)));
        assert_eq!(day(Some(&json(r#""soon""#))), None);
    }

    #[test]
    fn relationships_have_one_target_or_many() {
        assert_eq!(targets(Some(&json(r#""urn:a""#))), ["urn:a"]);
        assert_eq!(targets(Some(&json(r#"["urn:a", "urn:b"]"#))), ["urn:a", "urn:b"]);
        assert!(targets(None).is_empty());
    }
}
