//! What a form holds: names and texts, as a browser sends them and as a thing fills them.

use senne_contract::{AttributeContract, ValueKind};
use senne_model::Json;

use super::simple;
use crate::address;

/// The languages that texts are written in here.
pub(in crate::pages::programme) const LANGUAGES: [&str; 3] = ["fr", "nl", "en"];
/// So many fields of a form are read; the largest form has a few hundred.
const FIELDS_MOST: usize = 4096;
/// So many parameters [`address::parameters`] reads at once.
const AT_ONCE: usize = 64;

/// The fields of a form in their order; a name may stand more than once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Values(Vec<(String, String)>);

impl Values {
    /// What a browser sent.
    pub(super) fn sent(body: &str) -> Self {
        let pairs: Vec<&str> = body.split('&').filter(|pair| !pair.is_empty()).take(FIELDS_MOST).collect();
        let mut fields: Vec<(String, String)> =
            pairs.chunks(AT_ONCE).flat_map(|chunk| address::parameters(&chunk.join("&"))).collect();
        // A browser sends the ends of lines as the network likes them.
        fields.iter_mut().for_each(|(_, text)| *text = text.replace("\r\n", "\n"));
        Self(fields)
    }

    /// The text of a field; empty when it is not there.
    pub(super) fn first(&self, name: &str) -> &str {
        self.0.iter().find(|(have, _)| have == name).map_or("", |(_, text)| text.as_str())
    }

    /// All texts of a name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(have, _)| have == name).map(|(_, text)| text.as_str())
    }

    /// Puts texts in place of those that the name had.
    pub(super) fn put(&mut self, name: &str, texts: impl IntoIterator<Item = String>) {
        self.0.retain(|(have, _)| have != name);
        self.0.extend(texts.into_iter().map(|text| (name.to_owned(), text)));
    }

    /// What was sent, over what stood there: a field that was not sent stays as it was.
    pub(super) fn under(mut self, sent: Self) -> Self {
        self.0.retain(|(name, _)| !sent.0.iter().any(|(other, _)| other == name));
        self.0.extend(sent.0);
        self
    }

    /// Fills the fields of an attribute with what it says.
    pub(super) fn fill(&mut self, attribute: &AttributeContract, json: &Json) {
        let term = attribute.term.as_str();
        match attribute.kind {
            ValueKind::Language => {
                for language in LANGUAGES {
                    let text = simple::told(Some(json), language).unwrap_or_default();
                    self.put(&spoken(term, language), [text.to_owned()]);
                }
            }
            ValueKind::Relationship => {
                self.put(term, simple::targets(Some(json)).into_iter().map(ToOwned::to_owned));
            }
            ValueKind::Time => self.put(term, simple::day(Some(json)).map(|day| day.to_string())),
            ValueKind::Boolean => self.put(term, (*json == Json::Bool(true)).then(|| "true".to_owned())),
            ValueKind::Object | ValueKind::List => {
                let pretty = serde_json::to_string_pretty(json);
                self.put(term, [pretty.unwrap_or_else(|_| json.to_string())]);
            }
            ValueKind::Geometry => self.put(term, [json.to_string()]),
            ValueKind::Text | ValueKind::Number | ValueKind::Integer => self.put(term, [plain(json)]),
        }
    }

    /// Fills the fields of an attribute with what an address says of it; what it does not name stays.
    pub(super) fn ask(
        &mut self,
        attribute: &AttributeContract,
        asked: &[(String, String)],
        language: &str,
        whole: impl Fn(&str) -> String,
    ) {
        let term = attribute.term.as_str();
        let of = |name: &str| -> Vec<String> {
            let found = asked.iter().filter(|(have, text)| have == name && !text.is_empty());
            found.map(|(_, text)| text.clone()).collect()
        };
        let plain = of(term);
        match attribute.kind {
            ValueKind::Language => {
                for each in LANGUAGES {
                    let name = spoken(term, each);
                    let mut texts = of(&name);
                    if texts.is_empty() && each == language {
                        texts.clone_from(&plain);
                    }
                    if let Some(text) = texts.into_iter().next() {
                        self.put(&name, [text]);
                    }
                }
            }
            _ if plain.is_empty() => {}
            ValueKind::Relationship => self.put(term, plain.iter().map(|text| whole(text))),
            _ => self.put(term, plain.into_iter().take(1)),
        }
    }
}

/// The name of the field of a text in a language.
pub(super) fn spoken(term: &str, language: &str) -> String {
    format!("{term}.{language}")
}

/// The name of the field in which further targets are written.
pub(super) fn further(term: &str) -> String {
    format!("{term}.add")
}

fn plain(json: &Json) -> String {
    match json {
        Json::Text(text) => text.to_string(),
        // `8`, where JSON would say `8.0`.
        Json::Float(number) => number.to_string(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_with_many_fields_are_read_to_their_end() {
        let body: Vec<String> = (0..300).map(|place| format!("refAreas=urn%3A{place}")).collect();
        let values = Values::sent(&format!("a=1&{}&text=x%0D%0Ay+z", body.join("&")));
        assert_eq!(values.all("refAreas").count(), 300);
        assert_eq!(values.all("refAreas").last(), Some("urn:299"));
        assert_eq!((values.first("a"), values.first("text"), values.first("b")), ("1", "x\ny z", ""));
    }

    #[test]
    fn what_is_not_sent_stays() {
        let mut values = Values::default();
        values.put("refAreas", ["urn:1".to_owned(), "urn:2".to_owned()]);
        values.put("name.fr", ["Rue".to_owned()]);
        let values = values.under(Values::sent("refAreas=&refAreas=urn%3A3"));
        assert_eq!(values.all("refAreas").collect::<Vec<_>>(), ["", "urn:3"]);
        assert_eq!(values.first("name.fr"), "Rue");
    }

    #[test]
    fn numbers_are_written_as_people_do() {
        assert_eq!((plain(&Json::Float(8.0)), plain(&Json::Float(0.25))), ("8".into(), "0.25".into()));
        assert_eq!((plain(&Json::Int(-3)), plain(&Json::text("x"))), ("-3".into(), "x".into()));
    }
}
