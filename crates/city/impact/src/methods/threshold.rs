//! A threshold decides who is treated.

use senne_impact::{
    DiscontinuityOptions, Jump, Kernel, ThresholdData, density_jump, discontinuity, placebo_thresholds,
};

use super::{Found, student};
use crate::{EvaluationError, GroupEffect, Request, Wording, panel::Rows, warning};

/// One value per unit: the mean of its outcome from the beginning on.
struct Units {
    data: ThresholdData,
    /// The running value of all units, those without an outcome too.
    running: Vec<f64>,
    threshold: f64,
    left_out: usize,
}

fn units(rows: &Rows, request: &Request) -> Result<Units, EvaluationError> {
    let (Some(running), Some(cutoff)) = (&rows.running, request.cutoff) else {
        let what = "--running COLUMN and --cutoff VALUE".to_owned();
        return Err(EvaluationError::Lacks { method: "rd", what });
    };
    let begin = rows.starts().first().copied().unwrap_or_default();
    let outcome = rows.grid(&rows.outcome);
    let single = request.unit.is_none();
    let mut found =
        Units { data: ThresholdData::default(), running: Vec::new(), threshold: cutoff, left_out: 0 };
    let mut received = Vec::new();
    let mut take = |value: f64, outcome: f64, treated: bool| {
        if value.is_finite() {
            found.running.push(value);
        }
        if value.is_finite() && outcome.is_finite() {
            found.data.running.push(value);
            found.data.outcome.push(outcome);
            received.push(treated);
        } else {
            found.left_out += 1;
        }
    };
    if single {
        // Without units every row is one.
        (0..rows.outcome.len()).for_each(|row| take(running[row], rows.outcome[row], running[row] >= cutoff));
    } else {
        let running = rows.of_units(running);
        for (unit, row) in outcome.iter().enumerate() {
            let later: Vec<f64> = row[begin..].iter().copied().filter(|value| value.is_finite()).collect();
            let mean = later.iter().sum::<f64>() / later.len() as f64;
            take(running[unit], mean, rows.first[unit].is_some());
        }
    }
    let above = |wanted: bool| {
        let own: Vec<f64> = (0..received.len())
            .filter(|unit| (found.data.running[*unit] >= cutoff) == wanted)
            .map(|unit| f64::from(u8::from(received[unit])))
            .collect();
        own.iter().sum::<f64>() / own.len().max(1) as f64
    };
    let (high, low) = (above(true), above(false));
    if low > high {
        // The treated lie below: the same turned round.
        found.data.running.iter_mut().chain(&mut found.running).for_each(|value| *value = -*value);
        found.threshold = -cutoff;
    }
    if (high - low).abs() < 1.0 {
        found.data.received = Some(received.iter().map(|treated| f64::from(u8::from(*treated))).collect());
    }
    Ok(found)
}

pub(super) fn jump(rows: &Rows, request: &Request) -> Result<Found, EvaluationError> {
    let Units { data, running, threshold, left_out } = units(rows, request)?;
    let options = DiscontinuityOptions::few_units();
    let found = discontinuity(&data, threshold, options)?;
    let Jump { conventional, standard_error, bias_corrected, robust_error } = found.effect;
    let (interval, p_value) = student(bias_corrected, robust_error, found.free, request.chance);
    let turned = if threshold == request.cutoff.unwrap_or(threshold) { 1.0 } else { -1.0 };
    let mut diagnostics = vec![
        ("conventional estimate", conventional),
        ("conventional standard error", standard_error),
        ("bandwidth", found.bandwidths.main[0]),
        ("bandwidth for the bias", found.bandwidths.bias[0]),
        ("units untreated by the threshold within the bandwidth", found.within[0] as f64),
        ("units treated by the threshold within the bandwidth", found.within[1] as f64),
    ];
    let mut warnings = vec![warning::at_the_threshold_only()];
    if let Some(received) = found.received {
        diagnostics.push(("jump in who is treated", received.conventional));
        if received.conventional.abs() < 2.0 * received.robust_error {
            warnings.push(warning::weak_threshold());
        }
    }
    if found.heaped {
        warnings.push(warning::heaped());
    }
    if let Ok(density) = density_jump(&running, threshold, Kernel::Triangular) {
        diagnostics.push(("jump in density, p", density.p_value));
        if density.p_value < 0.05 {
            warnings.push(warning::sorted_at_threshold(density.p_value));
        }
    }
    let effects = placebos(&data, threshold, turned, options, &mut warnings);
    Ok(Found {
        source: "Calonico, Cattaneo and Titiunik (2014): local linear, robust interval; variances as if each unit were left out (MacKinnon and White 1985)",
        free: Some(found.free),
        estimate: bias_corrected,
        standard_error: robust_error,
        interval,
        p_value,
        relative: Some(bias_corrected / found.levels[0]).filter(|_| data.received.is_none()),
        left_out,
        compared: Some(found.units[0]),
        effects,
        diagnostics,
        warnings,
        ..Found::default()
    })
}

/// Jumps at the middle of each side, where nothing is decided.
fn placebos(
    data: &ThresholdData,
    threshold: f64,
    turned: f64,
    options: DiscontinuityOptions,
    warnings: &mut Vec<Wording>,
) -> Vec<GroupEffect> {
    let middle = |above: bool| {
        let mut own: Vec<f64> =
            data.running.iter().copied().filter(|value| (*value >= threshold) == above).collect();
        own.sort_by(f64::total_cmp);
        own.get(own.len() / 2).copied()
    };
    let mut effects = Vec::new();
    for place in [middle(false), middle(true)].into_iter().flatten() {
        // A side with too few units has no placebo.
        let Ok(found) = placebo_thresholds(data, threshold, &[place], options) else { continue };
        for placebo in found {
            if placebo.p_value < 0.05 {
                warnings.push(warning::jumps_elsewhere(turned * placebo.threshold, placebo.p_value));
            }
            effects.push(GroupEffect {
                by: "placebo threshold",
                group: None,
                at: Some((turned * placebo.threshold).to_string()),
                effect: placebo.found.effect.bias_corrected,
                standard_error: placebo.found.effect.robust_error,
                weight: None,
            });
        }
    }
    effects
}
