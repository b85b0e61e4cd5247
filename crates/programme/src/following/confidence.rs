//! How sure it is that a project keeps what it promised: a colour with its reasons, beside the colour that a person signed.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    ProgrammeError,
    schedule::{Forecast, drifts, forecast},
    types::{
        BudgetLine, Colour, Euros, Gate, Judgement, Milestone, MilestoneId, Project, ProjectState, Risk,
        RiskId, days_between,
    },
};

/// From where on something is amber or red. Days, parts and weights at the limit count.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConfidenceLimits {
    /// Days by which the forecast end lies after the first agreed one.
    pub drift_days: (i64, i64),
    /// The part by which a year's money goes over its plan.
    pub overspend: (f64, f64),
    /// Probability by severity of an open risk, 1 to 25.
    pub risk: (u8, u8),
    /// Days for which a gate has been missed.
    pub gate_days: (i64, i64),
    /// Days since the owner last confirmed.
    pub stale_days: (i64, i64),
}

impl Default for ConfidenceLimits {
    fn default() -> Self {
        Self {
            drift_days: (30, 90),
            overspend: (0.05, 0.15),
            risk: (10, 16),
            gate_days: (1, 30),
            stale_days: (45, 90),
        }
    }
}

/// Why a project is not green, with the figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Reason {
    /// The end has moved.
    Drift {
        /// Amber or red.
        colour: Colour,
        /// Days from the first agreed end to the forecast one.
        days: i64,
        /// The milestone that will be reached last.
        last: MilestoneId,
    },
    /// A year needs more money than was planned.
    Overspend {
        /// Amber or red.
        colour: Colour,
        /// The year.
        year: i16,
        /// What was planned.
        planned: Euros,
        /// What it has come to, or is thought to: the most of spent, committed and forecast; what was spent for years gone by.
        outlook: Euros,
    },
    /// A risk weighs heavily.
    Risk {
        /// Amber or red.
        colour: Colour,
        /// The risk.
        risk: RiskId,
        /// 1 to 5.
        probability: u8,
        /// 1 to 5.
        severity: u8,
    },
    /// A gate should have been passed.
    MissedGate {
        /// Amber or red.
        colour: Colour,
        /// The milestone.
        milestone: MilestoneId,
        /// The gate.
        gate: Gate,
        /// For how many days.
        days: i64,
    },
    /// The owner has not confirmed for long, or ever.
    Stale {
        /// Amber or red.
        colour: Colour,
        /// When the owner last did.
        last: Option<Date>,
        /// How many days ago; nothing when never.
        days: Option<i64>,
    },
}

impl Reason {
    /// How bad it is.
    pub fn colour(&self) -> Colour {
        match self {
            Self::Drift { colour, .. }
            | Self::Overspend { colour, .. }
            | Self::Risk { colour, .. }
            | Self::MissedGate { colour, .. }
            | Self::Stale { colour, .. } => *colour,
        }
    }
}

/// A project with all it is followed by.
#[derive(Clone, Copy, Debug)]
pub struct Followed<'a> {
    /// The project.
    pub project: &'a Project,
    /// Its milestones, and those of others that they depend on.
    pub milestones: &'a [Milestone],
    /// Its money.
    pub money: &'a [BudgetLine],
    /// Its risks.
    pub risks: &'a [Risk],
}

/// What the figures say, beside what a person signed. Neither overrules the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Confidence {
    /// The worst colour of all reasons; green without any.
    pub computed: Colour,
    /// The reasons, worst first.
    pub reasons: Vec<Reason>,
    /// What a person signed.
    pub signed: Option<Judgement>,
    /// Whether both are there and differ.
    pub differ: bool,
}

