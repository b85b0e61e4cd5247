//! Going back to what is on disk: of a transaction that failed, and of work that broke off.

use std::sync::atomic::Ordering;

use senne_model::ChangeNo;

use super::{schema, writer::SqliteWriter};
use crate::StoreError;

/// To go back to when a transaction fails.
pub(super) struct Before {
    pub(super) names: usize,
    head: ChangeNo,
    next_entity: i64,
}

impl SqliteWriter {
    pub(super) fn before(&self) -> Before {
        Before { names: self.names.len(), head: self.head, next_entity: self.next_entity }
    }

    /// Takes back what a transaction that failed has done.
    pub(super) fn roll_back(&mut self, before: &Before, error: &StoreError) {
        if !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK").ok();
        }
        self.names.roll_back(before.names);
        self.shared.names.write().roll_back(before.names);
        (self.head, self.next_entity) = (before.head, before.next_entity);
        if matches!(error, StoreError::Full) {
            self.write_ahead_log.disk_is_full();
        }
    }

    /// Work may have broken off anywhere, also after its commit and while that was being shown: nothing that is in memory is
    /// believed any more. What readers might meet half changed goes first, since the disk may not answer.
    pub(super) fn recover_now(&mut self) -> Result<ChangeNo, StoreError> {
        self.shared.columns.forget();
        self.shared.cache.clear();
        if !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK")?;
        }
        let names = schema::load_names(&self.connection)?;
        let tenants = schema::load_tenants(&self.connection)?;
        let head = schema::load_log_state(&self.connection)?.0;
        self.shared.names.write().clone_from(&names);
        *self.shared.tenants.write() = tenants;
        (self.names, self.head) = (names, head);
        self.shared.head.store(head.0, Ordering::Release);
        Ok(head)
    }
}
