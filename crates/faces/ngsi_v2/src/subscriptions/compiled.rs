//! A subscription ready to be matched.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use senne_context::Context as Terms;
use senne_http::address::is_public;
use senne_language::{GeoFilter, Query, Selector};
use senne_model::{Change, ChangeKind, Effect, Entity, Json, Name, Problem, Timestamp};
use url::Url;

use super::kept::Kept;
use crate::{
    expression,
    names::name_in,
    query,
    write::{Form, Shape},
};

/// What a subscription wants, and where it is told.
#[derive(Debug)]
pub(crate) struct Compiled {
    selectors: Vec<Selector>,
    /// The attributes that must have changed; empty means any.
    watched: Vec<Name>,
    condition: Query,
    pub(super) shape: Shape,
    except: Vec<String>,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) expires: Option<Timestamp>,
    pub(super) throttling: Duration,
    pub(super) active: bool,
    /// It is told once, and then inactive.
    pub(super) once: bool,
}

impl Compiled {
    /// Reads a document; problems name the member.
    pub(super) fn read(kept: &Kept, terms: &Terms, allow_private: bool) -> Result<Self, Problem> {
        let document = &kept.document;
        let part = |json: Option<&Json>, name: &str| json.and_then(|json| json.get(name)).cloned();
        let needed = |name: &str| {
            let detail = format!("a subscription needs `{name}`");
            document.get(name).ok_or_else(|| Problem::bad(detail).field(name))
        };
        let (subject, told) = (needed("subject")?, needed("notification")?);
        let entities = subject.get("entities").and_then(Json::as_array).filter(|list| !list.is_empty());
        let entities = entities
            .ok_or_else(|| Problem::bad("an array of entities is needed here").field("subject.entities"))?;
        let (condition, expression) =
            (subject.get("condition"), part(subject.get("condition"), "expression"));
        let text = |name: &str| expression.as_ref().and_then(|json| json.get(name)).and_then(Json::as_str);
        let geo: Option<GeoFilter> = query::geo(text("georel"), text("geometry"), text("coords"), terms)?;
        let target = Target::read(told, allow_private)?;
        let status = document.get("status").and_then(Json::as_str).unwrap_or("active");
        if !["active", "inactive", "oneshot", "expired", "failed"].contains(&status) {
            return Err(Problem::bad("a status is active, inactive or oneshot").field("status"));
        }
        let (selectors, id_pattern) =
            query::selectors(entities, terms).map_err(|problem| problem.within("subject"))?;
        Ok(Self {
            selectors,
            watched: texts(condition, "attrs")?
                .iter()
                .map(|name| name_in(terms, name, "attrs"))
                .collect::<Result<_, _>>()?,
            condition: Query {
                id_pattern,
                filter: expression::both(text("q"), text("mq"), terms)?,
                geo,
                scope: query::scope_of(kept.service_path.as_deref())?,
                ..Query::default()
            },
            shape: Shape {
                form: form(told)?,
                attrs: texts(Some(told), "attrs")?,
                metadata: texts(Some(told), "metadata")?,
            },
            except: texts(Some(told), "exceptAttrs")?,
            url: target.url,
            headers: target.headers,
            expires: time(document)?,
            throttling: throttling(document)?,
            active: status != "inactive",
            once: status == "oneshot",
        })
    }

    /// Whether a change may concern it; the entity is looked at after that.
    pub(super) fn may_want(&self, change: &Change) -> bool {
        let told = matches!(change.kind, ChangeKind::Created | ChangeKind::Updated);
        let news = |name: &Name| {
            change
                .attributes
                .iter()
                .any(|changed| changed.name == *name && changed.effect != Effect::Past && changed.is_news())
        };
        let any =
            || change.attributes.iter().any(|changed| changed.effect != Effect::Past && changed.is_news());
        let named = |one: &Selector| one.ids.is_empty() || one.ids.contains(&change.entity);
        told && self.selectors.iter().any(named)
            && (change.kind == ChangeKind::Created && self.watched.is_empty()
                || if self.watched.is_empty() { any() } else { self.watched.iter().any(news) })
    }

    /// Whether an entity is one that it asks for.
    pub(super) fn wants(&self, entity: &Entity) -> bool {
        self.selectors.iter().any(|selector| selector.matches(entity)) && self.condition.matches(entity)
    }

    /// Whether it is to be told now.
    pub(super) fn is_live(&self, now: Timestamp) -> bool {
        self.active && self.expires.is_none_or(|at| at > now)
    }

    /// The entity as it is told.
    pub(super) fn tell(&self, entity: &Entity, terms: &Terms) -> Json {
        if self.except.is_empty() {
            return crate::write::entity(entity, &self.shape, terms);
        }
        let hidden: Vec<Name> = self.except.iter().map(|name| terms.expand(name)).collect();
        let mut shown = entity.clone();
        shown.attributes.retain(|attribute| !hidden.contains(&attribute.name));
        crate::write::entity(&shown, &self.shape, terms)
    }
}

