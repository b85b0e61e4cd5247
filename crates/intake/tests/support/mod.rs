//! A sink in memory that keeps every version, and can be made to fail.

use std::{collections::HashMap, sync::Mutex};

use futures::future::BoxFuture;
use senne_intake::{KnownPart, KnownValue, Sink, SinkReceipt};
use senne_model::{ErrorKind, Problem, Write};

#[derive(Default)]
pub(crate) struct Memory {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    writes: Vec<Write>,
    positions: HashMap<String, String>,
    batches: usize,
    fail_after: Option<usize>,
}

#[allow(dead_code)]
impl Memory {
    pub(crate) fn failing_after(batches: usize) -> Self {
        Self { inner: Mutex::new(Inner { fail_after: Some(batches), ..Inner::default() }) }
    }

    pub(crate) fn heal(&self) {
        self.inner.lock().unwrap().fail_after = None;
    }

    pub(crate) fn observations(&self) -> usize {
        let inner = self.inner.lock().unwrap();
        let of = inner.writes.iter().flat_map(|w| &w.attributes);
        of.filter(|a| a.instances[0].observed_at.is_some()).count()
    }

    pub(crate) fn fixed(&self) -> usize {
        let inner = self.inner.lock().unwrap();
        let of = inner.writes.iter().flat_map(|w| &w.attributes);
        of.filter(|a| a.instances[0].observed_at.is_none()).count()
    }
}

impl Sink for Memory {
    fn write(
        &self,
        writes: Vec<Write>,
        position: Option<(String, String)>,
    ) -> BoxFuture<'_, Result<SinkReceipt, Problem>> {
        Box::pin(async move {
            let mut inner = self.inner.lock().unwrap();
            if inner.fail_after == Some(inner.batches) {
                return Err(Problem::new(ErrorKind::StorageFull, "the disk is full"));
            }
            inner.batches += 1;
            let receipt = SinkReceipt { updated: writes.len() as u64, ..SinkReceipt::default() };
            inner.writes.extend(writes);
            inner.positions.extend(position);
            Ok(receipt)
        })
    }

    fn position(&self, source: &str) -> BoxFuture<'_, Result<Option<String>, Problem>> {
        let held = self.inner.lock().unwrap().positions.get(source).cloned();
        Box::pin(async { Ok(held) })
    }

    fn known(&self, part: KnownPart) -> BoxFuture<'_, Result<Vec<KnownValue>, Problem>> {
        let inner = self.inner.lock().unwrap();
        let mut known = Vec::new();
        for write in inner.writes.iter().filter(|w| part.entities.contains(&w.entity)) {
            for attribute in write.attributes.iter().filter(|a| part.attributes.contains(&a.name)) {
                let instance = &attribute.instances[0];
                if let Some(at) = instance.observed_at.filter(|at| (part.from..=part.to).contains(at)) {
                    known.push(KnownValue {
                        entity: write.entity.clone(),
                        attribute: attribute.name.clone(),
                        observed_at: at,
                        value: instance.value.clone(),
                    });
                }
            }
        }
        Box::pin(async { Ok(known) })
    }
}
