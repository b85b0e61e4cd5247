//! The one writer: group commit.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Instant,
};

use rusqlite::{Connection, params};
use senne_model::{
    Applied, ApplyError, Change, ChangeNo, Entity, EntityId, Judge, Names, Operation, TenantName, Timestamp,
    Write, apply, encode_change, encode_entity, expire,
};

use super::{
    Shared, expiry,
    group::{Overlay, Slot},
    pruning, read, schema,
    sums::Sum,
    types,
    wal::WriteAheadLog,
};
use crate::{
    Erased, Erasure, Group, Reply, Request, StoreError, StoreWriter, Written,
    cache::{Key, Row},
};

/// Pruning gives this many pages back at once, so that writers wait some milliseconds at most.
const FREED_PAGES_MAX: u32 = 2_000;

/// Who takes away what has expired.
const HOUSE: &str = "senne";

pub(super) struct SqliteWriter {
    pub(super) connection: Connection,
    pub(super) write_ahead_log: WriteAheadLog,
    pub(super) shared: Arc<Shared>,
    /// The writer's own dictionary; the readers' is brought up to it before each commit.
    pub(super) names: Names,
    pub(super) head: ChangeNo,
    /// The number of the next new entity; 0 when it must be looked up.
    pub(super) next_entity: i64,
    pub(super) scratch: Vec<u8>,
}

impl Drop for SqliteWriter {
    /// Nobody waits any more: all free pages are given back.
    fn drop(&mut self) {
        if let Err(error) = self.give_back(0) {
            tracing::warn!(%error, "free pages could not be given back: {error}");
        }
    }
}

/// What one group has gathered before it is written.
#[derive(Default)]
pub(super) struct Gathered {
    overlay: Overlay,
    replies: Vec<Result<Reply, StoreError>>,
    pub(super) changes: Vec<Arc<Change>>,
    new_tenants: Vec<(TenantName, i64)>,
}

impl SqliteWriter {
    pub(super) fn new(connection: Connection, write_ahead_log: WriteAheadLog, shared: Arc<Shared>) -> Self {
        let names = shared.names.read().clone();
        let head = ChangeNo(shared.head.load(Ordering::Acquire));
        Self { connection, write_ahead_log, shared, names, head, next_entity: 0, scratch: Vec::new() }
    }

    fn gather(
        &mut self,
        group: Vec<Request>,
        at: Timestamp,
        judge: &dyn Judge,
    ) -> Result<Gathered, StoreError> {
        let mut gathered = Gathered::default();
        let (mut logged, mut of_tenant) = (0, None);
        for mut request in group {
            let writes = std::mem::take(&mut request.writes);
            let tenant = self.tenant(&request.tenant, &mut gathered)?;
            if let Some(other) = of_tenant.replace(tenant).filter(|other| *other != tenant) {
                self.log(other, &gathered.changes[logged..])?;
                logged = gathered.changes.len();
            }
            let reply = match self.apply_request(&request, writes, tenant, at, judge, &mut gathered) {
                Ok(reply) => reply,
                Err(error) if error.is_of_one_row() => {
                    gathered.replies.push(Err(error));
                    continue;
                }
                Err(error) => return Err(error),
            };
            let failed_whole = request.all_or_nothing && reply.results.iter().any(Result::is_err);
            if let Some((source, position)) = request.position.as_ref().filter(|_| !failed_whole) {
                let sql = "INSERT INTO position (tenant, source, position, sum) VALUES (?1, ?2, ?3, ?4)
                           ON CONFLICT (tenant, source)
                           DO UPDATE SET position = excluded.position, sum = excluded.sum";
                let sum = Sum::new().number(tenant).bytes(source.as_bytes()).bytes(position.as_bytes());
                let row = params![tenant, source, position, sum.value()];
                self.connection.prepare_cached(sql)?.execute(row)?;
            }
            gathered.replies.push(Ok(reply));
        }
        if let Some(tenant) = of_tenant {
            self.log(tenant, &gathered.changes[logged..])?;
        }
        Ok(gathered)
    }

