//! A registration made ready for matching and forwarding.

use std::time::Duration;

use http::{HeaderName, HeaderValue};
use parking_lot::Mutex;
use reqwest::Url;
use senne_language::IdPattern;
use senne_model::{
    Attribute, AttributeValue, Entity, EntityId, Geometry, Instance, Json, Name, Problem, TenantName,
    Timestamp,
};

use super::{
    document::KNOWN,
    health::{Cache, Health},
    matching::Wanted,
    operations::Operations,
};
use crate::{contexts::check_url, distributed::Version};

/// What one document says, beside it.
pub(crate) struct Registration {
    pub(crate) id: EntityId,
    /// The tenant in which it was registered.
    pub(crate) tenant: TenantName,
    /// The document with expanded names.
    pub(crate) document: Json,
    pub(crate) created_at: Timestamp,
    pub(crate) modified_at: Timestamp,
    pub(crate) mode: Mode,
    pub(crate) operations: Operations,
    pub(crate) infos: Vec<Info>,
    pub(crate) peer: Peer,
    pub(crate) alias: Option<String>,
    pub(crate) expires_at: Option<Timestamp>,
    /// `None` within stands for default instances.
    pub(crate) datasets: Option<Vec<Option<String>>>,
    pub(crate) observed: Option<Interval>,
    pub(crate) managed: Option<Interval>,
    pub(crate) scopes: Vec<Box<str>>,
    /// `location`, `observationSpace`, `operationSpace` by their expanded names, and the source's own properties.
    pub(crate) properties: Entity,
    pub(crate) health: Mutex<Health>,
    pub(crate) cache: Mutex<Cache>,
}

/// How operations are shared between here and the source (clause 4.3.6).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mode {
    Inclusive,
    Exclusive,
    Redirect,
    Auxiliary,
}

/// One element of `information`.
pub(crate) struct Info {
    /// Which entities; none means any.
    pub(crate) entities: Vec<EntityInfo>,
    /// Which attributes; none means all.
    pub(crate) names: Vec<Name>,
}

/// Entities by type, id, pattern.
pub(crate) struct EntityInfo {
    pub(crate) types: Vec<Name>,
    pub(crate) id: Option<EntityId>,
    pub(crate) pattern: Option<IdPattern>,
}

/// A span of time; without an end it is open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Interval {
    pub(crate) start: Timestamp,
    pub(crate) end: Option<Timestamp>,
}

/// How the source is spoken to (clauses 4.3.6.4–4.3.6.6, 5.2.34).
pub(crate) struct Peer {
    /// The address before `/ngsi-ld/v1`, without a slash at its end.
    pub(crate) base: String,
    pub(crate) tenant: Option<HeaderValue>,
    pub(crate) headers: Vec<(HeaderName, Said)>,
    /// It answers in JSON-LD.
    pub(crate) accepts_linked_data: bool,
    /// Bodies go as JSON-LD, or as JSON; else as suits.
    pub(crate) content_linked_data: Option<bool>,
    /// The context by which everything is named.
    pub(crate) context: Option<String>,
    pub(crate) conformance: Option<Version>,
    pub(crate) local_only: bool,
    pub(crate) timeout: Option<Duration>,
    pub(crate) cooldown: Duration,
    pub(crate) cache_for: Option<Duration>,
}

/// The value of a header for the source.
pub(crate) enum Said {
    Always(HeaderValue),
    /// As in the request that is forwarded.
    AsAsked,
}

/// Headers that belong to one exchange, or that other members of the registration speak of.
const OWN_HEADERS: [&str; 14] = [
    "host",
    "content-length",
    "content-type",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "upgrade",
    "te",
    "trailer",
    "proxy-authorization",
    "link",
    "accept",
    "via",
    "ngsild-tenant",
];

/// Members that say how a source is spoken to, and what it may be asked to do.
const REACH: [&str; 6] = ["endpoint", "tenant", "contextSourceInfo", "management", "localOnly", "operations"];

impl Registration {
    /// What it says of how the source is spoken to: enough to take something back there once it is gone.
    pub(crate) fn reach(&self) -> Json {
        let members = self.document.as_object().unwrap_or_default().iter();
        Json::Object(members.filter(|(name, _)| REACH.contains(&&**name)).cloned().collect())
    }

