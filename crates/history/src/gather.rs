//! Rows of many batches, put in the order of series and time.

use std::{
    cmp::Reverse,
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use datafusion::arrow::{
    array::{
        Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int32Array, Int64Array, RecordBatch,
        TimestampMicrosecondArray, new_null_array,
    },
    compute::interleave,
    datatypes::{Float64Type, Int32Type, Int64Type, SchemaRef, TimestampMicrosecondType},
    error::ArrowError,
};

use crate::{buffer::WITHDRAWN, texts::Texts};

/// A series: numbers of attribute, attribute IRI, entity and data set id in their [`Texts`].
type Series = [i32; 4];

/// Rows of observation batches, by series and time.
#[derive(Debug)]
pub(crate) struct Gathered {
    pub(crate) batches: Vec<RecordBatch>,
    columns: Vec<Columns>,
    /// The number of the first row of each batch.
    first: Vec<u32>,
    texts: [Texts; 4],
    series: Vec<Series>,
    /// For each row: its series.
    series_of: Vec<u32>,
}

#[derive(Debug)]
struct Columns {
    observed: TimestampMicrosecondArray,
    recorded: TimestampMicrosecondArray,
    number: Float64Array,
    quality: Int32Array,
    change: Int64Array,
    position: Int32Array,
    deleted: BooleanArray,
}

/// A row in the order of series and time: series (32 bits), moment (64), row number (32).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Key(u128);

impl Key {
    fn new(series: u32, moment: i64, row: u32) -> Self {
        let moment = (moment as u64) ^ (1 << 63);
        Self((u128::from(series) << 96) | (u128::from(moment) << 32) | u128::from(row))
    }

    pub(crate) fn series(self) -> usize {
        (self.0 >> 96) as usize
    }

    /// `observed_at`, else `recorded_at`, in microseconds.
    pub(crate) fn moment(self) -> i64 {
        (((self.0 >> 32) as u64) ^ (1 << 63)) as i64
    }

    fn row(self) -> u32 {
        self.0 as u32
    }
}

/// The texts of a series.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct SeriesName<'a> {
    pub(crate) attribute: &'a str,
    pub(crate) attribute_iri: Option<&'a str>,
    pub(crate) entity: &'a str,
    pub(crate) dataset: Option<&'a str>,
}

/// The parts of a row that roll-ups and aggregates need.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value {
    pub(crate) observed: Option<i64>,
    pub(crate) number: Option<f64>,
    pub(crate) quality: u16,
    pub(crate) deleted: bool,
}

impl Gathered {
    /// Takes batches that have at least the columns of a series, the times, `number`, `quality`, `change`, `position` and
    /// `deleted`.
    pub(crate) fn new(batches: Vec<RecordBatch>) -> Result<Self, ArrowError> {
        let batches: Vec<RecordBatch> = batches.into_iter().filter(|b| b.num_rows() > 0).collect();
        let texts = |name: &str| match batches.first() {
            Some(batch) => Texts::of(&batches, batch.schema_ref().index_of(name)?),
            None => Texts::of(&[], 0),
        };
        let texts = [texts("attribute")?, texts("attribute_iri")?, texts("entity")?, texts("dataset_id")?];
        let columns = batches.iter().map(columns).collect::<Result<Vec<_>, _>>()?;
        let mut first = Vec::with_capacity(batches.len());
        let mut total = 0_usize;
        for batch in &batches {
            first.push(
                u32::try_from(total)
                    .map_err(|_| ArrowError::ComputeError("too many rows at once".to_owned()))?,
            );
            total += batch.num_rows();
        }
        let (series, series_of) = number_series(&batches, &texts, total);
        Ok(Self { batches, columns, first, texts, series, series_of })
    }

    /// The rows in groups that `group` tells; it is given batch, row and moment. The keys of a group are in no order yet.
    pub(crate) fn groups<G: std::hash::Hash + Eq>(
        &self,
        mut group: impl FnMut(usize, usize, i64) -> G,
    ) -> HashMap<G, Vec<Key>> {
        let mut groups: HashMap<G, Vec<Key>> = HashMap::new();
        for (b, columns) in self.columns.iter().enumerate() {
            for row in 0..columns.recorded.len() {
                let number = self.first[b] + row as u32;
                let moment = columns.moment(row);
                let key = Key::new(self.series_of[number as usize], moment, number);
                groups.entry(group(b, row, moment)).or_default().push(key);
            }
        }
        groups
    }

