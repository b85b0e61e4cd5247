//! A subscription made ready for matching and sending.

use std::time::Duration;

use http::{HeaderName, HeaderValue};
use reqwest::Url;
use senne_language::{IdPattern, Member, Projection, Query, TypeExpression};
use senne_model::{EntityId, Json, Name, Problem, Timestamp};

use super::document::accept;
use crate::{
    contexts::{Terms, check_url},
    http::{Ask, AskGeo, Media},
    write::{Format, LanguageChoice, Shape},
};

/// Everything that matching and sending need.
pub(super) struct Compiled {
    pub(super) selectors: Vec<Selector>,
    pub(super) watched: Vec<Name>,
    pub(super) triggers: Triggers,
    /// Conditions on the entity as a whole: `q`, `geoQ`, `scopeQ`.
    pub(super) condition: Query,
    pub(super) throttling: Option<Duration>,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) is_active: bool,
    pub(super) endpoint: Endpoint,
    pub(super) shape: Shape,
    /// The context by which notifications name things.
    pub(super) terms: Terms,
}

/// Which entities are meant.
pub(super) struct Selector {
    pub(super) types: Option<TypeExpression>,
    pub(super) id: Option<EntityId>,
    pub(super) id_pattern: Option<IdPattern>,
}

/// Which events are meant (clause 5.2.12, `notificationTrigger`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "a set of the events that the standard names")]
pub(super) struct Triggers {
    pub(super) entity_created: bool,
    pub(super) entity_updated: bool,
    pub(super) entity_deleted: bool,
    pub(super) attribute_created: bool,
    pub(super) attribute_updated: bool,
    pub(super) attribute_deleted: bool,
}

/// Where notifications go, and how.
pub(super) struct Endpoint {
    pub(super) url: Url,
    pub(super) media: Media,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) timeout: Option<Duration>,
    pub(super) cooldown: Duration,
}

/// Checks a document that came from outside; gives it with its names expanded.
pub(super) fn read(document: Json, terms: &Terms, allow_private: bool) -> Result<Json, Problem> {
    let document = accept(document, terms)?;
    compile(&document, terms, terms.clone(), allow_private)?;
    Ok(document)
}

/// Makes a checked document ready: its expressions are read by `terms`, its notifications told by `told_by`.
pub(super) fn compile(
    document: &Json,
    terms: &Terms,
    told_by: Terms,
    allow_private: bool,
) -> Result<Compiled, Problem> {
    let text = |name: &str| document.get(name).and_then(Json::as_str);
    let condition = Ask {
        q: text("q").map(str::to_owned),
        scope: text("scopeQ").map(str::to_owned),
        geo: document.get("geoQ").map(AskGeo::from_document).transpose()?,
        ..Ask::default()
    };
    let seconds = document.get("throttling").and_then(Json::as_f64);
    let notification = document.get("notification").unwrap_or(&Json::Null);
    Ok(Compiled {
        selectors: selectors(document, terms)?,
        watched: names(document, "watchedAttributes", terms),
        triggers: Triggers::read(document)?,
        condition: condition.into_query(terms)?,
        throttling: seconds.map(Duration::from_secs_f64),
        expires_at: text("expiresAt").and_then(|text| Timestamp::parse(text).ok()),
        is_active: document.get("isActive") != Some(&Json::Bool(false)),
        endpoint: Endpoint::read(notification.get("endpoint").unwrap_or(&Json::Null), allow_private)
            .map_err(|problem| problem.within("notification.endpoint"))?,
        shape: shape(document, notification, terms, &told_by),
        terms: told_by,
    })
}

fn selectors(document: &Json, terms: &Terms) -> Result<Vec<Selector>, Problem> {
    let Some(list) = document.get("entities") else { return Ok(Vec::new()) };
    let wrong =
        || Problem::bad("an array of selectors with at least a `type` each is needed here").field("entities");
    let list = list.as_array().filter(|list| !list.is_empty()).ok_or_else(wrong)?;
    let expand = |term: &str| terms.expand(term);
    let one = |selector: &Json| {
        let kind = selector.get("type").and_then(Json::as_str).ok_or_else(wrong)?;
        let id = selector.get("id").map(|id| EntityId::parse(id.as_str().unwrap_or_default())).transpose()?;
        let pattern =
            selector.get("idPattern").map(|text| IdPattern::parse(text.as_str().unwrap_or_default()));
        let types = (kind != "*").then(|| TypeExpression::parse(kind, &expand)).transpose()?;
        Ok(Selector { types, id, id_pattern: pattern.transpose()? })
    };
    let checked = list.iter().map(one).collect::<Result<_, Problem>>();
    checked.map_err(|problem| {
        if problem.field.as_deref() == Some("entities") { problem } else { problem.within("entities") }
    })
}

