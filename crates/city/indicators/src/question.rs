//! Asks the SQL of a declaration for parts.

use std::time::{Duration, Instant};

use senne_hub::{Context, Hub, Parameters, Principal, Question, SqlLimits, model::Json};
use senne_indicator::{Declaration, Measure, Parts, columns};
use senne_model::{ChangeNo, EntityId, Problem, TenantName, Timestamp};

use crate::cell::Cell;

/// The most rows of an answer: 724 sectors for ten years of days.
const ROWS_MAX: usize = 3_000_000;
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

/// One area at a moment of a base period.
#[derive(Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) area: EntityId,
    pub(crate) at: i64,
    pub(crate) cell: Cell,
}

/// The module's own context.
pub(crate) fn service(tenant: &TenantName) -> Context {
    let principal = Principal::Service { name: "indicators".to_owned() };
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
    };
    let table = hub.ask(&service(tenant), question).await?.table().await?;
    if table.truncated {
        return Err(Problem::internal(format!("`{}` gives more than {ROWS_MAX} rows", declaration.id)));
    }
    let place = |name: &str| table.columns.iter().position(|column| column.name == name);
    for needed in ["area", "at"].iter().chain(columns(declaration.measure)) {
        if place(needed).is_none() {
            return Err(Problem::internal(format!("the SQL of `{}` gives no `{needed}`", declaration.id)));
        }
    }
    let names = ["area", "at", "count", "sum", "sum_of_squares", "numerator", "denominator", "value"];
    let more = ["observed", "expected", "low", "high", "simulated"];
    let places: Vec<Option<usize>> = names.iter().chain(&more).map(|name| place(name)).collect();
    let reader = Reader { measure: declaration.measure, places };
    Ok(table.rows.iter().filter_map(|row| reader.row(row)).collect())
}

struct Reader {
    measure: Measure,
    /// The places of the columns, in the order of `ask`.
    places: Vec<Option<usize>>,
}

impl Reader {
    fn row(&self, row: &[Json]) -> Option<Row> {
        let cell =
            |column: usize| self.places.get(column).copied().flatten().and_then(|place| row.get(place));
        let number = |column: usize| cell(column).and_then(Json::as_f64);
        let part = |column: usize| number(column).unwrap_or_default();
        let area = cell(0)?.as_str()?;
        let at = Timestamp::parse(cell(1)?.as_str()?).ok()?;
        let mut parts = Parts {
            count: part(2),
            sum: part(3),
            sum_of_squares: part(4),
            numerator: part(5),
            denominator: part(6),
        };
        if self.measure == Measure::Value {
            parts = Parts { sum: number(7)?, count: parts.count.max(1.0), ..parts };
        }
        let covered = match (number(8), number(9)) {
            (Some(observed), Some(expected)) if expected > 0.0 => (observed / expected).clamp(0.0, 1.0),
            _ => 1.0,
        };
        let given = number(10).zip(number(11));
        let cell = Cell { parts, covered, given, simulated: part(12) > 0.0 };
        Some(Row { area: EntityId::trusted(area), at: at.micros(), cell })
    }
}
