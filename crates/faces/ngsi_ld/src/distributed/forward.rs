//! Sending to sources, within bounds of time, number and memory (clauses 4.3.6.4–4.3.6.6, 5.2.34, 6.3.17).

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use reqwest::{RequestBuilder, Url};
use senne_model::{Json, Problem};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{failure::Failure, names::Renaming, trip::Trip, turns::Turns};
use crate::{
    contexts::{Contexts, Terms, reasons, sending_client},
    http::MAP_HEADER,
    options::{FederationOptions, NgsiLdOptions},
    registrations::{Kept, Registration, Said},
};

/// How many there are in all (clause 6.3.13).
pub(super) const COUNT_HEADER: HeaderName = HeaderName::from_static("ngsild-results-count");

/// Sends what is forwarded, over connections that are kept.
pub(crate) struct Forwarder {
    client: reqwest::Client,
    contexts: Arc<Contexts>,
    options: FederationOptions,
    turns: Turns,
    /// One permit per KiB of answer that is in memory.
    memory: Arc<Semaphore>,
}

/// The share of the memory for answers that one takes; none where it was kept before.
pub(crate) type Share = Option<OwnedSemaphorePermit>;

/// By which context things are named towards a source.
#[derive(Clone)]
pub(crate) struct Naming {
    pub(crate) terms: Terms,
    /// Whether the names of the request must be changed.
    pub(crate) renames: bool,
}

/// One request to a source.
#[derive(Default)]
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    /// The path after `/ngsi-ld/v1`, in parts that are not yet encoded.
    pub(crate) path: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Option<Json>,
    /// The entity map that the source made for this sequence of requests (clause 5.7.2.4).
    pub(crate) entity_map: Option<String>,
}

/// What a source answered with success.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Held as long as what it says is in memory.
    pub(crate) share: Share,
}

impl Reply {
    /// The body as JSON; an empty one is an error.
    pub(crate) fn json(&self) -> Result<Json, Failure> {
        crate::read::read_json(&self.body).map_err(|problem| Failure::Invalid(problem.detail))
    }
}

impl Naming {
    /// By full names, which mean the same everywhere.
    fn in_full() -> Self {
        Self { terms: Terms::default_core(), renames: true }
    }

    /// Changes an entity of the request, or several, into the source's names.
    pub(crate) fn rename(&self, entity: &mut Json, from: &Terms, simplified: bool) {
        if self.renames {
            Renaming { from, to: &self.terms, simplified }.entity(entity);
        }
    }

    /// A term of the request by the source's context.
    pub(crate) fn term(&self, term: &str, from: &Terms) -> String {
        if self.renames { self.terms.compact(&from.expand(term)).into_owned() } else { term.to_owned() }
    }

    /// An expanded name by the source's context.
    pub(crate) fn name(&self, name: &str) -> String {
        self.terms.compact(name).into_owned()
    }
}

impl Forwarder {
    pub(crate) fn new(contexts: Arc<Contexts>, options: &NgsiLdOptions) -> Result<Self, Problem> {
        let federation = options.federation;
        Ok(Self {
            client: sending_client(options.allow_private_addresses, federation.timeout)?,
            contexts,
            options: federation,
            turns: Turns::new(federation.forwards_max),
            memory: Arc::new(Semaphore::new(federation.answers_bytes_max / 1024)),
        })
    }

    /// How things of a request are named towards a source: as the registration says; else as the request names
    /// them, when its context has an address; else by full names.
    pub(crate) async fn naming(&self, registration: &Registration, terms: &Terms) -> Naming {
        if let Some(registered) = self.registered(registration).await {
            return registered;
        }
        // A context that is kept here has a name for inside only.
        match terms.link().filter(|url| url.starts_with("http")) {
            Some(_) => Naming { terms: terms.clone(), renames: false },
            None => Naming::in_full(),
        }
    }

    /// The same for a read. Who may not see everything could have a context that says one thing here and another
    /// at the source, so that a hidden attribute comes under the name of an open one: full names are used then.
    pub(crate) async fn naming_for(&self, trip: &Trip, registration: &Registration, terms: &Terms) -> Naming {
        if trip.sees_all {
            return self.naming(registration, terms).await;
        }
        self.registered(registration).await.unwrap_or_else(Naming::in_full)
    }

    /// The naming that a registration asks for, when its context can be had.
    async fn registered(&self, registration: &Registration) -> Option<Naming> {
        let url = registration.peer.context.as_deref()?;
        match self.contexts.by_url(url).await {
            Ok(own) => Some(Naming { terms: own, renames: true }),
            Err(problem) => {
                tracing::warn!(%problem, "the context of `{}` cannot be had: {problem}", registration.id);
                None
            }
        }
    }

