//! Interrupted time series: one series, a time at which something began, and no donors (Wagner and others 2002; Lopez Bernal, Cummins
//! and Gasparrini 2017).

use crate::{
    Correction, Design, Errors, Family, Fit, StatisticsError, fit, fit_general, fit_remembering,
    normal_quantile, student_quantile, two_sided,
};
use faer::Mat;

/// How memory is allowed for in a series of measures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Memory {
    /// Each error is like the one before it, as much as is likeliest; coefficients allow for it too.
    #[default]
    FirstOrder,
    /// Least squares, with errors that remember over so many steps (Newey and West 1987); nothing: by the length of the series,
    /// `⌊4 (n/100)^(2/9)⌋`. Its intervals are too narrow where the memory is long.
    NeweyWest(Option<usize>),
}

/// What the series is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeriesKind {
    /// Any number.
    Measure,
    /// Counts that vary as Poisson says.
    Count,
    /// Counts that vary more, or less (quasi-Poisson).
    DispersedCount,
}

/// One series and when something began.
#[derive(Clone, Debug, PartialEq)]
pub struct Interruption {
    /// The values, one a step.
    pub outcome: Vec<f64>,
    /// The first step that is touched.
    pub begin: usize,
    /// For counts: how many could be counted at each step (a population); rates are modelled.
    pub exposure: Option<Vec<f64>>,
    /// Other columns that the project does not touch.
    pub covariates: Design,
}

/// The form of the model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InterruptedOptions {
    /// What the series is.
    pub kind: SeriesKind,
    /// Whether the slope may change too.
    pub slope: bool,
    /// How many pairs of sine and cosine, and over how many steps a year goes.
    pub season: Option<(usize, f64)>,
    /// How memory is allowed for; counts have none.
    pub memory: Memory,
    /// The chance with which intervals hold what they are for.
    pub chance: f64,
}

impl Default for InterruptedOptions {
    fn default() -> Self {
        Self {
            kind: SeriesKind::Measure,
            slope: false,
            season: None,
            memory: Memory::default(),
            chance: 0.95,
        }
    }
}

/// A coefficient.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// Its name: `step`, `slope`, `time`, `sin1` and so on, and those of the covariates.
    pub name: String,
    /// For measures in units of the outcome; for counts the logarithm of a ratio.
    pub estimate: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// The lower end of its interval.
    pub low: f64,
    /// The upper end of its interval.
    pub high: f64,
    /// The chance of such an estimate or a larger one, in either direction, when there is none.
    pub p_value: f64,
}

/// A step of the series, from the beginning on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Foreseen {
    /// The step.
    pub time: usize,
    /// What was observed.
    pub observed: f64,
    /// What the model says would have been.
    pub counterfactual: f64,
    /// The fitted difference at this step, with its interval.
    pub effect: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct InterruptedEffect {
    /// All coefficients.
    pub terms: Vec<Term>,
    /// The mean fitted difference from the beginning on: in units of the outcome, for counts in counts.
    pub effect: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// For counts: what is multiplied, at the mean over the steps from the beginning on.
    pub ratio: Option<f64>,
    /// From the beginning on.
    pub course: Vec<Foreseen>,
    /// For counts: how much more they vary than Poisson says.
    pub dispersion: Option<f64>,
    /// How much a residual is like the one before it, from −1 to 1.
    pub autocorrelation: f64,
    /// How much an error was taken to be like the one before it, where that was estimated.
    pub memory: Option<f64>,
    /// The degrees of freedom of intervals; nothing where they are those of the normal law.
    pub free: Option<f64>,
}

impl InterruptedEffect {
    /// A coefficient by its name.
    pub fn term(&self, name: &str) -> Option<&Term> {
        self.terms.iter().find(|term| term.name == name)
    }
}

/// What both kinds of model have.
struct Model {
    fit: Fit,
    covariance: Mat<f64>,
    /// The law of an estimate over its error.
    quantile: f64,
    free: Option<f64>,
    means: Vec<f64>,
    dispersion: Option<f64>,
    memory: Option<f64>,
}

