//! The kinds of NGSI-LD attributes (GS CIM 009 clause 4.5) and the members that carry their values.

/// A kind of attribute, as its `type` member names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Property,
    Relationship,
    Geo,
    Language,
    Vocab,
    Json,
    List,
    ListRelationship,
}

impl Kind {
    pub(crate) const ALL: [Self; 8] = [
        Self::Property,
        Self::Relationship,
        Self::Geo,
        Self::Language,
        Self::Vocab,
        Self::Json,
        Self::List,
        Self::ListRelationship,
    ];

    /// The word that stands in `type`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Property => "Property",
            Self::Relationship => "Relationship",
            Self::Geo => "GeoProperty",
            Self::Language => "LanguageProperty",
            Self::Vocab => "VocabProperty",
            Self::Json => "JsonProperty",
            Self::List => "ListProperty",
            Self::ListRelationship => "ListRelationship",
        }
    }

    /// The kind that a `type` names.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// The member that holds the value.
    pub(crate) fn member(self) -> &'static str {
        match self {
            Self::Property | Self::Geo => "value",
            Self::Relationship => "object",
            Self::Language => "languageMap",
            Self::Vocab => "vocab",
            Self::Json => "json",
            Self::List => "valueList",
            Self::ListRelationship => "objectList",
        }
    }

    /// Whether its values may be measured in a unit.
    pub(crate) fn has_a_unit(self) -> bool {
        matches!(self, Self::Property | Self::Geo | Self::List)
    }

    /// The member that holds the values of a series in the simplified temporal form (clause 4.5.9).
    pub(crate) fn series_member(self) -> &'static str {
        match self {
            Self::Property | Self::Geo => "values",
            Self::Relationship => "objects",
            Self::Language => "languageMaps",
            Self::Vocab => "vocabs",
            Self::Json => "jsons",
            Self::List => "valueLists",
            Self::ListRelationship => "objectLists",
        }
    }

    /// The kind of a value of the model.
    pub(crate) fn of(value: &senne_model::AttributeValue) -> Self {
        use senne_model::AttributeValue as V;
        match value {
            V::Property(_) => Self::Property,
            V::Relationship { .. } => Self::Relationship,
            V::Geo(_) => Self::Geo,
            V::Language(_) => Self::Language,
            V::Vocab(_) => Self::Vocab,
            V::JsonProperty(_) => Self::Json,
            V::List(_) => Self::List,
            V::ListRelationship(_) => Self::ListRelationship,
        }
    }
}

/// The value that removes what it stands for (clause 4.5.0).
pub(crate) const NULL_MARKER: &str = "urn:ngsi-ld:null";

/// The vocabulary of what Senne adds to the standard.
pub(crate) const QUALITY: &str = "urn:senne:ns#quality";
pub(crate) const QUALITY_TESTS: &str = "urn:senne:ns#qualityTests";

/// Whether a sub-attribute is a plain text: the type of a value, and what a proof sealed (V1.9.1, clause 4.5.2).
pub(crate) fn is_plain_text(name: &senne_model::Name) -> bool {
    name.starts_with("https://uri.etsi.org/ngsi-ld/")
        && matches!(name.local(), "valueType" | "entityIdSealed" | "entityTypeSealed")
}

/// Whether a sub-attribute is `valueType`, which is a plain text and not an attribute of its own (V1.9.1,
/// clause 4.5.2).
pub(crate) fn is_value_type(name: &senne_model::Name) -> bool {
    name.starts_with("https://uri.etsi.org/ngsi-ld/") && name.local() == "valueType"
}
