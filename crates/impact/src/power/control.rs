//! Synthetic control, with the rank among placebos in space.

use super::detectable::{Detectable, Found};
use crate::{BlockPanel, StatisticsError, least_squares::check_column, placebos_in_space, synthetic_control};

/// How a project is laid into the past.
#[derive(Clone, Debug, PartialEq)]
pub struct ControlPower {
    /// The units that are to be treated.
    pub treated: Vec<usize>,
    /// How many times the project is to last.
    pub after: usize,
    /// Into how many ends of the past it is laid, each a time earlier.
    pub lookback: usize,
    /// The chance of a false alarm that is allowed.
    pub alpha: f64,
    /// The power that is wanted.
    pub power: f64,
}

impl Default for ControlPower {
    fn default() -> Self {
        Self { treated: Vec::new(), after: 1, lookback: 10, alpha: 0.05, power: 0.8 }
    }
}

/// Lays the project into each end of the past, and finds the effect from which on the ratio of gaps of the treated would rank high enough
/// among those of the donors. The smallest effect is infinite when there are too few donors for any rank to be rare.
///
/// # Errors
/// When rows differ in length, values are not finite, a unit is not there or named twice, or the past or the donors are too few.
pub fn detectable_by_control(
    outcome: &[Vec<f64>],
    options: &ControlPower,
) -> Result<Detectable, StatisticsError> {
    let times = outcome.first().map_or(0, Vec::len);
    for (unit, row) in outcome.iter().enumerate() {
        check_column(&format!("unit {unit}"), row, times)?;
    }
    let treated = &options.treated;
    let twice = |place: usize| treated[..place].contains(&treated[place]);
    if let Some(place) = (0..treated.len()).find(|place| treated[*place] >= outcome.len() || twice(*place)) {
        let why = format!("unit {} is not there, or named twice", treated[place]);
        return Err(StatisticsError::NotIdentified { what: "the power".to_owned(), why });
    }
    let lookback = options.lookback.max(1);
    let wanted = options.after.saturating_add(lookback).saturating_add(1);
    if options.after == 0 || times < wanted {
        return Err(StatisticsError::TooFew {
            what: "times".to_owned(),
            found: times,
            wanted: wanted.max(4),
        });
    }
    let donors: Vec<usize> = (0..outcome.len()).filter(|unit| !treated.contains(unit)).collect();
    let one = |back: usize| {
        let end = times - back;
        let rows = donors.iter().chain(treated).map(|unit| outcome[*unit][..end].to_vec()).collect();
        placebo(&BlockPanel::new(rows, donors.len(), end - options.after)?, options.alpha)
    };
    let found: Vec<Found> = (0..lookback).map(one).collect::<Result<_, _>>()?;
    Detectable::of(&found, options.power)
}

fn placebo(panel: &BlockPanel, alpha: f64) -> Result<Found, StatisticsError> {
    let own = synthetic_control(panel)?;
    let placebos = placebos_in_space(panel, &own, |placebo, _| synthetic_control(placebo))?;
    let mut ratios: Vec<f64> = placebos.placebos.iter().map(|placebo| placebo.control.ratio()).collect();
    ratios.sort_by(|a, b| b.total_cmp(a));
    // So many units, the treated with them, may have a ratio as large.
    let rank = (alpha * (ratios.len() + 1) as f64 + 1e-9) as usize;
    let Some(bar) = rank.checked_sub(1).and_then(|place| ratios.get(place)) else {
        return Ok(Found { estimate: own.effect, thresholds: [f64::INFINITY; 2], alarm: false });
    };
    let alarm = own.ratio() > *bar;
    Ok(Found {
        estimate: own.effect,
        thresholds: [1.0, -1.0].map(|sign| own.effect_of_ratio(*bar, sign)),
        alarm,
    })
}
