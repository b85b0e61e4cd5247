//! Plans of Microsoft Project, saved as XML (the MSPDI schema).
//!
//! Amounts of that schema are in hundredths of the currency, links that are not from finish to start say nothing of milestones, and the
//! outline says which tasks stand under which.

use super::{
    amount::{day, number},
    fault::{Faults, ImportFault, ImportLimits, Imported, Note, Place},
    tasks::{Purpose, Task, imported},
    xml::{Leaf, leaves},
};
use crate::types::{Euros, ProjectId};

/// Minutes of a working day when the plan does not say.
const MINUTES_PER_DAY: f64 = 480.0;
/// A link of this type is from finish to start.
const FINISH_TO_START: &str = "1";

/// A text within a task: the number of the element it stands in, its way from the task, and itself.
struct Field {
    group: u64,
    name: String,
    text: String,
}

#[derive(Default)]
struct Raw {
    number: u64,
    fields: Vec<Field>,
}

impl Raw {
    fn text(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|field| field.name == name).map(|field| field.text.as_str())
    }

    /// The texts of one element among several of a name.
    fn within(&self, group: u64, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|field| field.group == group && field.name == name)
            .map(|field| field.text.as_str())
    }

    fn groups(&self, name: &str) -> Vec<u64> {
        self.fields.iter().filter(|field| field.name == name).map(|field| field.group).collect()
    }
}

/// Reads a plan. Tasks that others stand under become none; identifiers are `task-` and the unique number of the task; money counts in
/// the year in which its task ends, and comes from `source`.
///
/// # Errors
/// All faults up to the limit, each with the place in the document.
pub fn ms_project(
    text: &[u8],
    project: &ProjectId,
    language: &str,
    source: &str,
    limits: ImportLimits,
) -> Result<Imported, Vec<ImportFault>> {
    if text.len() > limits.bytes_most {
        return Err(vec![ImportFault::too_large(text.len(), limits.bytes_most)]);
    }
    let Ok(text) = std::str::from_utf8(text) else {
        return Err(vec![ImportFault::new(
            Place::File,
            "it is not written in UTF-8",
            "save the plan as XML anew",
        )]);
    };
    let (raw, minutes) = read(text.trim_start_matches('\u{feff}'), limits).map_err(|fault| vec![fault])?;
    let mut faults = Faults::new(limits);
    let mut notes = Vec::new();
    let mut tasks: Vec<(usize, Task)> = Vec::new();
    for (at, raw) in raw.iter().enumerate() {
        let one = task(at, raw, minutes, &mut notes);
        let Some((level, mut task)) = faults.keep(one).flatten() else { continue };
        task.parent =
            tasks.iter().rev().find(|(other, _)| *other < level).map(|(_, parent)| parent.id.clone());
        tasks.push((level, task));
    }
    let tasks: Vec<Task> = tasks.into_iter().map(|(_, task)| task).collect();
    imported(&tasks, Purpose { project, language, source }, notes, faults)
}

/// The tasks of the plan, and the minutes of its working day.
fn read(text: &str, limits: ImportLimits) -> Result<(Vec<Raw>, f64), ImportFault> {
    let mut tasks: Vec<Raw> = Vec::new();
    let mut minutes = MINUTES_PER_DAY;
    let mut is_plan = false;
    leaves(text, |Leaf { path, numbers, text }| {
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        match names.as_slice() {
            ["Project", "MinutesPerDay"] => {
                minutes = number(text).filter(|minutes| *minutes > 0.0).unwrap_or(MINUTES_PER_DAY);
            }
            ["Project", "CurrencyCode"] if !text.is_empty() && *text != "EUR" => {
                let why = format!("its currency is {text}");
                let place = Place::Path("/Project/CurrencyCode".to_owned());
                return Err(ImportFault::new(place, why, "set the plan to euros, or take its costs out"));
            }
            ["Project", "Tasks", "Task", rest @ ..] if !rest.is_empty() => {
                let number = numbers.get(2).copied().unwrap_or_default();
                if tasks.last().is_none_or(|task| task.number != number) {
                    if tasks.len() >= limits.rows_most {
                        return Err(ImportFault::too_many(
                            Place::Path("/Project/Tasks".to_owned()),
                            limits.rows_most,
                        ));
                    }
                    tasks.push(Raw { number, fields: Vec::new() });
                }
                let group = numbers.get(3).copied().unwrap_or_default();
                if let Some(task) = tasks.last_mut() {
                    task.fields.push(Field { group, name: rest.join("/"), text: (*text).to_owned() });
                }
            }
            _ => {}
        }
        is_plan |= names.first() == Some(&"Project");
        Ok(())
    })?;
    if !is_plan {
        let remedy = "save the plan as XML in Microsoft Project";
        return Err(ImportFault::new(Place::File, "it is no plan: its root is not `Project`", remedy));
    }
    Ok((tasks, minutes))
}

