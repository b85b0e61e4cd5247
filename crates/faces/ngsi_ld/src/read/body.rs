//! Whole bodies: one entity, one attribute, a batch, any JSON; and the contexts that stand in them.

use std::fmt;

use senne_model::{Attribute, EntityId, ErrorKind, Json, Problem, spell_out};
use serde::{
    Deserialize,
    de::{DeserializeSeed, Deserializer as _, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use smallvec::SmallVec;

use super::{
    EntityIn, Limits, Mode, Names,
    attribute::read_attribute,
    entity::{EntitySeed, NO_OBJECT, Read},
    fault::explain,
    part::Raw,
};

/// One element of a batch.
pub(crate) struct BatchItem {
    /// The id, when it could be read.
    pub(crate) id: Option<EntityId>,
    /// The entity, or what is wrong with it.
    pub(crate) entity: Result<EntityIn, Problem>,
}

impl BatchItem {
    /// An element that is an id and nothing else.
    pub(crate) fn bare(id: EntityId) -> Self {
        let entity = EntityIn {
            id: Some(id.clone()),
            types: SmallVec::new(),
            scopes: None,
            expires_at: None,
            attributes: Vec::new(),
        };
        Self { id: Some(id), entity: Ok(entity) }
    }
}

/// Reads a body that is one entity or a fragment of one.
pub(crate) fn read_entity(
    body: &[u8],
    mode: Mode,
    names: &mut Names,
    limits: &Limits,
) -> Result<EntityIn, Problem> {
    let spelled = spell_out(body);
    let mut parser = serde_json::Deserializer::from_slice(&spelled);
    let read = EntitySeed { mode, names, limits }
        .deserialize(&mut parser)
        .and_then(|read| parser.end().map(|()| read));
    match read {
        Ok(Err((_, problem))) if problem.detail == NO_OBJECT => {
            Err(Problem::new(ErrorKind::InvalidRequest, NO_OBJECT))
        }
        Ok(read) => read.map_err(|(_, problem)| problem),
        Err(error) => Err(explain(body, &error)),
    }
}

/// Reads a body that is what stands behind one attribute's name, known from the path.
pub(crate) fn read_attribute_body(
    body: &[u8],
    term: &str,
    mode: Mode,
    names: &mut Names,
    limits: &Limits,
) -> Result<Attribute, Problem> {
    let spelled = spell_out(body);
    let mut raw: Raw<'_> = serde_json::from_slice(&spelled).map_err(|error| explain(body, &error))?;
    if let Raw::Object(parts) = &mut raw {
        // Of linked data it has told already what the names mean.
        let there = parts.len();
        parts.retain(|part| part.name != "@context");
        if parts.len() < there && !mode.linked_data {
            let detail = "`@context` stands in the body of application/ld+json only";
            return Err(Problem::bad(detail).field("@context"));
        }
        if mode.partial && parts.is_empty() {
            return Err(Problem::bad("there is nothing to update in it").field(term));
        }
    }
    read_attribute(term, raw, mode, names, limits)
}

/// Reads any JSON.
pub(crate) fn read_json(body: &[u8]) -> Result<Json, Problem> {
    let json = Json::parse(body).map_err(|error| explain(body, &error))?;
    if json.depth() > 64 {
        return Err(Problem::bad("the document is nested deeper than 64 levels"));
    }
    Ok(json)
}

/// Reads a body that is an array of entities. `pick` says which of `names` expands the element at a place.
pub(crate) fn read_batch(
    body: &[u8],
    mode: Mode,
    names: &mut [Names],
    pick: &dyn Fn(usize) -> usize,
    limits: &Limits,
) -> Result<Vec<BatchItem>, Problem> {
    let spelled = spell_out(body);
    let mut parser = serde_json::Deserializer::from_slice(&spelled);
    let items = (&mut parser).deserialize_any(BatchVisitor { mode, names, pick, limits });
    let items =
        items.and_then(|items| parser.end().map(|()| items)).map_err(|error| explain(body, &error))?;
    let no_entity = |item: &BatchItem| matches!(&item.entity, Err(problem) if problem.detail == NO_OBJECT);
    match items {
        // What is no entity spoils the batch (clauses 5.5.4, 5.6.7); an entity with a fault does not.
        Some(items) if items.iter().any(no_entity) => Err(Problem::bad(NO_OBJECT)),
        Some(items) if !items.is_empty() => Ok(items),
        _ => Err(Problem::bad("a batch is an array of at least one entity")),
    }
}

struct BatchVisitor<'a> {
    mode: Mode,
    names: &'a mut [Names],
    pick: &'a dyn Fn(usize) -> usize,
    limits: &'a Limits,
}

impl<'de> Visitor<'de> for BatchVisitor<'_> {
    type Value = Option<Vec<BatchItem>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of entities")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        loop {
            let place = (self.pick)(items.len()).min(self.names.len().saturating_sub(1));
            let Some(names) = self.names.get_mut(place) else { return Ok(None) };
            let seed = EntitySeed { mode: self.mode, names, limits: self.limits };
            match seq.next_element_seed(seed)? {
                None => return Ok(Some(items)),
                Some(read) => items.push(item(read)),
            }
        }
    }
}

fn item(read: Read) -> BatchItem {
    match read {
        Ok(entity) => BatchItem { id: entity.id.clone(), entity: Ok(entity) },
        Err((id, problem)) => BatchItem { id, entity: Err(problem) },
    }
}

#[derive(Deserialize)]
struct Holder<'a> {
    #[serde(rename = "@context", borrow)]
    context: Option<&'a RawValue>,
}

/// The `@context` texts of an application/ld+json body: one for an object, one for each element of an array.
/// Every one must be there (clause 6.3.5).
pub(crate) fn contexts_of(body: &[u8]) -> Result<Vec<&str>, Problem> {
    contexts_of_each(body)?.into_iter().collect()
}

fn context_of(element: &RawValue) -> Result<Option<&str>, Problem> {
    let text = element.get();
    if !text.starts_with('{') {
        return Err(Problem::bad(NO_OBJECT));
    }
    let holder: Holder<'_> = serde_json::from_str(text).map_err(|error| explain(text.as_bytes(), &error))?;
    Ok(holder.context.map(RawValue::get))
}

/// The same, for each element the text or what is wrong with it.
pub(crate) fn contexts_of_each(body: &[u8]) -> Result<Vec<Result<&str, Problem>>, Problem> {
    let first = body.iter().find(|b| !b.is_ascii_whitespace());
    let elements: Vec<&RawValue> = if first == Some(&b'[') {
        serde_json::from_slice(body).map_err(|error| explain(body, &error))?
    } else {
        vec![serde_json::from_slice(body).map_err(|error| explain(body, &error))?]
    };
    let missing = || {
        let detail = "application/ld+json needs an `@context` in the body; or send application/json";
        Problem::new(ErrorKind::BadRequest, detail).field("@context")
    };
    elements.into_iter().map(|element| Ok(context_of(element)?.ok_or_else(missing))).collect()
}
