//! The past of entities, point by point.

use std::collections::{BTreeMap, HashMap, HashSet};

use datafusion::arrow::{
    array::{Array, AsArray, RecordBatch},
    datatypes::{DataType, Int32Type},
};
use senne_language::TimeProperty;
use senne_model::{Amendment, ChangeNo, EntityId, Iri, Json, Name, Problem, Quality, Timestamp};

use crate::{
    EntityPast, InstanceKey, PastQuery, Point, SeriesPast,
    engine::Engine,
    gather::{Gathered, Key, SeriesName},
    names::expanded,
    schema::observation as column,
    steps::Steps,
    sub_attributes,
    tenant::Snapshot,
    value::{self, Parts},
};

/// Entity, attribute, data set.
type SeriesKey = (EntityId, Name, Option<Iri>);

#[derive(Default)]
struct Answer {
    series: BTreeMap<SeriesKey, Vec<Point>>,
    /// The types of an entity, with the change that said so.
    types: HashMap<EntityId, (i64, Vec<Name>)>,
    points: usize,
    truncated: bool,
}

pub(crate) async fn past(
    engine: &Engine,
    snapshot: &Snapshot,
    query: &PastQuery,
) -> Result<Vec<EntityPast>, Problem> {
    let newest_first = query.last_n.is_some();
    let mut steps = Steps::new(engine, snapshot, query, newest_first, Vec::new())?;
    let mut answer = Answer::default();
    while let Some(rows) = steps.next(None).await? {
        answer.add(&rows, query);
        if answer.truncated || answer.complete(query) {
            break;
        }
    }
    Ok(answer.finish(query.last_n))
}

impl Answer {
    fn add(&mut self, rows: &Gathered, query: &PastQuery) {
        let mut keys = counting(rows, query);
        if let Some(last) = query.last_n {
            let runs = keys.chunk_by(|a, b| a.series() == b.series());
            keys = runs.flat_map(|run| self.newest_of(rows, run, last)).copied().collect();
        }
        let room = query.limit - self.points;
        if keys.len() > room {
            self.truncated = true;
            keys.sort_by_key(|key| key.moment());
            let from = if query.last_n.is_some() { keys.len() - room } else { 0 };
            keys = keys[from..from + room].to_vec();
            keys.sort_by_key(|key| key.series());
        }
        self.points += keys.len();
        for run in keys.chunk_by(|a, b| a.series() == b.series()) {
            let Some(first) = run.first() else { continue };
            let name = rows.name(first.series());
            let points: Vec<Point> = run.iter().map(|key| point(rows, *key)).collect();
            self.note_types(rows, run, &name);
            self.series.entry(series_key(&name)).or_default().extend(points);
        }
    }

    /// The newest of these rows of one series, so many as it still wants: steps come newest first, and what is older than enough is no
    /// part of the answer.
    fn newest_of<'a>(&self, rows: &Gathered, run: &'a [Key], last: usize) -> &'a [Key] {
        let Some(first) = run.first() else { return run };
        let known = self.series.get(&series_key(&rows.name(first.series()))).map_or(0, Vec::len);
        &run[run.len().saturating_sub(last.saturating_sub(known))..]
    }

    fn note_types(&mut self, rows: &Gathered, run: &[Key], name: &SeriesName<'_>) {
        let Some(newest) = run.iter().max_by_key(|key| rows.change(**key)) else { return };
        let change = rows.change(*newest);
        let known = self.types.get(name.entity).map(|(change, _)| *change);
        if known.is_none_or(|known| known < change) {
            let (batch, row) = rows.locate(*newest);
            self.types.insert(EntityId::trusted(name.entity), (change, types(&rows.batches[batch], row)));
        }
    }

    /// Whether every series that can be asked for has as many points as are wanted.
    fn complete(&self, query: &PastQuery) -> bool {
        let Some(last) = query.last_n else { return false };
        let asked = query.entities.len() * query.attributes.len();
        // With several data sets there is no telling how many series there are.
        query.dataset_id.is_some()
            && asked > 0
            && self.series.values().filter(|points| points.len() >= last).count() == asked
    }

    fn finish(self, last_n: Option<usize>) -> Vec<EntityPast> {
        let mut entities: Vec<EntityPast> = Vec::new();
        for ((entity, attribute, dataset_id), mut points) in self.series {
            if let Some(last) = last_n {
                // Steps came newest first.
                points.sort_by_key(|point| (point.moment(), point.change));
                points.drain(..points.len().saturating_sub(last));
            }
            let series = SeriesPast { attribute, dataset_id, points };
            if let Some(past) = entities.last_mut().filter(|past| past.entity == entity) {
                past.series.push(series);
                continue;
            }
            let types = self.types.get(&entity).map(|(_, types)| types.clone()).unwrap_or_default();
            entities.push(EntityPast { entity, types, series: vec![series], truncated: self.truncated });
        }
        entities
    }
}

fn series_key(name: &SeriesName<'_>) -> SeriesKey {
    let attribute = expanded(name.attribute, name.attribute_iri);
    (EntityId::trusted(name.entity), attribute, name.dataset.map(Iri::new))
}

