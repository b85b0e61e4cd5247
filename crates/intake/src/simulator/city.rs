//! The simulated city: its settings, its stations, and what they report in any stretch of time.

use std::collections::HashMap;

use senne_model::{Attribute, AttributeValue, EntityId, Instance, Json, Name, Operation, Timestamp, Write};

use super::{
    family::{Family, FamilyNames, Readings},
    faults::{self, Fault, FaultKind, Planned},
    project::{self, Project},
    scene::{Scene, World},
    statics,
    station::{self, Station},
};

/// What city to simulate.
#[derive(Clone, PartialEq, Debug)]
pub struct CitySettings {
    /// All chance follows from it: the same seed makes the same city, in every detail.
    pub seed: u64,
    /// How many air quality stations.
    pub air: usize,
    /// How many traffic loops.
    pub traffic: usize,
    /// How many bicycle counters.
    pub bicycle: usize,
    /// How many car parks.
    pub parking: usize,
    /// How many bicycle hire stations.
    pub docking: usize,
    /// How many weather stations.
    pub weather: usize,
    /// Whether faults are injected.
    pub faults: bool,
    /// Whether there are projects with known effects.
    pub project: bool,
    /// From when on the projects are at work. Keep it with the data: another date makes another city.
    pub project_from: Timestamp,
}

/// Monday 2 March 2026, midnight in Brussels.
const PROJECT_FROM: Timestamp = Timestamp::from_micros(1_772_406_000_000_000);

impl Default for CitySettings {
    /// A living Brussels of 150 stations, with faults and projects.
    fn default() -> Self {
        Self {
            seed: 1,
            air: 38,
            traffic: 40,
            bicycle: 18,
            parking: 14,
            docking: 35,
            weather: 5,
            faults: true,
            project: true,
            project_from: PROJECT_FROM,
        }
    }
}

impl CitySettings {
    /// A city of so many stations in the usual proportions, without faults or projects: for measuring.
    pub fn at_scale(seed: u64, stations: usize) -> Self {
        let share = |percent: usize| stations * percent / 100;
        let (air, bicycle, parking, docking, weather) = (share(40), share(5), share(5), share(10), share(2));
        let traffic = stations - air - bicycle - parking - docking - weather;
        let project_from = PROJECT_FROM;
        Self {
            seed,
            air,
            traffic,
            bicycle,
            parking,
            docking,
            weather,
            faults: false,
            project: false,
            project_from,
        }
    }

    fn count(&self, family: Family) -> usize {
        match family {
            Family::Weather => self.weather,
            Family::Air => self.air,
            Family::Traffic => self.traffic,
            Family::Bicycle => self.bicycle,
            Family::Parking => self.parking,
            Family::Docking => self.docking,
        }
    }
}

/// A simulated city. What a station reads is a function of the seed, the station and the moment alone, so any
/// stretch of time can be asked for in any order.
#[derive(Clone, Debug)]
pub struct City {
    settings: CitySettings,
    /// By family, in the order of [`Family::ALL`].
    stations: Vec<Station>,
    by_id: HashMap<EntityId, usize>,
    names: [FamilyNames; 6],
    planned: Vec<Planned>,
    /// Per station the places of its faults in `planned`, by time; empty without faults.
    planned_of: Vec<Vec<usize>>,
    faults: Vec<Fault>,
    projects: Vec<Project>,
}

/// All cadences are multiples of this many seconds.
const TICK_SECONDS: i64 = 300;
/// The most writes handed over at once.
const BATCH_WRITES_MAX: usize = 4096;

