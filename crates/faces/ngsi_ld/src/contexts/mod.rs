//! JSON-LD contexts: resolving those of requests, hosting those of callers (clauses 5.13 and 6.3.5).

mod cached;
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
use senne_model::{ErrorKind, Json, Problem, TenantName, Timestamp};
use sha2::{Digest, Sha256};

pub(crate) use fetch::{addresses, check_url, client, reasons, sending_client};
pub(crate) use senne_context::Context as Terms;

use crate::{http::BASE, options::NgsiLdOptions};

/// How long a URL that failed is not asked again.
const FAILED_FOR: Duration = Duration::from_secs(10);

/// How many URLs that failed are remembered.
const FAILED_MAX: usize = 1000;

/// How many resolved contexts are kept.
const RESOLVED_MAX: usize = 1024;

/// How many bytes of memory they may take in all.
const RESOLVED_BYTES_MAX: usize = 128 << 20;

/// How many documents are kept: fetched, hosted and implicit ones.
const DOCUMENTS_MAX: usize = 10_000;

/// How many bytes of memory they may take in all.
const DOCUMENTS_BYTES_MAX: usize = 256 << 20;

/// How many documents one context may lead to.
const DOCUMENTS_PER_CONTEXT_MAX: usize = 32;

/// What makes a URL of a path of this server, whatever its name is outside.
const OWN: &str = "senne:";

/// The longest `@context` text whose resolved context is kept, in bytes.
const KEY_BYTES_MAX: usize = 16 * 1024;

/// A context that leads to many documents has so many times the patience of one.
const PATIENCE_FOR_ALL: u32 = 5;

/// A resolved context and the documents that it was made of.
type Resolved = (Terms, Arc<[String]>);

/// Resolved contexts by their text.
#[derive(Default)]
struct Ready {
    by_text: HashMap<String, Resolved>,
    /// How often all were forgotten because a document had changed: what was resolved before that is of no use after it.
    forgotten: u64,
}

impl Ready {
    fn forget(&mut self) {
        self.by_text.clear();
        self.forgotten += 1;
    }
}

/// All that is known of contexts.
pub(crate) struct Contexts {
    hub: senne_hub::Hub,
    catalog: ContextCatalog,
    resolved: Mutex<Ready>,
    failed: Mutex<HashMap<String, (Instant, Problem)>>,
    client: reqwest::Client,
    allow_private: bool,
    /// Nothing is fetched: there is no internet here.
    offline: bool,
    bytes_max: usize,
    /// How long all documents of one context may take together.
    patience: Duration,
    /// How long fetched documents are fresh, by URL.
    freshness: Mutex<HashMap<String, cached::Freshness>>,
    /// Whose the documents are that are served from here, by short name.
    owners: Mutex<HashMap<String, TenantName>>,
    /// Held while a document is kept, so that the room that was found for it is still there once it is on disk.
    keeping: tokio::sync::Mutex<()>,
    /// The address under which the outside reaches this server, without a slash at its end, when the operator gave it.
    origin: Option<String>,
    /// Hosted contexts have been read from the store.
    loaded: tokio::sync::OnceCell<()>,
    /// What the operator gave: who removes it finds it again at the next use, as others are fetched again.
    given: HashMap<String, Json>,
}

impl Contexts {
    pub(crate) fn new(hub: senne_hub::Hub, options: &NgsiLdOptions) -> Result<Self, Problem> {
        Self::with_room(hub, options, DOCUMENTS_MAX, DOCUMENTS_BYTES_MAX)
    }

    /// Contexts with room for so many documents, which take so many bytes of memory.
    fn with_room(
        hub: senne_hub::Hub,
        options: &NgsiLdOptions,
        documents_max: usize,
        bytes_max: usize,
    ) -> Result<Self, Problem> {
        let catalog = ContextCatalog::new(documents_max, bytes_max);
        // The core contexts are compiled in; a folder that holds them too does no harm.
        let preload = options.context_preload.iter().filter(|(url, _)| !senne_context::is_core_url(url));
        let mut given = HashMap::new();
        for (url, text) in preload {
            let document = crate::read::read_json(text.as_bytes()).map_err(|p| p.within(url))?;
            catalog.store(url, ContextKind::Preloaded, document.clone(), Timestamp::now())?;
            given.insert(url.clone(), document);
        }
        Ok(Self {
            hub,
            catalog,
            resolved: Mutex::default(),
            failed: Mutex::new(HashMap::new()),
            client: client(options.allow_private_addresses, options.context_timeout, true)?,
            allow_private: options.allow_private_addresses,
            offline: options.context_offline,
            bytes_max: options.context_bytes_max,
            patience: options.context_timeout.saturating_mul(PATIENCE_FOR_ALL),
            freshness: Mutex::default(),
            owners: Mutex::default(),
            keeping: tokio::sync::Mutex::default(),
            origin: options.public_url.as_deref().map(|url| url.trim_end_matches('/').to_owned()),
            loaded: tokio::sync::OnceCell::new(),
            given,
        })
    }

