//! From the JSON of NGSI-v2 to entities and attributes.

use std::collections::HashSet;

use senne_context::Context as Terms;
use senne_model::{
    Attribute, AttributeValue, Entity, EntityId, ErrorKind, Instance, Json, Name, Problem, Timestamp,
    is_null_marker,
};

use crate::{
    metadata,
    names::{attribute_in, id_in, name_in},
    value,
};

/// The part of an attribute in which the type of its value stands (GS CIM 009 clause 4.5.2, `valueType`), where it is none that the
/// value itself tells.
const VALUE_TYPE: &str = "https://uri.etsi.org/ngsi-ld/valueType";

/// The type of an entity that says none.
pub(crate) const THING: &str = "Thing";

/// The builtin attribute that says until when an entity is kept. It alone of them may be set.
pub(crate) const EXPIRES: &str = "dateExpires";

/// The most attributes of one entity in one body, and the most metadata of one attribute. Where a write meets what is there each is
/// looked for among the others, by the one thread that commits.
const ATTRIBUTES_MAX: usize = 2_000;
const METADATA_MAX: usize = 1_000;

/// Instead of a value: what is to be made of the one that is there (Orion, "Update operators").
const OPERATORS: [&str; 10] =
    ["$inc", "$mul", "$min", "$max", "$push", "$addToSet", "$pull", "$pullAll", "$set", "$unset"];

/// Whether a part of an attribute holds the type of its value.
pub(crate) fn is_type_mark(name: &str) -> bool {
    name == VALUE_TYPE
}

/// The type of the value that an instance holds, when it says one.
pub(crate) fn type_mark(instance: &Instance) -> Option<&str> {
    let mark = instance.sub_attributes.iter().find(|part| is_type_mark(&part.name))?;
    mark.main().and_then(|main| main.value.as_text())
}

/// A date-time: without a zone it is in UTC, and a date alone means its beginning (Orion, "Datetime support").
pub(crate) fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let rest = if text.contains(['T', 't']) { "Z" } else { "T00:00:00Z" };
    Timestamp::parse(text).or_else(|_| Timestamp::parse(&format!("{text}{rest}"))).ok()
}

/// Attributes as they were sent, and what stood among them.
#[derive(Debug, Default)]
pub(crate) struct Fragment {
    pub(crate) attributes: Vec<Attribute>,
    /// Until when the entity is kept; `Some(None)` for ever.
    pub(crate) expires_at: Option<Option<Timestamp>>,
    /// Attributes whose metadata are all taken away: `"metadata": {}`.
    bare: HashSet<Name>,
}

/// An entity as it was sent.
#[derive(Debug)]
pub(crate) struct EntityIn {
    pub(crate) id: EntityId,
    pub(crate) kind: Option<Name>,
    pub(crate) fragment: Fragment,
}

impl Fragment {
    /// Metadata of the attributes that are there stay where nothing is said of them (Orion, "Metadata update semantics"). When
    /// something was observed belongs to the value and does not stay.
    pub(crate) fn keep_metadata(&mut self, there: &Entity) {
        for attribute in &mut self.attributes {
            if self.bare.contains(&attribute.name) {
                continue;
            }
            let before = there.attribute(&attribute.name).and_then(|all| all.instance(None));
            if let (Some(before), Some(fresh)) = (before, attribute.instances.first_mut()) {
                keep_parts(fresh, before);
            }
        }
    }
}

fn keep_parts(fresh: &mut Instance, before: &Instance) {
    let said: HashSet<Name> = fresh.sub_attributes.iter().map(|part| part.name.clone()).collect();
    let stays = |part: &&Attribute| !is_type_mark(&part.name) && !said.contains(&part.name);
    fresh.sub_attributes.extend(before.sub_attributes.iter().filter(stays).cloned());
    if fresh.unit_code.is_none() {
        fresh.unit_code.clone_from(&before.unit_code);
    }
}

