//! One resolved context: terms to names and back.

use std::{
    borrow::Cow,
    collections::HashMap,
    fmt,
    sync::{Arc, OnceLock},
};

use parking_lot::RwLock;
use senne_model::{Iri, Json, Name, Problem, is_iri};

use crate::{
    backward::{Backward, shortest},
    core::{CORE_CONTEXT_URL, DEFAULT_VOCABULARY, core_terms, is_core_url},
    definition::{Coercion, Definition, NAMESPACE_ENDS},
    weight::weight,
};

/// How many expansions of undefined terms and compact IRIs are remembered per context.
const REMEMBERED_MAX: usize = 1024;
/// The longest term that is remembered, in bytes.
const REMEMBERED_BYTES_MAX: usize = 256;
/// How many bytes the remembered terms have in all, with their names.
const REMEMBERED_BYTES_ALL_MAX: usize = 256 << 10;
/// About what a defined term takes in the tables, beside its texts, in bytes.
const TERM_BYTES: usize = 256;

/// A context in which every document has been taken in, with the core context last. Cheap to clone.
#[derive(Clone)]
pub struct Context(Arc<Inner>);

struct Inner {
    /// The user's definitions that the core context does not override.
    terms: HashMap<Box<str>, Definition>,
    backward: Backward,
    urls: Vec<Box<str>>,
    value: Option<Json>,
    /// The value, with the documents that it names, ends with the core context already.
    ends_with_core: bool,
    /// About how many bytes all this takes.
    bytes: usize,
    remembered: RwLock<Remembered>,
}

/// Expansions of undefined terms and compact IRIs, so that each is made once.
#[derive(Default)]
struct Remembered {
    names: HashMap<Box<str>, Name>,
    /// The bytes of the terms and their names.
    bytes: usize,
}

impl Remembered {
    fn keep(&mut self, term: &str, name: &Name) {
        let bytes = term.len() + name.len();
        if self.names.len() >= REMEMBERED_MAX || self.bytes + bytes > REMEMBERED_BYTES_ALL_MAX {
            *self = Self::default();
        }
        if self.names.insert(term.into(), name.clone()).is_none() {
            self.bytes += bytes;
        }
    }
}

impl Context {
    /// The core context alone.
    pub fn default_core() -> Self {
        static CORE: OnceLock<Context> = OnceLock::new();
        CORE.get_or_init(|| Self::build(HashMap::new(), Vec::new(), None, true)).clone()
    }

    /// From the user's definitions, the URLs that were named, and the `@context` value as it was given.
    pub(crate) fn build(
        mut terms: HashMap<Box<str>, Definition>,
        urls: Vec<Box<str>>,
        value: Option<Json>,
        ends_with_core: bool,
    ) -> Self {
        let core = core_terms();
        terms.retain(|term, _| !core.contains_key(term));
        let backward = Backward::of(&terms);
        let remembered = RwLock::default();
        // The term stands in the tables of both ways.
        let texts: usize =
            terms.iter().map(|(term, definition)| 2 * definition.bytes(term) + TERM_BYTES).sum();
        let bytes = texts + value.as_ref().map_or(0, weight);
        Self(Arc::new(Inner { terms, backward, urls, value, ends_with_core, bytes, remembered }))
    }

    /// What is said of a term.
    pub fn definition(&self, term: &str) -> Option<&Definition> {
        core_terms().get(term).or_else(|| self.0.terms.get(term))
    }

    /// The expanded name of a term, compact IRI or IRI. Never fails: a term that is not defined belongs to the default
    /// vocabulary, and keywords (`@id`, `@type`, …) stand for themselves.
    pub fn expand(&self, term: &str) -> Name {
        if let Some(definition) = self.definition(term) {
            return definition.iri.clone();
        }
        if let Some(name) = self.0.remembered.read().names.get(term) {
            return name.clone();
        }
        let name = self.expand_anew(term);
        if term.len() <= REMEMBERED_BYTES_MAX {
            self.0.remembered.write().keep(term, &name);
        }
        name
    }

    fn expand_anew(&self, term: &str) -> Name {
        if term.starts_with('@') {
            return Name::new(term);
        }
        let Some((prefix, local)) = term.split_once(':') else {
            return Name::new(&format!("{DEFAULT_VOCABULARY}{term}"));
        };
        match self.definition(prefix) {
            Some(definition) if definition.prefix && !local.starts_with("//") => {
                Name::new(&format!("{}{local}", definition.iri))
            }
            _ => Name::new(term),
        }
    }

    /// The IRI that a value stands for where an IRI is expected (the object of a relationship, a data set id): compact
    /// IRIs are expanded, terms are not. Refuses what is no IRI then.
    pub fn expand_iri(&self, text: &str) -> Result<Iri, Problem> {
        let prefixed = text.split_once(':').and_then(|(prefix, local)| {
            let definition =
                self.definition(prefix).filter(|definition| definition.prefix && !local.starts_with("//"))?;
            Some(format!("{}{local}", definition.iri))
        });
        let iri = prefixed.as_deref().unwrap_or(text);
        if is_iri(iri) {
            return Ok(Iri::new(iri));
        }
        let short: String = text.chars().take(80).collect();
        Err(Problem::bad(format!("`{short}` is no IRI; write e.g. urn:ngsi-ld:Device:1")))
    }

