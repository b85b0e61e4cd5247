//! Which entities, which page of them, and in which order (clauses 4.23, 5.5.9, 5.7.2, 6.3.10).

use senne_hub::{Page, Place};
use senne_language::{Collation, Order, Projection, Query};
use senne_model::{ErrorKind, Geometry, Json, Problem};

use super::{Ask, Call};
use crate::contexts::Terms;

/// Names that the system gives: whoever names nothing else asks for everything.
const OF_THE_SYSTEM: [&str; 8] =
    ["id", "type", "scope", "createdAt", "modifiedAt", "deletedAt", "expiresAt", "observedAt"];

/// In an order of their own, entities are found up to this place; those after it need a narrower query.
const ORDERED_MAX: usize = 100_000;

/// How many things may be skipped.
const OFFSET_MAX: usize = 1_000_000_000;

/// Reads the query that the parameters ask.
pub(crate) fn read_query(call: &Call, terms: &Terms) -> Result<Query, Problem> {
    let parameters = &call.parameters;
    let ask = Ask::from_parameters(parameters);
    let any_type = ask.types.as_deref().map(str::trim) == Some("*");
    if any_type && parameters.get("local").is_some_and(|word| word.eq_ignore_ascii_case("false")) {
        let detail = "type=* asks for what is here alone; leave local=false out, or name types";
        return Err(Problem::bad(detail).field("local"));
    }
    let (types, geo) = (ask.types.is_some(), ask.geo.is_some());
    let attrs = ask.attrs.iter().any(|term| !OF_THE_SYSTEM.contains(&term.as_str()));
    let local = parameters.flag("local")?;
    let query = ask.into_query(terms)?;
    crate::registrations::csf(parameters.get("csf"), terms)?;
    let q = query.filter.as_ref().is_some_and(senne_language::Filter::asks_an_attribute);
    if !(types || geo || attrs || q || local) {
        let detail =
            "ask for a type, attrs, q or a geo-query at least; local=true asks for everything that is here";
        return Err(Problem::bad(detail).field("type"));
    }
    Ok(query)
}

/// An entity that has nothing of what is picked is not found (clause 4.21).
pub(crate) fn narrow(query: &mut Query, members: &Projection) {
    if let (true, Some(names)) = (query.any_attribute.is_empty(), members.nothing_but_attributes()) {
        query.any_attribute = names;
    }
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
    if offset > OFFSET_MAX {
        let detail =
            format!("at most {OFFSET_MAX} elements are skipped; follow the next links, or narrow the query");
        return Err(Problem::new(ErrorKind::TooComplex, detail).field("offset"));
    }
    if limit == 0 && !count {
        return Err(Problem::bad("limit=0 goes with count=true alone").field("limit"));
    }
    Ok(Page { limit, offset, count, ..Page::default() })
}

/// A page of entities: beside limit and offset, the place from which our own links go on, and the order.
pub(crate) struct EntityPage {
    pub(crate) page: Page,
    /// How many entities stand before the page, as far as the caller said.
    pub(crate) offset: usize,
}

/// Reads the page of a query for entities.
pub(crate) fn read_entity_page(call: &Call, terms: &Terms) -> Result<EntityPage, Problem> {
    let mut page = read_page(call)?;
    let offset = page.offset;
    page.order = read_order(call, terms)?;
    if page.order.is_some() {
        if offset.saturating_add(page.limit) > ORDERED_MAX {
            let detail =
                format!("in an order of their own, the first {ORDERED_MAX} entities are given; ask for less");
            return Err(Problem::new(ErrorKind::TooComplex, detail).field("offset"));
        }
        return Ok(EntityPage { page, offset });
    }
    let place = |name: &str| {
        let wrong = || Problem::bad("take this parameter from a link of ours").field(name);
        call.parameters.get(name).map(|text| text.parse::<i64>().map_err(|_| wrong())).transpose()
    };
    page.place = match (place("after")?, place("before")?) {
        (Some(no), _) => Place::After(no),
        (None, Some(no)) => Place::Before(no),
        (None, None) => return Ok(EntityPage { page, offset }),
    };
    page.offset = 0;
    Ok(EntityPage { page, offset })
}

/// Reads `orderBy`, `orderFrom`, `orderGeometry` and `collation`.
fn read_order(call: &Call, terms: &Terms) -> Result<Option<Order>, Problem> {
    let parameters = &call.parameters;
    let collation = parameters.get("collation").map(Collation::parse).transpose()?;
    let from = parameters.get("orderFrom").map(|text| reference(text, parameters.get("orderGeometry")));
    let from = from.transpose()?;
    let Some(order_by) = parameters.get("orderBy") else { return Ok(None) };
    let order = Order::parse(order_by, from, &|term| terms.expand(term))?;
    Ok(Some(match collation {
        Some(collation) => order.collated(collation),
        None => order,
    }))
}

fn reference(coordinates: &str, geometry: Option<&str>) -> Result<Geometry, Problem> {
    let coordinates: Json = serde_json::from_str(coordinates).map_err(|_| {
        Problem::bad("coordinates are a JSON array, e.g. [4.35,50.85], longitude first").field("orderFrom")
    })?;
    Geometry::parse(geometry.unwrap_or("Point"), &coordinates).map_err(|problem| {
        let field = if problem.field.as_deref() == Some("type") { "orderGeometry" } else { "orderFrom" };
        problem.field(field)
    })
}