/// One task with its level in the outline; nothing for the one that stands for the whole plan, and for empty lines.
fn task(
    at: usize,
    raw: &Raw,
    minutes: f64,
    notes: &mut Vec<Note>,
) -> Result<Option<(usize, Task)>, ImportFault> {
    let path = |field: &str| Place::Path(format!("/Project/Tasks/Task[{}]/{field}", at + 1));
    let is = |name: &str| raw.text(name) == Some("1");
    let uid = raw
        .text("UID")
        .filter(|uid| !uid.is_empty())
        .ok_or_else(|| ImportFault::new(path("UID"), "it is missing", "save the plan as XML anew"))?;
    if uid == "0" || is("IsNull") {
        return Ok(None);
    }
    let read_day =
        |name: &str, text: Option<&str>| match text.filter(|text| !text.is_empty() && *text != "NA") {
            None => Ok(None),
            Some(text) => day(text).map(Some).ok_or_else(|| {
                ImportFault::new(path(name), format!("`{text}` is no day"), "save the plan as XML anew")
            }),
        };
    let read_cost = |name: &str, text: Option<&str>| match text.filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => {
            let cents = text.parse::<f64>().ok().and_then(|cents| Euros::nearest(cents / 100.0));
            cents.map(Some).ok_or_else(|| {
                ImportFault::new(path(name), format!("`{text}` is no amount"), "save the plan as XML anew")
            })
        }
    };
    let mut task = Task::new(format!("task-{uid}"), Place::Path(format!("/Project/Tasks/Task[{}]", at + 1)));
    task.name.push_str(raw.text("Name").unwrap_or_default());
    task.start = read_day("Start", raw.text("Start"))?;
    task.finish = read_day("Finish", raw.text("Finish"))?;
    task.done = read_day("ActualFinish", raw.text("ActualFinish"))?;
    if task.done.is_none() && raw.text("PercentComplete") == Some("100") {
        task.done = task.finish;
    }
    task.forecast = read_cost("Cost", raw.text("Cost"))?;
    task.spent = read_cost("ActualCost", raw.text("ActualCost"))?;
    // Ten baselines may be kept; the first, number 0, is the one that was agreed.
    let agreed =
        raw.groups("Baseline/Number").into_iter().find(|at| raw.within(*at, "Baseline/Number") == Some("0"));
    if let Some(agreed) = agreed {
        task.baseline = read_day("Baseline/Finish", raw.within(agreed, "Baseline/Finish"))?;
        task.planned = read_cost("Baseline/Cost", raw.within(agreed, "Baseline/Cost"))?;
    }
    task.planned = task.planned.or(task.forecast);
    task.duration_days = duration(raw.text("Duration").unwrap_or_default(), minutes, &task);
    for link in raw.groups("PredecessorLink/PredecessorUID") {
        let Some(uid) = raw.within(link, "PredecessorLink/PredecessorUID") else { continue };
        let kind = raw.within(link, "PredecessorLink/Type").unwrap_or(FINISH_TO_START);
        let lag = raw.within(link, "PredecessorLink/LinkLag").unwrap_or("0");
        if kind != FINISH_TO_START {
            let what = format!("its link to task {uid} is not from finish to start, and was left out");
            notes.push(Note { place: path("PredecessorLink"), what });
            continue;
        }
        if lag != "0" {
            let what = format!("the lag of its link to task {uid} was left out");
            notes.push(Note { place: path("PredecessorLink"), what });
        }
        task.after.push(format!("task-{uid}"));
    }
    let level = raw.text("OutlineLevel").and_then(|level| level.parse().ok()).unwrap_or(1);
    Ok(Some((level, task)))
}

/// In calendar days: none for a milestone, else from start to finish; working days seven for five when there are no dates.
fn duration(text: &str, minutes_per_day: f64, task: &Task) -> Option<u32> {
    let minutes = working_minutes(text);
    if minutes == Some(0.0) {
        return Some(0);
    }
    if task.start.is_some() && task.finish.is_some() {
        return None;
    }
    let days = minutes? / minutes_per_day * 7.0 / 5.0;
    (days <= 36_500.0).then(|| days.ceil() as u32)
}

