//! Rows in memory: columnar builders, sealed into record batches, readable at any moment.

use std::{
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, OnceLock},
    time::Instant,
};

use datafusion::arrow::{
    array::{
        ArrayRef, BooleanBuilder, Float64Builder, Int32Builder, Int64Builder, RecordBatch, StringBuilder,
        StringDictionaryBuilder, TimestampMicrosecondBuilder,
    },
    datatypes::Int32Type,
    error::ArrowError,
};
use senne_model::{Amendment, Change, ChangeNo, ChangedAttribute, Effect, Json, is_null_marker};

use crate::{
    names::{Shown, shown},
    ranges::Ranges,
    schema::Kind,
    sub_attributes, value,
};

/// How many rows a sealed batch has. Small enough that a copy of the unsealed rows costs a reader little.
pub(crate) const CHUNK_ROWS: usize = 16_384;

/// The kind of a row that stands for an instance that was withdrawn.
pub(crate) const WITHDRAWN: &str = "Withdrawn";

/// Between so many rows it is looked whether the batch is full.
const PUSH_ROWS: usize = 256;
/// A batch is also sealed at this much text.
const CHUNK_TEXT_BYTES: usize = 32 << 20;

/// A sealed batch with what is needed to pass it by.
#[derive(Debug)]
pub(crate) struct Chunk {
    pub(crate) batch: RecordBatch,
    /// Hashes of the entities in it, sorted.
    entities: Vec<u64>,
    /// First and last moment (`observed_at`, else `recorded_at`) in microseconds.
    pub(crate) moments: (i64, i64),
    bytes: usize,
    /// Looked up when it is first asked for.
    ranges: OnceLock<Ranges>,
}

impl Chunk {
    /// From which entity to which each type has values here.
    pub(crate) fn ranges(&self) -> &Ranges {
        self.ranges.get_or_init(|| Ranges::of(&self.batch))
    }

    /// Whether it may have rows of one of these entities (given as sorted hashes); an empty list means all.
    pub(crate) fn may_have(&self, entities: &[u64]) -> bool {
        entities.is_empty() || entities.iter().any(|hash| self.entities.binary_search(hash).is_ok())
    }
}

/// The hash by which chunks know their entities.
pub(crate) fn entity_hash(entity: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    entity.hash(&mut hasher);
    hasher.finish()
}

/// The rows of a tenant that no flush has taken yet.
#[derive(Debug)]
pub(crate) struct Generation {
    chunks: Vec<Arc<Chunk>>,
    rows: Rows,
    /// What the unsealed rows looked like when they were last asked for.
    copy: Option<Arc<Chunk>>,
    pub(crate) first_change: Option<ChangeNo>,
    pub(crate) last_change: ChangeNo,
    pub(crate) since: Option<Instant>,
    sealed_bytes: usize,
    sealed_rows: usize,
}

impl Generation {
    pub(crate) fn new() -> Self {
        Self {
            chunks: Vec::new(),
            rows: Rows::new(),
            copy: None,
            first_change: None,
            last_change: ChangeNo(0),
            since: None,
            sealed_bytes: 0,
            sealed_rows: 0,
        }
    }

    pub(crate) fn rows(&self) -> usize {
        self.sealed_rows + self.rows.count
    }

    /// An estimate of the memory that it takes.
    pub(crate) fn bytes(&self) -> usize {
        self.sealed_bytes + self.rows.count * 160 + self.rows.text_bytes
    }

    /// Adds the rows of one change.
    pub(crate) fn push(&mut self, change: &Change) -> Result<(), ArrowError> {
        self.last_change = change.no;
        if change.attributes.is_empty() {
            return Ok(());
        }
        self.first_change.get_or_insert(change.no);
        self.since.get_or_insert_with(Instant::now);
        self.copy = None;
        // A change can have more values than a chunk has rows, and long ones.
        for (part, attributes) in change.attributes.chunks(PUSH_ROWS).enumerate() {
            self.rows.push(change, part * PUSH_ROWS, attributes)?;
            if self.rows.count >= CHUNK_ROWS || self.rows.text_bytes >= CHUNK_TEXT_BYTES {
                let chunk = self.rows.finish()?;
                self.sealed_bytes += chunk.bytes;
                self.sealed_rows += chunk.batch.num_rows();
                self.chunks.push(Arc::new(chunk));
            }
        }
        Ok(())
    }

    /// Makes what is not sealed yet of no use, as a defect would.
    #[cfg(test)]
    pub(crate) fn spoil(&mut self) {
        self.rows.deleted.append_value(true);
    }

