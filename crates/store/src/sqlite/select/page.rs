//! A page that is filled by looking at candidates one by one.

use std::{cmp::Ordering, sync::Arc};

use rusqlite::Connection;
use senne_language::OrderKey;
use senne_model::{Entity, EntityId, Timestamp, decode_entity};

use super::{
    super::{
        Shared, live,
        read::{self, document},
    },
    plan::{Plan, Rows},
};
use crate::{Place, Selected, Selection, StoreError};

/// A page ends early when its entities take this many bytes on disk, so that memory stays bounded whatever they are.
pub(super) const BYTES_MAX: usize = 32 << 20;

/// After so many looks it is asked whether anybody still waits for the page.
const LOOKS: u64 = 256;

/// The page that is being filled.
pub(super) struct Page<'a> {
    tenant: i64,
    selection: &'a Selection<'a>,
    shared: &'a Arc<Shared>,
    now: Timestamp,
    place: Place,
    /// How many rows were looked at.
    looks: u64,
    /// How many match.
    matched: u64,
    /// How many match and belong to the pages from here on.
    passed: usize,
    bytes: usize,
    /// Whether one more matches than the page takes.
    full: bool,
    numbers: Vec<i64>,
    entities: Vec<Arc<Entity>>,
    /// With an order: the first of those seen, and not many more.
    ranked: Vec<(OrderKey, i64, Arc<Entity>)>,
}

impl<'a> Page<'a> {
    pub(super) fn new(
        tenant: i64,
        selection: &'a Selection<'a>,
        place: Place,
        shared: &'a Arc<Shared>,
        now: Timestamp,
    ) -> Self {
        let (numbers, entities, ranked) = (Vec::new(), Vec::new(), Vec::new());
        let (looks, matched, passed, bytes, full) = (0, 0, 0, 0, false);
        Self {
            tenant,
            selection,
            shared,
            now,
            place,
            looks,
            matched,
            passed,
            bytes,
            full,
            numbers,
            entities,
            ranked,
        }
    }

    fn after(&self) -> i64 {
        if let Place::After(no) = self.place { no } else { 0 }
    }

    /// Counting needs a look at every row, those before the page too.
    fn from(&self) -> i64 {
        if self.counts() { 0 } else { self.after() }
    }

    fn counts(&self) -> bool {
        self.selection.count && !matches!(self.place, Place::Before(_))
    }

    /// `None`: the columns are not there yet, or the first `most` candidates do not fill the page.
    pub(super) fn by_columns(
        mut self,
        connection: &Connection,
        plan: &Plan,
        most: usize,
    ) -> Result<Option<Selected>, StoreError> {
        // The transaction begins with its first look, and sees the groups that the columns show (S4).
        let _snapshot = connection.unchecked_transaction()?;
        let Some(numbers) = self.candidates(connection, plan, most)? else { return Ok(None) };
        let unfilled = self.fetch(connection, numbers.iter())?;
        Ok((!unfilled || numbers.len() < most).then(|| self.finish()))
    }

    fn candidates(
        &self,
        connection: &Connection,
        plan: &Plan,
        most: usize,
    ) -> Result<Option<Vec<i64>>, StoreError> {
        let pin =
            || Ok(connection.prepare_cached("SELECT head FROM log_state")?.query_row([], |_| Ok(()))?);
        self.shared.columns.candidates(&plan.wanted, self.from(), most, pin)
    }

    pub(super) fn by_walk(mut self, connection: &Connection, rows: &Rows) -> Result<Selected, StoreError> {
        let _snapshot = connection.unchecked_transaction()?;
        if rows.ordered {
            self.walk(connection, rows)?;
        } else {
            let mut numbers = rows.numbers(connection, self.from())?;
            numbers.sort_unstable();
            self.fetch(connection, numbers.iter())?;
        }
        Ok(self.finish())
    }

    /// The page that ends before a number: candidates are looked at from there back.
    pub(super) fn backwards(mut self, connection: &Connection, plan: &Plan) -> Result<Selected, StoreError> {
        let Place::Before(end) = self.place else { return Ok(Selected::default()) };
        let _snapshot = connection.unchecked_transaction()?;
        let numbers = self.all(connection, plan)?;
        self.fetch(connection, numbers.iter().rev().filter(|no| **no < end))?;
        Ok(self.finish())
    }

    /// How many match.
    pub(super) fn counted(mut self, connection: &Connection, plan: &Plan) -> Result<Option<u64>, StoreError> {
        let _snapshot = connection.unchecked_transaction()?;
        let numbers = self.all(connection, plan)?;
        self.fetch(connection, numbers.iter())?;
        Ok(Some(self.matched))
    }

    /// The numbers of all candidates, in order.
    fn all(&self, connection: &Connection, plan: &Plan) -> Result<Vec<i64>, StoreError> {
        if plan.wanted.is_any()
            && let Some(numbers) = self.candidates(connection, plan, usize::MAX)?
        {
            return Ok(numbers);
        }
        let mut numbers = plan.walk.numbers(connection, 0)?;
        numbers.sort_unstable();
        Ok(numbers)
    }

