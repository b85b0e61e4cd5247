//! One request: who asks, in which tenant, with which context and body.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, FromRequest, FromRequestParts, RawPathParams, Request},
    http::Method,
};
use bytes::Bytes;
use http::{HeaderMap, header};
use senne_hub::Principal;
use senne_model::{ErrorKind, Problem, TenantName};
use tokio::sync::OwnedSemaphorePermit;

use super::{
    BASE, Media, Offer, Parameters, Refusal, SNAPSHOT_HEADER,
    body::{Memory, receive},
    negotiate,
};
use crate::{
    contexts::Terms,
    distributed::Trip,
    face::Face,
    read::{Limits, Mode, Names},
};

/// A request, read as far as every operation needs it; the body is fetched by [`Call::body`].
pub(crate) struct Call {
    pub(crate) face: Arc<Face>,
    pub(crate) hub: senne_hub::Context,
    pub(crate) method: Method,
    pub(crate) headers: HeaderMap,
    pub(crate) parameters: Parameters,
    /// Set where sources may be asked too.
    pub(crate) trip: Option<Arc<Trip>>,
    /// The path and query as they came, without the host.
    pub(crate) path_only: String,
    path: Vec<(String, String)>,
    /// Who is at the other end of the connection.
    peer: Option<IpAddr>,
    /// Behind a lock, so that a call can be shared across threads while its body waits.
    body: parking_lot::Mutex<Option<axum::body::Body>>,
}

/// A body with the names that its context gives.
pub(crate) struct Body {
    pub(crate) bytes: Bytes,
    pub(crate) terms: Terms,
    pub(crate) limits: Limits,
    linked_data: bool,
    _share: OwnedSemaphorePermit,
}

impl Body {
    /// The mode with what the content type adds to it.
    pub(crate) fn mode(&self, mode: Mode) -> Mode {
        Mode { linked_data: self.linked_data, ..mode }
    }
    pub(crate) fn names(&self) -> Names {
        Names::new(self.terms.clone())
    }
    pub(crate) fn is_linked_data(&self) -> bool {
        self.linked_data
    }
}

impl FromRequest<Arc<Face>> for Call {
    type Rejection = Refusal;

    async fn from_request(request: Request, face: &Arc<Face>) -> Result<Self, Refusal> {
        let (mut parts, body) = request.into_parts();
        let path = RawPathParams::from_request_parts(&mut parts, face)
            .await
            .map_err(|_| Problem::new(ErrorKind::InvalidRequest, "the path is not UTF-8"))?;
        let path = path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let principal = parts.extensions.get::<Principal>().cloned().unwrap_or_default();
        let mut hub = senne_hub::Context::new(principal, tenant(&parts.headers)?);
        let mut parameters = Parameters::parse(parts.uri.query())?;
        parameters.check()?;
        let mut trip = parts.extensions.remove::<Arc<Trip>>();
        if let Some(snapshot) = snapshot(&parts.headers, parts.uri.path())? {
            hub.tenant = face.snapshots.copy_of(&hub.tenant, &snapshot).await?;
            // A snapshot is local, and may be asked for everything (clause 5.5.15).
            parameters.set("local", "true".to_owned());
            trip = None;
        }
        Ok(Self {
            face: Arc::clone(face),
            hub,
            method: parts.method,
            headers: parts.headers,
            parameters,
            trip,
            path_only: parts.uri.path().to_owned(),
            path,
            peer,
            body: parking_lot::Mutex::new(Some(body)),
        })
    }
}

/// The tenant that a request names; clause 6.3.14.
pub(crate) fn tenant(headers: &HeaderMap) -> Result<TenantName, Problem> {
    Ok(senne_http::tenant(headers, &[senne_http::TENANT_HEADER])?.unwrap_or_default())
}

/// What a snapshot has: operations on anything else are not put to it.
const OF_SNAPSHOTS: [&str; 6] =
    ["/entities", "/entityOperations", "/entityMaps", "/temporal", "/types", "/attributes"];

