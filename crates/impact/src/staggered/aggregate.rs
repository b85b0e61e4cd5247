//! Effects of groups and times, put together.

use super::effects::{GroupTime, GroupTimeEffects};
use crate::{StatisticsError, Sureness};

/// By what effects are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aggregation {
    /// Over all treated groups and times, by the size of groups.
    Simple,
    /// By time since treatment (an event study); overall the plain mean of those from treatment on.
    Dynamic,
    /// By group; overall by the size of groups.
    Group,
    /// By time; overall the plain mean.
    Calendar,
}

/// One of the parts: an effect at a time since treatment, of a group, or at a time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Partial {
    /// The time since treatment, the group, or the time.
    pub at: i64,
    /// The mean effect.
    pub effect: f64,
    /// Its standard error.
    pub standard_error: f64,
}

/// Effects put together.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// The overall mean effect on the treated.
    pub effect: f64,
    /// Its standard error, as many units would have it.
    pub standard_error: f64,
    /// How sure it is when groups are small; nothing when one of them is a single unit.
    pub sureness: Option<Sureness>,
    /// The parts, rising; none for [`Aggregation::Simple`].
    pub parts: Vec<Partial>,
    /// The influence of each unit on the overall effect.
    pub influence: Vec<f64>,
    /// The influence of each unit on each part.
    pub influence_of_parts: Vec<Vec<f64>>,
}

/// An effect with the influence of each unit.
#[derive(Clone)]
struct Sum {
    effect: f64,
    influence: Vec<f64>,
}

impl Sum {
    fn standard_error(&self) -> f64 {
        let square: f64 = self.influence.iter().map(|value| value * value).sum();
        square.sqrt() / self.influence.len() as f64
    }
}

impl GroupTimeEffects {
    /// Puts the effects together.
    ///
    /// # Errors
    /// When no group is seen from its treatment on.
    pub fn aggregate(&self, by: Aggregation) -> Result<Aggregate, StatisticsError> {
        let after = |effect: &GroupTime| effect.time >= effect.group;
        match by {
            Aggregation::Simple => {
                let chosen = self.chosen(after);
                let whole = self.by_size(&chosen).ok_or_else(nothing)?;
                Ok(self.finish(whole, Vec::new()))
            }
            Aggregation::Dynamic => {
                let parts = self.parts(|effect| Some(effect.time - effect.group));
                let later: Vec<&Sum> = parts.iter().filter(|(at, _)| *at >= 0).map(|(_, sum)| sum).collect();
                let whole = plain_mean(&later).ok_or_else(nothing)?;
                Ok(self.finish(whole, parts))
            }
            Aggregation::Calendar => {
                let parts = self.parts(|effect| after(effect).then_some(effect.time));
                let all: Vec<&Sum> = parts.iter().map(|(_, sum)| sum).collect();
                let whole = plain_mean(&all).ok_or_else(nothing)?;
                Ok(self.finish(whole, parts))
            }
            Aggregation::Group => {
                let parts = self.parts(|effect| after(effect).then_some(effect.group));
                let groups: Vec<i64> = parts.iter().map(|(group, _)| *group).collect();
                let sums: Vec<Sum> = parts.iter().map(|(_, sum)| sum.clone()).collect();
                // The package `did` reads the members of these weights from its list of effects; errors are published so.
                let members: Vec<i64> = self.effects.iter().map(|e| e.group).take(groups.len()).collect();
                let whole = self.weighted(&groups, &sums, &members).ok_or_else(nothing)?;
                Ok(self.finish(whole, parts))
            }
        }
    }

    fn chosen(&self, wanted: impl Fn(&GroupTime) -> bool) -> Vec<usize> {
        (0..self.effects.len()).filter(|place| wanted(&self.effects[*place])).collect()
    }

    /// The effects that have one key, put together by the size of their groups.
    fn parts(&self, key: impl Fn(&GroupTime) -> Option<i64>) -> Vec<(i64, Sum)> {
        let mut keys: Vec<i64> = self.effects.iter().filter_map(&key).collect();
        keys.sort_unstable();
        keys.dedup();
        let sum = |at: i64| Some((at, self.by_size(&self.chosen(|effect| key(effect) == Some(at)))?));
        keys.into_iter().filter_map(sum).collect()
    }

