//! Identifiers of new things, made of what they are called.

use senne_model::Json;

use super::{super::shared, simple};

/// So many letters make an identifier.
const LETTERS_MOST: usize = 80;
/// Letters of the languages of the city, and what stands for them in addresses.
const PLAIN: [(&str, &str); 12] = [
    ("àáâãäå", "a"),
    ("ç", "c"),
    ("èéêë", "e"),
    ("ìíîï", "i"),
    ("ñ", "n"),
    ("òóôõöø", "o"),
    ("ùúûü", "u"),
    ("ýÿ", "y"),
    ("æ", "ae"),
    ("œ", "oe"),
    ("ß", "ss"),
    ("ĳ", "ij"),
];

/// A text in small letters, digits and hyphens: «Été à l’érable» is `ete-a-l-erable`.
pub(super) fn slug(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        if letter.is_ascii_alphanumeric() {
            out.push(letter);
        } else if let Some((_, plain)) = PLAIN.iter().find(|(letters, _)| letters.contains(letter)) {
            out.push_str(plain);
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
        if out.len() >= LETTERS_MOST {
            break;
        }
    }
    out.trim_end_matches('-').to_owned()
}

/// The last part of the identifier of a new thing: its project, its name or what else it is told apart by. Empty when it says nothing.
pub(super) fn made_of(content: &[(String, Json)], language: &str) -> String {
    let name = simple::get(content, "name");
    let spoken = [language, "en", "fr", "nl"].into_iter().find_map(|each| simple::told(name, each));
    let target = |term: &str| simple::targets(simple::get(content, term)).first().map(|id| shared::last(id));
    let written = |term: &str| match simple::get(content, term) {
        Some(Json::Text(text)) => text.to_string(),
        Some(Json::Int(number)) => number.to_string(),
        _ => String::new(),
    };
    let mut parts = vec![slug(target("refProject").unwrap_or_default())];
    if let Some(name) = spoken {
        parts.push(slug(name));
    } else {
        parts.push(slug(target("refIndicator").unwrap_or_default()));
        parts.extend(["source", "year"].map(|term| slug(&written(term))));
    }
    parts.retain(|part| !part.is_empty());
    parts.join("-")
}

/// Whether a text may be the last part of an identifier.
pub(super) fn is_part(text: &str) -> bool {
    const BYTES_MOST: usize = 200;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:".contains(&byte);
    (1..=BYTES_MOST).contains(&text.len()) && text.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(text: &str) -> String {
        let Ok(Json::Object(members)) = serde_json::from_str(text) else { return String::new() };
        let content: Vec<(String, Json)> =
            members.into_iter().map(|(term, json)| (term.into(), json)).collect();
        made_of(&content, "fr")
    }

    #[test]
    fn names_become_parts_of_addresses() {
        assert_eq!(slug("Été à l’érable, 30 km/h !"), "ete-a-l-erable-30-km-h");
        assert_eq!(slug("Œuvre Straße"), "oeuvre-strasse");
        assert_eq!((slug("…"), slug("   ")), (String::new(), String::new()));
        assert!(slug(&"très long ".repeat(40)).len() <= LETTERS_MOST + 1);
        assert!(is_part("a-b:c.d") && !is_part("a b") && !is_part("") && !is_part("é"));
    }

    #[test]
    fn things_of_projects_begin_with_their_project() {
        assert_eq!(made(r#"{"name": {"nl": "Straat", "fr": "Rue"}}"#), "rue");
        assert_eq!(
            made(r#"{"refProject": "urn:ngsi-ld:Project:a", "source": "region", "year": 2027}"#),
            "a-region-2027"
        );
        assert_eq!(
            made(r#"{"refProject": "urn:ngsi-ld:Project:a", "refIndicator": "urn:ngsi-ld:Indicator:no2"}"#),
            "a-no2"
        );
        assert_eq!(made("{}"), "");
    }
}