    /// A source as it was spoken to, without anything that it registered; none when it may not be spoken to.
    pub(crate) fn reached(
        id: EntityId,
        tenant: TenantName,
        reach: Json,
        allow_private: bool,
    ) -> Option<Self> {
        let never = Timestamp::default();
        Self::new(id, tenant, reach, [never, never], allow_private).ok()
    }

    /// Whether its source is the same broker and tenant as that of another.
    pub(crate) fn is_where(&self, other: &Self) -> bool {
        self.peer.base == other.peer.base && self.peer.tenant == other.peer.tenant
    }

    /// From a checked document. Errors when the endpoint may not be spoken to.
    pub(super) fn new(
        id: EntityId,
        tenant: TenantName,
        document: Json,
        times: [Timestamp; 2],
        allow_private: bool,
    ) -> Result<Self, Problem> {
        let text = |name: &str| document.get(name).and_then(Json::as_str);
        let operations = document.get("operations").map(Operations::read).transpose()?;
        let infos = document.get("information").and_then(Json::as_array).unwrap_or_default();
        Ok(Self {
            mode: match text("mode") {
                Some("exclusive") => Mode::Exclusive,
                Some("redirect") => Mode::Redirect,
                Some("auxiliary") => Mode::Auxiliary,
                _ => Mode::Inclusive,
            },
            operations: operations.unwrap_or_else(Operations::federation),
            infos: infos.iter().map(Info::read).collect::<Result<_, _>>()?,
            peer: Peer::read(&document, allow_private)?,
            alias: text("contextSourceAlias").map(str::to_owned),
            expires_at: text("expiresAt").and_then(|text| Timestamp::parse(text).ok()),
            datasets: document.get("datasetId").map(datasets),
            observed: document.get("observationInterval").and_then(Interval::read),
            managed: document.get("managementInterval").and_then(Interval::read),
            scopes: texts(document.get("scope")).map(|text| scope(&text)).collect(),
            properties: properties(&id, &document),
            created_at: times[0],
            modified_at: times[1],
            id,
            tenant,
            document,
            health: Mutex::default(),
            cache: Mutex::default(),
        })
    }

    pub(crate) fn is_live(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|at| now < at)
    }

    /// Whether it is of the past: of temporal operations alone (clause 5.9.1).
    pub(crate) fn is_temporal(&self) -> bool {
        self.observed.is_some() || self.managed.is_some()
    }

    /// Whether what it registers is held by the source alone (clause 4.3.6.3).
    pub(crate) fn is_proxied(&self) -> bool {
        matches!(self.mode, Mode::Exclusive | Mode::Redirect)
    }
}

impl Info {
    fn read(info: &Json) -> Result<Self, Problem> {
        let entities = info.get("entities").and_then(Json::as_array).unwrap_or_default();
        let names = ["propertyNames", "relationshipNames"].into_iter().flat_map(|name| texts(info.get(name)));
        Ok(Self {
            entities: entities.iter().map(EntityInfo::read).collect::<Result<_, _>>()?,
            names: names.map(|name| Name::new(&name)).collect(),
        })
    }

    /// Whether it is of this entity.
    pub(crate) fn holds(&self, id: &EntityId, types: &[Name]) -> bool {
        let wanted = Wanted::of_entity(id, types);
        self.entities.is_empty() || self.entities.iter().any(|entity| wanted.fits_entity(entity))
    }

    /// Whether it is of this attribute.
    pub(crate) fn covers(&self, name: &Name) -> bool {
        self.names.is_empty() || self.names.contains(name)
    }
}

impl EntityInfo {
    fn read(entity: &Json) -> Result<Self, Problem> {
        let text = |name: &str| entity.get(name).and_then(Json::as_str);
        // An id counts more than a pattern (clause 5.2.8).
        let pattern = text("idPattern").map(IdPattern::parse).transpose()?.filter(|_| text("id").is_none());
        Ok(Self {
            types: texts(entity.get("type"))
                .filter(|kind| kind != "*")
                .map(|kind| Name::new(&kind))
                .collect(),
            id: text("id").map(EntityId::parse).transpose()?,
            pattern,
        })
    }
}