/// Reads an entity, with its values alone when `plain` (`options=keyValues`).
pub(crate) fn entity(json: &Json, plain: bool, terms: &Terms) -> Result<EntityIn, Problem> {
    let members = json.as_object().ok_or_else(|| Problem::bad("a JSON object is needed here: an entity"))?;
    let text = |name: &str| match json.get(name) {
        None => Ok(None),
        Some(Json::Text(text)) => Ok(Some(text)),
        Some(_) => Err(Problem::bad("a text is needed here").field(name)),
    };
    let id = text("id")?.ok_or_else(|| Problem::bad("an entity needs an `id`").field("id"))?;
    let kind = text("type")?.map(|kind| name_in(terms, kind, "type")).transpose()?;
    let others = members.iter().filter(|(name, _)| !matches!(&**name, "id" | "type"));
    Ok(EntityIn { id: id_in(id)?, kind, fragment: attributes(others, plain, terms)? })
}

/// Reads a body that has attributes alone.
pub(crate) fn fragment(json: &Json, plain: bool, terms: &Terms) -> Result<Fragment, Problem> {
    let members =
        json.as_object().ok_or_else(|| Problem::bad("a JSON object of attributes is needed here"))?;
    if let Some((name, _)) = members.iter().find(|(name, _)| matches!(&**name, "id" | "type")) {
        return Err(Problem::bad("`id` and `type` of an entity are not changed").field(&**name));
    }
    attributes(members.iter(), plain, terms)
}

/// Reads what stands behind the name of one attribute.
pub(crate) fn single(name: &str, json: &Json, terms: &Terms) -> Result<Fragment, Problem> {
    let member: (Box<str>, Json) = (name.into(), json.clone());
    attributes(std::iter::once(&member), false, terms)
}

fn attributes<'a>(
    members: impl Iterator<Item = &'a (Box<str>, Json)>,
    plain: bool,
    terms: &Terms,
) -> Result<Fragment, Problem> {
    let (mut read, mut seen) = (Fragment::default(), HashSet::new());
    for (name, json) in members {
        if &**name == EXPIRES {
            let value = if plain { Some(json) } else { json.get("value") };
            read.expires_at = Some(expiry(value)?);
            continue;
        }
        if seen.len() == ATTRIBUTES_MAX {
            return Err(too_many(ATTRIBUTES_MAX, "attributes").field(&**name));
        }
        let attribute = attribute(name, json, plain, terms)?;
        if !seen.insert(attribute.name.clone()) {
            return Err(Problem::bad("two names mean the same attribute").field(&**name));
        }
        let metadata = json.get("metadata").filter(|_| !plain).and_then(Json::as_object);
        if metadata.is_some_and(<[_]>::is_empty) {
            read.bare.insert(attribute.name.clone());
        }
        read.attributes.push(attribute);
    }
    Ok(read)
}

fn too_many(most: usize, of: &str) -> Problem {
    Problem::bad(format!("more than {most} {of} are too many in one body; send them in parts"))
}

/// Until when an entity is kept.
fn expiry(value: Option<&Json>) -> Result<Option<Timestamp>, Problem> {
    let wrong = || Problem::bad("a date-time is needed here, e.g. \"2024-01-31T12:00:00Z\"").field(EXPIRES);
    match value {
        None | Some(Json::Null) => Ok(None),
        Some(value) => value.as_str().and_then(moment).map(Some).ok_or_else(wrong),
    }
}

/// Reads one attribute.
fn attribute(name: &str, json: &Json, plain: bool, terms: &Terms) -> Result<Attribute, Problem> {
    let expanded = attribute_in(terms, name)?;
    let at = |problem: Problem| problem.within(name);
    if plain {
        refuse_operators(json).map_err(at)?;
        return Ok(Attribute::new(expanded, instance(None, json.clone()).map_err(at)?));
    }
    let members = json.as_object().ok_or_else(|| {
        at(Problem::bad("an object with `value` is needed; options=keyValues takes values alone"))
    })?;
    if let Some((member, _)) =
        members.iter().find(|(member, _)| !matches!(&**member, "type" | "value" | "metadata"))
    {
        return Err(at(Problem::bad("an attribute has `type`, `value` and `metadata`").field(&**member)));
    }
    let kind = match json.get("type") {
        None => None,
        Some(Json::Text(kind)) if !kind.is_empty() => Some(&**kind),
        Some(_) => return Err(at(Problem::bad("a text is needed here").field("type"))),
    };
    let value = json.get("value").cloned().unwrap_or(Json::Null);
    refuse_operators(&value).map_err(|problem| at(problem.field("value")))?;
    let mut read = instance(kind, value).map_err(at)?;
    if let Some(metadata) = json.get("metadata") {
        if metadata.as_object().is_some_and(|members| members.len() > METADATA_MAX) {
            return Err(at(too_many(METADATA_MAX, "metadata").field("metadata")));
        }
        metadata::take(&mut read, metadata, terms).map_err(at)?;
    }
    Ok(Attribute::new(expanded, read))
}

