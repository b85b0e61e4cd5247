//! Which method answers a question, and why.

/// A method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Difference in means of a randomised roll-out.
    Randomised,
    /// Callaway–Sant'Anna.
    StaggeredDifferences,
    /// Synthetic differences in differences.
    SyntheticDifference,
    /// Synthetic control.
    SyntheticControl,
    /// Bayesian structural time series.
    StructuralSeries,
    /// Interrupted time series.
    Interrupted,
    /// Regression discontinuity.
    Discontinuity,
}

/// What is known of the question before any outcome is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Situation {
    /// Units that are treated.
    pub treated: usize,
    /// Units that could be compared with, neighbours that may feel the project left out.
    pub donors: usize,
    /// At how many different times units begin.
    pub starts: usize,
    /// Times before the first treatment.
    pub before: usize,
    /// Times from the first treatment on.
    pub after: usize,
    /// Whether it was drawn by lot who is treated.
    pub randomised: bool,
    /// Whether a value on one side of a threshold decides who is treated.
    pub threshold: bool,
    /// Series that the project does not touch.
    pub covariates: usize,
}

/// Why a method was or was not chosen. Each has a number, so that it can be said in any language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// It was drawn by lot who is treated: nothing else decides who gets better.
    DrawnByLot,
    /// A threshold decides: units just above and just below are alike.
    DecidedByThreshold,
    /// Several treated units begin at different times, and there are units to compare with.
    DifferentStarts,
    /// Few treated units with a long past, and enough donors.
    FewTreatedWithDonors,
    /// Treated units begin at one time, and there are donors.
    OneStartWithDonors,
    /// There are no donors, but series that the project does not touch.
    NoDonorsButSeries,
    /// There are no donors and no such series.
    NothingToCompare,
    /// There are too few times before the treatment to see a trend.
    ShortPast,
    /// Plain two-way fixed effects would take units that are treated already for untreated.
    PlainTwoWayMisleads,
    /// Errors from the spread over units leave out that of few treated ones (Conley and Taber 2011); placebos among donors do not.
    PlacebosTellChance,
}

/// The method, why, and how far its answer can carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The method.
    pub method: Method,
    /// Why, the most important first.
    pub reasons: Vec<Reason>,
    /// Methods that would answer too, as a check.
    pub checks: Vec<Method>,
    /// The best grade that its answer can have.
    pub grade: Grade,
}

/// How strong evidence is, from 1 to 5 (Maryland scale of scientific methods, Sherman and others 1997; Madaleno and Waights 2016).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// Before and after, or treated and untreated, without more.
    One = 1,
    /// Before and after with what else is known taken into account.
    Two = 2,
    /// Before and after, beside units that were not treated.
    Three = 3,
    /// As good as a lot: a threshold, or a comparison that stands all checks.
    Four = 4,
    /// Drawn by lot.
    Five = 5,
}

/// Fewer times before the treatment tell no trend.
const PAST_MIN: usize = 8;
/// Fewer donors make no synthetic unit.
const DONORS_MIN: usize = 3;
/// Up to so many treated units are few.
const FEW: usize = 5;

/// Chooses by a fixed table; the outcome plays no part.
pub fn choose(situation: &Situation) -> Choice {
    let with = |method, reasons: &[Reason], checks: &[Method], grade| Choice {
        method,
        reasons: reasons.to_vec(),
        checks: checks.to_vec(),
        grade,
    };
    let Situation { treated, donors, starts, before, .. } = *situation;
    if situation.randomised {
        return with(Method::Randomised, &[Reason::DrawnByLot], &[Method::StaggeredDifferences], Grade::Five);
    }
    if situation.threshold {
        return with(Method::Discontinuity, &[Reason::DecidedByThreshold], &[], Grade::Four);
    }
    if starts > 1 && treated > FEW && donors > 0 {
        let reasons = [Reason::DifferentStarts, Reason::PlainTwoWayMisleads];
        return with(Method::StaggeredDifferences, &reasons, &[Method::SyntheticDifference], Grade::Three);
    }
    if donors >= DONORS_MIN && before >= PAST_MIN {
        if treated == 1 {
            let checks = [Method::SyntheticDifference, Method::StructuralSeries];
            return with(Method::SyntheticControl, &[Reason::FewTreatedWithDonors], &checks, Grade::Three);
        }
        let reason = if treated <= FEW { Reason::FewTreatedWithDonors } else { Reason::OneStartWithDonors };
        let checks = [Method::StaggeredDifferences, Method::SyntheticControl];
        return with(Method::SyntheticDifference, &[reason], &checks, Grade::Three);
    }
    // One treated unit has no spread of its own to make an error of, however short its past is.
    if starts == 1 && treated <= FEW && before > 1 && donors >= DONORS_MIN.max(treated + 1) {
        let reasons = [Reason::PlacebosTellChance, Reason::ShortPast];
        let checks = [Method::StaggeredDifferences];
        return with(Method::SyntheticDifference, &reasons, &checks, Grade::Two);
    }
    if donors > 0 {
        let reasons = [Reason::OneStartWithDonors, Reason::ShortPast];
        return with(Method::StaggeredDifferences, &reasons, &[], Grade::Two);
    }
    if situation.covariates > 0 && before >= PAST_MIN {
        let checks = [Method::Interrupted];
        return with(Method::StructuralSeries, &[Reason::NoDonorsButSeries], &checks, Grade::Two);
    }
    with(Method::Interrupted, &[Reason::NothingToCompare], &[], Grade::One)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn method(situation: Situation) -> (Method, Grade) {
        let choice = choose(&situation);
        assert!(!choice.reasons.is_empty() && !choice.checks.contains(&choice.method));
        (choice.method, choice.grade)
    }

    #[test]
    fn each_situation_has_its_method() {
        let base =
            Situation { treated: 1, donors: 38, starts: 1, before: 19, after: 12, ..Situation::default() };
        assert_eq!(method(base), (Method::SyntheticControl, Grade::Three));
        assert_eq!(method(Situation { randomised: true, ..base }), (Method::Randomised, Grade::Five));
        assert_eq!(method(Situation { threshold: true, ..base }), (Method::Discontinuity, Grade::Four));
        assert_eq!(
            method(Situation { treated: 40, starts: 4, ..base }),
            (Method::StaggeredDifferences, Grade::Three)
        );
        assert_eq!(method(Situation { treated: 4, ..base }), (Method::SyntheticDifference, Grade::Three));
        // With a short past too the chance of few treated units is told by placebos, where there can be any.
        assert_eq!(method(Situation { before: 3, ..base }), (Method::SyntheticDifference, Grade::Two));
        for short in [
            Situation { before: 1, ..base },
            Situation { before: 3, treated: 12, ..base },
            Situation { before: 3, donors: 2, ..base },
            Situation { before: 3, treated: 4, donors: 4, ..base },
        ] {
            assert_eq!(method(short), (Method::StaggeredDifferences, Grade::Two));
        }
        let alone = Situation { donors: 0, ..base };
        assert_eq!(method(Situation { covariates: 2, ..alone }), (Method::StructuralSeries, Grade::Two));
        assert_eq!(method(alone), (Method::Interrupted, Grade::One));
        assert_eq!(method(Situation::default()), (Method::Interrupted, Grade::One));
    }
}
