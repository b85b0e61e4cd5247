//! Where an indicator should be, and when.

use crate::{Interval, Period};

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// More is better.
    Up,
    /// Less is better.
    Down,
    /// Nearer to a band is better.
    Band,
}

impl Direction {
    /// The word in declarations.
    pub fn word(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Band => "band",
        }
    }
}

/// Between these the indicator should be; an end that is open does not bound it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    /// The lower end.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
}

impl Band {
    /// How far a value is from the band; 0 within.
    pub fn distance(self, value: f64) -> f64 {
        let below = self.low.map_or(0.0, |low| (low - value).max(0.0));
        let above = self.high.map_or(0.0, |high| (value - high).max(0.0));
        below.max(above)
    }
}

/// Where the indicator started, and where it should be by when.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// The period of the baseline, and its value.
    pub baseline: Option<(Period, f64)>,
    /// The period by which the band should be reached.
    pub by: Period,
    /// Where it should be then.
    pub band: Band,
}

/// How far the way to the target has been gone, in the four bands of U4SSC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Score {
    /// Less than a third.
    Low,
    /// From a third to two thirds.
    Fair,
    /// From two thirds to 95 %.
    Good,
    /// 95 % or more.
    Reached,
}

impl Target {
    /// The part of the way from the baseline to the band that a value has gone: 0 at the baseline, 1 in the band, less than 0 when it went
    /// the other way. Nothing without a baseline outside the band.
    pub fn progress(&self, value: f64) -> Option<f64> {
        let (_, start) = self.baseline?;
        let whole = self.band.distance(start);
        (whole > 0.0).then(|| 1.0 - self.band.distance(value) / whole)
    }

    /// The band of the progress.
    pub fn score(&self, value: f64) -> Option<Score> {
        let part = self.progress(value)?;
        Some(match part {
            part if part < 0.33 => Score::Low,
            part if part < 0.66 => Score::Fair,
            part if part < 0.95 => Score::Good,
            _ => Score::Reached,
        })
    }

    /// Whether the target is met, as far as the interval lets it be said: nothing when it holds values on both sides.
    pub fn is_met(&self, interval: Interval) -> Option<bool> {
        let (low, high) = (self.band.distance(interval.low), self.band.distance(interval.high));
        let within = low == 0.0 && high == 0.0;
        let below = self.band.low.is_some_and(|end| interval.high < end);
        let above = self.band.high.is_some_and(|end| interval.low > end);
        if within { Some(true) } else { (below || above).then_some(false) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn no2() -> Target {
        Target {
            baseline: Some(("2019".parse().unwrap(), 30.0)),
            by: "2030".parse().unwrap(),
            band: Band { low: None, high: Some(10.0) },
        }
    }

    #[test]
    fn the_way_to_the_target() {
        let target = no2();
        assert_eq!(target.progress(30.0), Some(0.0));
        assert_eq!(target.progress(20.0), Some(0.5));
        assert_eq!(target.progress(9.0), Some(1.0));
        assert!(target.progress(35.0).unwrap() < 0.0);
        let scores = [29.0, 20.0, 12.0, 9.0].map(|value| target.score(value).unwrap());
        assert_eq!(scores, [Score::Low, Score::Fair, Score::Good, Score::Reached]);
        assert_eq!(Target { baseline: Some(("2019".parse().unwrap(), 8.0)), ..target }.progress(9.0), None);
    }

    #[test]
    fn an_interval_on_both_sides_says_nothing() {
        let met = |low: f64, high: f64| no2().is_met(Interval { low, high });
        assert_eq!((met(7.0, 9.0), met(9.0, 11.0), met(11.0, 13.0)), (Some(true), None, Some(false)));
        let band = Target { band: Band { low: Some(5.0), high: Some(10.0) }, ..no2() };
        assert_eq!(band.is_met(Interval { low: 1.0, high: 4.0 }), Some(false));
        assert_eq!(band.is_met(Interval { low: 4.0, high: 6.0 }), None);
    }
}
