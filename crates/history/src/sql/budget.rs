//! How much memory one query may use, within what all may.

use std::sync::Arc;

use datafusion::{
    common::DataFusionError,
    execution::{
        memory_pool::{FairSpillPool, MemoryConsumer, MemoryLimit, MemoryPool, MemoryReservation},
        runtime_env::{RuntimeEnv, RuntimeEnvBuilder},
    },
};

use crate::engine::Engine;

/// The common surroundings of queries, with a budget of its own.
pub(super) fn runtime(engine: &Engine, bytes_max: usize) -> Arc<RuntimeEnv> {
    let shared = &engine.runtime;
    let pool =
        Budget { shared: Arc::clone(&shared.memory_pool), own: FairSpillPool::new(bytes_max), bytes_max };
    let own = RuntimeEnvBuilder::from_runtime_env(shared).with_memory_pool(Arc::new(pool)).build_arc();
    own.unwrap_or_else(|_| Arc::clone(shared))
}

/// Steps that can go to disk share what the others leave, so that none starves.
#[derive(Debug)]
struct Budget {
    shared: Arc<dyn MemoryPool>,
    own: FairSpillPool,
    bytes_max: usize,
}

impl std::fmt::Display for Budget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {} bytes", self.own.reserved(), self.bytes_max)
    }
}

impl MemoryPool for Budget {
    fn name(&self) -> &'static str {
        "budget"
    }

    fn register(&self, consumer: &MemoryConsumer) {
        self.own.register(consumer);
        self.shared.register(consumer);
    }

    fn unregister(&self, consumer: &MemoryConsumer) {
        self.own.unregister(consumer);
        self.shared.unregister(consumer);
    }

    fn grow(&self, reservation: &MemoryReservation, additional: usize) {
        self.own.grow(reservation, additional);
        self.shared.grow(reservation, additional);
    }

    fn shrink(&self, reservation: &MemoryReservation, shrink: usize) {
        self.own.shrink(reservation, shrink);
        self.shared.shrink(reservation, shrink);
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<(), DataFusionError> {
        self.own.try_grow(reservation, additional)?;
        self.shared
            .try_grow(reservation, additional)
            .inspect_err(|_| self.own.shrink(reservation, additional))
    }

    fn reserved(&self) -> usize {
        self.own.reserved()
    }

    fn memory_limit(&self) -> MemoryLimit {
        MemoryLimit::Finite(self.bytes_max)
    }
}
