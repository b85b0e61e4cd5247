//! What a source is asked of entities: the caller's question, within what the source registered
//! (clauses 4.3.6.1, 5.7.1, 5.7.2).

use http::Method;
use senne_language::{Query, TypeExpression};
use senne_model::{EntityId, Json, Name};

use super::{
    forward::{Naming, Outgoing},
    words::{expanding, renamed},
};
use crate::{
    contexts::Terms,
    http::{Parameters, object},
    registrations::{Matched, Serves, Wanted},
};

/// A question to one source.
pub(super) struct Asking<'a> {
    pub(super) matched: &'a Matched,
    pub(super) naming: &'a Naming,
    pub(super) query: &'a Query,
    pub(super) wanted: &'a Wanted,
    /// Filters are left to us: the source may have a part of an entity alone.
    pub(super) split: bool,
    pub(super) datasets: Option<&'a str>,
}

/// Which entities of a page are asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) offset: usize,
    pub(super) limit: usize,
    pub(super) count: bool,
}

impl Asking<'_> {
    /// The question for one entity, by whichever operation the source offers.
    pub(super) fn retrieve(&self, id: &EntityId) -> Option<Outgoing> {
        let operations = self.matched.registration.operations;
        if operations.has(Serves::RetrieveEntity) {
            let mut query = Vec::new();
            self.push_attrs(&mut query);
            self.push_common(&mut query);
            let path = vec!["entities".to_owned(), id.to_string()];
            return Some(Outgoing { method: Method::GET, path, query, ..Outgoing::default() });
        }
        self.query(Span { offset: 0, limit: 1, count: false })
    }

    /// The question for a page of entities, by whichever operation the source offers.
    pub(super) fn query(&self, span: Span) -> Option<Outgoing> {
        let operations = self.matched.registration.operations;
        if operations.has(Serves::QueryEntity) {
            return Some(self.by_parameters(span));
        }
        operations.has(Serves::QueryBatch).then(|| self.by_document(span))
    }

    /// The question for an entity map: all that a query would find.
    pub(super) fn map(&self, split: bool) -> Option<Outgoing> {
        self.matched.registration.operations.has(Serves::CreateEntityMapQueryEntity).then(|| {
            let mut query = self.conditions();
            if split {
                query.push(("splitEntities".to_owned(), "true".to_owned()));
            }
            Outgoing {
                method: Method::GET,
                path: vec!["entityMaps".to_owned()],
                query,
                ..Outgoing::default()
            }
        })
    }

    fn by_parameters(&self, span: Span) -> Outgoing {
        let mut query = self.conditions();
        push_span(&mut query, span);
        Outgoing { method: Method::GET, path: vec!["entities".to_owned()], query, ..Outgoing::default() }
    }

    /// Which entities by their types and ids, as parameters.
    pub(super) fn selection(&self) -> Vec<(String, String)> {
        let mut query: Vec<(String, String)> = Vec::new();
        if let Some(types) = self.types() {
            query.push(("type".to_owned(), types));
        }
        let ids = self.ids();
        if !ids.is_empty() {
            query.push(("id".to_owned(), ids.join(",")));
        }
        if let Some(pattern) = self.pattern() {
            query.push(("idPattern".to_owned(), pattern));
        }
        query
    }

    /// The same as the `entities` of a document; none when any entity is meant.
    pub(super) fn selectors(&self) -> Option<Json> {
        let (kind, ids, pattern) = (self.types(), self.ids(), self.pattern());
        if kind.is_none() && ids.is_empty() && pattern.is_none() {
            return None;
        }
        let kind = kind.unwrap_or_else(|| "*".to_owned());
        let selector = |id: Option<&String>| {
            let mut parts: Vec<(Box<str>, Json)> = vec![("type".into(), Json::text(&kind))];
            parts.extend(id.map(|id| ("id".into(), Json::text(id))));
            parts.extend(pattern.as_ref().map(|pattern| ("idPattern".into(), Json::text(pattern))));
            Json::Object(parts)
        };
        let each = if ids.is_empty() {
            vec![selector(None)]
        } else {
            ids.iter().map(|id| selector(Some(id))).collect()
        };
        Some(Json::Array(each))
    }

    /// Which entities, as parameters.
    fn conditions(&self) -> Vec<(String, String)> {
        let mut query = self.selection();
        if !self.split {
            push_filters(&mut query, self.query, self.naming);
        }
        self.push_attrs(&mut query);
        self.push_common(&mut query);
        query
    }

    fn by_document(&self, span: Span) -> Outgoing {
        let mut members: Vec<(Box<str>, Json)> = vec![("type".into(), Json::text("Query"))];
        let anybody = || Json::Array(vec![object([("type", Json::text("*"))])]);
        members.push(("entities".into(), self.selectors().unwrap_or_else(anybody)));
        if !self.split {
            if let Some(filter) = &self.query.filter {
                members.push(("q".into(), Json::from(renamed(filter, self.naming).to_string())));
                let terms = expanding(filter, self.naming);
                members.extend(terms.map(|terms| ("expandValues".into(), Json::from(terms))));
            }
            if let Some(scope) = &self.query.scope {
                members.push(("scopeQ".into(), Json::from(scope.to_string())));
            }
            if let Some(geo) = &self.query.geo {
                let geojson = geo.reference().to_geojson();
                let asked = object([
                    ("georel", Json::from(geo.relation().text())),
                    ("geometry", Json::text(geo.reference().kind())),
                    ("coordinates", geojson.get("coordinates").cloned().unwrap_or(Json::Null)),
                    ("geoproperty", Json::from(self.naming.name(geo.geoproperty()))),
                ]);
                members.push(("geoQ".into(), asked));
            }
        }
        let attrs = self.attrs();
        if !attrs.is_empty() {
            members.push(("attrs".into(), Json::Array(attrs.into_iter().map(Json::from).collect())));
        }
        let mut query = Vec::new();
        self.push_common(&mut query);
        push_span(&mut query, span);
        let path = vec!["entityOperations".to_owned(), "query".to_owned()];
        Outgoing {
            method: Method::POST,
            path,
            query,
            body: Some(Json::Object(members)),
            ..Outgoing::default()
        }
    }

    /// The types: those that are asked for and registered; the registered ones when none is asked for.
    fn types(&self) -> Option<String> {
        let mut offered: Vec<&Name> = Vec::new();
        let mut open = false;
        for info in self.matched.infos() {
            open |= info.entities.is_empty();
            let fitting = info.entities.iter().filter(|entity| self.wanted.fits_entity(entity));
            for entity in fitting {
                open |= entity.types.is_empty();
                offered.extend(entity.types.iter());
            }
        }
        offered.sort();
        offered.dedup();
        let list =
            |names: &[&Name]| names.iter().map(|name| self.naming.name(name)).collect::<Vec<_>>().join(",");
        match &self.query.types {
            None if open || offered.is_empty() => None,
            None => Some(list(&offered)),
            Some(asked) => match asked.any_of() {
                Some(names) if !open => {
                    let both: Vec<&Name> = names.iter().filter(|name| offered.contains(name)).collect();
                    Some(list(if both.is_empty() { &offered } else { &both }))
                }
                _ => Some(expression(asked, self.naming)),
            },
        }
    }

    /// The ids: those that are asked for and may be there; the registered ones when none is asked for.
    fn ids(&self) -> Vec<String> {
        let entities = || self.matched.infos().flat_map(|info| &info.entities);
        let open = self.matched.infos().any(|info| info.entities.is_empty());
        if !self.query.ids.is_empty() {
            let may = |id: &&EntityId| {
                open || entities().any(|entity| match (&entity.id, &entity.pattern) {
                    (None, None) => true,
                    (own, pattern) => {
                        own.as_ref() == Some(id)
                            || pattern.as_ref().is_some_and(|pattern| pattern.matches(id))
                    }
                })
            };
            return self.query.ids.iter().filter(may).map(ToString::to_string).collect();
        }
        let fitting = || entities().filter(|entity| self.wanted.fits_entity(entity));
        if open || fitting().any(|entity| entity.id.is_none()) {
            return Vec::new();
        }
        fitting().filter_map(|entity| entity.id.as_ref()).map(ToString::to_string).collect()
    }

    /// The pattern that is asked for; else the registered one, when there is one and no more.
    fn pattern(&self) -> Option<String> {
        if let Some(asked) = &self.query.id_pattern {
            return Some(asked.as_str().to_owned());
        }
        if !self.query.ids.is_empty() || self.matched.infos().any(|info| info.entities.is_empty()) {
            return None;
        }
        let entities = self.matched.infos().flat_map(|info| &info.entities);
        let mut patterns = Vec::new();
        for entity in entities.filter(|entity| self.wanted.fits_entity(entity)) {
            patterns.push(entity.pattern.as_ref().filter(|_| entity.id.is_none())?);
        }
        let first = patterns.first()?;
        patterns.iter().all(|pattern| pattern == first).then(|| first.as_str().to_owned())
    }

    /// The attributes: those that are asked for and registered; the registered ones when none is asked for.
    pub(super) fn attrs(&self) -> Vec<String> {
        let registered = self.matched.names();
        let asked = if self.split { &[][..] } else { &self.query.any_attribute[..] };
        let names: Vec<&Name> = match (registered.is_empty(), asked.is_empty()) {
            (_, true) => registered.iter().collect(),
            (true, false) => asked.iter().collect(),
            (false, false) => asked.iter().filter(|name| registered.contains(name)).collect(),
        };
        names.into_iter().map(|name| self.naming.name(name)).collect()
    }

    fn push_attrs(&self, query: &mut Vec<(String, String)>) {
        let attrs = self.attrs();
        if !attrs.is_empty() {
            query.push(("attrs".to_owned(), attrs.join(",")));
        }
    }

    /// Times are needed to tell which of two values is newer.
    fn push_common(&self, query: &mut Vec<(String, String)>) {
        if let Some(datasets) = self.datasets {
            query.push(("datasetId".to_owned(), datasets.to_owned()));
        }
        query.push(("options".to_owned(), "sysAttrs".to_owned()));
    }
}

