//! Which operation a request asks for, by its method and path (table 6.2-1).

use http::Method;

use super::parts::Manner;
use crate::{read::Mode, registrations::Serves};

/// An operation that may be forwarded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Operation {
    /// Entities are read: where they are looked up, sources are asked.
    Read,
    /// One entity, or its past, is written.
    Write(Write),
    Batch(Batch),
    /// Types or attributes are listed.
    Discover(Serves),
    /// The past of entities is read.
    Past(Serves),
    Purge,
    /// A subscription is made, changed (by its id) or removed.
    Subscribe(Option<String>),
}

/// A write to one entity, or to its past.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Write {
    pub(super) serves: Serves,
    /// The path in parts, decoded; ids as they were.
    pub(super) path: Vec<String>,
    /// The id in the path; absent when the body has it.
    pub(super) id: Option<String>,
    /// The attribute in the path.
    pub(super) attribute: Option<String>,
    pub(super) body: BodyKind,
    pub(super) mode: Mode,
    pub(super) manner: Manner,
    /// It is of the past.
    pub(super) past: bool,
}

/// What the body is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum BodyKind {
    None,
    Entity,
    Attribute,
}

/// A batch operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Batch {
    Create,
    Upsert,
    Update,
    Merge,
    Delete,
}

impl Operation {
    /// The operation; `None` when the request is always answered here.
    pub(super) fn of(method: &Method, path: &str) -> Option<Self> {
        let parts: Vec<String> = path.trim_matches('/').split('/').map(percent_decoded).collect();
        let words: Vec<&str> = parts.iter().map(String::as_str).collect();
        match (method, words.as_slice()) {
            (&Method::GET, ["entities"] | ["entities", _])
            // What a snapshot is filled with is read too (clause 5.16.1.4).
            | (&Method::POST, ["entityOperations", "query"] | ["snapshots"])
            | (&Method::GET | &Method::POST, ["entityMaps"]) => Some(Self::Read),
            (&Method::DELETE, ["entities"]) => Some(Self::Purge),
            (&Method::POST, ["subscriptions"]) => Some(Self::Subscribe(None)),
            (&Method::PATCH | &Method::DELETE, ["subscriptions", id]) => {
                Some(Self::Subscribe(Some((*id).to_owned())))
            }
            (&Method::GET, ["types" | "attributes", ..]) => discover(&words).map(Self::Discover),
            (&Method::GET, ["temporal", "entities"])
            | (&Method::POST, ["temporal", "entityOperations", "query"]) => {
                Some(Self::Past(Serves::QueryTemporal))
            }
            (&Method::GET, ["temporal", "entities", _]) => Some(Self::Past(Serves::RetrieveTemporal)),
            (&Method::POST, ["entityOperations", word]) => Batch::named(word).map(Self::Batch),
            _ => Write::of(method, &words).map(Self::Write),
        }
    }
}

fn discover(words: &[&str]) -> Option<Serves> {
    match words {
        ["types"] => Some(Serves::RetrieveEntityTypes),
        ["types", _] => Some(Serves::RetrieveEntityTypeInfo),
        ["attributes"] => Some(Serves::RetrieveAttrTypes),
        ["attributes", _] => Some(Serves::RetrieveAttrTypeInfo),
        _ => None,
    }
}

impl Write {
    fn of(method: &Method, words: &[&str]) -> Option<Self> {
        let (past, rest) = match words {
            ["temporal", rest @ ..] => (true, rest),
            rest => (false, rest),
        };
        let (id, attribute) = match rest {
            ["entities"] => (None, None),
            ["entities", id] | ["entities", id, "attrs"] => (Some(*id), None),
            ["entities", id, "attrs", attribute] => (Some(*id), Some(*attribute)),
            ["entities", id, "attrs", attribute, _] if past => (Some(*id), Some(*attribute)),
            _ => return None,
        };
        let (serves, body, mode, manner) = kind(method, rest, past)?;
        Some(Self {
            serves,
            path: words.iter().map(ToString::to_string).collect(),
            id: id.map(str::to_owned),
            attribute: attribute.map(str::to_owned),
            body,
            mode,
            manner,
            past,
        })
    }
}

