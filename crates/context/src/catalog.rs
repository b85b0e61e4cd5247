//! The context documents that are at hand, by their URL.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use parking_lot::RwLock;
use senne_model::{ErrorKind, Json, Problem, Timestamp};

use crate::{
    Context,
    core::{core_document, is_core_url},
    resolve::{Missing, resolve},
};

/// How many resolved contexts are kept ready.
const READY_MAX: usize = 128;
/// How many terms they may have in all.
const READY_TERMS_MAX: usize = 500_000;

/// Context documents by URL, with the resolved contexts that were made of them. The number of documents is bounded:
/// fetched ones make room for newer ones, hosted and preloaded ones are never dropped unasked. Shared by reference.
pub struct ContextCatalog {
    documents_max: usize,
    documents: RwLock<HashMap<Box<str>, Arc<StoredContext>>>,
    /// Resolved contexts by the text of the `@context` value, when that names documents alone.
    ready: RwLock<HashMap<Box<str>, Context>>,
}

/// Where a document came from (GS CIM 009 clause 5.13: Hosted, Cached, ImplicitlyCreated).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ContextKind {
    /// From the operator's preload folder.
    Preloaded,
    /// Given by a client to be served from here.
    Hosted,
    /// Fetched from its URL.
    Cached,
    /// Made here, to have a URL for a context that was given inline.
    ImplicitlyCreated,
}

/// A context document in the catalog.
#[derive(Debug)]
pub struct StoredContext {
    /// Its URL.
    pub url: Box<str>,
    /// Where it came from.
    pub kind: ContextKind,
    /// The document: an object with the member `@context`.
    pub document: Arc<Json>,
    /// When it came.
    pub stored_at: Timestamp,
    last_used: AtomicI64,
    uses: AtomicU64,
}

impl StoredContext {
    /// When it was last used.
    pub fn last_used(&self) -> Timestamp {
        Timestamp::from_micros(self.last_used.load(Ordering::Relaxed))
    }

    /// How often it was used.
    pub fn uses(&self) -> u64 {
        self.uses.load(Ordering::Relaxed)
    }
}

impl ContextCatalog {
    /// An empty catalog for at most so many documents.
    pub fn new(documents_max: usize) -> Self {
        Self { documents_max: documents_max.max(1), documents: RwLock::default(), ready: RwLock::default() }
    }

    /// Stores a document, in place of an older one with the same URL. It must be an object with the member `@context`.
    /// Refused when it is no such object, when the URL is that of a core context, or (TooLarge) when the catalog is full
    /// of documents that may not be dropped.
    pub fn store(&self, url: &str, kind: ContextKind, document: Json, now: Timestamp) -> Result<(), Problem> {
        if is_core_url(url) {
            return Err(Problem::bad("the core context is built in and cannot be replaced").field("@context"));
        }
        if document.get("@context").is_none() {
            return Err(
                Problem::bad(format!("the document {url} has no member `@context`")).field("@context")
            );
        }
        let mut documents = self.documents.write();
        if documents.len() >= self.documents_max && !documents.contains_key(url) && !make_room(&mut documents)
        {
            return Err(Problem::new(
                ErrorKind::TooLarge,
                format!("{} contexts are hosted, which is the limit; delete one first", self.documents_max),
            ));
        }
        let stored = StoredContext {
            url: url.into(),
            kind,
            document: Arc::new(document),
            stored_at: now,
            last_used: AtomicI64::new(now.micros()),
            uses: AtomicU64::new(0),
        };
        documents.insert(url.into(), Arc::new(stored));
        drop(documents);
        self.ready.write().clear();
        Ok(())
    }

    /// The document of a URL; the core contexts are always there. Counts as a use at `now`.
    pub fn load(&self, url: &str, now: Timestamp) -> Option<Arc<Json>> {
        if is_core_url(url) {
            return Some(Arc::new(core_document()));
        }
        let stored = self.get(url)?;
        stored.last_used.store(now.micros(), Ordering::Relaxed);
        stored.uses.fetch_add(1, Ordering::Relaxed);
        Some(Arc::clone(&stored.document))
    }

    /// What is known of a document, without using it.
    pub fn get(&self, url: &str) -> Option<Arc<StoredContext>> {
        self.documents.read().get(url).map(Arc::clone)
    }

    /// Removes a document; whether it was there.
    pub fn remove(&self, url: &str) -> bool {
        let removed = self.documents.write().remove(url).is_some();
        if removed {
            self.ready.write().clear();
        }
        removed
    }

    /// Every document, by URL.
    pub fn list(&self) -> Vec<Arc<StoredContext>> {
        let mut all: Vec<_> = self.documents.read().values().map(Arc::clone).collect();
        all.sort_by(|a, b| a.url.cmp(&b.url));
        all
    }

    /// Resolves an `@context` value with the documents at hand. Values that name documents alone are resolved once and
    /// kept ready until a document changes.
    pub fn resolve(&self, value: &Json, now: Timestamp) -> Result<Context, Missing> {
        let Some(key) = key(value) else { return resolve(value, &|url| self.load(url, now)) };
        if let Some(ready) = self.ready.read().get(&*key) {
            return Ok(ready.clone());
        }
        let context = resolve(value, &|url| self.load(url, now))?;
        let mut ready = self.ready.write();
        let terms = context.own_terms() + ready.values().map(Context::own_terms).sum::<usize>();
        if ready.len() >= READY_MAX || terms > READY_TERMS_MAX {
            ready.clear();
        }
        ready.insert(key, context.clone());
        Ok(context)
    }

    /// Resolves the context of one URL, as a `Link` header names it.
    pub fn resolve_url(&self, url: &str, now: Timestamp) -> Result<Context, Missing> {
        self.resolve(&Json::text(url), now)
    }
}

/// The key of a value that names documents alone.
fn key(value: &Json) -> Option<Box<str>> {
    match value {
        Json::Text(url) => Some(url.clone()),
        Json::Array(items) => {
            let urls: Option<Vec<&str>> = items.iter().map(Json::as_str).collect();
            // A URL holds no space, so the joined text is not that of another list.
            urls.filter(|urls| !urls.iter().any(|url| url.contains(' ')))
                .map(|urls| format!("[ {} ]", urls.join(" ")).into())
        }
        _ => None,
    }
}

/// Drops the fetched document that was not used for longest; whether there was one.
fn make_room(documents: &mut HashMap<Box<str>, Arc<StoredContext>>) -> bool {
    let fetched = documents.values().filter(|stored| stored.kind == ContextKind::Cached);
    let oldest = fetched.min_by_key(|stored| stored.last_used()).map(|stored| stored.url.clone());
    oldest.is_some_and(|url| documents.remove(&url).is_some())
}

#[cfg(test)]
#[path = "catalog_tests.rs"]
mod tests;
