//! Faults that are injected on purpose, and the truth about them.

use std::collections::HashSet;

use senne_model::{EntityId, Name, Timestamp};

use super::{
    family::{Family, Readings},
    noise::{even, join, wander},
    scene::Scene,
    station::Station,
};

/// What goes wrong.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum FaultKind {
    /// One attribute repeats, for 84 hours, what it read when the fault began.
    Stuck,
    /// One single value leaps away and back, within the plausible range.
    Spike,
    /// One attribute reads, for two hours, a value beyond the plausible range.
    Range,
    /// The NO2 cell broke: for nine days it reads hundreds to thousands, with calmer hours between.
    FailedSensor,
    /// The station is silent for 30 hours.
    Gap,
    /// For an hour each report comes twice, the second with slightly other values for the same moment.
    Duplicate,
    /// For two hours reports do not come when they are made, but [`FaultKind::LATE_BY_SECONDS`] later.
    Late,
    /// For half an hour the clock is fast: stamps are [`FaultKind::FUTURE_BY_SECONDS`] ahead of the truth.
    Future,
}

impl FaultKind {
    /// All kinds.
    pub const ALL: [Self; 8] = [
        Self::Stuck,
        Self::Spike,
        Self::Range,
        Self::FailedSensor,
        Self::Gap,
        Self::Duplicate,
        Self::Late,
        Self::Future,
    ];
    /// How late a late report comes, in seconds.
    pub const LATE_BY_SECONDS: i64 = 6 * 3600;
    /// How far ahead a stamp from the future is, in seconds; no multiple of a cadence, so that it never
    /// falls on the stamp of an honest report.
    pub const FUTURE_BY_SECONDS: i64 = 3 * 3600 + 7 * 60;

    /// How many of this kind there are in each cycle of 28 days, per 150 stations.
    fn per_cycle(self) -> usize {
        match self {
            Self::Spike => 4,
            Self::FailedSensor | Self::Future => 1,
            _ => 2,
        }
    }

    fn seconds(self, family: Family) -> i64 {
        match self {
            Self::Stuck => 84 * HOUR,
            Self::Spike => family.cadence_seconds(),
            Self::FailedSensor => 9 * 24 * HOUR,
            Self::Gap => 30 * HOUR,
            Self::Duplicate => HOUR,
            Self::Range | Self::Late => 2 * HOUR,
            Self::Future => HOUR / 2,
        }
    }

    /// The attributes (places in the specs of the family) that this fault can befall; `None`: the whole station.
    fn targets(self, family: Family) -> Option<Vec<usize>> {
        let fitting = |fits: &dyn Fn(&super::family::Spec) -> bool| {
            family.specs().iter().enumerate().filter(|(_, s)| fits(s)).map(|(i, _)| i).collect()
        };
        match self {
            Self::Stuck => Some(fitting(&|s| s.sticks)),
            Self::Spike => Some(fitting(&|s| s.spike.is_some())),
            Self::Range => Some(fitting(&|_| true)),
            Self::FailedSensor => Some(fitting(&|s| s.term == "no2")),
            Self::Gap | Self::Duplicate | Self::Late | Self::Future => None,
        }
    }
}

/// One injected fault: the truth against which quality tests are measured.
#[derive(Clone, PartialEq, Debug)]
pub struct Fault {
    /// The station.
    pub station: EntityId,
    /// The attribute (expanded name); `None` when the whole station is concerned.
    pub attribute: Option<Name>,
    /// What goes wrong.
    pub kind: FaultKind,
    /// The first moment of observation that is concerned.
    pub from: Timestamp,
    /// The first moment of observation that is no longer concerned.
    pub to: Timestamp,
}

/// A fault in the words of the simulator.
#[derive(Clone, Copy, Debug)]
pub(super) struct Planned {
    pub(super) station: usize,
    /// The place of the attribute in the specs of the family.
    pub(super) attribute: Option<usize>,
    pub(super) kind: FaultKind,
    /// Seconds since the epoch.
    pub(super) from: i64,
    pub(super) to: i64,
}

