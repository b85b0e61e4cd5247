//! How attributes of an entity are read.

use std::{collections::BTreeMap, fmt};

use jiff::civil::Date;
use senne_model::{AttributeValue, Entity, Instance, Iri, Json};
use serde::Serialize;

use crate::{
    rules::{YEARS, day_in, instance, is_near},
    types::{Euros, Words},
};

/// Something that does not fit, and was left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// The identifier of the entity.
    pub entity: String,
    /// The attribute, by its term.
    pub attribute: String,
    /// What it should be.
    pub wanted: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "`{}` of {} should be {}", self.attribute, self.entity, self.wanted)
    }
}

/// So many findings are kept; beyond, they are counted.
const FINDINGS_MOST: usize = 1_000;

/// Findings, up to a number that somebody can read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Findings {
    pub(crate) kept: Vec<Finding>,
    pub(crate) more: usize,
}

impl Findings {
    pub(crate) fn add(&mut self, entity: &str, attribute: &str, wanted: impl Into<String>) {
        if self.kept.len() < FINDINGS_MOST {
            let (entity, attribute) = (entity.to_owned(), attribute.to_owned());
            self.kept.push(Finding { entity, attribute, wanted: wanted.into() });
        } else {
            self.more += 1;
        }
    }
}

/// Reads one entity. Every method gives nothing when the attribute is not there, and lists a finding when it is there and does not fit.
pub(crate) struct Reader<'a> {
    entity: &'a Entity,
    findings: &'a mut Findings,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(entity: &'a Entity, findings: &'a mut Findings) -> Self {
        Self { entity, findings }
    }

    /// The identifier of the entity.
    pub(crate) fn id(&self) -> &'a str {
        self.entity.id.as_str()
    }

    /// The last part of the identifier.
    pub(crate) fn local_id(&self) -> &'a str {
        self.id().rsplit(':').next().unwrap_or_default()
    }

    /// Lists that an attribute does not fit.
    pub(crate) fn wrong(&mut self, term: &str, wanted: impl Into<String>) {
        self.findings.add(self.entity.id.as_str(), term, wanted);
    }

    /// Lists a finding when what an entity cannot be without is missing.
    pub(crate) fn need<T>(&mut self, term: &str, found: Option<T>, wanted: &str) -> Option<T> {
        if found.is_none() && self.instance(term).is_none() {
            self.wrong(term, format!("{wanted}; it is missing, so that the entity is left out"));
        }
        found
    }

    /// The instance that stands, whatever it is.
    pub(crate) fn instance(&self, term: &str) -> Option<&'a Instance> {
        instance(self.entity, term)
    }

    fn value(&self, term: &str) -> Option<&'a AttributeValue> {
        self.instance(term).map(|instance| &instance.value)
    }

    /// A text.
    pub(crate) fn text(&mut self, term: &str) -> Option<&'a str> {
        let found = match self.value(term)? {
            AttributeValue::Property(json) => plain(json),
            AttributeValue::Vocab(iris) => {
                iris.first().map(|iri| iri.as_str().rsplit(['/', '#']).next().unwrap_or_default())
            }
            _ => None,
        };
        if found.is_none() {
            self.wrong(term, "a text");
        }
        found
    }

    /// A text to keep; nothing when it is empty.
    pub(crate) fn owned(&mut self, term: &str) -> Option<String> {
        self.text(term).filter(|text| !text.is_empty()).map(ToOwned::to_owned)
    }

    /// A text in the languages of the city; one that names no language counts for all.
    pub(crate) fn words(&mut self, term: &str) -> Words {
        let Some(value) = self.value(term) else { return Words::default() };
        let found = match value {
            AttributeValue::Language(map) => {
                Some(words(map.iter().filter_map(|(tag, json)| Some((&**tag, first(json)?)))))
            }
            AttributeValue::Property(json) => plain(json).map(|text| words([("en", text)].into_iter())),
            _ => None,
        };
        if found.is_none() {
            self.wrong(term, "a text in French, Dutch and English");
        }
        found.unwrap_or_default()
    }

    /// A finite number.
    pub(crate) fn number(&mut self, term: &str) -> Option<f64> {
        let found = self.value(term)?.as_number().filter(|number| number.is_finite());
        if found.is_none() {
            self.wrong(term, "a number");
        }
        found
    }

    /// A number within bounds, both included.
    pub(crate) fn number_within(&mut self, term: &str, least: f64, most: f64) -> Option<f64> {
        let number = self.number(term)?;
        if (least..=most).contains(&number) {
            return Some(number);
        }
        self.wrong(term, format!("a number from {least} to {most}"));
        None
    }

    /// A whole number within bounds, both included.
    pub(crate) fn whole<T: TryFrom<i64>>(&mut self, term: &str, least: i64, most: i64) -> Option<T> {
        let number = self.number(term)?;
        let found = (number.fract() == 0.0 && (least as f64..=most as f64).contains(&number))
            .then(|| T::try_from(number as i64).ok())
            .flatten();
        if found.is_none() {
            self.wrong(term, format!("a whole number from {least} to {most}"));
        }
        found
    }

    /// An amount in euros, rounded to whole ones.
    pub(crate) fn amount(&mut self, term: &str) -> Option<Euros> {
        let found = self.number(term).map(Euros::nearest);
        if found == Some(None) {
            self.wrong(term, "an amount in euros");
        }
        found.flatten()
    }

    /// The same where what is not said is nothing.
    pub(crate) fn euros(&mut self, term: &str) -> Euros {
        self.amount(term).unwrap_or_default()
    }

    /// A civil day, from a day or a date-time; the day is the one written, in whatever zone it was written.
    pub(crate) fn date(&mut self, term: &str) -> Option<Date> {
        let text = self.text(term)?;
        let found = day_in(text);
        match found {
            None => self.wrong(term, "a day, e.g. 2026-11-27"),
            Some(day) if !is_near(day) => {
                self.wrong(term, format!("a day from {} to {}", YEARS.start(), YEARS.end()));
            }
            Some(_) => {}
        }
        found.filter(|day| is_near(*day))
    }

    /// The targets of a relationship.
    pub(crate) fn targets<T: From<&'a str>>(&mut self, term: &str) -> Vec<T> {
        let Some(value) = self.value(term) else { return Vec::new() };
        let iris = |iris: &'a [Iri]| iris.iter().map(|iri| T::from(iri.as_str())).collect();
        match value {
            AttributeValue::Relationship { objects, .. } | AttributeValue::ListRelationship(objects) => {
                iris(objects)
            }
            AttributeValue::Property(Json::Text(text)) => vec![T::from(&**text)],
            AttributeValue::Property(Json::Array(items)) | AttributeValue::List(items) => {
                items.iter().filter_map(Json::as_str).map(T::from).collect()
            }
            _ => {
                self.wrong(term, "one or more identifiers of entities");
                Vec::new()
            }
        }
    }

    /// The first target of a relationship.
    pub(crate) fn target<T: From<&'a str>>(&mut self, term: &str) -> Option<T> {
        self.targets(term).into_iter().next()
    }

    /// A word of a list.
    pub(crate) fn code<T: Copy>(&mut self, term: &str, codes: &[(&str, T)]) -> Option<T> {
        let text = self.text(term)?;
        let found = codes.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let known: Vec<&str> = codes.iter().map(|(word, _)| *word).collect();
            self.wrong(term, format!("one of {}", known.join(", ")));
        }
        found
    }

    /// JSON as it is.
    pub(crate) fn json(&self, term: &str) -> Option<&'a Json> {
        match self.value(term)? {
            AttributeValue::Property(json) | AttributeValue::JsonProperty(json) => Some(json),
            _ => None,
        }
    }

    /// The items of a list; a single one may stand alone.
    pub(crate) fn items(&self, term: &str) -> &'a [Json] {
        match self.value(term) {
            Some(
                AttributeValue::List(items)
                | AttributeValue::Property(Json::Array(items))
                | AttributeValue::JsonProperty(Json::Array(items)),
            ) => items,
            Some(AttributeValue::Property(json) | AttributeValue::JsonProperty(json)) => {
                std::slice::from_ref(json)
            }
            _ => &[],
        }
    }

    /// Numbers by name; what is no finite number is left out and listed.
    pub(crate) fn numbers(&mut self, term: &str) -> BTreeMap<&'a str, f64> {
        if self.value(term).is_none() {
            return BTreeMap::new();
        }
        let Some(members) = self.json(term).and_then(Json::as_object) else {
            self.wrong(term, "an object of numbers");
            return BTreeMap::new();
        };
        let mut found = BTreeMap::new();
        for (name, json) in members {
            match json.as_f64().filter(|number| number.is_finite()) {
                Some(number) => {
                    found.insert(&**name, number);
                }
                None => self.wrong(term, format!("an object of numbers; `{name}` is none")),
            }
        }
        found
    }

    /// Numbers by calendar year.
    pub(crate) fn years(&mut self, term: &str) -> BTreeMap<i16, f64> {
        let mut found = BTreeMap::new();
        for (name, number) in self.numbers(term) {
            match name.parse::<i16>() {
                Ok(year) => {
                    found.insert(year, number);
                }
                Err(_) => self.wrong(term, format!("an object from years to numbers; `{name}` is no year")),
            }
        }
        found
    }
}