    /// All rows in order.
    pub(crate) fn sorted(&self) -> Vec<Key> {
        let mut keys = self.groups(|_, _, _| ()).remove(&()).unwrap_or_default();
        keys.sort_unstable();
        keys
    }

    /// Of each (series, `observed_at`) the row that was recorded last. Rows without `observed_at` are told apart by
    /// `recorded_at`. Keys must be in order, and come out in order.
    pub(crate) fn newest(&self, keys: &[Key]) -> Vec<Key> {
        let mut kept = Vec::with_capacity(keys.len());
        for same in keys.chunk_by(|a, b| a.0 >> 32 == b.0 >> 32) {
            if let [only] = same {
                kept.push(*only);
                continue;
            }
            for timed in [true, false] {
                let version = |key: &&Key| Reverse(self.version(**key));
                kept.extend(same.iter().filter(|key| self.is_observed(**key) == timed).min_by_key(version));
            }
        }
        kept
    }

    /// Sorts rows of one moment by the order in which they were recorded.
    pub(crate) fn by_version(&self, keys: &mut [Key]) {
        keys.sort_by_key(|key| (key.0 >> 32, self.version(*key)));
    }

    fn version(&self, key: Key) -> (i64, i32) {
        let (batch, row) = self.locate(key);
        (self.columns[batch].change.value(row), self.columns[batch].position.value(row))
    }

    /// The batch of a row and its place there.
    pub(crate) fn locate(&self, key: Key) -> (usize, usize) {
        let batch = self.first.partition_point(|first| *first <= key.row()) - 1;
        (batch, (key.row() - self.first[batch]) as usize)
    }

    /// Whether the row says when it was observed.
    pub(crate) fn is_observed(&self, key: Key) -> bool {
        let (batch, row) = self.locate(key);
        self.columns[batch].observed.is_valid(row)
    }

    pub(crate) fn value(&self, key: Key) -> Value {
        let (batch, row) = self.locate(key);
        let columns = &self.columns[batch];
        Value {
            observed: columns.observed.is_valid(row).then(|| columns.observed.value(row)),
            number: columns.number.is_valid(row).then(|| columns.number.value(row)),
            quality: columns.quality.value(row) as u16,
            deleted: columns.deleted.value(row),
        }
    }

    pub(crate) fn recorded(&self, key: Key) -> i64 {
        let (batch, row) = self.locate(key);
        self.columns[batch].recorded.value(row)
    }

    pub(crate) fn change(&self, key: Key) -> i64 {
        self.version(key).0
    }

    /// A number that is the same for equal contents (number, text, JSON, geometry) and differs for others.
    pub(crate) fn content_hash(&self, key: Key) -> u64 {
        let (batch, row) = self.locate(key);
        let mut hasher = DefaultHasher::new();
        self.value(key).number.map(f64::to_bits).hash(&mut hasher);
        for name in ["text", "json", "geometry"] {
            let column = self.batches[batch].column_by_name(name).and_then(|c| c.as_string_opt::<i32>());
            column.filter(|c| c.is_valid(row)).map(|c| c.value(row)).hash(&mut hasher);
        }
        hasher.finish()
    }

    /// The place of a row among those of its change.
    pub(crate) fn position(&self, key: Key) -> i32 {
        self.version(key).1
    }

    /// Whether a row stands for an instance that was withdrawn.
    pub(crate) fn is_withdrawn(&self, key: Key) -> bool {
        self.value(key).deleted && self.text("kind", key) == Some(WITHDRAWN)
    }

    /// The text of a column that is no dictionary; `None` also when it was not read.
    pub(crate) fn long_text(&self, column: &str, key: Key) -> Option<&str> {
        let (batch, row) = self.locate(key);
        let column = self.batches[batch].column_by_name(column)?.as_string_opt::<i32>()?;
        column.is_valid(row).then(|| column.value(row))
    }

    /// The text of a dictionary column.
    pub(crate) fn text(&self, column: &str, key: Key) -> Option<&str> {
        let (batch, row) = self.locate(key);
        let column = self.batches[batch].column_by_name(column)?.as_dictionary_opt::<Int32Type>()?;
        let values = column.values().as_string_opt::<i32>()?;
        column.keys().is_valid(row).then(|| values.value(column.keys().value(row) as usize))
    }

