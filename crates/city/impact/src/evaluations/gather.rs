//! The panel of an evaluation: units over periods, from the past.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::{civil::Date, tz::TimeZone};
use senne_hub::{Context, Hub, Parameters, Question, SqlLimits, model::Json};
use senne_indicator::{Frequency, Period, entity_of};
use senne_model::{EntityId, Problem, Timestamp};

use super::plan::{Outcome, Plan};

/// The most rows that are asked for.
const ROWS_MAX: usize = 2_000_000;

/// A mean over a period counts when so many of its hours have a value.
const HOURS_SHARE: f64 = 0.75;

/// Units over periods, as far as they are known.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    /// By unit and period.
    pub(crate) values: BTreeMap<(String, Period), f64>,
    /// What the unit is called in the plan.
    pub(crate) names: BTreeSet<String>,
}

/// Reads what a plan compares, up to the last period that has ended before `today`.
pub(crate) async fn gather(
    hub: &Hub,
    context: &Context,
    plan: &Plan,
    today: Date,
    zone: &TimeZone,
) -> Result<Gathered, Problem> {
    let mut gathered = match &plan.outcome {
        Outcome::Attribute { kind, attribute } => {
            of_attribute(hub, context, plan, (kind, attribute), today, zone).await?
        }
        Outcome::Indicator(id) => of_indicator(hub, context, plan, id).await?,
    };
    let ended = |period: &Period| period.next().first() <= today;
    let begun = |period: &Period| plan.from.is_none_or(|from| period.first() >= from);
    let excluded: BTreeSet<&str> = plan.excluded.iter().map(EntityId::as_str).collect();
    let donors: BTreeSet<&str> = plan.donors.iter().map(EntityId::as_str).collect();
    let treated: BTreeSet<&str> = plan.treated.iter().map(EntityId::as_str).collect();
    let wanted = |unit: &str| {
        treated.contains(unit) || (!excluded.contains(unit) && (donors.is_empty() || donors.contains(unit)))
    };
    gathered.values.retain(|(unit, period), _| ended(period) && begun(period) && wanted(unit));
    gathered.names = gathered.values.keys().map(|(unit, _)| unit.clone()).collect();
    Ok(gathered)
}

async fn of_attribute(
    hub: &Hub,
    context: &Context,
    plan: &Plan,
    (kind, attribute): (&str, &str),
    today: Date,
    zone: &TimeZone,
) -> Result<Gathered, Problem> {
    let sql = "SELECT entity, time_bucket($period, start, 'Europe/Brussels') AS at, avg(mean) AS value, count(mean) AS hours
        FROM hourly WHERE type = $type AND attribute = $attribute AND start >= $from AND start < $to GROUP BY 1, 2";
    let from = plan.from.unwrap_or(Date::constant(1970, 1, 1));
    let moment = |day: Date| {
        let micros = Period::of(day, Frequency::Day).moments(zone).0;
        Json::text(&Timestamp::from_micros(micros).to_string())
    };
    let period = match plan.frequency {
        Frequency::Day => "P1D",
        Frequency::Week => "P1W",
        Frequency::Month => "P1M",
        Frequency::Quarter => "P3M",
        Frequency::Year => "P1Y",
    };
    let named = [
        ("period", Json::text(period)),
        ("type", Json::text(kind)),
        ("attribute", Json::text(attribute)),
        ("from", moment(from)),
        ("to", moment(today)),
    ];
    let rows = ask(hub, context, sql, named.into()).await?;
    let mut gathered = Gathered::default();
    for row in &rows {
        let [entity, at, value, hours] = row.as_slice() else { continue };
        let known = (entity.as_str(), at.as_str().and_then(|at| Timestamp::parse(at).ok()), value.as_f64());
        let (Some(entity), Some(at), Some(value)) = known else { continue };
        let period = Period::at(at.micros(), plan.frequency, zone);
        if hours.as_f64().unwrap_or_default() >= HOURS_SHARE * period.hours(zone) {
            gathered.values.insert((entity.to_owned(), period), value);
        }
    }
    Ok(gathered)
}

async fn of_indicator(hub: &Hub, context: &Context, plan: &Plan, id: &str) -> Result<Gathered, Problem> {
    let areas = ask(hub, context, "SELECT id, level FROM area", Vec::new()).await?;
    let level_of: HashMap<&str, &str> =
        areas.iter().filter_map(|row| Some((row.first()?.as_str()?, row.get(1)?.as_str()?))).collect();
    // Areas of one level are compared with one another: a region holds its communes.
    let levels: BTreeSet<&str> =
        plan.treated.iter().filter_map(|area| level_of.get(area.as_str())).copied().collect();
    let units: HashMap<String, &str> = level_of
        .iter()
        .filter(|(_, level)| levels.contains(*level))
        .map(|(area, _)| (entity_of(id, &EntityId::trusted(area)).to_string(), *area))
        .collect();
    let sql = "SELECT entity, dataset_id, observed_at, number FROM observation_corrected
        WHERE type = 'KeyPerformanceIndicator' AND attribute = 'kpiValue' AND number IS NOT NULL AND entity LIKE $like";
    let like = Json::text(&format!("urn:ngsi-ld:KeyPerformanceIndicator:{id}:%"));
    let rows = ask(hub, context, sql, vec![("like", like)]).await?;
    let named = format!("urn:ngsi-ld:frequency:{}", plan.frequency.word());
    let is_named = rows.iter().any(|row| row.get(1).and_then(Json::as_str) == Some(&named));
    let mut gathered = Gathered::default();
    for row in &rows {
        let [entity, dataset, at, value] = row.as_slice() else { continue };
        let dataset = dataset.as_str().filter(|dataset| !dataset.is_empty());
        // The length of period that is shown first stands without a name.
        if (is_named && dataset != Some(named.as_str())) || (!is_named && dataset.is_some()) {
            continue;
        }
        let unit = entity.as_str().and_then(|entity| units.get(entity));
        let at = at.as_str().and_then(|at| Timestamp::parse(at).ok());
        let (Some(unit), Some(at), Some(value)) = (unit, at, value.as_f64()) else { continue };
        let period = Period::at(at.micros(), plan.frequency, &TimeZone::UTC);
        gathered.values.insert(((*unit).to_owned(), period), value);
    }
    Ok(gathered)
}

async fn ask(
    hub: &Hub,
    context: &Context,
    sql: &str,
    named: Vec<(&str, Json)>,
) -> Result<Vec<Vec<Json>>, Problem> {
    let parameters = if named.is_empty() {
        Parameters::None
    } else {
        Parameters::Named(named.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    };
    let limits = SqlLimits { rows_max: ROWS_MAX, ..SqlLimits::default() };
    let question = Question { parameters, limits, ..Question::new(sql) };
    Ok(hub.ask(context, question).await?.table().await?.rows)
}

impl Gathered {
    /// The panel as CSV, and a digest of it: 16 hexadecimal digits.
    pub(crate) fn table(&self, plan: &Plan) -> (String, String) {
        let treated: BTreeSet<&str> = plan.treated.iter().map(EntityId::as_str).collect();
        let start = Period::of(plan.start, plan.frequency);
        let mut text = String::from("unit,time,value,treated\n");
        for ((unit, period), value) in &self.values {
            // A period in which the project begins is touched by it.
            let touched = treated.contains(unit.as_str()) && *period >= start;
            text.push_str(&format!("{unit},{period},{value},{}\n", u8::from(touched)));
        }
        let digest = format!("{:016x}", twox_hash::XxHash3_64::oneshot(text.as_bytes()));
        (text, digest)
    }
}
