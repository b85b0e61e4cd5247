//! Finding entities: a plan that narrows by an index, then the whole query on each candidate.

mod plan;

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};
use senne_model::{Entity, EntityId, decode_entity};

use self::plan::{Plan, Rows};
use super::{Shared, fill, read::document};
use crate::{Selected, Selection, StoreError};

pub(super) fn select(
    connection: &Connection,
    tenant: i64,
    selection: &Selection<'_>,
    shared: &Arc<Shared>,
) -> Result<Selected, StoreError> {
    let Some(plan) = plan::plan(tenant, selection, &shared.names.read(), &shared.columns) else {
        return Ok(Selected { count: selection.count.then_some(0), ..Selected::default() });
    };
    let after = match selection.after {
        Some(id) => number(connection, tenant, id)?,
        None => 0,
    };
    if plan.exact && after == 0 {
        return by_plan_alone(connection, &plan.walk, selection, shared);
    }
    let page =
        || Page { tenant, selection, shared, after, matched: 0, passed: 0, selected: Selected::default() };
    if plan.wanted.is_any() {
        // Mostly a handful of candidates fills the page; else all of them are taken, and of one state again.
        let handful = 2 * (selection.offset + selection.limit) + 64;
        for most in [handful, usize::MAX].into_iter().skip(usize::from(selection.count)) {
            if let Some(selected) = page().by_columns(connection, &plan, most)? {
                return Ok(selected);
            }
        }
        fill::columns(shared);
    }
    page().by_walk(connection, &plan.walk)
}

/// The number of an entity; 0 when it is not there.
fn number(connection: &Connection, tenant: i64, id: &EntityId) -> Result<i64, StoreError> {
    let mut statement = connection.prepare_cached("SELECT no FROM entity WHERE tenant = ?1 AND id = ?2")?;
    Ok(statement.query_row(params![tenant, id.as_str()], |row| row.get(0)).optional()?.unwrap_or(0))
}

/// The page that is being filled.
struct Page<'a> {
    tenant: i64,
    selection: &'a Selection<'a>,
    shared: &'a Arc<Shared>,
    after: i64,
    /// How many match.
    matched: u64,
    /// How many match and come after `after`.
    passed: usize,
    selected: Selected,
}

impl Page<'_> {
    /// Counting needs a look at every row, those before the page too.
    fn from(&self) -> i64 {
        if self.selection.count { 0 } else { self.after }
    }

    /// `None`: the columns are not there yet, or the first `most` candidates do not fill the page.
    fn by_columns(
        mut self,
        connection: &Connection,
        plan: &Plan,
        most: usize,
    ) -> Result<Option<Selected>, StoreError> {
        // The transaction begins with its first look, and sees the groups that the columns show (S4).
        let _snapshot = connection.unchecked_transaction()?;
        let pin =
            || Ok(connection.prepare_cached("SELECT head FROM log_state")?.query_row([], |_| Ok(()))?);
        let found = self.shared.columns.candidates(&plan.wanted, self.from(), most, pin);
        let found: Result<_, StoreError> = found;
        let Some(numbers) = found? else { return Ok(None) };
        let unfilled = self.fetch(connection, &numbers)?;
        Ok((!unfilled || numbers.len() < most).then(|| self.finish()))
    }

    fn by_walk(mut self, connection: &Connection, rows: &Rows) -> Result<Selected, StoreError> {
        let _snapshot = connection.unchecked_transaction()?;
        if rows.ordered {
            self.walk(connection, rows)?;
        } else {
            let mut numbers = rows.numbers(connection, self.from())?;
            numbers.sort_unstable();
            self.fetch(connection, &numbers)?;
        }
        Ok(self.finish())
    }

    fn finish(mut self) -> Selected {
        self.selected.count = self.selection.count.then_some(self.matched);
        self.selected
    }

    fn walk(&mut self, connection: &Connection, rows: &Rows) -> Result<(), StoreError> {
        let mut statement = connection.prepare_cached(&rows.documents())?;
        let mut found = statement.query(rows.parameters(self.from()))?;
        while let Some(row) = found.next()? {
            if !self.look(row.get(0)?, document(row)?)? {
                break;
            }
        }
        Ok(())
    }

    /// Looks at rows by their numbers; says whether more are wanted.
    fn fetch(&mut self, connection: &Connection, numbers: &[i64]) -> Result<bool, StoreError> {
        let sql = "SELECT no, tenant, document, sum FROM entity WHERE no = ?1 AND tenant = ?2";
        let mut statement = connection.prepare_cached(sql)?;
        for no in numbers {
            let mut rows = statement.query([*no, self.tenant])?;
            let Some(row) = rows.next()? else { continue };
            if !self.look(*no, document(row)?)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Takes a row when it matches; says whether more are wanted.
    fn look(&mut self, no: i64, document: &[u8]) -> Result<bool, StoreError> {
        let entity = decode_entity(document, &self.shared.names.read())?;
        let selection = self.selection;
        if selection.query.matches(&entity) && selection.may_see.is_none_or(|see| see(&entity)) {
            self.matched += 1;
            if no > self.after {
                self.keep(entity);
            }
        }
        Ok(selection.count || !self.selected.more)
    }

    fn keep(&mut self, entity: Entity) {
        self.passed += 1;
        if self.passed <= self.selection.offset {
            return;
        }
        if self.selected.entities.len() < self.selection.limit {
            self.selected.entities.push(Arc::new(entity));
        } else {
            self.selected.more = true;
        }
    }
}

/// The index alone says what matches: SQLite counts and skips without reading documents.
fn by_plan_alone(
    connection: &Connection,
    rows: &Rows,
    selection: &Selection<'_>,
    shared: &Shared,
) -> Result<Selected, StoreError> {
    let _snapshot = connection.unchecked_transaction()?;
    let mut selected = Selected::default();
    if selection.count {
        let mut statement = connection.prepare_cached(&rows.count())?;
        let count: i64 = statement.query_row(rows.parameters(0), |row| row.get(0))?;
        selected.count = Some(count as u64);
    }
    let sql = format!("{} LIMIT {} OFFSET {}", rows.documents(), selection.limit + 1, selection.offset);
    let mut statement = connection.prepare(&sql)?;
    let mut found = statement.query(rows.parameters(0))?;
    while let Some(row) = found.next()? {
        if selected.entities.len() == selection.limit {
            selected.more = true;
            break;
        }
        selected.entities.push(Arc::new(decode_entity(document(row)?, &shared.names.read())?));
    }
    Ok(selected)
}
