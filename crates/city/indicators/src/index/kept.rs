//! The last tables that were made, so that the same values are not put together again.

use std::{
    collections::{BTreeMap, VecDeque},
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use parking_lot::Mutex;
use senne_indicator::{CompositeIndex, Figure, IndexTable, Period};
use senne_model::{EntityId, Problem};
use tokio::sync::{OnceCell, Semaphore};

use super::Values;

/// So many tables are kept, some 30 kB each.
const TABLES_MAX: usize = 64;
/// So many are made at once: anybody may ask for one, and each takes a core for a while.
const MADE_AT_ONCE: usize = 2;

/// What a table follows from: nothing else changes it, whoever asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// The digest of what it is made by, the choices of the caller in it.
    formula: String,
    period: Period,
    /// Of the values themselves: their numbers, intervals, status and vintage.
    values: u64,
}

impl Key {
    pub(super) fn of(index: &CompositeIndex, areas: &[EntityId], values: &Values, period: Period) -> Self {
        let mut hasher = DefaultHasher::new();
        areas.iter().for_each(|area| area.as_str().hash(&mut hasher));
        for (indicator, by_area) in values {
            indicator.hash(&mut hasher);
            by_area.iter().for_each(|(area, figure)| add(&mut hasher, area, figure));
        }
        Self { formula: index.formula(), period, values: hasher.finish() }
    }
}

fn add(hasher: &mut DefaultHasher, area: &EntityId, figure: &Figure) {
    let value = &figure.value;
    let bits = |x: f64| x.to_bits();
    let ends = value.interval.map(|(low, high)| (bits(low), bits(high)));
    (area.as_str(), value.number.map(bits), ends, value.status.word(), value.simulated, figure.vintage.0)
        .hash(hasher);
}

type Slot = Arc<OnceCell<Arc<IndexTable>>>;

/// The tables, the one used last in front.
pub(crate) struct Kept {
    tables: Mutex<VecDeque<(Key, Slot)>>,
    making: Semaphore,
}

impl Default for Kept {
    fn default() -> Self {
        Self { tables: Mutex::default(), making: Semaphore::new(MADE_AT_ONCE) }
    }
}

impl Kept {
    /// The table of a key, made by `make` when it is not there; who asks for the same meanwhile waits for it.
    pub(super) async fn get<F>(&self, key: Key, make: F) -> Result<Arc<IndexTable>, Problem>
    where
        F: Future<Output = Result<IndexTable, Problem>>,
    {
        let slot = self.slot(key);
        let made = slot.get_or_try_init(|| async {
            let permit = self.making.acquire().await;
            let _permit = permit.map_err(|_| Problem::internal("no more indices are made"))?;
            metrics::counter!("senne_index_made_total").increment(1);
            make.await.map(Arc::new)
        });
        made.await.map(Arc::clone)
    }

    fn slot(&self, key: Key) -> Slot {
        let mut tables = self.tables.lock();
        let known = tables.iter().position(|(other, _)| *other == key);
        let entry = known.and_then(|place| tables.remove(place)).unwrap_or_else(|| (key, Slot::default()));
        let slot = Arc::clone(&entry.1);
        tables.push_front(entry);
        tables.truncate(TABLES_MAX);
        slot
    }
}

/// What may be seen of each indicator: by indicator and area.
pub(super) fn of_period(found: BTreeMap<String, Vec<Figure>>, period: Period) -> Values {
    let mut values = Values::new();
    for (indicator, figures) in found {
        let of_period = figures.into_iter().filter(|figure| figure.period == period);
        values.insert(indicator, of_period.map(|figure| (figure.area.clone(), figure)).collect());
    }
    values
}

#[cfg(test)]
mod tests {
    use senne_indicator::Catalogue;
    use senne_model::ChangeNo;

    use super::*;

    fn table(period: Period) -> IndexTable {
        IndexTable {
            period,
            rows: Vec::new(),
            influence: Vec::new(),
            removals: Vec::new(),
            effects: Vec::new(),
            draws: 0,
            exact: true,
            formula: String::new(),
            vintage: ChangeNo(1),
        }
    }

    fn values(number: f64) -> Values {
        let area = EntityId::trusted("urn:a");
        let value = senne_indicator::Value { number: Some(number), ..Default::default() };
        let period = "2026-10".parse().unwrap();
        let figure = Figure {
            area: area.clone(),
            period,
            slice: None,
            value,
            formula: String::new(),
            vintage: ChangeNo(1),
        };
        Values::from([("no2-mean".to_owned(), BTreeMap::from([(area, figure)]))])
    }

    #[tokio::test]
    async fn a_table_is_made_once_for_the_same_values_and_few_are_kept() {
        let catalogue = Catalogue::builtin();
        let index = catalogue.composite("environment-and-mobility").unwrap();
        let kept = Kept::default();
        let period: Period = "2026-10".parse().unwrap();
        let key = |number: f64| Key::of(index, &[EntityId::trusted("urn:a")], &values(number), period);
        let made = std::sync::atomic::AtomicUsize::new(0);
        let ask = async |number: f64| {
            let make = async {
                made.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                Ok(table(period))
            };
            kept.get(key(number), make).await.unwrap();
            made.load(std::sync::atomic::Ordering::SeqCst)
        };
        assert_eq!((ask(1.0).await, ask(1.0).await, ask(2.0).await), (1, 1, 2));
        for number in 3..=TABLES_MAX + 2 {
            ask(number as f64).await;
        }
        assert_eq!(kept.tables.lock().len(), TABLES_MAX);
        let before = made.load(std::sync::atomic::Ordering::SeqCst);
        assert_eq!(ask(2.0).await, before + 1, "the one that was not used for the longest is gone");
        let refused = kept.get(key(0.5), async { Err(Problem::bad("no")) }).await;
        assert!(refused.is_err());
        assert_eq!(ask(0.5).await, before + 2, "a failure is not kept");
    }
}
