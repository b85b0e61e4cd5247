//! What a context says of one term.

use senne_model::Name;

/// The definition of a term.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// The IRI that the term stands for; `@id` or `@type` when it is another word for that keyword.
    pub iri: Name,
    /// How values are read (`@type`).
    pub coercion: Coercion,
    /// How several values are kept (`@container`).
    pub container: Option<Container>,
    /// Whether compact IRIs may start with this term.
    pub prefix: bool,
}

/// How the values of a term are read (`@type` of its definition).
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Coercion {
    /// As they are.
    #[default]
    None,
    /// As IRIs (`@id`).
    Iri,
    /// As terms of a vocabulary (`@vocab`).
    Vocabulary,
    /// As opaque JSON (`@json`).
    Json,
    /// As date-times (`DateTime` of NGSI-LD).
    DateTime,
    /// As literals of another type, by its IRI.
    Other(Name),
}

/// How several values of a term are kept (`@container` of its definition).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// In order.
    List,
    /// Without order.
    Set,
    /// By language tag.
    Language,
    /// By an index that has no meaning.
    Index,
    /// By identifier.
    Id,
    /// By type.
    Type,
    /// As named graphs.
    Graph,
}

impl Container {
    /// Reads the keyword, e.g. `@list`.
    pub fn parse(keyword: &str) -> Option<Self> {
        Some(match keyword {
            "@list" => Self::List,
            "@set" => Self::Set,
            "@language" => Self::Language,
            "@index" => Self::Index,
            "@id" => Self::Id,
            "@type" => Self::Type,
            "@graph" => Self::Graph,
            _ => return None,
        })
    }

    /// The keyword.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::List => "@list",
            Self::Set => "@set",
            Self::Language => "@language",
            Self::Index => "@index",
            Self::Id => "@id",
            Self::Type => "@type",
            Self::Graph => "@graph",
        }
    }
}

impl Definition {
    /// How many bytes it has as a text, with its term.
    pub(crate) fn bytes(&self, term: &str) -> usize {
        let kind = if let Coercion::Other(kind) = &self.coercion { kind.len() } else { 0 };
        term.len() + self.iri.len() + kind
    }

    /// A term that stands for an IRI and says no more. It may start compact IRIs when the IRI ends like a namespace.
    pub(crate) fn plain(iri: Name) -> Self {
        let prefix = ends_like_a_namespace(&iri);
        Self { iri, coercion: Coercion::None, container: None, prefix }
    }
}

/// The gen-delims of RFC 3986, with which a namespace ends (JSON-LD 1.1 API §4.2.2).
pub(crate) const NAMESPACE_ENDS: [char; 7] = [':', '/', '?', '#', '[', ']', '@'];

/// Whether an IRI ends like a namespace.
pub(crate) fn ends_like_a_namespace(iri: &str) -> bool {
    iri.ends_with(NAMESPACE_ENDS)
}
