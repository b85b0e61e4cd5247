//! What the simulated city does on purpose, its faults and its project, against the truth that it tells of them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{HashMap, HashSet};

use senne_contract::Contracts;
use senne_intake::simulator::{City, CitySettings, Family, Fault, FaultKind, World};
use senne_model::{Attribute, EntityId, Instance, Judge, Name, Quality, Seen, Test, Timestamp, Write};

fn name(term: &str) -> Name {
    Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{term}"))
}

fn later(from: Timestamp, minutes: i64) -> Timestamp {
    Timestamp::from_micros(from.micros() + minutes * 60_000_000)
}

fn observed_at(write: &Write) -> Timestamp {
    write.attributes[0].instances[0].observed_at.unwrap()
}

fn number(attribute: &Attribute) -> Option<f64> {
    attribute.main()?.value.as_number()
}

/// One cycle of 28 days of reports, by station.
fn cycle(city: &City) -> (Timestamp, Timestamp, HashMap<String, Vec<Write>>) {
    // Cycles begin every 28 days from 2015-01-05; this is one of them.
    let from = Timestamp::from_micros((1_420_416_000 + 147 * 28 * 86_400) * 1_000_000);
    let to = later(from, 28 * 24 * 60);
    let concerned: HashSet<_> =
        city.faults().iter().filter(|f| f.from >= from && f.to <= to).map(|f| &f.station).collect();
    let mut reports: HashMap<String, Vec<Write>> = HashMap::new();
    city.observations(from, to, &mut |batch| {
        for write in batch.into_iter().filter(|w| concerned.contains(&w.entity)) {
            reports.entry(write.entity.to_string()).or_default().push(write);
        }
    });
    (from, to, reports)
}

#[test]
fn every_injected_fault_is_found_in_the_reports() {
    let city = City::brussels(CitySettings::default());
    let (from, to, reports) = cycle(&city);
    let faults: Vec<_> = city.faults().iter().filter(|f| f.from >= from && f.to <= to).collect();
    for kind in FaultKind::ALL {
        assert!(faults.iter().any(|f| f.kind == kind), "{kind:?} is missing");
    }
    for fault in faults {
        let of_station = &reports[&*fault.station];
        let within: Vec<_> =
            of_station.iter().filter(|w| (fault.from..fault.to).contains(&observed_at(w))).collect();
        let read = |write: &Write| {
            let name = fault.attribute.as_ref().unwrap();
            write.attributes.iter().find(|a| a.name == *name).and_then(number)
        };
        let truth = |write: &Write| {
            city.value(&fault.station, fault.attribute.as_ref().unwrap(), observed_at(write), World::AsItIs)
        };
        match fault.kind {
            FaultKind::Gap => assert!(within.is_empty()),
            FaultKind::Stuck => {
                let values: HashSet<_> = within.iter().map(|w| read(w).map(f64::to_bits)).collect();
                assert!(within.len() > 80 && values.len() == 1, "{fault:?} {values:?}");
            }
            FaultKind::Spike => {
                assert_eq!(within.len(), 1);
                assert!((read(within[0]).unwrap() - truth(within[0]).unwrap()).abs() > 9.0, "{fault:?}");
            }
            FaultKind::Range | FaultKind::FailedSensor => {
                let wrong = within.iter().filter(|w| read(w) != truth(w)).count();
                assert!(wrong * 10 > within.len() * 9 && wrong > 1, "{fault:?}");
            }
            FaultKind::Duplicate => {
                let moments: HashSet<_> = within.iter().map(|w| observed_at(w)).collect();
                assert_eq!(moments.len() * 2, within.len());
            }
            FaultKind::Late => {
                let first = of_station.iter().position(|w| observed_at(w) == fault.from).unwrap();
                let lateness = observed_at(&of_station[first - 1]).micros() - fault.from.micros();
                assert_eq!(lateness, FaultKind::LATE_BY_SECONDS * 1_000_000);
            }
            FaultKind::Future => {
                let ahead = FaultKind::FUTURE_BY_SECONDS * 1_000_000;
                let stamp = Timestamp::from_micros(fault.from.micros() + ahead);
                assert!(within.is_empty() && of_station.iter().any(|w| observed_at(w) == stamp));
            }
        }
    }
}

#[test]
fn outside_the_faults_the_reports_are_the_truth() {
    let city = City::brussels(CitySettings::default());
    let (_, _, reports) = cycle(&city);
    for (id, writes) in reports {
        let faults: Vec<_> = city.faults().iter().filter(|f| *f.station == *id).collect();
        for write in writes.iter().step_by(97) {
            let moment = observed_at(write);
            let ahead = Timestamp::from_micros(moment.micros() - FaultKind::FUTURE_BY_SECONDS * 1_000_000);
            if faults.iter().any(|f| (f.from..f.to).contains(&moment) || (f.from..f.to).contains(&ahead)) {
                continue;
            }
            for attribute in &write.attributes {
                let truth = city.value(&write.entity, &attribute.name, moment, World::AsItIs);
                assert_eq!(number(attribute), truth);
            }
        }
    }
}

