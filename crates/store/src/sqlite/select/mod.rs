//! Finding entities: a plan that narrows by an index, then the whole query on each candidate.

mod exact;
mod page;
mod plan;

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};
use senne_model::{EntityId, Timestamp};

use self::page::Page;
use super::{Shared, expiry, fill};
use crate::{Place, Selected, Selection, StoreError};

pub(super) fn select(
    connection: &Connection,
    tenant: i64,
    selection: &Selection<'_>,
    shared: &Arc<Shared>,
) -> Result<Selected, StoreError> {
    let Some(plan) = plan::plan(tenant, selection, &shared.names.read(), &shared.columns) else {
        return Ok(Selected { count: selection.count.then_some(0), ..Selected::default() });
    };
    let now = Timestamp::now();
    let place = match (selection.after, selection.place) {
        (Some(id), _) => Place::After(number(connection, tenant, id)?),
        (None, place) => place,
    };
    // What the index says does not tell what has expired and was not yet taken away.
    if plan.exact && selection.order.is_none() && !expiry::any(connection, now)? {
        return exact::select(connection, &plan.walk, selection, place, shared);
    }
    let page = |place| Page::new(tenant, selection, place, shared, now);
    if let Place::Before(_) = place {
        let mut selected = page(place).backwards(connection, &plan)?;
        if selection.count {
            selected.count = page(Place::Start).counted(connection, &plan)?;
        }
        return Ok(selected);
    }
    if plan.wanted.is_any() {
        // Mostly a handful of candidates fills the page; else all of them are taken, and of one state again.
        let handful = 2 * (selection.offset + selection.limit) + 64;
        let all = selection.count || selection.order.is_some();
        for most in [handful, usize::MAX].into_iter().skip(usize::from(all)) {
            if let Some(selected) = page(place).by_columns(connection, &plan, most)? {
                return Ok(selected);
            }
        }
        fill::columns(shared);
    }
    page(place).by_walk(connection, &plan.walk)
}

/// The number of an entity; 0 when it is not there.
fn number(connection: &Connection, tenant: i64, id: &EntityId) -> Result<i64, StoreError> {
    let mut statement = connection.prepare_cached("SELECT no FROM entity WHERE tenant = ?1 AND id = ?2")?;
    Ok(statement.query_row(params![tenant, id.as_str()], |row| row.get(0)).optional()?.unwrap_or(0))
}