/// A text, also one with a type (`{"@type": "DateTime", "@value": …}`).
fn plain(json: &Json) -> Option<&str> {
    json.as_str().or_else(|| json.get("@value")?.as_str())
}

fn first(json: &Json) -> Option<&str> {
    json.as_str().or_else(|| json.as_array()?.first()?.as_str())
}

/// Texts by language tag; a tag that is none of the three is left aside, but `@none` stands for English where nothing else does.
fn words<'a>(texts: impl Iterator<Item = (&'a str, &'a str)>) -> Words {
    let mut out = Words::default();
    let mut none = None;
    for (tag, text) in texts {
        let text = text.to_owned();
        match tag.get(..2) {
            Some("fr") => out.fr = Some(text),
            Some("nl") => out.nl = Some(text),
            Some("en") => out.en = Some(text),
            Some("@n") => none = Some(text),
            _ => {}
        }
    }
    out.en = out.en.or(none);
    out
}

/// Words from JSON: `{fr, nl, en}` or one text for all.
pub(super) fn words_of(json: &Json) -> Words {
    match json {
        Json::Text(text) => Words::in_language("en", &**text),
        Json::Object(members) => {
            words(members.iter().filter_map(|(tag, json)| Some((&**tag, json.as_str()?))))
        }
        _ => Words::default(),
    }
}

