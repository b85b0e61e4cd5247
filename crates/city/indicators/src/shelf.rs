//! The books that the worker keeps in memory, and which indicators it must leave alone for a while.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use senne_indicator::Declaration;
use senne_model::{ChangeNo, TenantName};

use crate::{book::Book, held::Held, touched::Key};

/// So many cells and values of all books stay in memory, some 100 bytes each.
const SIZE_MAX: usize = 600_000;

/// What there was not when an indicator was to be computed in full.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Lack {
    /// No data at all: the first days that come are all of it.
    Data,
    /// Data, but none that lies in an area: when some do, those before them are owed too.
    Areas,
}

/// A book on the shelf.
struct Shelved {
    book: Book,
    /// What [`Book::size`] said when it was put there: counting takes long.
    size: usize,
    /// When it was last used.
    used: u64,
}

/// The books of a worker.
#[derive(Default)]
pub(crate) struct Shelf {
    /// What waits.
    pub(crate) held: Held,
    /// When declarations that could not all be computed may be tried again.
    pub(crate) again_at: Option<Instant>,
    /// How often areas had moved when all was computed by them.
    pub(crate) areas: u64,
    books: HashMap<Key, Shelved>,
    /// Indicators that could not be computed in full, and what there was not.
    pub(crate) lacks: HashMap<Key, Lack>,
    /// When an indicator that must not be computed often was computed last.
    computed: HashMap<Key, Instant>,
    /// When what failed may be tried again.
    failed: HashMap<Key, Instant>,
    /// When an index was made last.
    pub(crate) indices: HashMap<Key, Instant>,
    turn: u64,
}

impl Shelf {
    /// Begins after a change.
    pub(crate) fn after(up_to: ChangeNo) -> Self {
        Self { held: Held::after(up_to), ..Self::default() }
    }

    /// Takes the book of an indicator out, to be put back when it has been worked with.
    pub(crate) fn take(&mut self, key: &Key, declaration: &Declaration) -> Book {
        let known = self.books.remove(key).map(|shelved| shelved.book);
        known.filter(|book| book.formula() == declaration.formula()).unwrap_or_else(|| Book::of(declaration))
    }

    /// Puts a book back, and gives those that were not used for the longest until the rest fits.
    #[must_use = "what finds no room goes to the disk"]
    pub(crate) fn put(&mut self, key: Key, book: Book) -> Vec<(Key, Book)> {
        self.turn += 1;
        let size = book.size();
        self.books.insert(key, Shelved { book, size, used: self.turn });
        let mut out = Vec::new();
        while self.size() > SIZE_MAX {
            let oldest =
                self.books.iter().min_by_key(|(_, shelved)| shelved.used).map(|(other, _)| other.clone());
            let Some((key, shelved)) = oldest.and_then(|key| self.books.remove_entry(&key)) else { break };
            out.push((key, shelved.book));
        }
        out
    }

    /// Forgets the book of an indicator.
    pub(crate) fn close(&mut self, key: &Key) {
        self.books.remove(key);
    }

    /// Forgets the books of a tenant.
    pub(crate) fn close_tenant(&mut self, tenant: &TenantName) {
        self.books.retain(|(of, _), _| of != tenant);
    }

    fn size(&self) -> usize {
        self.books.values().map(|shelved| shelved.size).sum()
    }

    /// Whether another book would most likely push one out.
    pub(crate) fn is_full(&self) -> bool {
        let largest = self.books.values().map(|shelved| shelved.size).max().unwrap_or_default();
        self.size() + largest > SIZE_MAX
    }

    /// Whether an indicator was computed, or failed, too short a while ago; if not, it is going to be computed now.
    pub(crate) fn rests(&mut self, key: &Key, declaration: &Declaration) -> bool {
        if self.failed.get(key).is_some_and(|until| Instant::now() < *until) {
            return true;
        }
        self.failed.remove(key);
        let seconds = declaration.computed.as_ref().map_or(0, |computed| computed.at_most_every_seconds);
        if seconds == 0 {
            return false;
        }
        let every = Duration::from_secs(u64::from(seconds));
        if self.computed.get(key).is_some_and(|last| last.elapsed() < every) {
            return true;
        }
        self.computed.insert(key.clone(), Instant::now());
        false
    }

    /// Forgets what is known of an indicator.
    pub(crate) fn forget(&mut self, key: &Key) {
        self.books.remove(key);
        self.lacks.remove(key);
    }

    /// What failed is left alone for a while.
    pub(crate) fn failed(&mut self, key: &Key, patience: Duration) {
        self.failed.insert(key.clone(), Instant::now() + patience);
    }
}
