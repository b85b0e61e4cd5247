//! How many rows there are of each of several erasures, each file read once.

use std::collections::HashMap;

use datafusion::arrow::{
    array::{Array, AsArray, RecordBatch},
    datatypes::{Int32Type, Int64Type},
};

use super::{Hidden, RowsOf, ToErase};
use crate::{
    HistoryError,
    engine::{Engine, View},
    schema::Kind,
};

/// A count under way.
pub(super) struct Count<'a> {
    parts: &'a [ToErase],
    /// The parts that mean an entity.
    by_entity: HashMap<&'a str, Vec<usize>>,
    pub(super) found: Vec<RowsOf>,
}

impl<'a> Count<'a> {
    pub(super) fn new(parts: &'a [ToErase]) -> Self {
        let mut by_entity: HashMap<&str, Vec<usize>> = HashMap::new();
        for (place, part) in parts.iter().enumerate() {
            part.entities.iter().for_each(|id| by_entity.entry(id).or_default().push(place));
        }
        Self { parts, by_entity, found: vec![RowsOf::default(); parts.len()] }
    }

    /// Adds the rows of a view; `bytes` is the size of its one file, `None` for memory.
    pub(super) async fn add(
        &mut self,
        engine: &Engine,
        view: &View,
        hidden: &Hidden,
        bytes: Option<u64>,
    ) -> Result<(), HistoryError> {
        let kind = view.files.kind();
        let rows = if let [only] = self.parts {
            // One erasure may mean very many rows: they are counted as they pass by.
            debug_assert!(only.entities.iter().all(|id| hidden.means(id)));
            vec![engine.count(view, hidden.rows(kind)).await?]
        } else {
            let columns: &[&str] =
                if kind == Kind::Observation { &["entity", "change"] } else { &["entity"] };
            let read = engine.read(view, Some(columns), Some(hidden.rows(kind)), usize::MAX).await?;
            let mut rows = vec![0; self.parts.len()];
            read.unwrap_or_default().iter().for_each(|batch| self.count(batch, &mut rows));
            rows
        };
        for (found, rows) in self.found.iter_mut().zip(rows) {
            *found.of(kind) += rows;
            if let (true, Some(bytes)) = (rows > 0, bytes) {
                found.files += 1;
                found.bytes += bytes;
            }
        }
        Ok(())
    }

    fn count(&self, batch: &RecordBatch, rows: &mut [u64]) {
        let Some(entities) = batch.column(0).as_dictionary_opt::<Int32Type>() else { return };
        let Some(texts) = entities.values().as_string_opt::<i32>() else { return };
        let changes = batch.column_by_name("change").and_then(|c| c.as_primitive_opt::<Int64Type>());
        let none = Vec::new();
        let mine: Vec<&Vec<usize>> = texts
            .iter()
            .map(|text| text.and_then(|text| self.by_entity.get(text)).unwrap_or(&none))
            .collect();
        for row in (0..batch.num_rows()).filter(|row| entities.keys().is_valid(*row)) {
            for place in mine[entities.keys().value(row) as usize] {
                let upto = self.parts[*place].upto.0 as i64;
                let goes = changes.is_none_or(|changes| changes.value(row) <= upto);
                rows[*place] += u64::from(goes);
            }
        }
    }
}
