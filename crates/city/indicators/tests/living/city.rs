//! A city with two communes and three stations, in a hub of its own.

use std::{collections::BTreeMap, path::Path, time::Duration};

use senne_city_indicators::Indicators;
use senne_contract::Contracts;
use senne_hub::{Context, Hub, HubConfig, Principal, WriteOptions, language::TimeFilter};
use senne_indicator::{Catalogue, Figure, Frequency, Period, SeriesQuery};
use senne_model::{
    Attribute, AttributeValue, EntityId, Geometry, Instance, Json, Name, Operation, TenantName, Timestamp,
    Write,
};

use crate::declarations::{INDEX, MEAN, MEDIAN, SHARE, more};

pub(crate) fn term(local: &str) -> Name {
    Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{local}"))
}

pub(crate) fn context() -> Context {
    let principal = Principal::Administrator { name: "test".to_owned() };
    Context::new(principal, TenantName::default())
}

pub(crate) fn property(local: &str, json: Json) -> Attribute {
    Attribute::new(term(local), Instance::new(AttributeValue::Property(json)))
}

pub(crate) fn located(id: &str, kind: &str, geometry: Geometry) -> Write {
    let mut write = Write::new(EntityId::trusted(id), Operation::CreateOrAppend);
    write.types.push(term(kind));
    let location = Name::new("https://uri.etsi.org/ngsi-ld/location");
    write.attributes.push(Attribute::new(location, Instance::new(AttributeValue::Geo(geometry))));
    write
}

pub(crate) fn commune(id: &str, west: f64) -> Write {
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
pub(crate) fn values(station: &str, hours: std::ops::Range<i64>, value: impl Fn(i64) -> f64) -> Write {
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

pub(crate) fn wobble(hour: i64) -> f64 {
    if hour % 2 == 0 { -1.0 } else { 1.0 }
}

pub(crate) const A: &str = "urn:ngsi-ld:AdministrativeArea:BE:1";
pub(crate) const B: &str = "urn:ngsi-ld:AdministrativeArea:BE:2";
pub(crate) const REGION: &str = "urn:ngsi-ld:AdministrativeArea:BE:04000";

pub(crate) struct City {
    pub(crate) hub: Hub,
    pub(crate) indicators: Indicators,
}

impl City {
    pub(crate) async fn open(dir: &Path) -> Self {
        let config = HubConfig { contracts: Contracts::builtin().into(), ..HubConfig::new(dir) };
        let hub = Hub::open(config).await.unwrap();
        let files = [
            ("mean.yaml", MEAN),
            ("share.yaml", SHARE),
            ("median.yaml", MEDIAN),
            ("composites/index.yaml", INDEX),
        ];
        let mut files = files.map(|(name, text)| (name.to_owned(), text.to_owned())).to_vec();
        files.extend(more().into_iter().enumerate().map(|(place, text)| (format!("{place}.yaml"), text)));
        let indicators = Indicators::new(hub.clone(), Catalogue::parse(&files).unwrap());
        Self { hub, indicators }
    }

    pub(crate) async fn write(&self, writes: Vec<Write>) {
        for answer in self.hub.write(&context(), writes, WriteOptions::default()).await.unwrap() {
            answer.unwrap();
        }
    }

    pub(crate) async fn places(&self) {
        self.write(vec![commune(A, 4.3), commune(B, 4.4)]).await;
        let at = |longitude| Geometry::point(longitude, 50.85).unwrap();
        let stations = [("urn:s:1", 4.35), ("urn:s:2", 4.45), ("urn:s:3", 4.46)];
        self.write(stations.map(|(id, longitude)| located(id, "AirQualityObserved", at(longitude))).into())
            .await;
    }

    pub(crate) async fn series(
        &self,
        id: &str,
        area: &str,
        frequency: Frequency,
    ) -> BTreeMap<String, Figure> {
        let declaration = self.indicators.indicator(id).unwrap();
        let wanted = SeriesQuery {
            areas: vec![EntityId::trusted(area)],
            frequency,
            from: None,
            to: None,
            as_of: None,
        };
        let found = self.indicators.series(&context(), &declaration, &wanted).await.unwrap();
        let figures = found.into_values().flatten();
        figures.map(|figure| (figure.period.to_string(), figure)).collect()
    }

    /// Waits until a value is what it should be.
    pub(crate) async fn comes(&self, id: &str, area: &str, period: &str, wanted: f64) -> Figure {
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

    pub(crate) async fn versions(&self, id: &str, tail: &str) -> usize {
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
