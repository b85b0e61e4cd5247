//! Fetched contexts on disk, so that a restart asks nobody, and how long each is fresh (RFC 9111).
//!
//! A document that is no longer fresh is still used at once; it is asked for anew behind the back of the request, with
//! the validators of the last answer. When that fails the old one stays.

use std::time::Duration;

use senne_context::ContextKind;
use senne_hub::Page;
use senne_language::{Query, TypeExpression};
use senne_model::{
    Attribute, AttributeValue, EntityId, ErrorKind, Instance, Json, Name, Operation, Problem, Timestamp,
    Write,
};

use super::{Contexts, digest, fetch::Fetched};
use crate::http::object;

const KIND: &str = "urn:senne:ns#CachedContext";
const DOCUMENT: &str = "urn:senne:ns#document";
const SETTING: &str = "urn:senne:ns#setting";
const PREFIX: &str = "urn:senne:cached-context:";
const PAGE: usize = 500;

/// How long a document is fresh when its server does not say.
const FRESH: Duration = Duration::from_hours(24);

/// Whatever a server says, a document is asked for anew no more often and no more rarely than this.
const FRESH_MIN: Duration = Duration::from_mins(1);
const FRESH_MAX: Duration = Duration::from_hours(24 * 7);

/// The longest validator that is kept and sent back, in bytes.
const VALIDATOR_BYTES_MAX: usize = 1024;

/// After a failure it is tried again no sooner than this.
const AFTER_FAILURE: Duration = Duration::from_mins(10);

/// What is known of a fetched document, beside the document.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Freshness {
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
    /// From then on it is asked for anew when it is used.
    pub(super) expires_at: Timestamp,
}

impl Freshness {
    /// From the headers of an answer.
    pub(super) fn of(headers: &http::HeaderMap, now: Timestamp) -> Self {
        let text = |name: http::HeaderName| {
            headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
        };
        let fresh = text(http::header::CACHE_CONTROL).and_then(|said| max_age(&said)).unwrap_or(FRESH);
        let validator =
            |name: http::HeaderName| text(name).filter(|value| value.len() <= VALIDATOR_BYTES_MAX);
        Self {
            etag: validator(http::header::ETAG),
            last_modified: validator(http::header::LAST_MODIFIED),
            expires_at: later(now, fresh.clamp(FRESH_MIN, FRESH_MAX)),
        }
    }
}

fn later(now: Timestamp, by: Duration) -> Timestamp {
    Timestamp::from_micros(now.micros().saturating_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX)))
}

/// How long `Cache-Control` lets an answer be used.
fn max_age(said: &str) -> Option<Duration> {
    let mut directives = said.split(',').map(|part| part.trim().to_ascii_lowercase());
    if directives.clone().any(|part| part == "no-store" || part == "no-cache") {
        return Some(Duration::ZERO);
    }
    let seconds =
        directives.find_map(|part| part.strip_prefix("max-age=")?.trim_matches('"').parse().ok())?;
    Some(Duration::from_secs(seconds))
}

pub(super) fn entity_id(url: &str) -> EntityId {
    EntityId::trusted(&format!("{PREFIX}{}", digest(url)))
}

/// The write that keeps a document.
pub(super) fn kept(url: &str, document: Json, freshness: &Freshness) -> Write {
    let mut write = Write::new(entity_id(url), Operation::CreateOrReplace);
    write.types.push(Name::new(KIND));
    let optional = |text: &Option<String>| text.as_ref().map_or(Json::Null, |text| Json::text(text));
    let setting = object([
        ("url", Json::text(url)),
        ("etag", optional(&freshness.etag)),
        ("lastModified", optional(&freshness.last_modified)),
        ("expiresAt", Json::Int(freshness.expires_at.micros())),
    ]);
    for (name, json) in [(DOCUMENT, document), (SETTING, setting)] {
        let instance = Instance::new(AttributeValue::JsonProperty(json));
        write.attributes.push(Attribute::new(Name::new(name), instance));
    }
    write
}

impl Contexts {
    /// Takes what was fetched into the catalog and onto disk.
    pub(super) async fn take_fetched(&self, url: &str, fetched: Fetched) -> Result<(), Problem> {
        let (document, freshness) = match fetched {
            Fetched::Unchanged(freshness) => (None, freshness),
            Fetched::New(document, freshness) => (Some(document), freshness),
        };
        self.failed.lock().remove(url);
        let changed = document.is_some();
        let document = match document {
            Some(document) => {
                self.catalog.store(url, ContextKind::Cached, document.clone(), Timestamp::now())?;
                Some(document)
            }
            None => self.catalog.get(url).map(|stored| Json::clone(&stored.document)),
        };
        // Only then: what is noted but not in the catalog counts as dropped.
        let dropped = self.note(url, freshness.clone());
        if changed {
            self.resolved.lock().forget();
        }
        let Some(document) = document else { return Ok(()) };
        // A cache that cannot be written is no reason to refuse what was asked.
        if let Err(problem) = self.put_on_disk(url, document, &freshness, &dropped).await {
            tracing::warn!(url, %problem, "the context {url} could not be kept on disk: {problem}");
        }
        Ok(())
    }

