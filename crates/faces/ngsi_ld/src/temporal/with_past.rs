//! Which entities are known to have a past, so that adding to it need not ask each time.

use std::collections::HashSet;

use parking_lot::Mutex;
use senne_model::{EntityId, TenantName};

/// So many entities are remembered; then it is begun anew.
const ENTITIES_MAX: usize = 100_000;

/// Entities that were added to, and whose past was not erased through this face since.
#[derive(Debug, Default)]
pub(crate) struct WithPast(Mutex<HashSet<(TenantName, EntityId)>>);

impl WithPast {
    pub(crate) fn knows(&self, tenant: &TenantName, id: &EntityId) -> bool {
        self.0.lock().contains(&(tenant.clone(), id.clone()))
    }

    pub(crate) fn note(&self, tenant: &TenantName, id: &EntityId) {
        let mut known = self.0.lock();
        if known.len() >= ENTITIES_MAX {
            known.clear();
        }
        known.insert((tenant.clone(), id.clone()));
    }

    pub(crate) fn forget(&self, tenant: &TenantName, id: &EntityId) {
        self.0.lock().remove(&(tenant.clone(), id.clone()));
    }
}
