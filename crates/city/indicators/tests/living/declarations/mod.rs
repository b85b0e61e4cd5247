//! The indicators and the index of the city in these tests.

pub(crate) const MEAN: &str = "id: no2-mean
version: 1
title: { fr: NO2, nl: NO2, en: NO2 }
definition: { fr: a, nl: b, en: c }
pillar: environment
unit: GQ
direction: down
measure: mean
uncertainty: sample
levels: [region, commune]
frequencies: [month, day]
completeness: 0.75
computed:
  reads: [{ type: AirQualityObserved, attributes: [no2] }]
  sql: |
    SELECT a.area, d.at, count(d.mean) AS count, sum(d.mean) AS sum, sum(d.mean * d.mean) AS sum_of_squares,
           sum(d.hours) AS observed, sum(24) AS expected
    FROM (SELECT entity, time_bucket('P1D', start, 'Europe/Brussels') AS at, count(mean) AS hours, avg(mean) AS mean
          FROM hourly WHERE type = 'AirQualityObserved' AND attribute = 'no2' AND start >= $from AND start < $to
          GROUP BY 1, 2) AS d
    JOIN entity_area AS a ON a.entity = d.entity AND a.level = $level
    GROUP BY a.area, d.at
data_quality: measured
owner: Somebody
";

pub(crate) const SHARE: &str = "id: calm-hours
version: 1
title: { fr: a, nl: b, en: c }
definition: { fr: a, nl: b, en: c }
pillar: environment
unit: P1
direction: up
measure: { ratio: { factor: 100 } }
uncertainty: share
levels: [region, commune]
frequencies: [day, month]
suppress_below: 10
computed:
  reads: [{ type: AirQualityObserved, attributes: [no2] }]
  sql: |
    SELECT a.area, time_bucket('P1D', h.start, 'Europe/Brussels') AS at,
           sum(CASE WHEN h.mean < 25 THEN 1 ELSE 0 END) AS numerator, count(*) AS denominator
    FROM hourly AS h JOIN entity_area AS a ON a.entity = h.entity AND a.level = $level
    WHERE h.type = 'AirQualityObserved' AND h.attribute = 'no2' AND h.start >= $from AND h.start < $to
    GROUP BY 1, 2
data_quality: measured
owner: Somebody
";

pub(crate) const MEDIAN: &str = "id: no2-median
version: 1
title: { fr: a, nl: b, en: c }
definition: { fr: a, nl: b, en: c }
pillar: environment
unit: GQ
direction: down
measure: value
levels: [commune]
frequencies: [month]
computed:
  reads: [{ type: AirQualityObserved, attributes: [no2] }]
  sql: |
    SELECT a.area, min(h.start) AS at, median(h.mean) AS value, count(*) AS count
    FROM hourly AS h JOIN entity_area AS a ON a.entity = h.entity AND a.level = $level
    WHERE h.type = 'AirQualityObserved' AND h.attribute = 'no2' AND h.start >= $from AND h.start < $to
    GROUP BY 1
data_quality: measured
owner: Somebody
";

pub(crate) const INDEX: &str = "id: calm-air
version: 1
title: { fr: a, nl: b, en: c }
definition: { fr: a, nl: b, en: c }
level: commune
frequency: month
owner: Somebody
groups:
  - id: air
    title: { fr: a, nl: b, en: c }
    indicators: [{ id: no2-mean, low: 0, high: 100 }]
  - id: calm
    title: { fr: a, nl: b, en: c }
    indicators: [{ id: calm-hours, low: 0, high: 100 }]
";

/// What is drawn, and what is told apart by station.
pub(crate) fn more() -> [String; 4] {
    let clustered = MEAN
        .replace("id: no2-mean", "id: no2-clustered")
        .replace("uncertainty: sample", "uncertainty: sample\nclustered_by: station")
        .replace("d.at, count", "d.at, d.entity AS cluster, count")
        .replace("GROUP BY a.area, d.at", "GROUP BY a.area, d.at, d.entity");
    let drawn = SHARE
        .replace("id: calm-hours", "id: calm-drawn")
        .replace("uncertainty: share", "uncertainty: bootstrap");
    let median = MEDIAN
        .replace("id: no2-median", "id: no2-middle")
        .replace("measure: value", "measure: { quantile: { part: 0.5 } }\nuncertainty: bootstrap")
        .replace("levels: [commune]", "levels: [region, commune]")
        .replace(
            "min(h.start) AS at, median(h.mean) AS value, count(*) AS count",
            "h.start AS at, h.mean AS value",
        )
        .replace("    GROUP BY 1\n", "");
    let by_hour = SHARE
        .replace("id: calm-hours", "id: calm-by-hour")
        .replace("suppress_below: 10\n", "disaggregations:\n  - id: part-of-day\n    title: { fr: a, nl: b, en: c }\n    values: { night: { fr: a, nl: b, en: c }, day: { fr: a, nl: b, en: c } }\n")
        .replace("AS at,\n", "AS at,\n           CASE WHEN date_part('hour', h.start) < 6 THEN 'night' ELSE 'day' END AS disaggregation,\n")
        .replace("GROUP BY 1, 2\n", "GROUP BY 1, 2, 3\n");
    [clustered, drawn, median, by_hour]
}
