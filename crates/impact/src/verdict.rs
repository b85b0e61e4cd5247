//! Did it work? One of four answers, from the estimate, how sure it is, and what was hoped for.

use crate::{Grade, chance::detectable_shift, normal_quantile, student_quantile};

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// More is better.
    Up,
    /// Less is better.
    Down,
}

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// The indicator is better than it would have been.
    Better,
    /// The indicator is worse than it would have been.
    Worse,
    /// No effect can be told from chance. That is not «no effect»: one below the smallest that could be detected may be there.
    NotDetectable,
    /// Any effect is smaller than what would matter: here «no effect worth the name» can be said.
    TooSmallToMatter,
}

/// An estimate with all that a verdict needs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    /// The effect, in units of the indicator.
    pub effect: f64,
    /// The lower end of its interval.
    pub low: f64,
    /// The upper end of its interval.
    pub high: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// The degrees of freedom that the interval was made with; nothing for the normal law.
    pub free: Option<f64>,
    /// The smallest effect that is detected, where the method states it and it is not so many standard errors.
    pub detectable: Option<f64>,
    /// Which way is better.
    pub direction: Direction,
    /// The smallest effect that would matter, if that was said beforehand; in units of the indicator, without sign.
    pub matters: Option<f64>,
    /// How strong the method is.
    pub grade: Grade,
}

/// The answer, with what goes with it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict {
    /// The answer.
    pub answer: Answer,
    /// The smallest effect that would have been detected with a chance of 80 % (Bloom 1995), in units of the indicator.
    pub detectable: f64,
    /// How strong the evidence is.
    pub grade: Grade,
}

/// The chance with which the smallest detectable effect is detected, and the chance of a false alarm.
const POWER: f64 = 0.8;
const ALARM: f64 = 0.05;

/// The smallest effect that is told from chance so often: 2.8 standard errors at 80 % and 5 % by the normal law (Bloom 1995). When the error has few
/// degrees of freedom it is that of Student's test (Johnson and Welch 1940), and more for the error being too small on average.
pub fn smallest_detectable(standard_error: f64, free: Option<f64>) -> f64 {
    free.filter(|free| free.is_finite()).map_or_else(
        || (normal_quantile(1.0 - ALARM / 2.0) + normal_quantile(POWER)) * standard_error,
        |free| detectable_shift(free, student_quantile(free, 1.0 - ALARM / 2.0), POWER) * standard_error,
    )
}

/// The smallest effect that is told from chance so often by an interval that reaches so far to each side and was not made from an error: as a normal
/// estimate would have it whose interval of this level (`1 − alpha`) reaches as far.
pub fn detectable_by_reach(reach: f64, alpha: f64) -> f64 {
    reach * (1.0 + normal_quantile(POWER) / normal_quantile(1.0 - alpha / 2.0))
}

/// Answers. An interval that holds zero is never read as «no effect», unless it lies within what would not matter.
pub fn verdict(evidence: &Evidence) -> Verdict {
    let Evidence { low, high, standard_error, free, direction, matters, grade, .. } = *evidence;
    let better = match direction {
        Direction::Up => low > 0.0,
        Direction::Down => high < 0.0,
    };
    let answer = if matters.is_some_and(|matters| low > -matters && high < matters) {
        Answer::TooSmallToMatter
    } else if !(low > 0.0 || high < 0.0) {
        Answer::NotDetectable
    } else if better {
        Answer::Better
    } else {
        Answer::Worse
    };
    let detectable = evidence.detectable.unwrap_or_else(|| smallest_detectable(standard_error, free));
    Verdict { answer, detectable, grade }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(low: f64, high: f64, direction: Direction, matters: Option<f64>) -> Answer {
        let (effect, standard_error) = (low.midpoint(high), (high - low) / 3.92);
        verdict(&Evidence {
            effect,
            low,
            high,
            standard_error,
            free: None,
            detectable: None,
            direction,
            matters,
            grade: Grade::Three,
        })
        .answer
    }

    #[test]
    fn an_interval_that_holds_zero_is_not_no_effect() {
        assert_eq!(answer(-1.0, 2.0, Direction::Up, None), Answer::NotDetectable);
        assert_eq!(answer(-1.0, 2.0, Direction::Up, Some(1.5)), Answer::NotDetectable);
        assert_eq!(answer(-1.0, 2.0, Direction::Up, Some(2.5)), Answer::TooSmallToMatter);
        assert_eq!(answer(f64::NAN, f64::NAN, Direction::Up, None), Answer::NotDetectable);
    }

    #[test]
    fn less_may_be_better() {
        assert_eq!(answer(-3.1, -0.4, Direction::Down, None), Answer::Better);
        assert_eq!(answer(-3.1, -0.4, Direction::Up, None), Answer::Worse);
        assert_eq!(answer(0.4, 3.1, Direction::Up, None), Answer::Better);
        assert_eq!(answer(0.4, 3.1, Direction::Down, Some(0.1)), Answer::Worse);
    }

    #[test]
    fn the_smallest_detectable_is_2_8_errors() {
        assert!((smallest_detectable(1.0, None) - 2.801_585).abs() < 1e-5);
        // A shift of 3.2697 is seen so often by Student's test; an error with 7 degrees of freedom is 0.9650 of what it stands for, on average.
        let student = smallest_detectable(1.0, Some(7.0));
        assert!((student * 0.965_03 - 3.269_7).abs() < 1e-3, "{student}");
        assert!((smallest_detectable(1.0, Some(1e6)) - 2.801_585).abs() < 1e-3);
        assert!(smallest_detectable(1.0, Some(0.5)).is_finite());
    }
}
