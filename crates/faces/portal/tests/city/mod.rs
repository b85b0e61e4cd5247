//! A made-up city for tests and for looking at pages: communes on a grid, stations of every kind, and one of each
//! trouble. Nothing in it is real.

mod figures;

use std::{collections::BTreeMap, sync::Arc};

use senne_face_portal::{Answer, AreaCodes, AreaDay, Figures, FiguresByArea, FiguresOf, StationDay};
use senne_hub::Context;
use senne_indicator::{Catalogue, CompositeIndex, Declaration, Figure, IndexQuery, IndexTable, SeriesQuery};
use senne_model::{
    Attribute, AttributeValue, EntityId, Geometry, Instance, Json, Name, Operation, Timestamp, Write,
};
use smallvec::smallvec;

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

const COMMUNES: [(&str, &str, &str); 19] = [
    ("21001", "Anderlecht", "Anderlecht"),
    ("21002", "Auderghem", "Oudergem"),
    ("21003", "Berchem-Sainte-Agathe", "Sint-Agatha-Berchem"),
    ("21004", "Bruxelles", "Brussel"),
    ("21005", "Etterbeek", "Etterbeek"),
    ("21006", "Evere", "Evere"),
    ("21007", "Forest", "Vorst"),
    ("21008", "Ganshoren", "Ganshoren"),
    ("21009", "Ixelles", "Elsene"),
    ("21010", "Jette", "Jette"),
    ("21011", "Koekelberg", "Koekelberg"),
    ("21012", "Molenbeek-Saint-Jean", "Sint-Jans-Molenbeek"),
    ("21013", "Saint-Gilles", "Sint-Gillis"),
    ("21014", "Saint-Josse-ten-Noode", "Sint-Joost-ten-Node"),
    ("21015", "Schaerbeek", "Schaarbeek"),
    ("21016", "Uccle", "Ukkel"),
    ("21017", "Watermael-Boitsfort", "Watermaal-Bosvoorde"),
    ("21018", "Woluwe-Saint-Lambert", "Sint-Lambrechts-Woluwe"),
    ("21019", "Woluwe-Saint-Pierre", "Sint-Pieters-Woluwe"),
];

fn term(term: &str) -> Name {
    Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{term}"))
}

fn number(x: f64, at: i64) -> Instance {
    let rounded = (x * 10.0).round() / 10.0;
    Instance::new(AttributeValue::Property(Json::from(rounded))).at(Timestamp::from_micros(at))
}

fn both(fr: &str, nl: &str) -> Instance {
    Instance::new(AttributeValue::Language(vec![
        ("fr".into(), Json::text(fr)),
        ("nl".into(), Json::text(nl)),
    ]))
}

fn text(text: &str) -> Instance {
    Instance::new(AttributeValue::Property(Json::text(text)))
}

fn write(id: &str, kind: &str, attributes: Vec<(Name, Instance)>) -> Write {
    let mut write = Write::new(EntityId::trusted(id), Operation::Observe);
    write.types = smallvec![term(kind)];
    write.attributes =
        attributes.into_iter().map(|(name, instance)| Attribute::new(name, instance)).collect();
    write
}

fn location() -> Name {
    Name::new("https://uri.etsi.org/ngsi-ld/location")
}

pub(crate) fn commune_id(nis: &str) -> EntityId {
    EntityId::trusted(&format!("urn:ngsi-ld:AdministrativeArea:{nis}"))
}

/// West, south, east and north of the cell of a commune.
fn cell(index: usize) -> [f64; 4] {
    let (column, row) = ((index % 5) as f64, (index / 5) as f64);
    let (west, south) = (4.26 + column * 0.04, 50.78 + row * 0.03);
    [west, south, west + 0.04, south + 0.03]
}

