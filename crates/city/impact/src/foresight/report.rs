//! What is foreseen: plain data that is written as JSON.

use serde::Serialize;

use crate::{Wording, report::number};

/// What a project could show.
#[derive(Clone, Debug, Serialize)]
pub struct Foresight {
    /// The method, by its name on the command line.
    pub method: &'static str,
    /// Who published the way it is foreseen.
    pub source: &'static str,
    /// Why this method, when it was chosen and not asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Wording>,
    /// The units that are to be treated; none when they are drawn anew each time.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub treated: Vec<String>,
    /// How many units are to be treated.
    pub count: usize,
    /// How many units they are compared with.
    pub donors: usize,
    /// How many times the panel has.
    pub times: usize,
    /// How many times the project is to last.
    pub duration: usize,
    /// With what chance the interval holds the effect.
    pub level: f64,
    /// The chance with which an effect is to be seen.
    pub power: f64,
    /// The smallest effect that is seen with this chance, in units of the outcome and without sign; `null` when none is.
    #[serde(serialize_with = "number")]
    pub smallest: f64,
    /// The same as a part of the mean outcome of the last times, as many as the project lasts.
    #[serde(serialize_with = "number")]
    pub relative: f64,
    /// How often the method sees an effect where nothing happened.
    #[serde(serialize_with = "number")]
    pub false_alarms: f64,
    /// The root mean square of what it finds there.
    #[serde(serialize_with = "number")]
    pub error: f64,
    /// How many placebos this was counted on.
    pub placebos: usize,
    /// How often effects of several sizes would be seen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub curve: Vec<PowerOf>,
    /// For an experiment with regions: sets of regions, the best first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sets: Vec<RegionSet>,
    /// Units that lack a value and were left out.
    pub left_out: usize,
    /// What could be wrong.
    pub warnings: Vec<Wording>,
    /// The answer in one sentence.
    pub sentence: Wording,
}

/// How often an effect is seen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PowerOf {
    /// The effect, in units of the outcome; for an experiment with regions a part of it.
    pub effect: f64,
    /// How often it is seen.
    pub power: f64,
}

/// A set of regions that could be treated together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RegionSet {
    /// Its place, 1 for the best.
    pub rank: usize,
    /// The regions.
    pub regions: Vec<String>,
    /// The smallest lift that is seen often enough, as a part of the outcome.
    pub lift: f64,
    /// How often it is seen.
    pub power: f64,
    /// What the lift adds over all regions and times.
    pub added: f64,
    /// How far the lift that is found is from the one that was laid in.
    pub missed: f64,
    /// The part of all outcomes that the regions have.
    pub share: f64,
    /// The gap before the project as a part of what it is when all others count alike.
    pub imbalance: f64,
}
