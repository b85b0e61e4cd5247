//! From the JSON of NGSI-v2 to writes.

use senne_context::Context as Terms;
use senne_model::{
    Attribute, AttributeValue, Entity, EntityId, Geometry, Instance, Iri, Json, Name, Operation, Problem,
    Write, is_null_marker,
};

use crate::{
    metadata,
    names::{attribute_in, id_in, name_in},
};

/// The part of an attribute in which the type of its value stands (GS CIM 009 clause 4.5.2, `valueType`), where it is none that the
/// value itself tells.
const VALUE_TYPE: &str = "https://uri.etsi.org/ngsi-ld/valueType";

/// The type of an entity that says none.
pub(crate) const THING: &str = "Thing";

/// Whether a part of an attribute holds the type of its value.
pub(crate) fn is_type_mark(name: &str) -> bool {
    name == VALUE_TYPE
}

/// The type of the value that an instance holds, when it says one.
pub(crate) fn type_mark(instance: &Instance) -> Option<&str> {
    let mark = instance.sub_attributes.iter().find(|part| is_type_mark(&part.name))?;
    mark.main().and_then(|main| main.value.as_text())
}

/// An entity as it was sent.
#[derive(Debug)]
pub(crate) struct EntityIn {
    pub(crate) id: EntityId,
    pub(crate) kind: Option<Name>,
    pub(crate) attributes: Vec<Attribute>,
}

impl EntityIn {
    /// The write that it asks for. Whatever is made has a type.
    pub(crate) fn into_write(
        self,
        operation: Operation,
        scope: Option<Vec<Box<str>>>,
        terms: &Terms,
    ) -> Write {
        let makes =
            matches!(operation, Operation::Create | Operation::CreateOrReplace | Operation::CreateOrAppend);
        let mut write = Write::new(self.id, operation);
        write.types.extend(self.kind.or_else(|| makes.then(|| terms.expand(THING))));
        write.scopes = scope.filter(|_| makes);
        write.attributes = self.attributes;
        write
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
    Ok(EntityIn { id: id_in(id)?, kind, attributes: attributes(others, plain, terms)? })
}

/// Reads a body that has attributes alone.
pub(crate) fn fragment(json: &Json, plain: bool, terms: &Terms) -> Result<Vec<Attribute>, Problem> {
    let members =
        json.as_object().ok_or_else(|| Problem::bad("a JSON object of attributes is needed here"))?;
    if let Some((name, _)) = members.iter().find(|(name, _)| matches!(&**name, "id" | "type")) {
        return Err(Problem::bad("`id` and `type` of an entity are not changed").field(&**name));
    }
    attributes(members.iter(), plain, terms)
}

fn attributes<'a>(
    members: impl Iterator<Item = &'a (Box<str>, Json)>,
    plain: bool,
    terms: &Terms,
) -> Result<Vec<Attribute>, Problem> {
    // What the broker sets is left out.
    let own = members.filter(|(name, _)| !matches!(&**name, "dateCreated" | "dateModified" | "dateExpires"));
    let mut all: Vec<Attribute> = Vec::new();
    for (name, json) in own {
        let attribute = attribute(name, json, plain, terms)?;
        if all.iter().any(|there| there.name == attribute.name) {
            return Err(Problem::bad("two names mean the same attribute").field(&**name));
        }
        all.push(attribute);
    }
    Ok(all)
}