    fn apply_request(
        &mut self,
        request: &Request,
        writes: Vec<Write>,
        tenant: i64,
        at: Timestamp,
        judge: &dyn Judge,
        gathered: &mut Gathered,
    ) -> Result<Reply, StoreError> {
        let saved = if request.all_or_nothing {
            gathered.overlay.save(writes.iter().map(|w| (tenant, w.entity.clone())))
        } else {
            Vec::new()
        };
        // All that can fail of a single row is done before anything is changed: a damaged one takes no other request along.
        let mut places = Vec::with_capacity(writes.len());
        for write in &writes {
            let (connection, shared, names) = (&self.connection, &self.shared, &self.names);
            let key = (tenant, write.entity.clone());
            places.push(gathered.overlay.place(key, |key| load(connection, shared, names, key))?);
        }
        let (first_change, first_head) = (gathered.changes.len(), self.head);
        let mut results = Vec::with_capacity(writes.len());
        for (write, place) in writes.into_iter().zip(places) {
            let slot = gathered.overlay.at(place);
            results.push(self.one(write, slot, request, at, judge, &mut gathered.changes));
        }
        if request.all_or_nothing && results.iter().any(Result::is_err) {
            gathered.overlay.restore(saved);
            gathered.changes.truncate(first_change);
            self.head = first_head;
            let failed = results.iter().find_map(|r| r.as_ref().err().cloned());
            if let Some(failed) = failed {
                results.iter_mut().filter(|r| r.is_ok()).for_each(|r| *r = Err(failed.clone()));
            }
        }
        Ok(Reply { results })
    }

    fn one(
        &mut self,
        write: Write,
        slot: &mut Slot,
        request: &Request,
        at: Timestamp,
        judge: &dyn Judge,
        changes: &mut Vec<Arc<Change>>,
    ) -> Result<Written, ApplyError> {
        // What is no longer valid goes before anything is done to the entity, as if the house had been kept just now.
        if write.operation != Operation::Expire
            && let Some(applied) = expire(&mut slot.now, at)
        {
            slot.changed = true;
            self.log_change(&write.entity, request, at, applied, HOUSE, changes);
        }
        let entity = write.entity.clone();
        // Whoever overwrites nothing and wants all or nothing is refused where something is there; the caller puts the slot back.
        let strict = request.all_or_nothing && write.operation == (Operation::Append { keep: true });
        let applied: Applied = apply(&mut slot.now, write, at, judge)?;
        if strict && let Some((name, reason)) = applied.not_updated.first() {
            return Err(ApplyError::Left(name.clone(), reason.clone()));
        }
        slot.changed |= applied.state_changed;
        let (outcome, not_updated) = (applied.outcome, applied.not_updated.clone());
        self.log_change(&entity, request, at, applied, &request.actor, changes);
        Ok(Written { outcome, change: self.head, not_updated })
    }

    /// Numbers what a write did, when it did something.
    fn log_change(
        &mut self,
        entity: &EntityId,
        request: &Request,
        at: Timestamp,
        applied: Applied,
        actor: &str,
        changes: &mut Vec<Arc<Change>>,
    ) {
        let Some(kind) = applied.kind else { return };
        self.head.0 += 1;
        changes.push(Arc::new(Change {
            no: self.head,
            tenant: request.tenant.clone(),
            actor: Box::from(actor),
            recorded_at: at,
            entity: entity.clone(),
            types: applied.types,
            kind,
            before: applied.before,
            attributes: applied.changed,
        }));
    }

    /// One log row for changes of one tenant that follow one another in a group.
    pub(super) fn log(&mut self, tenant: i64, changes: &[Arc<Change>]) -> Result<(), StoreError> {
        let Some(first) = changes.first() else { return Ok(()) };
        self.scratch.clear();
        for change in changes {
            encode_change(change, &mut self.names, &mut self.scratch);
        }
        let sql = "INSERT INTO log (no, tenant, count, body, sum) VALUES (?1, ?2, ?3, ?4, ?5)";
        let (no, count) = (first.no.0 as i64, changes.len() as i64);
        let sum = Sum::new().number(no).number(tenant).number(count).bytes(&self.scratch);
        let row = params![no, tenant, count, self.scratch, sum.value()];
        self.connection.prepare_cached(sql)?.execute(row)?;
        Ok(())
    }