    /// Sends, and waits for the answer. Only answers with success are given back as such.
    pub(crate) async fn send(
        &self,
        trip: &Trip,
        registration: &Registration,
        naming: &Naming,
        outgoing: Outgoing,
    ) -> Result<Reply, Failure> {
        let url = address(registration, &outgoing)?;
        let reads = outgoing.method == Method::GET;
        let question = question(trip, registration, naming, &outgoing, &url);
        if let Some(reply) = reads.then(|| cached(trip, registration, &question)).flatten() {
            return Ok(reply);
        }
        if registration.health.lock().rests(registration.peer.cooldown) {
            return Err(Failure::Resting);
        }
        let limit = registration.peer.timeout.unwrap_or(self.options.timeout);
        let end = || trip.deadline.min(Instant::now() + limit);
        let source = url.origin().ascii_serialization();
        let request = self.request(trip, registration, naming, outgoing, url)?.timeout(limit);
        let turn = tokio::time::timeout_at(end().into(), self.turns.take(source)).await;
        let Ok(Some(_turn)) = turn else {
            return Err(Failure::Busy("too many requests to sources are under way"));
        };
        if trip.deadline <= Instant::now() {
            return Err(Failure::Busy("other sources have taken the time of the request"));
        }
        let outcome = match tokio::time::timeout_at(end().into(), self.exchange(request)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Failure::Silent(format!("no answer within {} ms", limit.as_millis()))),
        };
        if let Ok(reply) = &outcome {
            trip.pass_on_warnings(&reply.headers);
        }
        // What is for want of room here says nothing of the source.
        if !matches!(outcome, Err(Failure::Busy(_) | Failure::TooLarge(_))) {
            let healthy = outcome.as_ref().map_or_else(Failure::is_an_answer, |_| true);
            registration.health.lock().count(healthy);
            metrics::counter!("senne_forwards", "healthy" => if healthy { "yes" } else { "no" }).increment(1);
        }
        if let (true, Ok(reply), Some(_)) = (reads, &outcome, registration.peer.cache_for) {
            let count = reply.headers.get(COUNT_HEADER).cloned();
            let kept = Kept { status: reply.status, count, body: reply.body.clone() };
            registration.cache.lock().keep(question, kept);
        } else if !reads {
            registration.cache.lock().clear();
        }
        outcome
    }

    fn request(
        &self,
        trip: &Trip,
        registration: &Registration,
        naming: &Naming,
        outgoing: Outgoing,
        url: Url,
    ) -> Result<RequestBuilder, Failure> {
        let peer = &registration.peer;
        let linked = peer.content_linked_data == Some(true) && peer.context.is_none();
        let mut request = self.client.request(outgoing.method, url);
        for (name, said) in &peer.headers {
            let value = match said {
                Said::Always(value) => Some(value),
                Said::AsAsked => trip.headers.get(name),
            };
            if let Some(value) = value {
                request = request.header(name.clone(), value.clone());
            }
        }
        if let Some(tenant) = &peer.tenant {
            request = request.header("NGSILD-Tenant", tenant.clone());
        }
        if let Some(Ok(map)) = outgoing.entity_map.as_deref().map(HeaderValue::from_str) {
            request = request.header(MAP_HEADER, map);
        }
        let accept = if peer.accepts_linked_data { "application/ld+json" } else { "application/json" };
        request = request.header(header::ACCEPT, accept);
        if let Ok(via) = HeaderValue::from_str(&trip.via.onward(&trip.alias)) {
            request = request.header(header::VIA, via);
        }
        let has_body = outgoing.body.is_some();
        if let Some(mut body) = outgoing.body {
            if let Some(version) = peer.conformance {
                version.amend(&mut body);
            }
            without_contexts(&mut body);
            if linked {
                with_context(&mut body, &naming.terms.to_json());
            }
            let media = if linked { "application/ld+json" } else { "application/json" };
            request = request.header(header::CONTENT_TYPE, media).body(body.to_string());
        }
        // The registered context is told also when everybody knows it (clause 6.3.19).
        let told = peer.context.is_some() || !naming.terms.is_core();
        if told && !(linked && has_body) {
            let link =
                naming.terms.link().ok_or_else(|| Failure::Invalid("no context to name by".to_owned()))?;
            let link = format!(
                "<{link}>; rel=\"http://www.w3.org/ns/json-ld#context\"; type=\"application/ld+json\""
            );
            request = request.header(header::LINK, link);
        }
        Ok(request)
    }

    async fn exchange(&self, request: RequestBuilder) -> Result<Reply, Failure> {
        // Without the address: who asks need not learn where sources are.
        let silent = |error: reqwest::Error| Failure::Silent(reasons(&error.without_url()));
        let mut response = request.send().await.map_err(silent)?;
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        let mut body = Vec::new();
        let mut share: Share = None;
        while let Some(chunk) = response.chunk().await.map_err(silent)? {
            if body.len() + chunk.len() > self.options.answer_bytes_max {
                return Err(Failure::TooLarge(self.options.answer_bytes_max));
            }
            let permits = u32::try_from(chunk.len() / 1024 + 1).unwrap_or(u32::MAX);
            let more = Arc::clone(&self.memory).try_acquire_many_owned(permits);
            let more = more.map_err(|_| Failure::Busy("too many large answers are under way"))?;
            match &mut share {
                Some(share) => share.merge(more),
                None => share = Some(more),
            }
            body.extend_from_slice(&chunk);
        }
        if status.is_success() {
            return Ok(Reply { status: status.as_u16(), headers, body: body.into(), share });
        }
        match status.as_u16() {
            508 => Err(Failure::Loop),
            status => Err(Failure::Refused { status, detail: detail(&body) }),
        }
    }
}

