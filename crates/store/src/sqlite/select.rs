//! Finding entities: a plan that narrows by an index, then the whole query on each candidate.

use std::{collections::HashSet, sync::Arc};

use parking_lot::RwLock;
use rusqlite::{Connection, OptionalExtension, params, types::Value};
use senne_language::{Comparison, Literal, Operand, Query, Test};
use senne_model::{Entity, Name, Names, decode_entity};

use super::read::blob;
use crate::{Selected, Selection, StoreError};

/// Which rows are looked at, as SQL with its parameters; each gives `no, document` ordered by `no`.
struct Plan {
    sql: String,
    parameters: Vec<Value>,
    /// Whether every row that the plan gives matches, so that counting needs no look at the documents.
    exact: bool,
    /// Whether the rows come by an index in another order than their numbers. Then the numbers are sorted first and
    /// the documents fetched after: SQLite would sort the documents along with them.
    needs_sort: bool,
}

pub(super) fn select(
    connection: &Connection,
    tenant: i64,
    selection: &Selection<'_>,
    names: &RwLock<Names>,
    indexed: &HashSet<Name>,
) -> Result<Selected, StoreError> {
    let Some(plan) = plan(tenant, selection, &names.read(), indexed) else {
        return Ok(Selected { count: selection.count.then_some(0), ..Selected::default() });
    };
    let after = match selection.after {
        Some(id) => connection
            .query_row(
                "SELECT no FROM entity WHERE tenant = ?1 AND id = ?2",
                params![tenant, id.as_str()],
                |r| r.get(0),
            )
            .optional()?
            .unwrap_or(0),
        None => 0_i64,
    };
    if plan.exact && after == 0 {
        return by_plan_alone(connection, &plan, selection, names);
    }
    let mut selected = Selected::default();
    let mut matched = 0_u64;
    let wanted = selection.offset as u64 + selection.limit as u64;
    each_row(connection, &plan, |no, document| {
        if no <= after && !selection.count {
            return Ok(true);
        }
        let entity = decode_entity(document, &names.read())?;
        if !selection.query.matches(&entity) || !selection.may_see.is_none_or(|see| see(&entity)) {
            return Ok(true);
        }
        matched += 1;
        if no > after {
            keep(&mut selected, entity, matched, selection, wanted);
        }
        Ok(selection.count || !selected.more)
    })?;
    selected.count = selection.count.then_some(matched);
    Ok(selected)
}

/// Calls `each` with number and document of the rows of a plan in the order of their numbers, until it says false.
fn each_row(
    connection: &Connection,
    plan: &Plan,
    mut each: impl FnMut(i64, &[u8]) -> Result<bool, StoreError>,
) -> Result<(), StoreError> {
    let parameters = || rusqlite::params_from_iter(&plan.parameters);
    if !plan.needs_sort {
        let mut statement = connection.prepare_cached(&format!("{} ORDER BY entity.no", plan.sql))?;
        let mut rows = statement.query(parameters())?;
        while let Some(row) = rows.next()? {
            if !each(row.get(0)?, blob(row, 1)?)? {
                break;
            }
        }
        return Ok(());
    }
    // Both looks see the same state (S4).
    let _snapshot = connection.unchecked_transaction()?;
    let sql = plan.sql.replace("entity.no, entity.document", "entity.no");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut numbers: Vec<i64> =
        statement.query_map(parameters(), |row| row.get(0))?.collect::<Result<_, _>>()?;
    numbers.sort_unstable();
    let mut fetch = connection.prepare_cached("SELECT document FROM entity WHERE no = ?1")?;
    for no in numbers {
        let mut rows = fetch.query([no])?;
        let Some(row) = rows.next()? else { continue };
        if !each(no, blob(row, 0)?)? {
            break;
        }
    }
    Ok(())
}

fn keep(selected: &mut Selected, entity: Entity, matched: u64, selection: &Selection<'_>, wanted: u64) {
    let place = if selection.after.is_some() {
        selected.entities.len() as u64 + 1 + selection.offset as u64
    } else {
        matched
    };
    if place <= selection.offset as u64 {
        return;
    }
    if place <= wanted {
        selected.entities.push(Arc::new(entity));
    } else {
        selected.more = true;
    }
}

/// The index alone says what matches: SQLite counts and skips without reading documents.
fn by_plan_alone(
    connection: &Connection,
    plan: &Plan,
    selection: &Selection<'_>,
    names: &RwLock<Names>,
) -> Result<Selected, StoreError> {
    let mut selected = Selected::default();
    if selection.count {
        let sql = format!("SELECT count(*) FROM ({})", plan.sql.replace("entity.document", "1"));
        let mut statement = connection.prepare_cached(&sql)?;
        let count: i64 =
            statement.query_row(rusqlite::params_from_iter(&plan.parameters), |row| row.get(0))?;
        selected.count = Some(count as u64);
    }
    let sql =
        format!("{} ORDER BY entity.no LIMIT {} OFFSET {}", plan.sql, selection.limit + 1, selection.offset);
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(rusqlite::params_from_iter(&plan.parameters))?;
    while let Some(row) = rows.next()? {
        if selected.entities.len() == selection.limit {
            selected.more = true;
            break;
        }
        selected.entities.push(Arc::new(decode_entity(blob(row, 1)?, &names.read())?));
    }
    Ok(selected)
}

