//! How identifiers and names of the two forms meet.

use std::borrow::Cow;

use senne_context::Context as Terms;
use senne_model::{EntityId, Name, Problem, is_iri, reserved};

/// What stands before an identifier that is no IRI, since entities of NGSI-LD are named by IRIs.
pub(crate) const PREFIX: &str = "urn:ngsi-v2:";

/// The longest name of NGSI-v2, in characters.
const NAME_MAX: usize = 256;

/// Where words of ours stand.
const OF_THE_HOUSE: &str = "urn:senne:";

/// The identifier inside: an IRI as it is, another word behind our prefix, with what an IRI may not hold encoded.
pub(crate) fn id_in(text: &str) -> Result<EntityId, Problem> {
    check(text).map_err(|problem| problem.field("id"))?;
    if is_iri(text) && !text.starts_with(PREFIX) {
        return EntityId::parse(text);
    }
    EntityId::parse(&format!("{PREFIX}{}", encoded(text)))
}

/// The identifier outside.
pub(crate) fn id_out(id: &str) -> Cow<'_, str> {
    id.strip_prefix(PREFIX).map_or(Cow::Borrowed(id), |word| Cow::Owned(decoded(word)))
}

/// The name of a type or an attribute inside.
pub(crate) fn name_in(terms: &Terms, text: &str, field: &str) -> Result<Name, Problem> {
    check(text).map_err(|problem| problem.field(field))?;
    Ok(terms.expand(text))
}

/// The name inside of an attribute that is written.
pub(crate) fn attribute_in(terms: &Terms, text: &str) -> Result<Name, Problem> {
    let name = name_in(terms, text, text)?;
    refuse_reserved(terms, text, &name, reserved::is_no_attribute)?;
    Ok(name)
}

/// The name inside of metadata that are written.
pub(crate) fn metadata_in(terms: &Terms, text: &str) -> Result<Name, Problem> {
    let name = name_in(terms, text, text)?;
    refuse_reserved(terms, text, &name, reserved::is_no_part)?;
    Ok(name)
}

/// Refuses a name that would stand beside a member of NGSI-LD that is called the same.
fn refuse_reserved(
    terms: &Terms,
    text: &str,
    name: &Name,
    is_reserved: fn(&str) -> bool,
) -> Result<(), Problem> {
    let shown = name_out(terms, name);
    let is_mark = name.starts_with('@') || name.starts_with(OF_THE_HOUSE) || crate::read::is_type_mark(name);
    if !is_mark && !is_reserved(&shown) {
        return Ok(());
    }
    let remedy = match &*shown {
        "scope" => "the header Fiware-ServicePath says where an entity belongs",
        "observedAt" => "the metadata `TimeInstant` of an attribute say when it was observed",
        "unitCode" => "the metadata `unitCode` of an attribute, a text, say its unit",
        _ => "choose another name",
    };
    let detail = format!("`{text}` has a meaning of its own in NGSI-LD, by which the same is told: {remedy}");
    Err(Problem::bad(detail).field(text))
}

/// The name outside: the short one where the core context has it.
pub(crate) fn name_out<'a>(terms: &'a Terms, name: &'a str) -> Cow<'a, str> {
    terms.compact(name)
}

/// NGSI-v2 "Field syntax restrictions" and "General syntax restrictions".
fn check(text: &str) -> Result<(), Problem> {
    let fits = |c: char| !c.is_control() && !c.is_whitespace() && !"&?/#<>\"'=;()".contains(c);
    let length = text.chars().count();
    // An IRI may have what a word may not.
    if (1..=NAME_MAX).contains(&length) && (is_iri(text) || text.chars().all(fits)) {
        return Ok(());
    }
    Err(Problem::bad(format!("1 to {NAME_MAX} characters without spaces and &?/#<>\"'=;() are needed here")))
}

/// With everything percent-encoded that may not stand in a part of an IRI.
pub(crate) fn encoded(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:@!$*+,[]".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// The opposite of [`encoded`]; a `%` that no digits follow stays.
pub(crate) fn decoded(text: &str) -> String {
    let (bytes, mut out, mut place) = (text.as_bytes(), Vec::with_capacity(text.len()), 0);
    while place < bytes.len() {
        let hex = bytes.get(place + 1..place + 3).filter(|_| bytes[place] == b'%');
        let byte = hex
            .filter(|hex| hex.iter().all(u8::is_ascii_hexdigit))
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(byte.unwrap_or(bytes[place]));
        place += if byte.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_identifier_comes_back_and_no_two_are_one() {
        let mut seen = std::collections::HashSet::new();
        for id in
            ["Room1", "Café", "a%20b", "urn:ngsi-ld:Room:1", "urn:ngsi-v2:Room1", "http://x.org/a?b#c", "1:2"]
        {
            let inside = id_in(id).unwrap();
            assert_eq!(id_out(&inside), id, "{inside}");
            assert!(seen.insert(inside));
        }
        for wrong in ["", "a b", "a(b", "a=b", &"x".repeat(257)] {
            assert_eq!(id_in(wrong).unwrap_err().field.as_deref(), Some("id"), "{wrong}");
        }
        assert_eq!(decoded("100%+5 %41%zz%"), "100%+5 A%zz%");
    }

    #[test]
    fn names_are_those_of_the_core_context() {
        let terms = Terms::default_core();
        let name = name_in(&terms, "temperature", "attr").unwrap();
        assert_eq!(&*name, "https://uri.etsi.org/ngsi-ld/default-context/temperature");
        assert_eq!(name_out(&terms, &name), "temperature");
    }

    #[test]
    fn names_with_a_meaning_of_their_own_are_refused() {
        let terms = Terms::default_core();
        for name in ["scope", "https://uri.etsi.org/ngsi-ld/scope", "createdAt", "@type", "unitCode"] {
            assert_eq!(attribute_in(&terms, name).unwrap_err().field.as_deref(), Some(name));
        }
        for name in [
            "type",
            "id",
            "value",
            "datasetId",
            "observedAt",
            "valueType",
            "https://uri.etsi.org/ngsi-ld/hasObject",
            "https://uri.etsi.org/ngsi-ld/valueType",
            "urn:senne:ns#amendment",
        ] {
            assert_eq!(metadata_in(&terms, name).unwrap_err().field.as_deref(), Some(name));
        }
        for name in ["temperature", "location", "status", "description", "value", "https://example.org/scope"]
        {
            assert!(attribute_in(&terms, name).is_ok(), "{name}");
        }
        assert!(metadata_in(&terms, "accuracy").is_ok());
    }
}
