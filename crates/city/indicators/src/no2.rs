//! The daily mean of nitrogen dioxide.
//!
//! Per station and civil day in Brussels: the mean over the hours of the day of the mean of the usable values
//! (good or not evaluated) of the hour, so that irregular sending does not weigh one part of the day more. It is
//! given when three quarters of the hours have a usable value (Directive 2008/50/EC, annex XI, on the
//! aggregation of data and the proportion of valid data). Values that failed or are suspect take no part: a broken sensor
//! makes its day unknown, never wrong.

use std::collections::BTreeMap;

use senne_hub::{Action, Context, Hub, Principal, model::Json};
use senne_model::{EntityId, Problem, Test, Timestamp};

use crate::{AreaIndex, day::Days, entity::term};

/// The daily guideline for NO2 in µg/m³ (WHO global air quality guidelines, 2021, table 0.1).
pub(crate) const GUIDELINE: f64 = 25.0;

/// The share of the hours that must have a usable value for a mean to be given.
const SHARE_NEEDED: f64 = 0.75;

/// The most rows that the question may give.
const ROWS_MAX: usize = 5_000_000;

/// The daily mean of one station.
#[derive(Clone, PartialEq, Debug)]
pub struct StationDay {
    /// The station.
    pub station: EntityId,
    /// The administrative area in which it stands.
    pub area: Option<EntityId>,
    /// The civil day in Brussels, `2024-01-31`.
    pub day: String,
    /// The mean of the usable values in µg/m³; `None` when fewer than three quarters of the hours have one.
    pub mean: Option<f64>,
    /// The share of the hours of the day that have a usable value, 0 to 1.
    pub share_observed: f64,
    /// The share of the values that were flagged suspect or failed, 0 to 1.
    pub share_flagged: f64,
    /// The guideline, in µg/m³.
    pub guideline: f64,
    /// Whether the simulator made any of the values.
    pub simulated: bool,
}

/// The daily mean of one administrative area.
#[derive(Clone, PartialEq, Debug)]
pub struct AreaDay {
    /// The area.
    pub area: EntityId,
    /// The civil day in Brussels, `2024-01-31`.
    pub day: String,
    /// The mean of its stations' means in µg/m³; `None` when no station has one.
    pub mean: Option<f64>,
    /// How many stations entered the mean.
    pub stations: usize,
    /// The mean over its stations of the share of the hours observed, 0 to 1.
    pub share_observed: f64,
    /// The mean over its stations of the share of the values flagged, 0 to 1.
    pub share_flagged: f64,
    /// The guideline, in µg/m³.
    pub guideline: f64,
    /// Whether the simulator made any of the values.
    pub simulated: bool,
}

/// What one station's day adds up to.
#[derive(Default)]
struct Sum {
    hourly_means: f64,
    hours: usize,
    values: i64,
    usable: i64,
    simulated: bool,
}

/// One row of the question: a station, an hour, and what was observed in it.
struct Hour {
    station: EntityId,
    start: Timestamp,
    values: i64,
    usable: i64,
    mean: Option<f64>,
    simulated: bool,
}

pub(crate) async fn by_station(
    hub: &Hub,
    context: &Context,
    areas: &AreaIndex,
    from: &str,
    to: &str,
) -> Result<Vec<StationDay>, Problem> {
    let days = Days::parse(from, to)?;
    let Some((start, end)) = days.range() else { return Ok(Vec::new()) };
    let rows = ask(hub, context, start, end).await?;
    let mut sums: BTreeMap<(EntityId, usize), Sum> = BTreeMap::new();
    for row in rows {
        let Some(day) = days.find(row.start) else { continue };
        let sum = sums.entry((row.station, day)).or_default();
        sum.values += row.values;
        sum.usable += row.usable;
        sum.simulated |= row.simulated;
        if let Some(mean) = row.mean {
            sum.hourly_means += mean;
            sum.hours += 1;
        }
    }
    let mut places: BTreeMap<EntityId, Option<EntityId>> = BTreeMap::new();
    let mut result = Vec::with_capacity(sums.len());
    for ((station, day), sum) in sums {
        let area = if let Some(area) = places.get(&station) {
            area.clone()
        } else {
            let area = area_of(hub, context, areas, &station).await;
            places.insert(station.clone(), area.clone());
            area
        };
        result.push(sum.into_day(station, area, days.name(day), days.hours(day)));
    }
    Ok(result)
}

impl Sum {
    fn into_day(self, station: EntityId, area: Option<EntityId>, day: &str, hours: usize) -> StationDay {
        let share_observed = self.hours as f64 / hours as f64;
        let share_flagged =
            if self.values == 0 { 0.0 } else { (self.values - self.usable) as f64 / self.values as f64 };
        StationDay {
            station,
            area,
            day: day.to_owned(),
            mean: (share_observed >= SHARE_NEEDED).then(|| self.hourly_means / self.hours as f64),
            share_observed,
            share_flagged,
            guideline: GUIDELINE,
            simulated: self.simulated,
        }
    }
}