/// Refuses what would be kept as a value and is none.
fn refuse_operators(value: &Json) -> Result<(), Problem> {
    let members = value.as_object().unwrap_or_default();
    match members.iter().find(|(name, _)| OPERATORS.contains(&&**name)) {
        Some((name, _)) => {
            let detail = format!("update operators such as `{name}` are not supported; write the value");
            Err(Problem::new(ErrorKind::NotSupported, detail))
        }
        None => Ok(()),
    }
}

/// An instance from type and value.
pub(crate) fn instance(kind: Option<&str>, value: Json) -> Result<Instance, Problem> {
    let value = value::read(kind, value)?;
    if is_null_marker(&value) {
        let detail =
            "in NGSI-LD this stands for what is removed, and is no value; delete the attribute instead";
        return Err(Problem::bad(detail).field("value"));
    }
    let mut instance = Instance::new(value);
    mark(&mut instance, kind);
    Ok(instance)
}

/// Notes the type, where the value does not tell it. Geometries of every kind are kept, and told, as GeoJSON.
fn mark(instance: &mut Instance, kind: Option<&str>) {
    let told = crate::write::told_by(&instance.value);
    if let Some(kind) = kind.filter(|kind| *kind != told && told != "geo:json") {
        let value = AttributeValue::Property(Json::text(kind));
        instance.sub_attributes.push(Attribute::new(Name::new(VALUE_TYPE), Instance::new(value)));
    }
}

/// The attribute as it is there with another value; its type and metadata stay (NGSI-v2 "Update Attribute Value").
pub(crate) fn with_value(entity: &Entity, name: &Name, value: Json) -> Result<Attribute, Problem> {
    let missing = || Problem::not_found(format!("the entity has no attribute `{name}`"));
    let there = entity.attribute(name).and_then(Attribute::main).ok_or_else(missing)?;
    refuse_operators(&value).map_err(|problem| problem.field("value"))?;
    let kind = type_mark(there).map_or_else(
        || match there.value {
            AttributeValue::Geo(_) => Some("geo:json".to_owned()),
            AttributeValue::Relationship { .. } | AttributeValue::ListRelationship(_) => {
                Some("Relationship".to_owned())
            }
            _ => None,
        },
        |kind| Some(kind.to_owned()),
    );
    let mut fresh = instance(kind.as_deref(), value)?;
    keep_parts(&mut fresh, there);
    Ok(Attribute::new(name.clone(), fresh))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn date_times_are_read_as_their_writers_mean_them() {
        for (text, wanted) in [
            ("2024-01-31T12:00:00.000Z", Some("2024-01-31T12:00:00Z")),
            ("2024-01-31T12:00:00+02:00", Some("2024-01-31T10:00:00Z")),
            (" 2024-01-31T12:00:00 ", Some("2024-01-31T12:00:00Z")),
            ("2024-01-31", Some("2024-01-31T00:00:00Z")),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(moment(text).map(|at| at.to_string()).as_deref(), wanted, "{text}");
        }
    }

    #[test]
    fn attributes_are_not_without_end() {
        use std::fmt::Write as _;
        let terms = Terms::default_core();
        let read = |count: usize, plain: bool| {
            let mut members = String::new();
            for n in 0..count {
                let _ = write!(members, ",\"a{n}\":{{\"value\":{n}}}");
            }
            let body = if plain {
                format!(r#"{{"id":"X"{members}}}"#)
            } else {
                format!(r#"{{"id":"X","a":{{"metadata":{{{}}}}}}}"#, members.trim_start_matches(','))
            };
            entity(&Json::parse(body.as_bytes()).unwrap(), plain, &terms)
        };
        assert_eq!(read(2_000, true).unwrap().fragment.attributes.len(), 2_000);
        assert_eq!(read(2_001, true).unwrap_err().field.as_deref(), Some("a2000"));
        assert!(read(1_000, false).is_ok());
        assert_eq!(read(1_001, false).unwrap_err().field.as_deref(), Some("a.metadata"));
    }
}
