//! What pages must know of an indicator, and where it stands.

use serde::{Deserialize, Serialize};

use super::{Direction, IndicatorId, Words};

/// An indicator, as far as a programme speaks of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Indicator {
    /// Its identifier.
    pub id: IndicatorId,
    /// What it is called.
    pub name: Words,
    /// Its unit, as readers know it: `µg/m³`, `cyclists a day`; without a text for a plain number.
    pub unit: Words,
    /// Which way is better, where one is.
    pub better: Option<Direction>,
}

/// Where an indicator stands in an area.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// The value, in the unit of the indicator.
    pub value: f64,
    /// The ends of its interval, where it has one.
    pub interval: Option<(f64, f64)>,
    /// The period it is of: `2025`, `2026-Q3`, `2026-10`.
    pub period: String,
}