/// What a method does to a path after `/temporal`.
fn kind(method: &Method, rest: &[&str], past: bool) -> Option<(Serves, BodyKind, Mode, Manner)> {
    use BodyKind::{Attribute, Entity, None as Nothing};
    use Manner::{Attributes, Creates, Whole};
    let on_attributes = rest.len() == 3;
    let on_attribute = rest.len() == 4;
    Some(match (method.as_str(), rest.len(), past) {
        ("POST", 1, false) => (Serves::CreateEntity, Entity, Mode::whole(), Creates("entities")),
        ("POST", 1, true) => (Serves::UpsertTemporal, Entity, Mode::series(), Creates("temporal/entities")),
        ("PUT", 2, false) => (Serves::ReplaceEntity, Entity, Mode::whole(), Whole),
        ("PATCH", 2, false) => (Serves::MergeEntity, Entity, Mode::merge(), Whole),
        ("DELETE", 2, false) => (Serves::DeleteEntity, Nothing, Mode::whole(), Whole),
        ("DELETE", 2, true) => (Serves::DeleteTemporal, Nothing, Mode::whole(), Whole),
        ("POST", _, false) if on_attributes => (Serves::AppendAttrs, Entity, Mode::whole(), Attributes),
        ("POST", _, true) if on_attributes => {
            (Serves::AppendAttrsTemporal, Entity, Mode::series(), Attributes)
        }
        ("PATCH", _, false) if on_attributes => (Serves::UpdateEntity, Entity, Mode::update(), Attributes),
        ("PATCH", _, false) if on_attribute => (Serves::UpdateAttrs, Attribute, Mode::fragment(), Attributes),
        ("PUT", _, false) if on_attribute => (Serves::ReplaceAttrs, Attribute, Mode::whole(), Attributes),
        ("DELETE", _, false) if on_attribute => (Serves::DeleteAttrs, Nothing, Mode::whole(), Attributes),
        ("DELETE", _, true) if on_attribute => {
            (Serves::DeleteAttrsTemporal, Nothing, Mode::whole(), Attributes)
        }
        ("PATCH", 5, true) => (Serves::UpdateAttrInstanceTemporal, Attribute, Mode::fragment(), Attributes),
        ("DELETE", 5, true) => (Serves::DeleteAttrInstanceTemporal, Nothing, Mode::whole(), Attributes),
        _ => return None,
    })
}

impl Batch {
    fn named(word: &str) -> Option<Self> {
        Some(match word {
            "create" => Self::Create,
            "upsert" => Self::Upsert,
            "update" => Self::Update,
            "merge" => Self::Merge,
            "delete" => Self::Delete,
            _ => return None,
        })
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Upsert => "upsert",
            Self::Update => "update",
            Self::Merge => "merge",
            Self::Delete => "delete",
        }
    }

    pub(super) fn serves(self) -> Serves {
        match self {
            Self::Create => Serves::CreateBatch,
            Self::Upsert => Serves::UpsertBatch,
            Self::Update => Serves::UpdateBatch,
            Self::Merge => Serves::MergeBatch,
            Self::Delete => Serves::DeleteBatch,
        }
    }

    pub(super) fn mode(self) -> Mode {
        match self {
            Self::Create | Self::Upsert | Self::Delete => Mode::whole(),
            Self::Update => Mode::update(),
            Self::Merge => Mode::merge(),
        }
    }
}

/// Decodes what is percent-encoded.
pub(crate) fn percent_decoded(part: &str) -> String {
    let bytes = part.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|b| char::from(*b).to_digit(16));
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push((high * 16 + low) as u8);
                at += 3;
            }
            (byte, _, _) => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_told_by_method_and_path() {
        let of = |method: &str, path: &str| Operation::of(&method.parse().unwrap(), path);
        let serves = |method: &str, path: &str| match of(method, path) {
            Some(Operation::Write(write)) => Some((write.serves, write.id, write.attribute)),
            _ => None,
        };
        assert_eq!(of("GET", "/entities/urn:a:1"), Some(Operation::Read));
        assert_eq!(serves("POST", "/entities"), Some((Serves::CreateEntity, None, None)));
        assert_eq!(
            serves("PATCH", "/entities/urn%3Aa%3A1/attrs/"),
            Some((Serves::UpdateEntity, Some("urn:a:1".into()), None))
        );
        assert_eq!(
            serves("DELETE", "/temporal/entities/urn:a:1/attrs/x/urn:i:1"),
            Some((Serves::DeleteAttrInstanceTemporal, Some("urn:a:1".into()), Some("x".into())))
        );
        assert_eq!(of("POST", "/entityOperations/merge"), Some(Operation::Batch(Batch::Merge)));
        assert_eq!(of("GET", "/types/T"), Some(Operation::Discover(Serves::RetrieveEntityTypeInfo)));
        assert_eq!(of("GET", "/subscriptions"), None);
        assert_eq!(of("PUT", "/entities/urn:a:1/attrs/x/y"), None);
    }
}
