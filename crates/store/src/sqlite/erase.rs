//! Taking entities out of state and log, with the record of it, in one transaction.

use std::{collections::HashSet, sync::Arc};

use rusqlite::{Connection, params};
use senne_model::{
    Change, ChangeNo, EntityId, Names, Needles, TenantName, Timestamp, decode_change, encode_change,
};

use super::{
    Shared, expiry, read, schema,
    sums::Sum,
    types,
    writer::{Done, Gathered, SqliteWriter, Stored, set_log_state},
};
use crate::{Erased, Erasure, StoreError, StoredErasure, Trace};

impl SqliteWriter {
    pub(super) fn erase_now(
        &mut self,
        erasure: &Erasure,
        at: Timestamp,
        known: usize,
    ) -> Result<Erased, StoreError> {
        let mut gathered = Gathered::default();
        self.connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        let tenant = self.tenant(&erasure.tenant, &mut gathered)?;
        let upto = self.head;
        let stored = if erasure.past_only { Vec::new() } else { self.remove(tenant, &erasure.entities)? };
        let changes = self.rewrite_log(tenant, &erasure.tenant, &erasure.entities)?;
        let trace = Trace { entities: stored.len() as u64, changes };
        for pseudonym in &erasure.pseudonyms {
            self.head.0 += 1;
            gathered.changes.push(Arc::new(marker(self.head, erasure, pseudonym, at)));
        }
        self.log(tenant, &gathered.changes)?;
        set_log_state(&self.connection, self.head, schema::load_log_state(&self.connection)?.1)?;
        self.record(tenant, erasure, upto, trace)?;
        self.write_names(known)?;
        self.show_names(known);
        let group = self.finish(Done { stored, gathered })?;
        Ok(Erased { upto, changes: group.changes, trace })
    }

    /// Removes state and index rows of those that are there.
    fn remove(&mut self, tenant: i64, entities: &[EntityId]) -> Result<Vec<Stored>, StoreError> {
        let mut stored = Vec::new();
        for id in entities {
            let Some(row) = read::entity(&self.connection, tenant, id, &self.names)? else { continue };
            self.connection.prepare_cached("DELETE FROM entity WHERE no = ?1")?.execute([row.no])?;
            types::update(&self.connection, tenant, row.no, Some(&row.entity), None, &mut self.names)?;
            expiry::update(&self.connection, tenant, row.no, Some(&row.entity), None)?;
            let key = (tenant, id.clone());
            stored.push(Stored { key, no: row.no, before: Some(row.entity), now: None });
        }
        Ok(stored)
    }

    /// Writes the rows of the log anew that hold changes of these entities; gives how many changes these are.
    fn rewrite_log(
        &mut self,
        tenant: i64,
        name: &TenantName,
        entities: &[EntityId],
    ) -> Result<u64, StoreError> {
        let wanted = Wanted::new(entities);
        let rows = row_numbers(&self.connection, tenant)?;
        let mut count = 0;
        for (no, changes) in rows {
            let Some(body) = body(&self.connection, (no, tenant, changes))? else { continue };
            let found = wanted.changes(&body, &self.names, (no, changes), name)?;
            let Some(found) = found else { continue };
            let mut fresh = Vec::with_capacity(body.len());
            for change in found {
                if wanted.entities.contains(&change.entity) {
                    count += 1;
                    encode_change(&change.erased(), &mut self.names, &mut fresh);
                } else {
                    encode_change(&change, &mut self.names, &mut fresh);
                }
            }
            let sum = Sum::new().number(no).number(tenant).number(changes).bytes(&fresh).value();
            let sql = "UPDATE log SET body = ?2, sum = ?3 WHERE no = ?1";
            self.connection.prepare_cached(sql)?.execute(params![no, fresh, sum])?;
        }
        Ok(count)
    }

    fn record(&self, tenant: i64, erasure: &Erasure, upto: ChangeNo, trace: Trace) -> Result<(), StoreError> {
        let entities = erasure.entities.iter().map(EntityId::as_str).collect::<Vec<_>>().join("\n");
        let sql =
            "INSERT INTO erasure (id, tenant, upto, past_only, removed, rewritten, settled, record, entities)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8)";
        self.connection.execute(
            sql,
            params![
                erasure.id,
                tenant,
                upto.0 as i64,
                erasure.past_only,
                trace.entities as i64,
                trace.changes as i64,
                erasure.record,
                entities
            ],
        )?;
        Ok(())
    }

    pub(super) fn update_erasure(&mut self, sql: &str, id: &str, record: &str) -> Result<(), StoreError> {
        self.connection.execute(sql, params![id, record])?;
        Ok(())
    }

