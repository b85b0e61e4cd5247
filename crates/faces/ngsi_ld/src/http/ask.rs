//! The parts of a query as texts, wherever they stood (clauses 4.9, 4.10, 4.17, 4.19, 5.2.13, 5.2.23, 5.2.33).

use senne_language::{Filter, GeoFilter, IdPattern, Query, ScopeExpression, Selector, TypeExpression};
use senne_model::{EntityId, ErrorKind, Json, Name, Problem};

use super::Parameters;
use crate::contexts::Terms;

/// The most names of a list; each may become a long IRI.
pub(crate) const NAMES_MAX: usize = 1_000;

/// The most ids of one query: each entity that is found is looked for among them.
pub(crate) const IDS_MAX: usize = 5_000;

/// The most entity selectors, each of which is put to each entity.
pub(crate) const SELECTORS_MAX: usize = 1_000;

/// The most patterns of ids in one query: each may take memory (see `IdPattern`).
pub(crate) const PATTERNS_MAX: usize = 100;

/// The parts of a query.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ask {
    pub(crate) types: Option<String>,
    pub(crate) ids: Vec<String>,
    pub(crate) id_pattern: Option<String>,
    pub(crate) attrs: Vec<String>,
    pub(crate) q: Option<String>,
    /// Attributes whose compared values are terms to be expanded.
    pub(crate) expand_values: Vec<String>,
    pub(crate) scope: Option<String>,
    pub(crate) geo: Option<AskGeo>,
    /// Several entity selectors, one of which must fit.
    pub(crate) selectors: Vec<AskSelector>,
}

/// One entity selector of several.
#[derive(Clone, Debug, Default)]
pub(crate) struct AskSelector {
    pub(crate) types: Option<String>,
    pub(crate) ids: Vec<String>,
    pub(crate) id_pattern: Option<String>,
}

/// The parts of a geo-query.
#[derive(Clone, Debug, Default)]
pub(crate) struct AskGeo {
    pub(crate) georel: Option<String>,
    pub(crate) geometry: Option<String>,
    pub(crate) coordinates: Option<String>,
    pub(crate) geoproperty: Option<String>,
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
            expand_values: list("expandValues"),
            scope: text("scopeQ"),
            geo: asks_geo.then_some(geo),
            selectors: Vec::new(),
        }
    }

    /// From a Query document: `entities`, `attrs`, `q`, `expandValues`, `geoQ`, `scopeQ`.
    pub(crate) fn from_document(document: &Json) -> Result<Self, Problem> {
        let text = |name: &str| match document.get(name) {
            None => Ok(None),
            Some(Json::Text(text)) => Ok(Some(text.to_string())),
            Some(_) => Err(Problem::bad("a text is needed here").field(name)),
        };
        if document.get("type").and_then(Json::as_str).is_some_and(|kind| kind != "Query") {
            return Err(Problem::bad("the type of a query is \"Query\"").field("type"));
        }
        let mut ask = Self { q: text("q")?, scope: text("scopeQ")?, ..Self::default() };
        if let Some(attrs) = document.get("attrs") {
            ask.attrs = texts(attrs, "attrs")?;
        }
        if let Some(names) = text("expandValues")? {
            ask.expand_values = names.split(',').map(|name| name.trim().to_owned()).collect();
        }
        if let Some(geo) = document.get("geoQ") {
            ask.geo = Some(AskGeo::from_document(geo)?);
        }
        ask.select(document.get("entities"))?;
        Ok(ask)
    }

    /// Reads entity selectors (clause 5.2.33), of which one at least must fit.
    pub(crate) fn select(&mut self, selectors: Option<&Json>) -> Result<(), Problem> {
        let Some(selectors) = selectors else { return Ok(()) };
        let wrong = || {
            Problem::bad("an array of selectors with at least a `type` each is needed here").field("entities")
        };
        let list = selectors.as_array().filter(|list| !list.is_empty()).ok_or_else(wrong)?;
        check_count("entities", list.len(), SELECTORS_MAX)?;
        let mut read: Vec<AskSelector> = list.iter().map(AskSelector::read).collect::<Result<_, _>>()?;
        let alike = read.iter().all(|one| one.ids.is_empty() && one.id_pattern.is_none());
        if let (Some(only), true) = (read.pop_if(|_| list.len() == 1), list.len() == 1) {
            (self.types, self.ids, self.id_pattern) = (only.types, only.ids, only.id_pattern);
        } else if alike && read.iter().all(|one| one.types.is_some()) {
            // One expression that an index of types can answer.
            let each: Vec<&str> = read.iter().filter_map(|one| one.types.as_deref()).collect();
            self.types = Some(each.join("|"));
        } else {
            self.selectors = read;
        }
        Ok(())
    }

    /// The query, its names expanded.
    pub(crate) fn into_query(self, terms: &Terms) -> Result<Query, Problem> {
        check_count("attrs", self.attrs.len(), NAMES_MAX)?;
        check_count("expandValues", self.expand_values.len(), NAMES_MAX)?;
        let ids = self.selectors.iter().map(|one| one.ids.len()).sum::<usize>();
        check_count("id", self.ids.len() + ids, IDS_MAX)?;
        let patterns = self.selectors.iter().filter(|one| one.id_pattern.is_some()).count();
        check_count("idPattern", patterns, PATTERNS_MAX)?;
        let expand = |term: &str| terms.expand(term);
        let expanded: Vec<Name> = self.expand_values.iter().map(|term| expand(term)).collect();
        let plain = |term: &String| {
            if term.contains(['{', '}']) {
                let detail =
                    "`attrs` names attributes of the entity itself; use pick with join for linked ones";
                return Err(Problem::bad(detail).field("attrs"));
            }
            Ok(expand(term))
        };
        Ok(Query {
            types: read_types(self.types, terms)?,
            ids: read_ids(&self.ids)?,
            id_pattern: self.id_pattern.map(|text| IdPattern::parse(&text)).transpose()?,
            filter: self.q.map(|text| Filter::parse_expanding(&text, &expand, &expanded)).transpose()?,
            geo: self.geo.map(|geo| geo.into_filter(terms)).transpose()?,
            scope: self.scope.map(|text| ScopeExpression::parse(&text)).transpose()?,
            any_attribute: self.attrs.iter().map(plain).collect::<Result<_, _>>()?,
            selectors: self
                .selectors
                .into_iter()
                .map(|one| one.into_selector(terms))
                .collect::<Result<_, _>>()?,
        })
    }
}

