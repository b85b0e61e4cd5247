//! How sure coefficients are, under several views of what the errors share.

use std::collections::{HashMap, HashSet};

use faer::Mat;

use crate::{Fit, StatisticsError};

/// The radius of the earth in km that Conley errors use (as in the package `fixest`).
const EARTH_KM: f64 = 6371.01;

/// Rows that share their errors: a number per row, equal for rows of one cluster.
pub type Cluster = Vec<usize>;

/// What is taken for the errors.
#[derive(Clone, Debug, PartialEq)]
pub enum Errors {
    /// Equal and independent.
    Classical,
    /// Of different size, independent (White 1980).
    Heteroskedastic,
    /// Shared within clusters (Liang and Zeger 1986); with two, within either (Cameron, Gelbach and Miller 2011).
    Clustered(Vec<Cluster>),
    /// Correlated over so many steps of time, with weights that fall in a line (Newey and West 1987). Rows of one unit are told
    /// by their number; steps are counted by `time`.
    NeweyWest {
        /// The unit of each row; all zero for a single series.
        unit: Vec<usize>,
        /// The time of each row, in steps.
        time: Vec<i64>,
        /// How many steps the correlation reaches.
        lag: usize,
    },
    /// Correlated over a distance (Conley 1999), equally up to the cut-off.
    Conley {
        /// Latitude of each row in degrees.
        latitude: Vec<f64>,
        /// Longitude of each row in degrees.
        longitude: Vec<f64>,
        /// The cut-off in km.
        cut_off_km: f64,
    },
}

/// What the variance is multiplied with because the sample is finite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Correction {
    /// Nothing.
    None,
    /// As in the package `fixest`: `n / (n − k)` for independent errors, `k` being the coefficients and so many more that were taken
    /// out of the data (fixed effects); else `(n − 1) / (n − k)`, and for clusters and times of several units also `G / (G − 1)`,
    /// `G` being how many clusters or times there are.
    Finite {
        /// Fixed effects that were taken out and are not nested in the clusters.
        absorbed: usize,
    },
}

impl Fit {
    /// The covariance of the coefficients.
    ///
    /// # Errors
    /// When the errors do not describe each row, or no degree of freedom is left.
    pub fn covariance(&self, errors: &Errors, correction: Correction) -> Result<Mat<f64>, StatisticsError> {
        let (rows, columns) = (self.rows(), self.coefficients.len());
        let absorbed = if let Correction::Finite { absorbed } = correction { absorbed } else { 0 };
        let free = rows.checked_sub(columns + absorbed).filter(|free| *free > 0);
        let Some(free) = free else {
            let wanted = columns + absorbed + 1;
            return Err(StatisticsError::TooFew { what: "rows".to_owned(), found: rows, wanted });
        };
        let finite =
            |most: usize| if correction == Correction::None { 1.0 } else { most as f64 / free as f64 };
        let scores = self.scores();
        let meat = match errors {
            Errors::Classical => return Ok(&self.bread * faer::Scale(self.residual_sum() / free as f64)),
            Errors::Heteroskedastic => scores.transpose() * &scores * faer::Scale(finite(rows)),
            Errors::Clustered(clusters) => {
                clustered(&scores, clusters, correction)? * faer::Scale(finite(rows - 1))
            }
            Errors::NeweyWest { unit, time, lag } => {
                lengths(rows, &[("unit", unit.len()), ("time", time.len())])?;
                let finite = match times_of_several(unit, time) {
                    Some(times) if correction != Correction::None => finite(rows - 1) * times / (times - 1.0),
                    _ => finite(rows),
                };
                newey_west(&scores, unit, time, *lag) * faer::Scale(finite)
            }
            Errors::Conley { latitude, longitude, cut_off_km } => {
                lengths(rows, &[("latitude", latitude.len()), ("longitude", longitude.len())])?;
                conley(&scores, latitude, longitude, *cut_off_km) * faer::Scale(finite(rows - 1))
            }
        };
        Ok(&self.bread * meat * &self.bread)
    }

    /// The standard errors of the coefficients.
    ///
    /// # Errors
    /// As [`Fit::covariance`].
    pub fn standard_errors(
        &self,
        errors: &Errors,
        correction: Correction,
    ) -> Result<Vec<f64>, StatisticsError> {
        let covariance = self.covariance(errors, correction)?;
        Ok((0..covariance.nrows()).map(|place| covariance[(place, place)].max(0.0).sqrt()).collect())
    }

    /// What each row adds to the first-order condition.
    fn scores(&self) -> Mat<f64> {
        let weighted = |row: usize| self.weights[row] * self.residuals[row];
        Mat::from_fn(self.rows(), self.coefficients.len(), |row, column| {
            self.design[(row, column)] * weighted(row)
        })
    }
}

