//! What the method finds where nothing happened: in the place of the treated, at an earlier time, and without one of the donors.

use super::{BlockPanel, SyntheticControl};
use crate::{StatisticsError, Sureness};

/// A donor fits so much better before the treatment than the treated that its ratio says little: it is over-fitted.
const OVER_FITTED: f64 = 0.25;

/// A donor in the place of the treated.
#[derive(Clone, Debug, PartialEq)]
pub struct Placebo {
    /// Its place among the donors.
    pub donor: usize,
    /// What was found for it.
    pub control: SyntheticControl,
    /// Whether its gap before the treatment is so small beside that of the treated that its ratio should not be read.
    pub over_fitted: bool,
}

/// All donors in the place of the treated, one after the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Placebos {
    /// By donor.
    pub placebos: Vec<Placebo>,
    /// The part of all units, the treated with them, whose ratio of gaps after and before is at least that of the treated.
    pub p_value: f64,
    /// The same without donors that are over-fitted.
    pub p_value_of_comparable: f64,
    /// The place of the treated by ratio; 1 is the largest.
    pub rank: usize,
}

impl Placebos {
    /// How many donors are over-fitted; with many of them the plain rank should not be trusted.
    pub fn over_fitted(&self) -> usize {
        self.placebos.iter().filter(|placebo| placebo.over_fitted).count()
    }

    /// How sure the estimate is if the treated varies as donors do: the root mean square of what is found for them, without those that are
    /// over-fitted unless all are.
    pub fn sureness(&self) -> Sureness {
        let all = self.over_fitted() == self.placebos.len();
        let kept = self.placebos.iter().filter(|placebo| all || !placebo.over_fitted);
        let squares: Vec<f64> = kept.map(|placebo| placebo.control.effect.powi(2)).collect();
        let count = squares.len() as f64;
        Sureness { standard_error: (squares.iter().sum::<f64>() / count).sqrt(), free: count }
    }

    /// The smallest effect that is seen with such a chance when it must both rank at the level `alpha` and lie farther than `reach` from none: as it
    /// would be for donors, each among the others. Infinite when there are too few donors for any rank to be rare.
    pub fn detectable(&self, alpha: f64, reach: f64, power: f64) -> f64 {
        let all: Vec<f64> = self.placebos.iter().map(|placebo| placebo.control.ratio()).collect();
        let rank = (alpha * (all.len() + 1) as f64 + 1e-9) as usize;
        let mut bounds = Vec::with_capacity(2 * all.len());
        for (place, placebo) in self.placebos.iter().enumerate() {
            let mut others = all.clone();
            others.remove(place);
            others.sort_by(|a, b| b.total_cmp(a));
            let bar = rank.checked_sub(1).and_then(|rank| others.get(rank)).copied().unwrap_or(f64::INFINITY);
            let beyond = |sign: f64| {
                placebo.control.effect_of_ratio(bar, sign).max(reach - sign * placebo.control.effect)
            };
            bounds.extend([beyond(1.0), beyond(-1.0)]);
        }
        bounds.sort_by(f64::total_cmp);
        let place = (power * bounds.len() as f64).ceil() as usize;
        bounds.get(place.max(1) - 1).copied().unwrap_or(f64::INFINITY)
    }
}

/// Puts each donor in the place of the treated (Abadie, Diamond and Hainmueller 2010). `method` is told the donor's number, so that it can
/// bring what belongs to it.
///
/// # Errors
/// When there are fewer than two donors, or the method fails.
pub fn placebos_in_space(
    panel: &BlockPanel,
    treated: &SyntheticControl,
    method: impl Fn(&BlockPanel, usize) -> Result<SyntheticControl, StatisticsError>,
) -> Result<Placebos, StatisticsError> {
    if panel.donors < 2 {
        return Err(StatisticsError::TooFew { what: "donors".to_owned(), found: panel.donors, wanted: 2 });
    }
    let mut placebos = Vec::with_capacity(panel.donors);
    for donor in 0..panel.donors {
        let control = method(&panel.placebo(donor), donor)?;
        let over_fitted = control.error_before < OVER_FITTED * treated.error_before;
        placebos.push(Placebo { donor, control, over_fitted });
    }
    let own = treated.ratio();
    let beyond = |chosen: &[&Placebo]| {
        let count = chosen.iter().filter(|placebo| placebo.control.ratio() >= own).count();
        (count + 1, (count + 1) as f64 / (chosen.len() + 1) as f64)
    };
    let all: Vec<&Placebo> = placebos.iter().collect();
    let comparable: Vec<&Placebo> = placebos.iter().filter(|placebo| !placebo.over_fitted).collect();
    let ((rank, p_value), (_, p_value_of_comparable)) = (beyond(&all), beyond(&comparable));
    Ok(Placebos { placebos, p_value, p_value_of_comparable, rank })
}

/// Lets the treatment begin at an earlier time, when nothing happened yet; later times are left out. A gap from then on speaks against
/// the method.
///
/// # Errors
/// When too few times are left, or the method fails.
pub fn placebo_in_time(
    panel: &BlockPanel,
    begin: usize,
    method: impl Fn(&BlockPanel) -> Result<SyntheticControl, StatisticsError>,
) -> Result<SyntheticControl, StatisticsError> {
    let earlier = panel.outcome.iter().map(|row| row[..panel.before].to_vec()).collect();
    method(&BlockPanel::new(earlier, panel.donors, begin)?)
}

/// The estimate without one donor.
#[derive(Clone, Debug, PartialEq)]
pub struct LeftOut {
    /// Its place among the donors.
    pub donor: usize,
    /// What was found without it.
    pub control: SyntheticControl,
}

/// Leaves out each donor that has a weight, one after the other. An estimate that hangs on one donor shows it here.
///
/// # Errors
/// When no donor would be left, or the method fails.
pub fn leave_one_out(
    panel: &BlockPanel,
    treated: &SyntheticControl,
    method: impl Fn(&BlockPanel, usize) -> Result<SyntheticControl, StatisticsError>,
) -> Result<Vec<LeftOut>, StatisticsError> {
    let mut found = Vec::new();
    for donor in (0..panel.donors).filter(|donor| treated.weights[*donor] > 1e-6) {
        let mut outcome = panel.outcome.clone();
        outcome.remove(donor);
        let without = BlockPanel::new(outcome, panel.donors - 1, panel.before)?;
        found.push(LeftOut { donor, control: method(&without, donor)? });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic_control;

    #[test]
    fn what_placebos_could_show() {
        let value = |unit: usize, time: usize| {
            ((unit * 31 + time * 17 + unit * time) as f64 * 0.618).sin() + unit as f64 / 10.0
        };
        let rows =
            |units: usize| (0..units).map(|unit| (0..16).map(|time| value(unit, time)).collect()).collect();
        let placebos = |units: usize| {
            let panel = BlockPanel::new(rows(units), units - 1, 10).unwrap();
            let found = synthetic_control(&panel).unwrap();
            placebos_in_space(&panel, &found, |panel, _| synthetic_control(panel)).unwrap()
        };
        let many = placebos(25);
        let (least, reach) = (many.detectable(0.05, 0.0, 0.8), many.detectable(0.05, 50.0, 0.8));
        assert!(least > 0.0 && least < 20.0 && reach > 45.0, "{least} {reach}");
        assert!(many.detectable(0.05, 0.0, 0.5) <= least);
        assert!(placebos(8).detectable(0.05, 0.0, 0.8).is_infinite(), "seven donors have no rank of 5 %");
        let sure = many.sureness();
        assert!(sure.standard_error > 0.0 && sure.free <= 24.0);
    }
}
