//! `senne impact power` on the command line.

use std::path::PathBuf;

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use senne_city_impact::{MethodName, PlannedProject};

use super::{chance, positive};

/// A planned project, and the past of the panel that it is to change.
#[derive(Args, Debug)]
pub(crate) struct ImpactPower {
    /// The table of the past: comma-separated values with a header line; `-` is the standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) data: PathBuf,
    /// The method that is to be asked afterwards; `auto` takes what will fit.
    #[arg(long, default_value = "auto", value_parser = method())]
    pub(crate) method: MethodName,
    /// The column of units; none for a single series.
    #[arg(long, value_name = "COLUMN")]
    pub(crate) unit: Option<String>,
    /// The column of times.
    #[arg(long, value_name = "COLUMN")]
    pub(crate) time: String,
    /// The column of what is measured.
    #[arg(long, value_name = "COLUMN")]
    pub(crate) outcome: String,
    /// The units that are to be treated, with commas between them; without them, `--count` units are drawn, and
    /// for `geo` the best sets are looked for.
    #[arg(long, value_name = "UNITS", value_delimiter = ',', conflicts_with = "count")]
    pub(crate) treat: Vec<String>,
    /// How many units are to be treated.
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) count: u32,
    /// Units that must not be treated, for `geo`.
    #[arg(long, value_name = "UNITS", value_delimiter = ',')]
    pub(crate) keep: Vec<String>,
    /// How many times the project is to last.
    #[arg(long, value_name = "TIMES", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) duration: u32,
    /// Into how many ends of the past the project is laid, each a time earlier.
    #[arg(long, value_name = "NUMBER", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) lookback: u32,
    /// How often units and ends are drawn, for differences.
    #[arg(long, value_name = "NUMBER", default_value_t = 400, value_parser = clap::value_parser!(u32).range(10..=1_000_000))]
    pub(crate) draws: u32,
    /// The seed of all draws.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub(crate) seed: u64,
    /// With what chance the interval will hold the effect.
    #[arg(long, value_name = "CHANCE", default_value_t = 0.95, value_parser = chance)]
    pub(crate) level: f64,
    /// With what chance an effect is to be seen.
    #[arg(long, value_name = "CHANCE", default_value_t = 0.8, value_parser = chance)]
    pub(crate) power: f64,
    /// The lifts that are tried for `geo`, as parts of the outcome.
    #[arg(long, value_name = "PARTS", value_delimiter = ',', default_value = "0.02,0.05,0.1,0.15,0.2,0.25", value_parser = positive)]
    pub(crate) lifts: Vec<f64>,
    /// For a single series: how many steps a year has, when it has seasons.
    #[arg(long, value_name = "STEPS", value_parser = clap::value_parser!(u32).range(2..=1000))]
    pub(crate) season: Option<u32>,
    /// How to print the answer.
    #[arg(long, value_enum, default_value = "json")]
    pub(crate) format: crate::cli::ReportFormat,
}

impl ImpactPower {
    /// The project as it is planned.
    pub(crate) fn project(&self) -> PlannedProject {
        PlannedProject {
            method: self.method,
            unit: self.unit.clone(),
            time: self.time.clone(),
            outcome: self.outcome.clone(),
            treat: self.treat.clone(),
            keep: self.keep.clone(),
            count: self.count as usize,
            duration: self.duration as usize,
            lookback: self.lookback as usize,
            draws: self.draws as usize,
            seed: self.seed,
            level: self.level,
            power: self.power,
            lifts: self.lifts.clone(),
            season: self.season.map(|steps| steps as usize),
        }
    }
}

/// The methods that power can be told of.
fn method() -> impl TypedValueParser<Value = MethodName> {
    PossibleValuesParser::new(["auto", "did", "sc", "its", "geo"])
        .map(|name| MethodName::of(&name).unwrap_or(MethodName::Auto))
}