pub(crate) fn by_area(stations: &[StationDay]) -> Vec<AreaDay> {
    let mut groups: BTreeMap<(&EntityId, &str), Vec<&StationDay>> = BTreeMap::new();
    for station in stations {
        if let Some(area) = &station.area {
            groups.entry((area, &station.day)).or_default().push(station);
        }
    }
    let mean =
        |values: Vec<f64>| (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64);
    let each = |((area, day), group): ((&EntityId, &str), Vec<&StationDay>)| {
        let means: Vec<f64> = group.iter().filter_map(|s| s.mean).collect();
        AreaDay {
            area: area.clone(),
            day: day.to_owned(),
            stations: means.len(),
            mean: mean(means),
            share_observed: mean(group.iter().map(|s| s.share_observed).collect()).unwrap_or(0.0),
            share_flagged: mean(group.iter().map(|s| s.share_flagged).collect()).unwrap_or(0.0),
            guideline: GUIDELINE,
            simulated: group.iter().any(|s| s.simulated),
        }
    };
    groups.into_iter().map(each).collect()
}

/// The question, hour by hour. The caller must be allowed to read the type; the sum over it is then asked by
/// the service that may use SQL.
async fn ask(hub: &Hub, context: &Context, start: Timestamp, end: Timestamp) -> Result<Vec<Hour>, Problem> {
    let types = [term("AirQualityObserved")];
    let (grant, contracts) = (hub.decide(context, Action::Read)?, hub.contracts());
    let attributes = ["no2", "NO2"].map(term);
    let may = |attribute| grant.allows_attribute(&types, attribute, contracts);
    if !grant.allows_types(&types, contracts) || !attributes.iter().all(may) {
        return Err(Problem::not_found("there is no indicator here that you may see"));
    }
    let service =
        Context { principal: Principal::Service { name: "indicators".to_owned() }, ..context.clone() };
    let sql = format!(
        "SELECT entity, date_trunc('hour', observed_at) AS hour, count(*) AS n,
           sum(CASE WHEN quality <= 2 THEN 1 ELSE 0 END) AS usable,
           avg(CASE WHEN quality <= 2 THEN number END) AS mean,
           max(CASE WHEN strpos(quality_tests, '{simulated}') > 0 THEN 1 ELSE 0 END) AS made
         FROM observation_corrected
         WHERE type = 'AirQualityObserved' AND attribute IN ('no2', 'NO2') AND number IS NOT NULL
           AND observed_at >= TIMESTAMP '{start}' AND observed_at < TIMESTAMP '{end}'
         GROUP BY entity, date_trunc('hour', observed_at)",
        simulated = Test::Simulated.word(),
    );
    let table = hub.sql(&service, &sql, ROWS_MAX).await?;
    Ok(table.rows.iter().filter_map(|row| hour(row)).collect())
}

fn hour(row: &[Json]) -> Option<Hour> {
    let [station, hour, values, usable, mean, made] = row else { return None };
    let int = |json: &Json| json.as_f64().map(|x| x as i64);
    Some(Hour {
        station: EntityId::trusted(station.as_str()?),
        start: Timestamp::parse(hour.as_str()?).ok()?,
        values: int(values)?,
        usable: int(usable)?,
        mean: mean.as_f64(),
        simulated: int(made)? > 0,
    })
}

async fn area_of(hub: &Hub, context: &Context, areas: &AreaIndex, station: &EntityId) -> Option<EntityId> {
    let entity = hub.entity(context, station).await.ok()?;
    let (longitude, latitude) = entity.location()?.middle();
    areas.find(longitude, latitude).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn station(name: &str, mean: Option<f64>, flagged: f64) -> StationDay {
        StationDay {
            station: EntityId::trusted(name),
            area: Some(EntityId::trusted("urn:area:ixelles")),
            day: "2024-01-15".to_owned(),
            mean,
            share_observed: 1.0 - flagged,
            share_flagged: flagged,
            guideline: GUIDELINE,
            simulated: false,
        }
    }

    #[test]
    fn a_failed_station_does_not_poison_its_area() {
        let areas = by_area(&[
            station("urn:s3", Some(30.0), 0.0),
            station("urn:s8", Some(20.0), 0.1),
            station("urn:s5", None, 1.0),
        ]);
        assert_eq!(areas.len(), 1);
        assert_eq!((areas[0].mean, areas[0].stations), (Some(25.0), 2));
        assert!((areas[0].share_flagged - 1.1 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn a_day_with_too_few_hours_has_no_mean() {
        let sum = |hours| Sum {
            hourly_means: hours as f64 * 20.0,
            hours,
            values: 100,
            usable: 80,
            simulated: false,
        };
        let day = |hours| sum(hours).into_day(EntityId::trusted("urn:s"), None, "2024-01-15", 24);
        assert_eq!((day(17).mean, day(18).mean), (None, Some(20.0)));
        assert!((day(18).share_flagged - 0.2).abs() < 1e-12);
    }
}