/// Refuses a list that is too long.
pub(crate) fn check_count(field: &str, count: usize, most: usize) -> Result<(), Problem> {
    if count <= most {
        return Ok(());
    }
    let detail = format!("{count} are too many here; name at most {most}");
    Err(Problem::new(ErrorKind::TooComplex, detail).field(field))
}

/// `*` stands for any type, and is no condition.
fn read_types(types: Option<String>, terms: &Terms) -> Result<Option<TypeExpression>, Problem> {
    let types = types.filter(|types| types.trim() != "*");
    types.map(|text| TypeExpression::parse(&text, &|term| terms.expand(term))).transpose()
}

fn read_ids(ids: &[String]) -> Result<Vec<EntityId>, Problem> {
    ids.iter().map(|id| EntityId::parse(id)).collect()
}

impl AskSelector {
    /// An id counts more than a pattern.
    fn read(selector: &Json) -> Result<Self, Problem> {
        let wrong = |name: &str| Problem::bad("a text is needed here").field(format!("entities.{name}"));
        let text = |name: &str| match selector.get(name) {
            None => Ok(None),
            Some(value) => value.as_str().map(|text| Some(text.to_owned())).ok_or_else(|| wrong(name)),
        };
        let types = text("type")?;
        let missing = || Problem::bad("a selector needs a `type`; `*` stands for any").field("entities.type");
        let types = types.ok_or_else(missing)?;
        let ids = match selector.get("id") {
            None => Vec::new(),
            Some(list @ Json::Array(_)) => texts(list, "entities.id")?,
            Some(one) => vec![one.as_str().ok_or_else(|| wrong("id"))?.to_owned()],
        };
        let id_pattern = text("idPattern")?.filter(|_| ids.is_empty());
        Ok(Self { types: Some(types).filter(|types| types != "*"), ids, id_pattern })
    }

    fn into_selector(self, terms: &Terms) -> Result<Selector, Problem> {
        Ok(Selector {
            types: read_types(self.types, terms)?,
            ids: read_ids(&self.ids)?,
            id_pattern: self.id_pattern.map(|text| IdPattern::parse(&text)).transpose()?,
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