/// Fits a trend with a step, and perhaps another slope, at the beginning.
///
/// # Errors
/// When lengths differ, a value is not finite or a count negative, or there are too few steps before or after the beginning.
pub fn interrupted(
    series: &Interruption,
    options: InterruptedOptions,
) -> Result<InterruptedEffect, StatisticsError> {
    let rows = series.outcome.len();
    let after = rows.saturating_sub(series.begin);
    let wanted = if options.slope { 3 } else { 1 };
    for (what, found, wanted) in
        [("steps before", series.begin, 3), ("steps from the beginning on", after, wanted)]
    {
        if found < wanted {
            return Err(StatisticsError::TooFew { what: what.to_owned(), found, wanted });
        }
    }
    let design = design(series, options);
    let model = match options.kind {
        SeriesKind::Measure => measure(series, &design, options)?,
        SeriesKind::Count => count(series, &design, false, options.chance)?,
        SeriesKind::DispersedCount => count(series, &design, true, options.chance)?,
    };
    Ok(finish(series, options, model))
}

fn design(series: &Interruption, options: InterruptedOptions) -> Design {
    let rows = series.outcome.len();
    let begin = series.begin;
    let mut design = Design::with_intercept(rows);
    design.push("step", (0..rows).map(|time| f64::from(u8::from(time >= begin))).collect());
    design.push("time", (0..rows).map(|time| (time + 1) as f64).collect());
    if options.slope {
        design.push("slope", (0..rows).map(|time| time.saturating_sub(begin) as f64).collect());
    }
    if let Some((pairs, steps)) = options.season {
        for pair in 1..=pairs {
            let angle = |time: usize| 2.0 * std::f64::consts::PI * pair as f64 * (time + 1) as f64 / steps;
            design.push(format!("sin{pair}"), (0..rows).map(|time| angle(time).sin()).collect());
            design.push(format!("cos{pair}"), (0..rows).map(|time| angle(time).cos()).collect());
        }
    }
    for (name, column) in series.covariates.names().iter().zip(series.covariates.columns()) {
        design.push(name.clone(), column.clone());
    }
    design
}

/// So many independent values would tell as much of a mean (Bayley and Hammersley 1946).
fn values_in_effect(rows: usize, memory: Option<f64>) -> f64 {
    let memory = memory.unwrap_or_default().max(0.0);
    rows as f64 * (1.0 - memory) / (1.0 + memory)
}

fn measure(
    series: &Interruption,
    design: &Design,
    options: InterruptedOptions,
) -> Result<Model, StatisticsError> {
    let rows = series.outcome.len();
    let (fit, covariance, memory) = match options.memory {
        Memory::FirstOrder => {
            let found = fit_remembering(design, &series.outcome)?;
            (found.fit, found.covariance_of_short, Some(found.memory))
        }
        Memory::NeweyWest(lag) => {
            let lag = lag.unwrap_or((4.0 * (rows as f64 / 100.0).powf(2.0 / 9.0)) as usize);
            let errors = Errors::NeweyWest { unit: vec![0; rows], time: (0..rows as i64).collect(), lag };
            let fit = fit(design, &series.outcome, None)?;
            let covariance = fit.covariance(&errors, Correction::Finite { absorbed: 0 })?;
            (fit, covariance, None)
        }
    };
    let free = values_in_effect(rows, memory) - fit.coefficients.len() as f64;
    let free = free.max(1.0);
    let quantile = student_quantile(free, 0.5 + options.chance / 2.0);
    let means = series.outcome.iter().zip(&fit.residuals).map(|(y, e)| y - e).collect();
    Ok(Model { fit, covariance, quantile, free: Some(free), means, dispersion: None, memory })
}

fn count(
    series: &Interruption,
    design: &Design,
    dispersed: bool,
    chance: f64,
) -> Result<Model, StatisticsError> {
    let offset: Option<Vec<f64>> =
        series.exposure.as_ref().map(|of| of.iter().map(|value| value.ln()).collect());
    let general = fit_general(Family::Poisson, design, &series.outcome, offset.as_deref(), None)?;
    let covariance = general.covariance(dispersed);
    // R's intervals of such models are those of the normal law, with the dispersion or without.
    let quantile = normal_quantile(0.5 + chance / 2.0);
    let dispersion = Some(general.dispersion);
    Ok(Model {
        fit: general.fit,
        covariance,
        quantile,
        free: None,
        means: general.means,
        dispersion,
        memory: None,
    })
}

