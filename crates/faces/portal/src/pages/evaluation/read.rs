//! What an evaluation found, as its entity says it.

use senne_indicator::Period;
use senne_model::{Attribute, AttributeValue, Entity, Instance, Json, Name, Timestamp};

use crate::words::Words;

/// What older reports are written in, and what there always is.
const ENGLISH: &str = "en";

/// The effect that stands.
pub(crate) struct Effect {
    pub(crate) value: f64,
    pub(crate) interval: Option<(f64, f64)>,
    pub(crate) grade: u64,
    pub(crate) at: Option<Timestamp>,
    pub(crate) properties: Vec<(String, String)>,
}

/// One period: as observed, and as it would have been.
pub(crate) struct Step {
    pub(crate) period: Period,
    pub(crate) observed: f64,
    pub(crate) counterfactual: f64,
    pub(crate) bounds: Option<(f64, f64)>,
}

fn instance<'a>(entity: &'a Entity, local: &str) -> Option<&'a Instance> {
    entity.instance(&Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{local}")))
}

/// A text of the entity.
pub(crate) fn text<'a>(entity: &'a Entity, local: &str) -> Option<&'a str> {
    instance(entity, local)?.value.as_text()
}

/// The day on which the project begins to act; it may be written as a moment.
pub(crate) fn begins(entity: &Entity) -> Option<&str> {
    let text = text(entity, "startDate")?;
    Some(text.get(..10).unwrap_or(text))
}

/// The entities that an attribute names.
pub(crate) fn targets(entity: &Entity, local: &str) -> Vec<String> {
    match instance(entity, local).map(|instance| &instance.value) {
        Some(AttributeValue::Relationship { objects, .. } | AttributeValue::ListRelationship(objects)) => {
            objects.iter().map(|iri| iri.as_str().to_owned()).collect()
        }
        _ => Vec::new(),
    }
}

/// The verdict in the language of the visit; why there is none otherwise.
pub(crate) fn verdict(words: Words, entity: &Entity) -> String {
    let said = match instance(entity, "verdict").map(|instance| &instance.value) {
        Some(AttributeValue::Language(map)) => {
            let wanted = words.language.code();
            map.iter().find(|(tag, _)| &**tag == wanted).and_then(|(_, text)| text.as_str())
        }
        _ => None,
    };
    match (said, text(entity, "runStatus")) {
        (_, Some(why)) if why != "ran" => words.fill("evaluation.refused", [why]),
        (Some(said), _) => said.to_owned(),
        (None, _) => words.t("evaluation.waits").to_owned(),
    }
}

impl Effect {
    pub(crate) fn of(entity: &Entity) -> Option<Self> {
        let effect = instance(entity, "effect")?;
        let number = |local: &str| property(&effect.sub_attributes, local).and_then(Json::as_f64);
        let known = |attribute: &Attribute| {
            let AttributeValue::Property(json) = &attribute.main()?.value else { return None };
            let text = json.as_str().map_or_else(|| json.to_string(), str::to_owned);
            Some((attribute.name.local().to_owned(), text))
        };
        Some(Self {
            value: effect.value.as_number()?,
            interval: number("lowerBound").zip(number("upperBound")),
            grade: number("grade").unwrap_or_default() as u64,
            at: effect.observed_at,
            properties: effect.sub_attributes.iter().filter_map(known).collect(),
        })
    }
}

fn property<'a>(attributes: &'a [Attribute], local: &str) -> Option<&'a Json> {
    let attribute = attributes.iter().find(|attribute| attribute.name.local() == local)?;
    match &attribute.main()?.value {
        AttributeValue::Property(json) => Some(json),
        _ => None,
    }
}

/// The report of the last run.
pub(crate) fn report(entity: &Entity) -> Option<&Json> {
    match &instance(entity, "report")?.value {
        AttributeValue::JsonProperty(json) | AttributeValue::Property(json) => Some(json),
        _ => None,
    }
}

/// The course of the treated, by period.
pub(crate) fn course(report: &Json) -> Vec<Step> {
    let step = |json: &Json| {
        let number = |name: &str| json.get(name).and_then(Json::as_f64);
        Some(Step {
            period: json.get("time")?.as_str()?.parse().ok()?,
            observed: number("observed")?,
            counterfactual: number("counterfactual")?,
            bounds: number("low").zip(number("high")),
        })
    };
    report.get("course").and_then(Json::as_array).unwrap_or_default().iter().filter_map(step).collect()
}

/// A sentence of the report, in the language of the reader or in English.
pub(crate) struct Told {
    pub(crate) text: String,
    pub(crate) language: String,
}

/// The sentences of a list of the report. Reports of older runs have each as one text in English.
pub(crate) fn told(wanted: &str, report: &Json, name: &str) -> Vec<Told> {
    let one = |json: &Json| {
        let said = |language: &str| json.get(language)?.as_str().map(|text| (text, language.to_owned()));
        let plain = json.as_str().map(|text| (text, ENGLISH.to_owned()));
        let (text, language) = plain.or_else(|| said(wanted)).or_else(|| said(ENGLISH))?;
        Some(Told { text: text.to_owned(), language })
    };
    let list = report.get(name).and_then(Json::as_array).unwrap_or_default();
    list.iter().filter_map(one).collect()
}

/// The heaviest weights of a list of the report.
pub(crate) fn weights(report: &Json, name: &str, most: usize) -> Vec<(String, f64)> {
    let list = report.get(name).and_then(Json::as_array).unwrap_or_default();
    let weight = |json: &Json| Some((json.get("of")?.as_str()?.to_owned(), json.get("weight")?.as_f64()?));
    let mut all: Vec<(String, f64)> = list.iter().filter_map(weight).collect();
    all.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    all.truncate(most);
    all
}

#[cfg(test)]
mod tests {
    use senne_model::EntityId;

    use super::*;

    #[test]
    fn a_project_begins_on_a_day_however_it_is_written() {
        let name = |local: &str| Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{local}"));
        let day = "2026-11-12";
        for (written, day) in [(day, day), ("2026-11-12T08:00:00Z", day), ("é", "é")] {
            let mut entity = Entity::new(EntityId::trusted("urn:ngsi-ld:Evaluation:1"), name("Evaluation"));
            let value = AttributeValue::Property(Json::text(written));
            entity.attributes = vec![Attribute::new(name("startDate"), Instance::new(value))];
            assert_eq!(begins(&entity), Some(day));
        }
    }

    #[test]
    fn sentences_are_in_the_reader_s_language_and_older_ones_still_there() {
        let text =
            r#"{"warnings": ["old", {"en": "new", "fr": "nouveau", "nl": "nieuw"}, {"en": "only"}, 7]}"#;
        let report: Json = serde_json::from_str(text).unwrap();
        let shown = |wanted: &str| -> Vec<(String, String)> {
            told(wanted, &report, "warnings").into_iter().map(|told| (told.text, told.language)).collect()
        };
        let pairs = |pairs: [(&str, &str); 3]| pairs.map(|(a, b)| (a.to_owned(), b.to_owned())).to_vec();
        assert_eq!(shown("fr"), pairs([("old", "en"), ("nouveau", "fr"), ("only", "en")]));
        assert_eq!(shown("nl"), pairs([("old", "en"), ("nieuw", "nl"), ("only", "en")]));
        assert!(told("fr", &report, "reasons").is_empty());
    }
}
