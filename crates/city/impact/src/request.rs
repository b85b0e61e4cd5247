//! What is asked: a method, and which columns say what.

use senne_impact::{Comparison, Direction, Estimator};

/// A method by its name on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MethodName {
    /// By the situation (see `senne_impact::choose`).
    Auto,
    /// Two-way fixed effects.
    Did,
    /// Two-way fixed effects by time since treatment.
    EventStudy,
    /// Callaway and Sant'Anna.
    CallawaySantAnna,
    /// Sun and Abraham.
    SunAbraham,
    /// Goodman-Bacon's decomposition of the two-way estimate.
    Bacon,
    /// Synthetic control.
    SyntheticControl,
    /// Synthetic differences in differences.
    SyntheticDifference,
    /// Bayesian structural time series.
    StructuralSeries,
    /// Interrupted time series.
    Interrupted,
    /// Synthetic control with a ridge correction.
    AugmentedControl,
    /// An experiment with regions.
    Geo,
    /// Regression discontinuity.
    Discontinuity,
    /// Difference of units that were drawn by lot.
    Randomised,
}

impl MethodName {
    /// All of them, with the name and other names on the command line.
    pub const ALL: [(Self, &'static str, &'static [&'static str]); 14] = [
        (Self::Auto, "auto", &[]),
        (Self::Did, "did", &["twfe"]),
        (Self::EventStudy, "event-study", &[]),
        (Self::CallawaySantAnna, "callaway-santanna", &["cs"]),
        (Self::SunAbraham, "sun-abraham", &["sunab"]),
        (Self::Bacon, "bacon", &[]),
        (Self::SyntheticControl, "sc", &["synthetic-control"]),
        (Self::SyntheticDifference, "sdid", &["synthetic-did"]),
        (Self::StructuralSeries, "bsts", &["causal-impact"]),
        (Self::Interrupted, "its", &["interrupted"]),
        (Self::AugmentedControl, "asc", &["augsynth", "augmented-synthetic-control"]),
        (Self::Geo, "geo", &["geo-experiment", "geolift"]),
        (Self::Discontinuity, "rd", &["discontinuity"]),
        (Self::Randomised, "randomised", &["randomized", "lots"]),
    ];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(method, ..)| *method == self).map_or("auto", |(_, name, _)| name)
    }

    /// The method of a name, or of another name for it.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, own, others)| *own == name || others.contains(&name))
            .map(|(method, ..)| *method)
    }
}

/// How errors are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ErrorWay {
    /// Placebo with one treated unit, else jackknife; for an interrupted series by the memory of its errors.
    #[default]
    Auto,
    /// Donors in the place of the treated.
    Placebo,
    /// Units drawn with replacement.
    Bootstrap,
    /// Each unit left out once.
    Jackknife,
    /// Errors that remember over time (Newey and West): for an interrupted series, and for two-way fixed effects.
    NeweyWest,
    /// For augmented synthetic control: an interval by times left out (jackknife+), which holds the effect more often than it says.
    Conservative,
    /// Errors that neighbours share (Conley), for two-way fixed effects: needs latitude, longitude and a cut-off.
    Conley,
}

/// What is asked of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The method.
    pub method: MethodName,
    /// The column of units; none for a single series.
    pub unit: Option<String>,
    /// The column of times: numbers, or dates that sort as text.
    pub time: String,
    /// The column of the outcome.
    pub outcome: String,
    /// What the outcome is called in English, French and Dutch; the name of its column otherwise.
    pub called: Option<[String; 3]>,
    /// The column that is 1 where a unit is treated at a time, else 0.
    pub treated: Option<String>,
    /// The column with the time of a unit's first treatment; nothing, 0 or Inf: never.
    pub first_treated: Option<String>,
    /// For a single series: the first time that is touched.
    pub start: Option<String>,
    /// Columns that the project does not touch.
    pub covariates: Vec<String>,
    /// Columns that predict the outcome, for synthetic control; their mean before the treatment counts.
    pub predictors: Vec<String>,
    /// The column of how many could be counted, for counts.
    pub exposure: Option<String>,
    /// Whether the outcome is a count.
    pub counts: bool,
    /// For a single series: whether its slope may change too.
    pub slope: bool,
    /// For a single series: how many steps a year has, when it has seasons.
    pub season: Option<usize>,
    /// How what would have been is estimated, for Callaway–Sant'Anna.
    pub estimator: Estimator,
    /// With whom the treated are compared, for Callaway–Sant'Anna.
    pub comparison: Comparison,
    /// How errors of synthetic differences are found.
    pub errors: ErrorWay,
    /// How many draws, for errors and for Bayesian series.
    pub draws: usize,
    /// The seed of all draws.
    pub seed: u64,
    /// The chance with which intervals hold what they are for.
    pub chance: f64,
    /// Which way is better.
    pub direction: Direction,
    /// The smallest effect that would matter.
    pub matters: Option<f64>,
    /// Whether it was drawn by lot who is treated.
    pub randomised: bool,
    /// For an experiment with regions: the column of the cell, the same for all regions of one project; empty where there is none.
    pub cell: Option<String>,
    /// The column of strata within which lots were drawn.
    pub stratum: Option<String>,
    /// The column of the value that a threshold decides by.
    pub running: Option<String>,
    /// The threshold. Without columns that say who is treated, units at or above it are, from `start` on.
    pub cutoff: Option<f64>,
    /// The column of latitudes in degrees.
    pub latitude: Option<String>,
    /// The column of longitudes in degrees.
    pub longitude: Option<String>,
    /// How far errors are shared, in km.
    pub cutoff_km: Option<f64>,
    /// Over how many steps errors remember; nothing: by how many there are.
    pub lag: Option<usize>,
    /// Where rings around treated units end, in metres, rising. Units in a ring are no donors.
    pub rings_m: Vec<f64>,
}

impl Request {
    /// A question with these columns, and everything else as it is usual.
    pub fn new(method: MethodName, time: impl Into<String>, outcome: impl Into<String>) -> Self {
        Self {
            method,
            unit: None,
            time: time.into(),
            outcome: outcome.into(),
            called: None,
            treated: None,
            first_treated: None,
            start: None,
            covariates: Vec::new(),
            predictors: Vec::new(),
            exposure: None,
            counts: false,
            slope: false,
            season: None,
            estimator: Estimator::default(),
            comparison: Comparison::default(),
            errors: ErrorWay::default(),
            draws: 200,
            seed: 1,
            chance: 0.95,
            direction: Direction::Up,
            matters: None,
            randomised: false,
            cell: None,
            stratum: None,
            running: None,
            cutoff: None,
            latitude: None,
            longitude: None,
            cutoff_km: None,
            lag: None,
            rings_m: Vec::new(),
        }
    }
}