/// The rows that count for a question, in order: of each value the newest version or all, nothing that was withdrawn, and of corrections
/// those whose own times are asked for.
pub(crate) fn counting(rows: &Gathered, query: &PastQuery) -> Vec<Key> {
    let keys = rows.sorted();
    let mut keys = match query.as_of {
        Some(at) => keys.into_iter().filter(|key| !corrected_after(rows, *key, at)).collect(),
        None => keys,
    };
    // What was withdrawn is shown to nobody, in none of its versions.
    let newest = rows.newest(&keys);
    let withdrawn: HashSet<Place> =
        newest.iter().filter(|key| rows.is_withdrawn(**key)).map(|key| place(rows, *key)).collect();
    if query.every_version {
        rows.by_version(&mut keys);
    } else {
        keys = newest;
    }
    if !withdrawn.is_empty() {
        keys.retain(|key| !withdrawn.contains(&place(rows, *key)));
    }
    if by_recording(query) {
        keys.retain(|key| counts(rows, *key, query));
    }
    keys
}

/// Whether a question is about the time at which a value was first recorded, or last corrected: of corrections both stand among the
/// attributes of the value.
pub(crate) fn by_recording(query: &PastQuery) -> bool {
    matches!(query.time.property, TimeProperty::CreatedAt | TimeProperty::ModifiedAt)
}

/// When a row was recorded, as the question counts it, in microseconds.
pub(crate) fn recorded(rows: &Gathered, key: Key, query: &PastQuery) -> i64 {
    let made = by_recording(query).then(|| amendment(rows, key)).flatten();
    let at = made.map(|made| match query.time.property {
        TimeProperty::CreatedAt => made.created_at,
        _ => made.at,
    });
    at.map_or_else(|| rows.recorded(key), Timestamp::micros)
}

/// What tells the versions of one value from those of others: series, moment, and whether that is a time of observation.
type Place = (usize, i64, bool);

fn place(rows: &Gathered, key: Key) -> Place {
    (key.series(), key.moment(), rows.is_observed(key))
}

/// What a row says of being a correction. Most rows say nothing, and are not read for it.
fn amendment(rows: &Gathered, key: Key) -> Option<Amendment> {
    let (batch, row) = rows.locate(key);
    let batch = &rows.batches[batch];
    let inner = text(batch, batch.schema_ref().index_of("sub_attributes").ok()?, row)?;
    inner.contains(Amendment::NAME).then(|| Amendment::of(&sub_attributes::read(inner))).flatten()
}

/// Whether a row is a correction that was made after a moment, although it stands in the place of something recorded before.
fn corrected_after(rows: &Gathered, key: Key, at: Timestamp) -> bool {
    !rows.is_observed(key) && amendment(rows, key).is_some_and(|made| made.at > at)
}

/// Whether the times of recording of a correction are in the range; those of other rows were looked at when they were read.
fn counts(rows: &Gathered, key: Key, query: &PastQuery) -> bool {
    amendment(rows, key).is_none_or(|made| match query.time.property {
        TimeProperty::CreatedAt => query.time.contains(made.created_at),
        _ => query.time.contains(made.at),
    })
}

fn point(rows: &Gathered, key: Key) -> Point {
    let (b, row) = rows.locate(key);
    let batch = &rows.batches[b];
    let value = rows.value(key);
    let parts = Parts {
        number: value.number,
        text: text(batch, column::TEXT, row),
        json: text(batch, column::JSON, row).map(str::to_owned),
        geometry: text(batch, column::GEOMETRY, row).map(str::to_owned),
    };
    let mut inner = text(batch, column::SUB_ATTRIBUTES, row).map(sub_attributes::read).unwrap_or_default();
    let (recorded_at, change) =
        (Timestamp::from_micros(rows.recorded(key)), ChangeNo(rows.change(key) as u64));
    let own = InstanceKey {
        change,
        position: rows.position(key).unsigned_abs(),
        moment: Timestamp::from_micros(key.moment()),
    };
    let amendment = Amendment::take(&mut inner);
    let of_old = amendment.as_ref().and_then(|made| InstanceKey::parse(&made.instance));
    Point {
        observed_at: value.observed.map(Timestamp::from_micros),
        recorded_at,
        created_at: amendment.as_ref().map_or(recorded_at, |made| made.created_at),
        modified_at: amendment.as_ref().map_or(recorded_at, |made| made.at),
        value: value::join(text(batch, column::KIND, row).unwrap_or_default(), &parts),
        unit_code: text(batch, column::UNIT, row).map(Name::new),
        quality: Quality::from_bits(value.quality),
        sub_attributes: inner,
        change,
        key: of_old.unwrap_or(own),
        deleted: value.deleted,
    }
}

fn types(batch: &RecordBatch, row: usize) -> Vec<Name> {
    types_of_row(batch, (column::TYPES, column::TYPE), row)
}

/// The types of the entity of a row, from the columns of all types and of the first one.
pub(crate) fn types_of_row(batch: &RecordBatch, (all, first): (usize, usize), row: usize) -> Vec<Name> {
    let listed = text(batch, all, row).and_then(|list| serde_json::from_str::<Json>(list).ok());
    match listed.as_ref().and_then(Json::as_array) {
        Some(list) => list.iter().filter_map(Json::as_str).map(Name::new).collect(),
        None => text(batch, first, row).map(|term| expanded(term, None)).into_iter().collect(),
    }
}

/// A text cell of a plain or a dictionary column.
pub(crate) fn text(batch: &RecordBatch, index: usize, row: usize) -> Option<&str> {
    let column = batch.column(index);
    if column.is_null(row) {
        return None;
    }
    if let DataType::Dictionary(_, _) = column.data_type() {
        let column = column.as_dictionary::<Int32Type>();
        return Some(column.values().as_string::<i32>().value(column.keys().value(row) as usize));
    }
    Some(column.as_string::<i32>().value(row))
}
