//! `senne impact` on the command line.

use std::path::PathBuf;

mod power;

pub(crate) use power::ImpactPower;

use clap::{
    Args, Subcommand, ValueEnum,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser},
};
use senne_city_impact::{ErrorWay, MethodName, Request};
use senne_impact::{Comparison, Direction, Estimator};

/// What a project changed, from a table of units over time.
#[derive(Args, Debug)]
#[command(after_long_help = EXAMPLES, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Impact {
    #[command(subcommand)]
    pub(crate) command: Option<ImpactCommand>,
    #[command(flatten)]
    pub(crate) question: Option<ImpactQuestion>,
}

#[derive(Subcommand, Debug)]
pub(crate) enum ImpactCommand {
    /// Say which effects a planned project could show, from the past of its panel.
    Power(Box<ImpactPower>),
    /// Say which method fits a table, and why; the outcome is not looked at.
    Choose(Box<ImpactQuestion>),
}

// A table and what is asked of it. No text for the help: it would replace that of the commands it is part of.
#[derive(Args, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own on the command line")]
pub(crate) struct ImpactQuestion {
    /// The table: comma-separated values with a header line; `-` is the standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) data: PathBuf,
    /// The method; `auto` takes what fits the table, and says why.
    #[arg(long, default_value = "auto", value_parser = method())]
    pub(crate) method: MethodName,
    /// The column of units (streets, schools, states …); none for a single series.
    #[arg(long, value_name = "COLUMN", help_heading = "Columns")]
    pub(crate) unit: Option<String>,
    /// The column of times: numbers, or dates that sort as text.
    #[arg(long, value_name = "COLUMN", help_heading = "Columns")]
    pub(crate) time: String,
    /// The column of what is measured.
    #[arg(long, value_name = "COLUMN", help_heading = "Columns")]
    pub(crate) outcome: String,
    /// The column that is 1 where a unit is treated at a time, else 0.
    #[arg(long, value_name = "COLUMN", help_heading = "Columns", conflicts_with_all = ["first_treated", "start"])]
    pub(crate) treated: Option<String>,
    /// The column with the time of a unit's first treatment; empty, 0 or Inf: never.
    #[arg(long, value_name = "COLUMN", help_heading = "Columns", conflicts_with = "start")]
    pub(crate) first_treated: Option<String>,
    /// For a single series: the first time that is touched.
    #[arg(long, value_name = "TIME", help_heading = "Columns")]
    pub(crate) start: Option<String>,
    /// Columns that the project does not touch, with commas between them.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', help_heading = "Columns")]
    pub(crate) covariates: Vec<String>,
    /// For synthetic control: columns that predict the outcome; their mean before treatment counts.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', help_heading = "Columns")]
    pub(crate) predictors: Vec<String>,
    /// For counts: the column of how many could be counted.
    #[arg(long, value_name = "COLUMN", help_heading = "Columns", requires = "counts")]
    pub(crate) exposure: Option<String>,
    /// For a threshold: the column of the value that decides who is treated.
    #[arg(long, value_name = "COLUMN", help_heading = "Columns", requires = "cutoff")]
    pub(crate) running: Option<String>,
    /// The threshold; units at or above it are treated.
    #[arg(
        long,
        value_name = "NUMBER",
        help_heading = "Columns",
        requires = "running",
        allow_negative_numbers = true
    )]
    pub(crate) cutoff: Option<f64>,
    /// For an experiment with regions: the column that names the cell (the project) of each treated region.
    #[arg(long, value_name = "COLUMN", help_heading = "Columns")]
    pub(crate) cell: Option<String>,
    /// The column of strata within which lots were drawn.
    #[arg(long, value_name = "COLUMN", help_heading = "Columns")]
    pub(crate) stratum: Option<String>,
    /// The column of latitudes, in degrees; with --longitude.
    #[arg(long, value_name = "COLUMN", help_heading = "Columns", requires = "longitude")]
    pub(crate) latitude: Option<String>,
    /// The column of longitudes, in degrees.
    #[arg(long, value_name = "COLUMN", help_heading = "Columns", requires = "latitude")]
    pub(crate) longitude: Option<String>,
    /// It was drawn by lot who is treated.
    #[arg(long, help_heading = "Method")]
    pub(crate) randomised: bool,
    /// The outcome is a count.
    #[arg(long, help_heading = "Method")]
    pub(crate) counts: bool,
    /// For a single series: its slope may change too.
    #[arg(long, help_heading = "Method")]
    pub(crate) slope: bool,
    /// For a single series: how many steps a year has, when it has seasons.
    #[arg(long, value_name = "STEPS", help_heading = "Method", value_parser = clap::value_parser!(u32).range(2..=1000))]
    pub(crate) season: Option<u32>,
    /// For Callaway–Sant'Anna: how what would have been is estimated.
    #[arg(long, value_enum, default_value = "doubly-robust", help_heading = "Method")]
    pub(crate) estimator: EstimatorName,
    /// For Callaway–Sant'Anna: with whom the treated are compared.
    #[arg(long, value_enum, default_value = "never-treated", help_heading = "Method")]
    pub(crate) comparison: ComparisonName,
    /// How standard errors are found.
    #[arg(long, value_enum, default_value = "auto", help_heading = "Method")]
    pub(crate) errors: ErrorName,
    /// For Conley's errors: how far neighbours share them, in km.
    #[arg(long, value_name = "KM", help_heading = "Method", requires = "latitude", value_parser = positive)]
    pub(crate) cutoff_km: Option<f64>,
    /// For Newey–West's errors: over how many steps they remember.
    #[arg(long, value_name = "STEPS", help_heading = "Method", value_parser = clap::value_parser!(u32).range(0..=1000))]
    pub(crate) lag: Option<u32>,
    /// Where rings around treated units end, in metres: 500,1000. Units within are no donors, and what they feel is told.
    #[arg(long, value_name = "METRES", value_delimiter = ',', help_heading = "Method", requires = "latitude", value_parser = positive)]
    pub(crate) rings: Vec<f64>,
    /// How many draws errors and Bayesian series are made of.
    #[arg(long, value_name = "NUMBER", default_value_t = 200, help_heading = "Method",
        value_parser = clap::value_parser!(u32).range(10..=1_000_000))]
    pub(crate) draws: u32,
    /// The seed of all draws: the same seed gives the same digits.
    #[arg(long, value_name = "NUMBER", default_value_t = 1, help_heading = "Method")]
    pub(crate) seed: u64,
    /// With what chance an interval holds the effect.
    #[arg(long, value_name = "CHANCE", default_value_t = 0.95, help_heading = "Verdict", value_parser = chance)]
    pub(crate) level: f64,
    /// Which way is better.
    #[arg(long, value_enum, default_value = "up", help_heading = "Verdict")]
    pub(crate) better: DirectionName,
    /// The smallest effect that would matter, in units of the outcome.
    #[arg(long, value_name = "NUMBER", help_heading = "Verdict", value_parser = positive)]
    pub(crate) matters: Option<f64>,
    /// How to print the report.
    #[arg(long, value_enum, default_value = "json")]
    pub(crate) format: super::ReportFormat,
}