    /// The texts of a series by its number.
    pub(crate) fn name(&self, series: usize) -> SeriesName<'_> {
        let [attribute, iri, entity, dataset] = self.series[series];
        SeriesName {
            attribute: self.texts[0].text(attribute).unwrap_or_default(),
            attribute_iri: self.texts[1].text(iri),
            entity: self.texts[2].text(entity).unwrap_or_default(),
            dataset: self.texts[3].text(dataset),
        }
    }

    /// The rows as one batch of `schema`, whose columns all batches must have.
    pub(crate) fn take(
        &self,
        keys: &[Key],
        schema: &SchemaRef,
        texts: &TakeTexts,
    ) -> Result<RecordBatch, ArrowError> {
        let places: Vec<(usize, usize)> = keys.iter().map(|key| self.locate(*key)).collect();
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(schema.fields().len());
        for (index, field) in schema.fields().iter().enumerate() {
            let series_part =
                ["attribute", "attribute_iri", "entity", "dataset_id"].iter().position(|n| n == field.name());
            columns.push(if let Some(part) = series_part {
                self.texts[part].column(keys.iter().map(|key| self.series[key.series()][part]))?
            } else if let Some(texts) = texts.0.get(&index) {
                texts.column(places.iter().map(|(batch, row)| texts.number(*batch, *row)))?
            } else {
                let arrays: Vec<&dyn Array> = self.batches.iter().map(|b| b.column(index).as_ref()).collect();
                // Most values are numbers: the columns of texts, JSON and geometry are empty then.
                let empty = arrays.iter().all(|array| array.null_count() == array.len());
                if empty {
                    new_null_array(field.data_type(), places.len())
                } else {
                    interleave(&arrays, &places)?
                }
            });
        }
        RecordBatch::try_new(std::sync::Arc::clone(schema), columns)
    }

    /// What [`Gathered::take`] needs to know of the other dictionary columns.
    pub(crate) fn take_texts(&self, columns: &[usize]) -> Result<TakeTexts, ArrowError> {
        let each = columns.iter().map(|index| Ok((*index, Texts::of(&self.batches, *index)?)));
        Ok(TakeTexts(each.collect::<Result<_, ArrowError>>()?))
    }
}

/// Dictionary columns beside those of the series, by column.
#[derive(Debug)]
pub(crate) struct TakeTexts(HashMap<usize, Texts>);

impl Columns {
    fn moment(&self, row: usize) -> i64 {
        if self.observed.is_valid(row) { self.observed.value(row) } else { self.recorded.value(row) }
    }
}

fn columns(batch: &RecordBatch) -> Result<Columns, ArrowError> {
    let column = |name: &str| Ok::<_, ArrowError>(batch.column(batch.schema_ref().index_of(name)?));
    Ok(Columns {
        observed: column("observed_at")?.as_primitive::<TimestampMicrosecondType>().clone(),
        recorded: column("recorded_at")?.as_primitive::<TimestampMicrosecondType>().clone(),
        number: column("number")?.as_primitive::<Float64Type>().clone(),
        quality: column("quality")?.as_primitive::<Int32Type>().clone(),
        change: column("change")?.as_primitive::<Int64Type>().clone(),
        position: column("position")?.as_primitive::<Int32Type>().clone(),
        deleted: column("deleted")?.as_boolean().clone(),
    })
}

/// Numbers the series in the order of their texts, and tells each row's.
fn number_series(batches: &[RecordBatch], texts: &[Texts; 4], total: usize) -> (Vec<Series>, Vec<u32>) {
    let mut numbers: HashMap<Series, u32> = HashMap::new();
    let mut series: Vec<Series> = Vec::new();
    let mut series_of = Vec::with_capacity(total);
    let mut last: Option<(Series, u32)> = None;
    for (b, batch) in batches.iter().enumerate() {
        for row in 0..batch.num_rows() {
            let this = [0, 1, 2, 3].map(|part: usize| texts[part].number(b, row));
            let number = match last {
                Some((series, number)) if series == this => number,
                _ => *numbers.entry(this).or_insert_with(|| {
                    series.push(this);
                    series.len() as u32 - 1
                }),
            };
            last = Some((this, number));
            series_of.push(number);
        }
    }
    let mut order: Vec<u32> = (0..series.len() as u32).collect();
    order.sort_unstable_by_key(|i| series[*i as usize]);
    let mut rank = vec![0; series.len()];
    for (place, old) in order.iter().enumerate() {
        rank[*old as usize] = place as u32;
    }
    for number in &mut series_of {
        *number = rank[*number as usize];
    }
    (order.iter().map(|i| series[*i as usize]).collect(), series_of)
}