/// The computed confidence of a project as of `today`. Projects that have ended, or were not chosen, cannot be late or stale any more: only
/// their money and what they reached count.
///
/// # Errors
/// When milestones wait for each other in a circle or for one that is not there.
pub fn confidence(
    followed: Followed<'_>,
    limits: ConfidenceLimits,
    today: Date,
) -> Result<Confidence, ProgrammeError> {
    let mut reasons = Vec::new();
    let active = matches!(followed.project.state, ProjectState::Chosen | ProjectState::Running);
    reasons.extend(drift(followed, limits, today)?);
    reasons.extend(overspends(followed.money, limits, today));
    if active {
        reasons.extend(gates(followed, limits, today));
        reasons.extend(followed.risks.iter().filter_map(|risk| weighs(risk, limits)));
        reasons.extend(stale(followed.project, limits, today));
    }
    // Stable: reasons of one colour keep their order.
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.colour()));
    let computed = reasons.first().map(Reason::colour).unwrap_or_default();
    let signed = followed.project.judgement.clone();
    let differ = signed.as_ref().is_some_and(|judgement| judgement.colour != computed);
    Ok(Confidence { computed, reasons, signed, differ })
}

fn colour<T: PartialOrd + Copy>(value: T, (amber, red): (T, T)) -> Option<Colour> {
    match value {
        value if value >= red => Some(Colour::Red),
        value if value >= amber => Some(Colour::Amber),
        _ => None,
    }
}

fn drift(
    followed: Followed<'_>,
    limits: ConfidenceLimits,
    today: Date,
) -> Result<Option<Reason>, ProgrammeError> {
    let own = |id: &MilestoneId| {
        followed
            .milestones
            .iter()
            .any(|milestone| milestone.id == *id && milestone.project == followed.project.id)
    };
    let mut forecasts = forecast(followed.milestones, today)?;
    forecasts.retain(|forecast| own(&forecast.milestone));
    let Some(last) = forecasts.iter().max_by_key(|forecast| forecast.on) else { return Ok(None) };
    let agreed = followed
        .milestones
        .iter()
        .filter(|milestone| milestone.project == followed.project.id)
        .filter_map(|milestone| milestone.baseline_on.or(milestone.planned_on))
        .max();
    let Some((agreed, end)) = agreed.zip(Forecast::end(&forecasts)) else { return Ok(None) };
    let days = days_between(agreed, end);
    Ok(colour(days, limits.drift_days).map(|colour| Reason::Drift {
        colour,
        days,
        last: last.milestone.clone(),
    }))
}

fn overspends(money: &[BudgetLine], limits: ConfidenceLimits, today: Date) -> Vec<Reason> {
    let mut years: BTreeMap<i16, (Euros, Euros)> = BTreeMap::new();
    for line in money {
        let outlook = if line.year < today.year() {
            line.spent
        } else {
            line.spent.max(line.committed).max(line.forecast)
        };
        let year = years.entry(line.year).or_default();
        year.0 += line.planned;
        year.1 += outlook;
    }
    let reason = |(year, (planned, outlook)): (i16, (Euros, Euros))| {
        let over = (outlook - planned).as_f64();
        // Money that nobody planned is over by all of it.
        let part = if planned > Euros::ZERO { over / planned.as_f64() } else { f64::INFINITY };
        let colour = if over > 0.0 { colour(part, limits.overspend) } else { None };
        colour.map(|colour| Reason::Overspend { colour, year, planned, outlook })
    };
    years.into_iter().filter_map(reason).collect()
}

fn gates(followed: Followed<'_>, limits: ConfidenceLimits, today: Date) -> Vec<Reason> {
    let own: Vec<Milestone> = followed
        .milestones
        .iter()
        .filter(|milestone| milestone.project == followed.project.id && milestone.gate != Gate::None)
        .cloned()
        .collect();
    let missed = |(milestone, overdue): (&Milestone, bool)| {
        let planned = milestone.planned_on.or(milestone.baseline_on).filter(|_| overdue)?;
        let days = days_between(planned, today);
        Some(Reason::MissedGate {
            colour: colour(days, limits.gate_days)?,
            milestone: milestone.id.clone(),
            gate: milestone.gate,
            days,
        })
    };
    let overdue = drifts(&own, today).into_iter().map(|drift| drift.overdue);
    own.iter().zip(overdue).filter_map(missed).collect()
}