const EXAMPLES: &str = "\
Examples:

  senne impact --method sdid --data panel.csv --unit State --time Year --outcome PacksPerCapita --treated treated

  senne impact --data series.csv --time month --outcome admissions --start 2005-01 --counts --season 12 --format text

  senne impact --method geo --data sales.csv --unit city --time day --outcome sales --treated on --cell campaign

  senne impact power --data past.csv --unit street --time month --outcome no2 --treat S04,S09 --duration 6

  senne impact choose --data panel.csv --unit State --time Year --outcome PacksPerCapita --treated treated";

/// How what would have been is estimated.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EstimatorName {
    /// By regression and weighting together: right when either is.
    #[value(alias = "dr")]
    DoublyRobust,
    /// By regression.
    #[value(alias = "reg")]
    Regression,
    /// By weighting.
    #[value(alias = "ipw")]
    Weighting,
}

/// With whom the treated are compared.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ComparisonName {
    /// With those that are never treated.
    NeverTreated,
    /// With those that are not treated yet, too.
    NotYetTreated,
}

/// How standard errors are found.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorName {
    /// As the method and the table advise.
    Auto,
    /// Donors in the place of the treated.
    Placebo,
    /// Units drawn with replacement.
    Bootstrap,
    /// Each unit left out once.
    Jackknife,
    /// Errors that remember over time: for an interrupted series, and for two-way fixed effects.
    NeweyWest,
    /// For augmented synthetic control: by times left out, wider than it says.
    Conservative,
    /// Errors that neighbours share, for two-way fixed effects; needs --latitude, --longitude and --cutoff-km.
    Conley,
}