    fn walk(&mut self, connection: &Connection, rows: &Rows) -> Result<(), StoreError> {
        let mut statement = connection.prepare_cached(&rows.documents())?;
        let mut found = statement.query(rows.parameters(self.from()))?;
        while let Some(row) = found.next()? {
            if !self.look(connection, row.get(0)?, document(row)?)? {
                break;
            }
        }
        Ok(())
    }

    /// Looks at rows by their numbers; says whether more are wanted.
    fn fetch<'n>(
        &mut self,
        connection: &Connection,
        numbers: impl Iterator<Item = &'n i64>,
    ) -> Result<bool, StoreError> {
        let sql = "SELECT no, tenant, document, sum FROM entity WHERE no = ?1 AND tenant = ?2";
        let mut statement = connection.prepare_cached(sql)?;
        for no in numbers {
            let mut rows = statement.query([*no, self.tenant])?;
            let Some(row) = rows.next()? else { continue };
            if !self.look(connection, *no, document(row)?)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Takes a row when it matches; says whether more are wanted.
    fn look(&mut self, connection: &Connection, no: i64, document: &[u8]) -> Result<bool, StoreError> {
        self.looks += 1;
        if self.looks.is_multiple_of(LOOKS) {
            self.selection.go_on()?;
        }
        let mut entity = decode_entity(document, &self.shared.names.read())?;
        if entity.has_expired(self.now) {
            if entity.is_expired(self.now) {
                return Ok(true);
            }
            entity.strip_expired(self.now);
        }
        let (query, find) = (self.selection.query, |id: &str| self.linked(connection, id));
        let matching = match self.selection.see {
            None => query.matches_with(&entity, &find).then(|| Arc::new(entity)),
            Some(see) => see(Arc::new(entity)).filter(|entity| query.matches_with(entity, &find)),
        };
        if let Some(entity) = matching {
            self.matched += 1;
            if no > self.after() {
                self.keep(no, entity, document.len());
            }
        }
        Ok(self.counts() || self.selection.order.is_some() || !self.full)
    }

    /// The target of a relationship, as far as it may be seen. One that cannot be read leads nowhere.
    fn linked(&self, connection: &Connection, id: &str) -> Option<Arc<Entity>> {
        let key = (self.tenant, EntityId::trusted(id));
        let found = if let Some(row) = self.shared.cache.get(&key) {
            row.entity
        } else {
            let read = read::entity(connection, self.tenant, &key.1, &self.shared.names.read());
            read.ok().flatten()?.entity
        };
        let found = live(found, self.now)?;
        match self.selection.see {
            Some(see) => see(found),
            None => Some(found),
        }
    }

    fn keep(&mut self, no: i64, entity: Arc<Entity>, bytes: usize) {
        if let Some(order) = self.selection.order {
            self.ranked.push((order.key_of(&entity), no, entity));
            let wanted = self.wanted();
            if self.ranked.len() > 2 * wanted + 1024 {
                self.rank();
                self.ranked.truncate(wanted);
            }
            return;
        }
        self.passed += 1;
        if self.passed <= self.selection.offset {
            return;
        }
        if self.entities.len() < self.selection.limit && self.bytes <= BYTES_MAX && !self.full {
            self.bytes += bytes;
            self.numbers.push(no);
            self.entities.push(entity);
        } else {
            self.full = true;
        }
    }

    /// How many are needed to tell the page and whether more come after it.
    fn wanted(&self) -> usize {
        self.selection.offset.saturating_add(self.selection.limit).saturating_add(1)
    }

    fn rank(&mut self) {
        let Some(order) = self.selection.order else { return };
        let ids = |a: &Entity, b: &Entity| -> Ordering { a.id.as_str().cmp(b.id.as_str()) };
        self.ranked.sort_by(|(a, _, x), (b, _, y)| order.compare_keys(a, b).then_with(|| ids(x, y)));
    }

    fn finish(mut self) -> Selected {
        let mut selected = Selected { count: self.counts().then_some(self.matched), ..Selected::default() };
        if self.selection.order.is_some() {
            self.rank();
            let (offset, limit) = (self.selection.offset, self.selection.limit);
            selected.less = offset > 0;
            selected.more = self.ranked.len() > offset.saturating_add(limit);
            let page = self.ranked.into_iter().skip(offset).take(limit);
            selected.entities = page.map(|(_, _, entity)| entity).collect();
            return selected;
        }
        let backwards = matches!(self.place, Place::Before(_));
        if backwards {
            self.entities.reverse();
            self.numbers.reverse();
        }
        (selected.less, selected.more) = match self.place {
            Place::Start => (self.selection.offset > 0, self.full),
            Place::After(_) => (true, self.full),
            Place::Before(_) => (self.full, true),
        };
        selected.span = self.numbers.first().copied().zip(self.numbers.last().copied());
        selected.entities = self.entities;
        selected
    }
}
