//! JSON-LD contexts: resolving those of requests, hosting those of callers (clauses 5.13 and 6.3.5).

mod fetch;
mod stored;

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use senne_context::{ContextCatalog, ContextKind, Missing, StoredContext, resolve};
use senne_model::{Json, Problem, Timestamp};

pub(crate) use fetch::{check_url, client, reasons};
pub(crate) use senne_context::Context as Terms;

use crate::{http::BASE, options::NgsiLdOptions};

/// How long a URL that failed is not asked again.
const FAILED_FOR: Duration = Duration::from_secs(10);

/// How many URLs that failed are remembered.
const FAILED_MAX: usize = 1000;

/// How many resolved contexts are kept.
const RESOLVED_MAX: usize = 1024;

/// How many documents are kept: fetched, hosted and implicit ones.
const DOCUMENTS_MAX: usize = 10_000;

/// How many documents one context may lead to.
const DOCUMENTS_PER_CONTEXT_MAX: usize = 32;

/// The longest `@context` text whose resolved context is kept, in bytes.
const KEY_BYTES_MAX: usize = 16 * 1024;

/// All that is known of contexts.
pub(crate) struct Contexts {
    hub: senne_hub::Hub,
    catalog: ContextCatalog,
    resolved: Mutex<HashMap<String, Terms>>,
    failed: Mutex<HashMap<String, (Instant, Problem)>>,
    client: reqwest::Client,
    allow_private: bool,
    bytes_max: usize,
    /// Hosted contexts have been read from the store.
    loaded: tokio::sync::OnceCell<()>,
}

impl Contexts {
    pub(crate) fn new(hub: senne_hub::Hub, options: &NgsiLdOptions) -> Result<Self, Problem> {
        let catalog = ContextCatalog::new(DOCUMENTS_MAX);
        for (url, text) in &options.context_preload {
            let document = crate::read::read_json(text.as_bytes()).map_err(|p| p.within(url))?;
            catalog.store(url, ContextKind::Preloaded, document, Timestamp::now())?;
        }
        Ok(Self {
            hub,
            catalog,
            resolved: Mutex::new(HashMap::new()),
            failed: Mutex::new(HashMap::new()),
            client: client(options.allow_private_addresses, options.context_timeout, true)?,
            allow_private: options.allow_private_addresses,
            bytes_max: options.context_bytes_max,
            loaded: tokio::sync::OnceCell::new(),
        })
    }

    /// The context behind a URL.
    pub(crate) async fn by_url(&self, url: &str) -> Result<Terms, Problem> {
        if senne_context::is_core_url(url) {
            return Ok(Terms::default_core());
        }
        let value = Json::text(url);
        self.resolve(&value.to_string(), value).await
    }

    /// The context that an `@context` text gives.
    pub(crate) async fn by_text(&self, text: &str) -> Result<Terms, Problem> {
        if let Some(terms) = self.resolved.lock().get(text) {
            return Ok(terms.clone());
        }
        let value = crate::read::read_json(text.as_bytes()).map_err(|p| p.within("@context"))?;
        self.resolve(text, value).await
    }

    async fn resolve(&self, key: &str, value: Json) -> Result<Terms, Problem> {
        if let Some(terms) = self.resolved.lock().get(key) {
            return Ok(terms.clone());
        }
        self.load_hosted().await?;
        let load = |url: &str| self.catalog.load(&local_key(url), Timestamp::now());
        for _ in 0..DOCUMENTS_PER_CONTEXT_MAX {
            match resolve(&value, &load) {
                Ok(terms) => {
                    self.remember(key, &terms);
                    return Ok(terms);
                }
                Err(Missing::Document(url)) => self.fetch(&url).await?,
                Err(Missing::Invalid(problem)) => return Err(problem),
            }
        }
        let detail = format!("the context leads to more than {DOCUMENTS_PER_CONTEXT_MAX} documents");
        Err(Problem::bad(detail).field("@context"))
    }

    fn remember(&self, key: &str, terms: &Terms) {
        if key.len() > KEY_BYTES_MAX {
            return;
        }
        let mut resolved = self.resolved.lock();
        if resolved.len() >= RESOLVED_MAX {
            resolved.clear();
        }
        resolved.insert(key.to_owned(), terms.clone());
    }

    /// Fetches a document into the catalog. One that is broken is not kept.
    async fn fetch(&self, url: &str) -> Result<(), Problem> {
        let before = self.failed.lock().get(url).cloned();
        if let Some((_, problem)) = before.filter(|(since, _)| since.elapsed() < FAILED_FOR) {
            return Err(problem);
        }
        match self.refresh(url).await {
            Ok(()) => Ok(()),
            Err(problem) => {
                let mut failed = self.failed.lock();
                failed.retain(|_, (since, _)| since.elapsed() < FAILED_FOR);
                if failed.len() < FAILED_MAX {
                    failed.insert(url.to_owned(), (Instant::now(), problem.clone()));
                }
                Err(problem)
            }
        }
    }

    /// Fetches a document anew; the old one stays when that fails (clause 5.13.5).
    pub(crate) async fn refresh(&self, url: &str) -> Result<(), Problem> {
        let document = fetch::fetch_json(&self.client, url, self.allow_private, self.bytes_max).await?;
        self.failed.lock().remove(url);
        self.catalog.store(url, ContextKind::Cached, document, Timestamp::now())?;
        self.resolved.lock().clear();
        Ok(())
    }

    /// The URL for a Link header. A context that stood inside a request gets a URL here.
    pub(crate) fn link(&self, terms: &Terms, origin: &str) -> String {
        if let Some(url) = terms.link() {
            return url.to_owned();
        }
        let value = terms.to_json();
        let key = format!("implicit-{:016x}", fingerprint(&value.to_string()));
        if self.catalog.get(&key).is_none() {
            let document = Json::Object(vec![("@context".into(), value)]);
            if let Err(problem) =
                self.catalog.store(&key, ContextKind::ImplicitlyCreated, document, Timestamp::now())
            {
                tracing::warn!(%problem, "a context from inside a request could not be kept: {problem}");
            }
        }
        format!("{origin}{BASE}/jsonldContexts/{key}")
    }

    /// A document by its short name or its URL.
    pub(crate) async fn document(&self, id: &str) -> Result<Arc<StoredContext>, Problem> {
        self.load_hosted().await?;
        self.catalog.get(&local_key(id)).ok_or_else(|| Problem::not_found("there is no such context here"))
    }

    /// All documents, by URL or short name.
    pub(crate) async fn all(&self) -> Result<Vec<Arc<StoredContext>>, Problem> {
        self.load_hosted().await?;
        Ok(self.catalog.list())
    }

    /// Takes a document out of the catalog.
    pub(crate) fn forget(&self, key: &str) {
        self.catalog.remove(key);
        self.resolved.lock().clear();
    }
}

/// The key of a document: its URL, or the short name when the URL is one of ours.
fn local_key(url: &str) -> String {
    let ours = format!("{BASE}/jsonldContexts/");
    match url.find(&ours) {
        Some(place) => url[place + ours.len()..].to_owned(),
        None => url.to_owned(),
    }
}

/// A number for a text, the same in every run (FNV-1a, 64 bits).
pub(crate) fn fingerprint(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A number that nobody can foresee: the seeds of the standard library's hash maps are random.
pub(crate) fn random() -> u64 {
    RandomState::new().hash_one(Timestamp::now().micros())
}