fn communes() -> Vec<Write> {
    let write_one = |(index, (nis, fr, nl)): (usize, &(&str, &str, &str))| {
        let [w, s, e, n] = cell(index);
        let ring = format!("[[[{w},{s}],[{e},{s}],[{e},{n}],[{w},{n}],[{w},{s}]]]");
        let ring: Json = serde_json::from_str(&ring).unwrap();
        let shape = Geometry::parse("Polygon", &ring).unwrap();
        write(
            &commune_id(nis),
            "AdministrativeArea",
            vec![
                (term("name"), both(fr, nl)),
                (term("nisCode"), text(nis)),
                (
                    term("population"),
                    Instance::new(AttributeValue::Property(Json::Int(20_000 + 9_500 * index as i64))),
                ),
                (term("schematic"), Instance::new(AttributeValue::Property(Json::Bool(true)))),
                (location(), Instance::new(AttributeValue::Geo(shape))),
            ],
        )
    };
    COMMUNES.iter().enumerate().map(write_one).collect()
}

/// A curve with a day and a slower wave, the same on every run.
fn wave(seed: usize, at: i64, top: f64) -> f64 {
    let hours = at as f64 / HOUR as f64 + seed as f64 * 1.7;
    let day = (hours / 24.0 * std::f64::consts::TAU).sin() * 0.3;
    let rush = (hours / 8.0 * std::f64::consts::TAU).sin() * 0.12;
    let slow = (hours / 210.0).sin() * 0.15;
    let jitter = f64::from((seed * 7919 + (at / MINUTE) as usize * 31) as u32 % 97) / 97.0 - 0.5;
    (top * (0.55 + day + rush + slow + 0.12 * jitter)).max(0.0)
}

/// The attributes of each kind with their usual top and cadence in minutes.
const KINDS: [(&str, &[(&str, f64)], i64); 6] = [
    ("AirQualityObserved", &[("no2", 52.0), ("pm25", 19.0), ("o3", 70.0)], 10),
    ("TrafficFlowObserved", &[("intensity", 900.0)], 15),
    ("WeatherObserved", &[("temperature", 17.0), ("relativeHumidity", 0.9)], 30),
    ("BikeHireDockingStation", &[("availableBikeNumber", 22.0), ("freeSlotNumber", 20.0)], 15),
    ("ItemFlowObserved", &[("intensity", 160.0)], 15),
    ("OffStreetParking", &[("availableSpotNumber", 380.0)], 15),
];

pub(crate) fn station_id(kind: &str, index: usize) -> EntityId {
    EntityId::trusted(&format!("urn:ngsi-ld:{kind}:{index:02}"))
}

/// The stations with `days` of past before `now`. Station 2 of air has a gap of two days and every ninth commune has
/// none; station 5 has a sensor that failed. Kinds from the fourth on are marked as simulated.
fn stations(now: i64, days: i64) -> Vec<Write> {
    let mut writes = Vec::new();
    for (kind_index, (kind, attributes, cadence)) in KINDS.iter().enumerate() {
        for commune in (0..19).filter(|c| (c + kind_index) % 3 != 0) {
            let id = station_id(kind, commune);
            let [w, s, e, n] = cell(commune);
            let shift = 0.15 + 0.12 * kind_index as f64;
            let place = Geometry::point(w + (e - w) * shift, s + (n - s) * (1.0 - shift)).unwrap();
            let (_, fr, nl) = COMMUNES[commune];
            let mut first = vec![
                (
                    term("name"),
                    both(
                        &format!("{fr}, chaussée {}", commune + 1),
                        &format!("{nl}, steenweg {}", commune + 1),
                    ),
                ),
                (location(), Instance::new(AttributeValue::Geo(place))),
                (term("dataProvider"), text(if kind_index >= 3 { "Senne simulator" } else { "Ixelles" })),
            ];
            let last = now / (cadence * MINUTE);
            for step in (last - days * 1440 / cadence)..=last {
                let at = step * cadence * MINUTE;
                let silent = kind_index == 0 && commune == 2 && (2..4).contains(&((now - at) / DAY));
                if silent {
                    continue;
                }
                let mut seen: Vec<(Name, Instance)> = std::mem::take(&mut first);
                for (seed, (attribute, top)) in attributes.iter().enumerate() {
                    let mut x = wave(commune * 13 + seed, at, *top);
                    x *= if kind_index == 0 && commune == 5 && seed == 0 { 90.0 } else { 1.0 };
                    x = if kind_index >= 3 { x.round() } else { x };
                    seen.push((term(attribute), number(x, at)));
                }
                let mut one = write(&id, kind, seen);
                one.simulated = kind_index >= 3;
                writes.push(one);
            }
        }
    }
    writes
}