fn weighs(risk: &Risk, limits: ConfidenceLimits) -> Option<Reason> {
    let colour = colour(risk.weight(), limits.risk).filter(|_| risk.is_open())?;
    Some(Reason::Risk {
        colour,
        risk: risk.id.clone(),
        probability: risk.probability,
        severity: risk.severity,
    })
}

fn stale(project: &Project, limits: ConfidenceLimits, today: Date) -> Option<Reason> {
    let days = project.confirmed_on.map(|day| days_between(day, today));
    let colour = match days {
        Some(days) => colour(days, limits.stale_days)?,
        // Nobody has ever said that it is so; how long it has been written is not known.
        None => Colour::Amber,
    };
    Some(Reason::Stale { colour, last: project.confirmed_on, days })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::types::{RiskState, Words};

    fn project() -> Project {
        Project {
            id: "p".into(),
            owner: Some("city".into()),
            state: ProjectState::Running,
            confirmed_on: Some(date(2026, 5, 20)),
            ..Project::default()
        }
    }

    fn line(year: i16, planned: i64, spent: i64, forecast: i64) -> BudgetLine {
        let [planned, committed, spent, forecast] = [planned, 0, spent, forecast].map(Euros);
        BudgetLine { project: "p".into(), source: "city".into(), year, planned, committed, spent, forecast }
    }

    fn of(project: &Project, milestones: &[Milestone], money: &[BudgetLine], risks: &[Risk]) -> Confidence {
        let followed = Followed { project, milestones, money, risks };
        confidence(followed, ConfidenceLimits::default(), date(2026, 6, 1)).unwrap()
    }

    #[test]
    fn green_needs_no_reasons() {
        let found = of(&project(), &[], &[line(2026, 100, 20, 100)], &[]);
        assert_eq!((found.computed, found.reasons.len(), found.differ), (Colour::Green, 0, false));
    }

    #[test]
    fn each_reason_has_its_figures() {
        let mut gate = Milestone::new("dpia", "p");
        (gate.gate, gate.baseline_on) = (Gate::Dpia, Some(date(2026, 5, 1)));
        let risk = Risk {
            id: "r".into(),
            name: Words::default(),
            project: "p".into(),
            probability: 4,
            severity: 4,
            state: RiskState::Open,
            due_on: None,
            owner: None,
        };
        let mut project = project();
        project.confirmed_on = None;
        project.judgement = Some(Judgement {
            colour: Colour::Green,
            by: "Ada".into(),
            on: date(2026, 5, 30),
            reason: Words::default(),
        });
        let money = [line(2025, 100, 104, 200), line(2026, 100, 50, 110)];
        let found = of(&project, &[gate], &money, std::slice::from_ref(&risk));
        assert_eq!((found.computed, found.differ), (Colour::Red, true));
        let wanted = [
            Reason::MissedGate { colour: Colour::Red, milestone: "dpia".into(), gate: Gate::Dpia, days: 31 },
            Reason::Risk { colour: Colour::Red, risk: "r".into(), probability: 4, severity: 4 },
            Reason::Drift { colour: Colour::Amber, days: 31, last: "dpia".into() },
            Reason::Overspend { colour: Colour::Amber, year: 2026, planned: Euros(100), outlook: Euros(110) },
            Reason::Stale { colour: Colour::Amber, last: None, days: None },
        ];
        assert_eq!(found.reasons, wanted);
        let mitigated = Risk { state: RiskState::Mitigated, ..risk };
        assert_eq!(of(&super::tests::project(), &[], &[], &[mitigated]).computed, Colour::Green);
    }

    #[test]
    fn money_that_nobody_planned_is_red() {
        assert_eq!(of(&project(), &[], &[line(2026, 0, 1, 0)], &[]).computed, Colour::Red);
    }
}
