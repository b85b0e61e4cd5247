//! How sure an overall effect is when a group is a single unit: units never treated are put in the place of the treated (Conley and Taber 2011; Abadie,
//! Diamond and Hainmueller 2010).

use rand_pcg::Pcg64;

use super::{
    StaggeredPanel,
    aggregate::Aggregation,
    effects::{StaggeredOptions, group_time_effects},
};
use crate::{StatisticsError, Sureness, chance::shuffle};

/// Lets units that are never treated begin as the treated did, so often, and takes the spread of what is found. It takes the treated to vary as
/// these do; with one treated unit each of them is put in its place once.
///
/// # Errors
/// When there are not more units never treated than treated ones and one more, or fewer than two draws.
pub fn placebo_sureness(
    panel: &StaggeredPanel,
    options: StaggeredOptions,
    by: Aggregation,
    (draws, seed): (usize, u64),
) -> Result<Sureness, StatisticsError> {
    let beginnings: Vec<i64> = panel.first_treated.iter().flatten().copied().collect();
    let never = |unit: &usize| panel.first_treated[*unit].is_none();
    let mut order: Vec<usize> = (0..panel.units()).filter(never).collect();
    let donors = order.len();
    for (what, found, wanted) in
        [("units to compare with", donors, beginnings.len() + 2), ("draws", draws, 2)]
    {
        if found < wanted {
            return Err(StatisticsError::TooFew { what: what.to_owned(), found, wanted });
        }
    }
    let single = beginnings.len() == 1 && draws >= donors;
    let mut random = Pcg64::new(u128::from(seed), 0xa02_bdbf_7bb3_c0a7);
    let mut one = |_| {
        if single {
            order.rotate_left(1);
        } else {
            shuffle(&mut order, &mut random);
        }
        let placebo = panel.chosen(&order, |place| beginnings.get(place).copied());
        Ok(group_time_effects(&placebo, options)?.aggregate(by)?.effect)
    };
    let count = if single { donors } else { draws };
    let effects: Vec<f64> = (0..count).map(&mut one).collect::<Result<_, StatisticsError>>()?;
    let square: f64 = effects.iter().map(|effect| effect * effect).sum();
    Ok(Sureness { standard_error: (square / count as f64).sqrt(), free: donors as f64 - 1.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel(treated: usize) -> StaggeredPanel {
        let value = |unit: usize, time: usize| ((unit * 37 + time * 53) as f64 * 0.618).sin() + unit as f64;
        StaggeredPanel {
            times: (0..4).collect(),
            first_treated: (0..8).map(|unit| (unit < treated).then_some(2)).collect(),
            outcome: (0..8).map(|unit| (0..4).map(|time| value(unit, time)).collect()).collect(),
            covariates: vec![vec![Vec::new(); 4]; 8],
            left_out: 0,
        }
    }

    /// With one treated unit a group has no spread of its own, and each of the others stands in its place once.
    #[test]
    fn one_treated_unit() {
        let (panel, options) = (panel(1), StaggeredOptions::default());
        let whole = group_time_effects(&panel, options).unwrap().aggregate(Aggregation::Simple).unwrap();
        assert_eq!(whole.sureness, None);
        let sure = placebo_sureness(&panel, options, Aggregation::Simple, (50, 1)).unwrap();
        let change = |unit: usize| {
            let row = &panel.outcome[unit];
            f64::midpoint(row[2], row[3]) - row[1]
        };
        let rest = |unit: usize| (1..8).filter(|other| *other != unit).map(change).sum::<f64>() / 6.0;
        let square: f64 = (1..8).map(|unit| (change(unit) - rest(unit)).powi(2)).sum();
        assert!((sure.standard_error - (square / 7.0).sqrt()).abs() < 1e-12, "{sure:?}");
        assert!((sure.free - 6.0).abs() < 1e-12);
    }

    /// Two groups whose units all change alike are compared as by Welch.
    #[test]
    fn two_groups_are_compared_as_welch_does() {
        let panel = panel(3);
        let whole = group_time_effects(&panel, StaggeredOptions::default()).unwrap();
        let sure = whole.aggregate(Aggregation::Simple).unwrap().sureness.unwrap();
        let part = |units: std::ops::Range<usize>| {
            let of = |unit: usize| {
                f64::midpoint(panel.outcome[unit][2], panel.outcome[unit][3]) - panel.outcome[unit][1]
            };
            let (count, mean) = (units.len() as f64, units.clone().map(of).sum::<f64>() / units.len() as f64);
            (units.map(|unit| (of(unit) - mean).powi(2)).sum::<f64>() / (count - 1.0) / count, count)
        };
        let ((one, few), (other, many)) = (part(0..3), part(3..8));
        assert!((sure.standard_error - (one + other).sqrt()).abs() < 1e-12, "{sure:?}");
        let free = (one + other).powi(2) / (one * one / (few - 1.0) + other * other / (many - 1.0));
        assert!((sure.free - free).abs() < 1e-9, "{sure:?} {free}");
        assert!(placebo_sureness(&panel, StaggeredOptions::default(), Aggregation::Simple, (9, 1)).is_ok());
    }

    #[test]
    fn too_few_to_compare_with() {
        let of = |treated, draws| {
            placebo_sureness(&panel(treated), StaggeredOptions::default(), Aggregation::Simple, (draws, 1))
                .is_err()
        };
        assert!(of(4, 50) && of(1, 1) && !of(3, 50));
    }
}