/// Which way is better.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DirectionName {
    /// More is better.
    Up,
    /// Less is better.
    Down,
}

impl ImpactQuestion {
    /// The question to the statistics.
    pub(crate) fn request(&self) -> Request {
        Request {
            unit: self.unit.clone(),
            treated: self.treated.clone(),
            first_treated: self.first_treated.clone(),
            start: self.start.clone(),
            covariates: self.covariates.clone(),
            predictors: self.predictors.clone(),
            exposure: self.exposure.clone(),
            counts: self.counts,
            slope: self.slope,
            season: self.season.map(|steps| steps as usize),
            estimator: match self.estimator {
                EstimatorName::DoublyRobust => Estimator::DoublyRobust,
                EstimatorName::Regression => Estimator::Regression,
                EstimatorName::Weighting => Estimator::Weighting,
            },
            comparison: match self.comparison {
                ComparisonName::NeverTreated => Comparison::NeverTreated,
                ComparisonName::NotYetTreated => Comparison::NotYetTreated,
            },
            errors: match self.errors {
                ErrorName::Auto => ErrorWay::Auto,
                ErrorName::Placebo => ErrorWay::Placebo,
                ErrorName::Bootstrap => ErrorWay::Bootstrap,
                ErrorName::Jackknife => ErrorWay::Jackknife,
                ErrorName::NeweyWest => ErrorWay::NeweyWest,
                ErrorName::Conservative => ErrorWay::Conservative,
                ErrorName::Conley => ErrorWay::Conley,
            },
            draws: self.draws as usize,
            seed: self.seed,
            chance: self.level,
            direction: match self.better {
                DirectionName::Up => Direction::Up,
                DirectionName::Down => Direction::Down,
            },
            matters: self.matters,
            randomised: self.randomised,
            cell: self.cell.clone(),
            stratum: self.stratum.clone(),
            running: self.running.clone(),
            cutoff: self.cutoff,
            latitude: self.latitude.clone(),
            longitude: self.longitude.clone(),
            cutoff_km: self.cutoff_km,
            lag: self.lag.map(|steps| steps as usize),
            rings_m: self.rings.clone(),
            ..Request::new(self.method, self.time.clone(), self.outcome.clone())
        }
    }
}

fn method() -> impl TypedValueParser<Value = MethodName> {
    let names = MethodName::ALL
        .iter()
        .map(|(_, name, others)| PossibleValue::new(*name).aliases(others.iter().copied()));
    PossibleValuesParser::new(names).map(|name| MethodName::of(&name).unwrap_or(MethodName::Auto))
}

fn chance(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "it is not a number".to_owned())?;
    if number > 0.5 && number < 1.0 { Ok(number) } else { Err("it lies between 0.5 and 1".to_owned()) }
}

fn positive(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "it is not a number".to_owned())?;
    if number > 0.0 && number.is_finite() { Ok(number) } else { Err("it is more than 0".to_owned()) }
}