struct Target {
    url: Url,
    headers: HeaderMap,
}

impl Target {
    /// `http` or `httpCustom`; templates with `${…}` and MQTT are refused, so that nobody waits in vain.
    fn read(told: &Json, allow_private: bool) -> Result<Self, Problem> {
        let (name, target) = ["http", "httpCustom"]
            .into_iter()
            .find_map(|name| told.get(name).map(|target| (name, target)))
            .ok_or_else(|| {
                Problem::bad("a notification needs `http` or `httpCustom`").field("notification")
            })?;
        let at =
            |detail: &str, field: &str| Problem::bad(detail).field(format!("notification.{name}.{field}"));
        if let Some((member, _)) = target
            .as_object()
            .unwrap_or_default()
            .iter()
            .find(|(member, _)| !["url", "headers", "timeout"].contains(&&**member))
        {
            return Err(Problem::new(senne_model::ErrorKind::NotSupported, "this member is not supported")
                .field(format!("notification.{name}.{member}")));
        }
        let text = target.get("url").and_then(Json::as_str).unwrap_or_default();
        let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let url = url.ok_or_else(|| at("an http or https address is needed here", "url"))?;
        if !allow_private && is_private(&url) {
            return Err(at(
                "private and loopback addresses are not used; the operator can allow them",
                "url",
            ));
        }
        let mut headers = HeaderMap::new();
        for (key, value) in target.get("headers").and_then(Json::as_object).unwrap_or_default() {
            let pair = HeaderName::try_from(&**key)
                .ok()
                .zip(value.as_str().and_then(|text| HeaderValue::try_from(text).ok()));
            let (key, value) = pair.ok_or_else(|| at("this is no HTTP header", "headers"))?;
            headers.insert(key, value);
        }
        Ok(Self { url, headers })
    }
}

/// Whether an address is literally one of the operator's own network.
fn is_private(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(url::Host::Ipv4(ip)) => !is_public(ip.into()),
        Some(url::Host::Ipv6(ip)) => !is_public(ip.into()),
        None => true,
    }
}

fn form(told: &Json) -> Result<Form, Problem> {
    match told.get("attrsFormat").map(Json::as_str) {
        None | Some(Some("normalized")) => Ok(Form::Normalized),
        Some(Some("keyValues" | "simplifiedKeyValues")) => Ok(Form::KeyValues),
        Some(Some("values")) => Ok(Form::Values),
        Some(_) => {
            Err(Problem::bad("a format is normalized, keyValues or values").field("notification.attrsFormat"))
        }
    }
}

fn time(document: &Json) -> Result<Option<Timestamp>, Problem> {
    match document.get("expires").map(Json::as_str) {
        // An empty text means for ever.
        None | Some(Some("")) => Ok(None),
        Some(Some(text)) => {
            Timestamp::parse(text).map(Some).map_err(|error| Problem::bad(error.to_string()).field("expires"))
        }
        Some(None) => Err(Problem::bad("a date-time is needed here").field("expires")),
    }
}

fn throttling(document: &Json) -> Result<Duration, Problem> {
    match document.get("throttling") {
        None => Ok(Duration::ZERO),
        Some(Json::Int(seconds)) if *seconds >= 0 => Ok(Duration::from_secs(seconds.unsigned_abs())),
        Some(_) => Err(Problem::bad("a whole number of seconds is needed here").field("throttling")),
    }
}

fn texts(json: Option<&Json>, name: &str) -> Result<Vec<String>, Problem> {
    let wrong = || Problem::bad("an array of texts is needed here").field(name);
    let Some(list) = json.and_then(|json| json.get(name)) else { return Ok(Vec::new()) };
    list.as_array()
        .ok_or_else(wrong)?
        .iter()
        .map(|text| text.as_str().map(str::to_owned).ok_or_else(wrong))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_stand_for_private_ones_are_refused() {
        let target = |url: &str| {
            let told = format!(r#"{{"http":{{"url":"{url}"}}}}"#);
            Target::read(&Json::parse(told.as_bytes()).unwrap(), false)
        };
        for url in [
            "http://127.0.0.1/",
            "http://localhost/",
            "http://[2002:7f00:1::]/",
            "http://[2001::7f00:1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://240.0.0.1/",
        ] {
            let problem = target(url).err();
            let field = problem.and_then(|problem| problem.field);
            assert_eq!(field.as_deref(), Some("notification.http.url"), "{url}");
        }
        assert!(target("http://[2a02:2788::1]/").is_ok());
    }
}
