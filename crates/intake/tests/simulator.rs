//! The simulated city: the same whenever and however it is asked for, shaped like a real one, honest about its faults.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashSet;

use senne_intake::simulator::{
    COMMUNES, City, CitySettings, DATA_PROVIDER, Family, PLACES, Place, Station, Street, World, area_km2,
    cell,
};
use senne_model::{AttributeValue, Geometry, Name, Operation, Timestamp, Write};

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn name(term: &str) -> Name {
    Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{term}"))
}

fn later(from: Timestamp, minutes: i64) -> Timestamp {
    Timestamp::from_micros(from.micros() + minutes * 60_000_000)
}

fn number(write: &Write, term: &str) -> Option<f64> {
    let attribute = write.attributes.iter().find(|a| *a.name == *name(term))?;
    attribute.main()?.value.as_number()
}

fn observed_at(write: &Write) -> Timestamp {
    write.attributes[0].instances[0].observed_at.unwrap()
}

/// The stations of a family, and a way to read them.
fn of(city: &City, family: Family) -> Vec<&Station> {
    city.stations().iter().filter(|s| s.family == family).collect()
}

/// The mean over stations, days and the reports of the hours from `hour` on, by the clock of UTC.
fn mean(city: &City, stations: &[&Station], term: &str, days: &[&str], hours: std::ops::Range<i64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for day in days {
        let midnight = at(&format!("{day}T00:00:00Z"));
        for minute in (hours.start * 60..hours.end * 60).step_by(30) {
            for station in stations {
                let value = city.value(&station.id, &name(term), later(midnight, minute), World::AsItIs);
                if let Some(value) = value {
                    sum += value;
                    count += 1.0;
                }
            }
        }
    }
    sum / count
}

const WORKING: [&str; 6] =
    ["2026-03-10", "2026-03-24", "2026-05-06", "2026-06-11", "2026-10-13", "2026-11-18"];
const SUNDAYS: [&str; 6] =
    ["2026-03-08", "2026-03-22", "2026-05-10", "2026-06-14", "2026-10-11", "2026-11-15"];

#[test]
fn the_same_seed_makes_the_same_city_and_another_seed_another() {
    let (from, to) = (at("2026-05-04T08:00:00Z"), at("2026-05-04T09:00:00Z"));
    let writes = |seed| City::brussels(CitySettings { seed, ..CitySettings::default() }).step(from, to);
    assert_eq!(writes(7), writes(7));
    assert_ne!(writes(7), writes(8));
}

#[test]
fn any_parts_of_a_stretch_give_the_same_as_the_whole() {
    let city = City::brussels(CitySettings::default());
    // Holds late, doubled, future and missing reports: a whole cycle has all kinds, this part several.
    let (from, to) = (at("2026-05-04T00:00:00Z"), at("2026-05-06T00:00:00Z"));
    let whole = city.step(from, to);
    for minutes in [7, 300, 1441] {
        let (mut parts, mut start) = (Vec::new(), from);
        while start < to {
            let end = later(start, minutes).min(to);
            parts.extend(city.step(start, end));
            start = end;
        }
        assert!(parts == whole, "in steps of {minutes} minutes");
    }
}

#[test]
fn what_is_reported_is_what_can_be_looked_up() {
    let city = City::brussels(CitySettings { faults: false, ..CitySettings::default() });
    let from = at("2026-07-01T10:00:00Z");
    for write in city.step(from, later(from, 15)) {
        for attribute in &write.attributes {
            let value = city.value(&write.entity, &attribute.name, observed_at(&write), World::AsItIs);
            assert_eq!(
                attribute.main().unwrap().value.as_number(),
                value,
                "{} {}",
                write.entity,
                attribute.name
            );
        }
    }
}

#[test]
fn a_station_does_not_depend_on_how_many_others_there_are() {
    let from = at("2026-07-01T10:00:00Z");
    let few = City::brussels(CitySettings { air: 5, traffic: 0, faults: false, ..CitySettings::default() });
    let many = City::brussels(CitySettings { air: 500, faults: false, ..CitySettings::default() });
    for station in of(&few, Family::Air) {
        let read = |city: &City| city.value(&station.id, &name("no2"), from, World::WithoutProject);
        assert_eq!(read(&few), read(&many));
    }
}