/// The snapshot that a request is put to (clause 6.3.22).
fn snapshot(headers: &HeaderMap, path: &str) -> Result<Option<senne_model::EntityId>, Problem> {
    let Some(value) = headers.get(SNAPSHOT_HEADER) else { return Ok(None) };
    let text =
        value.to_str().map_err(|_| Problem::bad("the header is not ASCII").field("NGSILD-Snapshot"))?;
    let id = senne_model::EntityId::parse(text).map_err(|problem| problem.field("NGSILD-Snapshot"))?;
    let path = path.strip_prefix(BASE).unwrap_or(path);
    if !OF_SNAPSHOTS.iter().any(|there| path.starts_with(there)) {
        let detail = "a snapshot has entities and their past; leave the header NGSILD-Snapshot out";
        return Err(Problem::new(ErrorKind::NotSupported, detail).field("NGSILD-Snapshot"));
    }
    Ok(Some(id))
}

impl Call {
    /// A part of the path, decoded.
    pub(crate) fn path(&self, name: &str) -> &str {
        self.path.iter().find(|(there, _)| there == name).map_or("", |(_, value)| value)
    }

    /// The address by which what the caller has is counted, when it is known.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        self.peer.map(|peer| senne_http::address::of_caller(peer, &self.headers))
    }

    /// The id in the path. What is no IRI is a malformed request.
    pub(crate) fn id(&self) -> Result<senne_model::EntityId, Problem> {
        senne_model::EntityId::parse(self.path("id"))
    }

    /// Refuses callers who may not keep house: subscriptions and contexts act beyond their own request.
    pub(crate) fn administer(&self) -> Result<(), Problem> {
        senne_policy::decide(&self.hub.principal, &self.hub.tenant, senne_hub::Action::Administer).map(|_| ())
    }

    /// Whether the body is in the simplified form (clause 6.3.7).
    pub(crate) fn is_simplified(&self) -> bool {
        let simple = |word: &str| matches!(word, "simplified" | "keyValues");
        self.parameters.get("format").is_some_and(simple)
            || self.parameters.list("options").is_some_and(|options| options.into_iter().any(simple))
    }

    /// Whether an entity is of the types that the parameter `type` selects, when it does.
    pub(crate) fn fits_type(&self, terms: &Terms, entity: &senne_model::Entity) -> Result<bool, Problem> {
        let Some(text) = self.parameters.get("type") else { return Ok(true) };
        let types = senne_language::TypeExpression::parse(text, &|term| terms.expand(term))?;
        Ok(types.matches(&entity.types))
    }

    /// Refuses an entity that is not of the types that the parameter `type` selects: there is no such entity then.
    pub(crate) fn need_type(&self, terms: &Terms, entity: &senne_model::Entity) -> Result<(), Problem> {
        let missing =
            || Problem::not_found(format!("there is no entity `{}` of these types here", entity.id));
        self.fits_type(terms, entity)?.then_some(()).ok_or_else(missing)
    }

    /// The same for the entity of the path, which is looked up when the parameter is given.
    pub(crate) async fn need_type_in_path(&self) -> Result<(), Problem> {
        if self.parameters.get("type").is_none() {
            return Ok(());
        }
        let entity = self.face.hub.entity(&self.hub, &self.id()?).await?;
        self.need_type(&self.terms().await?, &entity)
    }

    pub(crate) fn media(&self, offer: Offer) -> Result<Media, Refusal> {
        negotiate(&self.headers, offer)
    }

    /// The context of an operation without a body: the Link header's, else the core context (clause 6.3.5).
    pub(crate) async fn terms(&self) -> Result<Terms, Problem> {
        match context_link(&self.headers)? {
            Some(url) => self.face.contexts.by_url(&url).await,
            None => Ok(Terms::default_core()),
        }
    }

    /// The address under which the caller reached this server.
    pub(crate) fn origin(&self) -> String {
        self.face.origin(self.headers.get(header::HOST).and_then(|host| host.to_str().ok()))
    }

    /// Reads a body of one thing, and its context.
    pub(crate) async fn body(&mut self) -> Result<Body, Refusal> {
        let (bytes, linked_data, share) = self.bytes(self.face.options.entity_bytes_max).await?;
        let terms = if linked_data {
            let contexts = crate::read::contexts_of(&bytes)?;
            let text = contexts.first().copied().unwrap_or("null");
            self.face.contexts.by_text(text).await?
        } else {
            self.terms().await?
        };
        let limits = Limits::for_body(bytes.len(), self.face.options.value_bytes_max);
        Ok(Body { bytes, terms, limits, linked_data, _share: share })
    }

    /// Reads the bytes of a body of at most `bytes_max`, of callers who may do what it is for.
    pub(crate) async fn bytes(
        &mut self,
        bytes_max: usize,
    ) -> Result<(Bytes, bool, OwnedSemaphorePermit), Refusal> {
        self.may_send()?;
        let body = self.body.lock().take().unwrap_or_default();
        let memory = Memory { shares: &self.face.bodies, left: self.left_to_others() };
        let received = receive(&self.method, &self.headers, body, bytes_max, &memory).await?;
        if received.linked_data && context_link(&self.headers)?.is_some() {
            let detail = "application/ld+json brings its context in the body; leave the Link header out";
            return Err(Problem::bad(detail).field("Link").into());
        }
        Ok((received.bytes, received.linked_data, received.share))
    }

    /// Refuses a body of a caller who may not write before any of it is read: else strangers could take the memory for bodies.
    fn may_send(&self) -> Result<(), Problem> {
        let path = self.path_only.strip_prefix(BASE).unwrap_or(&self.path_only);
        if FOR_READERS.iter().any(|there| path.starts_with(there)) {
            return Ok(());
        }
        senne_policy::decide(&self.hub.principal, &self.hub.tenant, senne_hub::Action::Write).map(|_| ())
    }

    /// How many KiB of the memory for bodies strangers leave to those who are known.
    fn left_to_others(&self) -> usize {
        match self.hub.principal {
            Principal::Anonymous => self.face.options.bodies_bytes_max / 1024 / 4,
            _ => 0,
        }
    }
}

