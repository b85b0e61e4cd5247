//! When it will be there: milestones as first agreed, as planned and as reached, gates, and what holds up the end.

use jiff::{ToSpan, civil::Date};
use senne_chart::{
    Head, figure,
    gantt::{Days, Gantt, Task, TaskKind},
};
use senne_programme::{
    Gate, MilestoneId, ProjectState,
    portfolio::{Bar, Mark, bar},
    says::list,
    schedule::{GateStanding, GateState, gates},
};

use super::{Subject, confidence::active};
use crate::{
    pages::programme::shared::called,
    words::{Words, key},
};

/// So many milestones are listed.
const ROWS_MOST: usize = 100;
/// So many are drawn.
const DRAWN_MOST: usize = 30;
/// So many are named in one sentence.
const NAMED_MOST: usize = 8;

pub(super) struct Schedule {
    /// When it will end, or ended; empty when nobody knows.
    pub(super) end: String,
    pub(super) rows: Vec<Row>,
    /// How many milestones are not listed, in words.
    pub(super) more: String,
    pub(super) gates: Vec<GateRow>,
    /// The chain of milestones that holds up the end; empty when there is none.
    pub(super) critical: Vec<String>,
    /// The figure; empty when no milestone has a day.
    pub(super) gantt: String,
    pub(super) fault: bool,
}

/// A milestone.
pub(super) struct Row {
    pub(super) name: String,
    /// Gate, critical path, what pushes it.
    pub(super) notes: Vec<String>,
    pub(super) agreed: String,
    pub(super) planned: String,
    /// The day on which it was reached, or will be.
    pub(super) stands: String,
    pub(super) reached: bool,
    pub(super) overdue: bool,
    pub(super) drift: String,
}

/// A gate.
pub(super) struct GateRow {
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) state: String,
    pub(super) missed: bool,
    pub(super) notes: Vec<String>,
}

pub(super) fn of(subject: Subject<'_>) -> Schedule {
    let Subject { ground, project, line } = subject;
    let view = ground.view;
    let bar = bar(&view.programme, project, view.today);
    let network = view.programme.network(&project.id);
    let standings = gates(&network, view.today).unwrap_or_default();
    let own = |gate: &&GateStanding| bar.marks.iter().any(|mark| mark.id == gate.milestone);
    let more = bar.marks.len().saturating_sub(ROWS_MOST);
    let holds = |mark: &&Mark| mark.critical && active(project.state);
    let critical: Vec<String> = bar.marks.iter().filter(holds).map(|mark| name(subject, &mark.id)).collect();
    Schedule {
        end: ground.speaker.end(line.ends_on, line.drift_days, project.state == ProjectState::Finished),
        rows: bar.marks.iter().take(ROWS_MOST).map(|mark| row(subject, mark)).collect(),
        more: if more > 0 {
            ground.words.count("project.more_milestones", more as u64)
        } else {
            String::new()
        },
        gates: standings.iter().filter(own).take(ROWS_MOST).map(|gate| gate_row(subject, gate)).collect(),
        critical,
        gantt: gantt(subject, &bar),
        fault: bar.fault.is_some(),
    }
}

/// What a milestone is called; one of another project with the name of that.
fn name(subject: Subject<'_>, id: &MilestoneId) -> String {
    let Subject { ground, project, .. } = subject;
    let found = ground.view.programme.milestones.get(id);
    let own = called(ground.words, found.map(|one| &one.name), id.as_str());
    match found.filter(|one| one.project != project.id) {
        Some(other) => format!("{own} ({})", ground.project(&other.project).name),
        None => own,
    }
}

fn named(subject: Subject<'_>, ids: &[MilestoneId]) -> String {
    let mut names: Vec<String> = ids.iter().take(NAMED_MOST).map(|id| name(subject, id)).collect();
    if ids.len() > NAMED_MOST {
        names.push("\u{2026}".to_owned());
    }
    list(subject.ground.spoken(), &names)
}

fn row(subject: Subject<'_>, mark: &Mark) -> Row {
    let ground = subject.ground;
    let words = ground.words;
    let reached = mark.done_on.is_some_and(|day| day <= ground.view.today);
    let mut notes = Vec::new();
    if mark.gate != Gate::None {
        notes.push(words.fill("project.is_gate", [ground.speaker.gate(mark.gate)]));
    }
    if mark.critical && active(subject.project.state) {
        notes.push(words.t("project.is_critical").to_owned());
    }
    if let Some(id) = &mark.pushed_by {
        notes.push(words.fill("project.pushed_by", [name(subject, id)]));
    }
    Row {
        name: name(subject, &mark.id),
        notes,
        agreed: ground.day(mark.baseline_on),
        planned: ground.day(mark.planned_on),
        stands: ground.day(mark.done_on.or(mark.forecast_on)),
        reached,
        overdue: mark.overdue,
        drift: drift(ground.words, mark.drift_days),
    }
}

