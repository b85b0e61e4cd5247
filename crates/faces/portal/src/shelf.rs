//! Values that are costly to make and good for a while: made once for all who wait, and made anew behind the back of
//! readers, who meanwhile get the last one.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use senne_model::Problem;
use tokio::sync::OnceCell;

/// How many values a shelf keeps.
const KEPT_MAX: usize = 64;
/// A value this many times older than it should be is no longer shown while a new one is made.
const PATIENCE: u32 = 10;

/// A shelf of values by key.
pub(crate) struct Shelf<K, T> {
    age_max: Duration,
    kept: Mutex<HashMap<K, Kept<T>>>,
}

struct Kept<T> {
    since: Instant,
    value: Arc<OnceCell<Arc<T>>>,
    /// Whether a new one is being made.
    renewing: bool,
}

impl<T> Kept<T> {
    fn new(value: OnceCell<Arc<T>>) -> Self {
        Self { since: Instant::now(), value: Arc::new(value), renewing: false }
    }
}

impl<K: Clone + Eq + Hash + Send + 'static, T: Send + Sync + 'static> Shelf<K, T> {
    pub(crate) fn new(age_max: Duration) -> Self {
        Self { age_max, kept: Mutex::default() }
    }

    /// The value of a key. `still_good` lets an old value pass as a new one; `make` makes one where it is needed.
    pub(crate) async fn get<F>(
        self: &Arc<Self>,
        key: K,
        still_good: impl FnOnce(&T) -> bool,
        make: F,
    ) -> Result<Arc<T>, Problem>
    where
        F: Future<Output = Result<T, Problem>> + Send + 'static,
    {
        let (slot, renew) = self.look(&key, still_good);
        if renew {
            let shelf = Arc::clone(self);
            tokio::spawn(async move {
                let made = make.await;
                shelf.put(key, made.map(Arc::new));
            });
            // A value that is renewed is there: `look` says so.
            return slot.get().map(Arc::clone).ok_or_else(|| Problem::internal("a kept value went missing"));
        }
        slot.get_or_try_init(|| async { make.await.map(Arc::new) }).await.map(Arc::clone)
    }

    /// The place of a key, and whether its value is to be renewed behind the back of the reader.
    fn look(&self, key: &K, still_good: impl FnOnce(&T) -> bool) -> (Arc<OnceCell<Arc<T>>>, bool) {
        let mut kept = self.lock();
        if kept.len() >= KEPT_MAX && !kept.contains_key(key) {
            kept.retain(|_, one| one.since.elapsed() < self.age_max);
        }
        if kept.len() >= KEPT_MAX && !kept.contains_key(key) {
            kept.clear();
        }
        let one = kept.entry(key.clone()).or_insert_with(|| Kept::new(OnceCell::new()));
        let age = one.since.elapsed();
        if age >= self.age_max
            && let Some(value) = one.value.get()
        {
            if still_good(value) {
                one.since = Instant::now();
            } else if age >= self.age_max * PATIENCE {
                *one = Kept::new(OnceCell::new());
            } else if !one.renewing {
                one.renewing = true;
                return (Arc::clone(&one.value), true);
            }
        }
        (Arc::clone(&one.value), false)
    }

    fn put(&self, key: K, made: Result<Arc<T>, Problem>) {
        let mut kept = self.lock();
        match made {
            Ok(value) => {
                kept.insert(key, Kept::new(OnceCell::new_with(Some(value))));
            }
            Err(problem) => {
                tracing::warn!(detail = %problem, "a kept value could not be made anew; the last one stays");
                if let Some(one) = kept.get_mut(&key) {
                    one.renewing = false;
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, Kept<T>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_value_is_made_once_and_renewed_behind_the_reader() {
        let shelf = Arc::new(Shelf::<(), usize>::new(Duration::from_millis(20)));
        let made = Arc::new(AtomicUsize::new(0));
        let ask = async |good: bool| {
            let made = Arc::clone(&made);
            *shelf.get((), |_| good, async move { Ok(made.fetch_add(1, Ordering::SeqCst)) }).await.unwrap()
        };
        assert_eq!((ask(false).await, ask(false).await), (0, 0));
        tokio::time::sleep(Duration::from_millis(25)).await;
        assert_eq!(ask(false).await, 0, "the last value, while a new one is made");
        tokio::time::sleep(Duration::from_millis(10)).await;
        assert_eq!(ask(false).await, 1);
        tokio::time::sleep(Duration::from_millis(25)).await;
        assert_eq!(ask(true).await, 1, "what is still good is not made anew");
        tokio::time::sleep(Duration::from_millis(5)).await;
        assert_eq!(made.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_failure_is_not_kept() {
        let shelf = Arc::new(Shelf::<u8, u8>::new(Duration::from_secs(9)));
        let failed = shelf.get(1, |_| true, async { Err(Problem::internal("no")) }).await;
        assert!(failed.is_err());
        assert_eq!(*shelf.get(1, |_| true, async { Ok(7) }).await.unwrap(), 7);
    }
}
