//! A subscription made ready for matching and sending.

use std::time::Duration;

use senne_language::{Filter, IdPattern, Member, Projection, Query, TypeExpression};
use senne_model::{EntityId, Iri, Json, Name, Problem, Timestamp, is_iri};

use super::{
    document::{accept, settle},
    endpoint::{Endpoint, decode},
    triggers::Triggers,
};
use crate::{
    contexts::Terms,
    distributed::Version,
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
    /// Notifications come by the clock, whatever changes.
    pub(super) interval: Option<Duration>,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) is_active: bool,
    pub(super) endpoint: Endpoint,
    pub(super) shape: Shape,
    /// Previous values are told too.
    pub(super) shows_changes: bool,
    pub(super) join: Join,
    /// The version of NGSI-LD that the receiver understands (clause 4.3.6.8).
    pub(super) conformance: Option<Version>,
    /// The context by which notifications name things.
    pub(super) terms: Terms,
}

/// Which entities are meant.
pub(super) struct Selector {
    pub(super) types: Option<TypeExpression>,
    /// One of these; empty means any.
    pub(super) ids: Vec<EntityId>,
    /// Counts when there are no ids (clause 5.2.33).
    pub(super) id_pattern: Option<IdPattern>,
}

/// Whether and how deep linked entities are told too (clause 4.5.23).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Join {
    #[default]
    No,
    /// Beside the entities that link to them.
    Flat(u8),
    /// Inside the relationships that link to them.
    Inline(u8),
}

/// Checks a document that came from outside; gives it with its names expanded.
pub(super) fn read(document: Json, terms: &Terms, allow_private: bool) -> Result<Json, Problem> {
    let document = accept(document, terms)?;
    compile(&document, terms, terms.clone(), allow_private)?;
    Ok(document)
}

/// Checks a document into which a fragment has been merged. Its names are expanded already.
pub(super) fn read_merged(document: Json, terms: &Terms, allow_private: bool) -> Result<Json, Problem> {
    let document = settle(document)?;
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
    let seconds = |name: &str| document.get(name).and_then(Json::as_f64).map(Duration::from_secs_f64);
    let condition = Ask {
        // A query is percent-encoded wherever it stands (clause 4.9).
        q: text("q").map(decode),
        scope: text("scopeQ").map(str::to_owned),
        geo: document.get("geoQ").map(AskGeo::from_document).transpose()?,
        expand_values: text("expandValues")
            .map(|names| names.split(',').map(|name| name.trim().to_owned()).collect())
            .unwrap_or_default(),
        ..Ask::default()
    };
    if let Some(csf) = text("csf") {
        Filter::parse(&decode(csf), &|term| terms.expand(term))
            .map_err(|problem| Problem::bad(problem.detail).field("csf"))?;
    }
    let notification = document.get("notification").unwrap_or(&Json::Null);
    let endpoint = Endpoint::read(notification.get("endpoint").unwrap_or(&Json::Null), allow_private)
        .map_err(|problem| problem.within("endpoint").within("notification"))?;
    let shape = shape(document, notification, terms, &told_by, &endpoint)?;
    Ok(Compiled {
        selectors: selectors(document, terms)?,
        watched: names(document, "watchedAttributes", terms),
        triggers: Triggers::read(document)?,
        condition: condition.into_query(terms)?,
        throttling: seconds("throttling"),
        interval: seconds("timeInterval"),
        expires_at: text("expiresAt").and_then(|text| Timestamp::parse(text).ok()),
        is_active: document.get("isActive") != Some(&Json::Bool(false)),
        shape,
        shows_changes: notification.get("showChanges") == Some(&Json::Bool(true)),
        join: Join::read(notification),
        conformance: text("ngsildConformance")
            .and_then(Version::parse)
            .filter(|_| endpoint.media != Media::GeoJson),
        endpoint,
        terms: told_by,
    })
}

fn selectors(document: &Json, terms: &Terms) -> Result<Vec<Selector>, Problem> {
    let Some(list) = document.get("entities") else { return Ok(Vec::new()) };
    let wrong =
        || Problem::bad("an array of selectors with at least a `type` each is needed here").field("entities");
    let list = list.as_array().filter(|list| !list.is_empty()).ok_or_else(wrong)?;
    let checked = list.iter().map(|selector| Selector::read(selector, terms)).collect::<Result<_, Problem>>();
    checked.map_err(|problem| match problem.field.as_deref() {
        None => wrong(),
        Some(_) => problem.within("entities"),
    })
}