#[test]
fn everything_is_labelled_and_observations_come_in_order() {
    let city = City::brussels(CitySettings::default());
    assert_eq!(city.stations().len(), 150);
    let ids: HashSet<_> = city.stations().iter().map(|s| &s.id).collect();
    assert_eq!(ids.len(), 150);
    let statics = city.statics();
    // The communes are facts; everything else is made up.
    let is_area = |w: &Write| w.types[0].local() == "AdministrativeArea";
    assert!(statics.iter().all(|w| w.types.len() == 1 && w.simulated != is_area(w)));
    for station in city.stations() {
        assert!(station.id.contains(":Simulated:"));
        let own: Vec<_> = statics.iter().filter(|w| w.entity == station.id).collect();
        assert_eq!(own.len(), 1);
        assert_eq!(own[0].operation, Operation::CreateOrAppend);
        let text = |term: &str| {
            own[0].attributes.iter().find(|a| a.name == name(term)).and_then(|a| a.main()?.value.as_text())
        };
        assert_eq!(text("dataProvider"), Some(DATA_PROVIDER));
        assert!(own[0].attributes.iter().any(|a| &*a.name == "https://uri.etsi.org/ngsi-ld/location"));
        assert!(own[0].attributes.iter().any(|a| matches!(a.value(), AttributeValue::Relationship { .. })));
    }
    let faultless = City::brussels(CitySettings { faults: false, ..CitySettings::default() });
    let (from, to) = (at("2026-05-04T08:01:00Z"), at("2026-05-04T10:00:00Z"));
    let reports = faultless.step(from, to);
    assert!(reports.iter().all(|w| w.simulated && w.operation == Operation::Observe));
    assert!(reports.iter().map(observed_at).is_sorted());
    assert_eq!(reports.first().map(observed_at), Some(at("2026-05-04T08:05:00Z")));
    assert_eq!(reports.last().map(observed_at), Some(at("2026-05-04T09:55:00Z")));
}

trait Main {
    fn value(&self) -> &AttributeValue;
}
impl Main for senne_model::Attribute {
    fn value(&self) -> &AttributeValue {
        &self.main().unwrap().value
    }
}

#[test]
fn traffic_has_a_morning_peak_calm_nights_and_quieter_sundays() {
    let city = City::brussels(CitySettings { faults: false, ..CitySettings::default() });
    let loops = of(&city, Family::Traffic);
    let read = |term, days: &[&str], hours| mean(&city, &loops, term, days, hours);
    let (peak, noon, night) = (
        read("intensity", &WORKING, 6..8),
        read("intensity", &WORKING, 10..12),
        read("intensity", &WORKING, 1..4),
    );
    assert!(peak > 1.1 * noon && noon > 5.0 * night, "{peak} {noon} {night}");
    let sunday = read("intensity", &SUNDAYS, 6..8);
    assert!(sunday < 0.3 * peak, "{sunday}");
    assert!(read("averageVehicleSpeed", &WORKING, 6..8) < read("averageVehicleSpeed", &WORKING, 1..4) - 2.0);
    let occupancy = read("occupancy", &WORKING, 6..8);
    assert!((0.02..0.4).contains(&occupancy), "{occupancy}");
}

#[test]
fn no2_follows_the_traffic_and_the_kind_of_street() {
    let city = City::brussels(CitySettings { faults: false, ..CitySettings::default() });
    let stations = of(&city, Family::Air);
    let at_street =
        |street| stations.iter().copied().filter(|s| s.place.street == street).collect::<Vec<_>>();
    let (boulevards, parks) = (at_street(Street::Boulevard), at_street(Street::Park));
    let no2 = |stations: &[&Station], days: &[&str], hours| mean(&city, stations, "no2", days, hours);
    let day = no2(&boulevards, &WORKING, 0..24);
    assert!((18.0..45.0).contains(&day), "{day}");
    assert!((6.0..16.0).contains(&no2(&parks, &WORKING, 0..24)));
    assert!(no2(&boulevards, &WORKING, 6..9) > 1.4 * no2(&boulevards, &WORKING, 1..4));
    assert!(no2(&boulevards, &SUNDAYS, 0..24) < 0.9 * day);
    let o3 =
        |hours| mean(&city, &parks, "o3", &["2026-06-20", "2026-07-04", "2026-07-18", "2026-08-01"], hours);
    assert!(o3(12..16) > o3(2..5) + 10.0);
    let pm = |term| mean(&city, &stations, term, &WORKING, 0..24);
    assert!(
        (6.0..18.0).contains(&pm("pm25")) && pm("pm10") > pm("pm25") + 2.0,
        "{} {}",
        pm("pm25"),
        pm("pm10")
    );
}

