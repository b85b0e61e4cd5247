//! Entities in words: names, values, units, quality, as a page of one language shows them.

use senne_contract::{AttributeContract, Contract, Contracts, Unit};
use senne_model::{AttributeValue, Entity, Instance, Json, Test, Timestamp};

use crate::{format, language::Language, sentence, words::Words};

/// A moment for a page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Time {
    /// RFC 3339, for machines.
    pub(crate) iso: String,
    pub(crate) text: String,
    pub(crate) ago: String,
}

impl Time {
    pub(crate) fn new(words: Words, at: Timestamp, now: Timestamp) -> Self {
        Self {
            iso: at.to_string(),
            text: format::moment_short(words.language, at),
            ago: format::ago(words.language, at, now),
        }
    }
}

/// What an attribute says now.
#[derive(Clone, Debug)]
pub(crate) struct Now {
    /// The number as it is shown, when it is one.
    pub(crate) number: Option<f64>,
    /// The value with its unit.
    pub(crate) value: String,
    pub(crate) quality: &'static str,
    /// The flag as a class of the style sheet.
    pub(crate) class: &'static str,
    /// Whether the value is suspect or worse.
    pub(crate) doubt: bool,
    pub(crate) at: Option<Timestamp>,
}

/// The contract of an entity: that of the first of its types that has one.
pub(crate) fn contract_of<'a>(contracts: &'a Contracts, entity: &Entity) -> Option<&'a Contract> {
    entity.types.iter().find_map(|name| contracts.get(name))
}

pub(crate) fn is_area(contract: &Contract) -> bool {
    contract.icon.as_deref() == Some("area")
}

/// The mark of a type on maps and in lists, 0 … 6, by the icon that its contract hints at.
pub(crate) fn mark_of(contract: Option<&Contract>) -> usize {
    match contract.and_then(|c| c.icon.as_deref()) {
        Some("air") => 0,
        Some("traffic") => 1,
        Some("weather") => 2,
        Some("bike-hire") => 3,
        Some("bicycle") => 4,
        Some("parking") => 5,
        _ => 6,
    }
}

/// What the type of an entity is called.
pub(crate) fn type_title(contract: Option<&Contract>, entity: &Entity, language: Language) -> String {
    contract.map_or_else(
        || entity.types.first().map_or_else(String::new, |name| name.local().to_owned()),
        |contract| contract.title.get(language.code()).to_owned(),
    )
}

/// What an entity is called: its name in the language, else the last part of its id.
pub(crate) fn name_of(entity: &Entity, language: Language) -> String {
    let named = ["name", "title", "alternateName"].into_iter().find_map(|term| {
        let attribute = entity.attributes.iter().find(|a| a.name.local() == term)?;
        let text = plain(&attribute.main()?.value, language)?;
        (!text.trim().is_empty()).then_some(text)
    });
    named.unwrap_or_else(|| {
        let id = entity.id.as_str();
        let last = id.rsplit([':', '/', '#']).find(|part| !part.is_empty()).unwrap_or(id);
        let kind = entity.types.first().map_or("", |name| name.local());
        if last == kind { id.to_owned() } else { last.to_owned() }
    })
}

/// The text of an attribute by the last part of its name.
pub(crate) fn text_by_term(entity: &Entity, term: &str, language: Language) -> Option<String> {
    let attribute = entity.attributes.iter().find(|a| a.name.local() == term)?;
    plain(&attribute.main()?.value, language)
}

/// Whether the simulator made any of the entity, by the mark on its values or by its provider.
pub(crate) fn simulated(entity: &Entity) -> bool {
    let marked = entity.attributes.iter().flat_map(|a| &a.instances).any(|i| i.quality.has(Test::Simulated));
    marked
        || text_by_term(entity, "dataProvider", Language::En)
            .is_some_and(|provider| provider.to_ascii_lowercase().contains("simulat"))
}

/// Whether the outline of an area is said to be schematic.
pub(crate) fn schematic(area: &Entity) -> bool {
    let attribute = area.attributes.iter().find(|a| a.name.local() == "schematic");
    attribute
        .and_then(|a| a.main())
        .is_some_and(|i| matches!(i.value, AttributeValue::Property(Json::Bool(true))))
}

/// The unit that a number is shown in: that of the contract, else that which came with it.
pub(crate) fn unit_of(attribute: Option<&AttributeContract>, instance: &Instance) -> String {
    let promised = attribute.map_or("", AttributeContract::symbol);
    if !promised.is_empty() {
        return promised.to_owned();
    }
    let came = instance.unit_code.as_deref().unwrap_or_default();
    Unit::find(came).map_or_else(|| came.to_owned(), |unit| unit.symbol.to_owned())
}

/// What an instance says now, in words.
pub(crate) fn now_of(words: Words, attribute: Option<&AttributeContract>, instance: &Instance) -> Now {
    let number = instance.value.as_number().map(|x| attribute.map_or(x, |a| a.shown_number(x)));
    let value = match number {
        Some(x) => sentence::with_unit(words, x, &unit_of(attribute, instance)),
        None => text_of(words, &instance.value).unwrap_or_else(|| "–".to_owned()),
    };
    Now {
        number,
        value,
        quality: sentence::quality(words, instance.quality),
        class: instance.quality.flag().word(),
        doubt: !instance.quality.usable(),
        at: instance.observed_at,
    }
}

