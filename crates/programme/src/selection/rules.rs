//! What a selection must keep to.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

use crate::types::{AreaId, BasisPoints, Euros, PillarId, ProjectId};

/// The most money there is from a source in a year.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Budget {
    /// The source; all together without one.
    pub source: Option<String>,
    /// The calendar year; all together without one.
    pub year: Option<i16>,
    /// The most that may be planned.
    pub ceiling: Euros,
}

/// One project makes no sense without another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Needs {
    /// The one.
    pub project: ProjectId,
    /// The other.
    pub needed: ProjectId,
}

/// Projects of which only some may be taken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Exclusion {
    /// The projects.
    pub projects: BTreeSet<ProjectId>,
    /// How many may be taken; 1 as a rule.
    pub at_most: u32,
}

/// What a pillar gets at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PillarMinimum {
    /// A part of the money that the selection costs.
    MoneyShare(BasisPoints),
    /// A number of projects.
    Count(u32),
}

/// A pillar and what it gets at least.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PillarFloor {
    /// The pillar.
    pub pillar: PillarId,
    /// What it gets.
    pub minimum: PillarMinimum,
}

/// What a group of areas gets at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AreaMinimum {
    /// A part of the sum of scores. A project in several areas counts in each by equal parts, rounded down to millionths.
    ValueShare(BasisPoints),
    /// A number of projects that act in at least one of its areas.
    Count(u32),
}

/// A group of areas, such as the districts that were left behind, and what it gets at least.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AreaFloor {
    /// What the group is called.
    pub group: String,
    /// Its areas.
    pub areas: BTreeSet<AreaId>,
    /// What it gets.
    pub minimum: AreaMinimum,
}

/// All that a selection must keep to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rules {
    /// Ceilings of money, by source and by year.
    pub budgets: Vec<Budget>,
    /// What needs what.
    pub needs: Vec<Needs>,
    /// What shuts out what.
    pub exclusions: Vec<Exclusion>,
    /// Projects that are taken in any case.
    pub forced_in: BTreeSet<ProjectId>,
    /// Projects that are not taken in any case.
    pub forced_out: BTreeSet<ProjectId>,
    /// What pillars get at least.
    pub pillars: Vec<PillarFloor>,
    /// What groups of areas get at least.
    pub areas: Vec<AreaFloor>,
    /// The greatest sum of risks.
    pub risk_most: Option<u64>,
}

/// One of the rules, named so that people know which is meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Rule {
    /// A ceiling of money.
    Budget(Budget),
    /// A project needs another.
    Needs(Needs),
    /// Projects shut each other out.
    Exclusion(Exclusion),
    /// A project is taken in any case.
    ForcedIn(ProjectId),
    /// A project is not taken in any case.
    ForcedOut(ProjectId),
    /// A pillar gets at least so much.
    Pillar(PillarFloor),
    /// A group of areas gets at least so much.
    Area(AreaFloor),
    /// The sum of risks is at most so much.
    Risk(u64),
}

impl fmt::Display for Rule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Budget(Budget { source, year, ceiling }) => {
                write!(out, "at most {ceiling}")?;
                source.iter().try_for_each(|source| write!(out, " from {source}"))?;
                year.iter().try_for_each(|year| write!(out, " in {year}"))
            }
            Self::Needs(Needs { project, needed }) => write!(out, "{project} needs {needed}"),
            Self::Exclusion(Exclusion { projects, at_most }) => {
                let names: Vec<&str> = projects.iter().map(ProjectId::as_str).collect();
                write!(out, "at most {at_most} of {}", names.join(", "))
            }
            Self::ForcedIn(project) => write!(out, "{project} is taken"),
            Self::ForcedOut(project) => write!(out, "{project} is not taken"),
            Self::Pillar(PillarFloor { pillar, minimum: PillarMinimum::MoneyShare(part) }) => {
                write!(out, "{pillar} gets at least {part} of the money")
            }
            Self::Pillar(PillarFloor { pillar, minimum: PillarMinimum::Count(count) }) => {
                write!(out, "{pillar} gets at least {count} projects")
            }
            Self::Area(AreaFloor { group, minimum: AreaMinimum::ValueShare(part), .. }) => {
                write!(out, "{group} gets at least {part} of the value")
            }
            Self::Area(AreaFloor { group, minimum: AreaMinimum::Count(count), .. }) => {
                write!(out, "{group} gets at least {count} projects")
            }
            Self::Risk(most) => write!(out, "risks sum to at most {most}"),
        }
    }
}

/// A rule that a selection breaks, in whole numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// The rule.
    pub rule: Rule,
    /// By how much, in the unit of the rule: euros, projects, risk; for shares ten-thousandths of euros or of millionths.
    pub by: i64,
}