/// All writes of the city.
pub(crate) fn writes(now: Timestamp, days: i64) -> Vec<Write> {
    let mut writes = communes();
    writes.extend(stations(now.micros(), days));
    writes
}

/// Figures that follow the same curve; two communes are not measured.
pub(crate) struct MadeUp;

impl MadeUp {
    /// The figures as the portal takes them.
    pub(crate) fn shared() -> Arc<dyn Figures> {
        Arc::new(Self)
    }
}

impl Figures for MadeUp {
    fn daily_by_area<'a>(&'a self, _: &'a Context, from: &'a str, to: &'a str) -> Answer<'a, Vec<AreaDay>> {
        Box::pin(async move {
            let noon = |day: &str| {
                Timestamp::parse(&format!("{day}T12:00:00Z")).map(Timestamp::micros).unwrap_or_default()
            };
            let mut days = Vec::new();
            let (first, last) = (noon(from), noon(to));
            for at in (first..=last).step_by(DAY as usize) {
                for (index, (nis, _, _)) in COMMUNES.iter().enumerate() {
                    let known = index % 9 != 7 && !(index == 2 && (at / DAY) % 30 < 4);
                    days.push(AreaDay {
                        area: commune_id(nis),
                        day: Timestamp::from_micros(at).to_string()[..10].to_owned(),
                        mean: known.then(|| wave(index * 13, at, 18.0 + 1.6 * index as f64)),
                        stations: usize::from(known) * (1 + index % 2),
                        share_observed: if known { 0.97 } else { 0.0 },
                        share_flagged: if index == 5 { 0.42 } else { 0.004 },
                        guideline: 25.0,
                        simulated: index % 4 == 3,
                    });
                }
            }
            Ok(days)
        })
    }

    fn daily_by_station<'a>(&'a self, _: &'a Context, _: &'a str, _: &'a str) -> Answer<'a, Vec<StationDay>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn catalogue(&self) -> Arc<Catalogue> {
        Arc::new(figures::catalogue().clone())
    }

    fn series<'a>(
        &'a self,
        _: &'a Context,
        declaration: &'a Declaration,
        wanted: &'a SeriesQuery,
    ) -> Answer<'a, FiguresByArea> {
        Box::pin(async move { Ok(figures::series(declaration, wanted)) })
    }

    fn sliced<'a>(
        &'a self,
        _: &'a Context,
        declaration: &'a Declaration,
        wanted: &'a SeriesQuery,
    ) -> Answer<'a, Vec<Figure>> {
        Box::pin(async move { Ok(figures::sliced(declaration, wanted)) })
    }

    fn recent<'a>(
        &'a self,
        _: &'a Context,
        area: &'a EntityId,
        last: usize,
    ) -> Answer<'a, BTreeMap<String, Vec<Figure>>> {
        Box::pin(async move { Ok(figures::recent(area, last)) })
    }

    fn newest<'a>(&'a self, _: &'a Context, areas: &'a [EntityId], last: usize) -> Answer<'a, FiguresOf> {
        Box::pin(async move { Ok(figures::newest(areas, last)) })
    }

    fn index<'a>(
        &'a self,
        _: &'a Context,
        index: &'a CompositeIndex,
        asked: &'a IndexQuery,
    ) -> Answer<'a, Option<Arc<IndexTable>>> {
        Box::pin(async move { Ok(Some(Arc::new(figures::index(index, asked)))) })
    }

    fn codes<'a>(&'a self, _: &'a Context) -> Answer<'a, AreaCodes> {
        Box::pin(async { Ok(figures::codes()) })
    }
}
