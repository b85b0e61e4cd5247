//! What a path leads to, in the kinds that comparisons tell apart.

use senne_model::{AttributeValue, Instance, Iri, Json, Timestamp};

use super::path::SystemMember;

/// One value that a comparison looks at.
pub(crate) enum Target<'a> {
    /// A JSON value.
    Value(&'a Json),
    /// A JSON value that was made for the comparison (a geometry as GeoJSON).
    Made(Json),
    /// An instant.
    Moment(Timestamp),
    /// A text that is no JSON value: a unit, a quality flag.
    Word(&'a str),
    /// Targets of a relationship.
    Objects(&'a [Iri]),
    /// Entries of a vocabulary.
    Vocabulary(&'a [Iri]),
    /// Elements of a list.
    List(&'a [Json]),
    /// The texts of a language map that are meant.
    Languages(Vec<&'a Json>),
}

impl<'a> Target<'a> {
    /// What an attribute instance says, or the member of it that the trailing path names.
    pub(crate) fn of(instance: &'a Instance, member: &[Box<str>]) -> Option<Self> {
        match &instance.value {
            AttributeValue::Property(value) | AttributeValue::JsonProperty(value) => {
                inside(value, member).map(|value| Self::Value(plain(value)))
            }
            AttributeValue::Language(texts) => languages(texts, member),
            AttributeValue::Geo(geometry) => {
                let geojson = geometry.to_geojson();
                inside(&geojson, member).cloned().map(Self::Made)
            }
            AttributeValue::List(items) if member.is_empty() => Some(Self::List(items)),
            AttributeValue::List(items) => {
                let (index, rest) = member.split_first()?;
                inside(items.get(index.parse::<usize>().ok()?)?, rest).map(Self::Value)
            }
            _ if !member.is_empty() => None,
            AttributeValue::Relationship { objects, .. } | AttributeValue::ListRelationship(objects) => {
                Some(Self::Objects(objects))
            }
            AttributeValue::Vocab(entries) => Some(Self::Vocabulary(entries)),
        }
    }

    /// A member of an attribute instance that is no attribute.
    pub(crate) fn of_member(instance: &'a Instance, member: SystemMember) -> Option<Self> {
        match member {
            SystemMember::ObservedAt => instance.observed_at.map(Self::Moment),
            SystemMember::CreatedAt => Some(Self::Moment(instance.created_at)),
            SystemMember::ModifiedAt => Some(Self::Moment(instance.modified_at)),
            SystemMember::UnitCode => instance.unit_code.as_deref().map(Self::Word),
            SystemMember::DatasetId => {
                instance.dataset_id.as_ref().map(|id| Self::Objects(std::slice::from_ref(id)))
            }
            SystemMember::ObjectType => match &instance.value {
                AttributeValue::Relationship { object_type: Some(kind), .. } => Some(Self::Word(kind)),
                _ => None,
            },
            SystemMember::Quality => Some(Self::Word(instance.quality.flag().word())),
        }
    }
}

/// Follows a member path into a JSON value; an array is entered by an index.
fn inside<'a>(value: &'a Json, member: &[Box<str>]) -> Option<&'a Json> {
    member.iter().try_fold(value, |value, name| match value {
        Json::Object(_) => value.get(name),
        Json::Array(items) => items.get(name.parse::<usize>().ok()?),
        _ => None,
    })
}

/// A typed value (`{"@type": "DateTime", "@value": "2024-…"}`) counts as its text.
fn plain(value: &Json) -> &Json {
    match value {
        Json::Object(_) => value.get("@value").filter(|inner| inner.as_str().is_some()).unwrap_or(value),
        _ => value,
    }
}

fn languages<'a>(texts: &'a [(Box<str>, Json)], member: &[Box<str>]) -> Option<Target<'a>> {
    let wanted = match member {
        [] => None,
        [any] if &**any == "*" => None,
        [tag] => Some(tag),
        _ => return None,
    };
    let meant = texts.iter().filter(|(tag, _)| wanted.is_none_or(|wanted| tag.eq_ignore_ascii_case(wanted)));
    let meant: Vec<&Json> = meant.map(|(_, text)| text).collect();
    (!meant.is_empty()).then_some(Target::Languages(meant))
}
