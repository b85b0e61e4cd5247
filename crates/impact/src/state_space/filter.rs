//! The Kalman filter with a start that is not known at all (Durbin and Koopman 2012, sections 4.3 and 5.2).

use faer::Mat;

use super::StateSpace;

/// A variance below this part of the largest counts as none: the state is known as far as this value tells.
const NOTHING: f64 = 1e-9;

/// What is known of the state, step by step.
#[derive(Clone, Debug)]
pub struct Filtered {
    /// The log-likelihood, with all constants; a value that only settles the start adds what its variance gives.
    pub log_likelihood: f64,
    /// What each value was before it was seen, and its variance; the variance is infinite while the start is not settled.
    pub predicted: Vec<(f64, f64)>,
    /// The state after each value was seen.
    pub states: Vec<Vec<f64>>,
    /// Its covariance.
    pub covariances: Vec<Mat<f64>>,
    pub(super) steps: Vec<Step>,
}

/// What the smoother needs of a step.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) state: Mat<f64>,
    pub(super) known: Mat<f64>,
    pub(super) unknown: Mat<f64>,
    pub(super) seen: Seen,
}

/// What a value told.
#[derive(Clone, Debug)]
pub(super) enum Seen {
    /// There was none.
    Nothing,
    /// It settled a part of the start.
    Start { error: f64, unknown: f64, known: f64, gain_unknown: Mat<f64>, gain_known: Mat<f64> },
    /// It corrected what was known.
    Value { error: f64, variance: f64, gain: Mat<f64> },
}

/// Filters a series; `None` is a value that is missing.
pub fn filter(model: &StateSpace, series: &[Option<f64>]) -> Filtered {
    let size = model.size();
    let row = model.observed();
    let observed = Mat::from_fn(1, size, |_, column| row[column]);
    let mut state = Mat::<f64>::zeros(size, 1);
    let mut known = Mat::<f64>::zeros(size, size);
    let mut unknown = Mat::<f64>::identity(size, size);
    let mut found = Filtered {
        log_likelihood: 0.0,
        predicted: Vec::with_capacity(series.len()),
        states: Vec::with_capacity(series.len()),
        covariances: Vec::with_capacity(series.len()),
        steps: Vec::with_capacity(series.len()),
    };
    for (time, value) in series.iter().enumerate() {
        let mean = (&observed * &state)[(0, 0)];
        let (with_unknown, with_known) = (&unknown * observed.transpose(), &known * observed.transpose());
        let f_unknown = (&observed * &with_unknown)[(0, 0)];
        let f_known = (&observed * &with_known)[(0, 0)] + model.noise;
        let settled = f_unknown <= NOTHING;
        found.predicted.push((mean, if settled { f_known } else { f64::INFINITY }));
        let seen = match value {
            None => Seen::Nothing,
            Some(value) if settled => Seen::Value {
                error: value - mean,
                variance: f_known,
                gain: &with_known * faer::Scale(1.0 / f_known),
            },
            Some(value) => Seen::Start {
                error: value - mean,
                unknown: f_unknown,
                known: f_known,
                gain_unknown: &with_unknown * faer::Scale(1.0 / f_unknown),
                gain_known: &with_known * faer::Scale(1.0 / f_unknown)
                    - &with_unknown * faer::Scale(f_known / f_unknown / f_unknown),
            },
        };
        found.steps.push(Step {
            state: state.clone(),
            known: known.clone(),
            unknown: unknown.clone(),
            seen: seen.clone(),
        });
        match &seen {
            Seen::Nothing => {}
            Seen::Value { error, variance, gain } => {
                state += gain * faer::Scale(*error);
                known -= gain * with_known.transpose();
                found.log_likelihood -= likelihood(*variance) + error * error / variance / 2.0;
            }
            Seen::Start { error, unknown: f, known: g, gain_unknown, .. } => {
                state += gain_unknown * faer::Scale(*error);
                known += gain_unknown * gain_unknown.transpose() * faer::Scale(*g)
                    - &with_known * gain_unknown.transpose()
                    - gain_unknown * with_known.transpose();
                unknown -= gain_unknown * with_unknown.transpose();
                found.log_likelihood -= likelihood(*f);
            }
        }
        found.states.push((0..size).map(|place| state[(place, 0)]).collect());
        found.covariances.push(known.clone());
        let transition = model.transition(time);
        state = &transition * &state;
        known = &transition * &known * transition.transpose();
        unknown = &transition * &unknown * transition.transpose();
        for (place, variance) in model.disturbances(time).into_iter().enumerate() {
            known[(place, place)] += variance;
        }
    }
    found
}

fn likelihood(variance: f64) -> f64 {
    0.5 * (2.0 * std::f64::consts::PI * variance).ln()
}
