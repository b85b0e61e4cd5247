//! Who is to be reminded of what today. Nothing is remembered here: the same state and day give the same notices, each with a key by which
//! the sender knows what it has sent.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::types::{
    Milestone, Organisation, OrganisationId, Project, ProjectId, ProjectState, Risk, days_after, days_between,
};

/// What something due is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DueKind {
    /// A milestone is to be reached.
    Milestone,
    /// Something is to be done about a risk.
    Risk,
    /// The owner is to confirm that what is written of the project is so.
    Confirmation,
}

/// Something that is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// What it is.
    pub kind: DueKind,
    /// The identifier of the milestone, risk or project.
    pub about: String,
    /// The project.
    pub project: ProjectId,
    /// Who answers for it; nobody, and then there is nobody to remind.
    pub owner: Option<OrganisationId>,
    /// The day by which it is due.
    pub on: Date,
}

/// When people are reminded, in days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeLimits {
    /// So long before something is due.
    pub before_days: u16,
    /// A confirmation holds for so long.
    pub confirm_days: u16,
    /// So long after something was due it goes to the organisation above, and after as long again to the one above that; 0 for never.
    pub escalate_days: u16,
}

impl Default for NoticeLimits {
    fn default() -> Self {
        Self { before_days: 14, confirm_days: 45, escalate_days: 21 }
    }
}

/// Why somebody is reminded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum NoticeKind {
    /// It is due soon, or today.
    DueSoon,
    /// It was due.
    Late,
    /// What is written has not been confirmed for long.
    Stale,
    /// It was due long ago, and goes to an organisation above.
    Escalated,
}

/// A notice to one organisation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Notice {
    /// Why.
    pub kind: NoticeKind,
    /// Who gets it; nobody when no owner is known, so that the lack is seen.
    pub to: Option<OrganisationId>,
    /// What it is about.
    pub about: String,
    /// What that is.
    pub due: DueKind,
    /// The project.
    pub project: ProjectId,
    /// The day by which it was or is due.
    pub on: Date,
    /// Days since then; below 0 before.
    pub days: i64,
    /// The same for the same notice, whatever day it is made: `late|milestone|urn:…|2026-05-01|urn:…`.
    pub key: String,
}

/// What is watched.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    /// What is due.
    pub dues: Vec<Due>,
    /// The organisations, to know which is above which.
    pub organisations: Vec<Organisation>,
}

/// What is due of a project: milestones that are not reached, risks that are open, and the confirmation by its owner. Nothing of projects
/// that are not chosen or have ended. A project that was never confirmed is due on the day it began, or on no day when it has none.
pub fn dues(project: &Project, milestones: &[Milestone], risks: &[Risk], limits: NoticeLimits) -> Vec<Due> {
    if !matches!(project.state, ProjectState::Chosen | ProjectState::Running) {
        return Vec::new();
    }
    let due = |kind, about: &str, owner: &Option<OrganisationId>, on| Due {
        kind,
        about: about.to_owned(),
        project: project.id.clone(),
        owner: owner.clone().or_else(|| project.owner.clone()),
        on,
    };
    let of_milestone = |milestone: &Milestone| {
        let on = milestone.planned_on.or(milestone.baseline_on)?;
        Some(due(DueKind::Milestone, milestone.id.as_str(), &milestone.owner, on))
    };
    let of_risk = |risk: &Risk| Some(due(DueKind::Risk, risk.id.as_str(), &risk.owner, risk.due_on?));
    let open = |milestone: &&Milestone| milestone.project == project.id && milestone.done_on.is_none();
    let confirmation = match project.confirmed_on {
        Some(day) => Some(days_after(day, i64::from(limits.confirm_days))),
        None => project.span.from,
    };
    let mut dues: Vec<Due> = milestones.iter().filter(open).filter_map(of_milestone).collect();
    let weighing = |risk: &&Risk| risk.project == project.id && risk.is_open();
    dues.extend(risks.iter().filter(weighing).filter_map(of_risk));
    dues.extend(confirmation.map(|on| due(DueKind::Confirmation, project.id.as_str(), &project.owner, on)));
    dues
}

/// All notices as of `today`, in one order: to the owner when something is due soon, late or stale, and to each organisation above that it
/// has gone up to by now.
pub fn notices(watched: &Watched, limits: NoticeLimits, today: Date) -> Vec<Notice> {
    let parents: BTreeMap<&OrganisationId, Option<&OrganisationId>> =
        watched.organisations.iter().map(|one| (&one.id, one.parent.as_ref())).collect();
    let mut out = BTreeSet::new();
    for due in &watched.dues {
        let days = days_between(due.on, today);
        let kind = match (due.kind, days) {
            (_, ..=0) if -days <= i64::from(limits.before_days) => NoticeKind::DueSoon,
            (_, ..=0) => continue,
            (DueKind::Confirmation, _) => NoticeKind::Stale,
            _ => NoticeKind::Late,
        };
        out.insert(notice(kind, due, due.owner.as_ref(), days));
        if limits.escalate_days == 0 || days < i64::from(limits.escalate_days) {
            continue;
        }
        let steps = days / i64::from(limits.escalate_days);
        for above in above(due.owner.as_ref(), &parents, steps) {
            out.insert(notice(NoticeKind::Escalated, due, Some(above), days));
        }
    }
    out.into_iter().collect()
}

