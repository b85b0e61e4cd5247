//! Effects by group and time since treatment from one regression (Sun and Abraham 2021).

use std::collections::{BTreeMap, BTreeSet};

use faer::Mat;

use crate::{Correction, Design, Errors, Fit, StatisticsError, Sureness, fit, within};

/// The rows of a panel that need not be balanced.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PanelRows {
    /// The unit of each row.
    pub unit: Vec<usize>,
    /// The time of each row.
    pub time: Vec<i64>,
    /// The outcome of each row.
    pub outcome: Vec<f64>,
    /// When the unit of the row was first treated; nothing for never.
    pub first_treated: Vec<Option<i64>>,
    /// Other columns, without an intercept.
    pub covariates: Design,
}

/// The effect on units of one first treatment, so long after it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CohortEffect {
    /// When they were first treated.
    pub group: i64,
    /// Times since then; the last time before treatment at which its group is seen (−1 where none is missing) is what the others are
    /// compared with.
    pub since: i64,
    /// The effect, in units of the outcome.
    pub effect: f64,
    /// Its standard error, clustered by unit.
    pub standard_error: f64,
    rows: usize,
}

/// An effect and its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mean {
    /// Times since treatment; nothing for the mean over all from treatment on.
    pub since: Option<i64>,
    /// The effect, weighted by the rows of each group.
    pub effect: f64,
    /// Its standard error; the weights count as known.
    pub standard_error: f64,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct CohortEffects {
    /// By group, then time since treatment.
    pub effects: Vec<CohortEffect>,
    covariance: Mat<f64>,
    fit: Fit,
    /// The coefficient of each effect.
    places: Vec<usize>,
    unit: Vec<usize>,
    time: Vec<usize>,
}

impl CohortEffects {
    /// The mean effect so long after treatment, or over all rows from treatment on.
    pub fn mean(&self, since: Option<i64>) -> Option<Mean> {
        let own = self.shares(since)?;
        let shares = Mat::from_fn(own.len(), 1, |row, _| own[row]);
        let variance = (shares.transpose() * &self.covariance * &shares)[(0, 0)];
        let effect = self.effects.iter().zip(&own).map(|(e, share)| e.effect * share).sum();
        Some(Mean { since, effect, standard_error: variance.max(0.0).sqrt() })
    }

    /// How sure the mean effect is when cohorts are small.
    ///
    /// # Errors
    /// When there is no such effect, or a cohort is a single unit.
    pub fn sureness(&self, since: Option<i64>) -> Result<Sureness, StatisticsError> {
        let Some(own) = self.shares(since) else {
            let why = "no group is seen then".to_owned();
            return Err(StatisticsError::NotIdentified { what: "the mean effect".to_owned(), why });
        };
        let mut shares = vec![0.0; self.fit.coefficients.len()];
        self.places.iter().zip(own).for_each(|(place, share)| shares[*place] = share);
        self.fit.sureness(&shares, &self.unit, &self.time)
    }

    /// What each effect counts in the mean.
    fn shares(&self, since: Option<i64>) -> Option<Vec<f64>> {
        let wanted = |effect: &CohortEffect| since.map_or(effect.since >= 0, |since| effect.since == since);
        let weight = |effect: &CohortEffect| if wanted(effect) { effect.rows as f64 } else { 0.0 };
        let weights: Vec<f64> = self.effects.iter().map(weight).collect();
        let total: f64 = weights.iter().sum();
        (total > 0.0).then(|| weights.into_iter().map(|weight| weight / total).collect())
    }

    /// The mean effects at each time since treatment, rising.
    pub fn course(&self) -> Vec<Mean> {
        let times: BTreeSet<i64> = self.effects.iter().map(|effect| effect.since).collect();
        times.into_iter().filter_map(|since| self.mean(Some(since))).collect()
    }
}

