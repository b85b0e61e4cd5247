//! A series as JSON.

use senne_contract::{Contracts, Unit};
use senne_hub::{ChartBucket, ChartPoint, ChartSeries};
use senne_model::{Entity, Test};
use serde_json::{Value, json};

use crate::describe;

/// One series with what its contract promises.
pub(super) fn of(contracts: &Contracts, entity: Option<&Entity>, chart: &ChartSeries) -> Value {
    let contract = entity.and_then(|entity| describe::contract_of(contracts, entity));
    let promised = contract.and_then(|contract| contract.attribute(&chart.attribute));
    let came = || {
        let attribute = entity?.attributes.iter().find(|a| a.name == chart.attribute)?;
        Unit::find(attribute.main()?.unit_code.as_deref()?)
    };
    let unit = promised.and_then(|p| p.unit).or_else(came);
    let mut series = json!({
        "entity": chart.entity.as_str(),
        "attribute": &*chart.attribute,
        "dataset": chart.dataset_id.as_ref().map(senne_model::Iri::as_str),
        "from": chart.from.to_string(),
        "to": chart.to.to_string(),
        "zone": chart.zone,
        "resolution": chart.period.unwrap_or("raw"),
        "source": chart.source.view(),
        "unit": unit.map(|unit| json!({ "code": unit.code, "symbol": unit.symbol })),
        "plausible": promised.and_then(|p| p.plausible).map(|range| json!([range.least, range.greatest])),
        "cadenceSeconds": promised.and_then(|p| p.cadence).map(|cadence| cadence.as_secs_f64()),
        "gapAfterSeconds": chart.gap_after.map(|micros| micros as f64 / 1e6),
        "extent": chart.extent.map(|(first, last)| json!([first.to_string(), last.to_string()])),
        "valuesKeptFrom": chart.kept_from.map(|at| at.to_string()),
        "count": chart.count(),
        "truncated": chart.truncated,
        "approximate": chart.approximate,
        "gaps": chart.gaps.iter().map(|(a, b)| json!([a.to_string(), b.to_string()])).collect::<Vec<_>>(),
        "sql": chart.sql(1.0),
    });
    if chart.period.is_some() {
        series["buckets"] = chart.buckets.iter().map(bucket).collect();
    } else {
        series["points"] = chart.points.iter().map(point).collect();
    }
    series
}

fn point(point: &ChartPoint) -> Value {
    json!({
        "at": point.at.to_string(),
        "value": point.value,
        "quality": point.quality.flag().word(),
        "tests": point.quality.tests().map(Test::word).collect::<Vec<_>>(),
    })
}

fn bucket(bucket: &ChartBucket) -> Value {
    let [good, not_evaluated, suspect, fail, missing] = bucket.flags;
    json!({
        "start": bucket.from.to_string(),
        "end": bucket.to.to_string(),
        "count": bucket.count(),
        "mean": bucket.mean,
        "min": bucket.min,
        "max": bucket.max,
        "good": good,
        "notEvaluated": not_evaluated,
        "suspect": suspect,
        "fail": fail,
        "missing": missing,
    })
}