fn address(registration: &Registration, outgoing: &Outgoing) -> Result<Url, Failure> {
    let wrong = || Failure::Invalid("its address cannot be used".to_owned());
    // A step in a path is left out of it: what is left would name something else.
    if outgoing.path.iter().any(|part| matches!(part.as_str(), "." | "..")) {
        return Err(wrong());
    }
    let mut url = Url::parse(&format!("{}/ngsi-ld/v1", registration.peer.base)).map_err(|_| wrong())?;
    // The attributes of an entity are a resource whose path ends with a slash (clause 6.6.1).
    let ending =
        (outgoing.path.len() > 2 && outgoing.path.last().is_some_and(|part| part == "attrs")).then_some("");
    let parts = outgoing.path.iter().map(String::as_str).chain(ending);
    url.path_segments_mut().map_err(|()| wrong())?.extend(parts);
    let local = registration.peer.local_only && !outgoing.query.iter().any(|(name, _)| name == "local");
    if !outgoing.query.is_empty() || local {
        let mut query = url.query_pairs_mut();
        query.extend_pairs(&outgoing.query);
        if local {
            query.append_pair("local", "true");
        }
    }
    Ok(url)
}

/// What tells one question from another: the address, and every header on which the answer may depend. Those
/// that the registration sets are always the same.
fn question(
    trip: &Trip,
    registration: &Registration,
    naming: &Naming,
    outgoing: &Outgoing,
    url: &Url,
) -> String {
    let mut question = url.to_string();
    for part in [naming.terms.link(), outgoing.entity_map.as_deref()] {
        // Neither an address nor a header has a line feed.
        question.push('\n');
        question.push_str(part.unwrap_or_default());
    }
    let as_asked = registration.peer.headers.iter().filter(|(_, said)| matches!(said, Said::AsAsked));
    for (name, _) in as_asked {
        question.push('\n');
        if let Some(value) = trip.headers.get(name) {
            question.push('=');
            question.push_str(&value.as_bytes().escape_ascii().to_string());
        }
    }
    question
}

/// An answer from a moment ago, and the warning that it is one.
fn cached(trip: &Trip, registration: &Registration, question: &str) -> Option<Reply> {
    let young: Duration = registration.peer.cache_for?;
    let Kept { status, count, body } = registration.cache.lock().find(question, young)?;
    trip.note(110, "Response is Stale");
    let headers = count.map(|count| (COUNT_HEADER, count)).into_iter().collect();
    Some(Reply { status, headers, body, share: None })
}

/// What an error answer says of itself.
fn detail(body: &[u8]) -> String {
    const LONGEST: usize = 300;
    let json: Option<Json> = serde_json::from_slice(body).ok();
    let member = |name: &str| json.as_ref()?.get(name)?.as_str().map(str::to_owned);
    let text = member("detail").or_else(|| member("title")).unwrap_or_else(|| "no reason given".to_owned());
    text.chars().take(LONGEST).collect()
}

fn without_contexts(body: &mut Json) {
    match body {
        Json::Array(items) => items.iter_mut().for_each(without_contexts),
        Json::Object(members) => members.retain(|(name, _)| &**name != "@context"),
        _ => {}
    }
}

fn with_context(body: &mut Json, context: &Json) {
    match body {
        Json::Array(items) => items.iter_mut().for_each(|item| with_context(item, context)),
        Json::Object(members) => members.push(("@context".into(), context.clone())),
        _ => {}
    }
}