/// The organisations above, nearest first; a circle among them ends the way.
fn above<'a>(
    owner: Option<&'a OrganisationId>,
    parents: &BTreeMap<&'a OrganisationId, Option<&'a OrganisationId>>,
    steps: i64,
) -> Vec<&'a OrganisationId> {
    let mut way: Vec<&OrganisationId> = owner.into_iter().collect();
    while let Some(next) = way.last().and_then(|last| parents.get(last).copied().flatten()) {
        if way.len() as i64 > steps || way.contains(&next) {
            break;
        }
        way.push(next);
    }
    way.into_iter().skip(1).collect()
}

fn notice(kind: NoticeKind, due: &Due, to: Option<&OrganisationId>, days: i64) -> Notice {
    let word = match kind {
        NoticeKind::DueSoon => "dueSoon",
        NoticeKind::Late => "late",
        NoticeKind::Stale => "stale",
        NoticeKind::Escalated => "escalated",
    };
    let what = match due.kind {
        DueKind::Milestone => "milestone",
        DueKind::Risk => "risk",
        DueKind::Confirmation => "confirmation",
    };
    let key = format!("{word}|{what}|{}|{}|{}", due.about, due.on, to.map_or("", OrganisationId::as_str));
    Notice {
        kind,
        to: to.cloned(),
        about: due.about.clone(),
        due: due.kind,
        project: due.project.clone(),
        on: due.on,
        days,
        key,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::types::{HelixRole, Words};

    fn organisation(id: &str, parent: Option<&str>) -> Organisation {
        Organisation {
            id: id.into(),
            name: Words::default(),
            role: HelixRole::PublicService,
            parent: parent.map(Into::into),
        }
    }

    fn watched(kind: DueKind, on: Date) -> Watched {
        Watched {
            dues: vec![Due { kind, about: "m".into(), project: "p".into(), owner: Some("team".into()), on }],
            organisations: vec![
                organisation("team", Some("department")),
                organisation("department", Some("city")),
                organisation("city", Some("team")),
            ],
        }
    }

    fn told(watched: &Watched, today: Date) -> Vec<(NoticeKind, String)> {
        let to = |notice: Notice| (notice.kind, notice.to.map(|to| to.to_string()).unwrap_or_default());
        notices(watched, NoticeLimits::default(), today).into_iter().map(to).collect()
    }

    #[test]
    fn lateness_goes_up_step_by_step() {
        let watched = watched(DueKind::Milestone, date(2026, 5, 1));
        let to = |kind, to: &str| (kind, to.to_owned());
        assert!(told(&watched, date(2026, 4, 1)).is_empty());
        assert_eq!(told(&watched, date(2026, 4, 17)), [to(NoticeKind::DueSoon, "team")]);
        assert_eq!(told(&watched, date(2026, 5, 1)), [to(NoticeKind::DueSoon, "team")]);
        assert_eq!(told(&watched, date(2026, 5, 2)), [to(NoticeKind::Late, "team")]);
        let up = [to(NoticeKind::Late, "team"), to(NoticeKind::Escalated, "department")];
        assert_eq!(told(&watched, date(2026, 5, 22)), up);
        // The circle among organisations ends at the one it came from.
        assert_eq!(told(&watched, date(2027, 5, 22)).len(), 3);
    }

    #[test]
    fn keys_do_not_change_from_day_to_day() {
        let watched = watched(DueKind::Confirmation, date(2026, 5, 1));
        let keys = |today| -> Vec<String> {
            notices(&watched, NoticeLimits::default(), today).into_iter().map(|notice| notice.key).collect()
        };
        assert_eq!(keys(date(2026, 5, 3)), keys(date(2026, 5, 4)));
        assert_eq!(keys(date(2026, 5, 3)), ["stale|confirmation|m|2026-05-01|team"]);
    }

    #[test]
    fn an_owner_that_is_missing_is_seen() {
        let mut watched = watched(DueKind::Risk, date(2026, 5, 1));
        watched.dues[0].owner = None;
        assert_eq!(told(&watched, date(2026, 8, 2)), [(NoticeKind::Late, String::new())]);
    }
}
