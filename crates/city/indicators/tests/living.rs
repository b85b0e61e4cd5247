//! From observations to published figures and back, in a hub of its own.
#![allow(clippy::unwrap_used, reason = "tests may fail")]

use std::{collections::BTreeMap, path::Path, time::Duration};

use senne_city_indicators::Indicators;
use senne_contract::Contracts;
use senne_hub::{Context, Hub, HubConfig, Principal, WriteOptions, language::TimeFilter};
use senne_indicator::{Catalogue, Figure, Frequency, Period, SeriesQuery, Status};
use senne_model::{
    Attribute, AttributeValue, EntityId, Geometry, Instance, Json, Name, Operation, TenantName, Timestamp,
    Write,
};

const MEAN: &str = "id: no2-mean
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

const SHARE: &str = "id: calm-hours
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

const MEDIAN: &str = "id: no2-median
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

fn term(local: &str) -> Name {
    Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{local}"))
}

fn context() -> Context {
    let principal = Principal::Administrator { name: "test".to_owned() };
    Context::new(principal, TenantName::default())
}

fn property(local: &str, json: Json) -> Attribute {
    Attribute::new(term(local), Instance::new(AttributeValue::Property(json)))
}

fn located(id: &str, kind: &str, geometry: Geometry) -> Write {
    let mut write = Write::new(EntityId::trusted(id), Operation::CreateOrAppend);
    write.types.push(term(kind));
    let location = Name::new("https://uri.etsi.org/ngsi-ld/location");
    write.attributes.push(Attribute::new(location, Instance::new(AttributeValue::Geo(geometry))));
    write
}

fn commune(id: &str, west: f64) -> Write {
    let (east, south, north) = (west + 0.1, 50.8, 50.9);
    let ring =
        format!("[[[{west},{south}],[{east},{south}],[{east},{north}],[{west},{north}],[{west},{south}]]]");
    let outline = Geometry::parse("Polygon", &serde_json::from_str(&ring).unwrap()).unwrap();
    let mut write = located(id, "AdministrativeArea", outline);
    write.attributes.push(property("level", Json::text("commune")));
    write
}

/// A station's value for each hour of `hours`, counted from the first of January 2024 in Brussels; one more and one less in turn, for a value that
/// stands still is suspect.
fn values(station: &str, hours: std::ops::Range<i64>, value: impl Fn(i64) -> f64) -> Write {
    let mut write = Write::new(EntityId::trusted(station), Operation::Observe);
    write.types.push(term("AirQualityObserved"));
    let begin = Timestamp::parse("2023-12-31T23:00:00Z").unwrap().micros();
    let instances = hours.map(|hour| {
        let mut instance = Instance::new(AttributeValue::Property(Json::Float(value(hour) + wobble(hour))));
        instance.unit_code = Some(Name::new("GQ"));
        instance.at(Timestamp::from_micros(begin + hour * 3_600_000_000))
    });
    write.attributes.push(Attribute { name: term("no2"), instances: instances.collect() });
    write
}

fn wobble(hour: i64) -> f64 {
    if hour % 2 == 0 { -1.0 } else { 1.0 }
}

const A: &str = "urn:ngsi-ld:AdministrativeArea:BE:1";
const B: &str = "urn:ngsi-ld:AdministrativeArea:BE:2";
const REGION: &str = "urn:ngsi-ld:AdministrativeArea:BE:04000";

struct City {
    hub: Hub,
    indicators: Indicators,
}

impl City {
    async fn open(dir: &Path) -> Self {
        let config = HubConfig { contracts: Contracts::builtin().into(), ..HubConfig::new(dir) };
        let hub = Hub::open(config).await.unwrap();
        let files = [("mean.yaml", MEAN), ("share.yaml", SHARE), ("median.yaml", MEDIAN)];
        let files = files.map(|(name, text)| (name.to_owned(), text.to_owned()));
        let indicators = Indicators::new(hub.clone(), Catalogue::parse(&files).unwrap());
        Self { hub, indicators }
    }

    async fn write(&self, writes: Vec<Write>) {
        for answer in self.hub.write(&context(), writes, WriteOptions::default()).await.unwrap() {
            answer.unwrap();
        }
    }

