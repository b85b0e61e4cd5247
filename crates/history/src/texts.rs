//! One numbering for the dictionaries of many batches.

use std::{collections::HashMap, sync::Arc};

use datafusion::arrow::{
    array::{Array, ArrayRef, AsArray, DictionaryArray, Int32Array, RecordBatch, StringArray},
    datatypes::Int32Type,
    error::ArrowError,
};

/// The distinct texts of one dictionary column over several batches, numbered in the order of the texts; -1 is null.
#[derive(Debug)]
pub(crate) struct Texts {
    values: Arc<StringArray>,
    /// For each batch: number by dictionary key.
    maps: Vec<Vec<i32>>,
    /// For each batch: its keys.
    keys: Vec<Int32Array>,
}

impl Texts {
    /// Numbers the texts of the column `index` of all batches.
    pub(crate) fn of(batches: &[RecordBatch], index: usize) -> Result<Self, ArrowError> {
        let mut numbers: HashMap<&str, i32> = HashMap::new();
        let mut found = Vec::new();
        let mut columns = Vec::with_capacity(batches.len());
        for batch in batches {
            let column = batch.column(index).as_dictionary_opt::<Int32Type>();
            let column =
                column.ok_or_else(|| ArrowError::CastError(format!("column {index} is no dictionary")))?;
            columns.push((column.keys().clone(), column.values().as_string::<i32>()));
        }
        let mut maps = Vec::with_capacity(batches.len());
        for (_, values) in &columns {
            let mut map = Vec::with_capacity(values.len());
            for value in *values {
                map.push(value.map_or(-1, |text| {
                    *numbers.entry(text).or_insert_with(|| {
                        found.push(text);
                        found.len() as i32 - 1
                    })
                }));
            }
            maps.push(map);
        }
        let mut order: Vec<i32> = (0..found.len() as i32).collect();
        order.sort_unstable_by_key(|i| found[*i as usize]);
        let mut rank = vec![0; found.len()];
        for (place, old) in order.iter().enumerate() {
            rank[*old as usize] = place as i32;
        }
        for number in maps.iter_mut().flatten().filter(|number| **number >= 0) {
            *number = rank[*number as usize];
        }
        let values = StringArray::from_iter_values(order.iter().map(|i| found[*i as usize]));
        let keys = columns.into_iter().map(|(keys, _)| keys).collect();
        Ok(Self { values: Arc::new(values), maps, keys })
    }

    /// The number of the text at a row.
    pub(crate) fn number(&self, batch: usize, row: usize) -> i32 {
        let keys = &self.keys[batch];
        if keys.is_null(row) { -1 } else { self.maps[batch][keys.value(row) as usize] }
    }

    /// The text of a number.
    pub(crate) fn text(&self, number: i32) -> Option<&str> {
        usize::try_from(number).ok().map(|i| self.values.value(i))
    }

    /// A dictionary column of these numbers.
    pub(crate) fn column(&self, numbers: impl Iterator<Item = i32>) -> Result<ArrayRef, ArrowError> {
        let keys: Int32Array = numbers.map(|number| (number >= 0).then_some(number)).collect();
        let values: ArrayRef = Arc::<StringArray>::clone(&self.values);
        Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(keys, values)?))
    }
}
