//! Season and trend by local regression, as R's `stl` and `mstl` do.

use stlrs::{Mstl, Stl, StlParams};

/// How smooth the season is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Season {
    /// Over how many cycles it is smoothed; without it, a single season is the same in all cycles (R's `s.window = "periodic"`), and of
    /// several the first is smoothed over 11, the second over 15 (R's `mstl`).
    pub window: Option<usize>,
    /// Whether values far from what is fitted count for less: 15 rounds of weights instead of none.
    pub robust: bool,
}

/// What a series is made of: each of the length of the series, their sum is the series.
#[derive(Clone, Debug, PartialEq)]
pub struct Decomposition {
    /// The sum of the seasons.
    pub season: Vec<f64>,
    /// The trend.
    pub trend: Vec<f64>,
    /// The rest.
    pub rest: Vec<f64>,
}

/// Parts a series without gaps, one value a step, with cycles of so many steps (Cleveland and others 1990; several cycles: Bandara and
/// others 2021). Nothing when there is no cycle, or fewer than two full ones of any.
pub fn decompose(values: &[f64], cycles: &[usize], season: Season) -> Option<Decomposition> {
    let mut parameters = Stl::params();
    parameters.robust(season.robust);
    if let Some(window) = season.window {
        parameters.seasonal_length(window);
    }
    match cycles {
        [cycle] if season.window.is_none() => periodic(values, *cycle, &mut parameters),
        [cycle] => {
            let (season, trend, rest, _) = parameters.fit(values, *cycle).ok()?.into_parts();
            Some(Decomposition { season, trend, rest })
        }
        _ => {
            let (seasons, trend, rest) =
                Mstl::params().stl_params(parameters).fit(values, cycles).ok()?.into_parts();
            let sum = |place: usize| seasons.iter().map(|season| season[place]).sum();
            Some(Decomposition { season: (0..values.len()).map(sum).collect(), trend, rest })
        }
    }
}

/// A season that is the same in all cycles: smoothed over so many that it is nearly flat, then the mean of each place in the cycle.
fn periodic(values: &[f64], cycle: usize, parameters: &mut StlParams) -> Option<Decomposition> {
    parameters.seasonal_length(10 * values.len() + 1).seasonal_degree(0);
    let (smooth, trend, _, _) = parameters.fit(values, cycle).ok()?.into_parts();
    let mean = |place: usize| {
        let same = smooth.iter().skip(place).step_by(cycle);
        same.clone().sum::<f64>() / same.count() as f64
    };
    let means: Vec<f64> = (0..cycle).map(mean).collect();
    let season: Vec<f64> = (0..values.len()).map(|place| means[place % cycle]).collect();
    let rest = (0..values.len()).map(|place| values[place] - season[place] - trend[place]).collect();
    Some(Decomposition { season, trend, rest })
}

impl Decomposition {
    /// How much of what moves around the trend is season, 0 to 1 (Wang, Smith and Hyndman 2006).
    pub fn strength(&self) -> f64 {
        let around: Vec<f64> =
            self.season.iter().zip(&self.rest).map(|(season, rest)| season + rest).collect();
        let whole = variance(&around);
        if whole > 0.0 { (1.0 - variance(&self.rest) / whole).max(0.0) } else { 0.0 }
    }
}

fn variance(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0)
}