impl City {
    /// Brussels with these settings.
    pub fn brussels(settings: CitySettings) -> Self {
        let mut stations: Vec<Station> = Family::ALL
            .into_iter()
            .flat_map(|family| station::network(settings.seed, family, settings.count(family)))
            .collect();
        let projects =
            if settings.project { project::start(settings.project_from, &mut stations) } else { Vec::new() };
        let planned = if settings.faults { faults::plan(settings.seed, &stations) } else { Vec::new() };
        let mut planned_of = vec![Vec::new(); if planned.is_empty() { 0 } else { stations.len() }];
        for (index, fault) in planned.iter().enumerate() {
            planned_of[fault.station].push(index);
        }
        let by_id = stations.iter().enumerate().map(|(index, s)| (s.id.clone(), index)).collect();
        let names = Family::ALL.map(FamilyNames::of);
        let faults = planned.iter().map(|fault| told(fault, &stations, &names)).collect();
        Self { settings, stations, by_id, names, planned, planned_of, faults, projects }
    }

    /// A city of so many stations for measuring; see [`CitySettings::at_scale`].
    pub fn at_scale(seed: u64, stations: usize) -> Self {
        Self::brussels(CitySettings::at_scale(seed, stations))
    }

    /// The settings with which it was made.
    pub fn settings(&self) -> &CitySettings {
        &self.settings
    }

    /// All stations.
    pub fn stations(&self) -> &[Station] {
        &self.stations
    }

    /// The injected faults from 2015 to 2044, by time: the truth. Outside these years there are none.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// The projects with known effects: one that works, one that changes nothing, one that does harm.
    pub fn projects(&self) -> &[Project] {
        &self.projects
    }

    /// The communes and the stations with their places: to be written once, before the observations.
    pub fn statics(&self) -> Vec<Write> {
        statics::writes(&self.stations)
    }

    /// What is reported from `from` (inclusive) to `to` (exclusive), in the order in which it comes in, in
    /// batches of at most 4,096 writes. Parts of a stretch, one after the other, give the same as the whole.
    pub fn observations(&self, from: Timestamp, to: Timestamp, each: &mut dyn FnMut(Vec<Write>)) {
        let tick = TICK_SECONDS * 1_000_000;
        let behind = from.micros().rem_euclid(tick);
        let mut at = if behind == 0 { from.micros() } else { from.micros().saturating_add(tick - behind) };
        let mut batch = Vec::new();
        while at < to.micros() {
            self.tick(at / 1_000_000, &mut batch, each);
            if !batch.is_empty() {
                each(std::mem::take(&mut batch));
            }
            at = at.saturating_add(tick);
        }
    }

    /// The same as one list; for short stretches.
    pub fn step(&self, from: Timestamp, to: Timestamp) -> Vec<Write> {
        let mut all = Vec::new();
        self.observations(from, to, &mut |batch| all.extend(batch));
        all
    }

    /// What an attribute of a station reads at a moment when nothing is faulty; `None` when there is no such
    /// station or attribute, or nothing to read (no speed when no vehicle passed).
    pub fn value(&self, station: &EntityId, attribute: &Name, at: Timestamp, world: World) -> Option<f64> {
        let station = &self.stations[*self.by_id.get(station)?];
        let names = &self.names[station.family as usize];
        let index = names.attributes.iter().position(|(name, _)| name == attribute)?;
        let scene = self.scene(at.micros().div_euclid(1_000_000), world);
        Some(scene.readings(station)[index]).filter(|value| value.is_finite())
    }

    /// The exact effect of the projects: the mean, over the reports of a station in a stretch of time, of what
    /// an attribute reads less what it would have read without them. `None` when it reads nothing.
    pub fn effect(
        &self,
        station: &EntityId,
        attribute: &Name,
        from: Timestamp,
        to: Timestamp,
    ) -> Option<f64> {
        let reporting = &self.stations[*self.by_id.get(station)?];
        let (mut at, mut sum, mut count) = (reporting.next_report(from), 0.0, 0_u32);
        while at < to {
            let read = |world| self.value(station, attribute, at, world);
            if let (Some(with), Some(without)) = (read(World::AsItIs), read(World::WithoutProject)) {
                sum += with - without;
                count += 1;
            }
            at = Timestamp::from_micros(at.micros() + reporting.family.cadence_seconds() * 1_000_000);
        }
        (count > 0).then(|| sum / f64::from(count))
    }

