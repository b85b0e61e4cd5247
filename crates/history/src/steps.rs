//! A question cut into months, so that a bounded answer needs bounded memory.

use std::{collections::BTreeSet, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, AsArray, BooleanArray, RecordBatch},
        compute::filter_record_batch,
        datatypes::TimestampMicrosecondType,
    },
    logical_expr::Expr,
};
use senne_model::{EntityId, ErrorKind, Problem};

use crate::{
    HistoryError, PastQuery,
    engine::{self, Engine, View},
    files::FileSet,
    filter,
    gather::Gathered,
    month::{self, Month},
    schema::{Kind, observation},
    tenant::Snapshot,
};

/// The most rows that one step may read beyond the limit of the answer.
const STEP_ROWS_MAX: usize = 2_000_000;

/// The steps of one question: spans of months, in the order in which they are to be read.
pub(crate) struct Steps<'a> {
    engine: &'a Engine,
    view: View,
    conditions: Vec<Expr>,
    months: Vec<Month>,
    /// How many months the next step takes.
    span: usize,
    rows_max: usize,
}

impl<'a> Steps<'a> {
    pub(crate) fn new(
        engine: &'a Engine,
        snapshot: &Snapshot,
        query: &PastQuery,
        newest_first: bool,
        more: Vec<Expr>,
    ) -> Result<Self, HistoryError> {
        let (from, to) = filter::moments(query);
        let memory = snapshot.memory(query.entities.iter().map(EntityId::as_str), from, to);
        let mut view = snapshot.view(Kind::Observation, memory);
        let mut conditions = filter::series(query);
        conditions.extend(filter::time(query));
        conditions.extend(more);
        let predicate = engine::predicate(&engine.state, Kind::Observation, &conditions).map_err(failed)?;
        let kept = engine::prune(&view.files, predicate.as_ref());
        let files: Vec<_> =
            view.files.files.iter().zip(kept).filter(|(_, kept)| *kept).map(|(f, _)| Arc::clone(f)).collect();
        let mut months: BTreeSet<Month> = files.iter().filter_map(|file| Month::parse(&file.part)).collect();
        for batch in &view.memory {
            months.extend(months_of(batch));
        }
        view.files = Arc::new(FileSet::new(Kind::Observation, files));
        let mut months: Vec<Month> = months.into_iter().collect();
        if !newest_first {
            months.reverse();
        }
        let few = !newest_first && !query.entities.is_empty() && !query.attributes.is_empty();
        let span = if few { usize::MAX } else { 1 };
        Ok(Self {
            engine,
            view,
            conditions,
            months,
            span,
            rows_max: query.limit.saturating_add(STEP_ROWS_MAX),
        })
    }

    /// The rows of the next months; `None` when there are no more.
    pub(crate) async fn next(&mut self, columns: Option<&[&str]>) -> Result<Option<Gathered>, Problem> {
        if self.months.is_empty() {
            return Ok(None);
        }
        let at = self.months.len().saturating_sub(self.span);
        let months: BTreeSet<Month> = self.months.split_off(at).into_iter().collect();
        self.span = self.span.saturating_mul(2);
        let view = self.part(&months)?;
        let filter = filter::all(self.conditions.clone());
        let Some(batches) = self.engine.read(&view, columns, filter, self.rows_max).await? else {
            let first = months.first().map(|month| month.text()).unwrap_or_default();
            return Err(Problem::new(
                ErrorKind::TooComplex,
                format!(
                    "more than {} values from {first} on match; name entities or attributes, or a shorter time",
                    self.rows_max
                ),
            ));
        };
        Ok(Some(Gathered::new(batches).map_err(failed)?))
    }

    /// The rows of some months.
    fn part(&self, months: &BTreeSet<Month>) -> Result<View, HistoryError> {
        let within = |text: &str| Month::parse(text).is_some_and(|month| months.contains(&month));
        let files = self.view.files.files.iter().filter(|file| within(&file.part)).cloned().collect();
        let mut memory = Vec::with_capacity(self.view.memory.len());
        for batch in &self.view.memory {
            let mask: BooleanArray = moments(batch).map(|at| Some(months.contains(&month::of(at)))).collect();
            match mask.true_count() {
                0 => {}
                n if n == batch.num_rows() => memory.push(batch.clone()),
                _ => memory.push(filter_record_batch(batch, &mask).map_err(failed)?),
            }
        }
        let files = Arc::new(FileSet::new(Kind::Observation, files));
        Ok(View { files, memory, ..self.view.clone() })
    }
}

/// The moments of the rows of a batch with all columns.
fn moments(batch: &RecordBatch) -> impl Iterator<Item = i64> + '_ {
    let observed = batch.column(observation::OBSERVED).as_primitive::<TimestampMicrosecondType>();
    let recorded = batch.column(observation::RECORDED).as_primitive::<TimestampMicrosecondType>();
    (0..batch.num_rows()).map(|i| if observed.is_valid(i) { observed.value(i) } else { recorded.value(i) })
}

fn months_of(batch: &RecordBatch) -> BTreeSet<Month> {
    let mut finder = month::MonthFinder::new();
    moments(batch).map(|at| finder.of(at)).collect()
}

pub(crate) fn failed(cause: impl std::fmt::Display) -> HistoryError {
    HistoryError::Query { step: "reading the past", detail: cause.to_string() }
}