fn push_span(query: &mut Vec<(String, String)>, span: Span) {
    query.push(("limit".to_owned(), span.limit.to_string()));
    if span.offset > 0 {
        query.push(("offset".to_owned(), span.offset.to_string()));
    }
    if span.count {
        query.push(("count".to_owned(), "true".to_owned()));
    }
}

/// Types by the source's names.
pub(super) fn expression(types: &TypeExpression, naming: &Naming) -> String {
    let joined = |parts: &[TypeExpression], by: &str| {
        let one = |part: &TypeExpression| match part {
            TypeExpression::Anything | TypeExpression::Is(_) => expression(part, naming),
            group => format!("({})", expression(group, naming)),
        };
        parts.iter().map(one).collect::<Vec<_>>().join(by)
    };
    match types {
        TypeExpression::Anything => "*".to_owned(),
        TypeExpression::Is(name) => naming.name(name),
        TypeExpression::All(parts) => joined(parts, ";"),
        TypeExpression::Any(parts) => joined(parts, ","),
    }
}

/// The conditions on what entities hold, as parameters.
pub(super) fn push_filters(parameters: &mut Vec<(String, String)>, query: &Query, naming: &Naming) {
    let mut push = |name: &str, value: String| parameters.push((name.to_owned(), value));
    if let Some(filter) = &query.filter {
        push("q", renamed(filter, naming).to_string());
        if let Some(terms) = expanding(filter, naming) {
            push("expandValues", terms);
        }
    }
    if let Some(scope) = &query.scope {
        push("scopeQ", scope.to_string());
    }
    if let Some(geo) = &query.geo {
        let geojson = geo.reference().to_geojson();
        push("georel", geo.relation().text());
        push("geometry", geo.reference().kind().to_owned());
        push("coordinates", geojson.get("coordinates").unwrap_or(&Json::Null).to_string());
        push("geoproperty", naming.name(geo.geoproperty()));
    }
}

/// Types by the source's names; as they were written where they cannot be read.
pub(super) fn renamed_types(text: &str, from: &Terms, naming: &Naming) -> String {
    let read = TypeExpression::parse(text, &|term| from.expand(term));
    read.map_or_else(|_| text.to_owned(), |types| expression(&types, naming))
}

/// The parameters of a write as they go to a source.
pub(super) fn forwarded(parameters: &Parameters, from: &Terms, naming: &Naming) -> Vec<(String, String)> {
    let kept = parameters.pairs().filter(|(name, _)| *name != "local");
    let one = |(name, value): (&str, &str)| {
        let value = if name == "type" { renamed_types(value, from, naming) } else { value.to_owned() };
        (name.to_owned(), value)
    };
    kept.map(one).collect()
}
