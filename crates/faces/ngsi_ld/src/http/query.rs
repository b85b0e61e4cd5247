//! Queries from the parameters or from a Query document (clauses 4.9, 4.10, 4.19, 5.2.23, 5.7.2).

use senne_hub::Page;
use senne_language::{Filter, GeoFilter, IdPattern, Query, ScopeExpression, TypeExpression};
use senne_model::{EntityId, ErrorKind, Json, Problem};

use super::{Call, Parameters};
use crate::contexts::Terms;

/// The parts of a query as texts, wherever they stood.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ask {
    pub(crate) types: Option<String>,
    pub(crate) ids: Vec<String>,
    pub(crate) id_pattern: Option<String>,
    pub(crate) attrs: Vec<String>,
    pub(crate) q: Option<String>,
    pub(crate) scope: Option<String>,
    pub(crate) geo: Option<AskGeo>,
}

/// The parts of a geo-query.
#[derive(Clone, Debug, Default)]
pub(crate) struct AskGeo {
    pub(crate) georel: Option<String>,
    pub(crate) geometry: Option<String>,
    pub(crate) coordinates: Option<String>,
    pub(crate) geoproperty: Option<String>,
}

/// Reads the query that the parameters ask.
pub(crate) fn read_query(call: &Call, terms: &Terms) -> Result<Query, Problem> {
    let parameters = &call.parameters;
    let ask = Ask::from_parameters(parameters);
    let bounded = ask.types.is_some() || !ask.attrs.is_empty() || ask.q.is_some() || ask.geo.is_some();
    if !bounded && !parameters.flag("local")? {
        let detail =
            "ask for a type, attrs, q or a geo-query at least; local=true asks for everything that is here";
        return Err(Problem::bad(detail).field("type"));
    }
    ask.into_query(terms)
}

impl Ask {
    pub(crate) fn from_parameters(parameters: &Parameters) -> Self {
        let text = |name: &str| parameters.get(name).map(str::to_owned);
        let list =
            |name: &str| parameters.list(name).unwrap_or_default().into_iter().map(str::to_owned).collect();
        let geo = AskGeo {
            georel: text("georel"),
            geometry: text("geometry"),
            coordinates: text("coordinates"),
            geoproperty: text("geoproperty"),
        };
        let asks_geo = geo.georel.is_some() || geo.geometry.is_some() || geo.coordinates.is_some();
        Self {
            types: text("type"),
            ids: list("id"),
            id_pattern: text("idPattern"),
            attrs: list("attrs"),
            q: text("q"),
            scope: text("scopeQ"),
            geo: asks_geo.then_some(geo),
        }
    }

    /// From a Query document: `entities`, `attrs`, `q`, `geoQ`, `scopeQ`.
    pub(crate) fn from_document(document: &Json) -> Result<Self, Problem> {
        let text = |name: &str| match document.get(name) {
            None => Ok(None),
            Some(Json::Text(text)) => Ok(Some(text.to_string())),
            Some(_) => Err(Problem::bad("a text is needed here").field(name)),
        };
        if document.get("type").and_then(Json::as_str).is_some_and(|kind| kind != "Query") {
            return Err(Problem::bad("the type of a query is \"Query\"").field("type"));
        }
        for name in ["csf", "orderBy", "containedBy", "entityMap"] {
            if document.get(name).is_some() {
                return Err(
                    Problem::new(ErrorKind::NotSupported, "this member is not supported yet").field(name)
                );
            }
        }
        let mut ask = Self { q: text("q")?, scope: text("scopeQ")?, ..Self::default() };
        if let Some(attrs) = document.get("attrs") {
            ask.attrs = texts(attrs, "attrs")?;
        }
        if let Some(geo) = document.get("geoQ") {
            ask.geo = Some(AskGeo::from_document(geo)?);
        }
        ask.select(document.get("entities"))?;
        Ok(ask)
    }

