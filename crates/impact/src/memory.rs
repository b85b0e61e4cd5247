//! Least squares when each error is like the one before it, by restricted maximum likelihood (Cochrane and Orcutt 1949; Prais and Winsten
//! 1954; Cheang and Reinsel 2000). Among the ways to allow for memory in short interrupted series its intervals hold best (Turner and
//! others 2021).

use faer::Mat;

use crate::{Design, Fit, StatisticsError, fit};

/// Beyond these an error would be all memory.
const MOST: f64 = 0.99;
const GRID: i32 = 40;
const STEPS: usize = 60;
/// The golden section.
const GOLDEN: f64 = 0.618_033_988_749_894_9;

/// A fit with the memory of its errors.
#[derive(Clone, Debug)]
pub struct RememberingFit {
    /// Coefficients and residuals, of the data as they were given.
    pub fit: Fit,
    /// How much an error is like the one before it, from −1 to 1.
    pub memory: f64,
    /// The covariance of the coefficients.
    pub covariance: Mat<f64>,
    /// The same with a little more memory: what is estimated falls short of it in short series (by about `(1 + 3 memory) / rows`; Marriott and Pope
    /// 1954, Kendall 1954), and errors with it.
    pub covariance_of_short: Mat<f64>,
}

/// Fits rows in the order of time, one a step.
///
/// # Errors
/// As [`fit`], and when there are not more rows than columns and the memory.
pub fn fit_remembering(design: &Design, outcome: &[f64]) -> Result<RememberingFit, StatisticsError> {
    let plain = fit(design, outcome, None)?;
    let (rows, columns) = (outcome.len(), plain.coefficients.len());
    if rows < columns + 3 {
        return Err(StatisticsError::TooFew { what: "rows".to_owned(), found: rows, wanted: columns + 3 });
    }
    let memory = likeliest(&plain, outcome);
    let (whitened_design, whitened_outcome) = whitened(&plain, outcome, memory);
    let found = fit(&whitened_design, &whitened_outcome, None)?;
    let covariance = |found: &Fit| &found.bread * faer::Scale(found.residual_sum() / (rows - columns) as f64);
    let more = (memory + ((1.0 + 3.0 * memory) / rows as f64).max(0.0)).min(MOST.max(memory));
    let (more_design, more_outcome) = whitened(&plain, outcome, more);
    let covariance_of_short = covariance(&fit(&more_design, &more_outcome, None)?);
    let covariance = covariance(&found);
    let fitted =
        |row: usize| (0..columns).map(|c| plain.design[(row, c)] * found.coefficients[c]).sum::<f64>();
    let residuals = (0..rows).map(|row| outcome[row] - fitted(row)).collect();
    let fit = Fit { coefficients: found.coefficients, residuals, bread: found.bread, ..plain };
    Ok(RememberingFit { fit, memory, covariance, covariance_of_short })
}

/// What is left of each row when so much of the one before is taken away; the first is scaled to the same variance.
fn whitened(plain: &Fit, outcome: &[f64], memory: f64) -> (Design, Vec<f64>) {
    let first = (1.0 - memory * memory).sqrt();
    let less = |column: &[f64]| -> Vec<f64> {
        let rest = column.windows(2).map(|pair| pair[1] - memory * pair[0]);
        std::iter::once(first * column[0]).chain(rest).collect()
    };
    let mut design = Design::new();
    for (place, name) in plain.names.iter().enumerate() {
        let column: Vec<f64> = (0..outcome.len()).map(|row| plain.design[(row, place)]).collect();
        design.push(name.clone(), less(&column));
    }
    (design, less(outcome))
}

/// The memory of greatest restricted likelihood: over a grid, then between its best neighbours.
fn likeliest(plain: &Fit, outcome: &[f64]) -> f64 {
    let value = |memory: f64| likelihood(plain, outcome, memory);
    let at = |step: i32| MOST * f64::from(step) / f64::from(GRID);
    let best = (-GRID..=GRID).max_by(|a, b| value(at(*a)).total_cmp(&value(at(*b)))).unwrap_or(0);
    let (mut low, mut high) = (at((best - 1).max(-GRID)), at((best + 1).min(GRID)));
    for _ in 0..STEPS {
        let (left, right) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
        if value(left) > value(right) {
            high = right;
        } else {
            low = left;
        }
        if high - low < 1e-7 {
            break;
        }
    }
    low.midpoint(high)
}

fn likelihood(plain: &Fit, outcome: &[f64], memory: f64) -> f64 {
    let (design, outcome) = whitened(plain, outcome, memory);
    let Ok(found) = fit(&design, &outcome, None) else { return f64::NEG_INFINITY };
    let free = (outcome.len() - found.coefficients.len()) as f64;
    let Ok(factors) = found.bread.llt(faer::Side::Lower) else { return f64::NEG_INFINITY };
    let lower = factors.L();
    let bread: f64 = (0..lower.nrows()).map(|place| 2.0 * lower[(place, place)].ln()).sum();
    0.5 * (bread + (1.0 - memory * memory).ln() - free * found.residual_sum().ln())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_found_and_none_is_not_invented() {
        let mut value = 0.0;
        let noise: Vec<f64> = (0..2000_u32).map(|t| (f64::from(t * t % 7919) * 12.9898).sin()).collect();
        let remembering = noise.iter().map(|fresh| {
            value = 0.7 * value + fresh;
            value
        });
        let remembering: Vec<f64> = remembering.collect();
        let found = fit_remembering(&Design::with_intercept(2000), &remembering).unwrap();
        assert!((found.memory - 0.7).abs() < 0.05, "{}", found.memory);
        let none = fit_remembering(&Design::with_intercept(2000), &noise).unwrap();
        assert!(none.memory.abs() < 0.07, "{}", none.memory);
        let plain = fit(&Design::with_intercept(2000), &noise, None).unwrap();
        let wider = |found: &RememberingFit| found.covariance_of_short[(0, 0)] / found.covariance[(0, 0)];
        // A mean varies by 1 / (1 − memory)² of what is fresh in a step, and memory is 0.00155 more.
        assert!((wider(&found) - 1.0103).abs() < 0.001 && wider(&none) > 1.0, "{}", wider(&found));
        assert!((none.fit.coefficients[0] - plain.coefficients[0]).abs() < 1e-2);
    }
}
