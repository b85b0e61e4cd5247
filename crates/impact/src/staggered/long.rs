//! Effects before treatment, told from the last time before it and not from the time before.

use faer::Mat;

use super::{
    aggregate::Aggregate,
    effects::{GroupTime, GroupTimeEffects},
};

impl GroupTimeEffects {
    /// The same effects, those before treatment compared with the last time before it as those after it are (a universal base period): each
    /// is the sum of the steps from there, backwards. Sensitivity to trends is told of these. Nothing when a step is missing.
    ///
    /// With covariates, or with units that are not yet treated, a sum of steps is not exactly one long comparison.
    pub fn long_differences(&self) -> Option<Self> {
        if self.left_out.iter().any(|(group, time, _)| time < group) {
            return None;
        }
        let units = self.influence.nrows();
        let column =
            |place: usize| -> Vec<f64> { (0..units).map(|unit| self.influence[(unit, place)]).collect() };
        let mut found: Vec<(GroupTime, Vec<f64>)> = Vec::new();
        for (place, effect) in self.effects.iter().enumerate() {
            if effect.time >= effect.group {
                found.push((*effect, column(place)));
            }
        }
        let mut early: Vec<usize> =
            (0..self.effects.len()).filter(|e| self.effects[*e].time < self.effects[*e].group).collect();
        early.sort_by_key(|place| (self.effects[*place].group, std::cmp::Reverse(self.effects[*place].time)));
        let (mut group, mut sum, mut influence) = (None, 0.0, vec![0.0; units]);
        for (order, place) in early.iter().enumerate() {
            let effect = self.effects[*place];
            if group != Some(effect.group) {
                (group, sum, influence) = (Some(effect.group), 0.0, vec![0.0; units]);
            }
            sum -= effect.effect;
            influence.iter_mut().zip(column(*place)).for_each(|(sum, own)| *sum -= own);
            // The step began at the time before it: that of the next step back, or the first of all.
            let next = early
                .get(order + 1)
                .map(|next| self.effects[*next])
                .filter(|next| next.group == effect.group);
            let time = next.map_or_else(|| self.first_time(), |next| Some(next.time))?;
            let square: f64 = influence.iter().map(|value| value * value).sum();
            let standard_error = square.sqrt() / units as f64;
            found.push((
                GroupTime { group: effect.group, time, effect: sum, standard_error },
                influence.clone(),
            ));
        }
        found.sort_by_key(|(effect, _)| (effect.group, effect.time));
        Some(Self {
            influence: Mat::from_fn(units, found.len(), |unit, place| found[place].1[unit]),
            effects: found.into_iter().map(|(effect, _)| effect).collect(),
            pretest: self.pretest,
            left_out: self.left_out.clone(),
            first_treated: self.first_treated.clone(),
            times: self.times.clone(),
        })
    }

    fn first_time(&self) -> Option<i64> {
        self.times.first().copied()
    }
}

impl Aggregate {
    /// The covariance of the parts, in their order.
    pub fn covariance_of_parts(&self) -> Vec<Vec<f64>> {
        let product = |a: &[f64], b: &[f64]| {
            let units = a.len() as f64;
            a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / units / units
        };
        let of = &self.influence_of_parts;
        of.iter().map(|a| of.iter().map(|b| product(a, b)).collect()).collect()
    }
}
