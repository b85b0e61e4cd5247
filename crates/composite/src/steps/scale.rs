//! The scales to which values are brought.

use super::Normalisation;
use crate::{CompositeError, Value, hierarchy::Direction, statistics};

/// One indicator on its way to a scale.
pub(super) struct Indicator<'a> {
    pub(super) code: &'a str,
    pub(super) direction: Direction,
    /// Turned so that higher is better.
    pub(super) turned: Vec<Value>,
    /// The same without missing values.
    pub(super) present: Vec<f64>,
    pub(super) target: Option<f64>,
    pub(super) units: &'a [String],
}

/// A line from `low` (which becomes `from`) to `high` (which becomes `to`), for values turned so that higher is better, held within bounds.
/// Both ends are met exactly.
pub(super) struct Line {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
    least: f64,
    most: f64,
}

impl Line {
    fn through(low: f64, high: f64, from: f64, to: f64) -> Self {
        Self { low, high, from, to, least: f64::NEG_INFINITY, most: f64::INFINITY }
    }

    fn at_most(mut self, cap: bool, most: f64) -> Self {
        if cap {
            self.most = most;
        }
        self
    }

    /// Where a value comes to lie; nothing when that is nowhere.
    pub(super) fn place(&self, value: f64) -> Value {
        let part = (value - self.low) / (self.high - self.low);
        let placed = (self.from + part * (self.to - self.from)).clamp(self.least, self.most);
        placed.is_finite().then_some(placed)
    }

    /// Slope and offset.
    pub(super) fn equation(&self) -> (f64, f64) {
        let slope = (self.to - self.from) / (self.high - self.low);
        (slope, self.from - slope * self.low)
    }
}

impl Indicator<'_> {
    fn fault(&self, why: &str) -> CompositeError {
        CompositeError::undefined(format!("the scale of `{}`", self.code), why)
    }

    /// The least and greatest value; an error when they are the same.
    fn range(&self) -> Result<(f64, f64), CompositeError> {
        statistics::extremes(&self.present).filter(|(least, most)| least < most).ok_or_else(|| {
            self.fault("its values do not differ; leave the indicator out, or set fixed goalposts")
        })
    }

    /// Bounds in units of the indicator, turned so that the better one comes second.
    fn turn(&self, low: f64, high: f64) -> Result<(f64, f64), CompositeError> {
        if !(low.is_finite() && high.is_finite() && low < high) {
            return Err(
                self.fault("its bounds are not two numbers of which the first is lower; correct them")
            );
        }
        Ok(match self.direction {
            Direction::Higher => (low, high),
            Direction::Lower => (-high, -low),
        })
    }

    /// The line of a scale that has one.
    pub(super) fn line(&self, scale: &Normalisation) -> Result<Option<Line>, CompositeError> {
        Ok(Some(match *scale {
            Normalisation::MinMax { low, high } => {
                let (least, most) = self.range()?;
                Line::through(least, most, low, high)
            }
            Normalisation::ZScore { mean, deviation } => self.z_score(mean, deviation)?,
            Normalisation::Scaled { low, high, factor } => {
                let (low, high) = self.turn(low, high)?;
                Line::through(low, high, 0.0, factor)
            }
            Normalisation::DistanceToMaximum => {
                let (least, most) = self.range()?;
                Line::through(least, most, 0.0, 1.0)
            }
            Normalisation::DistanceToReference { ref unit, cap } => {
                self.to_reference(unit)?.at_most(cap, 1.0)
            }
            Normalisation::DistanceToTarget { target, cap } => self.to_target(target)?.at_most(cap, 1.0),
            Normalisation::FractionOfMaximum => {
                let (_, most) = self.range()?;
                Line::through(0.0, most, 0.0, 1.0)
            }
            Normalisation::Goalposts { low, high, from, to, truncate } => {
                let (low, high) = self.turn(low, high)?;
                if !(from.is_finite() && to.is_finite()) {
                    return Err(self.fault("what its goalposts become are not two numbers; correct them"));
                }
                let line = Line::through(low, high, from, to);
                let (least, most) = (from.min(to), from.max(to));
                if truncate { Line { least, most, ..line } } else { line }
            }
            _ => return Ok(None),
        }))
    }

    fn z_score(&self, to_mean: f64, to_deviation: f64) -> Result<Line, CompositeError> {
        if !(to_deviation.is_finite() && to_deviation > 0.0 && to_mean.is_finite()) {
            return Err(CompositeError::setting(
                "the standard deviation of a z-score",
                to_deviation,
                "above 0",
            ));
        }
        self.range()?;
        let (mean, deviation) =
            statistics::mean(&self.present).zip(statistics::deviation(&self.present)).unwrap_or_default();
        Ok(Line::through(mean, mean + deviation, to_mean, to_mean + to_deviation))
    }

    fn to_reference(&self, unit: &str) -> Result<Line, CompositeError> {
        let place = self.units.iter().position(|known| known == unit);
        let place = place
            .ok_or_else(|| CompositeError::unknown(format!("the reference of `{}`", self.code), unit))?;
        let reference = self.turned[place].ok_or_else(|| {
            self.fault("its reference unit has no value; take another unit, or impute the value first")
        })?;
        let (least, _) = self.range()?;
        if reference <= least {
            return Err(self.fault("its reference unit is the last of all; take another one"));
        }
        Ok(Line::through(least, reference, 0.0, 1.0))
    }

    fn to_target(&self, target: Option<f64>) -> Result<Line, CompositeError> {
        let target = target.or(self.target).ok_or_else(|| self.fault("it has no target; set one"))?;
        let target = self.direction.sign() * target;
        let (least, _) = self.range()?;
        if !(target.is_finite() && target > least) {
            return Err(self.fault("its target is no better than its worst value; correct the target"));
        }
        Ok(Line::through(least, target, 0.0, 1.0))
    }

    /// The part of the best value: `x / most`, or `least / x` where lower is better.
    pub(super) fn fraction_of_best(&self) -> Result<Vec<Value>, CompositeError> {
        let (least, most) = statistics::extremes(&self.present).unwrap_or_default();
        let negative = match self.direction {
            Direction::Higher => least < 0.0 || most <= 0.0,
            Direction::Lower => most >= 0.0,
        };
        if negative {
            return Err(self.fault("a part of the best value needs values above 0; take another scale"));
        }
        let change = |turned: f64| match self.direction {
            Direction::Higher => turned / most,
            Direction::Lower => most / turned,
        };
        Ok(self.turned.iter().map(|value| value.map(change)).collect())
    }
}
