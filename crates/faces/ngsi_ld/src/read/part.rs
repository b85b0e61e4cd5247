//! The members of an attribute as they stand in the bytes, before it is known what they mean: an object
//! may be an attribute, a geometry or a plain value, and its `type` may come last.

use std::{borrow::Cow, fmt};

use senne_model::Json;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

/// A value whose text, when it is one, is not yet copied.
#[derive(Debug)]
pub(crate) enum Lite<'de> {
    Text(Cow<'de, str>),
    Json(Json),
}

/// What stands behind the name of an attribute.
#[derive(Debug)]
pub(crate) enum Raw<'de> {
    Scalar(Lite<'de>),
    Object(Vec<Part<'de>>),
    Array(Vec<Raw<'de>>),
}

/// One member of an object.
#[derive(Debug)]
pub(crate) struct Part<'de> {
    pub(crate) name: Cow<'de, str>,
    pub(crate) value: Lite<'de>,
}

impl<'de> Lite<'de> {
    /// A text as the parser gave it, which may stand for a long integer.
    fn of_text(text: Cow<'de, str>) -> Self {
        if text.starts_with('\u{e000}') { Self::Json(Json::from_text(&text)) } else { Self::Text(text) }
    }
}

impl Lite<'_> {
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Json(_) => None,
        }
    }

    pub(crate) fn into_json(self) -> Json {
        match self {
            Self::Text(text) => Json::Text(text.into()),
            Self::Json(json) => json,
        }
    }
}

impl Raw<'static> {
    pub(crate) fn from_json(json: Json) -> Self {
        match json {
            Json::Object(members) => Self::Object(
                members
                    .into_iter()
                    .map(|(name, value)| Part {
                        name: Cow::Owned(name.into()),
                        value: Lite::from_json(value),
                    })
                    .collect(),
            ),
            Json::Array(items) if matches!(items.first(), Some(Json::Object(_))) => {
                Self::Array(items.into_iter().map(Raw::from_json).collect())
            }
            other => Self::Scalar(Lite::from_json(other)),
        }
    }
}

impl Lite<'static> {
    fn from_json(json: Json) -> Self {
        match json {
            Json::Text(text) => Self::Text(Cow::Owned(text.into())),
            other => Self::Json(other),
        }
    }
}

impl Raw<'_> {
    /// The plain JSON value that this was, members in their order.
    pub(crate) fn into_json(self) -> Json {
        match self {
            Self::Scalar(lite) => lite.into_json(),
            Self::Object(parts) => parts_into_json(parts),
            Self::Array(items) => Json::Array(items.into_iter().map(Raw::into_json).collect()),
        }
    }
}

pub(crate) fn parts_into_json(parts: Vec<Part<'_>>) -> Json {
    Json::Object(parts.into_iter().map(|part| (Box::from(&*part.name), part.value.into_json())).collect())
}

/// Reads a member name, borrowed where it has no escapes.
pub(crate) struct KeySeed;

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Cow<'de, str>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for KeySeed {
    type Value = Cow<'de, str>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }
    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }
    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

/// The scalar methods that both visitors below share; only arrays and objects differ.
macro_rules! scalars {
    ($wrap:expr) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a JSON value")
        }
        fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
            Ok($wrap(Lite::of_text(Cow::Borrowed(text))))
        }
        fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
            Ok($wrap(Lite::of_text(Cow::Owned(text.to_owned()))))
        }
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok($wrap(Lite::Json(Json::Null)))
        }
        fn visit_bool<E>(self, b: bool) -> Result<Self::Value, E> {
            Ok($wrap(Lite::Json(Json::Bool(b))))
        }
        fn visit_i64<E>(self, i: i64) -> Result<Self::Value, E> {
            Ok($wrap(Lite::Json(Json::Int(i))))
        }
        fn visit_u64<E>(self, u: u64) -> Result<Self::Value, E> {
            Ok($wrap(Lite::Json(
                i64::try_from(u).map_or_else(|_| Json::BigInt(u.to_string().into()), Json::Int),
            )))
        }
        fn visit_f64<E: serde::de::Error>(self, x: f64) -> Result<Self::Value, E> {
            let number = Json::number(x).ok_or_else(|| E::custom("a number must be finite"))?;
            Ok($wrap(Lite::Json(number)))
        }
    };
}

impl<'de> Deserialize<'de> for Lite<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LiteVisitor)
    }
}

struct LiteVisitor;

impl<'de> Visitor<'de> for LiteVisitor {
    type Value = Lite<'de>;
    scalars!(std::convert::identity);
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Lite<'de>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Lite::Json(Json::Array(items)))
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Lite<'de>, A::Error> {
        Json::deserialize(MapAccessDeserializer::new(map)).map(Lite::Json)
    }
}

impl<'de> Deserialize<'de> for Raw<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw<'de>;
    scalars!(Raw::Scalar);
    /// Only an array that begins with an object can be a set of instances; the others are plain values.
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Raw<'de>, A::Error> {
        let Some(first) = seq.next_element::<Raw<'de>>()? else {
            return Ok(Raw::Scalar(Lite::Json(Json::Array(Vec::new()))));
        };
        if matches!(first, Raw::Object(_)) {
            let mut items = vec![first];
            while let Some(item) = seq.next_element()? {
                items.push(item);
            }
            return Ok(Raw::Array(items));
        }
        let mut items = vec![first.into_json()];
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Raw::Scalar(Lite::Json(Json::Array(items))))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw<'de>, A::Error> {
        let mut parts: Vec<Part<'de>> = Vec::with_capacity(4);
        while let Some(name) = map.next_key_seed(KeySeed)? {
            if parts.len() < 64 && parts.iter().any(|part| part.name == name) {
                return Err(A::Error::custom(format!("the member `{name}` stands twice")));
            }
            parts.push(Part { name, value: map.next_value()? });
        }
        Ok(Raw::Object(parts))
    }
}
