//! A project in one line.

use jiff::civil::Date;
use serde::Serialize;

use crate::{
    Programme,
    following::{Confidence, ConfidenceLimits, Progress, confidence, progress},
    schedule::{Forecast, forecast},
    types::{
        Answer, AreaId, Benefit, BudgetLine, CallId, Euros, Evaluation, EvaluationId, ExpectedEffect,
        IndicatorId, Level, Milestone, OrganisationId, Outcome, PillarId, Project, ProjectId, ProjectState,
        Quantity, Sign, Span, Words, days_between,
    },
};

/// Money over all sources and years.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Money {
    /// What was planned.
    pub planned: Euros,
    /// What is bound by contracts.
    pub committed: Euros,
    /// What has been paid.
    pub spent: Euros,
    /// What is now thought to be needed.
    pub forecast: Euros,
}

impl Money {
    /// The sum of lines.
    pub fn of<'a>(lines: impl IntoIterator<Item = &'a BudgetLine>) -> Self {
        let mut sum = Self::default();
        for line in lines {
            sum.add(Self {
                planned: line.planned,
                committed: line.committed,
                spent: line.spent,
                forecast: line.forecast,
            });
        }
        sum
    }

    /// Adds other money.
    pub fn add(&mut self, other: Self) {
        self.planned += other.planned;
        self.committed += other.committed;
        self.spent += other.spent;
        self.forecast += other.forecast;
    }
}

/// What a project is expected to change of one indicator, or of an outcome that stands for it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Expected {
    /// The indicator.
    pub indicator: IndicatorId,
    /// The outcome that stands for it; nothing when the indicator itself should move.
    pub outcome: Option<Outcome>,
    /// Which way it should move.
    pub sign: Sign,
    /// The least change expected, in the unit of the outcome or else of the indicator, 0 or more.
    pub low: f64,
    /// The greatest change expected.
    pub high: f64,
    /// How sure what is known about it is, 1 to 5.
    pub grade: u8,
}

impl Expected {
    /// From an expected effect.
    pub fn of(effect: &ExpectedEffect) -> Self {
        Self {
            indicator: effect.indicator.clone(),
            outcome: effect.outcome.clone(),
            sign: effect.sign,
            low: effect.size_low,
            high: effect.size_high,
            grade: effect.evidence_grade,
        }
    }

    /// What it should move.
    pub fn quantity(&self) -> Quantity<'_> {
        Quantity { indicator: Some(&self.indicator), outcome: self.outcome.as_ref() }
    }

    /// The ends of the change, below 0 where it should fall, the lower end first.
    pub fn ends(&self) -> (f64, f64) {
        match self.sign {
            Sign::Increase => (self.low, self.high),
            Sign::Decrease => (-self.high, -self.low),
        }
    }
}

/// Where the indicator that a project acts on stands. It moves for many reasons: it tells neither of progress nor of effect.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IndicatorLevel {
    /// The indicator.
    pub indicator: IndicatorId,
    /// The area: the first of the project in which the indicator is known.
    pub area: AreaId,
    /// Where it stands.
    pub level: Level,
}

/// What an evaluation attributes to a project.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Attributed {
    /// The evaluation.
    pub evaluation: EvaluationId,
    /// The indicator that was measured, or for which the outcome stands.
    pub indicator: Option<IndicatorId>,
    /// The outcome that was measured; nothing when the indicator itself was.
    pub outcome: Option<Outcome>,
    /// The estimate, in the unit of what was observed.
    pub estimate: f64,
    /// The ends of its interval.
    pub interval: Option<(f64, f64)>,
    /// What it says.
    pub answer: Answer,
    /// How sure it is, 1 to 5.
    pub grade: u8,
}

impl Attributed {
    /// What a measured evaluation says; nothing before it could be computed.
    pub fn of(evaluation: &Evaluation) -> Option<Self> {
        let measured = evaluation.measured.as_ref()?;
        Some(Self {
            evaluation: evaluation.id.clone(),
            indicator: evaluation.indicator.clone(),
            outcome: evaluation.outcome.clone(),
            estimate: measured.estimate,
            interval: measured.interval,
            answer: measured.answer,
            grade: measured.grade,
        })
    }

