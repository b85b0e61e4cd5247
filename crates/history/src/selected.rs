//! Which entities have a past in a range of time, be they there now or not.

use std::collections::BTreeMap;

use datafusion::{
    arrow::{
        array::{Array, AsArray, RecordBatch},
        datatypes::{Int32Type, Int64Type},
    },
    common::DataFusionError,
    physical_plan::execute_stream,
};
use futures::TryStreamExt;
use senne_model::{Amendment, EntityId, ErrorKind, Name, Problem};

use crate::{
    HistoryError, PastQuery,
    buffer::WITHDRAWN,
    engine::{self, Engine},
    filter,
    past::{by_recording, text, types_of_row},
    schema::Kind,
    tenant::Snapshot,
};

/// The most entities that one answer has.
const ENTITIES_MAX: usize = 1_000_000;

const COLUMNS: [&str; 5] = ["entity", "change", "kind", "types", "type"];

/// An entity with a past in the range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundEntity {
    /// The entity.
    pub entity: EntityId,
    /// Its types when the newest of its values in the range was recorded.
    pub types: Vec<Name>,
    /// Whether something was withdrawn or corrected there: then there may be nothing left to be shown.
    pub doubtful: bool,
}

/// The entities that were found, by identifier.
type Found = Vec<FoundEntity>;

#[derive(Default)]
struct Seen {
    change: i64,
    types: Vec<Name>,
    doubtful: bool,
}

/// Reads no values: of each entity it keeps one line. Refuses more than a million entities.
pub(crate) async fn selected(
    engine: &Engine,
    snapshot: &Snapshot,
    query: &PastQuery,
) -> Result<Found, Problem> {
    let (from, to) = filter::moments(query);
    let memory = snapshot.memory(query.entities.iter().map(EntityId::as_str), from, to);
    let view = snapshot.view(Kind::Observation, memory);
    let mut conditions = filter::series(query);
    conditions.extend(filter::time(query));
    let schema = Kind::Observation.schema();
    // A correction is read whenever it was made: whether it is in the range, those tell who read the values.
    let inner = by_recording(query).then_some("sub_attributes");
    let columns = COLUMNS.into_iter().chain(inner);
    let columns = columns.map(|name| schema.index_of(name)).collect::<Result<Vec<_>, _>>();
    let columns = columns.map_err(|e| failed(e.into()))?;
    let plan = engine::plan(&engine.state, &view, Some(&columns), &conditions).map_err(failed)?;
    let mut stream = execute_stream(plan, engine.state.task_ctx()).map_err(failed)?;
    let mut found: BTreeMap<EntityId, Seen> = BTreeMap::new();
    while let Some(batch) = stream.try_next().await.map_err(failed)? {
        add(&mut found, &batch);
        if found.len() > ENTITIES_MAX {
            let detail =
                format!("more than {ENTITIES_MAX} entities match; ask for fewer types, or a shorter time");
            return Err(Problem::new(ErrorKind::TooComplex, detail));
        }
    }
    let each =
        |(entity, seen): (EntityId, Seen)| FoundEntity { entity, types: seen.types, doubtful: seen.doubtful };
    Ok(found.into_iter().map(each).collect())
}

/// Adds a batch: of each entity its newest row there is looked at.
fn add(found: &mut BTreeMap<EntityId, Seen>, batch: &RecordBatch) {
    let Some(entities) = batch.column(0).as_dictionary_opt::<Int32Type>() else { return };
    let Some(texts) = entities.values().as_string_opt::<i32>() else { return };
    let Some(changes) = batch.column(1).as_primitive_opt::<Int64Type>() else { return };
    let mut newest: Vec<Option<(i64, usize)>> = vec![None; texts.len()];
    let mut doubtful = vec![false; texts.len()];
    for row in (0..batch.num_rows()).filter(|row| entities.keys().is_valid(*row)) {
        let place = entities.keys().value(row) as usize;
        let change = changes.value(row);
        if newest[place].is_none_or(|(known, _)| known <= change) {
            newest[place] = Some((change, row));
        }
        let inner = (batch.num_columns() > COLUMNS.len()).then(|| text(batch, COLUMNS.len(), row)).flatten();
        let corrects = inner.is_some_and(|inner| inner.contains(Amendment::NAME));
        doubtful[place] |= corrects || text(batch, 2, row) == Some(WITHDRAWN);
    }
    for (place, newest) in newest.into_iter().enumerate() {
        let Some((change, row)) = newest else { continue };
        let text = texts.value(place);
        let seen = match found.get_mut(text) {
            Some(seen) => seen,
            None => found.entry(EntityId::trusted(text)).or_default(),
        };
        seen.doubtful |= doubtful[place];
        if seen.types.is_empty() || seen.change < change {
            (seen.change, seen.types) = (change, types_of_row(batch, (3, 4), row));
        }
    }
}

fn failed(error: DataFusionError) -> HistoryError {
    HistoryError::Query { step: "selecting by the past", detail: error.to_string() }
}