    /// The shortest way to write a name that [`Context::expand`] turns into the same name again: its term, its local
    /// part in the default vocabulary, a compact IRI, or itself.
    pub fn compact<'a>(&'a self, name: &'a str) -> Cow<'a, str> {
        let own = &self.0.backward;
        let terms = [own.term(name), core_backward().term(name)];
        if let Some(term) = shortest(terms) {
            return Cow::Borrowed(term);
        }
        if let Some(local) = name.strip_prefix(DEFAULT_VOCABULARY)
            && !local.is_empty()
            && !local.contains(':')
            && !local.starts_with('@')
            && self.definition(local).is_none()
        {
            return Cow::Borrowed(local);
        }
        // A namespace ends with a delimiter: the longest that has a prefix is taken.
        for (at, delimiter) in name.rmatch_indices(NAMESPACE_ENDS) {
            let (namespace, local) = name.split_at(at + delimiter.len());
            if let Some(prefix) = shortest([own.prefix(namespace), core_backward().prefix(namespace)])
                && let Some(compact) = self.compact_with(prefix, local)
            {
                return Cow::Owned(compact);
            }
        }
        for (namespace, prefix) in &own.odd_prefixes {
            if let Some(compact) =
                name.strip_prefix(&**namespace).and_then(|local| self.compact_with(prefix, local))
            {
                return Cow::Owned(compact);
            }
        }
        Cow::Borrowed(name)
    }

    /// `prefix:local`, unless that means something else.
    fn compact_with(&self, prefix: &str, local: &str) -> Option<String> {
        if local.is_empty() || local.starts_with("//") {
            return None;
        }
        let compact = format!("{prefix}:{local}");
        self.definition(&compact).is_none().then_some(compact)
    }

    /// Whether the values of a term are opaque JSON.
    pub fn is_json_typed(&self, term: &str) -> bool {
        self.coercion(term) == Coercion::Json
    }

    /// Whether the values of a term are themselves terms of a vocabulary.
    pub fn is_vocabulary_typed(&self, term: &str) -> bool {
        self.coercion(term) == Coercion::Vocabulary
    }

    /// Whether the values of a term are IRIs.
    pub fn is_iri_typed(&self, term: &str) -> bool {
        self.coercion(term) == Coercion::Iri
    }

    /// How the values of a term are read.
    pub fn coercion(&self, term: &str) -> Coercion {
        self.definition(term).map_or(Coercion::None, |definition| definition.coercion.clone())
    }

    /// The URLs that the `@context` value named directly, without those of the core context.
    pub fn sources(&self) -> &[Box<str>] {
        &self.0.urls
    }

    /// The one URL that a `Link` header can name, when the context is that document (or the core context) alone.
    /// `None` when it was given inline or as several documents: it must then be hosted first.
    pub fn link(&self) -> Option<&str> {
        match (&self.0.value, self.sources()) {
            (None, _) => Some(CORE_CONTEXT_URL),
            (Some(Json::Text(url)), _) => Some(url),
            (Some(Json::Array(items)), [url]) => {
                let others = items.iter().filter(|item| item.as_str() != Some(url));
                let core = |item: &Json| item.as_str().is_some_and(is_core_url);
                others.clone().all(core).then_some(url)
            }
            _ => None,
        }
    }

    /// The `@context` value for a response body: what was given, with the core context as its last entry unless a document
    /// that it names ends with it.
    pub fn to_json(&self) -> Json {
        let core = || Json::text(CORE_CONTEXT_URL);
        let named = |item: &Json| item.as_str().is_some_and(is_core_url);
        match &self.0.value {
            None => core(),
            Some(given) if self.0.ends_with_core => given.clone(),
            Some(Json::Array(items)) if items.iter().any(named) => Json::Array(items.clone()),
            Some(Json::Array(items)) => Json::Array(items.iter().cloned().chain([core()]).collect()),
            Some(single) => Json::Array(vec![single.clone(), core()]),
        }
    }

    /// How many terms it has beside those of the core context.
    pub fn own_terms(&self) -> usize {
        self.0.terms.len()
    }

    /// About how many bytes it takes in memory, beside what it remembers.
    pub fn bytes(&self) -> usize {
        self.0.bytes
    }

    /// Whether this is the core context alone.
    pub fn is_core(&self) -> bool {
        self.0.value.is_none()
    }
}

/// The way back for the core terms, shared by every context.
fn core_backward() -> &'static Backward {
    static CORE: OnceLock<Backward> = OnceLock::new();
    CORE.get_or_init(|| Backward::of(core_terms()))
}

impl Default for Context {
    fn default() -> Self {
        Self::default_core()
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Context({} own terms, {:?})", self.0.terms.len(), self.0.urls)
    }
}

#[cfg(test)]
#[path = "context_tests.rs"]
mod tests;