    /// Writes the state rows and their index rows.
    fn write_state(&mut self, slots: impl Iterator<Item = Slot>) -> Result<Vec<Stored>, StoreError> {
        let mut stored = Vec::new();
        for slot in slots {
            let tenant = slot.key.0;
            let no = match (slot.no, &slot.now) {
                (Some(no), _) => no,
                (None, Some(_)) => self.take_entity_no()?,
                // Made and removed within one group: nothing of it is on disk.
                (None, None) => continue,
            };
            self.write_row(tenant, no, &slot)?;
            let (before, now) = (slot.before.as_deref(), slot.now.as_ref());
            types::update(&self.connection, tenant, no, before, now, &mut self.names)?;
            expiry::update(&self.connection, tenant, no, before, now)?;
            let now = slot.now.map(|entity| Row { no, entity: Arc::new(entity) });
            stored.push(Stored { key: slot.key, no, before: slot.before, now });
        }
        Ok(stored)
    }

    fn write_row(&mut self, tenant: i64, no: i64, slot: &Slot) -> Result<(), StoreError> {
        let Some(entity) = &slot.now else {
            self.connection.prepare_cached("DELETE FROM entity WHERE no = ?1")?.execute([no])?;
            return Ok(());
        };
        self.scratch.clear();
        encode_entity(entity, &mut self.names, &mut self.scratch);
        let sum = Sum::new().number(no).number(tenant).bytes(&self.scratch).value();
        if slot.no.is_some() {
            let sql = "UPDATE entity SET document = ?2, sum = ?3 WHERE no = ?1";
            self.connection.prepare_cached(sql)?.execute(params![no, self.scratch, sum])?;
        } else {
            let sql = "INSERT INTO entity (no, tenant, id, document, sum) VALUES (?1, ?2, ?3, ?4, ?5)";
            self.connection.prepare_cached(sql)?.execute(params![
                no,
                tenant,
                entity.id.as_str(),
                self.scratch,
                sum
            ])?;
        }
        Ok(())
    }

    fn take_entity_no(&mut self) -> Result<i64, StoreError> {
        if self.next_entity == 0 {
            let last: Option<i64> =
                self.connection.query_row("SELECT max(no) FROM entity", [], |row| row.get(0))?;
            self.next_entity = last.unwrap_or(0) + 1;
        }
        let no = self.next_entity;
        self.next_entity += 1;
        Ok(no)
    }

    pub(super) fn tenant(&self, name: &TenantName, gathered: &mut Gathered) -> Result<i64, StoreError> {
        let new = gathered.new_tenants.iter().find(|(n, _)| n == name).map(|(_, no)| *no);
        if let Some(no) = new.or_else(|| self.shared.tenant(name)) {
            return Ok(no);
        }
        self.connection.prepare_cached("INSERT INTO tenant (name) VALUES (?1)")?.execute([name.as_str()])?;
        let no = self.connection.last_insert_rowid();
        let sum = Sum::new().number(no).bytes(name.as_bytes()).value();
        self.connection.prepare_cached("UPDATE tenant SET sum = ?2 WHERE no = ?1")?.execute([no, sum])?;
        gathered.new_tenants.push((name.clone(), no));
        Ok(no)
    }

    /// Gives free pages back to the file system, `pages` at most (0 is all). Each step of the statement frees one.
    pub(super) fn give_back(&self, pages: u32) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare(&format!("PRAGMA incremental_vacuum({pages})"))?;
        let mut rows = statement.query([])?;
        while rows.next()?.is_some() {}
        Ok(())
    }

    pub(super) fn write_names(&self, known: usize) -> Result<(), StoreError> {
        let sql = "INSERT INTO name (no, text, sum) VALUES (?1, ?2, ?3)";
        for (offset, name) in self.names.added_since(known).iter().enumerate() {
            let no = (known + offset + 1) as i64;
            let sum = Sum::new().number(no).bytes(name.as_bytes()).value();
            self.connection.prepare_cached(sql)?.execute(params![no, name.as_str(), sum])?;
        }
        Ok(())
    }

    /// Everything from BEGIN up to COMMIT.
    fn transact(
        &mut self,
        group: Vec<Request>,
        at: Timestamp,
        judge: &dyn Judge,
    ) -> Result<Done, StoreError> {
        let known = self.names.len();
        self.connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        let mut gathered = self.gather(group, at, judge)?;
        let slots = std::mem::take(&mut gathered.overlay).into_changed();
        let stored = self.write_state(slots)?;
        self.write_names(known)?;
        set_log_state(&self.connection, self.head, schema::load_log_state(&self.connection)?.1)?;
        self.show_names(known);
        Ok(Done { stored, gathered })
    }

    /// Before the commit, so that no reader meets a name that it cannot look up.
    pub(super) fn show_names(&self, known: usize) {
        let mut readers = self.shared.names.write();
        for name in self.names.added_since(known) {
            readers.restore(name.clone());
        }
    }

    /// The commit, and what readers are to see of it from then on.
    pub(super) fn finish(&self, Done { stored, gathered }: Done) -> Result<Group, StoreError> {
        let gate = self.shared.columns.gate();
        let started = Instant::now();
        self.connection.prepare_cached("COMMIT")?.execute([])?;
        tracing::trace!(micros = started.elapsed().as_micros() as u64, "commit");
        self.shared.tenants.write().extend(gathered.new_tenants);
        let entities = stored
            .iter()
            .map(|s| (s.key.0, s.no, s.before.as_deref(), s.now.as_ref().map(|row| &*row.entity)));
        gate.publish(entities);
        self.shared.cache.publish(stored.into_iter().map(|s| (s.key, s.now)));
        self.shared.head.store(self.head.0, Ordering::Release);
        Ok(Group { replies: gathered.replies, changes: gathered.changes })
    }
}