    /// Reads entity selectors (clause 5.2.33). Several are joined when they differ in one thing alone.
    pub(crate) fn select(&mut self, selectors: Option<&Json>) -> Result<(), Problem> {
        let Some(selectors) = selectors else { return Ok(()) };
        let wrong = || {
            Problem::bad("an array of selectors with at least a `type` each is needed here").field("entities")
        };
        let list = selectors.as_array().filter(|list| !list.is_empty()).ok_or_else(wrong)?;
        let mut kinds: Vec<String> = Vec::new();
        for selector in list {
            let member = |name: &str| selector.get(name).and_then(Json::as_str).map(str::to_owned);
            let kind = member("type").ok_or_else(wrong)?;
            let plain = selector.get("id").is_none() && selector.get("idPattern").is_none();
            if list.len() > 1
                && (selector.get("idPattern").is_some() || (!plain && kinds.iter().any(|k| *k != kind)))
            {
                let detail = "several selectors must differ in their types alone or in their ids alone";
                return Err(Problem::new(ErrorKind::NotSupported, detail).field("entities"));
            }
            self.id_pattern = member("idPattern");
            match selector.get("id") {
                None if list.len() > 1 && !self.ids.is_empty() => return Err(wrong()),
                None => {}
                Some(id @ Json::Array(_)) => self.ids.extend(texts(id, "id")?),
                Some(id) => self.ids.push(id.as_str().ok_or_else(wrong)?.to_owned()),
            }
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        self.types = Some(match kinds.as_slice() {
            [only] => only.clone(),
            several => several.iter().map(|kind| format!("({kind})")).collect::<Vec<_>>().join("|"),
        });
        if self.types.as_deref() == Some("*") {
            self.types = None;
        }
        Ok(())
    }

    /// The query, its names expanded.
    pub(crate) fn into_query(self, terms: &Terms) -> Result<Query, Problem> {
        let expand = |term: &str| terms.expand(term);
        let types = self.types.filter(|types| types != "*");
        Ok(Query {
            types: types.map(|text| TypeExpression::parse(&text, &expand)).transpose()?,
            ids: self.ids.iter().map(|id| EntityId::parse(id)).collect::<Result<_, _>>()?,
            id_pattern: self.id_pattern.map(|text| IdPattern::parse(&text)).transpose()?,
            filter: self.q.map(|text| Filter::parse(&text, &expand)).transpose()?,
            geo: self.geo.map(|geo| geo.into_filter(terms)).transpose()?,
            scope: self.scope.map(|text| ScopeExpression::parse(&text)).transpose()?,
            any_attribute: self.attrs.iter().map(|term| expand(term)).collect(),
        })
    }
}

impl AskGeo {
    pub(crate) fn from_document(geo: &Json) -> Result<Self, Problem> {
        let text = |name: &str| geo.get(name).and_then(Json::as_str).map(str::to_owned);
        if geo.as_object().is_none() {
            return Err(
                Problem::bad("an object with georel, geometry and coordinates is needed here").field("geoQ")
            );
        }
        let coordinates = geo.get("coordinates").map(|value| match value {
            Json::Text(text) => text.to_string(),
            other => other.to_string(),
        });
        Ok(Self {
            georel: text("georel"),
            geometry: text("geometry"),
            coordinates,
            geoproperty: text("geoproperty"),
        })
    }

    fn into_filter(self, terms: &Terms) -> Result<GeoFilter, Problem> {
        let needed = |part: Option<String>, name: &str| {
            part.ok_or_else(|| Problem::bad("a geo-query needs georel, geometry and coordinates").field(name))
        };
        let property = terms.expand(self.geoproperty.as_deref().unwrap_or("location"));
        let (georel, geometry) = (needed(self.georel, "georel")?, needed(self.geometry, "geometry")?);
        GeoFilter::parse(&georel, &geometry, &needed(self.coordinates, "coordinates")?, property)
    }
}

fn texts(list: &Json, field: &str) -> Result<Vec<String>, Problem> {
    let wrong = || Problem::bad("an array of texts is needed here").field(field);
    let one = |item: &Json| item.as_str().map(str::to_owned).ok_or_else(wrong);
    list.as_array().filter(|list| !list.is_empty()).ok_or_else(wrong)?.iter().map(one).collect()
}

/// Which page is asked for (clause 6.3.10).
pub(crate) fn read_page(call: &Call) -> Result<Page, Problem> {
    let options = &call.face.options;
    let count = call.parameters.flag("count")?;
    let limit = call.parameters.number("limit")?.unwrap_or(options.limit_default);
    let offset = call.parameters.number("offset")?.unwrap_or(0);
    if limit > options.limit_max {
        let detail =
            format!("a page has at most {} elements; follow its next link for more", options.limit_max);
        return Err(Problem::new(ErrorKind::TooComplex, detail).field("limit"));
    }
    if limit == 0 && !count {
        return Err(Problem::bad("limit=0 goes with count=true alone").field("limit"));
    }
    Ok(Page { limit, offset, after: None, count })
}
