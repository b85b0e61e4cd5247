//! One attribute: which of its instances, of which kind, with which members (clauses 4.5.1–4.5.5).

use senne_model::{
    Attribute, AttributeValue, Instance, Iri, Json, Name, Problem, Timestamp, is_iri,
    reserved::{self, FORMER},
};
use smallvec::SmallVec;

use super::{
    Limits, Mode, Names,
    limits::{DATA_SETS_MAX, PARTS_MERGED_MAX, check_merged, too_many},
    part::{Lite, Part, Raw, parts_into_json},
    seen::Seen,
    value::{geometry_of, read_value},
};
use crate::kind::{Kind, NULL_MARKER, QUALITY, QUALITY_TESTS, is_value_type};

/// Members that describe an instance. Whoever sends one of them without a value means a part of an instance.
const DESCRIBING: [&str; 4] = ["observedAt", "expiresAt", "unitCode", "datasetId"];

/// Members that are set by the broker or stand for others: read and left.
const IGNORED: [&str; 6] = ["createdAt", "modifiedAt", "deletedAt", "instanceId", "entity", "entityList"];

/// The proof that an attribute was sealed, and its members (V1.9.1, clause 4.5.2).
pub(super) const PROOF: &str = "ngsildproof";
const SEALED: [&str; 2] = ["entityIdSealed", "entityTypeSealed"];

/// Reads what stands behind the name of an attribute. Problems name the path from `term` on.
pub(crate) fn read_attribute(
    term: &str,
    raw: Raw<'_>,
    mode: Mode,
    names: &mut Names,
    limits: &Limits,
) -> Result<Attribute, Problem> {
    let name = names.expand(term).map_err(|p| p.field(term))?;
    if reserved::DESCRIBING.contains(&term) {
        return Err(Problem::bad("this describes an attribute, and is none itself").field(term));
    }
    let instances = read_instances(raw, mode, names, limits).map_err(|problem| problem.within(term))?;
    if term == PROOF {
        let proof = |instance: &Instance| match &instance.value {
            AttributeValue::Property(value) => {
                matches!(value, Json::Object(_)) || value.as_str() == Some(NULL_MARKER)
            }
            _ => false,
        };
        if !mode.simplified && !instances.iter().all(|i| i.value.is_absent() || proof(i)) {
            return Err(Problem::bad("a proof is an object").field(format!("{PROOF}.value")));
        }
        if let Some(member) = instances.iter().find_map(badly_sealed) {
            return Err(Problem::bad("a text is needed here").field(format!("{PROOF}.{member}")));
        }
    } else if let Some(member) = instances.iter().find_map(sealed) {
        let detail = format!("this is a member of `{PROOF}` alone");
        return Err(Problem::bad(detail).field(format!("{term}.{member}")));
    }
    Ok(Attribute { name, instances })
}

/// The member of a proof that an instance has.
fn sealed(instance: &Instance) -> Option<&'static str> {
    SEALED
        .into_iter()
        .find(|member| instance.sub_attributes.iter().any(|there| there.name.local() == *member))
}

/// The member of a proof that is no text.
fn badly_sealed(instance: &Instance) -> Option<&'static str> {
    let is_text = |value: &AttributeValue| matches!(value, AttributeValue::Property(Json::Text(_)));
    SEALED.into_iter().find(|member| {
        let mut named = instance.sub_attributes.iter().filter(|there| there.name.local() == *member);
        named.any(|there| !there.instances.iter().all(|one| is_text(&one.value)))
    })
}