impl Selector {
    fn read(selector: &Json, terms: &Terms) -> Result<Self, Problem> {
        let expand = |term: &str| terms.expand(term);
        let needed = || Problem::bad("a type is needed here, or \"*\" for any").field("type");
        let kind = selector.get("type").and_then(Json::as_str).filter(|kind| !kind.is_empty());
        let kind = kind.ok_or_else(needed)?;
        let types = (kind != "*").then(|| TypeExpression::parse(kind, &expand)).transpose()?;
        let id = |value: &Json| {
            let wrong = || Problem::bad("an IRI, or an array of them, is needed here").field("id");
            EntityId::parse(value.as_str().ok_or_else(wrong)?).map_err(|_| wrong())
        };
        let ids = match selector.get("id") {
            None => Vec::new(),
            Some(Json::Array(items)) if items.is_empty() => {
                return Err(id(&Json::Null).err().unwrap_or_else(needed));
            }
            Some(Json::Array(items)) => items.iter().map(id).collect::<Result<_, _>>()?,
            Some(one) => vec![id(one)?],
        };
        let wrong = || Problem::bad("a regular expression is needed here").field("idPattern");
        let pattern = selector.get("idPattern").map(|text| {
            text.as_str()
                .ok_or_else(wrong)
                .and_then(|text| IdPattern::parse(text).map_err(|p| p.field("idPattern")))
        });
        Ok(Self { types, ids, id_pattern: pattern.transpose()? })
    }

    /// The conditions of the subscription for the entities of this selector.
    pub(super) fn query(&self, condition: &Query) -> Query {
        let pattern = if self.ids.is_empty() { self.id_pattern.clone() } else { None };
        Query { types: self.types.clone(), ids: self.ids.clone(), id_pattern: pattern, ..condition.clone() }
    }
}

/// The names of a list; they are IRIs in a kept document, which expand to themselves.
fn names(object: &Json, member: &str, terms: &Terms) -> Vec<Name> {
    let items = object.get(member).and_then(Json::as_array).unwrap_or_default();
    items.iter().filter_map(Json::as_str).map(|name| terms.expand(name)).collect()
}

fn shape(
    document: &Json,
    notification: &Json,
    terms: &Terms,
    told_by: &Terms,
    endpoint: &Endpoint,
) -> Result<Shape, Problem> {
    let projection = match notification.get("attributes") {
        Some(_) => Projection::attributes(names(notification, "attributes", terms)),
        None => Projection {
            pick: members(notification, "pick", terms)?,
            omit: members(notification, "omit", terms)?.unwrap_or_default(),
        },
    };
    let format = notification.get("format").and_then(Json::as_str).and_then(Format::parse);
    let in_body = match endpoint.media {
        Media::Json | Media::Lines => false,
        Media::LinkedData => true,
        Media::GeoJson => !endpoint.bare,
    };
    Ok(Shape {
        format: format.unwrap_or_default(),
        sys_attrs: notification.get("sysAttrs") == Some(&Json::Bool(true)),
        language: document.get("lang").and_then(Json::as_str).map(LanguageChoice::parse),
        datasets: datasets(document)?,
        members: projection,
        context_in_body: in_body.then(|| told_by.to_json().to_string()),
        ..Shape::default()
    })
}

/// The members of `pick` or `omit`; one with braces reaches into linked entities.
fn members(notification: &Json, name: &'static str, terms: &Terms) -> Result<Option<Vec<Member>>, Problem> {
    let Some(items) = notification.get(name).and_then(Json::as_array) else { return Ok(None) };
    let expand = |term: &str| terms.expand(term);
    let mut members = Vec::new();
    for item in items.iter().filter_map(Json::as_str) {
        match item {
            "id" => members.push(Member::Id),
            "type" => members.push(Member::Type),
            "scope" => members.push(Member::Scope),
            text if text.contains('{') => {
                let read = Projection::parse(Some(text), None, &expand)
                    .map_err(|problem| Problem::bad(problem.detail).field(name).within("notification"))?;
                members.extend(read.pick.unwrap_or_default());
            }
            text => members.push(Member::Attribute(terms.expand(text), Vec::new())),
        }
    }
    Ok(Some(members))
}

/// The data sets of `datasetId`; `@none` is the default instance.
fn datasets(document: &Json) -> Result<Option<Vec<Option<Iri>>>, Problem> {
    let Some(items) = document.get("datasetId").and_then(Json::as_array) else { return Ok(None) };
    let one = |item: &Json| match item.as_str() {
        Some("@none") => Ok(None),
        Some(iri) if is_iri(iri) => Ok(Some(Iri::new(iri))),
        _ => Err(Problem::bad("a data set is named by an IRI, or is @none").field("datasetId")),
    };
    items.iter().map(one).collect::<Result<_, _>>().map(Some)
}

impl Join {
    fn read(notification: &Json) -> Self {
        let level = notification.get("joinLevel").and_then(Json::as_f64).unwrap_or(1.0) as u8;
        match notification.get("join").and_then(Json::as_str) {
            Some("flat") => Self::Flat(level),
            Some("inline") => Self::Inline(level),
            _ => Self::No,
        }
    }
}
