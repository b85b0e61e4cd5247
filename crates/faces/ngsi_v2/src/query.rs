//! Which entities are meant, and which page of them.

use senne_context::Context as Terms;
use senne_hub::Page;
use senne_language::{GeoFilter, IdPattern, Order, Query, ScopeExpression, Selector, TypeExpression};
use senne_model::{EntityId, ErrorKind, Json, Name, Problem};

use crate::{
    call::Call,
    expression,
    names::{id_in, name_in},
    pattern::{behind_prefix, found},
    read::shape_of,
    write::{Form, Shape},
};

/// How many entities may be skipped.
const OFFSET_MAX: usize = 1_000_000_000;

/// The query of the parameters.
pub(crate) fn read(call: &Call) -> Result<Query, Problem> {
    let terms = &call.face.terms;
    let twice = |a: &str, b: &str| {
        (call.get(a).is_some() && call.get(b).is_some())
            .then(|| Problem::bad(format!("use {a} or {b}, not both")).field(b))
    };
    if let Some(problem) = twice("id", "idPattern").or_else(|| twice("type", "typePattern")) {
        return Err(problem);
    }
    if call.get("typePattern").is_some() {
        let detail = "patterns of types are not supported; name the types, with commas between them";
        return Err(Problem::new(ErrorKind::NotSupported, detail).field("typePattern"));
    }
    let ids = call.list("id").into_iter().map(id_in).collect::<Result<Vec<EntityId>, _>>()?;
    let types = call
        .list("type")
        .into_iter()
        .map(|kind| name_in(terms, kind, "type"))
        .collect::<Result<Vec<_>, _>>()?;
    let pattern = call.get("idPattern");
    let selector =
        |text| found(text).map(|found| Selector { id_pattern: Some(found), ..Selector::default() });
    Ok(Query {
        ids,
        types: TypeExpression::one_of(types),
        selectors: pattern.map(selector).transpose()?.into_iter().collect(),
        id_pattern: pattern.and_then(|text| behind_prefix(&[text])),
        filter: expression::both(call.get("q"), call.get("mq"), terms)?,
        geo: geo(call.get("georel"), call.get("geometry"), call.get("coords"), terms)?,
        scope: scope(call)?,
        ..Query::default()
    })
}

/// What a service path means: that very scope, or with `#` all below it.
pub(crate) fn scope(call: &Call) -> Result<Option<ScopeExpression>, Problem> {
    scope_of(call.service_path.as_deref())
}

/// The same for a service path that was kept.
pub(crate) fn scope_of(text: Option<&str>) -> Result<Option<ScopeExpression>, Problem> {
    text.map(|text| ScopeExpression::parse(&text.replace(' ', ""))).transpose()
}

/// A geo-query, in which points are given as latitude, longitude.
pub(crate) fn geo(
    georel: Option<&str>,
    geometry: Option<&str>,
    coords: Option<&str>,
    terms: &Terms,
) -> Result<Option<GeoFilter>, Problem> {
    if georel.is_none() && geometry.is_none() && coords.is_none() {
        return Ok(None);
    }
    let needed = |part: Option<&str>, name: &str| {
        let detail = "a geo-query needs georel, geometry and coords";
        part.map(str::to_owned).ok_or_else(|| Problem::bad(detail).field(name))
    };
    let (georel, geometry, coords) =
        (needed(georel, "georel")?, needed(geometry, "geometry")?, needed(coords, "coords")?);
    let points = coords
        .split(';')
        .map(crate::read::pair)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|problem| problem.field("coords"))?;
    let shape = shape_of(&geometry, &points).ok_or_else(|| {
        Problem::bad("a geometry is point, line, polygon or box, with so many coords").field("geometry")
    })?;
    let word = shape.get("type").and_then(Json::as_str).unwrap_or_default().to_owned();
    let coordinates = shape.get("coordinates").map(ToString::to_string).unwrap_or_default();
    let relation = georel.replace("coveredBy", "within").replace("maxDistance:", "maxDistance==");
    let relation = relation.replace("minDistance:", "minDistance==");
    GeoFilter::parse(&relation, &word, &coordinates, terms.expand("location")).map(Some)
}

/// What batch queries and subscriptions select: each selector names entities by id or pattern, and by type. Beside them stands what
/// an identifier must be as well, when each of them has a pattern.
pub(crate) fn selectors(list: &[Json], terms: &Terms) -> Result<(Vec<Selector>, Option<IdPattern>), Problem> {
    let one = |json: &Json| {
        let text = |name: &str| json.get(name).and_then(Json::as_str);
        if json.as_object().is_none() {
            return Err(
                Problem::bad("an array of objects with `id` or `idPattern` is needed").field("entities")
            );
        }
        let types: Vec<Name> =
            text("type").map(|kind| name_in(terms, kind, "type")).transpose()?.into_iter().collect();
        Ok(Selector {
            types: TypeExpression::one_of(types),
            ids: text("id").map(id_in).transpose()?.into_iter().collect(),
            id_pattern: text("idPattern").map(found).transpose()?,
        })
    };
    let selectors: Vec<Selector> = list.iter().map(one).collect::<Result<_, _>>()?;
    let patterns: Option<Vec<&str>> =
        list.iter().map(|json| json.get("idPattern").and_then(Json::as_str)).collect();
    let behind = patterns.and_then(|patterns| behind_prefix(&patterns));
    Ok((selectors, behind))
}

/// The page of the parameters.
pub(crate) fn page(call: &Call) -> Result<Page, Problem> {
    let options = &call.face.options;
    let limit = call.number("limit")?.unwrap_or(options.limit_default);
    if limit == 0 || limit > options.limit_max {
        return Err(Problem::bad(format!("a page has 1 to {} entities", options.limit_max)).field("limit"));
    }
    let offset = call.number("offset")?.unwrap_or(0);
    if offset > OFFSET_MAX {
        let detail = format!("at most {OFFSET_MAX} entities are skipped; narrow the query");
        return Err(Problem::bad(detail).field("offset"));
    }
    Ok(Page {
        limit,
        offset,
        count: call.option("count"),
        order: call.get("orderBy").map(|text| order(text, call)).transpose()?,
        ..Page::default()
    })
}

/// `orderBy=temperature,!humidity`.
fn order(text: &str, call: &Call) -> Result<Order, Problem> {
    let one = |term: &str| {
        let (name, down) = term.strip_prefix('!').map_or((term, false), |name| (name, true));
        let name = match name {
            "dateCreated" => "createdAt",
            "dateModified" => "modifiedAt",
            other => other,
        };
        format!("{name};{}", if down { "desc" } else { "asc" })
    };
    let ours = text.split(',').map(one).collect::<Vec<_>>().join(",");
    Order::parse(&ours, None, &|term| call.face.terms.expand(term))
        .map_err(|problem| problem.field("orderBy"))
}

/// How the answer shall look.
pub(crate) fn shape(call: &Call) -> Shape {
    let form = match (call.option("keyValues"), call.option("values"), call.option("unique")) {
        (true, _, _) => Form::KeyValues,
        (_, true, _) => Form::Values,
        (_, _, true) => Form::Unique,
        _ => Form::Normalized,
    };
    let owned = |name: &str| call.list(name).into_iter().map(str::to_owned).collect();
    Shape { form, attrs: owned("attrs"), metadata: owned("metadata") }
}
