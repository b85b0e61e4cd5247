//! Takes one context object into a set of definitions (JSON-LD 1.1 API §4.2, as far as NGSI-LD needs it).

use std::collections::{HashMap, HashSet};

use senne_model::{Json, Name, Problem, is_iri};

use crate::{
    core::{DEFAULT_VOCABULARY, core_terms},
    definition::{Coercion, Container, Definition, ends_like_a_namespace},
};

/// How many terms may be defined by one another in a row.
const CHAIN_MAX: usize = 32;
/// The most terms of one context in all.
pub(crate) const TERMS_MAX: usize = 50_000;
/// The longest IRI that a term may stand for, in bytes: as long as the id of an entity may be.
const IRI_BYTES_MAX: usize = 2048;
/// The most bytes that the terms of one context may have with their IRIs. Prefixes make long IRIs of short words, so the size of a
/// document does not bound it.
const DEFINITIONS_BYTES_MAX: usize = 16 << 20;

/// Definitions that grow as contexts are taken in.
#[derive(Default)]
pub(crate) struct Definitions {
    pub(crate) terms: HashMap<Box<str>, Definition>,
    /// Where the terms of a context go that give no IRI; the core context has the last word on all other terms.
    pub(crate) vocabulary: Option<Box<str>>,
    /// The bytes of all terms with their IRIs.
    bytes: usize,
}

impl Definitions {
    /// Takes in every definition of a context object.
    pub(crate) fn take_in(&mut self, members: &[(Box<str>, Json)]) -> Result<(), Problem> {
        if self.terms.len() + members.len() > TERMS_MAX {
            return Err(problem(&format!("the context has more than {TERMS_MAX} terms")));
        }
        let vocabulary = members.iter().find(|(key, _)| &**key == "@vocab").map(|(_, value)| value);
        let local: HashMap<&str, &Json> = members.iter().map(|(key, value)| (&**key, value)).collect();
        let mut pass = Pass { known: self, local, done: HashSet::new() };
        if let Some(value) = vocabulary {
            pass.known.vocabulary = match value {
                Json::Null => None,
                // An empty @vocab is relative to the document, which names here are not.
                Json::Text(text) if text.is_empty() => None,
                Json::Text(text) => Some(pass.iri("@vocab", text, 0)?.as_str().into()),
                _ => return Err(problem("`@vocab` must be a text or null")),
            };
        }
        for (term, _) in members {
            pass.define(term, 0)?;
        }
        Ok(())
    }

    fn forget(&mut self, term: &str) {
        if let Some(before) = self.terms.remove(term) {
            self.bytes = self.bytes.saturating_sub(before.bytes(term));
        }
    }

    fn keep(&mut self, term: &str, definition: Definition) -> Result<(), Problem> {
        self.bytes += definition.bytes(term);
        if self.bytes > DEFINITIONS_BYTES_MAX {
            let detail = format!(
                "the terms of the context have more than {DEFINITIONS_BYTES_MAX} bytes with their IRIs"
            );
            return Err(problem(&detail));
        }
        self.terms.insert(term.into(), definition);
        Ok(())
    }
}

/// One pass through a context object, in which a term may need another that is defined further down.
struct Pass<'a> {
    known: &'a mut Definitions,
    local: HashMap<&'a str, &'a Json>,
    done: HashSet<&'a str>,
}

impl<'a> Pass<'a> {
    fn define(&mut self, term: &'a str, depth: usize) -> Result<(), Problem> {
        if depth > CHAIN_MAX {
            return Err(of_term(term, "is defined by way of too many other terms, or by itself"));
        }
        if self.done.contains(term) || term.starts_with('@') {
            return Ok(());
        }
        let Some(value) = self.local.get(term).copied() else { return Ok(()) };
        if term.is_empty() {
            return Err(problem("a term of the context is empty"));
        }
        self.known.forget(term);
        let definition = match value {
            Json::Null => None,
            Json::Text(text) => self.simple(term, text, depth)?,
            Json::Object(_) => self.expanded(term, value, depth)?,
            _ => return Err(of_term(term, "must be defined by a text, an object or null")),
        };
        if let Some(definition) = definition {
            self.known.keep(term, definition)?;
        }
        self.done.insert(term);
        Ok(())
    }

    fn simple(&mut self, term: &'a str, text: &'a str, depth: usize) -> Result<Option<Definition>, Problem> {
        Ok(self.identifier(term, text, depth)?.map(Definition::plain))
    }

