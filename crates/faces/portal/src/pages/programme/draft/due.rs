//! What needs somebody: what is late, due soon or not confirmed for long, and to whom it has gone up.

use std::{cmp::Reverse, collections::BTreeMap};

use senne_programme::{
    OrganisationId, Project,
    following::{DueKind, Notice, NoticeKind, NoticeLimits, Watched, dues, notices},
};

use super::super::{
    edit::{names, page::link as edit_link},
    shared::{self, View},
};
use crate::words::{Words, key};

/// Something that needs somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::pages::programme) struct Open {
    notice: Notice,
    /// The organisations above to which it has gone.
    above: Vec<OrganisationId>,
}

/// The same as the page tells it.
pub(in crate::pages::programme) struct Need {
    pub(in crate::pages::programme) what: String,
    pub(in crate::pages::programme) kind: &'static str,
    pub(in crate::pages::programme) project: String,
    pub(in crate::pages::programme) project_link: String,
    pub(in crate::pages::programme) who: String,
    pub(in crate::pages::programme) day: String,
    pub(in crate::pages::programme) said: String,
    /// How pressing it is, as a class of the style sheet; `said` tells the same.
    pub(in crate::pages::programme) class: &'static str,
    /// To whom it has gone up; may be empty.
    pub(in crate::pages::programme) above: String,
    pub(in crate::pages::programme) edit: String,
    pub(in crate::pages::programme) edit_label: String,
}

/// All that needs somebody as of the day of the view: what is late first, the latest of it before the rest.
pub(in crate::pages::programme) fn open(view: &View) -> Vec<Open> {
    let (programme, limits) = (&view.programme, NoticeLimits::default());
    let of_project = |project: &Project| {
        let (milestones, risks) = (programme.milestones.of(&project.id), programme.risks.of(&project.id));
        dues(project, milestones, risks, limits)
    };
    let watched = Watched {
        dues: programme.projects.values().flat_map(of_project).collect(),
        organisations: programme.organisations.values().cloned().collect(),
    };
    gathered(notices(&watched, limits, view.today))
}

/// One for each thing that is due: what has gone up stands with it.
fn gathered(notices: Vec<Notice>) -> Vec<Open> {
    let (up, own): (Vec<Notice>, Vec<Notice>) =
        notices.into_iter().partition(|notice| notice.kind == NoticeKind::Escalated);
    let mut above: BTreeMap<(String, DueKind, _), Vec<OrganisationId>> = BTreeMap::new();
    for notice in up {
        above.entry((notice.about, notice.due, notice.on)).or_default().extend(notice.to);
    }
    let each = own.into_iter().map(|notice| {
        let above = above.remove(&(notice.about.clone(), notice.due, notice.on)).unwrap_or_default();
        Open { notice, above }
    });
    let mut open: Vec<Open> = each.collect();
    open.sort_by(|a, b| order(&a.notice).cmp(&order(&b.notice)));
    open
}

fn order(notice: &Notice) -> (u8, Reverse<i64>, &str) {
    let rank = match notice.kind {
        NoticeKind::Late | NoticeKind::Escalated => 0,
        NoticeKind::Stale => 1,
        NoticeKind::DueSoon => 2,
    };
    (rank, Reverse(notice.days), &notice.about)
}

/// How many there are of each sort, in one line.
pub(in crate::pages::programme) fn finding(words: Words, open: &[Open]) -> String {
    if open.is_empty() {
        return words.fill("editing.needs_none", [NoticeLimits::default().before_days]);
    }
    let many = |kind| open.iter().filter(|one| one.notice.kind == kind).count() as u64;
    let counts = [
        words.count("editing.many_late", many(NoticeKind::Late)),
        words.count("editing.many_stale", many(NoticeKind::Stale)),
        words.count("editing.many_soon", many(NoticeKind::DueSoon)),
    ];
    words.fill("editing.needs_finding", counts)
}

/// What it follows from.
pub(in crate::pages::programme) fn explained(words: Words) -> String {
    words.fill("editing.needs_text", [NoticeLimits::default().escalate_days])
}

/// As the page tells it.
pub(in crate::pages::programme) fn told(words: Words, view: &View, open: &Open) -> Need {
    let (programme, notice) = (&view.programme, &open.notice);
    let speaker = shared::speaker(programme, words);
    let (class, said) = said(words, notice);
    let what = names::name(words, programme, &notice.about);
    let above: Vec<&str> = open.above.iter().map(|id| speaker.organisation(id)).collect();
    let who = notice.to.as_ref().map(|id| speaker.organisation(id));
    Need {
        kind: words.t(match notice.due {
            DueKind::Milestone => key!("editing.due_milestone"),
            DueKind::Risk => key!("editing.due_risk"),
            DueKind::Confirmation => key!("editing.due_confirmation"),
        }),
        project: speaker.project_by_id(&notice.project).to_owned(),
        project_link: shared::link(words, "project", notice.project.as_str()),
        who: who.unwrap_or_else(|| words.t("editing.no_owner")).to_owned(),
        day: shared::date(words, notice.on),
        said,
        class,
        above: if above.is_empty() {
            String::new()
        } else {
            words.fill("editing.gone_up", [above.join(", ")])
        },
        edit: edit_link(words, &notice.about),
        edit_label: words.fill("editing.edit_this", [&what]),
        what,
    }
}

fn said(words: Words, notice: &Notice) -> (&'static str, String) {
    let days = notice.days.unsigned_abs();
    match notice.kind {
        NoticeKind::Late | NoticeKind::Escalated => ("need-late", words.count("editing.late_days", days)),
        NoticeKind::Stale => ("need-stale", words.count("editing.stale_days", days)),
        NoticeKind::DueSoon if days == 0 => ("need-soon", words.t("editing.due_today").to_owned()),
        NoticeKind::DueSoon => ("need-soon", words.count("editing.due_days", days)),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn notice(kind: NoticeKind, about: &str, to: &str, days: i64) -> Notice {
        Notice {
            kind,
            to: Some(to.into()),
            about: about.into(),
            due: DueKind::Milestone,
            project: "urn:p".into(),
            on: date(2026, 5, 1),
            days,
            key: String::new(),
        }
    }

    #[test]
    fn what_has_gone_up_stands_with_what_is_late() {
        let open = gathered(vec![
            notice(NoticeKind::DueSoon, "urn:a", "team", -3),
            notice(NoticeKind::Late, "urn:b", "team", 30),
            notice(NoticeKind::Late, "urn:c", "team", 60),
            notice(NoticeKind::Escalated, "urn:b", "department", 30),
            notice(NoticeKind::Escalated, "urn:b", "city", 30),
        ]);
        let told: Vec<(&str, usize)> =
            open.iter().map(|one| (one.notice.about.as_str(), one.above.len())).collect();
        assert_eq!(told, [("urn:c", 0), ("urn:b", 2), ("urn:a", 0)]);
    }

    #[test]
    fn days_are_said_before_and_after() {
        let words = Words::new(crate::language::Language::En);
        assert_eq!(said(words, &notice(NoticeKind::DueSoon, "a", "b", 0)).1, "due today");
        assert!(said(words, &notice(NoticeKind::DueSoon, "a", "b", -3)).1.contains('3'));
        assert_eq!(said(words, &notice(NoticeKind::Late, "a", "b", 1)).0, "need-late");
    }

    #[test]
    fn nothing_is_due_in_an_empty_programme() {
        assert!(open(&View::default()).is_empty());
    }
}
