//! Every rule as one row of whole numbers: the sum over what is taken is at most a limit.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    question::{Candidate, Question},
    rules::{AreaFloor, AreaMinimum, PillarFloor, PillarMinimum, Rule, Violation},
};
use crate::{
    ProgrammeError,
    error::first_twice,
    types::{AreaId, BasisPoints, ProjectId},
};

/// Scores are counted in so many parts of one.
pub(super) const PARTS: f64 = 1e6;
/// Sums up to here, ten thousand times over, stay within 64 bits.
const MOST_SUM: i64 = 100_000_000_000_000;
/// More projects than any call for projects has had; the tables of the solver grow with its square.
const MOST_PROJECTS: usize = 2_000;

/// The sum of coefficients over what is taken is at most the limit.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) rule: Rule,
    /// Places of projects with coefficients other than 0, rising.
    pub(super) terms: Vec<(usize, i64)>,
    pub(super) limit: i64,
}

impl Row {
    pub(super) fn activity(&self, taken: &[bool]) -> i64 {
        self.terms.iter().filter(|(at, _)| taken.get(*at) == Some(&true)).map(|(_, by)| by).sum()
    }

    pub(super) fn excess(&self, taken: &[bool]) -> i64 {
        self.activity(taken).saturating_sub(self.limit).max(0)
    }
}

/// A question in whole numbers; projects in the order of their identifiers.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    pub(super) ids: Vec<ProjectId>,
    /// In millionths of a point.
    pub(super) values: Vec<i64>,
    pub(super) costs: Vec<i64>,
    pub(super) rows: Vec<Row>,
}

impl Problem {
    pub(super) fn new(question: &Question) -> Result<Self, ProgrammeError> {
        let mut candidates: Vec<&Candidate> = question.candidates.iter().collect();
        candidates.sort_by(|a, b| a.id.cmp(&b.id));
        check(question, &candidates)?;
        let values: Vec<i64> =
            candidates.iter().map(|candidate| (candidate.score * PARTS).round() as i64).collect();
        let costs = candidates.iter().map(|candidate| candidate.cost().0).collect();
        let rows = Builder { candidates: &candidates, values: &values }.rows(question)?;
        Ok(Self {
            ids: candidates.iter().map(|candidate| candidate.id.clone()).collect(),
            values,
            costs,
            rows,
        })
    }

    pub(super) fn value(&self, taken: &[bool]) -> i64 {
        self.values.iter().zip(taken).filter(|(_, taken)| **taken).map(|(value, _)| value).sum()
    }

    pub(super) fn keeps(&self, taken: &[bool]) -> bool {
        self.rows.iter().all(|row| row.excess(taken) == 0)
    }

    pub(super) fn violations(&self, taken: &[bool]) -> Vec<Violation> {
        let broken = |row: &Row| {
            let by = row.excess(taken);
            (by > 0).then(|| Violation { rule: row.rule.clone(), by })
        };
        self.rows.iter().filter_map(broken).collect()
    }

    pub(super) fn taken(&self, chosen: &BTreeSet<ProjectId>) -> Vec<bool> {
        self.ids.iter().map(|id| chosen.contains(id)).collect()
    }

    pub(super) fn without(&self, rule: usize) -> Self {
        let rows = self.rows.iter().enumerate().filter(|(at, _)| *at != rule).map(|(_, row)| row.clone());
        Self { rows: rows.collect(), ..self.clone() }
    }
}

fn check(question: &Question, candidates: &[&Candidate]) -> Result<(), ProgrammeError> {
    if candidates.len() > MOST_PROJECTS {
        let what = "projects to choose from".to_owned();
        return Err(ProgrammeError::TooMany { what, found: candidates.len(), most: MOST_PROJECTS });
    }
    if let Some(id) = first_twice(candidates.iter().map(|candidate| &candidate.id)) {
        return Err(ProgrammeError::Twice { what: "the project", id: id.to_string() });
    }
    let (mut value, mut cost) = (0.0, 0_i64);
    for candidate in candidates {
        if !candidate.score.is_finite() {
            let what = format!("the score of {}", candidate.id);
            return Err(ProgrammeError::number(what, candidate.score, "a finite number"));
        }
        value += (candidate.score * PARTS).abs();
        for part in &candidate.costs {
            if part.amount.0 < 0 {
                let what = format!("a cost of {}", candidate.id);
                return Err(ProgrammeError::number(what, part.amount, "0 or more"));
            }
            cost = cost.saturating_add(part.amount.0);
        }
    }
    if value > MOST_SUM as f64 {
        return Err(ProgrammeError::number("the sum of scores", value / PARTS, "at most a hundred million"));
    }
    if cost > MOST_SUM {
        return Err(ProgrammeError::number("the sum of costs", cost, "at most a hundred million millions"));
    }
    let whole = |part: BasisPoints| part.0 <= BasisPoints::WHOLE;
    let pillars = question.rules.pillars.iter().filter_map(|floor| match floor.minimum {
        PillarMinimum::MoneyShare(part) => Some(part),
        PillarMinimum::Count(_) => None,
    });
    let areas = question.rules.areas.iter().filter_map(|floor| match floor.minimum {
        AreaMinimum::ValueShare(part) => Some(part),
        AreaMinimum::Count(_) => None,
    });
    match pillars.chain(areas).find(|part| !whole(*part)) {
        Some(part) => Err(ProgrammeError::number("a share", part, "at most the whole")),
        None => Ok(()),
    }
}

