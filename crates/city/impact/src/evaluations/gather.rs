//! The panel of an evaluation: units over periods, from the past.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use jiff::{civil::Date, tz::TimeZone};
use senne_hub::{Context, Hub, Parameters, Question, SqlLimits, model::Json};
use senne_indicator::{Frequency, Period, entity_of};
use senne_model::{AttributeValue, EntityId, ErrorKind, Problem, Timestamp};

use super::{
    plan::{Outcome, Plan},
    term,
};

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

/// Reads what a plan compares, up to the last period that has ended before `today`; or why there is nothing that it could compare.
pub(crate) async fn gather(
    hub: &Hub,
    context: &Context,
    plan: &Plan,
    today: Date,
    zone: &TimeZone,
) -> Result<Result<Gathered, String>, Problem> {
    let mut gathered = match &plan.outcome {
        Outcome::Attribute { kind, attribute } => {
            of_attribute(hub, context, plan, (kind, attribute), today, zone).await?
        }
        Outcome::Indicator(id) => {
            let declared = declared(hub, context, id).await?;
            match dataset(id, declared.as_deref(), plan.frequency) {
                Ok(dataset) => of_indicator(hub, context, plan, id, dataset).await?,
                Err(why) => return Ok(Err(why)),
            }
        }
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
    Ok(Ok(gathered))
}

/// The lengths of period of an indicator, the one that is shown first before the others; nothing where nobody has declared it.
async fn declared(hub: &Hub, context: &Context, id: &str) -> Result<Option<Vec<String>>, Problem> {
    let entity = match hub.entity(context, &EntityId::trusted(&format!("urn:ngsi-ld:Indicator:{id}"))).await {
        Ok(entity) => entity,
        Err(problem) if problem.kind == ErrorKind::NotFound => return Ok(None),
        Err(problem) => return Err(problem),
    };
    let frequencies = entity.instance(&term("frequencies")).map(|instance| &instance.value);
    let Some(AttributeValue::Property(Json::Array(words))) = frequencies else { return Ok(None) };
    Ok(Some(words.iter().filter_map(Json::as_str).map(str::to_owned).collect()))
}

/// Under which data set the values of a length of period stand.
#[derive(Debug, PartialEq)]
enum Dataset {
    /// Under none: it is shown first.
    Unnamed,
    /// Under its own.
    Named,
    /// Nobody has declared which is shown first: under its own where there is one.
    Unknown,
}

/// Values of another length of period are not taken for those that are asked for.
fn dataset(id: &str, declared: Option<&[String]>, frequency: Frequency) -> Result<Dataset, String> {
    let Some(words) = declared else { return Ok(Dataset::Unknown) };
    match words.iter().position(|word| word == frequency.word()) {
        Some(0) => Ok(Dataset::Unnamed),
        Some(_) => Ok(Dataset::Named),
        None => {
            let (word, known) = (frequency.word(), words.join(", "));
            Err(format!("`{id}` has no values by {word}; set `frequency` to {known}"))
        }
    }
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

async fn of_indicator(
    hub: &Hub,
    context: &Context,
    plan: &Plan,
    id: &str,
    dataset: Dataset,
) -> Result<Gathered, Problem> {
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
    let is_named = match dataset {
        Dataset::Unnamed => false,
        Dataset::Named => true,
        Dataset::Unknown => rows.iter().any(|row| row.get(1).and_then(Json::as_str) == Some(&named)),
    };
    let dataset = is_named.then_some(named.as_str());
    let mut gathered = Gathered::default();
    for row in &rows {
        let [entity, of, at, value] = row.as_slice() else { continue };
        if of.as_str().filter(|of| !of.is_empty()) != dataset {
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
    let table = hub.ask(context, question).await?.table().await?;
    if table.truncated {
        let detail = format!("these are more than {ROWS_MAX} values; let `dataFrom` begin later");
        return Err(Problem::new(ErrorKind::TooComplex, detail));
    }
    Ok(table.rows)
}

/// A text as one cell of CSV.
fn cell(text: &str) -> Cow<'_, str> {
    if text.contains([',', '"', '\n', '\r', ';', '\t']) {
        return format!("\"{}\"", text.replace('"', "\"\"")).into();
    }
    text.into()
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
            text.push_str(&format!("{},{period},{value},{}\n", cell(unit), u8::from(touched)));
        }
        let digest = format!("{:016x}", twox_hash::XxHash3_64::oneshot(text.as_bytes()));
        (text, digest)
    }
}

#[cfg(test)]
mod tests {
    use senne_impact::Direction;

    use super::*;
    use crate::{MethodName, Table};

    #[test]
    fn months_are_not_taken_for_days() {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let (monthly, both) = (words(&["month", "year"]), words(&["month", "day"]));
        let why = dataset("no2-mean", Some(&monthly), Frequency::Day).unwrap_err();
        assert_eq!(why, "`no2-mean` has no values by day; set `frequency` to month, year");
        assert_eq!(dataset("no2-mean", Some(&monthly), Frequency::Month), Ok(Dataset::Unnamed));
        assert_eq!(dataset("no2-mean", Some(&both), Frequency::Day), Ok(Dataset::Named));
        assert_eq!(dataset("no2-mean", None, Frequency::Day), Ok(Dataset::Unknown));
    }

    #[test]
    fn a_name_with_a_comma_is_one_unit() {
        let name = "urn:ngsi-ld:Street:Rue \"Haute\",1";
        let plan = Plan {
            id: EntityId::trusted("urn:ngsi-ld:Evaluation:1"),
            outcome: Outcome::Indicator("no2-mean".to_owned()),
            frequency: Frequency::Day,
            treated: vec![EntityId::trusted(name)],
            excluded: Vec::new(),
            donors: Vec::new(),
            start: "2024-01-02".parse().unwrap(),
            from: None,
            method: MethodName::Auto,
            better: Direction::Down,
            matters: None,
        };
        let mut gathered = Gathered::default();
        for day in ["2024-01-01", "2024-01-02"] {
            gathered.values.insert((name.to_owned(), day.parse().unwrap()), 3.5);
            gathered.values.insert(("urn:plain".to_owned(), day.parse().unwrap()), 4.5);
        }
        let (text, _) = gathered.table(&plan);
        let table = Table::read(text.as_bytes()).unwrap();
        assert_eq!(table.texts("unit").unwrap(), [name, name, "urn:plain", "urn:plain"]);
        assert_eq!(table.truths("treated").unwrap(), [false, true, false, false]);
        assert!(text.contains("\nurn:plain,2024-01-01,4.5,0\n"), "what needs no quotes has none: {text}");
    }
}
