//! What several evaluations of one kind of intervention say together: meta-analysis with random effects.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use statrs::distribution::{ChiSquared, ContinuousCDF, Normal, StudentsT};

use super::variance::{Heterogeneity, q, typical, weighted};
use crate::{ProgrammeError, error::first_twice};

/// One evaluation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Study {
    /// Its identifier.
    pub id: String,
    /// Its effect; all studies in the same unit.
    pub effect: f64,
    /// The square of its standard error, above 0.
    pub variance: f64,
}

/// Between these it lies with the chance that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Interval {
    fn around(centre: f64, half: f64) -> Self {
        Self { low: centre - half, high: centre + half }
    }
}

/// The interval that also counts that τ² is estimated (Hartung and Knapp 2001; Sidik and Jonkman 2002).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct HartungKnapp {
    /// The standard error of the mean effect.
    pub standard_error: f64,
    /// By Student's law with one degree of freedom fewer than there are studies.
    pub interval: Interval,
}

/// What one study says once the others are heard too (empirical Bayes).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShrunkenStudy {
    /// Its identifier.
    pub id: String,
    /// Its own effect.
    pub effect: f64,
    /// Between its own and the mean effect, the nearer to the mean the less it is sure of itself.
    pub shrunken: f64,
    /// How much of its own effect is left, 0 to 1.
    pub weight: f64,
}

/// What studies say together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pooled {
    /// How τ² was estimated.
    pub method: Heterogeneity,
    /// How many studies.
    pub studies: usize,
    /// The mean effect.
    pub effect: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Its interval by the normal law, which is too narrow with few studies.
    pub interval: Interval,
    /// Its interval by Hartung and Knapp; nothing with one study.
    pub hartung_knapp: Option<HartungKnapp>,
    /// The variance between studies.
    pub between: f64,
    /// Cochran's Q with the weights of no heterogeneity.
    pub q: f64,
    /// The chance of so large a Q if there were no heterogeneity; nothing with one study.
    pub q_p: Option<f64>,
    /// The part of variation that is no chance of sampling, 0 to 1: `τ² / (τ² + typical variance)` (Higgins and Thompson 2002).
    pub i_squared: f64,
    /// Where the effect of a new study would lie, by Student's law with two degrees of freedom fewer than there are studies (Higgins,
    /// Thompson and Spiegelhalter 2009); nothing below three.
    pub prediction: Option<Interval>,
    /// Each study.
    pub shrunken: Vec<ShrunkenStudy>,
}

/// Pools studies of one kind. `chance` is that of intervals, 0.95 as a rule.
///
/// # Errors
/// When there are no studies, one stands twice, an effect is not finite, a variance is not above 0, the chance is not between 0 and 1, or
/// the search for τ² does not come to an end.
pub fn pool(studies: &[Study], method: Heterogeneity, chance: f64) -> Result<Pooled, ProgrammeError> {
    check(studies, chance)?;
    let between = if studies.len() > 1 { method.estimate(studies)? } else { 0.0 };
    let (effect, total) = weighted(studies, between);
    let standard_error = total.sqrt().recip();
    let free = studies.len() as f64 - 1.0;
    let upper = f64::midpoint(1.0, chance);
    let normal = Normal::standard().inverse_cdf(upper);
    let student = |free: f64| StudentsT::new(0.0, 1.0, free).ok().map(|law| law.inverse_cdf(upper));
    let q_alone = q(studies, 0.0);
    let hartung_knapp = (free > 0.0).then(|| student(free)).flatten().map(|quantile| {
        let standard_error = (q(studies, between) / (free * total)).sqrt();
        HartungKnapp { standard_error, interval: Interval::around(effect, quantile * standard_error) }
    });
    let prediction = (free > 1.0)
        .then(|| student(free - 1.0))
        .flatten()
        .map(|quantile| Interval::around(effect, quantile * (between + standard_error.powi(2)).sqrt()));
    let i_squared = if free > 0.0 { between / (between + free / typical(studies)) } else { 0.0 };
    let shrink = |study: &Study| {
        let weight = between / (between + study.variance);
        let shrunken = weight * study.effect + (1.0 - weight) * effect;
        ShrunkenStudy { id: study.id.clone(), effect: study.effect, shrunken, weight }
    };
    Ok(Pooled {
        method,
        studies: studies.len(),
        effect,
        standard_error,
        interval: Interval::around(effect, normal * standard_error),
        hartung_knapp,
        between,
        q: q_alone,
        q_p: (free > 0.0).then(|| ChiSquared::new(free).ok().map(|law| law.sf(q_alone))).flatten(),
        i_squared,
        prediction,
        shrunken: studies.iter().map(shrink).collect(),
    })
}

/// Pools studies kind by kind of intervention.
///
/// # Errors
/// As [`pool`].
pub fn pool_by_kind(
    studies: &[(String, Study)],
    method: Heterogeneity,
    chance: f64,
) -> Result<BTreeMap<String, Pooled>, ProgrammeError> {
    let mut kinds: BTreeMap<String, Vec<Study>> = BTreeMap::new();
    for (kind, study) in studies {
        kinds.entry(kind.clone()).or_default().push(study.clone());
    }
    kinds.into_iter().map(|(kind, studies)| Ok((kind, pool(&studies, method, chance)?))).collect()
}