#[test]
fn the_effect_of_the_project_is_exact_and_begins_on_its_day() {
    let settings = CitySettings::default();
    let city = City::brussels(settings.clone());
    let without = City::brussels(CitySettings { project: false, ..settings });
    let project = &city.projects()[0];
    assert_eq!(project.place.nis, 21009);
    let (before, after) = (later(project.from, -7 * 24 * 60), later(project.from, 7 * 24 * 60));
    let street: Vec<_> = project.effects.iter().filter(|e| e.traffic_factor < 0.6).collect();
    assert_eq!(street.len(), 2);
    for effect in street {
        assert!(!city.faults().iter().any(|f| f.station == effect.station));
        let (term, least) =
            if effect.station.contains("Traffic") { ("intensity", -50.0) } else { ("no2", -12.0) };
        assert_eq!(city.effect(&effect.station, &name(term), before, project.from), Some(0.0));
        let measured = city.effect(&effect.station, &name(term), project.from, after).unwrap();
        assert!(measured < -1.5 && measured > least, "{} {measured}", effect.station);
        // The counterfactual is the city in which the project was never made.
        let id = &effect.station;
        let moment = later(project.from, 3 * 24 * 60);
        let counterfactual = city.value(id, &name(term), moment, World::WithoutProject);
        assert_eq!(counterfactual, without.value(id, &name(term), moment, World::AsItIs));
        if term == "intensity" {
            println!("{id}: {measured:.1} vehicles in 5 minutes");
        } else {
            println!("{id}: {measured:.2} µg/m³");
        }
    }
    let of = |id: &str| city.projects().iter().find(|one| one.id.ends_with(id)).unwrap();
    let traffic = |id: &str| {
        let effects = of(id).effects.iter().filter(|e| e.meant && e.station.contains("Traffic"));
        let means: Vec<f64> = effects
            .map(|e| city.effect(&e.station, &name("intensity"), project.from, after).unwrap())
            .collect();
        assert!(!means.is_empty(), "{id} has no loop");
        means.iter().sum::<f64>() / means.len() as f64
    };
    assert_eq!(traffic("calm-signs-aumale"), 0.0);
    assert!(traffic("signal-timing-vanderkindere") > 3.0);
    let elsewhere =
        city.stations().iter().find(|s| s.family == Family::Traffic && s.place.nis == 21010).unwrap();
    assert_eq!(city.effect(&elsewhere.id, &name("intensity"), project.from, after), Some(0.0));
}

/// What the quality tests said of a value: station, attribute, moment, quality.
type Judged = (EntityId, Name, Timestamp, Quality);

/// Judges the reports of these stations as they come in.
fn judged(city: &City, stations: &HashSet<&EntityId>, from: Timestamp, to: Timestamp) -> Vec<Judged> {
    let contracts = Contracts::builtin();
    let (mut states, mut all) = (HashMap::<(EntityId, Name), Instance>::new(), Vec::new());
    let mut now = from;
    while now < to {
        let next = later(now, 5);
        for write in city.step(now, next).into_iter().filter(|w| stations.contains(&w.entity)) {
            for attribute in write.attributes {
                let key = (write.entity.clone(), attribute.name.clone());
                let seen = Seen {
                    types: &write.types,
                    attribute: &attribute.name,
                    recorded_at: now,
                    simulated: true,
                };
                let mut instance = attribute.instances[0].clone();
                contracts.judge(&seen, &mut instance, states.get(&key));
                all.push((key.0.clone(), key.1.clone(), instance.observed_at.unwrap(), instance.quality));
                match states.get_mut(&key) {
                    Some(state) if state.observed_at > instance.observed_at => state.track = instance.track,
                    _ => drop(states.insert(key, instance)),
                }
            }
        }
        now = next;
    }
    all
}

#[test]
fn the_quality_tests_find_the_faults_and_little_else() {
    let city = City::brussels(CitySettings::default());
    let (from, to, _) = cycle(&city);
    let faults: Vec<_> = city.faults().iter().filter(|f| f.from >= from && f.to <= to).collect();
    // Every fourth of the others is enough to hear false alarms.
    let others = city.stations().iter().step_by(4).map(|s| &s.id);
    let all = judged(&city, &faults.iter().map(|f| &f.station).chain(others).collect(), from, to);
    let ahead = FaultKind::FUTURE_BY_SECONDS * 1_000_000;
    let shifted = |at: Timestamp, by: i64| Timestamp::from_micros(at.micros() + by);
    for fault in &faults {
        let (expected, by) = match fault.kind {
            FaultKind::Stuck => (Test::Stuck, 0),
            FaultKind::Spike => (Test::Spike, 0),
            FaultKind::Range => (Test::Range, 0),
            FaultKind::FailedSensor => (Test::Sensor, 0),
            FaultKind::Duplicate => (Test::Duplicate, 0),
            FaultKind::Late => (Test::Late, 0),
            FaultKind::Future => (Test::Future, ahead),
            FaultKind::Gap => continue,
        };
        let found = all.iter().any(|(station, attribute, moment, quality)| {
            *station == fault.station
                && fault.attribute.as_ref().is_none_or(|name| name == attribute)
                && (shifted(fault.from, by)..shifted(fault.to, by)).contains(moment)
                && quality.has(expected)
        });
        assert!(found, "{fault:?} was not found");
    }
    let false_alarms: Vec<_> = all
        .iter()
        .filter(|(.., quality)| !quality.usable())
        .filter(|(station, _, moment, _)| {
            // A sensor that failed has to behave for three days before it is trusted again.
            let near = |f: &Fault| f.from <= *moment && *moment < later(shifted(f.to, ahead), 3 * 24 * 60);
            !faults.iter().any(|f| f.station == *station && near(f))
        })
        .collect();
    println!("{} of {} values flagged without a fault", false_alarms.len(), all.len());
    assert!(false_alarms.len() * 1000 < all.len());
}
