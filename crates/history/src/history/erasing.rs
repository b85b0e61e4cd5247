//! Erasing entities from the history: hidden at once, then taken out of every file.

use std::{sync::Arc, time::Duration};

use senne_model::{ChangeNo, EntityId, TenantName};

use super::History;
use crate::{
    HistoryError, Look, RowsOf, Swept, ToErase, background, disk,
    erase::{self, Hidden},
    schema::Kind,
    steps,
};

impl History {
    /// From here on no reader sees anything that was recorded of these entities up to a change, be it in files, in memory, or
    /// handed over later. Holds for this process: after a restart it must be said again, before anybody reads.
    pub fn hide(&self, tenant: &TenantName, entities: &[EntityId], upto: ChangeNo) {
        let hidden = Hidden::new(entities, upto);
        let tenant = self.tenant_or_new(tenant);
        let mut all = tenant.hidden.write();
        if !all.iter().any(|known| known.covers(&hidden)) {
            all.push(hidden);
        }
    }

    /// How many rows there are of these entities up to a change, table by table, and in which files.
    pub async fn rows_of(
        &self,
        tenant: &TenantName,
        entities: &[EntityId],
        upto: ChangeNo,
    ) -> Result<RowsOf, HistoryError> {
        let part = ToErase { entities: entities.to_vec(), upto };
        Ok(self.rows_of_each(tenant, std::slice::from_ref(&part)).await?.pop().unwrap_or_default())
    }

    /// How many rows there are of each of several erasures, hidden or not; each file is read once for all of them.
    pub async fn rows_of_each(
        &self,
        tenant: &TenantName,
        parts: &[ToErase],
    ) -> Result<Vec<RowsOf>, HistoryError> {
        let Some(tenant) = self.tenant(tenant) else { return Ok(vec![RowsOf::default(); parts.len()]) };
        let _reading = tenant.reading();
        let mut snapshot = tenant.snapshot().map_err(steps::failed)?;
        snapshot.show(&Hidden::of(parts));
        erase::rows_of(&self.engine, &snapshot, parts).await
    }

    /// Takes everything that was recorded of these entities up to a change, part by part, out of memory and out of every file, and
    /// the bytes off the disk, in one pass for all. They must have been hidden, and everything up to the changes handed over.
    /// Questions that still read old files are waited for, as long as `patience`. What was done before a crash is not done again.
    pub async fn erase(
        &self,
        tenant: &TenantName,
        parts: &[ToErase],
        patience: Duration,
    ) -> Result<Swept, HistoryError> {
        // What is in memory goes the way of all rows, and is taken out with the others.
        self.flush().await?;
        let _turns = (self.compacting.lock().await, self.flushing.lock().await);
        let Some(tenant) = self.tenant(tenant) else { return Ok(Swept::default()) };
        let hidden = Hidden::of(parts);
        let swept = erase::erase(&self.engine, &tenant, &hidden, patience).await?;
        tenant.hidden.write().retain(|known| !hidden.covers(known));
        Ok(swept)
    }

    /// Reads every file of a tenant from the first value to the last, and tells where the entities of these erasures are named.
    pub async fn look_for(&self, tenant: &TenantName, parts: &[ToErase]) -> Result<Look, HistoryError> {
        let _turns = (self.compacting.lock().await, self.flushing.lock().await);
        let Some(tenant) = self.tenant(tenant) else { return Ok(Look::default()) };
        let hidden = Hidden::of(parts);
        background::tidy(move || {
            let (files, mut all) = (tenant.files(), Look::default());
            for kind in Kind::ALL {
                all.join(erase::look(&tenant.dir.join(kind.folder()), &files(kind), &hidden)?);
            }
            Ok(all)
        })
        .await
    }

    /// Takes away everything of a tenant: what is in memory, and its folder with all tables. Questions that still read its files end
    /// with an error. What comes for it later is kept as for any tenant. May be done again when it failed.
    pub async fn forget_tenant(&self, tenant: &TenantName) -> Result<(), HistoryError> {
        let _turns = (self.compacting.lock().await, self.flushing.lock().await);
        let gone = self.tenants.write().remove(tenant);
        let _tables = match &gone {
            Some(gone) => Some(gone.tables.lock().await),
            None => None,
        };
        self.engine.forget_footers();
        // Also when nothing is known of it any more: what was begun before and failed is ended now.
        let dir = self.config.dir.join(tenant.as_str());
        match std::fs::remove_dir_all(&dir) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(disk::error("removing", &dir)(error))
            }
            _ => Ok(()),
        }
    }

    /// The folder with everything that this history keeps.
    pub fn folder(&self) -> Arc<std::path::Path> {
        self.config.dir.as_path().into()
    }
}
