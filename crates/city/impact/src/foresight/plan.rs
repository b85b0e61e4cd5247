//! A planned project, laid into the past.

use senne_impact::{
    ControlPower, Design, Detectable, DifferencePower, InterruptedOptions, InterruptionPower, Method,
    Situation, StatisticsError, choose, detectable_by_control, detectable_by_differences,
    detectable_by_interruption,
};

use super::{
    regions,
    report::{Foresight, PowerOf},
};
use crate::{EvaluationError, MethodName, Table, Wording, panel::Grid, reason::why, warning};

/// A project that has not begun.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedProject {
    /// The method: `did`, `sc`, `its`, `geo`, or by the situation.
    pub method: MethodName,
    /// The column of units; none for a single series.
    pub unit: Option<String>,
    /// The column of times.
    pub time: String,
    /// The column of the outcome.
    pub outcome: String,
    /// The units that are to be treated. Without them `count` are drawn anew each time, or for `geo` sets are looked for.
    pub treat: Vec<String>,
    /// Units that are not to be treated.
    pub keep: Vec<String>,
    /// How many units are to be treated, when they are not named.
    pub count: usize,
    /// How many times the project is to last.
    pub duration: usize,
    /// Into how many ends of the past it is laid, each a time earlier.
    pub lookback: usize,
    /// How often units and ends are drawn, for differences.
    pub draws: usize,
    /// The seed of all draws.
    pub seed: u64,
    /// The chance with which an interval holds the effect.
    pub level: f64,
    /// The chance with which an effect is to be seen.
    pub power: f64,
    /// For `geo`: lifts that are tried, as parts of the outcome.
    pub lifts: Vec<f64>,
    /// For a single series: how many steps a year has, when it has seasons.
    pub season: Option<usize>,
}

/// The panel of a planned project.
pub(super) struct Planned<'a> {
    pub(super) project: &'a PlannedProject,
    pub(super) names: Vec<String>,
    pub(super) outcome: Vec<Vec<f64>>,
    pub(super) treat: Vec<usize>,
    pub(super) keep: Vec<usize>,
    pub(super) left_out: usize,
}

impl<'a> Planned<'a> {
    fn of(table: &Table, project: &'a PlannedProject) -> Result<Self, EvaluationError> {
        let Grid { names, outcome, left_out } =
            Grid::of(table, project.unit.as_ref(), &project.time, &project.outcome)?;
        let places = |wanted: &[String]| -> Result<Vec<usize>, EvaluationError> {
            wanted.iter().map(|name| place_of(&names, name)).collect()
        };
        let (treat, keep) = (places(&project.treat)?, places(&project.keep)?);
        Ok(Self { project, names, outcome, treat, keep, left_out })
    }

    pub(super) fn count(&self) -> usize {
        if self.treat.is_empty() { self.project.count } else { self.treat.len() }
    }

    fn times(&self) -> usize {
        self.outcome.first().map_or(0, Vec::len)
    }

    /// The mean over the last times of the units that are to be treated, or of all.
    fn recent(&self) -> f64 {
        let all: Vec<usize> = (0..self.outcome.len()).collect();
        let units = if self.treat.is_empty() { &all } else { &self.treat };
        let from = self.times().saturating_sub(self.project.duration);
        let values: Vec<f64> = units.iter().flat_map(|unit| self.outcome[*unit][from..].to_vec()).collect();
        values.iter().sum::<f64>() / values.len() as f64
    }
}

fn place_of(names: &[String], name: &String) -> Result<usize, EvaluationError> {
    names.iter().position(|known| known == name).ok_or_else(|| {
        let why = format!("`{name}` is not a unit of the table with a value at every time");
        StatisticsError::NotIdentified { what: "who is to be treated".to_owned(), why }.into()
    })
}

