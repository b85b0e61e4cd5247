//! Attributes of attributes, as JSON text in one column.

use senne_model::{Attribute, Instance, Iri, Json, Name, Quality, Timestamp};
use smallvec::SmallVec;

use crate::value::{self, Parts};

/// The JSON text; `None` when there are no sub-attributes.
pub(crate) fn write(attributes: &[Attribute]) -> Option<String> {
    (!attributes.is_empty()).then(|| to_json(attributes).to_string())
}

/// Reads what [`write`] wrote; what cannot be read is left out.
pub(crate) fn read(text: &str) -> Vec<Attribute> {
    Json::parse(text.as_bytes()).map(|json| from_json(&json)).unwrap_or_default()
}

fn to_json(attributes: &[Attribute]) -> Json {
    let each = |a: &Attribute| {
        let instances = a.instances.iter().map(instance_to_json).collect();
        Json::Object(vec![("name".into(), Json::text(&a.name)), ("instances".into(), Json::Array(instances))])
    };
    Json::Array(attributes.iter().map(each).collect())
}

fn from_json(json: &Json) -> Vec<Attribute> {
    let each = |a: &Json| {
        let name = Name::new(a.get("name")?.as_str()?);
        let instances: SmallVec<[Instance; 1]> =
            a.get("instances")?.as_array()?.iter().filter_map(instance_from_json).collect();
        Some(Attribute { name, instances })
    };
    json.as_array().unwrap_or_default().iter().filter_map(each).collect()
}

fn instance_to_json(instance: &Instance) -> Json {
    let parts = value::split(&instance.value);
    let mut members: Vec<(Box<str>, Json)> = vec![("kind".into(), Json::text(instance.value.kind()))];
    let mut put = |name: &str, value: Option<Json>| members.extend(value.map(|value| (name.into(), value)));
    put("number", parts.number.map(Json::Float));
    put("text", parts.text.map(Json::text));
    put("json", parts.json.map(Json::from));
    put("geometry", parts.geometry.map(Json::from));
    put("datasetId", instance.dataset_id.as_ref().map(|iri| Json::text(iri)));
    put("observedAt", instance.observed_at.map(|at| Json::Int(at.micros())));
    put("unitCode", instance.unit_code.as_ref().map(|unit| Json::text(unit)));
    put("createdAt", Some(Json::Int(instance.created_at.micros())));
    put("modifiedAt", Some(Json::Int(instance.modified_at.micros())));
    put("quality", Some(Json::Int(i64::from(instance.quality.bits()))));
    put("attributes", (!instance.sub_attributes.is_empty()).then(|| to_json(&instance.sub_attributes)));
    Json::Object(members)
}

fn instance_from_json(json: &Json) -> Option<Instance> {
    let text = |name: &str| json.get(name).and_then(Json::as_str);
    let time = |name: &str| match json.get(name) {
        Some(Json::Int(micros)) => Some(Timestamp::from_micros(*micros)),
        _ => None,
    };
    let parts = Parts {
        number: json.get("number").and_then(Json::as_f64),
        text: text("text"),
        json: text("json").map(str::to_owned),
        geometry: text("geometry").map(str::to_owned),
    };
    let mut instance = Instance::new(value::join(text("kind")?, &parts));
    instance.dataset_id = text("datasetId").map(Iri::new);
    instance.observed_at = time("observedAt");
    instance.unit_code = text("unitCode").map(Name::new);
    instance.created_at = time("createdAt").unwrap_or_default();
    instance.modified_at = time("modifiedAt").unwrap_or_default();
    if let Some(Json::Int(bits)) = json.get("quality") {
        instance.quality = Quality::from_bits(u16::try_from(*bits).unwrap_or_default());
    }
    instance.sub_attributes = json.get("attributes").map(from_json).unwrap_or_default();
    Some(instance)
}

#[cfg(test)]
mod tests {
    use senne_model::AttributeValue;

    use super::*;

    #[test]
    fn nested_attributes_come_back() {
        let mut inner =
            Instance::new(AttributeValue::Property(Json::Float(0.5))).at(Timestamp::from_micros(7));
        inner.unit_code = Some(Name::new("GQ"));
        inner.quality = Quality::GOOD;
        let deep =
            Attribute::new(Name::new("urn:x:deep"), Instance::new(AttributeValue::Property(Json::text("y"))));
        inner.sub_attributes.push(deep);
        let attributes = vec![Attribute::new(Name::new("urn:x:accuracy"), inner)];
        assert_eq!(read(&write(&attributes).unwrap()), attributes);
        assert_eq!(write(&[]), None);
        assert!(read("{").is_empty());
    }
}
