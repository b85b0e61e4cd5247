//! One entity, read straight from the bytes.

use std::fmt;

use senne_model::{
    Attribute, AttributeValue, EntityId, ErrorKind, Instance, Json, Name, Operation, Problem, Timestamp,
    Write,
};
use serde::{
    Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use smallvec::SmallVec;

use super::{
    Limits, Mode, Names,
    attribute::{read_attribute, read_moment},
    limits::{ATTRIBUTES_MAX, SCOPES_MAX, TYPES_MAX, too_many},
    part::{KeySeed, Lite, Raw},
    scopes,
    seen::Seen,
};

/// An entity, or a fragment of one, as it was sent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EntityIn {
    pub(crate) id: Option<EntityId>,
    pub(crate) types: SmallVec<[Name; 1]>,
    pub(crate) scopes: Option<Vec<Box<str>>>,
    /// `expiresAt`: `Some(None)` takes it away.
    pub(crate) expires_at: Option<Option<Timestamp>>,
    pub(crate) attributes: Vec<Attribute>,
}

impl EntityIn {
    /// The write that it asks for, to the entity that it names.
    pub(crate) fn into_write(self, operation: Operation) -> Result<Write, Problem> {
        let needs_type =
            matches!(operation, Operation::Create | Operation::CreateOrReplace | Operation::CreateOrAppend);
        let id = self.id.clone().ok_or_else(|| Problem::bad("an entity needs an `id`").field("id"))?;
        if needs_type && self.types.is_empty() {
            return Err(Problem::bad("an entity needs a `type`").field("type"));
        }
        Ok(self.write_to(id, operation))
    }

    /// The write that it asks for, to the entity that the path names. An `id` in the body must agree.
    pub(crate) fn into_write_to(self, id: EntityId, operation: Operation) -> Result<Write, Problem> {
        if self.id.as_ref().is_some_and(|own| *own != id) {
            return Err(Problem::bad("the `id` in the body is not the one in the path").field("id"));
        }
        Ok(self.write_to(id, operation))
    }

    fn write_to(self, entity: EntityId, operation: Operation) -> Write {
        Write {
            entity,
            operation,
            types: self.types,
            scopes: self.scopes,
            expires_at: self.expires_at,
            attributes: self.attributes,
            simulated: false,
        }
    }
}

/// Reads one entity. The outer error is of the JSON text; the inner one is of this entity alone, beside
/// the id that it has.
pub(super) struct EntitySeed<'a> {
    pub(super) mode: Mode,
    pub(super) names: &'a mut Names,
    pub(super) limits: &'a Limits,
}

pub(super) type Read = Result<EntityIn, (Option<EntityId>, Problem)>;

impl<'de> DeserializeSeed<'de> for EntitySeed<'_> {
    type Value = Read;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Read, D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// What is said of an element that is no entity at all.
pub(super) const NO_OBJECT: &str = "a JSON object is needed here: an entity";

fn no_object() -> Read {
    Err((None, Problem::bad(NO_OBJECT)))
}

impl<'de> Visitor<'de> for EntitySeed<'_> {
    type Value = Read;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an entity")
    }
    fn visit_unit<E>(self) -> Result<Read, E> {
        Ok(no_object())
    }
    fn visit_bool<E>(self, _: bool) -> Result<Read, E> {
        Ok(no_object())
    }
    fn visit_i64<E>(self, _: i64) -> Result<Read, E> {
        Ok(no_object())
    }
    fn visit_u64<E>(self, _: u64) -> Result<Read, E> {
        Ok(no_object())
    }
    fn visit_f64<E>(self, _: f64) -> Result<Read, E> {
        Ok(no_object())
    }
    fn visit_str<E>(self, _: &str) -> Result<Read, E> {
        Ok(no_object())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Read, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(no_object())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Read, A::Error> {
        let mut entity = EntityIn {
            id: None,
            types: SmallVec::new(),
            scopes: None,
            expires_at: None,
            attributes: Vec::with_capacity(8),
        };
        let mut fault = None;
        while let Some(key) = map.next_key_seed(KeySeed)? {
            let read = match &*key {
                "id" | "@id" => read_id(&mut entity, &map.next_value()?),
                "type" | "@type" => read_types(&mut entity, map.next_value()?, self.names),
                "scope" => read_scopes(&mut entity, map.next_value()?, self.mode, self.names, self.limits),
                "@context" | "createdAt" | "modifiedAt" | "deletedAt" => {
                    map.next_value::<IgnoredAny>()?;
                    if key == "@context" && !self.mode.linked_data { Err(context_in_json()) } else { Ok(()) }
                }
                "expiresAt" => read_moment(&map.next_value()?, self.mode)
                    .map(|at| entity.expires_at = Some(at))
                    .map_err(|problem| problem.field("expiresAt")),
                term if entity.attributes.len() == ATTRIBUTES_MAX => {
                    map.next_value::<IgnoredAny>()?;
                    Err(too_many(ATTRIBUTES_MAX, "attributes").field(term))
                }
                term => {
                    let raw: Raw<'_> = map.next_value()?;
                    read_attribute(term, raw, self.mode, self.names, self.limits)
                        .and_then(a_place)
                        .map(|attribute| entity.attributes.push(attribute))
                }
            };
            if let Err(problem) = read {
                fault.get_or_insert(problem);
            }
        }
        let fault = fault.or_else(|| twice(&entity.attributes));
        Ok(match fault {
            Some(problem) => Err((entity.id, problem)),
            None => Ok(entity),
        })
    }
}