    /// What was measured.
    pub fn quantity(&self) -> Quantity<'_> {
        Quantity { indicator: self.indicator.as_ref(), outcome: self.outcome.as_ref() }
    }
}

/// What benefits with a price come to, in euros over all years.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct BenefitSum {
    /// Promised; nothing when no benefit has a price.
    pub promised: Option<f64>,
    /// Come.
    pub realised: Option<f64>,
    /// How many benefits have no price and count nothing here.
    pub without_price: usize,
}

/// Whether what is written is still said to be so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum StalenessState {
    /// The owner confirmed it lately, or the project needs no confirmation any more.
    Fresh,
    /// The owner is to confirm it.
    Ageing,
    /// The owner has not confirmed it for long, or ever.
    Stale,
}

/// When the owner last confirmed what is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Staleness {
    /// The day.
    pub last: Option<Date>,
    /// Days since then.
    pub days: Option<i64>,
    /// What that means.
    pub state: StalenessState,
}

/// A project in one line. Progress is work done, the level is where an indicator stands, the attributed effect is what was measured of the
/// project: none is made of another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// The project.
    pub id: ProjectId,
    /// What it is called.
    pub name: Words,
    /// The pillar it belongs to.
    pub pillar: PillarId,
    /// The call it applied to.
    pub call: Option<CallId>,
    /// How far it has come.
    pub state: ProjectState,
    /// From its start to its end.
    pub span: Span,
    /// Who answers for it.
    pub owner: Option<OrganisationId>,
    /// The areas it acts in.
    pub areas: Vec<AreaId>,
    /// How far the work has come; nothing without milestones.
    pub progress: Option<Progress>,
    /// Where the indicator of its first expected effect stands.
    pub level: Option<IndicatorLevel>,
    /// What was measured of it, the surest first.
    pub attributed: Vec<Attributed>,
    /// What the figures say with their reasons, beside what a person signed; nothing when milestones do not hang together.
    pub confidence: Option<Confidence>,
    /// Why there is no computed confidence, in English.
    pub fault: Option<String>,
    /// Its money.
    pub money: Money,
    /// The day on which its last milestone will be reached.
    pub ends_on: Option<Date>,
    /// Days from the first agreed end to that one; above 0 is late.
    pub drift_days: Option<i64>,
    /// What it is expected to change.
    pub expected: Vec<Expected>,
    /// The grade of the least sure of its expected effects, 1 to 5.
    pub evidence_grade: Option<u8>,
    /// What its benefits come to.
    pub benefit: BenefitSum,
    /// When its owner last confirmed it.
    pub confirmed: Staleness,
}

/// Limits by which lines are computed.
pub type LineLimits = ConfidenceLimits;

/// The lines of all projects as of `today`, in the order of identifiers.
pub fn lines(programme: &Programme, limits: LineLimits, today: Date) -> Vec<Line> {
    programme.projects.values().map(|project| line(programme, project, limits, today)).collect()
}

/// The line of a project as of `today`.
pub fn line(programme: &Programme, project: &Project, limits: LineLimits, today: Date) -> Line {
    let own = programme.milestones.of(&project.id);
    let network = programme.network(&project.id);
    let found = confidence(programme.followed(project, &network), limits, today);
    let (found, fault) = match found {
        Ok(found) => (Some(found), None),
        Err(error) => (None, Some(error.to_string())),
    };
    let ends_on = end(own, &network, project, today);
    let agreed = own.iter().filter_map(|milestone| milestone.baseline_on.or(milestone.planned_on)).max();
    let effects = programme.effects.of(&project.id);
    Line {
        id: project.id.clone(),
        name: project.name.clone(),
        pillar: project.pillar.clone(),
        call: project.call.clone(),
        state: project.state,
        span: project.span,
        owner: project.owner.clone(),
        areas: project.areas.clone(),
        progress: progress(own, today),
        level: level(programme, project, effects),
        attributed: attributed(programme, project),
        confidence: found,
        fault,
        money: Money::of(programme.money.of(&project.id)),
        ends_on,
        drift_days: agreed.zip(ends_on).map(|(agreed, end)| days_between(agreed, end)),
        expected: effects.iter().map(Expected::of).collect(),
        evidence_grade: effects.iter().map(|effect| effect.evidence_grade).min(),
        benefit: benefit(programme.benefits.of(&project.id)),
        confirmed: staleness(project, limits, today),
    }
}