const HOUR: i64 = 3600;
const CYCLE: i64 = 28 * 24 * HOUR;
/// Monday 5 January 2015, when the first cycle begins; the last one ends in December 2044.
const FIRST_CYCLE: i64 = 1_420_416_000;
const CYCLES: i64 = 391;

/// Draws the faults of all years, by time. Stations that the project concerns are spared, so that its effect
/// can be measured; no station has two faults within one cycle.
pub(super) fn plan(seed: u64, stations: &[Station]) -> Vec<Planned> {
    let rounds = (stations.len() / 150).clamp(1, 20);
    let mut all = Vec::new();
    for cycle in 0..CYCLES {
        let mut taken = HashSet::new();
        for kind in FaultKind::ALL {
            for round in 0..rounds * kind.per_cycle() {
                let key = join(join(seed, 0xfa_0000 + cycle as u64), (kind as u64) << 16 | round as u64);
                all.extend(draw(key, kind, cycle, seed, stations, &mut taken));
            }
        }
    }
    all.sort_by_key(|fault| (fault.from, fault.station));
    all
}

/// One fault on a station that fits and has none yet in this cycle; `None` when a few draws find no such one.
fn draw(
    key: u64,
    kind: FaultKind,
    cycle: i64,
    seed: u64,
    stations: &[Station],
    taken: &mut HashSet<usize>,
) -> Option<Planned> {
    (0..24_u64).find_map(|attempt| {
        let key = join(key, attempt);
        let index = (even(key) * stations.len() as f64) as usize;
        let station = stations.get(index).filter(|s| s.factor == 1.0)?;
        let targets = kind.targets(station.family);
        let attribute = match &targets {
            Some(fitting) => Some(*fitting.get((even(join(key, 1)) * fitting.len() as f64) as usize)?),
            None => None,
        };
        if !taken.insert(index) {
            return None;
        }
        let length = kind.seconds(station.family);
        let days = (CYCLE - length) / (24 * HOUR);
        // By day, so that a stuck counter does not repeat an honest zero.
        let day = (even(join(key, 2)) * days as f64) as i64;
        let hour = 7 + (even(join(key, 3)) * 8.0) as i64;
        let mut from = FIRST_CYCLE + cycle * CYCLE + day * 24 * HOUR + hour * HOUR;
        if let (FaultKind::Stuck, Some(attribute)) = (kind, attribute) {
            from = not_at_rest(from, attribute, seed, station);
        }
        Some(Planned { station: index, attribute, kind, from, to: from + length })
    })
}

/// The first of the next hours at which the attribute reads more than what an idle place reads for days.
fn not_at_rest(from: i64, attribute: usize, seed: u64, station: &Station) -> i64 {
    let lively = |at: &i64| Scene::at(*at, seed, false).readings(station)[attribute] > 2.5;
    let never_small = !matches!(station.family, Family::Bicycle | Family::Docking | Family::Parking);
    (0..6).map(|hour| from + hour * HOUR).find(|at| never_small || lively(at)).unwrap_or(from)
}

/// Makes of what a station would read what it reports under this fault, observed at `scene`.
pub(super) fn distort(fault: &Planned, scene: &Scene, seed: u64, station: &Station, readings: &mut Readings) {
    let Some(attribute) = fault.attribute else { return };
    let spec = &station.family.specs()[attribute];
    let at = scene.moment.at;
    match fault.kind {
        FaultKind::Stuck => {
            readings[attribute] = scene.at_other(fault.from, seed).readings(station)[attribute];
        }
        FaultKind::Spike => readings[attribute] += spec.spike.unwrap_or(0.0),
        FaultKind::Range => readings[attribute] = spec.beyond,
        FaultKind::FailedSensor => {
            let wild = wander(join(station.key, 40), at, 3 * HOUR);
            let flicker = even(join(join(station.key, 41), at as u64));
            let reading =
                if wild > 0.9 { 180.0 + 90.0 * flicker } else { 700.0 * (1.0 - wild) + 900.0 * flicker };
            readings[attribute] = (reading.clamp(0.0, 9500.0) * spec.steps).round() / spec.steps;
        }
        FaultKind::Gap | FaultKind::Duplicate | FaultKind::Late | FaultKind::Future => {}
    }
}
