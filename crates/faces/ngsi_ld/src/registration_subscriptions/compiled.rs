//! A subscription to registrations made ready: what it wants, and where it is told.

use std::time::Duration;

use http::{HeaderName, HeaderValue};
use reqwest::Url;
use senne_language::{Filter, IdPattern, ScopeExpression, TimeFilter, TypeExpression};
use senne_model::{EntityId, Json, Problem, Timestamp};

use crate::{
    contexts::{Terms, check_url},
    distributed::percent_decoded,
    http::{Ask, AskGeo},
    registrations::{Wanted, WantedTypes},
};

/// The shortest interval: a shorter one would keep this server, its network and the receiver busy with nothing new.
const SHORTEST: Duration = Duration::from_millis(100);

/// Everything that matching and telling need.
pub(super) struct Compiled {
    /// One for each selector of entities.
    pub(super) wanted: Vec<Wanted>,
    pub(super) every: Option<Duration>,
    /// How long after one notification the next may come (clause 5.2.12).
    pub(super) throttling: Duration,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) is_active: bool,
    pub(super) url: Url,
    pub(super) linked_data: bool,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) timeout: Option<Duration>,
    pub(super) cooldown: Duration,
}

impl Compiled {
    /// From a checked document, whose expressions are read by `terms`.
    pub(super) fn new(document: &Json, terms: &Terms, allow_private: bool) -> Result<Self, Problem> {
        let text = |name: &str| document.get(name).and_then(Json::as_str);
        let notification = document.get("notification").unwrap_or(&Json::Null);
        let endpoint = notification.get("endpoint").unwrap_or(&Json::Null);
        let within = |problem: Problem| problem.within("notification.endpoint");
        let milliseconds = |name: &str| {
            endpoint.get(name).and_then(Json::as_f64).map(|ms| Duration::from_secs_f64(ms / 1000.0))
        };
        let seconds = |name: &str| document.get(name).and_then(Json::as_f64).map(Duration::from_secs_f64);
        Ok(Self {
            wanted: wanted(document, terms)?,
            every: seconds("timeInterval").map(|every| every.max(SHORTEST)),
            throttling: seconds("throttling").unwrap_or_default(),
            expires_at: text("expiresAt").and_then(|text| Timestamp::parse(text).ok()),
            is_active: document.get("isActive") != Some(&Json::Bool(false)),
            url: url(endpoint, allow_private).map_err(within)?,
            linked_data: endpoint.get("accept").and_then(Json::as_str) == Some("application/ld+json"),
            headers: headers(endpoint).map_err(within)?,
            timeout: milliseconds("timeout"),
            cooldown: milliseconds("cooldown").unwrap_or_default(),
        })
    }

    pub(super) fn is_expired(&self) -> bool {
        self.expires_at.is_some_and(|at| at <= Timestamp::now())
    }

    pub(super) fn is_live(&self) -> bool {
        self.is_active && !self.is_expired()
    }
}

fn url(endpoint: &Json, allow_private: bool) -> Result<Url, Problem> {
    let text = endpoint.get("uri").and_then(Json::as_str).unwrap_or_default();
    let url =
        Url::parse(text).map_err(|_| Problem::bad("the URL of the receiver is needed here").field("uri"))?;
    check_url(&url, allow_private).map_err(|problem| problem.field("uri"))?;
    Ok(url)
}

/// Headers that the sender itself sets, or that would break the exchange.
const OWN_HEADERS: [&str; 6] =
    ["host", "content-length", "content-type", "transfer-encoding", "connection", "link"];

fn headers(endpoint: &Json) -> Result<Vec<(HeaderName, HeaderValue)>, Problem> {
    let wrong = || {
        let detail = "an array of {\"key\": name, \"value\": text} of HTTP headers is needed here";
        Problem::bad(detail).field("receiverInfo")
    };
    let pairs = endpoint.get("receiverInfo").map(|pairs| pairs.as_array().ok_or_else(wrong));
    let one = |pair: &Json| {
        let part = |name: &str| pair.get(name).and_then(Json::as_str).ok_or_else(wrong);
        let name = HeaderName::from_bytes(part("key")?.as_bytes()).map_err(|_| wrong())?;
        if OWN_HEADERS.contains(&name.as_str()) {
            let detail = format!("the header {name} is set by the sender");
            return Err(Problem::bad(detail).field("receiverInfo"));
        }
        Ok((name, HeaderValue::from_str(part("value")?).map_err(|_| wrong())?))
    };
    pairs.transpose()?.unwrap_or_default().iter().map(one).collect()
}