struct Builder<'a> {
    candidates: &'a [&'a Candidate],
    values: &'a [i64],
}

impl Builder<'_> {
    fn rows(&self, question: &Question) -> Result<Vec<Row>, ProgrammeError> {
        let rules = &question.rules;
        let places: BTreeMap<&ProjectId, usize> =
            self.candidates.iter().enumerate().map(|(at, candidate)| (&candidate.id, at)).collect();
        let place = |what: &str, id: &ProjectId| {
            places.get(id).copied().ok_or_else(|| ProgrammeError::unknown(what, id))
        };
        let mut rows = Vec::new();
        for budget in &rules.budgets {
            let coefficient = |at: usize| self.candidates.get(at).map_or(0, |c| c.cost_within(budget).0);
            rows.push(self.row(Rule::Budget(budget.clone()), budget.ceiling.0, coefficient));
        }
        for needs in &rules.needs {
            let one = place("a dependency", &needs.project)?;
            let other = place("a dependency", &needs.needed)?;
            let coefficient = |at: usize| i64::from(at == one) - i64::from(at == other);
            rows.push(self.row(Rule::Needs(needs.clone()), 0, coefficient));
        }
        for exclusion in &rules.exclusions {
            exclusion.projects.iter().try_for_each(|id| place("an exclusion", id).map(|_| ()))?;
            let coefficient = |at: usize| {
                i64::from(self.candidates.get(at).is_some_and(|c| exclusion.projects.contains(&c.id)))
            };
            rows.push(self.row(
                Rule::Exclusion(exclusion.clone()),
                i64::from(exclusion.at_most),
                coefficient,
            ));
        }
        for id in &rules.forced_in {
            let forced = place("what is taken in any case", id)?;
            rows.push(self.row(Rule::ForcedIn(id.clone()), -1, |at| -i64::from(at == forced)));
        }
        for id in &rules.forced_out {
            let forced = place("what is not taken in any case", id)?;
            rows.push(self.row(Rule::ForcedOut(id.clone()), 0, |at| i64::from(at == forced)));
        }
        rows.extend(rules.pillars.iter().map(|floor| self.pillar(floor)));
        rows.extend(rules.areas.iter().map(|floor| self.area(floor)));
        if let Some(most) = rules.risk_most {
            let coefficient = |at: usize| self.candidates.get(at).map_or(0, |c| i64::from(c.risk));
            rows.push(self.row(Rule::Risk(most), i64::try_from(most).unwrap_or(i64::MAX), coefficient));
        }
        Ok(rows)
    }

    fn row(&self, rule: Rule, limit: i64, coefficient: impl Fn(usize) -> i64) -> Row {
        let terms =
            (0..self.candidates.len()).map(|at| (at, coefficient(at))).filter(|(_, by)| *by != 0).collect();
        Row { rule, terms, limit }
    }

    fn pillar(&self, floor: &PillarFloor) -> Row {
        let within =
            |at: usize| self.candidates.get(at).is_some_and(|candidate| candidate.pillar == floor.pillar);
        let rule = Rule::Pillar(floor.clone());
        match floor.minimum {
            PillarMinimum::Count(count) => self.row(rule, -i64::from(count), |at| -i64::from(within(at))),
            PillarMinimum::MoneyShare(part) => self.row(rule, 0, |at| {
                let cost = self.candidates.get(at).map_or(0, |candidate| candidate.cost().0);
                shortfall(part, cost, if within(at) { cost } else { 0 })
            }),
        }
    }

    fn area(&self, floor: &AreaFloor) -> Row {
        let rule = Rule::Area(floor.clone());
        let areas = |at: usize| {
            let own: BTreeSet<&AreaId> =
                self.candidates.get(at).map(|c| c.areas.iter().collect()).unwrap_or_default();
            let within = own.iter().filter(|area| floor.areas.contains(**area)).count() as i64;
            (within, own.len() as i64)
        };
        match floor.minimum {
            AreaMinimum::Count(count) => self.row(rule, -i64::from(count), |at| -i64::from(areas(at).0 > 0)),
            AreaMinimum::ValueShare(part) => self.row(rule, 0, |at| {
                let value = self.values.get(at).copied().unwrap_or_default();
                let (within, all) = areas(at);
                let own = if all > 0 { (value * within).div_euclid(all) } else { 0 };
                shortfall(part, value, own)
            }),
        }
    }
}

/// What one project adds to what a share of the whole lacks, in ten-thousandths.
fn shortfall(part: BasisPoints, whole: i64, own: i64) -> i64 {
    i64::from(part.0) * whole - i64::from(BasisPoints::WHOLE) * own
}
