//! Finding entities: a plan that narrows by an index, then the whole query on each candidate.

mod plan;

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};
use senne_model::{Entity, decode_entity};

use self::plan::{Plan, Rows};
use super::{Shared, fill, read::blob};
use crate::{Selected, Selection, StoreError};

/// The columns are asked for at most this many candidates at once.
const HANDFUL_MAX: usize = 1 << 16;

pub(super) fn select(
    connection: &Connection,
    tenant: i64,
    selection: &Selection<'_>,
    shared: &Arc<Shared>,
) -> Result<Selected, StoreError> {
    let Some(plan) = plan::plan(tenant, selection, &shared.names.read(), &shared.columns) else {
        return Ok(Selected { count: selection.count.then_some(0), ..Selected::default() });
    };
    // All documents are of the same state. The columns that name candidates may be a group older or newer: what then
    // matches no more is left out, what matches since is not yet there (see the decision record 0002).
    let _snapshot = connection.unchecked_transaction()?;
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
        return by_plan_alone(connection, &plan.walk, selection, shared);
    }
    let selected = Selected::default();
    let mut page = Page { tenant, selection, shared, after, matched: 0, passed: 0, selected };
    page.fill(connection, &plan)?;
    page.selected.count = selection.count.then_some(page.matched);
    Ok(page.selected)
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
    fn fill(&mut self, connection: &Connection, plan: &Plan) -> Result<(), StoreError> {
        // Counting needs a look at every row, those before the page too.
        let from = if self.selection.count { 0 } else { self.after };
        if plan.wanted.is_any() {
            if let Some(done) = self.by_columns(connection, plan, from) {
                return done;
            }
            fill::columns(self.shared);
        }
        if plan.walk.ordered {
            return self.walk(connection, &plan.walk, from);
        }
        let mut numbers = plan.walk.numbers(connection, from)?;
        numbers.sort_unstable();
        self.fetch(connection, &numbers).map(|_| ())
    }

    /// Handful by handful, so that a page that is soon full costs little. `None`: the columns are not there yet.
    fn by_columns(
        &mut self,
        connection: &Connection,
        plan: &Plan,
        mut from: i64,
    ) -> Option<Result<(), StoreError>> {
        let mut most = if self.selection.count {
            HANDFUL_MAX
        } else {
            (2 * (self.selection.offset + self.selection.limit) + 64).min(HANDFUL_MAX)
        };
        loop {
            let numbers = self.shared.columns.candidates(&plan.wanted, from, most)?;
            let more = match self.fetch(connection, &numbers) {
                Ok(more) => more,
                Err(error) => return Some(Err(error)),
            };
            match numbers.last() {
                Some(last) if more && numbers.len() == most => from = *last,
                _ => return Some(Ok(())),
            }
            most = (most * 2).min(HANDFUL_MAX);
        }
    }

    fn walk(&mut self, connection: &Connection, rows: &Rows, from: i64) -> Result<(), StoreError> {
        let mut statement = connection.prepare_cached(&rows.documents())?;
        let mut found = statement.query(rows.parameters(from))?;
        while let Some(row) = found.next()? {
            if !self.look(row.get(0)?, blob(row, 1)?)? {
                break;
            }
        }
        Ok(())
    }

    /// Looks at rows by their numbers; says whether more are wanted.
    fn fetch(&mut self, connection: &Connection, numbers: &[i64]) -> Result<bool, StoreError> {
        let sql = "SELECT document FROM entity WHERE no = ?1 AND tenant = ?2";
        let mut statement = connection.prepare_cached(sql)?;
        for no in numbers {
            let mut rows = statement.query([*no, self.tenant])?;
            let Some(row) = rows.next()? else { continue };
            if !self.look(*no, blob(row, 0)?)? {
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
        selected.entities.push(Arc::new(decode_entity(blob(row, 1)?, &shared.names.read())?));
    }
    Ok(selected)
}