#[test]
fn bicycles_and_car_parks_have_their_tides() {
    let city = City::brussels(CitySettings { faults: false, ..CitySettings::default() });
    let bicycles = of(&city, Family::Bicycle);
    let ridden = |days: &[&str], hours| mean(&city, &bicycles, "intensity", days, hours);
    assert!(ridden(&WORKING, 6..8) > 2.0 * ridden(&WORKING, 10..12));
    assert!(ridden(&WORKING, 6..8) > 3.0 * ridden(&SUNDAYS, 6..8));
    let parks = of(&city, Family::Parking);
    let free = |hours| mean(&city, &parks, "availableSpotNumber", &WORKING, hours);
    assert!(free(12..14) < 0.8 * free(1..4));
    for station in of(&city, Family::Docking) {
        for hour in 0..48 {
            let read = |term| {
                city.value(
                    &station.id,
                    &name(term),
                    later(at("2026-05-05T00:00:00Z"), hour * 60),
                    World::AsItIs,
                )
            };
            let (bikes, free) = (read("availableBikeNumber").unwrap(), read("freeSlotNumber").unwrap());
            let broken = f64::from(station.capacity) - bikes - free;
            assert!(
                bikes >= 0.0 && free >= 0.0 && (0.0..=1.0).contains(&broken),
                "{} {bikes} {free}",
                station.id
            );
        }
    }
}

#[test]
fn values_are_plausible_and_rounded_as_instruments_do() {
    let city = City::brussels(CitySettings { faults: false, ..CitySettings::default() });
    for month in 1..=12 {
        let from = at(&format!("2026-{month:02}-17T00:00:00Z"));
        for write in city.step(from, later(from, 24 * 60)) {
            for (term, low, high) in [
                ("no2", 0.0, 200.0),
                ("o3", 0.0, 240.0),
                ("pm10", 0.0, 200.0),
                ("pm25", 0.0, 150.0),
                ("temperature", -20.0, 42.0),
                ("relativeHumidity", 0.1, 1.0),
                ("windSpeed", 0.0, 30.0),
                ("windDirection", 0.0, 359.0),
                ("atmosphericPressure", 955.0, 1055.0),
                ("precipitation", 0.0, 40.0),
                ("occupancy", 0.0, 0.95),
                ("averageVehicleSpeed", 1.0, 90.0),
                ("intensity", 0.0, 600.0),
            ] {
                let Some(value) = number(&write, term) else { continue };
                assert!((low..=high).contains(&value), "{} {term} {value}", write.entity);
                assert!(((value * 1000.0).round() / 1000.0 - value).abs() < 1e-9, "{term} {value}");
            }
        }
    }
}

#[test]
fn the_contracts_take_every_write_and_know_every_attribute() {
    let contracts = senne_contract::Contracts::builtin();
    let city = City::brussels(CitySettings::default());
    let from = at("2026-05-04T09:00:00Z");
    for write in city.statics().into_iter().chain(city.step(from, later(from, 60))) {
        assert!(contracts.check(&write).is_ok(), "{} {:?}", write.entity, contracts.check(&write));
        let contract = contracts.get(&write.types[0]).unwrap();
        for attribute in write.attributes.iter().filter(|a| a.name.local() != "containedInPlace") {
            let known = contract.attributes.iter().find(|a| a.name == attribute.name);
            assert!(known.is_some(), "{} {}", write.types[0], attribute.name);
            if let (Some(unit), Some(number)) = (&known.unwrap().unit, attribute.value().as_number()) {
                let sent = attribute.main().unwrap().unit_code.as_deref();
                assert_eq!(sent, Some(unit.code), "{} {number}", attribute.name);
            }
        }
    }
}