    pub(super) fn scrub_now(&mut self, anew: bool) -> Result<bool, StoreError> {
        if anew || !schema::is_always_secure(&self.connection)? {
            self.connection.execute_batch("VACUUM")?;
            schema::set_always_secure(&self.connection)?;
        } else {
            self.give_back(0)?;
        }
        self.write_ahead_log.empty(&self.connection)
    }
}

/// The change that an erasure is for one entity.
fn marker(no: ChangeNo, erasure: &Erasure, pseudonym: &EntityId, at: Timestamp) -> Change {
    Change {
        no,
        tenant: erasure.tenant.clone(),
        actor: "senne".into(),
        recorded_at: at,
        entity: pseudonym.clone(),
        types: std::iter::empty().collect(),
        kind: senne_model::ChangeKind::Erased,
        before: None,
        attributes: Vec::new(),
    }
}

/// The rows of the log of a tenant: the number of the first change, and how many changes.
fn row_numbers(connection: &Connection, tenant: i64) -> Result<Vec<(i64, i64)>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT no, count FROM log WHERE tenant = ?1 ORDER BY no")?;
    let rows = statement.query_map([tenant], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The body of a row of the log, when it is there. One that is not what was written must not be written anew under a checksum that
/// fits.
fn body(
    connection: &Connection,
    (no, tenant, count): (i64, i64, i64),
) -> Result<Option<Vec<u8>>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT body, sum FROM log WHERE no = ?1")?;
    let mut rows = statement.query([no])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let body = read::blob(row, 0)?;
    Sum::new().number(no).number(tenant).number(count).bytes(body).check(row, 1, "log", no)?;
    Ok(Some(body.to_vec()))
}

/// What is looked for in the log.
struct Wanted<'a> {
    entities: HashSet<&'a EntityId>,
    needles: Needles,
}

impl<'a> Wanted<'a> {
    fn new(entities: &'a [EntityId]) -> Self {
        Self { entities: entities.iter().collect(), needles: Needles::new(entities) }
    }

    /// The changes of a row when one of them is of these entities. Most rows are passed by without being read in full.
    fn changes(
        &self,
        body: &[u8],
        names: &Names,
        (first, count): (i64, i64),
        tenant: &TenantName,
    ) -> Result<Option<Vec<Change>>, StoreError> {
        if !self.needles.is_in(body) {
            return Ok(None);
        }
        let (mut rest, mut changes) = (body, Vec::with_capacity(count as usize));
        for no in first..first + count {
            let (change, after) = decode_change(rest, names, ChangeNo(no as u64), tenant)?;
            rest = after;
            changes.push(change);
        }
        Ok(changes.iter().any(|change| self.entities.contains(&change.entity)).then_some(changes))
    }
}

pub(super) fn trace(
    connection: &Connection,
    tenant: i64,
    entities: &[EntityId],
    shared: &Shared,
) -> Result<Trace, StoreError> {
    let mut trace = Trace::default();
    for id in entities {
        let there = read::entity(connection, tenant, id, &shared.names.read())?.is_some();
        trace.entities += u64::from(there);
    }
    let (wanted, name) = (Wanted::new(entities), shared.tenant_name(tenant).unwrap_or_default());
    for (no, count) in row_numbers(connection, tenant)? {
        // It may have been pruned meanwhile.
        let Some(body) = body(connection, (no, tenant, count))? else { continue };
        let found = wanted.changes(&body, &shared.names.read(), (no, count), &name)?;
        let found = found.into_iter().flatten().filter(|change| wanted.entities.contains(&change.entity));
        trace.changes += found.count() as u64;
    }
    Ok(trace)
}

pub(super) fn stored(connection: &Connection, shared: &Shared) -> Result<Vec<StoredErasure>, StoreError> {
    let sql = "SELECT id, tenant, upto, past_only, removed, rewritten, settled, record, entities FROM erasure ORDER BY no";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let entities: Option<String> = row.get(8)?;
        all.push(StoredErasure {
            id: row.get(0)?,
            tenant: shared.tenant_name(row.get(1)?).unwrap_or_default(),
            upto: ChangeNo(row.get::<_, i64>(2)? as u64),
            past_only: row.get(3)?,
            trace: Trace { entities: row.get::<_, i64>(4)? as u64, changes: row.get::<_, i64>(5)? as u64 },
            settled: row.get(6)?,
            record: row.get(7)?,
            entities: entities.map(|list| list.lines().map(EntityId::trusted).collect()),
        });
    }
    Ok(all)
}