fn end(own: &[Milestone], network: &[Milestone], project: &Project, today: Date) -> Option<Date> {
    if matches!(project.state, ProjectState::Stopped | ProjectState::Rejected) {
        return None;
    }
    let mut forecasts = forecast(network, today).ok()?;
    // In the order of identifiers.
    forecasts.retain(|one| own.binary_search_by(|milestone| milestone.id.cmp(&one.milestone)).is_ok());
    Forecast::end(&forecasts)
}

fn level(programme: &Programme, project: &Project, effects: &[ExpectedEffect]) -> Option<IndicatorLevel> {
    effects.iter().find_map(|effect| {
        let mut areas = effect.areas.iter().chain(&project.areas);
        areas.find_map(|area| {
            let level = programme.level(&effect.indicator, area)?.clone();
            Some(IndicatorLevel { indicator: effect.indicator.clone(), area: area.clone(), level })
        })
    })
}

fn attributed(programme: &Programme, project: &Project) -> Vec<Attributed> {
    let mut found: Vec<Attributed> =
        programme.evaluations_of(&project.id).filter_map(Attributed::of).collect();
    // Stable: of equals, the first by identifier stays first.
    found.sort_by_key(|one| std::cmp::Reverse(one.grade));
    found
}

fn benefit(benefits: &[Benefit]) -> BenefitSum {
    let mut sum = BenefitSum::default();
    for benefit in benefits {
        let Some(value) = benefit.unit_value else {
            sum.without_price += 1;
            continue;
        };
        let worth = |years: &std::collections::BTreeMap<i16, f64>| value * years.values().sum::<f64>();
        *sum.promised.get_or_insert(0.0) += worth(&benefit.promised);
        *sum.realised.get_or_insert(0.0) += worth(&benefit.realised);
    }
    sum
}

/// Only projects that are chosen or under way are to be confirmed.
fn staleness(project: &Project, limits: LineLimits, today: Date) -> Staleness {
    let days = project.confirmed_on.map(|day| days_between(day, today));
    let active = matches!(project.state, ProjectState::Chosen | ProjectState::Running);
    let (ageing, stale) = limits.stale_days;
    let state = match days {
        _ if !active => StalenessState::Fresh,
        Some(days) if days < ageing => StalenessState::Fresh,
        Some(days) if days < stale => StalenessState::Ageing,
        _ => StalenessState::Stale,
    };
    Staleness { last: project.confirmed_on, days, state }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn benefits_without_a_price_count_nothing_and_are_told() {
        let benefit = |value: Option<f64>| Benefit {
            id: "b".into(),
            name: Words::default(),
            project: "p".into(),
            owner: None,
            indicator: None,
            unit: "C62".into(),
            promised: [(2026, 10.0), (2027, 20.0)].into(),
            realised: [(2026, 8.0)].into(),
            unit_value: value,
        };
        let sum = super::benefit(&[benefit(Some(2.0)), benefit(None)]);
        assert_eq!(sum, BenefitSum { promised: Some(60.0), realised: Some(16.0), without_price: 1 });
        assert_eq!(super::benefit(&[benefit(None)]).promised, None);
    }

    #[test]
    fn only_projects_under_way_grow_stale() {
        let today = jiff::civil::date(2026, 11, 30);
        let mut project = Project { state: ProjectState::Running, ..Project::default() };
        let limits = LineLimits::default();
        let state = |project: &Project| staleness(project, limits, today).state;
        assert_eq!(state(&project), StalenessState::Stale);
        project.confirmed_on = Some(jiff::civil::date(2026, 10, 10));
        assert_eq!(state(&project), StalenessState::Ageing);
        project.confirmed_on = Some(jiff::civil::date(2026, 11, 10));
        assert_eq!(state(&project), StalenessState::Fresh);
        project.confirmed_on = None;
        project.state = ProjectState::Finished;
        assert_eq!(state(&project), StalenessState::Fresh);
    }
}