/// `PT80H30M0S`: hours, minutes and seconds of working time.
fn working_minutes(text: &str) -> Option<f64> {
    let mut rest = text.strip_prefix("PT")?;
    let mut minutes = 0.0;
    for (unit, size) in [('H', 60.0), ('M', 1.0), ('S', 1.0 / 60.0)] {
        if let Some((count, after)) = rest.split_once(unit) {
            minutes += count.parse::<f64>().ok()? * size;
            rest = after;
        }
    }
    (rest.is_empty() && minutes.is_finite()).then_some(minutes)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const PLAN: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Project xmlns="http://schemas.microsoft.com/project">
  <CurrencyCode>EUR</CurrencyCode><MinutesPerDay>480</MinutesPerDay>
  <Tasks>
    <Task><UID>0</UID><Name>All</Name><OutlineLevel>0</OutlineLevel></Task>
    <Task><UID>1</UID><Name>Études &amp; permis</Name><OutlineLevel>1</OutlineLevel><Summary>1</Summary></Task>
    <Task><UID>2</UID><Name>Permit</Name><OutlineLevel>2</OutlineLevel><Start>2026-01-05T08:00:00</Start>
      <Finish>2026-01-30T17:00:00</Finish><Duration>PT160H0M0S</Duration><PercentComplete>100</PercentComplete>
      <ActualFinish>2026-02-03T17:00:00</ActualFinish><Cost>1234550</Cost><ActualCost>100000</ActualCost>
      <Baseline><Number>1</Number><Finish>2026-03-01T17:00:00</Finish></Baseline>
      <Baseline><Number>0</Number><Finish>2026-01-23T17:00:00</Finish><Cost>1200000</Cost></Baseline></Task>
    <Task><UID>3</UID><Name>Tender</Name><OutlineLevel>2</OutlineLevel><Start>2026-02-02T08:00:00</Start>
      <Finish>2026-02-27T17:00:00</Finish><PredecessorLink><PredecessorUID>2</PredecessorUID><Type>1</Type>
      <LinkLag>4800</LinkLag></PredecessorLink></Task>
    <Task><UID>4</UID><Name>Opening</Name><OutlineLevel>1</OutlineLevel><Start>2026-09-01T08:00:00</Start>
      <Finish>2026-09-01T08:00:00</Finish><Duration>PT0H0M0S</Duration><Milestone>1</Milestone>
      <PredecessorLink><PredecessorUID>1</PredecessorUID><Type>1</Type></PredecessorLink>
      <PredecessorLink><PredecessorUID>3</PredecessorUID><Type>3</Type></PredecessorLink></Task>
  </Tasks>
</Project>"#;

    fn plan(text: &str) -> Result<Imported, Vec<ImportFault>> {
        ms_project(text.as_bytes(), &"p".into(), "en", "plan", ImportLimits::default())
    }

    #[test]
    fn tasks_links_and_money() {
        let found = plan(PLAN).unwrap();
        let ids: Vec<&str> = found.milestones.iter().map(|milestone| milestone.id.as_str()).collect();
        assert_eq!(ids, ["task-2", "task-3", "task-4"]);
        let [permit, tender, opening] = &found.milestones[..] else { panic!("three") };
        assert_eq!(permit.baseline_on, Some(date(2026, 1, 23)));
        assert_eq!((permit.planned_on, permit.done_on), (Some(date(2026, 1, 30)), Some(date(2026, 2, 3))));
        assert_eq!((permit.duration_days, opening.duration_days), (26, 0));
        assert_eq!(tender.depends_on, ["task-2".into()]);
        // What waits for the group waits for all in it.
        assert_eq!(opening.depends_on, ["task-2".into(), "task-3".into()]);
        let line = &found.money[0];
        assert_eq!(
            (line.year, line.planned, line.spent, line.forecast),
            (2026, Euros(12000), Euros(1000), Euros(12346))
        );
        assert_eq!(found.notes.len(), 2);
    }

    #[test]
    fn faults_have_their_place() {
        let faults = plan(&PLAN.replace("2026-02-27T17:00:00", "soon")).unwrap_err();
        assert_eq!(faults[0].place, Place::Path("/Project/Tasks/Task[4]/Finish".into()));
        assert!(plan(&PLAN.replace(">EUR<", ">USD<")).is_err());
        assert!(plan("<Other><a/></Other>").is_err());
        assert!(plan("no XML at all").is_err());
        let limits = ImportLimits { rows_most: 3, ..ImportLimits::default() };
        assert!(ms_project(PLAN.as_bytes(), &"p".into(), "en", "plan", limits).is_err());
    }

    #[test]
    fn working_time() {
        assert_eq!(working_minutes("PT80H30M0S"), Some(4830.0));
        assert_eq!(working_minutes("80 hours"), None);
    }
}