fn read_instances(
    raw: Raw<'_>,
    mode: Mode,
    names: &mut Names,
    limits: &Limits,
) -> Result<SmallVec<[Instance; 1]>, Problem> {
    let Raw::Array(items) = raw else {
        let instance = read_instance(raw, mode, names, limits)?;
        if mode.merges() {
            check_merged(&instance.value)?;
        }
        return Ok(SmallVec::from_iter([instance]));
    };
    if mode.simplified || !items.iter().all(is_instance) {
        let value = Json::Array(items.into_iter().map(Raw::into_json).collect());
        limits.check(&value)?;
        return Ok(SmallVec::from_iter([Instance::new(AttributeValue::Property(value))]));
    }
    let mut instances: SmallVec<[Instance; 1]> = SmallVec::with_capacity(items.len());
    let (mut datasets, mut different) = (Seen::new(), 0);
    for (place, item) in items.into_iter().enumerate() {
        let at = |problem: Problem| problem.within(&format!("[{place}]"));
        let instance = read_instance(item, mode, names, limits).map_err(at)?;
        if mode.merges() {
            check_merged(&instance.value).map_err(at)?;
        }
        let again = datasets.again(instances.iter().map(|there| &there.dataset_id), &instance.dataset_id);
        if again && !mode.series {
            let detail = "two instances have the same datasetId; give each its own, and one may have none";
            return Err(Problem::bad(detail).field(format!("[{place}].datasetId")));
        }
        different += usize::from(!again);
        if different > DATA_SETS_MAX {
            return Err(too_many(DATA_SETS_MAX, "data sets").field(format!("[{place}].datasetId")));
        }
        instances.push(instance);
    }
    Ok(instances)
}

/// Whether an element of an array is an instance of an attribute rather than a plain object.
fn is_instance(raw: &Raw<'_>) -> bool {
    let Raw::Object(parts) = raw else { return false };
    parts.iter().any(|part| match &*part.name {
        "type" => part.value.text().is_some_and(|word| Kind::parse(word).is_some()),
        "datasetId" => true,
        name => Kind::ALL.iter().any(|kind| kind.member() == name),
    })
}

fn read_instance(raw: Raw<'_>, mode: Mode, names: &mut Names, limits: &Limits) -> Result<Instance, Problem> {
    let parts = match raw {
        Raw::Object(parts) if !mode.simplified => parts,
        Raw::Object(parts) => return simplified(parts, names, limits),
        other => return plain(other.into_json(), mode, limits),
    };
    let word = parts.iter().find(|part| part.name == "type" || part.name == "@type").map(|part| &part.value);
    let kind = word.and_then(Lite::text).and_then(Kind::parse);
    let member = Kind::ALL.into_iter().find(|kind| parts.iter().any(|part| part.name == kind.member()));
    match (kind, member) {
        (None, Some(_)) if word.is_some() => {
            let known: Vec<_> = Kind::ALL.iter().map(|kind| kind.word()).collect();
            let detail = format!("the type of an attribute is one of {}", known.join(", "));
            Err(Problem::bad(detail).field("type"))
        }
        (Some(kind), _) | (None, Some(kind)) => typed(parts, Some(kind), mode, names, limits),
        (None, None) if mode.fragment || (mode.partial && describes(&parts)) => {
            typed(parts, None, mode, names, limits)
        }
        (None, None) => {
            let value = parts_into_json(parts);
            limits.check(&value)?;
            Ok(Instance::new(match geometry_of(&value)? {
                Some(geometry) => AttributeValue::Geo(geometry),
                None => AttributeValue::Property(value),
            }))
        }
    }
}

