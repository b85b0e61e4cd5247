//! Descriptive statistics over values of which some may be missing; missing ones are left out, as R's `na.rm = TRUE`.

use crate::Value;

/// The values that are there.
pub fn present(values: &[Value]) -> Vec<f64> {
    values.iter().flatten().copied().collect()
}

/// The arithmetic mean; nothing without values.
pub fn mean(values: &[f64]) -> Value {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The middle value, or the mean of both; nothing without values.
pub fn median(values: &[f64]) -> Value {
    quantile(values, 0.5)
}

/// The value below which a part of them lies, interpolated (type 7 of Hyndman and Fan 1996, R's default); nothing without values.
pub fn quantile(values: &[f64], part: f64) -> Value {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    let place = part.clamp(0.0, 1.0) * last as f64;
    let (below, above) = (place.floor() as usize, place.ceil() as usize);
    Some(sorted[below] + (place - place.floor()) * (sorted[above] - sorted[below]))
}

/// Sum of powers of the distances from the mean.
fn moment(values: &[f64], power: i32) -> f64 {
    let centre = mean(values).unwrap_or_default();
    values.iter().map(|value| (value - centre).powi(power)).sum()
}

/// The sample standard deviation (divided by n − 1); nothing below two values.
pub fn deviation(values: &[f64]) -> Value {
    (values.len() > 1).then(|| (moment(values, 2) / (values.len() as f64 - 1.0)).sqrt())
}

/// The standard deviation of a population (divided by n); nothing without values.
pub fn population_deviation(values: &[f64]) -> Value {
    (!values.is_empty()).then(|| (moment(values, 2) / values.len() as f64).sqrt())
}

/// Skewness G1 (type 2 of Joanes and Gill 1998); nothing below three values, or when they are all equal.
pub fn skewness(values: &[f64]) -> Value {
    let count = values.len() as f64;
    let square = moment(values, 2);
    (values.len() > 2 && square > 0.0).then(|| {
        let plain = count.sqrt() * moment(values, 3) / square.powf(1.5);
        plain * (count * (count - 1.0)).sqrt() / (count - 2.0)
    })
}

/// Excess kurtosis G2 (type 2 of Joanes and Gill 1998); nothing below four values, or when they are all equal.
pub fn kurtosis(values: &[f64]) -> Value {
    let count = values.len() as f64;
    let square = moment(values, 2);
    (values.len() > 3 && square > 0.0).then(|| {
        let plain = count * moment(values, 4) / (square * square);
        ((count + 1.0) * (plain - 3.0) + 6.0) * (count - 1.0) / ((count - 2.0) * (count - 3.0))
    })
}

/// The pairs of which both are there.
fn pairs(a: &[Value], b: &[Value]) -> (Vec<f64>, Vec<f64>) {
    a.iter().zip(b).filter_map(|(a, b)| a.zip(*b)).unzip()
}

/// The sample covariance over pairs of which both are there; nothing below two pairs.
pub fn covariance(a: &[Value], b: &[Value]) -> Value {
    let (a, b) = pairs(a, b);
    (a.len() > 1).then(|| cross(&a, &b) / (a.len() as f64 - 1.0))
}

/// Pearson's correlation over pairs of which both are there; nothing below two pairs, or when one of the sides does not differ.
pub fn correlation(a: &[Value], b: &[Value]) -> Value {
    let (a, b) = pairs(a, b);
    let lengths = (cross(&a, &a) * cross(&b, &b)).sqrt();
    (a.len() > 1 && lengths > 0.0).then(|| (cross(&a, &b) / lengths).clamp(-1.0, 1.0))
}

fn cross(a: &[f64], b: &[f64]) -> f64 {
    let (of_a, of_b) = (mean(a).unwrap_or_default(), mean(b).unwrap_or_default());
    a.iter().zip(b).map(|(a, b)| (a - of_a) * (b - of_b)).sum()
}

/// The least and the greatest value; nothing without values.
pub fn extremes(values: &[f64]) -> Option<(f64, f64)> {
    let first = *values.first()?;
    Some(values.iter().fold((first, first), |(least, most), value| (least.min(*value), most.max(*value))))
}

/// The place of each value from the lowest (1); equal values share the lowest place. Missing values have none.
pub fn rank_from_lowest(values: &[Value]) -> Vec<Option<usize>> {
    let mut sorted = present(values);
    sorted.sort_by(f64::total_cmp);
    values.iter().map(|value| value.map(|value| 1 + sorted.partition_point(|other| *other < value))).collect()
}

/// The place of each value from the highest (1); equal values share the best place. Missing values have none.
pub fn rank_from_highest(values: &[Value]) -> Vec<Option<usize>> {
    let turned: Vec<Value> = values.iter().map(|value| value.map(|value| -value)).collect();
    rank_from_lowest(&turned)
}
