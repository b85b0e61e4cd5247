//! What is known of one area in one period: parts, and how much of what should be there is there.

use senne_indicator::{Declaration, Parts, Period, Pieces, Status, Value, alike, rounded};
use senne_model::EntityId;

/// The chance with which intervals hold the value.
pub(crate) const CHANCE: f64 = 0.95;

/// What adds up over areas and periods.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Cell {
    /// The parts of the measure.
    pub(crate) parts: Parts,
    /// The same by period or cluster, where the interval needs them.
    pub(crate) pieces: Pieces,
    /// The shares of the base periods that are covered, added up.
    pub(crate) covered: f64,
    /// The interval, where the question gave one.
    pub(crate) given: Option<(f64, f64)>,
    /// Whether the simulator made any of it.
    pub(crate) simulated: bool,
}

impl Cell {
    /// Puts another period or area beside this one.
    pub(crate) fn add(&mut self, other: &Self) {
        self.parts = self.parts + other.parts;
        self.pieces.merge(&other.pieces);
        self.covered += other.covered;
        self.given = None;
        self.simulated |= other.simulated;
    }

    /// The value, when there is one to say. `expected` is how many base periods of how many areas should be covered; `ended` is whether the period
    /// and the time until its release are over.
    pub(crate) fn value(
        &self,
        declaration: &Declaration,
        at: (&EntityId, Period),
        expected: f64,
        ended: bool,
    ) -> Option<Value> {
        if self.covered <= 0.0 {
            return None;
        }
        let coverage = if expected > 0.0 { (self.covered / expected).clamp(0.0, 1.0) } else { 0.0 };
        let mut value = Value { coverage: rounded(coverage), parts: self.parts, ..Value::default() };
        value.simulated = self.simulated;
        if declaration.hides(&self.parts) {
            return Some(Value { parts: Parts::default(), status: Status::Suppressed, ..value });
        }
        let estimate = declaration.estimate(&self.parts, &self.pieces, at, CHANCE)?;
        value.number = Some(rounded(estimate.value));
        let interval = estimate.interval.map(|interval| (interval.low, interval.high)).or(self.given);
        value.interval = interval
            .filter(|(low, high)| low.is_finite() && high.is_finite())
            .map(|(low, high)| (rounded(low), rounded(high)));
        value.status = match (ended, coverage + 1e-9 >= declaration.completeness) {
            (false, _) => Status::Provisional,
            (true, true) => Status::Final,
            (true, false) => Status::Incomplete,
        };
        Some(value)
    }
}

/// The status of a value beside what is published: what stood and was changed by later data is revised.
pub(crate) fn beside(known: Option<&Value>, value: &Value) -> Status {
    let Some(known) = known.filter(|known| known.status.stood() && value.status == Status::Final) else {
        return value.status;
    };
    let same = match (known.number, value.number) {
        (Some(known), Some(value)) => alike(known, value),
        (known, value) => known == value,
    };
    if same { known.status } else { Status::Revised }
}
