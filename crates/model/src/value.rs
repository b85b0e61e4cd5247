//! The value of one attribute instance, by the kinds of NGSI-LD (GS CIM 009 clause 4.5).

use crate::{Geometry, Iri, Json, Name};

/// What an attribute instance says.
#[derive(Clone, PartialEq, Debug)]
pub enum AttributeValue {
    /// Property: any JSON value but `null`.
    Property(Json),
    /// Relationship: one or more target entities, and the type that they are said to have.
    Relationship {
        /// The targets; one unless the sender gave an array.
        objects: Vec<Iri>,
        /// `objectType`, expanded.
        object_type: Option<Name>,
    },
    /// GeoProperty.
    Geo(Geometry),
    /// LanguageProperty: language tag (BCP 47) or `@none` to text (or array of texts).
    Language(Vec<(Box<str>, Json)>),
    /// VocabProperty: one or more expanded IRIs.
    Vocab(Vec<Iri>),
    /// JsonProperty: opaque JSON that is not expanded.
    JsonProperty(Json),
    /// ListProperty: an ordered array.
    List(Vec<Json>),
    /// ListRelationship: ordered targets.
    ListRelationship(Vec<Iri>),
}

impl AttributeValue {
    /// The number, when this is a Property with one.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Property(value) => value.as_f64(),
            _ => None,
        }
    }

    /// The text, when this is a Property with one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Property(value) => value.as_str(),
            _ => None,
        }
    }

    /// The geometry, when this is a GeoProperty.
    pub fn as_geometry(&self) -> Option<&Geometry> {
        match self {
            Self::Geo(geometry) => Some(geometry),
            _ => None,
        }
    }

    /// The NGSI-LD kind of attribute: `Property`, `Relationship`, `GeoProperty`, …
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Property(_) => "Property",
            Self::Relationship { .. } => "Relationship",
            Self::Geo(_) => "GeoProperty",
            Self::Language(_) => "LanguageProperty",
            Self::Vocab(_) => "VocabProperty",
            Self::JsonProperty(_) => "JsonProperty",
            Self::List(_) => "ListProperty",
            Self::ListRelationship(_) => "ListRelationship",
        }
    }
}