/// Days after what was first agreed, in words.
fn drift(words: Words, days: Option<i64>) -> String {
    match days {
        None => words.t("programme.unknown").to_owned(),
        Some(0) => words.t("project.as_agreed").to_owned(),
        Some(days) if days > 0 => words.count("project.days_late", days.unsigned_abs()),
        Some(days) => words.count("project.days_early", days.unsigned_abs()),
    }
}

fn gate_row(subject: Subject<'_>, gate: &GateStanding) -> GateRow {
    let words = subject.ground.words;
    let (state, missed) = match gate.state {
        GateState::Passed => (words.t("project.gate_passed").to_owned(), false),
        GateState::Ahead => (words.t("project.gate_ahead").to_owned(), false),
        GateState::Missed { days } => (words.count("project.gate_missed", days.unsigned_abs()), true),
    };
    let note = |key: &'static str, ids: &[MilestoneId]| {
        (!ids.is_empty()).then(|| words.fill(key, [named(subject, ids)]))
    };
    let notes = [
        note(key!("project.holds_up"), &gate.holds_up),
        note(key!("project.bypassed_by"), &gate.bypassed_by),
    ];
    GateRow {
        name: name(subject, &gate.milestone),
        kind: subject.ground.speaker.gate(gate.gate),
        state,
        missed,
        notes: notes.into_iter().flatten().collect(),
    }
}

/// What is drawn of a milestone.
struct Drawn<'a> {
    mark: &'a Mark,
    name: String,
    kind: TaskKind,
    days: Days,
    planned: Option<Days>,
    after: Vec<usize>,
}

/// The work that leads to each milestone, beside what was first agreed. Its folded table says what waits for what.
fn gantt(subject: Subject<'_>, bar: &Bar) -> String {
    let Subject { ground, project, .. } = subject;
    let today = ground.view.today;
    let mut drawn: Vec<Drawn<'_>> =
        bar.marks.iter().filter_map(|mark| draw(subject, mark)).take(DRAWN_MOST).collect();
    if drawn.is_empty() {
        return String::new();
    }
    let ids: Vec<&MilestoneId> = drawn.iter().map(|one| one.mark).map(|mark| &mark.id).collect();
    for one in &mut drawn {
        let place = |id: &MilestoneId| ids.iter().position(|other| *other == id);
        one.after = one.mark.depends_on.iter().filter_map(place).collect();
    }
    let done = |one: &Drawn<'_>| one.mark.done_on.is_some_and(|day| day <= today);
    let tasks: Vec<Task<'_>> = drawn
        .iter()
        .map(|one| Task {
            name: &one.name,
            link: "",
            kind: one.kind,
            days: one.days,
            planned: one.planned,
            done: if done(one) { 1.0 } else { 0.0 },
            after: &one.after,
        })
        .collect();
    let title = ground.words.fill("project.gantt", [ground.project(&project.id).name]);
    let head = Head { id: "project-gantt", title: &title, words: &ground.words };
    figure(&Gantt { head, tasks: &tasks, today: Some(today) })
}

fn draw<'a>(subject: Subject<'_>, mark: &'a Mark) -> Option<Drawn<'a>> {
    let stands = mark.done_on.or(mark.forecast_on).or(mark.planned_on).or(mark.baseline_on)?;
    let milestone = subject.ground.view.programme.milestones.get(&mark.id);
    let length = milestone.map_or(0, |one| one.duration_days);
    let moment = length == 0 || mark.gate != Gate::None;
    let days = |last: Date| Days { first: if moment { last } else { before(last, length) }, last };
    Some(Drawn {
        mark,
        name: name(subject, &mark.id),
        kind: if moment { TaskKind::Milestone } else { TaskKind::Work },
        days: days(stands),
        planned: mark.baseline_on.map(days),
        after: Vec::new(),
    })
}

/// The first of so many days that end with this one.
fn before(last: Date, days: u32) -> Date {
    const DAYS_MOST: u32 = 3_650;
    last.saturating_sub(i64::from(days.min(DAYS_MOST).saturating_sub(1)).days())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn work_of_so_many_days_begins_so_many_days_before() {
        assert_eq!(before(date(2026, 3, 10), 10), date(2026, 3, 1));
        assert_eq!(before(date(2026, 3, 10), 1), date(2026, 3, 10));
        assert_eq!(before(date(2026, 3, 10), 0), date(2026, 3, 10));
        assert!(before(date(2026, 3, 10), u32::MAX) > date(2016, 1, 1));
    }
}
