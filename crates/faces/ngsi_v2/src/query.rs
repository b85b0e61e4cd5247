//! Which entities are meant, and which page of them.

use senne_context::Context as Terms;
use senne_hub::{Found, Page};
use senne_language::{
    Direction, GeoFilter, GeoRelation, IdPattern, Order, Query, ScopeExpression, Selector, TypeExpression,
};
use senne_model::{EntityId, ErrorKind, Json, Name, Problem};

use crate::{
    call::{Call, ROOT},
    expression,
    names::{id_in, name_in},
    pattern::{TypePattern, behind_prefix, found},
    value::{pair, shape_of},
    write::{Form, Shape},
};

/// How many entities may be skipped.
const OFFSET_MAX: usize = 1_000_000_000;

/// The most elements of a list, and the most selectors of one query.
const LIST_MAX: usize = 1_000;

/// The most patterns of one query: each may take memory.
const PATTERNS_MAX: usize = 64;

/// What orders entities by how far away they are.
const DISTANCE: &str = "geo:distance";

/// One of the selectors of a list.
#[derive(Debug)]
pub(crate) struct Meant {
    pub(crate) selector: Selector,
    /// A pattern that one of the types has.
    pub(crate) kind: Option<TypePattern>,
}

/// The query of the parameters.
pub(crate) async fn read(call: &Call) -> Result<Query, Problem> {
    let terms = &call.face.terms;
    let twice = |a: &str, b: &str| {
        (call.get(a).is_some() && call.get(b).is_some())
            .then(|| Problem::bad(format!("use {a} or {b}, not both")).field(b))
    };
    if let Some(problem) = twice("id", "idPattern").or_else(|| twice("type", "typePattern")) {
        return Err(problem);
    }
    let list = |name: &str| not_too_many(call.list(name), name);
    let ids = list("id")?.into_iter().map(id_in).collect::<Result<Vec<EntityId>, _>>()?;
    let named = list("type")?.into_iter().map(|kind| name_in(terms, kind, "type"));
    let mut types = TypeExpression::one_of(named.collect::<Result<Vec<_>, _>>()?);
    if let Some(pattern) = call.get("typePattern") {
        types = Some(of_pattern(call, &TypePattern::parse(pattern)?).await?);
    }
    let pattern = call.get("idPattern");
    let selector =
        |text| found(text).map(|found| Selector { id_pattern: Some(found), ..Selector::default() });
    Ok(Query {
        ids,
        types,
        selectors: pattern.map(selector).transpose()?.into_iter().collect(),
        id_pattern: pattern.and_then(|text| behind_prefix(&[text])),
        filter: expression::both(call.get("q"), call.get("mq"), terms)?,
        geo: geo(call.get("georel"), call.get("geometry"), call.get("coords"), terms)?,
        scope: scope(call)?,
        ..Query::default()
    })
}

fn not_too_many<T>(list: Vec<T>, field: &str) -> Result<Vec<T>, Problem> {
    if list.len() <= LIST_MAX {
        return Ok(list);
    }
    let detail = format!("{} are too many; ask for at most {LIST_MAX} at once", list.len());
    Err(Problem::new(ErrorKind::TooComplex, detail).field(field))
}

/// The types that there are and that have a pattern; an expression that nothing meets where there are none.
async fn of_pattern(call: &Call, pattern: &TypePattern) -> Result<TypeExpression, Problem> {
    let types = call.face.hub.types(&call.hub).await?;
    let names = types.into_iter().map(|one| one.name);
    let have = names.filter(|name| pattern.matches(&call.face.terms, std::slice::from_ref(name)));
    Ok(TypeExpression::one_of(have).unwrap_or(TypeExpression::Any(Vec::new())))
}

/// What service paths mean in a question: that very scope, or with `#` all below it; `/` those without a scope. None means everywhere.
pub(crate) fn scope(call: &Call) -> Result<Option<ScopeExpression>, Problem> {
    scope_of(call.service_path.as_deref())
}

/// The same for service paths that were kept.
pub(crate) fn scope_of(text: Option<&str>) -> Result<Option<ScopeExpression>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let one = |path: &str| match path.trim() {
        ROOT => Ok(ScopeExpression::Unscoped),
        path => ScopeExpression::parse(path),
    };
    let mut paths = text.split(',').map(one).collect::<Result<Vec<_>, _>>()?;
    Ok(if paths.len() == 1 { paths.pop() } else { Some(ScopeExpression::Any(paths)) })
}

