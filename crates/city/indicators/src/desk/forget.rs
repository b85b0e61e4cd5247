//! Years that leave memory, and books that something else than a touched day made wrong.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, atomic::Ordering},
};

use senne_model::ChangeNo;

use super::Desk;
use crate::{
    book::Book,
    leaf::{Leaf, Year},
    leaves::Leaves,
    shelf::Shelf,
    touched::Key,
};

impl Desk {
    /// The leaves on disk, unless another desk follows the log: it alone knows what touches them.
    pub(super) fn leaves(&self) -> Option<&Arc<Leaves>> {
        let leaves = &self.indicators.leaves;
        (self.follows.load(Ordering::Acquire) || !leaves.is_followed()).then_some(leaves)
    }

    /// Keeps years of an indicator on disk.
    pub(super) async fn keep(&self, key: &Key, formula: &str, years: BTreeMap<Year, Leaf>) {
        if let Some(leaves) = self.leaves() {
            leaves.keep(key, formula, years.into_iter().collect()).await;
        }
    }

    /// Keeps all years of a book on disk.
    pub(super) async fn put_away(&self, key: &Key, book: Book) {
        let formula = book.formula().to_owned();
        self.keep(key, &formula, book.close()).await;
    }

    /// Puts a book on the shelf; those that it has no room for go to the disk.
    pub(super) async fn shelve(&self, shelf: &mut Shelf, key: Key, book: Book) {
        for (key, book) in shelf.put(key, book) {
            self.put_away(&key, book).await;
        }
    }

    /// Forgets the books whose published values somebody else wrote, and all of a tenant of which something was erased: they must not
    /// outlive what went into them.
    pub(super) async fn forget_wrong(&self, shelf: &mut Shelf) -> io::Result<()> {
        let (foreign, erased) = {
            let touched = self.touched.lock();
            (touched.foreign.clone(), touched.erased.clone())
        };
        for key in &foreign {
            shelf.close(key);
            self.indicators.leaves.forget(key).await?;
        }
        for tenant in &erased {
            shelf.close_tenant(tenant);
            self.indicators.leaves.forget_tenant(tenant).await?;
        }
        // Nothing was read of them since, so what came meanwhile is forgotten too.
        let mut touched = self.touched.lock();
        touched.foreign.retain(|key| !foreign.contains(key));
        touched.erased.retain(|tenant| !erased.contains(tenant));
        Ok(())
    }

    /// Moves the cursor, once the leaves that were taken are gone from the disk for good.
    pub(super) async fn move_cursor(&self, done: ChangeNo) {
        match self.indicators.leaves.settle().await {
            Ok(()) => self.durable.store(done.0, Ordering::Release),
            Err(error) => tracing::warn!("the folder of indicators could not be synced: {error}"),
        }
    }
}
