//! What filter and smoother must hold for any parts.

use senne_impact::state_space::{Part, StateSpace, filter, smooth};

use crate::shared::close;

fn parts() -> StateSpace {
    let season = Part::Season { seasons: 4, steps: 2, variance: 0.3 };
    StateSpace { noise: 1.5, parts: vec![Part::Trend { level: 0.2, slope: 0.01 }, season] }
}

/// A line, a pattern, and what looks like noise.
fn series(length: usize) -> Vec<Option<f64>> {
    let pattern = [3.0, -1.0, -4.0, 2.0];
    let value = |t: usize| 10.0 + 0.5 * t as f64 + pattern[t / 2 % 4] + (t as f64 * 12.9898).sin() * 1.2;
    (0..length).map(|t| (!t.is_multiple_of(11)).then(|| value(t))).collect()
}

#[test]
fn the_last_state_is_the_same_filtered_and_smoothed() {
    let (model, series) = (parts(), series(60));
    let filtered = filter(&model, &series);
    let smoothed = smooth(&model, &filtered);
    for (a, b) in filtered.states[59].iter().zip(&smoothed.states[59]) {
        close("a number of the state", *a, *b, 1e-8);
    }
}

/// The exact start is the limit of a start with a large variance: a missing value is filled in as least squares would with all of the
/// model's covariance.
#[test]
fn what_is_smoothed_is_the_best_linear_guess() {
    let series = [Some(1.0), None, Some(4.0), Some(5.0), None, Some(2.0)];
    let (noise, level) = (0.7, 0.4);
    let model = StateSpace { noise, parts: vec![Part::Level { variance: level }] };
    let smoothed = smooth(&model, &filter(&model, &series));
    // The level at each time, by weights that minimise the squared errors of steps and values: a tridiagonal system.
    let size = series.len();
    let mut system = vec![vec![0.0; size + 1]; size];
    for (time, row) in system.iter_mut().enumerate() {
        if let Some(value) = series[time] {
            row[time] += 1.0 / noise;
            row[size] += value / noise;
        }
        for other in [time.checked_sub(1), Some(time + 1).filter(|next| *next < size)].into_iter().flatten() {
            row[time] += 1.0 / level;
            row[other] -= 1.0 / level;
        }
    }
    for pivot in 0..size {
        let row = system[pivot].clone();
        for other in (0..size).filter(|other| *other != pivot) {
            let factor = system[other][pivot] / row[pivot];
            system[other].iter_mut().zip(&row).for_each(|(value, of)| *value -= factor * of);
        }
    }
    for (time, row) in system.iter().enumerate() {
        close("the level", smoothed.states[time][0], row[size] / row[time], 1e-9);
    }
}

#[test]
fn the_start_takes_one_value_for_each_unknown() {
    let filtered = filter(&parts(), &series(60));
    let unsettled = filtered.predicted.iter().filter(|(_, variance)| variance.is_infinite()).count();
    // Two for the trend and three for the season of two steps each; a season is seen again before the next one is new.
    assert!((5..=9).contains(&unsettled), "{unsettled}");
    assert!(filtered.predicted[12..].iter().all(|(_, variance)| variance.is_finite() && *variance > 1.5));
    assert!(filtered.log_likelihood.is_finite());
}
