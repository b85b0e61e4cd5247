//! How long blocks are.

/// The mean length of blocks that makes the variance of a mean of a series best known by drawing (Politis and White 2004, with the
/// correction of Patton, Politis and White 2009), from 1 to the lesser of `3√n` and `n/3`.
pub fn block_length(series: &[f64]) -> f64 {
    let count = series.len() as f64;
    if series.len() < 4 {
        return 1.0;
    }
    let most = (3.0 * count.sqrt()).min(count / 3.0).ceil();
    let run = 5_usize.max(count.log10().sqrt().ceil() as usize);
    let reach = (count.sqrt().ceil() as usize + run).min(series.len() - 1);
    let mean = series.iter().sum::<f64>() / count;
    let covariance = |lag: usize| {
        let pairs = series.iter().zip(series.iter().skip(lag));
        pairs.map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>() / count
    };
    let known: Vec<f64> = (0..=reach).map(covariance).collect();
    if known[0] <= 0.0 {
        return 1.0;
    }
    let window = 2.0 * remembered(&known, count, run) as f64;
    let window = window.min(reach as f64).max(1.0);
    let (mut spread, mut slope) = (known[0], 0.0);
    for (lag, value) in known.iter().enumerate().skip(1).take_while(|(lag, _)| *lag as f64 <= window) {
        let share = lag as f64 / window;
        let weight = if share <= 0.5 { 1.0 } else { 2.0 * (1.0 - share) };
        spread += 2.0 * weight * value;
        slope += 2.0 * weight * lag as f64 * value;
    }
    let length = (slope * slope / (spread * spread) * count).cbrt();
    if length.is_finite() { length.clamp(1.0, most) } else { most }
}

/// The lag from which on a run of autocorrelations says nothing any more (as the package `arch` counts it); where there is no such run, the last
/// that says something.
fn remembered(known: &[f64], count: f64, run: usize) -> usize {
    let least = 2.0 * (count.log10() / count).sqrt();
    let says: Vec<bool> = known.iter().skip(1).map(|value| (value / known[0]).abs() >= least).collect();
    let quiet = says.windows(run).position(|window| window.iter().all(|says| !says));
    let last = says.iter().rposition(|says| *says);
    quiet.or(last).map_or(1, |place| place + 1)
}