    fn expanded(
        &mut self,
        term: &'a str,
        value: &'a Json,
        depth: usize,
    ) -> Result<Option<Definition>, Problem> {
        // Reverse properties have no counterpart in NGSI-LD; the term then stays undefined.
        if value.get("@reverse").is_some() {
            return Ok(None);
        }
        if value.get("@context").is_some() {
            return Err(of_term(
                term,
                "has a context of its own (`@context`), which NGSI-LD does not allow (clause 5.5.7)",
            ));
        }
        let iri = match value.get("@id") {
            Some(Json::Null) => return Ok(None),
            Some(Json::Text(text)) if **text != *term => self.identifier(term, text, depth)?,
            Some(Json::Text(_)) | None => Some(self.by_itself(term, depth)?),
            Some(_) => return Err(of_term(term, "has an `@id` that is no text")),
        };
        let Some(iri) = iri else { return Ok(None) };
        let coercion = match value.get("@type") {
            None | Some(Json::Null) => Coercion::None,
            Some(Json::Text(text)) => self.coercion(term, text, depth)?,
            Some(_) => return Err(of_term(term, "has an `@type` that is no text")),
        };
        let container = match value.get("@container") {
            None | Some(Json::Null) => None,
            Some(container) => container_of(term, container)?,
        };
        let prefix = match value.get("@prefix") {
            None => ends_like_a_namespace(&iri),
            Some(Json::Bool(prefix)) => *prefix,
            Some(_) => return Err(of_term(term, "has a `@prefix` that is neither true nor false")),
        };
        Ok(Some(Definition { iri, coercion, container, prefix }))
    }

    /// What the text of a definition stands for; `None` for keywords that NGSI-LD has no use for.
    fn identifier(&mut self, term: &'a str, text: &'a str, depth: usize) -> Result<Option<Name>, Problem> {
        if text.starts_with('@') {
            return Ok(matches!(text, "@id" | "@type").then(|| Name::new(text)));
        }
        let name = if text == term { self.by_itself(term, depth)? } else { self.iri(term, text, depth + 1)? };
        if is_iri(&name) || name.starts_with('@') {
            return Ok(Some(name));
        }
        Err(of_term(term, &format!("stands for `{}`, which is no IRI", shorten(text))))
    }

    /// A term without an IRI of its own: a compact IRI, an IRI, or a word of the vocabulary.
    fn by_itself(&mut self, term: &'a str, depth: usize) -> Result<Name, Problem> {
        match term.split_once(':') {
            Some((prefix, local)) if prefix != term => self.compact_iri(term, term, prefix, local, depth + 1),
            _ => self.in_vocabulary(term, term),
        }
    }

    /// What a text in the definition of the term `of` stands for.
    fn iri(&mut self, of: &str, text: &'a str, depth: usize) -> Result<Name, Problem> {
        if let Some((prefix, local)) = text.split_once(':') {
            return self.compact_iri(of, text, prefix, local, depth);
        }
        self.define(text, depth)?;
        if let Some(definition) = self.known.terms.get(text).or_else(|| core_terms().get(text)) {
            return Ok(definition.iri.clone());
        }
        self.in_vocabulary(of, text)
    }

    fn compact_iri(
        &mut self,
        of: &str,
        text: &str,
        prefix: &'a str,
        local: &str,
        depth: usize,
    ) -> Result<Name, Problem> {
        if local.starts_with("//") || prefix == "_" {
            return joined(of, text, "");
        }
        self.define(prefix, depth)?;
        match self.known.terms.get(prefix).or_else(|| core_terms().get(prefix)) {
            Some(definition) if definition.prefix => joined(of, &definition.iri, local),
            _ => joined(of, text, ""),
        }
    }

    fn in_vocabulary(&self, of: &str, word: &str) -> Result<Name, Problem> {
        joined(of, self.known.vocabulary.as_deref().unwrap_or(DEFAULT_VOCABULARY), word)
    }

    fn coercion(&mut self, of: &str, text: &'a str, depth: usize) -> Result<Coercion, Problem> {
        Ok(match text {
            "@id" => Coercion::Iri,
            "@vocab" => Coercion::Vocabulary,
            "@json" => Coercion::Json,
            keyword if keyword.starts_with('@') => Coercion::None,
            kind => {
                let kind = self.iri(of, kind, depth + 1)?;
                let date_time = matches!(
                    &*kind,
                    "https://uri.etsi.org/ngsi-ld/DateTime" | "http://www.w3.org/2001/XMLSchema#dateTime"
                );
                if date_time { Coercion::DateTime } else { Coercion::Other(kind) }
            }
        })
    }
}

/// Two parts as one IRI, which the definition of the term `of` needs. Its length is looked at before it is made.
fn joined(of: &str, front: &str, rest: &str) -> Result<Name, Problem> {
    if front.len() + rest.len() > IRI_BYTES_MAX {
        return Err(of_term(
            of,
            &format!("needs an IRI of more than {IRI_BYTES_MAX} bytes; give it a shorter one"),
        ));
    }
    Ok(Name::new(&format!("{front}{rest}")))
}

fn container_of(term: &str, value: &Json) -> Result<Option<Container>, Problem> {
    let single = std::slice::from_ref(value);
    let mut found = None;
    for keyword in value.as_array().unwrap_or(single) {
        let Some(container) = keyword.as_str().and_then(Container::parse) else {
            return Err(of_term(
                term,
                "has an unknown `@container`; use @list, @set, @language, @index, @id, @type or @graph",
            ));
        };
        // `@set` beside another container only says that the values are always an array.
        if container != Container::Set || found.is_none() {
            found = Some(container);
        }
    }
    Ok(found)
}

fn problem(detail: &str) -> Problem {
    Problem::bad(detail).field("@context")
}

fn of_term(term: &str, detail: &str) -> Problem {
    let term = shorten(term);
    Problem::bad(format!("the term `{term}` {detail}")).field(format!("@context.{term}"))
}

fn shorten(text: &str) -> String {
    text.chars().take(80).collect()
}