fn lengths(wanted: usize, parts: &[(&str, usize)]) -> Result<(), StatisticsError> {
    match parts.iter().find(|(_, found)| *found != wanted) {
        Some((what, found)) => {
            Err(StatisticsError::Length { what: (*what).to_owned(), found: *found, wanted })
        }
        None => Ok(()),
    }
}

/// One way, or several by inclusion and exclusion.
fn clustered(
    scores: &Mat<f64>,
    clusters: &[Cluster],
    correction: Correction,
) -> Result<Mat<f64>, StatisticsError> {
    let size = scores.ncols();
    let mut meat = Mat::<f64>::zeros(size, size);
    for cluster in clusters {
        lengths(scores.nrows(), &[("cluster", cluster.len())])?;
    }
    for subset in 1..(1_usize << clusters.len()) {
        let chosen: Vec<&Cluster> =
            (0..clusters.len()).filter(|c| subset >> c & 1 == 1).map(|c| &clusters[c]).collect();
        let (part, count) = one_way(scores, &chosen);
        if count < 2 {
            return Err(StatisticsError::TooFew { what: "clusters".to_owned(), found: count, wanted: 2 });
        }
        let finite = if correction == Correction::None { 1.0 } else { count as f64 / (count - 1) as f64 };
        let sign = if chosen.len() % 2 == 1 { 1.0 } else { -1.0 };
        meat += part * faer::Scale(sign * finite);
    }
    Ok(meat)
}

/// The sum of outer products over the clusters that the numbers together tell, and how many these are.
fn one_way(scores: &Mat<f64>, clusters: &[&Cluster]) -> (Mat<f64>, usize) {
    let mut places: HashMap<Vec<usize>, usize> = HashMap::new();
    let of: Vec<usize> = (0..scores.nrows())
        .map(|row| {
            let next = places.len();
            *places.entry(clusters.iter().map(|cluster| cluster[row]).collect()).or_insert(next)
        })
        .collect();
    let mut sums = Mat::<f64>::zeros(places.len(), scores.ncols());
    for (row, cluster) in of.iter().enumerate() {
        for column in 0..scores.ncols() {
            sums[(*cluster, column)] += scores[(row, column)];
        }
    }
    (sums.transpose() * &sums, places.len())
}

/// How many times there are, when there is more than one unit and more than one time.
fn times_of_several(unit: &[usize], time: &[i64]) -> Option<f64> {
    let units: HashSet<&usize> = unit.iter().collect();
    let times: HashSet<&i64> = time.iter().collect();
    (units.len() > 1 && times.len() > 1).then_some(times.len() as f64)
}

fn newey_west(scores: &Mat<f64>, unit: &[usize], time: &[i64], lag: usize) -> Mat<f64> {
    let size = scores.ncols();
    let places: HashMap<(usize, i64), usize> =
        (0..scores.nrows()).map(|row| ((unit[row], time[row]), row)).collect();
    let mut meat = scores.transpose() * scores;
    for step in 1..=lag {
        let weight = 1.0 - step as f64 / (lag + 1) as f64;
        for row in 0..scores.nrows() {
            let Some(before) = places.get(&(unit[row], time[row] - step as i64)) else { continue };
            for a in 0..size {
                for b in 0..size {
                    let product =
                        scores[(row, a)] * scores[(*before, b)] + scores[(*before, a)] * scores[(row, b)];
                    meat[(a, b)] += weight * product;
                }
            }
        }
    }
    meat
}

fn conley(scores: &Mat<f64>, latitude: &[f64], longitude: &[f64], cut_off_km: f64) -> Mat<f64> {
    let size = scores.ncols();
    let mut meat = Mat::<f64>::zeros(size, size);
    for row in 0..scores.nrows() {
        for other in 0..scores.nrows() {
            let near = distance_km((latitude[row], longitude[row]), (latitude[other], longitude[other]))
                <= cut_off_km;
            if near {
                for a in 0..size {
                    for b in 0..size {
                        meat[(a, b)] += scores[(row, a)] * scores[(other, b)];
                    }
                }
            }
        }
    }
    meat
}

/// Along a great circle (haversine), between (latitude, longitude) in degrees.
pub(crate) fn distance_km(from: (f64, f64), to: (f64, f64)) -> f64 {
    let (a, b) = (from.0.to_radians(), to.0.to_radians());
    let across = (to.1 - from.1).to_radians();
    let half = ((b - a) / 2.0).sin().powi(2) + a.cos() * b.cos() * (across / 2.0).sin().powi(2);
    2.0 * EARTH_KM * half.sqrt().min(1.0).asin()
}
