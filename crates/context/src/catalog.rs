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
    documents::Documents,
    resolve::{Missing, resolve},
    weight::weight,
};

/// How many resolved contexts are kept ready.
const READY_MAX: usize = 128;
/// How many bytes they may take in all.
const READY_BYTES_MAX: usize = 64 << 20;

/// Context documents by URL, with the resolved contexts that were made of them. The number of documents and the memory that
/// they take are bounded: those that were fetched or implicitly created make room for newer ones, the others are never
/// dropped unasked. Shared by reference.
pub struct ContextCatalog {
    documents_max: usize,
    bytes_max: usize,
    documents: RwLock<Documents>,
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
    /// It may be dropped to make room.
    pub(crate) passing: bool,
    /// About how many bytes of memory it takes.
    pub(crate) bytes: usize,
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
    /// An empty catalog for at most so many documents, which take at most `bytes_max` bytes of memory in all.
    pub fn new(documents_max: usize, bytes_max: usize) -> Self {
        Self {
            documents_max: documents_max.max(1),
            bytes_max,
            documents: RwLock::default(),
            ready: RwLock::default(),
        }
    }

    /// Stores a document, in place of an older one with the same URL. It must be an object with the member `@context`.
    /// One that was fetched or implicitly created may be dropped later, when there is no room for others. Refused when it is
    /// no such object, when the URL is that of a core context, or (TooLarge) when the catalog is full of documents that may
    /// not be dropped.
    pub fn store(&self, url: &str, kind: ContextKind, document: Json, now: Timestamp) -> Result<(), Problem> {
        let passing = matches!(kind, ContextKind::Cached | ContextKind::ImplicitlyCreated);
        self.put(url, kind, document, passing, now)
    }

    /// The same for a document that somebody relies on: whatever its kind, it is never dropped unasked.
    pub fn store_for_good(
        &self,
        url: &str,
        kind: ContextKind,
        document: Json,
        now: Timestamp,
    ) -> Result<(), Problem> {
        self.put(url, kind, document, false, now)
    }

    /// Refuses (TooLarge) a document for which there is no room, even when all those go that may be dropped.
    pub fn check_room(&self, url: &str, document: &Json) -> Result<(), Problem> {
        self.fits(&self.documents.read(), url, memory_of(url, document))
    }

    fn put(
        &self,
        url: &str,
        kind: ContextKind,
        document: Json,
        passing: bool,
        now: Timestamp,
    ) -> Result<(), Problem> {
        if is_core_url(url) {
            return Err(Problem::bad("the core context is built in and cannot be replaced").field("@context"));
        }
        if document.get("@context").is_none() {
            return Err(
                Problem::bad(format!("the document {url} has no member `@context`")).field("@context")
            );
        }
        let bytes = memory_of(url, &document);
        let stored = StoredContext {
            url: url.into(),
            kind,
            document: Arc::new(document),
            stored_at: now,
            passing,
            bytes,
            last_used: AtomicI64::new(now.micros()),
            uses: AtomicU64::new(0),
        };
        let mut documents = self.documents.write();
        self.fits(&documents, url, bytes)?;
        documents.shrink_beside(url, self.documents_max - 1, self.bytes_max.saturating_sub(bytes));
        documents.insert(stored);
        drop(documents);
        self.ready.write().clear();
        Ok(())
    }

    /// Refuses what has no room beside the documents that stay.
    fn fits(&self, documents: &Documents, url: &str, bytes: usize) -> Result<(), Problem> {
        let (others, taken) = documents.staying_beside(url);
        if others < self.documents_max && taken.saturating_add(bytes) <= self.bytes_max {
            return Ok(());
        }
        let detail = format!(
            "there is no room for another context: {} are kept at most, in {} bytes of memory; delete one first",
            self.documents_max, self.bytes_max
        );
        Err(Problem::new(ErrorKind::TooLarge, detail))
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

    /// Notes that a document was named to somebody at `now`, who may come for it; whether it is there.
    pub fn touch(&self, url: &str, now: Timestamp) -> bool {
        let stored = self.get(url);
        stored.inspect(|stored| stored.last_used.store(now.micros(), Ordering::Relaxed)).is_some()
    }

    /// What is known of a document, without using it.
    pub fn get(&self, url: &str) -> Option<Arc<StoredContext>> {
        self.documents.read().by_url.get(url).map(Arc::clone)
    }

    /// Removes a document; whether it was there.
    pub fn remove(&self, url: &str) -> bool {
        let removed = self.documents.write().remove(url);
        if removed {
            self.ready.write().clear();
        }
        removed
    }

    /// Every document, by URL.
    pub fn list(&self) -> Vec<Arc<StoredContext>> {
        let mut all: Vec<_> = self.documents.read().by_url.values().map(Arc::clone).collect();
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
        let bytes = context.bytes() + ready.values().map(Context::bytes).sum::<usize>();
        if ready.len() >= READY_MAX || bytes > READY_BYTES_MAX {
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

/// About how many bytes a document takes with its URL.
fn memory_of(url: &str, document: &Json) -> usize {
    2 * url.len() + size_of::<StoredContext>() + weight(document)
}

#[cfg(test)]
#[path = "catalog_tests.rs"]
mod tests;