    /// The context behind a URL.
    pub(crate) async fn by_url(self: &Arc<Self>, url: &str) -> Result<Terms, Problem> {
        if senne_context::is_core_url(url) {
            return Ok(Terms::default_core());
        }
        let value = Json::text(url);
        self.resolve(&value.to_string(), value).await
    }

    /// The context that an `@context` text gives.
    pub(crate) async fn by_text(self: &Arc<Self>, text: &str) -> Result<Terms, Problem> {
        if let Some(terms) = self.at_hand(text) {
            return Ok(terms);
        }
        let value = crate::read::read_json(text.as_bytes()).map_err(|p| p.within("@context"))?;
        self.resolve(text, value).await
    }

    /// A context that has been resolved before; its documents count as used.
    fn at_hand(self: &Arc<Self>, key: &str) -> Option<Terms> {
        let (terms, documents) = self.resolved.lock().by_text.get(key).cloned()?;
        let now = Timestamp::now();
        for url in documents.iter() {
            self.catalog.load(url, now);
            self.freshen(url);
        }
        Some(terms)
    }

    async fn resolve(self: &Arc<Self>, key: &str, mut value: Json) -> Result<Terms, Problem> {
        self.load_hosted().await?;
        own_paths(&mut value);
        if let Some(terms) = self.at_hand(key) {
            return Ok(terms);
        }
        let resolved = tokio::time::timeout(self.patience, self.resolve_anew(key, &value)).await;
        let late = || {
            let detail = "the documents that the JSON-LD context leads to could not be had in time";
            Err(Problem::new(ErrorKind::ContextUnavailable, detail).field("@context"))
        };
        resolved.unwrap_or_else(|_| late())
    }

    async fn resolve_anew(self: &Arc<Self>, key: &str, value: &Json) -> Result<Terms, Problem> {
        for _ in 0..DOCUMENTS_PER_CONTEXT_MAX {
            let forgotten = self.resolved.lock().forgotten;
            let used = Mutex::new(Vec::new());
            let load = |url: &str| {
                let key = self.key(url);
                let found = self.catalog.get(&key)?;
                used.lock().push(key);
                Some(Arc::clone(&found.document))
            };
            match resolve(value, &load) {
                Ok(terms) => {
                    let used = used.into_inner();
                    let now = Timestamp::now();
                    used.iter().for_each(|url| drop(self.catalog.load(url, now)));
                    used.iter().for_each(|url| self.freshen(url));
                    self.remember(key, &terms, used.into(), forgotten);
                    return Ok(terms);
                }
                Err(Missing::Document(url)) => self.fetch(&url).await?,
                Err(Missing::Invalid(problem)) => return Err(problem),
            }
        }
        let detail = format!("the context leads to more than {DOCUMENTS_PER_CONTEXT_MAX} documents");
        Err(Problem::bad(detail).field("@context"))
    }

    /// Keeps a resolved context, unless a document has changed since so many times all were `forgotten`.
    fn remember(&self, key: &str, terms: &Terms, documents: Arc<[String]>, forgotten: u64) {
        let mut resolved = self.resolved.lock();
        if key.len() > KEY_BYTES_MAX || resolved.forgotten != forgotten {
            return;
        }
        let ready = &mut resolved.by_text;
        let bytes = terms.bytes() + ready.values().map(|(other, _)| other.bytes()).sum::<usize>();
        if ready.len() >= RESOLVED_MAX || bytes > RESOLVED_BYTES_MAX {
            ready.clear();
        }
        ready.insert(key.to_owned(), (terms.clone(), documents));
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
        if let Some(document) = self.given.get(url) {
            return self.catalog.store(url, ContextKind::Preloaded, document.clone(), Timestamp::now());
        }
        if self.offline {
            let why = "this server fetches none; give it the document beforehand (serve --contexts)";
            return Err(fetch::unavailable(url, why));
        }
        if url.starts_with('/') || !url.contains(':') || self.is_own(url) {
            return Err(fetch::unavailable(url, "there is no such context here"));
        }
        let known = self.freshness.lock().get(url).cloned().filter(|_| self.catalog.get(url).is_some());
        let fetched =
            fetch::fetch_context(&self.client, url, self.allow_private, self.bytes_max, known.as_ref());
        self.take_fetched(url, fetched.await?).await
    }

    /// The URL for a Link header. A context that stood inside a request gets a URL here.
    pub(crate) fn link(&self, terms: &Terms, origin: &str) -> String {
        if let Some(url) = terms.link() {
            return match url.strip_prefix(OWN) {
                Some(path) => format!("{origin}{path}"),
                None => url.to_owned(),
            };
        }
        let ((key, document), now) = (implicit(terms), Timestamp::now());
        if !self.catalog.touch(&key, now)
            && let Err(problem) = self.catalog.store(&key, ContextKind::ImplicitlyCreated, document, now)
        {
            tracing::warn!(%problem, "a context from inside a request could not be kept: {problem}");
        }
        format!("{origin}{BASE}/jsonldContexts/{key}")
    }