impl Interval {
    fn read(value: &Json) -> Option<Self> {
        let at = |name: &str| value.get(name).and_then(Json::as_str).and_then(|t| Timestamp::parse(t).ok());
        Some(Self { start: at("startAt")?, end: at("endAt") })
    }

    /// Whether it shares an instant with `from ..= to`; `None` is without bound.
    pub(crate) fn overlaps(self, from: Option<Timestamp>, to: Option<Timestamp>) -> bool {
        to.is_none_or(|to| self.start <= to) && from.is_none_or(|from| self.end.is_none_or(|end| from <= end))
    }
}

impl Peer {
    fn read(document: &Json, allow_private: bool) -> Result<Self, Problem> {
        let endpoint = document.get("endpoint").and_then(Json::as_str).unwrap_or_default();
        let wrong =
            || Problem::bad("the URL of the source's NGSI-LD interface is needed here").field("endpoint");
        let url = Url::parse(endpoint).map_err(|_| wrong())?;
        check_url(&url, allow_private).map_err(|problem| problem.field("endpoint"))?;
        let management = document.get("management");
        let managed = |name: &str| management.and_then(|management| management.get(name));
        let milliseconds =
            |name: &str| managed(name).and_then(Json::as_f64).map(|ms| Duration::from_secs_f64(ms / 1000.0));
        let pairs = document.get("contextSourceInfo").and_then(Json::as_array).unwrap_or_default();
        let info = |key: &str| {
            let pair = pairs.iter().find(|pair| pair.get("key").and_then(Json::as_str) == Some(key))?;
            pair.get("value").and_then(Json::as_str)
        };
        let linked = |text: &str| text == "application/ld+json";
        let yes = |value: Option<&Json>| value == Some(&Json::Bool(true));
        Ok(Self {
            base: base(endpoint),
            tenant: document.get("tenant").and_then(Json::as_str).and_then(|t| HeaderValue::from_str(t).ok()),
            headers: pairs.iter().filter_map(header).collect(),
            accepts_linked_data: info("accept").is_some_and(linked),
            content_linked_data: info("contentType").map(linked),
            context: info("jsonldContext").map(str::to_owned),
            conformance: info("ngsildConformance").and_then(Version::parse),
            local_only: yes(managed("localOnly")) || yes(document.get("localOnly")),
            timeout: milliseconds("timeout"),
            cooldown: milliseconds("cooldown").unwrap_or_default(),
            cache_for: managed("cacheDuration").and_then(Json::as_str).and_then(length),
        })
    }
}

/// The endpoint without the path that every operation adds.
fn base(endpoint: &str) -> String {
    let trimmed = endpoint.trim_end_matches('/');
    trimmed.strip_suffix("/ngsi-ld/v1").unwrap_or(trimmed).to_owned()
}

fn header(pair: &Json) -> Option<(HeaderName, Said)> {
    let part = |name: &str| pair.get(name).and_then(Json::as_str);
    let (key, value) = (part("key")?, part("value")?);
    if matches!(key, "accept" | "contentType" | "jsonldContext" | "ngsildConformance") {
        return None;
    }
    let name = HeaderName::from_bytes(key.as_bytes()).ok()?;
    if OWN_HEADERS.contains(&name.as_str()) {
        return None;
    }
    let said = match value {
        "urn:ngsi-ld:request" => Said::AsAsked,
        fixed => Said::Always(HeaderValue::from_str(fixed).ok()?),
    };
    Some((name, said))
}

/// The length of an ISO 8601 duration; months and years as their mean.
fn length(text: &str) -> Option<Duration> {
    let (date, time) = text.strip_prefix('P')?.split_once('T').unwrap_or((&text[1..], ""));
    let sum = |part: &str, units: &[(char, f64)]| {
        let mut seconds = 0.0;
        let mut rest = part;
        while let Some(at) = rest.find(|c: char| c.is_ascii_alphabetic()) {
            let unit = units.iter().find(|(sign, _)| rest[at..].starts_with(*sign))?.1;
            seconds += rest[..at].replace(',', ".").parse::<f64>().ok()? * unit;
            rest = &rest[at + 1..];
        }
        rest.is_empty().then_some(seconds)
    };
    let days = sum(date, &[('Y', 31_556_952.0), ('M', 2_629_746.0), ('W', 604_800.0), ('D', 86_400.0)])?;
    let seconds = days + sum(time, &[('H', 3600.0), ('M', 60.0), ('S', 1.0)])?;
    (0.0..1.0e12).contains(&seconds).then(|| Duration::from_secs_f64(seconds))
}