#[test]
fn a_city_of_any_size_can_be_made() {
    for stations in [0, 1, 7, 1000, 5000] {
        let city = City::at_scale(3, stations);
        assert_eq!(city.stations().len(), stations);
        let ids: HashSet<_> = city.stations().iter().map(|s| &s.id).collect();
        assert_eq!(ids.len(), stations);
        let from = at("2026-01-01T00:00:00Z");
        assert_eq!(city.step(from, later(from, 1)).len(), stations);
    }
    let city = City::brussels(CitySettings {
        air: 3,
        traffic: 0,
        bicycle: 0,
        parking: 0,
        docking: 0,
        weather: 0,
        ..CitySettings::default()
    });
    let from = at("2026-01-01T00:00:00Z");
    assert!(!city.step(from, later(from, 60)).is_empty());
}

#[test]
fn population_and_area_are_those_of_the_region() {
    assert_eq!(COMMUNES.iter().map(|c| c.population).sum::<u32>(), 1_218_255);
    assert!((COMMUNES.iter().map(|c| c.area_km2).sum::<f64>() - 161.4).abs() < 0.2);
    let codes: Vec<u32> = COMMUNES.iter().map(|c| c.nis).collect();
    assert_eq!(codes, (21001..=21019).collect::<Vec<_>>());
    let cells: f64 = COMMUNES.iter().map(|c| area_km2(&cell(c))).sum();
    assert!((cells / 162.4 - 1.0).abs() < 0.03, "{cells}");
    let keys: HashSet<_> = PLACES.iter().map(|p| (p.nis, p.key)).collect();
    assert_eq!(keys.len(), PLACES.len());
}

#[test]
fn the_facts_agree_with_the_published_boundaries() {
    let folder = std::env::var("SENNE_SHARED_DATA")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data").to_owned());
    let Ok(text) = std::fs::read_to_string(format!("{folder}/brussels/brussels_communes_19.geojson")) else {
        println!("skipped: shared data absent");
        return;
    };
    let published: serde_json::Value = serde_json::from_str(&text).unwrap();
    let features = published["features"].as_array().unwrap();
    assert_eq!(features.len(), 19);
    for feature in features {
        let properties = &feature["properties"];
        let nis: u32 = properties["nis"].as_str().unwrap().parse().unwrap();
        let commune = COMMUNES.iter().find(|c| c.nis == nis).unwrap();
        let plain = |key: &str| properties[key].as_str().unwrap().split(" (").next().unwrap().to_owned();
        assert_eq!(
            (plain("name_fr"), plain("name_nl")),
            (commune.name_fr.to_owned(), commune.name_nl.to_owned())
        );
        let area = properties["area_km2_cadastre"].as_f64().unwrap();
        assert!((commune.area_km2 / area - 1.0).abs() < 0.03, "{}", commune.name_fr);
        let geometry = serde_json::from_value(feature["geometry"].clone()).unwrap();
        let boundary = Geometry::from_geojson(&geometry).unwrap();
        assert!(contains(&boundary, commune.town_hall), "town hall of {}", commune.name_fr);
        for Place { key, position, .. } in PLACES.iter().filter(|p| p.nis == nis) {
            assert!(contains(&boundary, *position), "{key} in {}", commune.name_fr);
        }
    }
}

/// Whether a polygon or its parts hold a position (even-odd rule over all rings).
fn contains(geometry: &Geometry, (x, y): (f64, f64)) -> bool {
    let json: serde_json::Value = serde_json::from_str(&geometry.to_geojson().to_string()).unwrap();
    let mut odd = false;
    rings(&json["coordinates"], &mut |ring| {
        for side in ring.windows(2) {
            let [ax, ay, bx, by] =
                [&side[0][0], &side[0][1], &side[1][0], &side[1][1]].map(|v| v.as_f64().unwrap());
            odd ^= ((ay > y) != (by > y)) && x < (bx - ax) * (y - ay) / (by - ay) + ax;
        }
    });
    odd
}

fn rings(coordinates: &serde_json::Value, see: &mut dyn FnMut(&[serde_json::Value])) {
    let items = coordinates.as_array().unwrap();
    if items[0][0].is_number() {
        see(items);
    } else {
        for item in items {
            rings(item, see);
        }
    }
}
