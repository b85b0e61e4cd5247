//! Values of which roll-ups know nothing, since they are no numbers.

use std::collections::HashSet;

use datafusion::{
    arrow::{
        array::{AsArray, RecordBatch},
        datatypes::{Int32Type, TimestampMicrosecondType},
    },
    logical_expr::{Expr, col},
};
use senne_model::{EntityId, Quality, Timestamp};

use crate::{
    HistoryError, PastQuery, engine::Engine, filter, names::expanded, past::text, schema::Kind,
    tenant::Snapshot,
};

const COLUMNS: [&str; 5] = ["attribute", "attribute_iri", "quality", "deleted", "observed_at"];

/// The part of a question on the time line of observation that has usable values beside numbers: of so many attributes and so long a
/// time. One odd text among the numbers of years does not have all of them read.
pub(crate) async fn part(
    engine: &Engine,
    snapshot: &Snapshot,
    query: &PastQuery,
) -> Result<Option<PastQuery>, HistoryError> {
    let (from, to) = filter::moments(query);
    let memory = snapshot.memory(query.entities.iter().map(EntityId::as_str), from, to);
    let view = snapshot.view(Kind::Observation, memory);
    let mut conditions = filter::series(query);
    conditions.extend(filter::time(query));
    // Where all is numbers, the files say so without being read.
    conditions.push(col("number").is_null());
    conditions.push(col("observed_at").is_not_null());
    let something = ["text", "json", "geometry"].map(|column| col(column).is_not_null());
    conditions.extend(something.into_iter().reduce(Expr::or));
    let mut found = Found::default();
    engine.each(&view, &COLUMNS, filter::all(conditions), |batch| found.note(batch)).await?;
    Ok(found.part_of(query))
}

#[derive(Default)]
struct Found {
    attributes: HashSet<(String, Option<String>)>,
    /// The first and the last moment, in microseconds.
    moments: Option<(i64, i64)>,
}

impl Found {
    fn note(&mut self, batch: &RecordBatch) {
        let (quality, deleted) = (batch.column(2).as_primitive::<Int32Type>(), batch.column(3).as_boolean());
        let observed = batch.column(4).as_primitive::<TimestampMicrosecondType>();
        let mut last = None;
        for row in 0..batch.num_rows() {
            if deleted.value(row) || !Quality::from_bits(quality.value(row) as u16).usable() {
                continue;
            }
            let at = observed.value(row);
            let (least, most) = self.moments.unwrap_or((at, at));
            self.moments = Some((least.min(at), most.max(at)));
            let this = (text(batch, 0, row).unwrap_or_default(), text(batch, 1, row));
            if last != Some(this) {
                last = Some(this);
                self.attributes.insert((this.0.to_owned(), this.1.map(str::to_owned)));
            }
        }
    }

    fn part_of(&self, query: &PastQuery) -> Option<PastQuery> {
        let (first, last) = self.moments?;
        let mut part = query.clone();
        let names = self.attributes.iter().map(|(term, iri)| expanded(term, iri.as_deref()));
        part.attributes = names.collect();
        part.time.from = Some(Timestamp::from_micros(first));
        part.time.to = Some(Timestamp::from_micros(last.saturating_add(1)));
        Some(part)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{
        ArrayRef, BooleanArray, Int32Array, StringArray, TimestampMicrosecondArray,
    };
    use senne_language::TimeFilter;
    use senne_model::{Flag, Test};

    use super::*;

    #[test]
    fn no_more_is_read_than_what_may_be_no_number() {
        let fail = i32::from(Quality::GOOD.with(Test::Range, Flag::Fail).bits());
        let good = i32::from(Quality::GOOD.bits());
        let columns: [ArrayRef; 5] = [
            Arc::new(StringArray::from(vec!["state", "state", "NO2", "old"])),
            Arc::new(StringArray::from(vec![None::<&str>; 4])),
            Arc::new(Int32Array::from(vec![good, good, fail, good])),
            Arc::new(BooleanArray::from(vec![false, false, false, true])),
            Arc::new(TimestampMicrosecondArray::from(vec![7, 5, 1, 9])),
        ];
        let batch = RecordBatch::try_from_iter(COLUMNS.into_iter().zip(columns)).unwrap();
        let query = PastQuery::of(vec![EntityId::trusted("urn:a")], TimeFilter::default());
        let mut found = Found::default();
        assert!(found.part_of(&query).is_none());
        found.note(&batch);
        let part = found.part_of(&query).unwrap();
        assert_eq!(part.attributes, [expanded("state", None)]);
        assert_eq!(part.entities, query.entities);
        let range = (part.time.from, part.time.to);
        assert_eq!(range, (Some(Timestamp::from_micros(5)), Some(Timestamp::from_micros(8))));
    }
}