    fn scene(&self, at: i64, world: World) -> Scene {
        let begun = at.saturating_mul(1_000_000) >= self.settings.project_from.micros();
        Scene::at(at, self.settings.seed, world == World::AsItIs && begun)
    }

    /// All that comes in at one tick.
    fn tick(&self, at: i64, batch: &mut Vec<Write>, each: &mut dyn FnMut(Vec<Write>)) {
        let scene = self.scene(at, World::AsItIs);
        for (index, station) in self.stations.iter().enumerate() {
            if at % station.family.cadence_seconds() != 0 {
                continue;
            }
            if self.planned_of.is_empty() {
                batch.push(self.report(station, &scene.readings(station), at));
            } else {
                self.report_with_faults(index, &scene, batch);
            }
            if batch.len() >= BATCH_WRITES_MAX {
                each(std::mem::take(batch));
            }
        }
    }

    /// What comes in from a station at one tick: its report, nothing, two, or one from hours ago.
    fn report_with_faults(&self, index: usize, scene: &Scene, batch: &mut Vec<Write>) {
        let (station, at, seed) = (&self.stations[index], scene.moment.at, self.settings.seed);
        let mut readings = scene.readings(station);
        match self.planned_at(index, at) {
            None => batch.push(self.report(station, &readings, at)),
            Some(fault) => match fault.kind {
                FaultKind::Gap | FaultKind::Late => {}
                FaultKind::Future => {
                    batch.push(self.report(station, &readings, at + FaultKind::FUTURE_BY_SECONDS));
                }
                FaultKind::Duplicate => {
                    batch.push(self.report(station, &readings, at));
                    let again = scene.at_other(at + 60, seed).readings(station);
                    batch.push(self.report(station, &again, at));
                }
                FaultKind::Stuck | FaultKind::Spike | FaultKind::Range | FaultKind::FailedSensor => {
                    faults::distort(fault, scene, seed, station, &mut readings);
                    batch.push(self.report(station, &readings, at));
                }
            },
        }
        let held_back = at - FaultKind::LATE_BY_SECONDS;
        if self.planned_at(index, held_back).is_some_and(|fault| fault.kind == FaultKind::Late) {
            let then = self.scene(held_back, World::AsItIs).readings(station);
            batch.push(self.report(station, &then, held_back));
        }
    }

    fn planned_at(&self, station: usize, at: i64) -> Option<&Planned> {
        let own = &self.planned_of[station];
        let after = own.partition_point(|&fault| self.planned[fault].from <= at);
        let fault = &self.planned[*own.get(after.checked_sub(1)?)?];
        (at < fault.to).then_some(fault)
    }

    fn report(&self, station: &Station, readings: &Readings, observed_at: i64) -> Write {
        let names = &self.names[station.family as usize];
        let observed_at = Timestamp::from_micros(observed_at.saturating_mul(1_000_000));
        let mut write = Write::new(station.id.clone(), Operation::Observe);
        write.types.push(names.kind.clone());
        write.simulated = true;
        write.attributes = Vec::with_capacity(names.attributes.len());
        for (((name, unit), spec), value) in names.attributes.iter().zip(station.family.specs()).zip(readings)
        {
            if value.is_finite() {
                let json = if spec.steps == 1.0 { Json::Int(*value as i64) } else { Json::Float(*value) };
                let mut instance = Instance::new(AttributeValue::Property(json)).at(observed_at);
                instance.unit_code = Some(unit.clone());
                write.attributes.push(Attribute::new(name.clone(), instance));
            }
        }
        write
    }
}

/// A planned fault in the words of the outside.
fn told(fault: &Planned, stations: &[Station], names: &[FamilyNames; 6]) -> Fault {
    let station = &stations[fault.station];
    let attributes = &names[station.family as usize].attributes;
    let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
    Fault {
        station: station.id.clone(),
        attribute: fault.attribute.map(|index| attributes[index].0.clone()),
        kind: fault.kind,
        from: at(fault.from),
        to: at(fault.to),
    }
}
