//! How sure the places of an index are, and what they hang on.

use std::collections::BTreeMap;

use rand_distr::{Distribution, Normal};
use rand_pcg::Pcg64;
use senne_composite::{
    Aggregation, Composite, CompositeError, Inputs, Method,
    robustness::{
        Alternatives, Assumption, Effect, SensitivityOptions, noisy_weights, removals, sensitivity,
    },
};
use senne_indicator::{CompositeIndex, Figure, IndexAssumption, IndexEffect, IndexRemoval};
use senne_model::EntityId;

use super::{
    Values,
    method::{plan, raw},
};

/// By so much of itself each weight is moved.
const WEIGHT_NOISE: f64 = 0.25;
/// The points of each of the two samples; so many tables and sets of weights are drawn too.
const POINTS: usize = 500;
/// So many resamples give the intervals of effects.
const RESAMPLES: usize = 100;
const SEED: u64 = 1;

/// What draws of values, weights and means give.
pub(super) struct Doubt {
    /// For each area the places between which 90 % of the draws lie.
    pub(super) places: Vec<Option<(f64, f64)>>,
    /// For each area what its place hangs on most.
    pub(super) hangs_on: Vec<Option<(IndexAssumption, f64)>>,
    pub(super) effects: Vec<IndexEffect>,
    /// How many draws the places come from.
    pub(super) draws: usize,
}

/// Makes the index again and again: values within their intervals, each weight moved by up to a quarter of itself, and the mean or the other one.
/// Intervals of places and effects (Sobol' 1993) come from the same draws.
pub(super) fn doubt(
    index: &CompositeIndex,
    areas: &[EntityId],
    values: &Values,
    inputs: &Inputs,
    method: &Method,
) -> Result<Doubt, CompositeError> {
    let mut random = Pcg64::new(u128::from(SEED), 0xa02_bdbf_7bb3_c0a7);
    let widest = widest(values);
    let mut moved = |id: &str, figure: &Figure| {
        let widest = widest.get(id).copied().unwrap_or_default();
        moved(figure, widest, &mut random)
    };
    let mut table = || raw(index, areas, values, &mut moved);
    let tables = (0..POINTS).map(|_| table()).collect::<Result<Vec<_>, _>>()?;
    let noise = [(1, WEIGHT_NOISE), (2, WEIGHT_NOISE)];
    let weights = noisy_weights(&method.weights, &inputs.hierarchy, &noise, POINTS, SEED)?;
    let means = [Aggregation::Arithmetic, Aggregation::Geometric].map(|by| plan(index, by)).to_vec();
    // In the order of `IndexAssumption::ALL`.
    let alternatives =
        [Alternatives::Values(tables), Alternatives::Weights(weights), Alternatives::Plan(means)];
    let assumptions: Vec<Assumption> = IndexAssumption::ALL
        .into_iter()
        .zip(alternatives)
        .map(|(of, alternatives)| Assumption::new(of.word(), alternatives))
        .collect();
    let options = SensitivityOptions { points: POINTS, bootstrap: RESAMPLES, seed: SEED };
    let found = sensitivity(inputs, method, &assumptions, options)?;
    Ok(Doubt {
        places: found.intervals.iter().map(|one| one.low.zip(one.high)).collect(),
        hangs_on: found.of_unit.iter().map(|(_, effects)| heaviest(effects.as_deref()?)).collect(),
        effects: found.shift.iter().flatten().zip(IndexAssumption::ALL).map(effect).collect(),
        draws: 2 * POINTS,
    })
}

/// How far a value may be off by its interval (95 %), as a standard deviation.
fn deviation(figure: &Figure) -> Option<f64> {
    figure.value.interval.map(|(low, high)| (high - low) / (2.0 * 1.959_964))
}

/// Of each indicator how far the least sure of its values may be off; none where no value has an interval.
fn widest(values: &Values) -> BTreeMap<&str, f64> {
    let of = |by_area: &BTreeMap<EntityId, Figure>| by_area.values().filter_map(deviation).reduce(f64::max);
    values.iter().filter_map(|(id, by_area)| Some((id.as_str(), of(by_area)?))).collect()
}

/// The value, moved by chance as far as its interval says. One without an interval is known by too little to tell: it is as unsure as the least
/// sure of the others.
fn moved(figure: &Figure, widest: f64, random: &mut Pcg64) -> Option<f64> {
    let value = figure.value.number?;
    let Some(deviation) = deviation(figure).or((widest > 0.0).then_some(widest)) else { return Some(value) };
    Some(Normal::new(value, deviation).map_or(value, |law| law.sample(random)))
}

fn heaviest(effects: &[Effect]) -> Option<(IndexAssumption, f64)> {
    let totals = IndexAssumption::ALL.into_iter().zip(effects.iter().map(|effect| effect.total));
    totals.max_by(|a, b| a.1.total_cmp(&b.1)).filter(|(_, total)| *total > 0.0)
}

fn effect((effect, of): (&Effect, IndexAssumption)) -> IndexEffect {
    let between = effect.total_interval.map(|interval| (interval.low, interval.high));
    IndexEffect { of, first: effect.first, total: effect.total, between }
}

/// What would change without each indicator.
pub(super) fn without(
    composite: &Composite,
    method: &Method,
    areas: &[EntityId],
) -> Result<Vec<IndexRemoval>, CompositeError> {
    let nominal = composite.ranks();
    let found = removals(composite, method, 1)?.into_iter().map(|removal| {
        let rises =
            areas.iter().zip(nominal.iter().zip(&removal.ranks)).filter_map(|(area, (before, after))| {
                let rise = before.as_ref()?.cast_signed() - after.as_ref()?.cast_signed();
                (rise != 0).then(|| (area.clone(), rise as i64))
            });
        let most = rises.max_by_key(|(_, rise)| rise.abs());
        IndexRemoval { id: removal.code, mean_shift: removal.mean_shift, most }
    });
    Ok(found.collect())
}