    /// All rows as they stand now.
    pub(crate) fn chunks(&mut self) -> Result<Vec<Arc<Chunk>>, ArrowError> {
        let mut chunks = self.chunks.clone();
        if self.rows.count > 0 {
            let copy = match &self.copy {
                Some(copy) => Arc::clone(copy),
                None => Arc::clone(self.copy.insert(Arc::new(self.rows.copy()?))),
            };
            chunks.push(copy);
        }
        Ok(chunks)
    }
}

/// What a change corrects, when it is a correction of the past.
fn amendment(changed: &ChangedAttribute) -> Option<Amendment> {
    (changed.effect == Effect::Past).then(|| Amendment::of(&changed.instance.sub_attributes)).flatten()
}

type Dictionary = StringDictionaryBuilder<Int32Type>;

/// The columns of rows that are not sealed yet.
struct Rows {
    count: usize,
    text_bytes: usize,
    entities: Vec<u64>,
    moments: (i64, i64),
    attribute: Dictionary,
    entity: Dictionary,
    dataset: Dictionary,
    observed: TimestampMicrosecondBuilder,
    recorded: TimestampMicrosecondBuilder,
    number: Float64Builder,
    text: StringBuilder,
    json: StringBuilder,
    geometry: StringBuilder,
    unit: Dictionary,
    quality: Int32Builder,
    change: Int64Builder,
    position: Int32Builder,
    kind: Dictionary,
    deleted: BooleanBuilder,
    sub_attributes: StringBuilder,
    attribute_iri: Dictionary,
    types: Dictionary,
    type_name: Dictionary,
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").field("count", &self.count).finish_non_exhaustive()
    }
}

const NO_MOMENTS: (i64, i64) = (i64::MAX, i64::MIN);

impl Rows {
    fn new() -> Self {
        let utc = || TimestampMicrosecondBuilder::with_capacity(CHUNK_ROWS).with_timezone("UTC");
        Self {
            count: 0,
            text_bytes: 0,
            entities: Vec::new(),
            moments: NO_MOMENTS,
            attribute: Dictionary::new(),
            entity: Dictionary::new(),
            dataset: Dictionary::new(),
            observed: utc(),
            recorded: utc(),
            number: Float64Builder::with_capacity(CHUNK_ROWS),
            text: StringBuilder::new(),
            json: StringBuilder::new(),
            geometry: StringBuilder::new(),
            unit: Dictionary::new(),
            quality: Int32Builder::with_capacity(CHUNK_ROWS),
            change: Int64Builder::with_capacity(CHUNK_ROWS),
            position: Int32Builder::with_capacity(CHUNK_ROWS),
            kind: Dictionary::new(),
            deleted: BooleanBuilder::with_capacity(CHUNK_ROWS),
            sub_attributes: StringBuilder::new(),
            attribute_iri: Dictionary::new(),
            types: Dictionary::new(),
            type_name: Dictionary::new(),
        }
    }

    fn push(
        &mut self,
        change: &Change,
        first: usize,
        attributes: &[ChangedAttribute],
    ) -> Result<(), ArrowError> {
        let count = attributes.len();
        self.count += count;
        let recorded = change.recorded_at.micros();
        // What is the same for all values of a change is looked up once.
        self.entity.append_n(change.entity.as_str(), count)?;
        self.entities.push(entity_hash(&change.entity));
        let thing = Shown { term: "Thing", iri: None };
        let main = change.types.first().filter(|name| !name.is_empty()).map_or(thing, |name| shown(name));
        self.type_name.append_n(main.term, count)?;
        if change.types.len() == 1 && main.iri.is_none() {
            self.types.append_nulls(count);
        } else {
            let all = change.types.iter().map(|name| Json::text(name)).collect();
            self.types.append_n(Json::Array(all).to_string(), count)?;
        }
        self.change.append_value_n(change.no.0 as i64, count);
        for (index, changed) in attributes.iter().enumerate() {
            self.push_value(changed, recorded)?;
            self.position.append_value((first + index) as i32);
        }
        Ok(())
    }