/// `None` when nothing can match (a type or an attribute that no entity ever had).
fn plan(tenant: i64, selection: &Selection<'_>, names: &Names, indexed: &HashSet<Name>) -> Option<Plan> {
    let query = selection.query;
    let mut joins = String::new();
    let mut conditions = vec!["entity.tenant = ?1".to_owned()];
    let mut parameters = vec![Value::Integer(tenant)];
    let mut exact = selection.may_see.is_none() && only_types(query);
    let mut needs_sort = false;
    if !query.ids.is_empty() {
        let marks = place_holders(&mut parameters, query.ids.iter().map(|id| Value::Text(id.to_string())));
        conditions.push(format!("entity.id IN ({marks})"));
        exact = false;
    } else if let Some(types) = query.types.as_ref().and_then(senne_language::TypeExpression::any_of) {
        let numbers: Vec<_> = types.iter().filter_map(|t| number(t, names)).collect();
        if numbers.is_empty() {
            return None;
        }
        exact &= numbers.len() == 1 && numbers[0] != 0;
        needs_sort = numbers.len() != 1;
        let marks = place_holders(&mut parameters, numbers.iter().map(|n| Value::Integer(i64::from(*n))));
        // With several types an entity may come twice; DISTINCT sees to that.
        joins.push_str(
            " JOIN entity_type ON entity_type.entity = entity.no AND entity_type.tenant = entity.tenant",
        );
        conditions.push(format!("entity_type.type IN ({marks})"));
    }
    if let Some([west, south, east, north]) = query.geo.as_ref().and_then(senne_language::GeoFilter::bounds) {
        (exact, needs_sort) = (false, true);
        let marks = place_holders(&mut parameters, [west, east, south, north].into_iter().map(Value::Real));
        let marks: Vec<_> = marks.split(", ").collect();
        joins.push_str(" JOIN entity_place ON entity_place.entity = entity.no");
        conditions.push(format!("entity_place.east >= {} AND entity_place.west <= {}", marks[0], marks[1]));
        conditions.push(format!("entity_place.north >= {} AND entity_place.south <= {}", marks[2], marks[3]));
    }
    if let Some(condition) = index_condition(query, names, indexed) {
        let (attribute, operator, value) = condition?;
        needs_sort = true;
        parameters.extend([Value::Integer(i64::from(attribute)), Value::Real(value)]);
        let last = parameters.len();
        let kind = "SELECT entity FROM entity_value WHERE attribute";
        conditions.push(format!("entity.no IN ({kind} = ?{} AND value {operator} ?{last})", last - 1));
    }
    let sql = format!(
        "SELECT DISTINCT entity.no, entity.document FROM entity{joins} WHERE {}",
        conditions.join(" AND ")
    );
    Some(Plan {
        sql: if exact || joins.is_empty() { sql.replace("DISTINCT ", "") } else { sql },
        parameters,
        exact,
        needs_sort,
    })
}

/// Whether the types alone decide, so that an index row is an answer.
fn only_types(query: &Query) -> bool {
    let rest = Query { types: None, ..query.clone() };
    rest.needs_nothing() && query.types.as_ref().is_none_or(|t| t.any_of().is_some())
}

/// The first comparison of the filter that an index of numbers can narrow by. `Some(None)`: no entity has the
/// attribute, so nothing can match. The whole query is still put to each candidate.
fn index_condition(
    query: &Query,
    names: &Names,
    indexed: &HashSet<Name>,
) -> Option<Option<(u32, &'static str, f64)>> {
    let comparisons = query.filter.as_ref()?.indexable();
    comparisons.iter().filter(|c| indexed.contains(c.path.attribute())).find_map(|comparison| {
        let (operator, value) = operator(comparison)?;
        Some(number(comparison.path.attribute(), names).map(|n| (n, operator, value)))
    })
}

fn operator(comparison: &Comparison) -> Option<(&'static str, f64)> {
    let (operator, literal) = match &comparison.test {
        Test::Equal(Operand::OneOf(values)) => match values.as_slice() {
            [only] => ("=", only),
            _ => return None,
        },
        Test::Equal(Operand::Range(from, _)) => (">=", from),
        // With the bound itself, since a large integer may be rounded onto it in the index.
        Test::Greater(literal) | Test::GreaterOrEqual(literal) => (">=", literal),
        Test::Less(literal) | Test::LessOrEqual(literal) => ("<=", literal),
        _ => return None,
    };
    match literal {
        Literal::Integer(i) => Some((operator, *i as f64)),
        Literal::Decimal(x) => Some((operator, *x)),
        _ => None,
    }
}

/// The number by which index rows know a name; names beyond the dictionary's bound share 0.
fn number(name: &Name, names: &Names) -> Option<u32> {
    names.number(name).or_else(|| names.is_full().then_some(0))
}

fn place_holders(parameters: &mut Vec<Value>, values: impl Iterator<Item = Value>) -> String {
    let mut marks = Vec::new();
    for value in values {
        parameters.push(value);
        marks.push(format!("?{}", parameters.len()));
    }
    marks.join(", ")
}