fn texts(value: Option<&Json>) -> impl Iterator<Item = String> {
    let items: Vec<String> = match value {
        Some(Json::Text(text)) => vec![text.to_string()],
        Some(Json::Array(items)) => items.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    items.into_iter()
}

fn scope(text: &str) -> Box<str> {
    if text.starts_with('/') { text.into() } else { format!("/{text}").into_boxed_str() }
}

fn datasets(value: &Json) -> Vec<Option<String>> {
    texts(Some(value)).map(|text| (text != "@none").then_some(text)).collect()
}

/// Namespace of the core terms.
const CORE: &str = "https://uri.etsi.org/ngsi-ld/";

/// Members that say how the source is spoken to, credentials among them: a filter that is put to them would find
/// them out letter by letter.
const UNASKED: [&str; 4] = ["contextSourceInfo", "endpoint", "tenant", "management"];

/// The registration as an entity, so that filters can be put to it.
fn properties(id: &EntityId, document: &Json) -> Entity {
    let mut entity =
        Entity::new(id.clone(), Name::new("https://uri.etsi.org/ngsi-ld/ContextSourceRegistration"));
    let members = document.as_object().unwrap_or_default().iter();
    for (name, value) in members.filter(|(name, _)| !UNASKED.contains(&&**name)) {
        let known = KNOWN.contains(&&**name);
        let name = if known { Name::new(&format!("{CORE}{name}")) } else { Name::new(name) };
        let inner = value.get("value").filter(|_| value.get("type").is_some()).unwrap_or(value);
        let value = match Geometry::from_geojson(inner) {
            Ok(geometry) if inner.get("coordinates").is_some() => AttributeValue::Geo(geometry),
            _ => AttributeValue::Property(inner.clone()),
        };
        entity.attributes.push(Attribute::new(name, Instance::new(value)));
    }
    entity
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_lengths() {
        assert_eq!(length("PT10S"), Some(Duration::from_secs(10)));
        assert_eq!(length("P1DT1H"), Some(Duration::from_secs(90_000)));
        assert_eq!(length("PT0.5S"), Some(Duration::from_millis(500)));
        assert_eq!(length("10"), None);
    }

    #[test]
    fn how_a_source_is_spoken_to_cannot_be_asked_for() {
        let document = r#"{"id":"urn:reg:1","endpoint":"http://a.org","tenant":"t","mode":"inclusive",
            "management":{"timeout":10},"contextSourceInfo":[{"key":"Authorization","value":"Bearer abc"}],
            "https://x.org/kind":{"type":"Property","value":"sensor"}}"#;
        let asked = properties(&EntityId::trusted("urn:reg:1"), &serde_json::from_str(document).unwrap());
        let names: Vec<&str> = asked.attributes.iter().map(|attribute| &*attribute.name).collect();
        let own = |name: &str| format!("{CORE}{name}");
        assert_eq!(names, [&*own("id"), &*own("mode"), "https://x.org/kind"]);
    }

    #[test]
    fn an_endpoint_may_name_the_path() {
        assert_eq!(base("http://a.org/ngsi-ld/v1/"), "http://a.org");
        assert_eq!(base("http://a.org/b/"), "http://a.org/b");
    }

    #[test]
    fn open_intervals_overlap_whatever_follows() {
        let at = Timestamp::from_micros;
        let open = Interval { start: at(10), end: None };
        assert!(open.overlaps(Some(at(1000)), None) && open.overlaps(None, Some(at(10))));
        assert!(!open.overlaps(None, Some(at(9))));
        let closed = Interval { start: at(10), end: Some(at(20)) };
        assert!(!closed.overlaps(Some(at(21)), None) && closed.overlaps(Some(at(15)), Some(at(30))));
    }
}