/// Where what is written stands: at the root when no service path is named.
pub(crate) fn place(call: &Call) -> Result<ScopeExpression, Problem> {
    call.scope()?;
    Ok(scope(call)?.unwrap_or(ScopeExpression::Unscoped))
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
        .map(pair)
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
pub(crate) fn selectors(list: &[Json], terms: &Terms) -> Result<(Vec<Meant>, Option<IdPattern>), Problem> {
    if list.len() > LIST_MAX {
        let detail = format!("{} are too many; name at most {LIST_MAX}", list.len());
        return Err(Problem::new(ErrorKind::TooComplex, detail).field("entities"));
    }
    let patterns = list.iter().flat_map(|json| [json.get("idPattern"), json.get("typePattern")]).flatten();
    if patterns.count() > PATTERNS_MAX {
        let detail = format!("at most {PATTERNS_MAX} patterns are looked for at once");
        return Err(Problem::new(ErrorKind::TooComplex, detail).field("entities"));
    }
    let meant: Vec<Meant> = list.iter().map(|json| selector(json, terms)).collect::<Result<_, _>>()?;
    let patterns: Option<Vec<&str>> =
        list.iter().map(|json| json.get("idPattern").and_then(Json::as_str)).collect();
    let behind = patterns.and_then(|patterns| behind_prefix(&patterns));
    Ok((meant, behind))
}

fn selector(json: &Json, terms: &Terms) -> Result<Meant, Problem> {
    if json.as_object().is_none() {
        let detail = "an array of objects with `id` or `idPattern` is needed";
        return Err(Problem::bad(detail).field("entities"));
    }
    let text = |name: &str| text_in(Some(json), name);
    let twice = |a: &str, b: &str| json.get(a).and(json.get(b)).is_some();
    for (a, b) in [("id", "idPattern"), ("type", "typePattern")] {
        if twice(a, b) {
            return Err(Problem::bad(format!("use {a} or {b}, not both")).field(b));
        }
    }
    let types: Vec<Name> =
        text("type")?.map(|kind| name_in(terms, kind, "type")).transpose()?.into_iter().collect();
    let selector = Selector {
        types: TypeExpression::one_of(types),
        ids: text("id")?.map(id_in).transpose()?.into_iter().collect(),
        id_pattern: text("idPattern")?.map(found).transpose()?,
    };
    Ok(Meant { selector, kind: text("typePattern")?.map(TypePattern::parse).transpose()? })
}

/// A text that may stand in an object.
pub(crate) fn text_in<'j>(json: Option<&'j Json>, name: &str) -> Result<Option<&'j str>, Problem> {
    match json.and_then(|json| json.get(name)) {
        None => Ok(None),
        Some(Json::Text(text)) => Ok(Some(&**text)),
        Some(_) => Err(Problem::bad("a text is needed here").field(name)),
    }
}

/// The selectors of a query, their patterns of types put to the types that there are.
pub(crate) async fn resolved(call: &Call, meant: Vec<Meant>) -> Result<Vec<Selector>, Problem> {
    let mut selectors = Vec::with_capacity(meant.len());
    for Meant { mut selector, kind } in meant {
        if let Some(pattern) = &kind {
            selector.types = Some(of_pattern(call, pattern).await?);
        }
        selectors.push(selector);
    }
    Ok(selectors)
}

/// The page of the parameters.
pub(crate) fn page(call: &Call) -> Result<Page, Problem> {
    page_near(call, None)
}

/// The page of the parameters, which may be ordered by the distance of a geo-query.
pub(crate) fn page_near(call: &Call, geo: Option<&GeoFilter>) -> Result<Page, Problem> {
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
        order: call.get("orderBy").map(|text| order(text, call, geo)).transpose()?,
        ..Page::default()
    })
}

/// Refuses a page that ended before it was full, because what is on it is large: whoever counts on by `limit` would miss the rest.
pub(crate) fn whole(found: &Found, page: &Page) -> Result<(), Problem> {
    if found.more && found.entities.len() < page.limit {
        let detail = format!(
            "these entities are too large to be told at once; ask with limit={} or less",
            found.entities.len().max(1)
        );
        return Err(Problem::new(ErrorKind::TooComplex, detail).field("limit"));
    }
    Ok(())
}

/// `orderBy=temperature,!humidity`, or `geo:distance`.
fn order(text: &str, call: &Call, geo: Option<&GeoFilter>) -> Result<Order, Problem> {
    if text.strip_prefix('!').unwrap_or(text) == DISTANCE {
        return by_distance(geo, text.starts_with('!'));
    }
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

fn by_distance(geo: Option<&GeoFilter>, farthest: bool) -> Result<Order, Problem> {
    let is_near =
        |geo: &&GeoFilter| matches!(geo.relation(), GeoRelation::NearerThan(_) | GeoRelation::FartherThan(_));
    let near = geo
        .filter(is_near)
        .ok_or_else(|| Problem::bad(format!("`{DISTANCE}` needs georel=near")).field("orderBy"))?;
    let mut order = Order::nearest(near.reference().clone(), near.geoproperty().clone());
    if farthest {
        order.terms.iter_mut().for_each(|term| term.direction = Direction::Farthest);
    }
    Ok(order)
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
    Shape { form, attrs: owned("attrs"), metadata: owned("metadata"), ..Shape::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_was_cut_is_no_page() {
        let page = Page::first(10);
        let cut = Found { more: true, ..Found::default() };
        assert_eq!(whole(&cut, &page).unwrap_err().field.as_deref(), Some("limit"));
        assert!(whole(&Found::default(), &page).is_ok(), "the last page");
    }

    #[test]
    fn selectors_are_not_without_end() {
        let terms = Terms::default_core();
        let of = |text: &str, count: usize| {
            let one = Json::parse(text.as_bytes()).unwrap();
            selectors(&vec![one; count], &terms).map(|(meant, _)| meant.len())
        };
        assert_eq!(of(r#"{"id":"A"}"#, 1_000).unwrap(), 1_000);
        for (text, count) in [(r#"{"id":"A"}"#, 1_001), (r#"{"idPattern":"A"}"#, 65)] {
            assert_eq!(of(text, count).unwrap_err().kind, ErrorKind::TooComplex, "{text}");
        }
        for (text, field) in [
            (r#"{"id":5}"#, "id"),
            (r#"{"id":"A","idPattern":"B"}"#, "idPattern"),
            (r#"{"idPattern":".*","typePattern":["R"]}"#, "typePattern"),
            (r#"{"id":"A","type":"R","typePattern":"R"}"#, "typePattern"),
        ] {
            assert_eq!(of(text, 1).unwrap_err().field.as_deref(), Some(field), "{text}");
        }
    }
}