/// Tells which effects a planned project could show. The table is the past, in which nothing has happened yet.
///
/// # Errors
/// When a column or unit is not there, the method has no such foresight, or the past is too short.
pub fn foresee(table: &Table, project: &PlannedProject) -> Result<Foresight, EvaluationError> {
    let planned = Planned::of(table, project)?;
    let (method, reasons) = method_of(&planned);
    let alpha = 1.0 - project.level;
    match method {
        MethodName::Geo => regions::foresee(&planned, reasons),
        MethodName::Did => {
            let options = DifferencePower {
                treated: Some(planned.treat.clone()).filter(|treat| !treat.is_empty()),
                count: project.count,
                after: project.duration,
                before: None,
                draws: project.draws,
                seed: project.seed,
                alpha,
                power: project.power,
            };
            let found = detectable_by_differences(&planned.outcome, &options)?;
            let source = "Two-way fixed effects in the past, errors clustered by unit (Burlig, Preonas and Woerman 2020)";
            Ok(told(&planned, method, source, reasons, &found))
        }
        MethodName::SyntheticControl => {
            let options = ControlPower {
                treated: named(&planned, method)?,
                after: project.duration,
                lookback: project.lookback,
                alpha,
                power: project.power,
            };
            let found = detectable_by_control(&planned.outcome, &options)?;
            let source = "Synthetic control in the past, by rank among placebos (Abadie, Diamond and Hainmueller 2010)";
            Ok(told(&planned, method, source, reasons, &found))
        }
        MethodName::Interrupted => {
            let place = match planned.treat[..] {
                [place] => place,
                [] if planned.outcome.len() == 1 => 0,
                _ => return Err(lacks(method, "one series: --treat UNIT")),
            };
            let season = project.season.map(|steps| (if steps < 5 { 1 } else { 2 }, steps as f64));
            let model = InterruptedOptions { season, chance: project.level, ..InterruptedOptions::default() };
            let options = InterruptionPower {
                after: project.duration,
                lookback: project.lookback,
                model,
                alpha,
                power: project.power,
            };
            let found = detectable_by_interruption(&planned.outcome[place], &Design::new(), options)?;
            let source = "Interrupted time series in the past (Wagner and others 2002)";
            Ok(told(&planned, method, source, reasons, &found))
        }
        other => Err(lacks(other, "another method: power is told for did, sc, its and geo")),
    }
}

fn lacks(method: MethodName, what: &str) -> EvaluationError {
    EvaluationError::Lacks { method: method.name(), what: what.to_owned() }
}

fn named(planned: &Planned<'_>, method: MethodName) -> Result<Vec<usize>, EvaluationError> {
    if planned.treat.is_empty() { Err(lacks(method, "--treat UNITS")) } else { Ok(planned.treat.clone()) }
}

/// As the situation will be; power is told of the nearest of the methods that it can be told of.
fn method_of(planned: &Planned<'_>) -> (MethodName, Vec<Wording>) {
    if planned.project.method != MethodName::Auto {
        return (planned.project.method, Vec::new());
    }
    let single = planned.outcome.len() == 1;
    let treated = if single { 1 } else { planned.count() };
    let situation = Situation {
        treated,
        donors: planned.outcome.len().saturating_sub(treated),
        starts: 1,
        before: planned.times().saturating_sub(planned.project.duration),
        after: planned.project.duration,
        ..Situation::default()
    };
    let choice = choose(&situation);
    let method = match choice.method {
        Method::SyntheticControl if !planned.treat.is_empty() => MethodName::SyntheticControl,
        Method::Interrupted | Method::StructuralSeries => MethodName::Interrupted,
        _ => MethodName::Did,
    };
    (method, choice.reasons.iter().map(|reason| why(*reason)).collect())
}

fn told(
    planned: &Planned<'_>,
    method: MethodName,
    source: &'static str,
    reasons: Vec<Wording>,
    found: &Detectable,
) -> Foresight {
    let project = planned.project;
    let (smallest, recent) = (found.smallest, planned.recent());
    let treated = if method == MethodName::Interrupted { 1 } else { planned.count() };
    let curve = [0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0].map(|part| part * smallest);
    let curve = curve.into_iter().filter(|effect| effect.is_finite());
    let mut warnings = Vec::new();
    let allowed = 1.0 - project.level;
    // More than draws explain, two standard errors.
    let bar = allowed + 2.0 * (allowed * project.level / found.placebos as f64).sqrt();
    if found.false_alarms > bar {
        warnings.push(warning::false_alarms(found.false_alarms, allowed));
    }
    if smallest.is_infinite() {
        warnings.push(warning::too_few_donors(planned.outcome.len() - treated));
    }
    if matches!(method, MethodName::SyntheticControl | MethodName::Interrupted) {
        warnings.push(warning::few_placebos(found.placebos));
    }
    Foresight {
        method: method.name(),
        source,
        reasons,
        treated: planned.treat.iter().map(|unit| planned.names[*unit].clone()).collect(),
        count: treated,
        donors: if method == MethodName::Interrupted { 0 } else { planned.outcome.len() - treated },
        times: planned.times(),
        duration: project.duration,
        level: project.level,
        power: project.power,
        smallest,
        relative: smallest / recent.abs(),
        false_alarms: found.false_alarms,
        error: found.error,
        placebos: found.placebos,
        curve: curve.map(|effect| PowerOf { effect, power: found.power_of(effect) }).collect(),
        sets: Vec::new(),
        left_out: planned.left_out,
        warnings,
        sentence: crate::sentence::foreseen(
            &project.outcome,
            smallest,
            smallest / recent.abs(),
            project.power,
        ),
    }
}
