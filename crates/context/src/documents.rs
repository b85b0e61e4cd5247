//! Documents by their URL, with what they take, and which of them go first.

use std::{collections::HashMap, sync::Arc};

use crate::StoredContext;

/// Documents by URL.
#[derive(Default)]
pub(crate) struct Documents {
    pub(crate) by_url: HashMap<Box<str>, Arc<StoredContext>>,
    /// About how many bytes they take in all.
    bytes: usize,
}

impl Documents {
    /// Takes in a document, in place of an older one with the same URL.
    pub(crate) fn insert(&mut self, stored: StoredContext) {
        self.remove(&stored.url);
        self.bytes += stored.bytes;
        self.by_url.insert(stored.url.clone(), Arc::new(stored));
    }

    /// Removes a document; whether it was there.
    pub(crate) fn remove(&mut self, url: &str) -> bool {
        let removed = self.by_url.remove(url);
        self.bytes -= removed.as_ref().map_or(0, |stored| stored.bytes);
        removed.is_some()
    }

    /// How many documents there are beside the one at a URL, and what they take.
    fn beside(&self, url: &str) -> (usize, usize) {
        let own = self.by_url.get(url);
        let bytes = self.bytes - own.map_or(0, |stored| stored.bytes);
        (self.by_url.len() - usize::from(own.is_some()), bytes)
    }

    /// The same of those that may not be dropped.
    pub(crate) fn staying_beside(&self, url: &str) -> (usize, usize) {
        let staying = self.by_url.values().filter(|stored| !stored.passing && *stored.url != *url);
        staying.fold((0, 0), |(count, bytes), stored| (count + 1, bytes + stored.bytes))
    }

    /// Drops what was not used for longest, until at most `count` documents are left that take at most `bytes`, beside the one
    /// at a URL. Fetched and implicitly created ones go by their use alone: if one kind went first, who brings many of the other
    /// would drive out all of it, also what is in use.
    pub(crate) fn shrink_beside(&mut self, url: &str, count: usize, bytes: usize) {
        let fits = |(others, taken): (usize, usize)| others <= count && taken <= bytes;
        if fits(self.beside(url)) {
            return;
        }
        let passing = self.by_url.values().filter(|stored| stored.passing && *stored.url != *url);
        let mut passing: Vec<Arc<StoredContext>> = passing.map(Arc::clone).collect();
        // Uses are noted meanwhile, so each is looked at once.
        passing.sort_by_cached_key(|stored| stored.last_used());
        for oldest in passing {
            self.remove(&oldest.url);
            if fits(self.beside(url)) {
                return;
            }
        }
    }
}
