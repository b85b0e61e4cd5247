//! From an `@context` value to a [`Context`].

use std::sync::Arc;

use senne_model::{Json, Problem};

use crate::{Context, core::is_core_url, define::Definitions};

/// The most documents that one context may name, directly and by way of others.
const DOCUMENTS_MAX: usize = 64;
/// How deep documents and arrays may name one another.
const DEPTH_MAX: usize = 16;
/// The longest URL of a document, in bytes.
const URL_BYTES_MAX: usize = 2048;
/// The most definitions that are read for one context, those counted that replace others: a document may be named many times.
const DEFINITIONS_MAX: usize = 200_000;

/// Why a context could not be resolved.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Missing {
    /// This document is needed first: fetch it, then ask again.
    #[error("the context {0} must be fetched first")]
    Document(String),
    /// The context itself is wrong; fetching does not help.
    #[error(transparent)]
    Invalid(#[from] Problem),
}

/// Resolves an `@context` value: a URL, an object, null, or an array of these. `load` gives a document (an object with
/// the member `@context`) by its absolute URL when it is at hand. Problems name the term or the document in `field`.
///
/// Two rules of NGSI-LD (GS CIM 009 clause 5.5.7) go beyond JSON-LD: the core context is always last, so that it wins,
/// and a term that is defined as null falls back to the default vocabulary instead of being dropped.
pub fn resolve(value: &Json, load: &dyn Fn(&str) -> Option<Arc<Json>>) -> Result<Context, Missing> {
    let mut resolver = Resolver {
        load,
        definitions: Definitions::default(),
        open: Vec::new(),
        documents: 0,
        defined: 0,
        urls: Vec::new(),
        core_last: false,
    };
    resolver.take_in(value, 0)?;
    let only_core = resolver.definitions.terms.is_empty() && resolver.urls.is_empty() && names_nothing(value);
    if only_core {
        return Ok(Context::default_core());
    }
    let ends_with_core = resolver.core_last;
    Ok(Context::build(resolver.definitions.terms, resolver.urls, Some(value.clone()), ends_with_core))
}

/// Whether a value consists of core contexts and nulls alone.
fn names_nothing(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Text(url) => is_core_url(url),
        Json::Array(items) => items.iter().all(names_nothing),
        Json::Object(members) => members.is_empty(),
        _ => false,
    }
}

struct Resolver<'a> {
    load: &'a dyn Fn(&str) -> Option<Arc<Json>>,
    definitions: Definitions,
    /// The documents that are being taken in, outermost first.
    open: Vec<String>,
    documents: usize,
    /// How many definitions were read.
    defined: usize,
    urls: Vec<Box<str>>,
    /// What was taken in last was the core context.
    core_last: bool,
}

impl Resolver<'_> {
    fn take_in(&mut self, value: &Json, depth: usize) -> Result<(), Missing> {
        if depth > DEPTH_MAX {
            return Err(self.problem("contexts are nested too deeply").into());
        }
        match value {
            Json::Null => {
                self.definitions = Definitions::default();
                Ok(())
            }
            Json::Text(url) => self.document(url, depth),
            Json::Array(items) => items.iter().try_for_each(|item| self.take_in(item, depth + 1)),
            Json::Object(members) => {
                if let Some(import) = value.get("@import") {
                    let url = import.as_str().ok_or_else(|| self.problem("`@import` must be a URL"))?;
                    self.document(url, depth + 1)?;
                }
                self.core_last = false;
                self.defined += members.len();
                if self.defined > DEFINITIONS_MAX {
                    let detail = format!("the context has more than {DEFINITIONS_MAX} definitions in all");
                    return Err(self.problem(&detail).into());
                }
                Ok(self.definitions.take_in(members)?)
            }
            _ => Err(self.problem("a context is a URL, an object, null, or an array of these").into()),
        }
    }

    fn document(&mut self, url: &str, depth: usize) -> Result<(), Missing> {
        let url = self.absolute(url)?;
        self.core_last = is_core_url(&url);
        if self.core_last {
            return Ok(());
        }
        if self.open.contains(&url) {
            return Err(self.problem(&format!("the context {url} names itself")).into());
        }
        self.documents += 1;
        if self.documents > DOCUMENTS_MAX {
            return Err(self
                .problem(&format!("the context names more than {DOCUMENTS_MAX} documents"))
                .into());
        }
        let Some(document) = (self.load)(&url) else { return Err(Missing::Document(url)) };
        let Some(context) = document.get("@context") else {
            return Err(self.problem(&format!("the document {url} has no member `@context`")).into());
        };
        if self.open.is_empty() {
            self.urls.push(url.as_str().into());
        }
        self.open.push(url);
        self.take_in(context, depth + 1)?;
        self.open.pop();
        Ok(())
    }

    /// The absolute URL, relative to the document that names it.
    fn absolute(&self, url: &str) -> Result<String, Problem> {
        if url.len() > URL_BYTES_MAX {
            let detail = format!("the URL of a context is longer than {URL_BYTES_MAX} bytes");
            return Err(self.problem(&detail));
        }
        let parsed = match self.open.last().map(|base| url::Url::parse(base)) {
            Some(Ok(base)) => base.join(url),
            _ => url::Url::parse(url),
        };
        if parsed.is_err() {
            let short: String = url.chars().take(80).collect();
            return Err(self.problem(&format!(
                "`{short}` is no URL of a context; write e.g. https://example.org/context.jsonld"
            )));
        }
        // Kept as written where possible: catalogs and preload folders are keyed by what people wrote.
        Ok(parsed
            .ok()
            .filter(|_| !self.open.is_empty() && !url.contains(':'))
            .map_or_else(|| url.to_owned(), String::from))
    }

    fn problem(&self, detail: &str) -> Problem {
        let problem = Problem::bad(detail);
        match self.open.last() {
            Some(url) => problem.field(format!("@context ({url})")),
            None => problem.field("@context"),
        }
    }
}

#[cfg(test)]
#[path = "resolve_tests.rs"]
mod tests;