fn context_in_json() -> Problem {
    Problem::bad(
        "`@context` stands in the body of application/ld+json only; send that content type, or a Link header",
    )
    .field("@context")
}

fn read_id(entity: &mut EntityIn, value: &Lite<'_>) -> Result<(), Problem> {
    let text =
        value.text().ok_or_else(|| Problem::bad("an `id` is a text: the IRI of the entity").field("id"))?;
    if entity.id.is_some() {
        return Err(Problem::new(ErrorKind::InvalidRequest, "the member stands twice").field("id"));
    }
    if text == crate::kind::NULL_MARKER {
        return Err(
            Problem::bad("\"urn:ngsi-ld:null\" stands for what is removed, and names nothing").field("id")
        );
    }
    entity.id = Some(EntityId::parse(text)?);
    Ok(())
}

fn read_types(entity: &mut EntityIn, value: Lite<'_>, names: &mut Names) -> Result<(), Problem> {
    let wrong = || Problem::bad("a `type` is a term or an IRI, or an array of them").field("type");
    if !entity.types.is_empty() {
        return Err(Problem::new(ErrorKind::InvalidRequest, "the member stands twice").field("type"));
    }
    let mut seen = Seen::new();
    let mut add = |term: &str| {
        // Clause 4.6.2; what is an IRI was named elsewhere.
        if !term.contains(':') && (!term.starts_with(char::is_alphabetic) || matches!(term, "id" | "type")) {
            let detail = "the name of a type begins with a letter, and is not `id` or `type`";
            return Err(Problem::bad(detail).field("type"));
        }
        let name = names.expand(term).map_err(|p| p.field("type"))?;
        if seen.again(entity.types.iter(), &name) {
            return Ok(());
        }
        if entity.types.len() == TYPES_MAX {
            return Err(too_many(TYPES_MAX, "types").field("type"));
        }
        entity.types.push(name);
        Ok(())
    };
    match value {
        Lite::Text(term) => add(&term),
        Lite::Json(Json::Array(terms)) if !terms.is_empty() => {
            terms.iter().try_for_each(|term| add(term.as_str().ok_or_else(wrong)?))
        }
        Lite::Json(_) => Err(wrong()),
    }
}

/// Scopes: texts as `/a/b` (clause 4.18); in the past also instances with times (clause 4.5.6).
fn read_scopes(
    entity: &mut EntityIn,
    value: Lite<'_>,
    mode: Mode,
    names: &mut Names,
    limits: &Limits,
) -> Result<(), Problem> {
    if mode.markers && value.text() == Some(crate::kind::NULL_MARKER) {
        entity.scopes = Some(Vec::new());
        return Ok(());
    }
    match value {
        Lite::Text(text) => entity.scopes = Some(vec![scopes::one(&text)?]),
        Lite::Json(json) if mode.series && scopes::is_series(&json) => {
            let (attribute, newest) = scopes::read_series(json, mode, names, limits)?;
            entity.attributes.push(attribute);
            entity.scopes = Some(newest);
        }
        Lite::Json(Json::Array(items)) => {
            if items.len() > SCOPES_MAX {
                return Err(too_many(SCOPES_MAX, "scopes").field("scope"));
            }
            let each = items.iter().map(|item| scopes::one(item.as_str().ok_or_else(scopes::wrong)?));
            entity.scopes = Some(each.collect::<Result<_, _>>()?);
        }
        Lite::Json(_) => return Err(scopes::wrong()),
    }
    Ok(())
}

/// Attributes of the core that say where an entity is hold geometries and nothing else (clause 4.7.1).
fn a_place(attribute: Attribute) -> Result<Attribute, Problem> {
    let of_the_core = attribute
        .name
        .strip_prefix("https://uri.etsi.org/ngsi-ld/")
        .is_some_and(|name| matches!(name, "location" | "observationSpace" | "operationSpace"));
    let placed = |instance: &Instance| {
        let value = &instance.value;
        matches!(value, AttributeValue::Geo(_))
            || value.is_absent()
            || value.as_text() == Some(crate::kind::NULL_MARKER)
    };
    if of_the_core && !attribute.instances.iter().all(placed) {
        return Err(Problem::bad("a GeoProperty is needed here").field(attribute.name.local()));
    }
    Ok(attribute)
}

/// Two members that name the same attribute: the same word twice, or a term and its own IRI.
fn twice(attributes: &[Attribute]) -> Option<Problem> {
    let again = if attributes.len() <= 32 {
        attributes
            .iter()
            .enumerate()
            .find(|(i, a)| attributes[..*i].iter().any(|b| b.name == a.name))
            .map(|(_, a)| a)
    } else {
        let mut seen = std::collections::HashSet::with_capacity(attributes.len());
        attributes.iter().find(|a| !seen.insert(&*a.name))
    };
    again.map(|a| {
        Problem::bad("the attribute stands twice; give its instances as one array").field(a.name.local())
    })
}