fn check(studies: &[Study], chance: f64) -> Result<(), ProgrammeError> {
    if studies.is_empty() {
        return Err(ProgrammeError::TooFew { what: "studies".to_owned(), found: 0, wanted: 1 });
    }
    if !(chance > 0.0 && chance < 1.0) {
        return Err(ProgrammeError::number("the chance of intervals", chance, "between 0 and 1"));
    }
    if let Some(id) = first_twice(studies.iter().map(|study| &study.id)) {
        return Err(ProgrammeError::Twice { what: "the study", id: id.clone() });
    }
    for study in studies {
        if !study.effect.is_finite() {
            let what = format!("the effect of {}", study.id);
            return Err(ProgrammeError::number(what, study.effect, "a finite number"));
        }
        let weight = study.variance.recip();
        if !(study.variance > 0.0 && weight.is_finite() && weight > 0.0) {
            let what = format!("the variance of {}", study.id);
            return Err(ProgrammeError::number(what, study.variance, "finite and above 0"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cases and the others, vaccinated and not, in 13 trials of the BCG vaccine (Colditz and others 1994; `dat.bcg` of metafor).
    const BCG: [[f64; 4]; 13] = [
        [4.0, 119.0, 11.0, 128.0],
        [6.0, 300.0, 29.0, 274.0],
        [3.0, 228.0, 11.0, 209.0],
        [62.0, 13536.0, 248.0, 12619.0],
        [33.0, 5036.0, 47.0, 5761.0],
        [180.0, 1361.0, 372.0, 1079.0],
        [8.0, 2537.0, 10.0, 619.0],
        [505.0, 87886.0, 499.0, 87892.0],
        [29.0, 7470.0, 45.0, 7232.0],
        [17.0, 1699.0, 65.0, 1600.0],
        [186.0, 50448.0, 141.0, 27197.0],
        [5.0, 2493.0, 3.0, 2338.0],
        [27.0, 16886.0, 29.0, 17825.0],
    ];

    fn bcg() -> Vec<Study> {
        let study = |(at, [a, b, c, d]): (usize, &[f64; 4])| Study {
            id: at.to_string(),
            effect: ((a / (a + b)) / (c / (c + d))).ln(),
            variance: 1.0 / a - 1.0 / (a + b) + 1.0 / c - 1.0 / (c + d),
        };
        BCG.iter().enumerate().map(study).collect()
    }

    fn near(found: f64, wanted: f64) {
        assert!((found - wanted).abs() < 5.1e-5, "{found} beside {wanted}");
    }

    #[test]
    fn bcg_by_moments_and_by_likelihood() {
        // metafor 4: rma(yi, vi, data = dat, method = "DL") and the same with "REML".
        let found = pool(&bcg(), Heterogeneity::DerSimonianLaird, 0.95).unwrap();
        near(found.between, 0.3088);
        near(found.effect, -0.7141);
        near(found.standard_error, 0.1787);
        near(found.q, 152.2330);
        assert!((found.i_squared - 0.9212).abs() < 5e-5);
        let found = pool(&bcg(), Heterogeneity::Reml, 0.95).unwrap();
        near(found.between, 0.3132);
        near(found.effect, -0.7145);
        near(found.standard_error, 0.1798);
        near(found.interval.low, -1.0669);
        near(found.interval.high, -0.3622);
        assert!((found.i_squared - 0.9222).abs() < 5e-5);
        assert!(found.q_p.unwrap() < 1e-4);
    }

    #[test]
    fn paule_and_mandel_is_where_q_is_as_expected() {
        let found = pool(&bcg(), Heterogeneity::PauleMandel, 0.95).unwrap();
        assert!((q(&bcg(), found.between) - 12.0).abs() < 1e-9);
    }

    #[test]
    fn intervals_widen_with_what_is_not_known() {
        let found = pool(&bcg(), Heterogeneity::Reml, 0.95).unwrap();
        let (hartung, prediction) = (found.hartung_knapp.unwrap().interval, found.prediction.unwrap());
        assert!(hartung.low < found.interval.low && prediction.low < hartung.low);
        for study in &found.shrunken {
            let (low, high) = (study.effect.min(found.effect), study.effect.max(found.effect));
            assert!((low..=high).contains(&study.shrunken));
        }
    }

    #[test]
    fn studies_that_agree_have_no_variance_between_them() {
        let study = |at: usize| Study { id: at.to_string(), effect: 1.0 + 0.01 * at as f64, variance: 1.0 };
        let studies: Vec<Study> = (0..5).map(study).collect();
        for method in [Heterogeneity::DerSimonianLaird, Heterogeneity::PauleMandel, Heterogeneity::Reml] {
            let found = pool(&studies, method, 0.95).unwrap();
            assert_eq!((found.between, found.i_squared), (0.0, 0.0));
            assert!(found.shrunken.iter().all(|study| study.shrunken == found.effect));
        }
        let alone = pool(&studies[..1], Heterogeneity::Reml, 0.95).unwrap();
        assert_eq!((alone.hartung_knapp, alone.prediction, alone.effect), (None, None, 1.0));
    }
}
