//! Roll-up rows as record batches, and back.

use std::{collections::HashMap, sync::Arc};

use datafusion::arrow::{
    array::{
        Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int64Array, RecordBatch,
        StringDictionaryBuilder, TimestampMicrosecondArray,
    },
    datatypes::{Float64Type, Int32Type, Int64Type, TimestampMicrosecondType},
    error::ArrowError,
};

use crate::{
    partial::{Partial, Sums},
    rollup::{RollupRow, Series},
    schema::{Kind, rollup as column},
    texts::Texts,
};

/// The rows with the columns of the table, `type` last. A single usable value stands in `sum` alone: the sum of squares,
/// the least, the greatest, the first and the last value all follow from it, and empty columns take no room.
pub(crate) fn to_batch(kind: Kind, rows: &[RollupRow]) -> Result<RecordBatch, ArrowError> {
    let texts = |of: fn(&Series) -> Option<&str>| -> ArrayRef {
        let mut builder = StringDictionaryBuilder::<Int32Type>::new();
        for row in rows {
            builder.append_option(of(&row.series));
        }
        Arc::new(builder.finish())
    };
    let integers = |of: &dyn Fn(&RollupRow) -> i64| -> ArrayRef {
        Arc::new(rows.iter().map(|row| Some(of(row))).collect::<Int64Array>())
    };
    let sums = |least: u64, of: fn(&Sums) -> f64| -> ArrayRef {
        let value = |row: &RollupRow| (row.partial.usable.count >= least).then(|| of(&row.partial.usable));
        Arc::new(rows.iter().map(value).collect::<Float64Array>())
    };
    let times = |of: &dyn Fn(&RollupRow) -> Option<i64>| -> ArrayRef {
        Arc::new(rows.iter().map(of).collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
    };
    let mut columns: Vec<ArrayRef> = vec![
        texts(|s| Some(&s.attribute)),
        texts(|s| Some(&s.entity)),
        texts(|s| s.dataset.as_deref()),
        times(&|row| Some(row.start)),
        integers(&|row| row.generation),
        Arc::new(rows.iter().map(|row| Some(row.replaces)).collect::<BooleanArray>()),
        integers(&|row| row.partial.count as i64),
    ];
    columns.extend((0..5).map(|flag| integers(&move |row| row.partial.flags[flag] as i64)));
    columns.extend([
        sums(1, |s| s.sum),
        sums(2, |s| s.sum_squares),
        sums(2, |s| s.min),
        sums(2, |s| s.max),
        sums(2, |s| s.first.1),
        sums(2, |s| s.last.1),
        times(&|row| (row.partial.usable.count >= 1).then_some(row.partial.usable.first.0)),
        times(&|row| (row.partial.usable.count >= 2).then_some(row.partial.usable.last.0)),
        texts(|s| s.attribute_iri.as_deref()),
        texts(|s| s.types.as_deref()),
        texts(|s| Some(&s.type_name)),
    ]);
    RecordBatch::try_new(kind.schema(), columns)
}

/// Reads batches with all columns of the table.
pub(crate) fn from_batches(batches: &[RecordBatch]) -> Result<Vec<RollupRow>, ArrowError> {
    let texts = |index: usize| Texts::of(batches, index);
    let (attribute, entity, dataset) =
        (texts(column::ATTRIBUTE)?, texts(column::ENTITY)?, texts(column::DATASET)?);
    let (iri, types, type_name) =
        (texts(column::ATTRIBUTE_IRI)?, texts(column::TYPES)?, texts(column::TYPE)?);
    let mut known: HashMap<[i32; 6], Arc<Series>> = HashMap::new();
    let mut rows = Vec::with_capacity(batches.iter().map(RecordBatch::num_rows).sum());
    for (b, batch) in batches.iter().enumerate() {
        let read = Reader { batch };
        for row in 0..batch.num_rows() {
            let columns = [&attribute, &entity, &dataset, &iri, &type_name, &types];
            let key = columns.map(|texts| texts.number(b, row));
            let series = known.entry(key).or_insert_with(|| {
                let owned = |texts: &Texts, part: usize| texts.text(key[part]).map(str::to_owned);
                Arc::new(Series {
                    attribute: owned(&attribute, 0).unwrap_or_default(),
                    entity: owned(&entity, 1).unwrap_or_default(),
                    dataset: owned(&dataset, 2),
                    attribute_iri: owned(&iri, 3),
                    type_name: owned(&type_name, 4).unwrap_or_default(),
                    types: owned(&types, 5),
                })
            });
            rows.push(read.row(row, Arc::clone(series)));
        }
    }
    Ok(rows)
}

struct Reader<'a> {
    batch: &'a RecordBatch,
}

impl Reader<'_> {
    fn row(&self, row: usize, series: Arc<Series>) -> RollupRow {
        let flag = |i: usize| self.integer(column::GOOD + i, row) as u64;
        let flags = [flag(0), flag(1), flag(2), flag(3), flag(4)];
        let replaces = self.batch.column(column::REPLACES).as_boolean().value(row);
        let start = self.time(column::START, row).unwrap_or_default();
        let mut partial =
            Partial { count: self.integer(column::COUNT, row) as u64, flags, ..Partial::default() };
        if let Some(sum) = self.number(column::SUM, row) {
            let first_at = self.time(column::FIRST_AT, row).unwrap_or(start);
            match self.number(column::SUM_SQUARES, row) {
                None => partial.usable.add(first_at, sum),
                Some(sum_squares) => {
                    let number = |index: usize| self.number(index, row).unwrap_or_default();
                    partial.usable = Sums {
                        // What is good or not evaluated is a number: only missing values are counted without one.
                        count: flags[0] + flags[1],
                        sum,
                        sum_squares,
                        min: number(column::MIN),
                        max: number(column::MAX),
                        first: (first_at, number(column::FIRST)),
                        last: (self.time(column::LAST_AT, row).unwrap_or(start), number(column::LAST)),
                    };
                }
            }
        }
        RollupRow { series, start, generation: self.integer(column::GENERATION, row), replaces, partial }
    }

    fn integer(&self, index: usize, row: usize) -> i64 {
        self.batch.column(index).as_primitive::<Int64Type>().value(row)
    }

    fn number(&self, index: usize, row: usize) -> Option<f64> {
        let array = self.batch.column(index).as_primitive::<Float64Type>();
        array.is_valid(row).then(|| array.value(row))
    }

    fn time(&self, index: usize, row: usize) -> Option<i64> {
        let array = self.batch.column(index).as_primitive::<TimestampMicrosecondType>();
        array.is_valid(row).then(|| array.value(row))
    }
}