/// What the registrations must be of, for each selector of entities (clauses 5.11.2.4, 5.12).
pub(crate) fn wanted(document: &Json, terms: &Terms) -> Result<Vec<Wanted>, Problem> {
    let text = |name: &str| document.get(name).and_then(Json::as_str);
    let expand = |term: &str| terms.expand(term);
    let ask = Ask {
        // A query is percent-encoded wherever it stands (clause 4.9).
        q: text("q").map(percent_decoded),
        geo: document.get("geoQ").map(AskGeo::from_document).transpose()?,
        ..Ask::default()
    };
    let query = ask.into_query(terms)?;
    let csf = text("csf").map(percent_decoded);
    let csf = csf.map(|text| Filter::parse(&text, &expand).map_err(|p| p.field("csf"))).transpose()?;
    let common = Wanted {
        attributes: attributes(document, terms),
        geo: query.geo,
        scope: text("scopeQ").map(ScopeExpression::parse).transpose()?,
        csf,
        time: time(document)?,
        ..Wanted::default()
    };
    let Some(selectors) = document.get("entities") else { return Ok(vec![common]) };
    let wrong =
        || Problem::bad("an array of selectors with at least a `type` each is needed here").field("entities");
    let selectors = selectors.as_array().filter(|list| !list.is_empty()).ok_or_else(wrong)?;
    let one = |selector: &Json| {
        let part = |name: &str| selector.get(name).map(|value| value.as_str().ok_or_else(wrong)).transpose();
        let kind = part("type")?.ok_or_else(wrong)?;
        let types = match kind {
            "*" => WantedTypes::Any,
            kind => WantedTypes::Expression(
                TypeExpression::parse(kind, &expand).map_err(|p| p.within("entities"))?,
            ),
        };
        let id = |value: &Json| {
            let text = value.as_str().ok_or_else(wrong)?;
            EntityId::parse(text).map_err(|problem| problem.within("entities"))
        };
        let ids = match selector.get("id") {
            None => Vec::new(),
            Some(Json::Array(items)) if !items.is_empty() => {
                items.iter().map(id).collect::<Result<_, _>>()?
            }
            Some(one) => vec![id(one)?],
        };
        let id_pattern =
            part("idPattern")?.map(IdPattern::parse).transpose().map_err(|p| p.within("entities"))?;
        // An id counts more than a pattern (clause 5.2.33).
        let id_pattern = id_pattern.filter(|_| ids.is_empty());
        Ok(Wanted { types, ids, id_pattern, ..common.clone() })
    };
    selectors.iter().map(one).collect()
}

/// The attributes that count: those that are watched and those that are told, when both are named.
fn attributes(document: &Json, terms: &Terms) -> Vec<senne_model::Name> {
    let list = |object: Option<&Json>, name: &str| -> Vec<senne_model::Name> {
        let items = object.and_then(|object| object.get(name)).and_then(Json::as_array).unwrap_or_default();
        items.iter().filter_map(Json::as_str).map(|name| terms.expand(name)).collect()
    };
    let mut watched = list(Some(document), "watchedAttributes");
    let told = list(document.get("notification"), "attributes");
    if document.get("entities").is_some() && (watched.is_empty() || told.is_empty()) {
        return Vec::new();
    }
    watched.extend(told);
    watched
}

fn time(document: &Json) -> Result<Option<TimeFilter>, Problem> {
    let Some(time) = document.get("temporalQ") else { return Ok(None) };
    let text = |name: &str| time.get(name).and_then(Json::as_str);
    let read = TimeFilter::parse(text("timerel"), text("timeAt"), text("endTimeAt"), text("timeproperty"));
    read.map(Some).map_err(|problem| problem.within("temporalQ"))
}
