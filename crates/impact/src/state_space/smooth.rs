//! The state given the whole series (Durbin and Koopman 2012, sections 4.4 and 5.3).

#![expect(clippy::many_single_char_names, reason = "the letters are those of the book")]

use faer::Mat;

use super::{
    Filtered, StateSpace,
    filter::{Seen, Step},
};

/// The state at each step, given all values.
#[derive(Clone, Debug)]
pub struct Smoothed {
    /// The state.
    pub states: Vec<Vec<f64>>,
    /// Its covariance.
    pub covariances: Vec<Mat<f64>>,
}

/// What later values say, carried backwards: of first, and for the unknown start of second and third order.
struct Later {
    r: [Mat<f64>; 2],
    n: [Mat<f64>; 3],
}

/// Smooths what was filtered with the same model.
pub fn smooth(model: &StateSpace, filtered: &Filtered) -> Smoothed {
    let size = model.size();
    let row = model.observed();
    let observed = Mat::from_fn(1, size, |_, column| row[column]);
    let zero = || Mat::<f64>::zeros(size, size);
    let mut later = Later { r: [Mat::zeros(size, 1), Mat::zeros(size, 1)], n: [zero(), zero(), zero()] };
    let mut found = Smoothed { states: Vec::new(), covariances: Vec::new() };
    for (time, step) in filtered.steps.iter().enumerate().rev() {
        later = back(&model.transition(time), &observed, step, &later);
        let [r, q] = &later.r;
        let state = &step.state + &step.known * r + &step.unknown * q;
        let [n, m, o] = &later.n;
        let cross = &step.unknown * m * &step.known;
        let covariance = &step.known
            - &step.known * n * &step.known
            - cross.transpose()
            - &cross
            - &step.unknown * o * &step.unknown;
        found.states.push((0..size).map(|place| state[(place, 0)]).collect());
        found.covariances.push(covariance);
    }
    found.states.reverse();
    found.covariances.reverse();
    found
}

fn back(transition: &Mat<f64>, observed: &Mat<f64>, step: &Step, later: &Later) -> Later {
    let ([r, q], [n, m, o]) = (&later.r, &later.n);
    let (z, t) = (observed.transpose(), transition.transpose());
    match &step.seen {
        Seen::Nothing => {
            Later { r: [t * r, t * q], n: [t * n * transition, t * m * transition, t * o * transition] }
        }
        Seen::Value { error, variance, gain } => {
            let l = transition - transition * gain * observed;
            Later {
                r: [z * faer::Scale(error / variance) + l.transpose() * r, t * q],
                n: [
                    z * observed * faer::Scale(1.0 / variance) + l.transpose() * n * &l,
                    t * m * &l,
                    t * o * transition,
                ],
            }
        }
        Seen::Start { error, unknown, known, gain_unknown, gain_known } => {
            let l = transition - transition * gain_unknown * observed;
            let k = transition * gain_known * observed * faer::Scale(-1.0);
            let square = z * observed;
            Later {
                r: [
                    l.transpose() * r,
                    z * faer::Scale(error / unknown) + l.transpose() * q + k.transpose() * r,
                ],
                n: [
                    l.transpose() * n * &l,
                    &square * faer::Scale(1.0 / unknown) + l.transpose() * m * &l + k.transpose() * n * &l,
                    &square * faer::Scale(-known / unknown / unknown)
                        + l.transpose() * o * &l
                        + l.transpose() * m * &k
                        + k.transpose() * m.transpose() * &l
                        + k.transpose() * n * &k,
                ],
            }
        }
    }
}