fn finish(series: &Interruption, options: InterruptedOptions, model: Model) -> InterruptedEffect {
    let touched: Vec<usize> = ["step", "slope"].iter().filter_map(|name| model.fit.index(name)).collect();
    let later = series.begin..series.outcome.len();
    let counts = options.kind != SeriesKind::Measure;
    // By how much the linear part is moved at a step, and how the effect changes with each coefficient.
    let moved = |time: usize| {
        touched.iter().map(|c| model.fit.design[(time, *c)] * model.fit.coefficients[*c]).sum::<f64>()
    };
    let effect_at = |time: usize| {
        let (shift, mean) = (moved(time), model.means[time]);
        let without = if counts { mean / shift.exp() } else { mean - shift };
        (without, mean - without)
    };
    let gradient = |time: usize| -> Vec<f64> {
        let (_, effect) = effect_at(time);
        let of = |column: usize| {
            let x = model.fit.design[(time, column)];
            match (counts, touched.contains(&column)) {
                (false, true) => x,
                (false, false) => 0.0,
                (true, true) => model.means[time] * x,
                (true, false) => effect * x,
            }
        };
        (0..model.fit.coefficients.len()).map(of).collect()
    };
    let error = |slope: &[f64]| {
        let slope = Mat::from_fn(slope.len(), 1, |row, _| slope[row]);
        (slope.transpose() * &model.covariance * &slope)[(0, 0)].max(0.0).sqrt()
    };
    let course: Vec<Foreseen> = later
        .clone()
        .map(|time| {
            let ((counterfactual, effect), width) =
                (effect_at(time), model.quantile * error(&gradient(time)));
            let (low, high) = (effect - width, effect + width);
            Foreseen { time, observed: series.outcome[time], counterfactual, effect, low, high }
        })
        .collect();
    let count = course.len() as f64;
    let mut mean_gradient = vec![0.0; model.fit.coefficients.len()];
    for time in later {
        mean_gradient.iter_mut().zip(gradient(time)).for_each(|(sum, value)| *sum += value / count);
    }
    let effect = course.iter().map(|step| step.effect).sum::<f64>() / count;
    let without: f64 = course.iter().map(|step| step.counterfactual).sum::<f64>() / count;
    InterruptedEffect {
        terms: terms(&model),
        effect,
        standard_error: error(&mean_gradient),
        ratio: counts.then_some((without + effect) / without),
        dispersion: model.dispersion,
        autocorrelation: autocorrelation(series, &model),
        memory: model.memory,
        free: model.free,
        course,
    }
}

fn terms(model: &Model) -> Vec<Term> {
    let one = |(place, name): (usize, &String)| {
        let (estimate, standard_error) =
            (model.fit.coefficients[place], model.covariance[(place, place)].max(0.0).sqrt());
        let (low, high) =
            (estimate - model.quantile * standard_error, estimate + model.quantile * standard_error);
        let p_value = two_sided(estimate / standard_error, model.free);
        Term { name: name.clone(), estimate, standard_error, low, high, p_value }
    };
    model.fit.names.iter().enumerate().map(one).collect()
}

/// Of Pearson's residuals with those one step before.
fn autocorrelation(series: &Interruption, model: &Model) -> f64 {
    let scale = |mean: f64| if model.dispersion.is_some() { mean.sqrt() } else { 1.0 };
    let left: Vec<f64> = series.outcome.iter().zip(&model.means).map(|(y, m)| (y - m) / scale(*m)).collect();
    let square: f64 = left.iter().map(|value| value * value).sum();
    let pairs: f64 = left.windows(2).map(|pair| pair[0] * pair[1]).sum();
    if square > 0.0 { pairs / square } else { 0.0 }
}