    fn push_value(&mut self, changed: &ChangedAttribute, recorded: i64) -> Result<(), ArrowError> {
        let instance = &changed.instance;
        let amendment = amendment(changed);
        let withdrawn = amendment.as_ref().is_some_and(|amendment| amendment.withdrawn);
        let deleted = changed.effect == Effect::Deleted;
        let name = shown(&changed.name);
        self.attribute.append(name.term)?;
        self.attribute_iri.append_option(name.iri);
        self.dataset.append_option(instance.dataset_id.as_deref());
        // A removal happens when it is recorded: it does not correct what was observed before. One that is told of the past says when.
        let told = deleted && is_null_marker(&instance.value);
        let observed =
            if deleted && !told { None } else { instance.observed_at.map(senne_model::Timestamp::micros) };
        self.observed.append_option(observed);
        // What was never observed is known by the moment of its recording: a correction of it takes that very place.
        let recorded = match &amendment {
            Some(amendment) if observed.is_none() => amendment.created_at.micros(),
            _ => recorded,
        };
        self.recorded.append_value(recorded);
        let moment = observed.unwrap_or(recorded);
        self.moments = (self.moments.0.min(moment), self.moments.1.max(moment));
        let parts = value::split(&instance.value);
        self.text_bytes += parts.text.map_or(0, str::len)
            + parts.json.as_ref().map_or(0, String::len)
            + parts.geometry.as_ref().map_or(0, String::len);
        self.number.append_option(parts.number);
        self.text.append_option(parts.text);
        self.json.append_option(parts.json);
        self.geometry.append_option(parts.geometry);
        self.unit.append_option(instance.unit_code.as_deref());
        self.quality.append_value(i32::from(instance.quality.bits()));
        self.kind.append(if withdrawn { WITHDRAWN } else { instance.value.kind() })?;
        self.deleted.append_value(deleted || withdrawn);
        let inner = sub_attributes::write(&instance.sub_attributes);
        self.text_bytes += inner.as_ref().map_or(0, String::len);
        self.sub_attributes.append_option(inner);
        Ok(())
    }

    fn finish(&mut self) -> Result<Chunk, ArrowError> {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.attribute.finish()),
            Arc::new(self.entity.finish()),
            Arc::new(self.dataset.finish()),
            Arc::new(self.observed.finish()),
            Arc::new(self.recorded.finish()),
            Arc::new(self.number.finish()),
            Arc::new(self.text.finish()),
            Arc::new(self.json.finish()),
            Arc::new(self.geometry.finish()),
            Arc::new(self.unit.finish()),
            Arc::new(self.quality.finish()),
            Arc::new(self.change.finish()),
            Arc::new(self.position.finish()),
            Arc::new(self.kind.finish()),
            Arc::new(self.deleted.finish()),
            Arc::new(self.sub_attributes.finish()),
            Arc::new(self.attribute_iri.finish()),
            Arc::new(self.types.finish()),
            Arc::new(self.type_name.finish()),
        ];
        let chunk = chunk(columns, std::mem::take(&mut self.entities), self.moments);
        self.count = 0;
        self.text_bytes = 0;
        self.moments = NO_MOMENTS;
        chunk
    }

    fn copy(&self) -> Result<Chunk, ArrowError> {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.attribute.finish_cloned()),
            Arc::new(self.entity.finish_cloned()),
            Arc::new(self.dataset.finish_cloned()),
            Arc::new(self.observed.finish_cloned()),
            Arc::new(self.recorded.finish_cloned()),
            Arc::new(self.number.finish_cloned()),
            Arc::new(self.text.finish_cloned()),
            Arc::new(self.json.finish_cloned()),
            Arc::new(self.geometry.finish_cloned()),
            Arc::new(self.unit.finish_cloned()),
            Arc::new(self.quality.finish_cloned()),
            Arc::new(self.change.finish_cloned()),
            Arc::new(self.position.finish_cloned()),
            Arc::new(self.kind.finish_cloned()),
            Arc::new(self.deleted.finish_cloned()),
            Arc::new(self.sub_attributes.finish_cloned()),
            Arc::new(self.attribute_iri.finish_cloned()),
            Arc::new(self.types.finish_cloned()),
            Arc::new(self.type_name.finish_cloned()),
        ];
        chunk(columns, self.entities.clone(), self.moments)
    }
}

fn chunk(columns: Vec<ArrayRef>, mut entities: Vec<u64>, moments: (i64, i64)) -> Result<Chunk, ArrowError> {
    let batch = RecordBatch::try_new(Kind::Observation.schema(), columns)?;
    entities.sort_unstable();
    entities.dedup();
    let bytes = batch.get_array_memory_size() + entities.len() * 8;
    Ok(Chunk { batch, entities, moments, bytes, ranges: OnceLock::new() })
}