    fn by_size(&self, chosen: &[usize]) -> Option<Sum> {
        let groups: Vec<i64> = chosen.iter().map(|place| self.effects[*place].group).collect();
        let units = self.influence.nrows();
        let one = |place: &usize| Sum {
            effect: self.effects[*place].effect,
            influence: (0..units).map(|unit| self.influence[(unit, *place)]).collect(),
        };
        self.weighted(&groups, &chosen.iter().map(one).collect::<Vec<_>>(), &groups)
    }

    /// The mean of effects on groups, each weighted by how many units its group has. These weights are estimated too, so each unit has
    /// an influence through them: a unit of one of `members` on the weight at its place.
    fn weighted(&self, groups: &[i64], sums: &[Sum], members: &[i64]) -> Option<Sum> {
        let units = self.first_treated.len();
        let share = |group: &i64| {
            self.first_treated.iter().filter(|first| **first == Some(*group)).count() as f64 / units as f64
        };
        let shares: Vec<f64> = groups.iter().map(share).collect();
        let total: f64 = shares.iter().sum();
        if total <= 0.0 {
            return None;
        }
        let effect = sums.iter().zip(&shares).map(|(sum, share)| sum.effect * share / total).sum::<f64>();
        let influence = |unit: usize| {
            let is_of = |group: i64| f64::from(u8::from(self.first_treated[unit] == Some(group)));
            let direct = sums.iter().zip(&shares).map(|(sum, share)| sum.influence[unit] * share / total);
            let of_weights = (0..groups.len())
                .map(|g| (is_of(members[g]) - shares[g]) * (sums[g].effect - effect) / total);
            direct.chain(of_weights).sum()
        };
        Some(Sum { effect, influence: (0..units).map(influence).collect() })
    }

    fn finish(&self, whole: Sum, parts: Vec<(i64, Sum)>) -> Aggregate {
        let part = |(at, sum): &(i64, Sum)| Partial {
            at: *at,
            effect: sum.effect,
            standard_error: sum.standard_error(),
        };
        Aggregate {
            effect: whole.effect,
            standard_error: whole.standard_error(),
            sureness: self.sureness(&whole.influence),
            parts: parts.iter().map(part).collect(),
            influence: whole.influence,
            influence_of_parts: parts.into_iter().map(|(_, sum)| sum.influence).collect(),
        }
    }

    /// Each group, and those never treated, have a spread of their own, told of few units: it is taken over one less than these, and degrees of
    /// freedom are those of Welch (1947) and Satterthwaite (1946).
    fn sureness(&self, influence: &[f64]) -> Option<Sureness> {
        let units = influence.len() as f64;
        let mut groups: Vec<Option<i64>> = self.effects.iter().map(|effect| Some(effect.group)).collect();
        groups.push(None);
        groups.sort_unstable();
        groups.dedup();
        let (mut variance, mut spread) = (0.0, 0.0);
        for group in groups {
            let of = influence.iter().zip(&self.first_treated).filter(|(_, first)| **first == group);
            let own: Vec<f64> = of.map(|(value, _)| value / units).collect();
            let count = own.len() as f64;
            if own.is_empty() {
                continue;
            }
            if own.len() < 2 {
                return None;
            }
            let mean = own.iter().sum::<f64>() / count;
            let square: f64 = own.iter().map(|value| (value - mean).powi(2)).sum();
            let part = square * count / (count - 1.0);
            // What a unit has through the weights of groups is known for all of its group alike.
            variance += part + count * mean * mean;
            spread += part * part / (count - 1.0);
        }
        let free = if spread > 0.0 { variance * variance / spread } else { units };
        Some(Sureness { standard_error: variance.sqrt(), free })
    }
}

fn nothing() -> StatisticsError {
    let why = "no group is seen from its treatment on".to_owned();
    StatisticsError::NotIdentified { what: "the overall effect".to_owned(), why }
}

fn plain_mean(sums: &[&Sum]) -> Option<Sum> {
    let (count, units) = (sums.len() as f64, sums.first()?.influence.len());
    Some(Sum {
        effect: sums.iter().map(|sum| sum.effect).sum::<f64>() / count,
        influence: (0..units)
            .map(|unit| sums.iter().map(|sum| sum.influence[unit]).sum::<f64>() / count)
            .collect(),
    })
}