pub(super) fn set_log_state(
    connection: &Connection,
    head: ChangeNo,
    pruned: ChangeNo,
) -> Result<(), StoreError> {
    let (head, pruned) = (head.0 as i64, pruned.0 as i64);
    let sum = Sum::new().number(1).number(head).number(pruned).value();
    let sql = "UPDATE log_state SET head = ?1, pruned = ?2, sum = ?3";
    connection.prepare_cached(sql)?.execute([head, pruned, sum])?;
    Ok(())
}

pub(super) struct Done {
    pub(super) stored: Vec<Stored>,
    pub(super) gathered: Gathered,
}

/// An entity as it was and as it is on disk.
pub(super) struct Stored {
    pub(super) key: Key,
    pub(super) no: i64,
    pub(super) before: Option<Arc<Entity>>,
    pub(super) now: Option<Row>,
}

fn load(
    connection: &Connection,
    shared: &Shared,
    names: &Names,
    key: &Key,
) -> Result<Option<(i64, Arc<Entity>)>, StoreError> {
    if let Some(row) = shared.cache.get(key) {
        return Ok(Some((row.no, row.entity)));
    }
    Ok(read::entity(connection, key.0, &key.1, names)?.map(|row| (row.no, row.entity)))
}

impl StoreWriter for SqliteWriter {
    fn commit(&mut self, group: Vec<Request>, at: Timestamp, judge: &dyn Judge) -> Result<Group, StoreError> {
        let before = self.before();
        let done = self.transact(group, at, judge);
        done.and_then(|done| self.finish(done)).inspect_err(|error| self.roll_back(&before, error))
    }

    fn erase(&mut self, erasure: &Erasure, at: Timestamp) -> Result<Erased, StoreError> {
        let before = self.before();
        self.erase_now(erasure, at, before.names).inspect_err(|error| self.roll_back(&before, error))
    }

    fn note_erasure(&mut self, id: &str, record: &str) -> Result<(), StoreError> {
        self.update_erasure("UPDATE erasure SET record = ?2 WHERE id = ?1", id, record)
    }

    fn forget_erased(&mut self, id: &str, record: &str) -> Result<(), StoreError> {
        self.update_erasure("UPDATE erasure SET record = ?2, entities = NULL WHERE id = ?1", id, record)
    }

    fn settle_erasure(&mut self, id: &str, record: &str) -> Result<(), StoreError> {
        let sql = "UPDATE erasure SET record = ?2, entities = NULL, settled = 1 WHERE id = ?1";
        self.update_erasure(sql, id, record)
    }

    fn scrub(&mut self, anew: bool) -> Result<bool, StoreError> {
        self.scrub_now(anew)
    }

    fn recover(&mut self) -> Result<ChangeNo, StoreError> {
        self.recover_now()
    }

    fn set_cursors(&mut self, cursors: &[(String, ChangeNo)]) -> Result<(), StoreError> {
        pruning::set_cursors(&self.connection, cursors)
    }

    fn prune(&mut self, upto: ChangeNo) -> Result<(), StoreError> {
        pruning::prune(&self.connection, upto)?;
        self.give_back(FREED_PAGES_MAX)
    }

    fn tidy(&mut self) -> Result<(), StoreError> {
        self.write_ahead_log.tend(&self.connection)
    }
}