#[cfg(test)]
mod tests {
    use senne_model::{Attribute, EntityId, Name};

    use super::*;

    fn entity(attributes: Vec<(&str, AttributeValue)>) -> Entity {
        let mut entity = Entity::new(EntityId::trusted("urn:ngsi-ld:Project:a"), Name::new("Project"));
        let attribute = |(name, value)| Attribute::new(Name::new(name), Instance::new(value));
        entity.attributes = attributes.into_iter().map(attribute).collect();
        entity
    }

    #[test]
    fn attributes_of_any_vocabulary_are_found_by_their_term() {
        let text = |text| AttributeValue::Property(Json::text(text));
        let entity = entity(vec![
            ("https://uri.etsi.org/ngsi-ld/default-context/longname", text("no")),
            ("http://purl.org/dc/terms/description", text("yes")),
            ("name", text("a")),
        ]);
        let mut findings = Findings::default();
        let mut reader = Reader::new(&entity, &mut findings);
        assert_eq!(reader.text("description"), Some("yes"));
        assert_eq!(reader.text("name"), Some("a"));
        assert_eq!(reader.number("other"), None);
        assert!(findings.kept.is_empty());
    }

    #[test]
    fn what_does_not_fit_is_listed_with_what_it_should_be() {
        let text = |text| AttributeValue::Property(Json::text(text));
        let entity = entity(vec![("year", text("soon")), ("on", text("2026-13-01")), ("gate", text("x"))]);
        let mut findings = Findings::default();
        let mut reader = Reader::new(&entity, &mut findings);
        assert_eq!(reader.whole::<i16>("year", 2000, 2100), None);
        assert_eq!(reader.date("on"), None);
        assert_eq!(reader.code("gate", &[("none", 1), ("dpia", 2)]), None);
        assert_eq!(reader.need("refProject", None::<u8>, "a project"), None);
        let told: Vec<String> = findings.kept.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "`year` of urn:ngsi-ld:Project:a should be a number",
                "`on` of urn:ngsi-ld:Project:a should be a day, e.g. 2026-11-27",
                "`gate` of urn:ngsi-ld:Project:a should be one of none, dpia",
                "`refProject` of urn:ngsi-ld:Project:a should be a project; it is missing, so that the entity is left out",
            ]
        );
    }

    #[test]
    fn days_and_texts_in_their_forms() {
        let typed = Json::Object(vec![
            ("@type".into(), Json::text("Date")),
            ("@value".into(), Json::text("2026-05-01T23:30:00+02:00")),
        ]);
        let language = AttributeValue::Language(vec![
            ("fr-BE".into(), Json::text("rue")),
            ("@none".into(), Json::text("street")),
        ]);
        let entity = entity(vec![("at", AttributeValue::Property(typed)), ("name", language)]);
        let mut findings = Findings::default();
        let mut reader = Reader::new(&entity, &mut findings);
        assert_eq!(reader.date("at"), Some(jiff::civil::date(2026, 5, 1)));
        let name = reader.words("name");
        assert_eq!((name.get("fr"), name.get("nl")), (Some("rue"), Some("street")));
    }
}