    /// Notes how long a document is fresh; gives those that the catalog has dropped since.
    fn note(&self, url: &str, freshness: Freshness) -> Vec<String> {
        let mut known = self.freshness.lock();
        known.insert(url.to_owned(), freshness);
        let gone: Vec<String> = known
            .keys()
            .filter(|there| *there != url && self.catalog.get(there).is_none())
            .cloned()
            .collect();
        gone.iter().for_each(|url| drop(known.remove(url)));
        gone
    }

    async fn put_on_disk(
        &self,
        url: &str,
        document: Json,
        freshness: &Freshness,
        dropped: &[String],
    ) -> Result<(), Problem> {
        let mut writes = vec![kept(url, document, freshness)];
        writes.extend(dropped.iter().map(|url| Write::new(entity_id(url), Operation::Delete)));
        self.write_all(writes).await
    }

    /// Takes a document off the disk.
    pub(super) async fn take_off_disk(&self, url: &str) -> Result<(), Problem> {
        self.freshness.lock().remove(url);
        match self.write_all(vec![Write::new(entity_id(url), Operation::Delete)]).await {
            Err(problem) if problem.kind != ErrorKind::NotFound => Err(problem),
            _ => Ok(()),
        }
    }

    /// Reads the fetched documents of earlier runs. What the operator preloads comes first.
    pub(super) async fn read_cached(&self) -> Result<(), Problem> {
        let types = TypeExpression::parse("CachedContext", &|_| Name::new(KIND))?;
        let query = Query { types: Some(types), ..Query::default() };
        let mut page = Page { limit: PAGE, ..Page::default() };
        let mut moves = Vec::new();
        loop {
            let found = match self.hub.query(&Self::circumstances(), &query, &page).await {
                Ok(found) => found,
                Err(problem) if problem.kind == ErrorKind::NoSuchTenant => return Ok(()),
                Err(problem) => return Err(problem),
            };
            for entity in &found.entities {
                let json = |name: &str| match &entity.instance(name)?.value {
                    AttributeValue::JsonProperty(json) => Some(json),
                    _ => None,
                };
                let (Some(document), Some(setting)) = (json(DOCUMENT), json(SETTING)) else { continue };
                let text = |name: &str| setting.get(name).and_then(Json::as_str).map(str::to_owned);
                // Older builds named them by a number that two URLs may share.
                let moved = text("url").filter(|url| entity.id != entity_id(url));
                if moved.is_some() {
                    moves.push(Write::new(entity.id.clone(), Operation::Delete));
                }
                let Some(url) = text("url").filter(|url| self.catalog.get(url).is_none()) else { continue };
                let expires_at = match setting.get("expiresAt") {
                    Some(Json::Int(at)) => Timestamp::from_micros(*at),
                    _ => Timestamp::default(),
                };
                let freshness =
                    Freshness { etag: text("etag"), last_modified: text("lastModified"), expires_at };
                let stored =
                    self.catalog.store(&url, ContextKind::Cached, document.clone(), entity.modified_at);
                if let Err(problem) = stored {
                    tracing::warn!(url, %problem, "the context {url} is left out: {problem}");
                }
                if moved.is_some() {
                    moves.push(kept(&url, document.clone(), &freshness));
                }
                // Also then: what is noted and not in the catalog goes from the disk at the next fetch.
                self.freshness.lock().insert(url, freshness);
            }
            page.after = found.entities.last().map(|entity| entity.id.clone());
            if !found.more {
                break;
            }
        }
        if moves.is_empty() {
            return Ok(());
        }
        // Where that fails they stay under their old names, and it is tried again at the next start.
        if let Err(problem) = self.write_all(moves).await {
            tracing::warn!(%problem, "contexts of an older build could not be renamed on disk: {problem}");
        }
        Ok(())
    }

    /// When a document is asked for anew; none when it never is.
    pub(crate) fn expires_at(&self, url: &str) -> Option<Timestamp> {
        self.freshness.lock().get(url).map(|freshness| freshness.expires_at)
    }

    /// The document is used now: when it is no longer fresh it is asked for anew, behind the back of who uses it.
    pub(super) fn freshen(self: &std::sync::Arc<Self>, url: &str) {
        if self.offline {
            return;
        }
        let now = Timestamp::now();
        {
            let mut known = self.freshness.lock();
            let Some(freshness) = known.get_mut(url).filter(|known| known.expires_at <= now) else { return };
            // Nobody else asks meanwhile, nor soon when it fails.
            freshness.expires_at = later(now, AFTER_FAILURE);
        }
        let (me, url) = (std::sync::Arc::clone(self), url.to_owned());
        tokio::spawn(async move {
            if let Err(problem) = me.refresh(&url).await {
                tracing::info!(url, %problem, "the context {url} stays as it was: {problem}");
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn freshness_is_what_the_server_says_within_bounds() {
        for (said, seconds) in [
            ("max-age=3600", 3600),
            ("public, max-age=\"120\"", 120),
            ("max-age=1", 60),
            ("no-cache", 60),
            ("max-age=99999999", 7 * 86_400),
            ("private", 86_400),
        ] {
            let mut headers = http::HeaderMap::new();
            headers.insert(http::header::CACHE_CONTROL, said.parse().unwrap());
            let freshness = Freshness::of(&headers, Timestamp::from_micros(0));
            assert_eq!(freshness.expires_at, Timestamp::from_micros(seconds * 1_000_000), "{said}");
        }
    }
}