    async fn places(&self) {
        self.write(vec![commune(A, 4.3), commune(B, 4.4)]).await;
        let at = |longitude| Geometry::point(longitude, 50.85).unwrap();
        let stations = [("urn:s:1", 4.35), ("urn:s:2", 4.45), ("urn:s:3", 4.46)];
        self.write(stations.map(|(id, longitude)| located(id, "AirQualityObserved", at(longitude))).into())
            .await;
    }

    async fn series(&self, id: &str, area: &str, frequency: Frequency) -> BTreeMap<String, Figure> {
        let declaration = self.indicators.indicator(id).unwrap();
        let wanted = SeriesQuery {
            areas: vec![EntityId::trusted(area)],
            frequency,
            from: None,
            to: None,
            as_of: None,
        };
        let found = self.indicators.series(&context(), declaration, &wanted).await.unwrap();
        let figures = found.into_values().flatten();
        figures.map(|figure| (figure.period.to_string(), figure)).collect()
    }

    /// Waits until a value is what it should be.
    async fn comes(&self, id: &str, area: &str, period: &str, wanted: f64) -> Figure {
        let period: Period = period.parse().unwrap();
        let mut seen = None;
        for _ in 0..600 {
            let series = self.series(id, area, period.frequency()).await;
            seen = series.get(&period.to_string()).cloned();
            if let Some(figure) = &seen
                && figure.value.number.is_some_and(|number| (number - wanted).abs() < 1e-9)
            {
                return figure.clone();
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{id} {area} {period}: {wanted} is wanted, seen {seen:?}");
    }

    async fn versions(&self, id: &str, tail: &str) -> usize {
        let entity = EntityId::trusted(&format!("urn:ngsi-ld:KeyPerformanceIndicator:{id}:{tail}"));
        let query = senne_hub::PastQuery {
            attributes: vec![term("kpiValue")],
            every_version: true,
            ..senne_hub::PastQuery::of(vec![entity], TimeFilter::default())
        };
        let past = self.hub.past(&context(), &query).await.unwrap();
        past.iter().flat_map(|past| &past.series).map(|series| series.points.len()).sum()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_follow_what_is_observed() {
    let dir = tempfile::tempdir().unwrap();
    let city = City::open(dir.path()).await;
    // What was there before anybody computed.
    city.places().await;
    city.write(vec![
        values("urn:s:1", 0..48, |hour| if hour < 24 { 10.0 } else { 20.0 }),
        values("urn:s:2", 0..48, |_| 30.0),
        values("urn:s:3", 0..24, |_| 50.0),
    ])
    .await;
    city.indicators.keep_up().unwrap();

    let first = city.comes("no2-mean", A, "2024-01-01", 10.0).await;
    assert_eq!((first.value.coverage, first.value.status), (1.0, Status::Final));
    assert_eq!(city.comes("no2-mean", A, "2024-01", 15.0).await.value.status, Status::Incomplete);
    // Three station-days: 30, 30 and 50.
    let b = city.comes("no2-mean", B, "2024-01", 110.0 / 3.0).await;
    assert_eq!((b.value.parts.count, b.value.parts.sum), (3.0, 110.0));
    assert_eq!(b.value.interval, None, "three values are too few for one");
    // The region by its station-days, not by the means of its communes.
    let region = city.comes("no2-mean", REGION, "2024-01", 140.0 / 5.0).await;
    let (low, high) = region.value.interval.unwrap();
    assert!(low < 28.0 && high > 28.0, "{low} {high}");
    city.comes("calm-hours", REGION, "2024-01", 100.0 * 48.0 / 120.0).await;
    city.comes("no2-median", A, "2024-01", 15.0).await;

    // A value that comes late makes its day and month anew, and no other.
    let days = city.series("no2-mean", B, Frequency::Day).await;
    let versions = city.versions("no2-mean", "BE-1").await;
    city.write(vec![values("urn:s:3", 24..48, |_| 50.0)]).await;
    city.comes("no2-mean", B, "2024-01-02", 40.0).await;
    city.comes("no2-mean", REGION, "2024-01", 190.0 / 6.0).await;
    let now = city.series("no2-mean", B, Frequency::Day).await;
    assert_eq!(now["2024-01-01"].vintage, days["2024-01-01"].vintage);
    assert_eq!(now["2024-01-02"].value.status, Status::Revised);
    assert_eq!(city.versions("no2-mean", "BE-1").await, versions);

    // A correction too; what was published before is still known.
    city.write(vec![values("urn:s:1", 3..4, |_| 34.0)]).await;
    city.comes("no2-mean", A, "2024-01-01", 11.0).await;
    city.comes("no2-median", A, "2024-01", 19.0).await;
    assert_eq!(city.versions("no2-mean", "BE-1").await, versions + 2);
    city.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_published_value_comes_out_again() {
    let dir = tempfile::tempdir().unwrap();
    let city = City::open(dir.path()).await;
    city.places().await;
    let wave = |hour: i64| 20.0 + (hour as f64 * 0.7).sin() * 7.3;
    city.write(vec![values("urn:s:2", 0..700, wave), values("urn:s:3", 0..700, |hour| wave(hour + 5))]).await;
    city.indicators.keep_up().unwrap();
    let mut old = Vec::new();
    for (id, area, period) in [
        ("no2-mean", B, "2024-01"),
        ("no2-mean", REGION, "2024-01"),
        ("no2-mean", B, "2024-01-15"),
        ("calm-hours", B, "2024-01"),
        ("no2-median", B, "2024-01"),
    ] {
        let period: Period = period.parse().unwrap();
        let mut tries = 0;
        while !city.series(id, area, period.frequency()).await.contains_key(&period.to_string()) {
            tries += 1;
            assert!(tries < 600, "{id} {area} {period}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let declaration = city.indicators.indicator(id).unwrap();
        let area = EntityId::trusted(area);
        let found = city.indicators.reproduce(&context(), declaration, &area, period).await.unwrap();
        assert!(found.same_formula && found.same_digits, "{id}: {found:?}");
        old.push(found.published);
    }
    // Data that come later change the value, and not what was known before.
    city.write(vec![values("urn:s:2", 340..360, |_| 90.0)]).await;
    let declaration = city.indicators.indicator("no2-mean").unwrap();
    let before = old[0].value.number.unwrap();
    let period: Period = "2024-01".parse().unwrap();
    for _ in 0..600 {
        let now = city.series("no2-mean", B, Frequency::Month).await;
        if now["2024-01"].value.number.unwrap() > before + 0.1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let found =
        city.indicators.reproduce(&context(), declaration, &EntityId::trusted(B), period).await.unwrap();
    assert!(found.same_digits && found.published.value.number.unwrap() > before + 0.1, "{found:?}");
    let missing = city.indicators.reproduce(&context(), declaration, &EntityId::trusted(A), period).await;
    assert!(missing.is_err());
    city.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn few_are_not_published_and_a_restart_forgets_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let city = City::open(dir.path()).await;
    city.places().await;
    city.indicators.keep_up().unwrap();
    city.write(vec![values("urn:s:1", 0..5, |_| 10.0), values("urn:s:2", 0..24, |_| 30.0)]).await;
    city.comes("no2-mean", B, "2024-01-01", 30.0).await;
    city.comes("calm-hours", B, "2024-01-01", 0.0).await;
    let declaration = city.indicators.indicator("calm-hours").unwrap();
    let few = city.series("calm-hours", A, Frequency::Day).await;
    let few = &few["2024-01-01"].value;
    assert_eq!((few.number, few.status), (None, Status::Suppressed));
    assert_eq!(few.parts.numerator, 0.0);
    assert_eq!(declaration.suppress_below, 10.0);
    // What comes while nobody computes is computed afterwards.
    city.hub.stop().await;
    drop(city);
    let city = City::open(dir.path()).await;
    city.write(vec![values("urn:s:1", 5..24, |_| 10.0)]).await;
    city.indicators.keep_up().unwrap();
    city.comes("calm-hours", A, "2024-01-01", 100.0).await;
    assert_eq!(city.comes("no2-mean", A, "2024-01-01", 10.0).await.value.coverage, 1.0);
    let latest = city.indicators.latest(&context()).await.unwrap();
    let figure = latest.figure("no2-mean", &EntityId::trusted(A)).unwrap();
    assert_eq!((figure.period.to_string(), figure.value.number), ("2024-01".to_owned(), Some(10.0)));
    city.hub.stop().await;
}