    /// The key of a document: the short name of one that is served from here, else its URL. Other brokers serve theirs under the
    /// same path, so the path alone does not say whose a document is.
    fn key(&self, url: &str) -> String {
        let served = |short: &str| {
            let kind = self.catalog.get(short).map(|stored| stored.kind);
            matches!(kind, Some(ContextKind::Hosted | ContextKind::ImplicitlyCreated))
        };
        match short_name(url) {
            Some(short) if self.is_own(url) || served(short) => short.to_owned(),
            _ => url.to_owned(),
        }
    }

    /// Whether a URL is certainly one of this server; under which names it is known besides, it is not told.
    fn is_own(&self, url: &str) -> bool {
        let after = |origin: &str| url.strip_prefix(origin).is_some_and(|rest| rest.starts_with(BASE));
        after("") || after(OWN) || self.origin.as_deref().is_some_and(after)
    }

    /// A document by its short name or its URL, when the caller may know of it: what is served from here belongs to the
    /// tenant that brought it (clause 5.5.10).
    pub(crate) async fn document(
        &self,
        caller: &senne_hub::Context,
        id: &str,
    ) -> Result<Arc<StoredContext>, Problem> {
        self.load_hosted().await?;
        let found = self.catalog.get(&self.key(id)).filter(|stored| self.may_know(caller, stored));
        found.ok_or_else(|| Problem::not_found("there is no such context here"))
    }

    /// All documents that the caller may know of, by URL or short name. Those that stood inside a request on which nothing relies have no
    /// tenant: who was told their URL may have them, and nobody else is told of it.
    pub(crate) async fn all(&self, caller: &senne_hub::Context) -> Result<Vec<Arc<StoredContext>>, Problem> {
        self.load_hosted().await?;
        let mut all = self.catalog.list();
        all.retain(|stored| self.may_know(caller, stored) && !self.is_nobodys(stored));
        Ok(all)
    }

    fn is_nobodys(&self, stored: &StoredContext) -> bool {
        stored.kind == ContextKind::ImplicitlyCreated && !self.owners.lock().contains_key(&*stored.url)
    }

    /// Which documents were fetched tells what others work with, in whatever tenant: that is for who keeps house.
    fn may_know(&self, caller: &senne_hub::Context, stored: &StoredContext) -> bool {
        match stored.kind {
            ContextKind::Preloaded => true,
            ContextKind::Cached => {
                let keeps_house = senne_hub::Action::Administer;
                senne_policy::decide(&caller.principal, &caller.tenant, keeps_house).is_ok()
            }
            ContextKind::Hosted | ContextKind::ImplicitlyCreated => {
                self.owners.lock().get(&*stored.url).is_none_or(|owner| *owner == caller.tenant)
            }
        }
    }

    /// Counts a look at what is known of a document as a use of it.
    pub(crate) fn looked_at(&self, key: &str) {
        self.catalog.load(key, Timestamp::now());
    }

    /// Removes a document from disk and memory.
    pub(crate) async fn forget(&self, stored: &StoredContext) -> Result<(), Problem> {
        match stored.kind {
            ContextKind::Hosted | ContextKind::ImplicitlyCreated => self.unhost(&stored.url).await?,
            ContextKind::Cached | ContextKind::Preloaded => self.take_off_disk(&stored.url).await?,
        }
        self.catalog.remove(&stored.url);
        self.resolved.lock().forget();
        Ok(())
    }
}

/// Contexts that are served from here may be named by their path alone, as `Location` gave it: it is made a URL.
fn own_paths(value: &mut Json) {
    match value {
        Json::Text(text) if text.starts_with(BASE) => *value = Json::from(format!("{OWN}{text}")),
        Json::Array(items) => items.iter_mut().for_each(own_paths),
        _ => {}
    }
}

/// The short name and the document of a context that stood inside a request.
fn implicit(terms: &Terms) -> (String, Json) {
    let value = terms.to_json();
    let key = format!("implicit-{}", digest(&value.to_string()));
    (key, Json::Object(vec![("@context".into(), value)]))
}

/// The short name in a URL of the path under which brokers serve contexts.
fn short_name(url: &str) -> Option<&str> {
    url.split_once(&format!("{BASE}/jsonldContexts/")).map(|(_, short)| short)
}

/// What stands for a text that a stranger may have chosen: nobody finds another text with the same (SHA-256).
pub(crate) fn digest(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(64);
    for byte in Sha256::digest(text.as_bytes()) {
        // Writing to a string does not fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// A number for a text, the same in every run (FNV-1a, 64 bits). Texts with the same number are easily found: it may tell apart only
/// what no stranger gains by.
pub(crate) fn fingerprint(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A number that nobody can foresee: the seeds of the standard library's hash maps are random.
pub(crate) fn random() -> u64 {
    RandomState::new().hash_one(Timestamp::now().micros())
}

#[cfg(test)]
mod tests;
