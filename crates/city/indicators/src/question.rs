//! Asks the SQL of a declaration for parts.

use std::{
    collections::HashSet,
    sync::Arc,
    time::{Duration, Instant},
};

use senne_hub::{Context, Hub, Parameters, Principal, Question, SqlLimits, model::Json};
use senne_indicator::{Declaration, Disaggregation, Measure, Parts, Slice, columns};
use senne_model::{ChangeNo, EntityId, Problem, TenantName, Timestamp};

/// The most rows of an answer: 724 sectors for ten years of days.
const ROWS_MAX: usize = 3_000_000;
/// Questions about so many microseconds, two months, are those of what a reading touches: all indicators of it ask at once.
const SHORT: i64 = 62 * 86_400_000_000;
/// How long one question may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(300);

/// What is asked: one level of areas, `from` ≤ moment < `to`, in microseconds.
pub(crate) struct Asked<'a> {
    pub(crate) level: &'a str,
    pub(crate) from: i64,
    pub(crate) to: i64,
    /// Only what was known at this change.
    pub(crate) as_of: Option<ChangeNo>,
}

/// One area at a moment of a base period: all of it, or what is of one cluster.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) area: EntityId,
    pub(crate) at: i64,
    pub(crate) cluster: Option<Arc<str>>,
    /// What it is of: at most one value of each dimension.
    pub(crate) slices: Vec<Slice>,
    pub(crate) parts: Parts,
    /// How much is there, and how much should be, where the question says.
    pub(crate) observed: Option<(f64, f64)>,
    /// The interval, where the question gave one.
    pub(crate) given: Option<(f64, f64)>,
    pub(crate) simulated: bool,
}

/// Who computes, as the log names it.
pub(crate) const ACTOR: &str = "indicators";

/// The module's own context.
pub(crate) fn service(tenant: &TenantName) -> Context {
    let principal = Principal::Service { name: ACTOR.to_owned() };
    Context { deadline: Instant::now() + PATIENCE, ..Context::new(principal, tenant.clone()) }
}

/// Asks an indicator's question. Rows without an area or a moment are left out.
pub(crate) async fn ask(
    hub: &Hub,
    tenant: &TenantName,
    declaration: &Declaration,
    asked: &Asked<'_>,
) -> Result<Vec<Row>, Problem> {
    let Some(computed) = &declaration.computed else { return Ok(Vec::new()) };
    let moment = |micros: i64| Json::text(&Timestamp::from_micros(micros).to_string());
    let named = [("level", Json::text(asked.level)), ("from", moment(asked.from)), ("to", moment(asked.to))];
    let limits = SqlLimits { rows_max: ROWS_MAX, time_max: PATIENCE, ..SqlLimits::default() };
    let question = Question {
        text: computed.sql.clone(),
        parameters: Parameters::Named(named.map(|(name, value)| (name.to_owned(), value)).into()),
        limits,
        as_of: asked.as_of,
        beside_others: asked.to - asked.from <= SHORT,
    };
    let table = hub.ask(&service(tenant), question).await?.table().await?;
    if table.truncated {
        return Err(Problem::internal(format!("`{}` gives more than {ROWS_MAX} rows", declaration.id)));
    }
    let place = |name: &str| table.columns.iter().position(|column| column.name == name);
    let cluster = declaration.clustered_by.as_ref().map(|_| "cluster");
    let dimensions = declaration.slice_columns();
    let needed = ["area", "at"].iter().chain(columns(declaration.measure)).chain(&cluster).copied();
    for needed in needed.chain(dimensions.iter().map(String::as_str)) {
        if place(needed).is_none() {
            return Err(Problem::internal(format!("the SQL of `{}` gives no `{needed}`", declaration.id)));
        }
    }
    let names = ["area", "at", "count", "sum", "sum_of_squares", "numerator", "denominator", "value"];
    let more = ["observed", "expected", "low", "high", "simulated", "cluster"];
    let places: Vec<Option<usize>> = names.iter().chain(&more).map(|name| place(name)).collect();
    let told = |(dimension, column): (&Disaggregation, &String)| {
        Some((place(column)?, dimension.slices().collect()))
    };
    let dimensions = declaration.disaggregations.iter().zip(&dimensions).filter_map(told).collect();
    let mut reader = Reader { measure: declaration.measure, places, dimensions, names: HashSet::new() };
    Ok(table.rows.iter().filter_map(|row| reader.row(row)).collect())
}

struct Reader {
    measure: Measure,
    /// The places of the columns, in the order of `ask`.
    places: Vec<Option<usize>>,
    /// Of each dimension the place of its column, and its slices; a value that is none of them counts for the total alone.
    dimensions: Vec<(usize, Vec<Slice>)>,
    /// The names of clusters, each once.
    names: HashSet<Arc<str>>,
}

impl Reader {
    fn row(&mut self, row: &[Json]) -> Option<Row> {
        let cell =
            |column: usize| self.places.get(column).copied().flatten().and_then(|place| row.get(place));
        let number = |column: usize| cell(column).and_then(Json::as_f64);
        let part = |column: usize| number(column).unwrap_or_default();
        let area = EntityId::trusted(cell(0)?.as_str()?);
        let at = Timestamp::parse(cell(1)?.as_str()?).ok()?.micros();
        let mut parts = Parts {
            count: part(2),
            sum: part(3),
            sum_of_squares: part(4),
            numerator: part(5),
            denominator: part(6),
        };
        if matches!(self.measure, Measure::Value | Measure::Quantile { .. }) {
            parts = Parts { sum: number(7)?, count: parts.count.max(1.0), ..parts };
        }
        let observed = number(8).zip(number(9)).filter(|(_, expected)| *expected > 0.0);
        let (given, simulated) = (number(10).zip(number(11)), part(12) > 0.0);
        let cluster = cell(13).and_then(Json::as_str).map(str::to_owned);
        let cluster = cluster.map(|name| self.name(&name));
        let slice = |(place, slices): &(usize, Vec<Slice>)| {
            let value = row.get(*place)?.as_str()?;
            slices.iter().find(|slice| *slice.value == *value).cloned()
        };
        let slices = self.dimensions.iter().filter_map(slice).collect();
        Some(Row { area, at, cluster, slices, parts, observed, given, simulated })
    }

    fn name(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.names.get(name) {
            return Arc::clone(known);
        }
        let new: Arc<str> = name.into();
        self.names.insert(Arc::clone(&new));
        new
    }
}
