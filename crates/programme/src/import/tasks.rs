//! From the tasks of a plan to milestones and money.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::fault::{Faults, ImportFault, Imported, Note, Place};
use crate::types::{BudgetLine, Euros, Milestone, MilestoneId, ProjectId, Words, days_between};

/// A task as plans have it. A task that others stand under becomes no milestone of its own: what waits for it waits for all of them, and
/// what it waits for they wait for.
#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) id: String,
    pub(super) place: Place,
    pub(super) name: String,
    pub(super) parent: Option<String>,
    pub(super) start: Option<Date>,
    pub(super) finish: Option<Date>,
    pub(super) baseline: Option<Date>,
    pub(super) done: Option<Date>,
    /// In calendar days; from start to finish, both within, when the plan does not say.
    pub(super) duration_days: Option<u32>,
    pub(super) after: Vec<String>,
    pub(super) planned: Option<Euros>,
    pub(super) spent: Option<Euros>,
    pub(super) forecast: Option<Euros>,
}

impl Task {
    pub(super) fn new(id: String, place: Place) -> Self {
        Self {
            id,
            place,
            name: String::new(),
            parent: None,
            start: None,
            finish: None,
            baseline: None,
            done: None,
            duration_days: None,
            after: Vec::new(),
            planned: None,
            spent: None,
            forecast: None,
        }
    }

    fn duration(&self) -> u32 {
        let inclusive = || self.start.zip(self.finish).map(|(start, finish)| days_between(start, finish) + 1);
        self.duration_days.or_else(|| u32::try_from(inclusive()?).ok()).unwrap_or(0)
    }
}

/// Who reads it, and for what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Purpose<'a> {
    pub(super) project: &'a ProjectId,
    pub(super) language: &'a str,
    /// What money of the plan is said to come from.
    pub(super) source: &'a str,
}

pub(super) fn imported(
    tasks: &[Task],
    purpose: Purpose<'_>,
    mut notes: Vec<Note>,
    mut faults: Faults,
) -> Result<Imported, Vec<ImportFault>> {
    let mut by_id: BTreeMap<&str, &Task> = BTreeMap::new();
    for task in tasks {
        if by_id.insert(&task.id, task).is_some() {
            let why = format!("the identifier `{}` stands twice", task.id);
            faults.add(ImportFault::new(task.place.clone(), why, "export the plan anew"));
        }
    }
    let mut children: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for task in tasks {
        let parent = task.parent.as_deref().filter(|parent| by_id.contains_key(parent));
        if let Some(parent) = parent {
            children.entry(parent).or_default().push(&task.id);
        }
    }
    let mut milestones = Vec::new();
    let mut money: BTreeMap<i16, BudgetLine> = BTreeMap::new();
    for task in tasks.iter().filter(|task| !children.contains_key(task.id.as_str())) {
        let mut depends_on = BTreeSet::new();
        for other in waits_for(task, &by_id) {
            if by_id.contains_key(other) {
                depends_on.extend(leaves(other, &children));
            } else {
                let what = format!("it waits for `{other}`, which is not in the plan; that was left out");
                notes.push(Note { place: task.place.clone(), what });
            }
        }
        depends_on.remove(task.id.as_str());
        milestones.push(Milestone {
            name: Words::in_language(purpose.language, task.name.clone()),
            baseline_on: task.baseline,
            planned_on: task.finish.or(task.start),
            done_on: task.done,
            duration_days: task.duration(),
            depends_on: depends_on.into_iter().map(MilestoneId::from).collect(),
            ..Milestone::new(task.id.clone(), purpose.project.clone())
        });
        add_money(task, purpose, &mut money, &mut notes);
    }
    faults.end(Imported { milestones, money: money.into_values().collect(), notes })
}

/// What a task waits for, and all that it stands under.
fn waits_for<'a>(task: &'a Task, by_id: &BTreeMap<&str, &'a Task>) -> BTreeSet<&'a str> {
    let mut out = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut next = Some(task);
    while let Some(task) = next {
        if !seen.insert(task.id.as_str()) {
            break;
        }
        out.extend(task.after.iter().map(String::as_str));
        next = task.parent.as_deref().and_then(|parent| by_id.get(parent)).copied();
    }
    out
}

/// The tasks under one that have none under themselves; itself when it has none.
fn leaves<'a>(id: &'a str, children: &BTreeMap<&'a str, Vec<&'a str>>) -> BTreeSet<&'a str> {
    let (mut out, mut seen, mut open) = (BTreeSet::new(), BTreeSet::new(), vec![id]);
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        match children.get(id) {
            Some(children) => open.extend(children),
            None => {
                out.insert(id);
            }
        }
    }
    out
}

/// Money of a task counts in the year in which it ends.
fn add_money(
    task: &Task,
    purpose: Purpose<'_>,
    money: &mut BTreeMap<i16, BudgetLine>,
    notes: &mut Vec<Note>,
) {
    let amounts = [task.planned, task.spent, task.forecast];
    if amounts.iter().flatten().all(|amount| *amount == Euros::ZERO) {
        return;
    }
    let Some(end) = task.finish.or(task.start) else {
        let what = "it has money and no day; the money was left out".to_owned();
        notes.push(Note { place: task.place.clone(), what });
        return;
    };
    if task.start.is_some_and(|start| start.year() != end.year()) {
        let what = format!("it runs over several years; its money was put down for {}", end.year());
        notes.push(Note { place: task.place.clone(), what });
    }
    let line = money.entry(end.year()).or_insert_with(|| BudgetLine {
        project: purpose.project.clone(),
        source: purpose.source.to_owned(),
        year: end.year(),
        planned: Euros::ZERO,
        committed: Euros::ZERO,
        spent: Euros::ZERO,
        forecast: Euros::ZERO,
    });
    let [planned, spent] = [task.planned, task.spent].map(Option::unwrap_or_default);
    line.planned += planned;
    line.spent += spent;
    line.forecast +=
        task.forecast.unwrap_or_else(|| BudgetLine::unsaid_forecast(planned, Euros::ZERO, spent));
}