/// Where a body asks and writes nothing, or tells what was subscribed to at a source; each says itself who may do it.
const FOR_READERS: [&str; 5] = [
    "/entityOperations/query",
    "/temporal/entityOperations/query",
    "/entityMaps",
    "/temporal/entityMaps",
    "/remote-notify",
];

/// The relation of a Link header that names a JSON-LD context (JSON-LD 1.1 §6.1).
const CONTEXT_RELATION: &str = "http://www.w3.org/ns/json-ld#context";

/// The URL of the JSON-LD context in the Link headers.
pub(crate) fn context_link(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut found = None;
    for value in headers.get_all(header::LINK) {
        let text = value.to_str().map_err(|_| Problem::bad("the header is not ASCII").field("Link"))?;
        for part in text.split(",<").flat_map(|part| part.split(", <")) {
            let Some((url, rest)) = part.trim_start_matches(['<', ' ']).split_once('>') else { continue };
            let is_context = rest.split(';').any(|field| {
                let relation = field.trim().strip_prefix("rel=");
                relation.is_some_and(|relation| relation.trim().trim_matches('"') == CONTEXT_RELATION)
            });
            if is_context && found.replace(url.trim().to_owned()).is_some() {
                return Err(Problem::bad("at most one Link header may name a JSON-LD context").field("Link"));
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(text: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(header::LINK, text.parse().unwrap());
        context_link(&headers).unwrap()
    }

    #[test]
    fn the_context_is_found_among_links() {
        let context = r#"<http://x.org/c.jsonld>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json""#;
        assert_eq!(link(context).as_deref(), Some("http://x.org/c.jsonld"));
        assert_eq!(link(&format!("</a>; rel=\"next\", {context}")).as_deref(), Some("http://x.org/c.jsonld"));
        assert_eq!(link("</a>; rel=\"next\""), None);
    }
}