/// Fits an effect for each group and time since treatment, with fixed effects of units and times, and errors clustered by unit. Where no
/// unit is never treated, the group treated last is what the others are compared with, up to its treatment. Where times are missing, each
/// group is compared with the last time before its own treatment.
///
/// # Errors
/// When lengths differ, a value is not finite, or no effect is identified.
pub fn cohort_effects(panel: &PanelRows) -> Result<CohortEffects, StatisticsError> {
    let before = last_before(panel);
    let kept = kept_rows(panel, &before);
    let take = |column: &[f64]| kept.iter().map(|row| column[*row]).collect::<Vec<f64>>();
    let unit: Vec<usize> = kept.iter().map(|row| panel.unit[*row]).collect();
    let times: Vec<i64> = kept.iter().map(|row| panel.time[*row]).collect();
    let distinct: Vec<i64> = times.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let time: Vec<usize> = times.iter().map(|time| distinct.partition_point(|known| known < time)).collect();
    let compared = last_group(panel);
    let cell = |row: usize| {
        let group = panel.first_treated[kept[row]].filter(|group| Some(*group) != compared)?;
        Some((group, times[row] - group)).filter(|_| before.get(&group) != Some(&times[row]))
    };
    let cells: Vec<Option<(i64, i64)>> = (0..kept.len()).map(cell).collect();
    let names: Vec<(i64, i64)> =
        cells.iter().flatten().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let mut design = Design::new();
    for name in &names {
        let column = cells.iter().map(|cell| f64::from(u8::from(cell.as_ref() == Some(name)))).collect();
        design.push(format!("{} {}", name.0, name.1), column);
    }
    for (name, column) in panel.covariates.names().iter().zip(panel.covariates.columns()) {
        design.push(name.clone(), take(column));
    }
    let absorbed = within(&take(&panel.outcome), &design, &[&unit, &time], None)?;
    let fit = fit(&absorbed.design, &absorbed.outcome, None)?;
    let correction = Correction::Finite { absorbed: absorbed.levels[1] };
    let covariance = fit.covariance(&Errors::Clustered(vec![unit.clone()]), correction)?;
    let found: Vec<(usize, (i64, i64))> = names
        .iter()
        .filter_map(|name| Some((fit.index(&format!("{} {}", name.0, name.1))?, *name)))
        .collect();
    let effects = found.iter().map(|(place, (group, since))| CohortEffect {
        group: *group,
        since: *since,
        effect: fit.coefficients[*place],
        standard_error: covariance[(*place, *place)].max(0.0).sqrt(),
        rows: cells.iter().filter(|cell| **cell == Some((*group, *since))).count(),
    });
    let own = Mat::from_fn(found.len(), found.len(), |a, b| covariance[(found[a].0, found[b].0)]);
    let effects = effects.collect();
    let places = found.iter().map(|(place, _)| *place).collect();
    Ok(CohortEffects { effects, covariance: own, fit, places, unit, time })
}

/// The group treated last, when no unit is never treated.
fn last_group(panel: &PanelRows) -> Option<i64> {
    if panel.first_treated.contains(&None) {
        None
    } else {
        panel.first_treated.iter().flatten().max().copied()
    }
}

/// For each group the last time before its treatment at which it is seen.
fn last_before(panel: &PanelRows) -> BTreeMap<i64, i64> {
    let mut last = BTreeMap::new();
    for (time, first) in panel.time.iter().zip(&panel.first_treated) {
        if let Some(group) = first.filter(|group| time < group) {
            let known = last.entry(group).or_insert(*time);
            *known = (*known).max(*time);
        }
    }
    last
}

/// Rows of groups that are seen untreated, and before the group treated last is treated when it is what others are compared with.
fn kept_rows(panel: &PanelRows, before: &BTreeMap<i64, i64>) -> Vec<usize> {
    let end = last_group(panel).unwrap_or(i64::MAX);
    let seen_before = |row: &usize| panel.first_treated[*row].is_none_or(|first| before.contains_key(&first));
    (0..panel.unit.len()).filter(|row| seen_before(row) && panel.time[*row] < end).collect()
}
