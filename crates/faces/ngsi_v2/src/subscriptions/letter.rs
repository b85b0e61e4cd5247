//! One notification as a request.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use senne_context::Context as Terms;
use senne_model::{Json, TenantName};
use url::Url;

use super::{
    compiled::Compiled,
    kept::Kept,
    target::{Payload, Target, front},
    template::{Template, Values, filled},
    told::Told,
};
use crate::{
    names::encoded,
    write::{self, Form, Shape, told_by_json},
};

/// Says in which form the body is; it is not taken away.
const FORMAT: HeaderName = HeaderName::from_static("ngsiv2-attrsformat");
const SERVICE: HeaderName = HeaderName::from_static("fiware-service");
const SERVICE_PATH: HeaderName = HeaderName::from_static("fiware-servicepath");

/// Headers of which the connection speaks by itself.
const OF_CONNECTION: [HeaderName; 3] =
    [header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONNECTION];

const JSON: &str = "application/json";

/// A request, ready to be sent as often as it takes.
pub(super) struct Letter {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<String>,
    pub(super) timeout: Option<Duration>,
}

impl Letter {
    /// The request that tells a change; an error says why there is none.
    pub(super) fn write(
        kept: &Kept,
        compiled: &Compiled,
        told: &Told,
        terms: &Terms,
    ) -> Result<Self, String> {
        let target = &compiled.target;
        let service = if *kept.tenant == *TenantName::DEFAULT { "" } else { kept.tenant.as_str() };
        let service_path = told.entity.scopes.first().map_or("/", |scope| &**scope);
        let values = Values { entity: &told.entity, terms, service, service_path };
        let (body, media, format) = match &target.payload {
            Payload::Usual => (Some(usual(kept, compiled, told, terms)), JSON, compiled.format.word),
            Payload::Nothing => (None, JSON, compiled.format.word),
            Payload::Text(text) => (Some(text.filled(&values, &str::to_owned)), "text/plain", "custom"),
            Payload::Json(json) => (Some(filled(json, &values).to_string()), JSON, "custom"),
            Payload::Patched(patch) => {
                let entity = patched(compiled, told, patch, &values);
                (Some(wrapped(&kept.id, entity).to_string()), JSON, "normalized")
            }
        };
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
        headers.insert(SERVICE_PATH, value(service_path)?);
        if !service.is_empty() {
            headers.insert(SERVICE, value(service)?);
        }
        for (name, template) in &target.headers {
            own(&mut headers, name, template, &values)?;
        }
        headers.insert(FORMAT, HeaderValue::from_static(format));
        let url = address(target, &values)?;
        Ok(Self { method: target.method.clone(), url, headers, body, timeout: target.timeout })
    }
}

fn wrapped(id: &str, entity: Json) -> Json {
    Json::Object(vec![("subscriptionId".into(), Json::text(id)), ("data".into(), Json::Array(vec![entity]))])
}

/// The entity as it is told, with what is around it.
fn usual(kept: &Kept, compiled: &Compiled, told: &Told, terms: &Terms) -> String {
    let shape = Shape { alteration: Some(told.alteration.word()), ..compiled.shape.clone() };
    let entity = write::entity(&compiled.visible(told), &shape, terms);
    if compiled.format.alone { entity.to_string() } else { wrapped(&kept.id, entity).to_string() }
}

/// The entity with another id, another type or other attributes; those that are asked for are chosen after that.
fn patched(compiled: &Compiled, told: &Told, patch: &Json, values: &Values<'_>) -> Json {
    let wanted = &compiled.shape.attrs;
    let mut attrs = wanted.clone();
    if !attrs.is_empty() {
        attrs.push("*".to_owned());
    }
    let alteration = Some(told.alteration.word());
    let shape = Shape { form: Form::Normalized, attrs, alteration, ..compiled.shape.clone() };
    let Json::Object(mut members) = write::entity(&compiled.visible(told), &shape, values.terms) else {
        return Json::Null;
    };
    for (name, fresh) in patch.as_object().unwrap_or_default() {
        let fresh = match (&**name, fresh) {
            ("id" | "type", Json::Text(text)) => {
                let read = Template::read(text).unwrap_or_else(|_| Template::literal(text));
                Json::from(read.filled(values, &str::to_owned))
            }
            (_, fresh) => attribute(fresh, values),
        };
        match members.iter_mut().find(|(there, _)| there == name) {
            Some((_, there)) => *there = fresh,
            None => members.push((name.clone(), fresh)),
        }
    }
    if !wanted.is_empty() && !wanted.iter().any(|name| name == "*") {
        let is_wanted = |name: &str| matches!(name, "id" | "type") || wanted.iter().any(|one| one == name);
        members.retain(|(name, _)| is_wanted(name));
    }
    Json::Object(members)
}

/// An attribute of the fragment with its value filled in.
fn attribute(fresh: &Json, values: &Values<'_>) -> Json {
    let value = fresh.get("value").map_or(Json::Null, |value| filled(value, values));
    let kind = fresh.get("type").and_then(Json::as_str).unwrap_or_else(|| told_by_json(&value)).to_owned();
    write::full(&kind, value, Json::Object(Vec::new()))
}

/// The address, its parts filled: what an entity holds cannot become another part of it.
fn address(target: &Target, values: &Values<'_>) -> Result<Url, String> {
    let text = target.url.filled(values, &encoded);
    let mut url = Url::parse(&text).map_err(|error| format!("`{text}` is no address: {error}"))?;
    let sample = Url::parse(&target.url.sample("x")).map_err(|error| error.to_string())?;
    if front(&url) != front(&sample) {
        return Err(format!("`{text}` would lead somewhere else"));
    }
    if !target.query.is_empty() {
        let mut pairs = url.query_pairs_mut();
        for (name, value) in &target.query {
            let value = value.filled(values, &str::to_owned);
            pairs.append_pair(&name.filled(values, &str::to_owned), &value);
        }
    }
    Ok(url)
}

/// Puts a header of the subscription, or takes one away when it has no value.
fn own(
    headers: &mut HeaderMap,
    name: &Template,
    template: &Template,
    values: &Values<'_>,
) -> Result<(), String> {
    let text = name.filled(values, &str::to_owned);
    let name = HeaderName::try_from(text.as_str()).map_err(|_| format!("`{text}` is no header"))?;
    if OF_CONNECTION.contains(&name) {
        return Ok(());
    }
    if template.is_empty() {
        headers.remove(&name);
    } else {
        headers.insert(name, value(&template.filled(values, &str::to_owned))?);
    }
    Ok(())
}

fn value(text: &str) -> Result<HeaderValue, String> {
    HeaderValue::from_bytes(text.as_bytes()).map_err(|_| format!("`{text}` cannot stand in a header"))
}
