//! How an answer shall look: the format and what of each entity is in it.

use senne_language::Projection;
use senne_model::{Instance, Iri, Name};

use super::Within;

/// The format of entities (clauses 4.5.1–4.5.4).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Format {
    #[default]
    Normalized,
    Concise,
    Simplified,
}

/// So many languages count: each is looked for in each language map.
const LANGUAGES_MAX: usize = 100;

/// The languages that a reader wants, best first; `*` and nothing mean any.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct LanguageChoice(pub(crate) Vec<String>);

/// How an answer shall look.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Shape {
    pub(crate) format: Format,
    /// `createdAt`, `modifiedAt` and `expiresAt` are shown.
    pub(crate) sys_attrs: bool,
    /// What is written is part of an instance: it has no times of its own but `expiresAt`.
    pub(crate) part_of_instance: bool,
    pub(crate) language: Option<LanguageChoice>,
    /// Only instances of these data sets; `None` within is the default instance.
    pub(crate) datasets: Option<Vec<Option<Iri>>>,
    /// Which members are shown (clause 4.21).
    pub(crate) members: Projection,
    /// The `@context` that stands in the body, as JSON text.
    pub(crate) context_in_body: Option<String>,
    /// Entities that are written within the relationships that lead to them.
    pub(crate) within: Option<Within>,
    /// The attribute that becomes the geometry of a GeoJSON feature; `location` when not said.
    pub(crate) geometry_property: Option<Name>,
}

impl Shape {
    /// Whether an instance belongs to the data sets that were asked for.
    pub(crate) fn wants(&self, instance: &Instance) -> bool {
        self.datasets.as_ref().is_none_or(|datasets| datasets.contains(&instance.dataset_id))
    }
}

impl LanguageChoice {
    /// Reads a list as in Accept-Language (RFC 9110 §12.5.4), best first. Of a longer list the hundred best count.
    pub(crate) fn parse(text: &str) -> Self {
        let mut tags: Vec<(String, f32)> = text
            .split(',')
            .filter_map(|part| {
                let mut fields = part.split(';');
                let tag = fields.next()?.trim().to_owned();
                let quality = fields.find_map(|field| field.trim().strip_prefix("q=")?.parse().ok());
                (!tag.is_empty()).then_some((tag, quality.unwrap_or(1.0)))
            })
            .collect();
        tags.sort_by(|a, b| b.1.total_cmp(&a.1));
        tags.truncate(LANGUAGES_MAX);
        Self(tags.into_iter().map(|(tag, _)| tag).collect())
    }

    /// The entry of a language map that suits best: a wanted tag, one of its narrower forms, `@none`, the first.
    pub(crate) fn choose<'m, T>(&self, map: &'m [(Box<str>, T)]) -> Option<&'m (Box<str>, T)> {
        let exact = |tag: &str| map.iter().find(|(there, _)| there.eq_ignore_ascii_case(tag));
        let broad = |tag: &str| tag.split('-').next().unwrap_or(tag).to_ascii_lowercase();
        let near = |tag: &str| map.iter().find(|(there, _)| broad(there) == broad(tag));
        let wanted = self.0.iter().filter(|tag| *tag != "*").find_map(|tag| exact(tag).or_else(|| near(tag)));
        wanted.or_else(|| exact("@none")).or_else(|| map.first())
    }
}
