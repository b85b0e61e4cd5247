//! What an entity says of itself that does not change by the hour: for the side of its page.

use senne_contract::Contract;
use senne_model::{Attribute, AttributeValue, Entity, EntityId};

use super::rows::Fact;
use crate::{describe, overview::Overview, words::Words};

/// Attributes that a page shows elsewhere, or that say nothing to a reader.
const ELSEWHERE: [&str; 3] = ["name", "location", "schematic"];

/// The attributes in the order of the contract, then those it does not know.
pub(crate) fn in_order<'a>(contract: Option<&Contract>, entity: &'a Entity) -> Vec<&'a Attribute> {
    let place = |attribute: &Attribute| {
        let known = contract.and_then(|c| {
            c.attributes
                .iter()
                .position(|a| a.name == attribute.name || a.former_names.contains(&attribute.name))
        });
        known.unwrap_or(usize::MAX)
    };
    let mut attributes: Vec<&Attribute> = entity.attributes.iter().collect();
    attributes.sort_by_key(|attribute| place(attribute));
    attributes
}

/// What an attribute is called.
pub(crate) fn title_of(words: Words, contract: Option<&Contract>, attribute: &Attribute) -> String {
    let promised = contract.and_then(|c| c.attribute(&attribute.name));
    promised
        .map_or_else(|| attribute.name.local().to_owned(), |a| a.title.get(words.language.code()).to_owned())
}

/// The standing facts of an entity; with `all`, also those that carry a time.
pub(crate) fn facts_of(
    words: Words,
    contract: Option<&Contract>,
    entity: &Entity,
    overview: &Overview,
    all: bool,
) -> Vec<Fact> {
    let mut facts = Vec::new();
    for attribute in in_order(contract, entity) {
        let Some(instance) = attribute.main() else { continue };
        let shown_elsewhere = ELSEWHERE.contains(&attribute.name.local());
        let outline = matches!(&instance.value, AttributeValue::Geo(place) if place.as_point().is_none());
        if shown_elsewhere || outline || (instance.observed_at.is_some() && !all) {
            continue;
        }
        let promised = contract.and_then(|c| c.attribute(&attribute.name));
        let area = area_meant(words, overview, &instance.value);
        let text = area.unwrap_or_else(|| describe::now_of(words, promised, instance).value);
        facts.push(Fact { title: title_of(words, contract, attribute), text });
    }
    if let Some(place) = entity.location().filter(|place| place.as_point().is_some())
        && let Some(text) = describe::text_of(words, &AttributeValue::Geo(place.clone()))
    {
        facts.push(Fact { title: words.t("entity.place").to_owned(), text });
    }
    facts
}

/// The name of the area that a relationship points at: a reader wants the name, not the identifier.
fn area_meant(words: Words, overview: &Overview, value: &AttributeValue) -> Option<String> {
    let AttributeValue::Relationship { objects, .. } = value else { return None };
    let area = overview.area(&EntityId::trusted(objects.first()?))?;
    Some(describe::name_of(area, words.language))
}