/// The names of a list; they are IRIs in a kept document, which expand to themselves.
fn names(object: &Json, member: &str, terms: &Terms) -> Vec<Name> {
    let items = object.get(member).and_then(Json::as_array).unwrap_or_default();
    items.iter().filter_map(Json::as_str).map(|name| terms.expand(name)).collect()
}

fn shape(document: &Json, notification: &Json, terms: &Terms, told_by: &Terms) -> Shape {
    let media =
        Media::parse(notification.get("endpoint").and_then(|e| e.get("accept")).and_then(Json::as_str));
    let members = |name: &str| {
        let items = notification.get(name)?.as_array()?.iter().filter_map(Json::as_str);
        let member = |word: &str| match word {
            "id" => Member::Id,
            "type" => Member::Type,
            "scope" => Member::Scope,
            name => Member::Attribute(terms.expand(name), Vec::new()),
        };
        Some(items.map(member).collect::<Vec<Member>>())
    };
    let projection = match notification.get("attributes") {
        Some(_) => Projection::attributes(names(notification, "attributes", terms)),
        None => Projection { pick: members("pick"), omit: members("omit").unwrap_or_default() },
    };
    let format = notification.get("format").and_then(Json::as_str).and_then(Format::parse);
    Shape {
        format: format.unwrap_or_default(),
        sys_attrs: notification.get("sysAttrs") == Some(&Json::Bool(true)),
        language: document.get("lang").and_then(Json::as_str).map(LanguageChoice::parse),
        datasets: None,
        members: projection,
        context_in_body: (media == Media::GeoJson).then(|| told_by.to_json().to_string()),
        geometry_property: None,
    }
}

impl Triggers {
    /// Whether the removal of an entity is told.
    pub(super) fn tells_removal(self) -> bool {
        self.entity_deleted || self.attribute_deleted
    }

    fn read(document: &Json) -> Result<Self, Problem> {
        let Some(list) = document.get("notificationTrigger").and_then(Json::as_array) else {
            return Ok(Self { attribute_created: true, attribute_updated: true, ..Self::default() });
        };
        let mut triggers = Self::default();
        for word in list {
            match word.as_str().unwrap_or_default() {
                "entityCreated" => triggers.entity_created = true,
                "entityUpdated" => triggers.entity_updated = true,
                "entityDeleted" => triggers.entity_deleted = true,
                "attributeCreated" => triggers.attribute_created = true,
                "attributeUpdated" => triggers.attribute_updated = true,
                "attributeDeleted" => triggers.attribute_deleted = true,
                _ => {
                    let detail = "the triggers are entityCreated, entityUpdated, entityDeleted, attributeCreated, \
                                  attributeUpdated and attributeDeleted";
                    return Err(Problem::bad(detail).field("notificationTrigger"));
                }
            }
        }
        Ok(triggers)
    }
}

impl Endpoint {
    fn read(endpoint: &Json, allow_private: bool) -> Result<Self, Problem> {
        let text = endpoint.get("uri").and_then(Json::as_str).unwrap_or_default();
        let url = Url::parse(text)
            .map_err(|_| Problem::bad("the URL of the receiver is needed here").field("uri"))?;
        check_url(&url, allow_private).map_err(|problem| problem.field("uri"))?;
        let milliseconds = |name: &str| {
            endpoint.get(name).and_then(Json::as_f64).map(|ms| Duration::from_secs_f64(ms / 1000.0))
        };
        let pairs = endpoint.get("receiverInfo").and_then(Json::as_array).unwrap_or_default();
        Ok(Self {
            url,
            media: Media::parse(endpoint.get("accept").and_then(Json::as_str)),
            headers: pairs.iter().map(header).collect::<Result<_, _>>()?,
            timeout: milliseconds("timeout"),
            cooldown: milliseconds("cooldown").unwrap_or_default(),
        })
    }
}

/// Headers that the sender itself sets, or that would break the exchange.
const OWN_HEADERS: [&str; 6] =
    ["host", "content-length", "content-type", "transfer-encoding", "connection", "link"];

fn header(pair: &Json) -> Result<(HeaderName, HeaderValue), Problem> {
    let wrong = || {
        Problem::bad("an array of {\"key\": name, \"value\": text} of HTTP headers is needed here")
            .field("receiverInfo")
    };
    let part = |name: &str| pair.get(name).and_then(Json::as_str).ok_or_else(wrong);
    let name = HeaderName::from_bytes(part("key")?.as_bytes()).map_err(|_| wrong())?;
    if OWN_HEADERS.contains(&name.as_str()) {
        return Err(Problem::bad(format!("the header {name} is set by the sender")).field("receiverInfo"));
    }
    Ok((name, HeaderValue::from_str(part("value")?).map_err(|_| wrong())?))
}

impl Media {
    fn parse(text: Option<&str>) -> Self {
        match text {
            Some("application/ld+json") => Self::LinkedData,
            Some("application/geo+json") => Self::GeoJson,
            _ => Self::Json,
        }
    }
}
