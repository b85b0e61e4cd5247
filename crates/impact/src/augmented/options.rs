//! What is asked of an augmented synthetic control.

/// How an augmented synthetic control is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AugmentedOptions {
    /// How strongly the correction is held back.
    pub penalty: Penalty,
    /// Whether donors are weighted to come near to the treated first; if not, all count alike before the correction.
    pub weigh: bool,
    /// Whether the mean of each unit before the treatment is taken out first: donors then need to have the course of the treated only.
    pub fixed_effects: bool,
    /// What covariates are for.
    pub covariates: CovariateUse,
}

impl Default for AugmentedOptions {
    fn default() -> Self {
        Self {
            penalty: Penalty::default(),
            weigh: true,
            fixed_effects: false,
            covariates: CovariateUse::default(),
        }
    }
}

/// The λ of the ridge regression, in squared units of the outcome.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Penalty {
    /// No correction: plain synthetic control.
    NoCorrection,
    /// This λ. With 0 the donors meet the treated before the treatment as nearly as any weights can.
    Given(f64),
    /// By leaving out times before the treatment.
    Searched(PenaltySearch),
}

impl Default for Penalty {
    fn default() -> Self {
        Self::Searched(PenaltySearch::default())
    }
}

/// How λ is searched for: times are left out in turn, and told from the others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PenaltySearch {
    /// The largest λ; nothing: the largest squared singular value of the donors' outcomes, each time less its mean.
    pub largest: Option<f64>,
    /// The least λ as a part of the largest.
    pub least_part: f64,
    /// How many steps lie between them, each by the same factor.
    pub steps: usize,
    /// How many times are left out at once.
    pub left_out: usize,
    /// Whether the largest λ is taken whose error is within one standard error of the least, or that of the least itself.
    pub within_one_error: bool,
}

impl Default for PenaltySearch {
    fn default() -> Self {
        Self { largest: None, least_part: 1e-8, steps: 20, left_out: 1, within_one_error: true }
    }
}

/// What covariates are for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CovariateUse {
    /// They are balanced beside the outcomes, on the scale of these.
    #[default]
    Balanced,
    /// What they say of outcomes is taken out first; the weights then balance them exactly.
    Residualised,
}