/// Reads one attribute.
pub(crate) fn attribute(name: &str, json: &Json, plain: bool, terms: &Terms) -> Result<Attribute, Problem> {
    let expanded = attribute_in(terms, name)?;
    let at = |problem: Problem| problem.within(name);
    if plain {
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
    let mut read = instance(kind, value).map_err(at)?;
    if let Some(metadata) = json.get("metadata") {
        metadata::take(&mut read, metadata, terms).map_err(at)?;
    }
    Ok(Attribute::new(expanded, read))
}

/// An instance from type and value.
pub(crate) fn instance(kind: Option<&str>, value: Json) -> Result<Instance, Problem> {
    let instance = typed(kind, value)?;
    if is_null_marker(&instance.value) {
        let detail =
            "in NGSI-LD this stands for what is removed, and is no value; delete the attribute instead";
        return Err(Problem::bad(detail).field("value"));
    }
    Ok(instance)
}

fn typed(kind: Option<&str>, value: Json) -> Result<Instance, Problem> {
    let value = match (kind, value) {
        (Some("geo:json"), value) => AttributeValue::Geo(Geometry::from_geojson(&value).map_err(geo)?),
        (Some("geo:point"), Json::Text(text)) => AttributeValue::Geo(point(&text)?),
        (Some("geo:line" | "geo:box" | "geo:polygon"), value) => AttributeValue::Geo(
            Geometry::from_geojson(&shape(kind.unwrap_or_default(), &value)?).map_err(geo)?,
        ),
        (Some("Relationship" | "Reference"), value) => return relationship(kind, &value),
        // Our properties have no null; a JSON property may.
        (_, Json::Null) => AttributeValue::JsonProperty(Json::Null),
        (_, value) => AttributeValue::Property(value),
    };
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

fn relationship(kind: Option<&str>, value: &Json) -> Result<Instance, Problem> {
    let one = |text: &str| id_in(text).map(|id| Iri::new(&id)).map_err(|problem| problem.field("value"));
    let objects = match value {
        Json::Text(text) if !text.is_empty() => one(text).map(|iri| vec![iri]),
        Json::Array(items) if !items.is_empty() && items.iter().all(|item| item.as_str().is_some()) => {
            items.iter().filter_map(Json::as_str).map(one).collect()
        }
        // What is no name of an entity stays the value that it is.
        _ => {
            let plain = if *value == Json::Null {
                AttributeValue::JsonProperty(Json::Null)
            } else {
                AttributeValue::Property(value.clone())
            };
            let mut instance = Instance::new(plain);
            mark(&mut instance, kind);
            return Ok(instance);
        }
    };
    let mut instance = Instance::new(AttributeValue::Relationship { objects: objects?, object_type: None });
    mark(&mut instance, kind);
    Ok(instance)
}

fn geo(problem: impl std::fmt::Display) -> Problem {
    Problem::bad(problem.to_string()).field("value")
}

/// A point as "latitude, longitude".
fn point(text: &str) -> Result<Geometry, Problem> {
    let (latitude, longitude) = pair(text)?;
    Geometry::point(longitude, latitude).ok_or_else(|| geo("a point is out of the world"))
}

pub(crate) fn pair(text: &str) -> Result<(f64, f64), Problem> {
    let wrong = || Problem::bad("write latitude and longitude, e.g. \"50.84, 4.35\"").field("value");
    let (latitude, longitude) = text.split_once(',').ok_or_else(wrong)?;
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|x| x.is_finite());
    Ok((number(latitude).ok_or_else(wrong)?, number(longitude).ok_or_else(wrong)?))
}

/// A line, box or polygon, given as an array of points, as GeoJSON.
fn shape(kind: &str, value: &Json) -> Result<Json, Problem> {
    let wrong =
        || Problem::bad("an array of points is needed, each as \"latitude, longitude\"").field("value");
    let texts = value.as_array().ok_or_else(wrong)?;
    let points: Vec<(f64, f64)> =
        texts.iter().map(|text| pair(text.as_str().ok_or_else(wrong)?)).collect::<Result<_, _>>()?;
    shape_of(kind.trim_start_matches("geo:"), &points).ok_or_else(wrong)
}

/// The GeoJSON of a geometry of NGSI-v2: points are (latitude, longitude).
pub(crate) fn shape_of(kind: &str, points: &[(f64, f64)]) -> Option<Json> {
    let position = |(latitude, longitude): &(f64, f64)| {
        Json::Array(vec![Json::Float(*longitude), Json::Float(*latitude)])
    };
    let list = |points: &[(f64, f64)]| Json::Array(points.iter().map(position).collect());
    let (word, coordinates) = match (kind, points) {
        ("point", [only]) => ("Point", position(only)),
        ("line", [_, _, ..]) => ("LineString", list(points)),
        ("polygon", [_, _, _, _, ..]) => ("Polygon", Json::Array(vec![list(points)])),
        ("box", [(south, west), (north, east)]) => {
            let ring = [(*south, *west), (*south, *east), (*north, *east), (*north, *west), (*south, *west)];
            ("Polygon", Json::Array(vec![list(&ring)]))
        }
        _ => return None,
    };
    Some(Json::Object(vec![("type".into(), Json::text(word)), ("coordinates".into(), coordinates)]))
}

/// The attribute as it is there with another value; its type and metadata stay (NGSI-v2 "Update Attribute Value").
pub(crate) fn with_value(entity: &Entity, name: &Name, value: Json) -> Result<Attribute, Problem> {
    let missing = || Problem::not_found(format!("the entity has no attribute `{name}`"));
    let there = entity.attribute(name).and_then(Attribute::main).ok_or_else(missing)?;
    let kind = type_mark(there).map_or_else(
        || match there.value {
            AttributeValue::Geo(_) => Some("geo:json".to_owned()),
            AttributeValue::Relationship { .. } => Some("Relationship".to_owned()),
            _ => None,
        },
        |kind| Some(kind.to_owned()),
    );
    let mut fresh = instance(kind.as_deref(), value)?;
    let kept = there.sub_attributes.iter().filter(|part| !is_type_mark(&part.name));
    fresh.sub_attributes.extend(kept.cloned());
    fresh.unit_code.clone_from(&there.unit_code);
    Ok(Attribute::new(name.clone(), fresh))
}