/// The attribute that stands for the entity in a list: the primary one of its contract, when it is there.
pub(crate) fn primary_of<'a>(
    contract: Option<&'a Contract>,
    entity: &'a Entity,
) -> Option<(&'a AttributeContract, &'a Instance)> {
    let attribute = contract?.primary_attribute()?;
    let names = std::iter::once(&attribute.name).chain(&attribute.former_names);
    names.into_iter().find_map(|name| entity.instance(name)).map(|instance| (attribute, instance))
}

/// A value as text in the language of the reader.
pub(crate) fn text_of(words: Words, value: &AttributeValue) -> Option<String> {
    match value {
        AttributeValue::Property(Json::Bool(true)) => Some(words.t("value.yes").to_owned()),
        AttributeValue::Property(Json::Bool(false)) => Some(words.t("value.no").to_owned()),
        AttributeValue::Property(Json::Int(_) | Json::BigInt(_) | Json::Float(_)) => {
            value.as_number().map(|x| format::value(words.language, x))
        }
        AttributeValue::Geo(place) => {
            let (east, north) = place.as_point()?;
            let [north, east] = [north, east].map(|x| format::number(words.language, x, 4));
            Some(words.fill("value.place", [north, east]))
        }
        other => plain(other, words.language),
    }
}

/// The text in a value, when it has one that fits on a line.
fn plain(value: &AttributeValue, language: Language) -> Option<String> {
    match value {
        AttributeValue::Property(json) | AttributeValue::JsonProperty(json) => text_in(json),
        AttributeValue::Language(texts) => {
            let tagged = |tag: &str| texts.iter().find(|(have, _)| have.split('-').next() == Some(tag));
            let found = tagged(language.code()).or_else(|| tagged("fr")).or_else(|| texts.first());
            found.and_then(|(_, text)| text_in(text))
        }
        AttributeValue::List(items) => join(items.iter().filter_map(text_in)),
        AttributeValue::Vocab(iris) => join(iris.iter().map(ToString::to_string)),
        AttributeValue::Relationship { objects, .. } | AttributeValue::ListRelationship(objects) => {
            join(objects.iter().map(ToString::to_string))
        }
        AttributeValue::Geo(_) => None,
    }
}

fn text_in(json: &Json) -> Option<String> {
    match json {
        Json::Text(text) => Some(text.to_string()),
        Json::Int(i) => Some(i.to_string()),
        Json::BigInt(digits) => Some(digits.to_string()),
        Json::Float(x) => Some(x.to_string()),
        Json::Bool(b) => Some(b.to_string()),
        Json::Array(items) => join(items.iter().filter_map(text_in)),
        // A typed value of JSON-LD, else the parts of e.g. an address in their order.
        Json::Object(members) => match json.get("@value") {
            Some(value) => text_in(value),
            None => join(members.iter().filter_map(|(_, member)| text_in(member))),
        },
        Json::Null => None,
    }
}

fn join(parts: impl Iterator<Item = String>) -> Option<String> {
    let text = parts.take(12).collect::<Vec<_>>().join(", ");
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use senne_model::{Attribute, EntityId, Name, Quality};

    use super::*;

    fn entity(attributes: Vec<(&str, AttributeValue)>) -> Entity {
        let mut entity = Entity::new(
            EntityId::trusted("urn:ngsi-ld:Device:Ixelles:S3"),
            Name::new("https://x.org/Device"),
        );
        let name = |term| Name::new(&format!("https://x.org/{term}"));
        entity.attributes =
            attributes.into_iter().map(|(t, v)| Attribute::new(name(t), Instance::new(v))).collect();
        entity
    }

    fn texts(pairs: &[(&str, &str)]) -> AttributeValue {
        AttributeValue::Language(pairs.iter().map(|(tag, text)| ((*tag).into(), Json::text(text))).collect())
    }

    #[test]
    fn a_name_is_in_the_language_of_the_reader() {
        let named = entity(vec![("name", texts(&[("fr", "Ixelles"), ("nl-BE", "Elsene")]))]);
        assert_eq!(name_of(&named, Language::Nl), "Elsene");
        assert_eq!(name_of(&named, Language::En), "Ixelles");
        assert_eq!(name_of(&entity(vec![]), Language::Fr), "S3");
    }

    #[test]
    fn simulated_is_seen_on_values_and_providers() {
        let mut marked = entity(vec![("no2", AttributeValue::Property(Json::Int(3)))]);
        assert!(!simulated(&marked));
        marked.attributes[0].instances[0].quality = Quality::GOOD.marked(Test::Simulated);
        assert!(simulated(&marked));
        assert!(simulated(&entity(vec![(
            "dataProvider",
            AttributeValue::Property(Json::text("Senne simulator"))
        )])));
    }

    #[test]
    fn values_of_every_kind_have_words() {
        let words = Words::new(Language::Fr);
        assert_eq!(text_of(words, &AttributeValue::Property(Json::Float(1.25))).unwrap(), "1,2");
        let address: Json =
            serde_json::from_str(r#"{"streetAddress":"Rue Neuve 1","postalCode":"1000"}"#).unwrap();
        assert_eq!(text_of(words, &AttributeValue::Property(address)).unwrap(), "Rue Neuve 1, 1000");
        assert_eq!(text_of(words, &AttributeValue::Property(Json::Null)), None);
    }
}