/// Whether an object without a value holds parts of an instance.
fn describes(parts: &[Part<'_>]) -> bool {
    parts.iter().any(|part| DESCRIBING.contains(&&*part.name))
}

/// A value on its own: a Property, or in the simplified form whatever its wrapper says.
fn plain(value: Json, mode: Mode, limits: &Limits) -> Result<Instance, Problem> {
    if value == Json::Null {
        let remedy =
            "null is not a value; leave the attribute out, or write \"urn:ngsi-ld:null\" to remove it";
        return Err(Problem::bad(remedy));
    }
    refuse_marker(&value, mode)?;
    limits.check(&value)?;
    Ok(Instance::new(AttributeValue::Property(value)))
}

pub(super) fn refuse_marker(value: &Json, mode: Mode) -> Result<(), Problem> {
    // What happened may have been a removal (clause 5.5.4).
    if !mode.markers && !mode.series && value.as_str() == Some(NULL_MARKER) {
        return Err(Problem::bad(
            "\"urn:ngsi-ld:null\" removes something: it may stand in a merge or an update only",
        ));
    }
    Ok(())
}

/// The simplified form keeps a wrapper for the kinds that plain JSON cannot tell apart (clause 4.5.4).
fn simplified(mut parts: Vec<Part<'_>>, names: &mut Names, limits: &Limits) -> Result<Instance, Problem> {
    let wrapped = [Kind::Language, Kind::Vocab, Kind::Json, Kind::List, Kind::ListRelationship];
    let kind = wrapped.into_iter().find(|kind| parts.len() == 1 && parts[0].name == kind.member());
    if let (Some(kind), Some(part)) = (kind, parts.pop_if(|_| kind.is_some())) {
        let value = part.value.into_json();
        limits.check(&value)?;
        let read = read_value(kind, value, Mode::whole(), names).map_err(|p| p.within(kind.member()))?;
        return Ok(Instance::new(read));
    }
    let value = parts_into_json(parts);
    limits.check(&value)?;
    Ok(Instance::new(match geometry_of(&value)? {
        Some(geometry) => AttributeValue::Geo(geometry),
        None => AttributeValue::Property(value),
    }))
}

/// An instance in the normalized or concise form. Without `kind` no value is given.
fn typed(
    parts: Vec<Part<'_>>,
    kind: Option<Kind>,
    mode: Mode,
    names: &mut Names,
    limits: &Limits,
) -> Result<Instance, Problem> {
    let mut instance = Instance::new(AttributeValue::ABSENT);
    let mut object_type = None;
    let mut seen = Seen::new();
    for part in parts {
        let Part { name, value } = part;
        match &*name {
            "type" | "@type" => {}
            "observedAt" => {
                let at = read_moment(&value, mode).map_err(|p| p.field("observedAt"))?;
                instance.observed_at = Some(at.unwrap_or(Timestamp::NEVER));
            }
            "expiresAt" => {
                let at = read_moment(&value, mode).map_err(|p| p.field("expiresAt"))?;
                instance.expires_at = Some(at.unwrap_or(Timestamp::NEVER));
            }
            "unitCode" if kind.is_some_and(|kind| !kind.has_a_unit()) => {
                return Err(Problem::bad("values of this kind have no unit").field("unitCode"));
            }
            "unitCode" => {
                instance.unit_code = Some(read_text(&value).map(Name::new).map_err(|p| p.field("unitCode"))?);
            }
            "datasetId" if value.text() == Some("@none") => {}
            "datasetId" if value.text() == Some(NULL_MARKER) => {
                let detail = "a datasetId cannot be taken away; delete the instance and write another";
                return Err(Problem::bad(detail).field("datasetId"));
            }
            "datasetId" => instance.dataset_id = Some(read_iri(&value).map_err(|p| p.field("datasetId"))?),
            "objectType" => {
                let term = read_text(&value).map_err(|p| p.field("objectType"))?;
                object_type = Some(names.expand(term).map_err(|p| p.field("objectType"))?);
            }
            "@context" => {
                let detail = "`@context` stands beside the attributes, not within one";
                return Err(Problem::bad(detail).field("@context"));
            }
            name if IGNORED.contains(&name) => {}
            name if FORMER.contains(&name) => {
                return Err(Problem::bad("only notifications say what was before").field(name));
            }
            name if kind.is_some_and(|kind| kind.member() == name) => {
                let value = value.into_json();
                limits.check(&value).map_err(|p| p.field(name))?;
                let kind = kind.unwrap_or(Kind::Property);
                instance.value = read_value(kind, value, mode, names).map_err(|p| p.within(name))?;
            }
            name if kind.is_some() && Kind::ALL.iter().any(|other| other.member() == name) => {
                let kind = kind.unwrap_or(Kind::Property);
                let detail =
                    format!("a {} has no `{name}`; its value stands in `{}`", kind.word(), kind.member());
                return Err(Problem::bad(detail).field(name));
            }
            name => {
                if mode.partial && instance.sub_attributes.len() == PARTS_MERGED_MAX {
                    return Err(too_many(PARTS_MERGED_MAX, "attributes of an attribute").field(name));
                }
                let attribute = sub_attribute(name, value.into_json(), mode, names, limits)?;
                add(&mut instance.sub_attributes, attribute, name, &mut seen)?;
            }
        }
    }
    if let (Some(kind), true, false) = (kind, instance.value.is_absent(), mode.partial) {
        let detail = format!("a {} needs the member `{}`", kind.word(), kind.member());
        return Err(Problem::bad(detail).field(kind.member()));
    }
    let another = |part: &Attribute| {
        is_value_type(&part.name) && part.main().and_then(|i| i.value.as_text()) != Some("langString")
    };
    if kind == Some(Kind::Language) && instance.sub_attributes.iter().any(another) {
        return Err(Problem::bad("the values of a language map are of type langString").field("valueType"));
    }
    if let (AttributeValue::Relationship { object_type: place, .. }, Some(_)) =
        (&mut instance.value, &object_type)
    {
        *place = object_type;
    }
    Ok(instance)
}

/// A part of an attribute; none when it is what we say of a value.
fn sub_attribute(
    term: &str,
    value: Json,
    mode: Mode,
    names: &mut Names,
    limits: &Limits,
) -> Result<Option<Attribute>, Problem> {
    limits.check(&value).map_err(|p| p.field(term))?;
    let inner = Mode { series: false, partial: false, fragment: false, ..mode };
    let attribute = read_attribute(term, Raw::from_json(value), inner, names, limits)?;
    // What we say of a value is shown as its sub-attributes; sent back, it is left out.
    if matches!(&*attribute.name, QUALITY | QUALITY_TESTS | senne_model::Amendment::NAME) {
        return Ok(None);
    }
    if is_value_type(&attribute.name) && attribute.main().is_none_or(|i| i.value.as_text().is_none()) {
        return Err(Problem::bad("the type of a value is a text").field("valueType"));
    }
    Ok(Some(attribute))
}

fn add(
    parts: &mut Vec<Attribute>,
    part: Option<Attribute>,
    term: &str,
    seen: &mut Seen<Name>,
) -> Result<(), Problem> {
    let Some(part) = part else { return Ok(()) };
    if seen.again(parts.iter().map(|there| &there.name), &part.name) {
        return Err(Problem::bad("two names expand to the same sub-attribute").field(term));
    }
    parts.push(part);
    Ok(())
}

fn read_text<'a>(value: &'a Lite<'_>) -> Result<&'a str, Problem> {
    value.text().filter(|text| !text.is_empty()).ok_or_else(|| Problem::bad("a text is needed here"))
}

fn read_time(value: &Lite<'_>) -> Result<Timestamp, Problem> {
    let text = value
        .text()
        .ok_or_else(|| Problem::bad("a date-time is needed here, e.g. \"2024-01-31T12:00:00Z\""))?;
    // Clause 4.6.3: always in UTC.
    if !text.ends_with('Z') {
        return Err(Problem::bad("a date-time is in UTC and ends with Z, e.g. \"2024-01-31T12:00:00Z\""));
    }
    Timestamp::parse(text).map_err(|error| Problem::bad(error.to_string()))
}

/// A date-time; `None` stands for one that a merge takes away.
pub(super) fn read_moment(value: &Lite<'_>, mode: Mode) -> Result<Option<Timestamp>, Problem> {
    if mode.markers && value.text() == Some(NULL_MARKER) {
        return Ok(None);
    }
    read_time(value).map(Some)
}

fn read_iri(value: &Lite<'_>) -> Result<Iri, Problem> {
    let text = value.text().filter(|text| is_iri(text));
    text.map(Iri::new).ok_or_else(|| Problem::bad("an IRI is needed here, e.g. \"urn:ngsi-ld:Dataset:1\""))
}
