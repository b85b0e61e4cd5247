//! Bars over time: tasks beside what was planned, what each waits for, and milestones.

use std::fmt::Write as _;

use jiff::{ToSpan, civil::Date, tz::TimeZone};

use crate::{
    Chart, Head, Row, Table, escape,
    figure::{Size, linked, open},
    ticks,
    words::{Phrase, Words},
};

const SPAN: (f64, f64) = (1.5, 97.0);
/// The height of a row: its name above its bar.
const ROW: f64 = 42.0;
const ABOVE: f64 = 8.0;
const BELOW: f64 = 26.0;
/// Where there are more moments on the axis, every other is named.
const LABELS_MAX: usize = 8;
/// Where the bar of a row is, and that of its plan below it.
const BAR: (f64, f64) = (20.0, 11.0);
const PLAN: (f64, f64) = (32.0, 4.0);

/// From the first day to the last, both included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Days {
    /// The first day.
    pub first: Date,
    /// The last day; for a milestone the same as the first.
    pub last: Date,
}

/// What is to be done.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Task<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Where it leads; empty for nowhere.
    pub link: &'a str,
    /// A bar, or a moment that matters.
    pub kind: TaskKind,
    /// When it is or was done.
    pub days: Days,
    /// When it was to be done, as it was agreed at first.
    pub planned: Option<Days>,
    /// The share that is done, 0 to 1.
    pub done: f64,
    /// The places of the tasks that have to end before this one begins.
    pub after: &'a [usize],
}

/// How a task is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TaskKind {
    /// A bar over its days.
    Work,
    /// A diamond at its last day.
    Milestone,
}

impl Task<'_> {
    fn late(&self) -> bool {
        self.planned.is_some_and(|planned| self.days.last > planned.last)
    }
}

/// Tasks over time.
#[derive(Clone, Copy, Debug)]
pub struct Gantt<'a> {
    /// Name and language.
    pub head: Head<'a>,
    /// From the top down.
    pub tasks: &'a [Task<'a>],
    /// A line is drawn at its beginning.
    pub today: Option<Date>,
}

/// Midnight UTC in microseconds: an axis of days needs no clock.
fn micros(date: Date) -> i64 {
    date.to_zoned(TimeZone::UTC).map_or(0, |at| at.timestamp().as_microsecond())
}

/// Days to shares of the width.
struct Time {
    from: i64,
    to: i64,
}

impl Time {
    fn place(&self, at: i64) -> f64 {
        let share = (at - self.from) as f64 / (self.to - self.from).max(1) as f64;
        SPAN.0 + share.clamp(0.0, 1.0) * (SPAN.1 - SPAN.0)
    }

    /// The beginning of a day.
    fn start(&self, date: Date) -> f64 {
        self.place(micros(date))
    }

    /// The end of a day.
    fn end(&self, date: Date) -> f64 {
        self.place(micros(date.checked_add(1.day()).unwrap_or(date)))
    }
}

impl Chart for Gantt<'_> {
    fn head(&self) -> Head<'_> {
        self.head
    }

    fn summary(&self) -> String {
        let words = self.head.words;
        let first = self.tasks.iter().map(|task| task.days.first).min();
        let last = self.tasks.iter().map(|task| task.days.last).max();
        let (Some(first), Some(last)) = (first, last) else { return words.say(Phrase::Nothing, &[]) };
        let count = |n: usize| words.number(n as f64, 0);
        let late = self.tasks.iter().filter(|task| task.late()).count();
        let done = self.tasks.iter().filter(|task| task.done >= 1.0).count();
        let values = [count(self.tasks.len()), words.date(first), words.date(last), count(late), count(done)];
        words.say(Phrase::GanttSummary, &values)
    }

    fn table(&self) -> Table {
        let words = self.head.words;
        let columns =
            [Phrase::Name, Phrase::Start, Phrase::End, Phrase::PlannedEnd, Phrase::Done, Phrase::After];
        let mut table = Table::new(words, &columns);
        for task in self.tasks {
            let before = task.after.iter().filter_map(|place| self.tasks.get(*place)).map(|task| task.name);
            let cells = vec![
                words.date(task.days.first),
                words.date(task.days.last),
                task.planned.map_or_else(String::new, |planned| words.date(planned.last)),
                percent(words, task.done),
                before.collect::<Vec<_>>().join(", "),
            ];
            table.rows.push(Row::new(task.name, task.link, cells));
        }
        table
    }

    fn draw(&self) -> String {
        let days = self.tasks.iter().flat_map(|task| [Some(task.days), task.planned]).flatten();
        let ends = days.map(|days| (days.first, days.last)).chain(self.today.map(|today| (today, today)));
        let both = |a: (Date, Date), b: (Date, Date)| (a.0.min(b.0), a.1.max(b.1));
        let (first, last) =
            ends.reduce(both).unwrap_or((Date::constant(1970, 1, 1), Date::constant(1970, 1, 2)));
        let time = Time { from: micros(first), to: micros(last.checked_add(1.day()).unwrap_or(last)) };
        let base = ABOVE + ROW * self.tasks.len() as f64;
        let mut out = String::new();
        open(&mut out, self.head, &self.summary(), "chart", Size::Wide(base + BELOW), true);
        self.ground(&mut out, &time, base);
        self.waits(&mut out, &time);
        for (place, task) in self.tasks.iter().enumerate() {
            let class = if task.late() { "task task-late" } else { "task" };
            let says = self.says(task);
            linked(&mut out, task.link, class, &says, &bars(task, ABOVE + ROW * place as f64, &time));
        }
        out.push_str("</svg>");
        out
    }
}

impl Gantt<'_> {
    fn says(&self, task: &Task<'_>) -> String {
        let words = self.head.words;
        let (first, last) = (words.date(task.days.first), words.date(task.days.last));
        let done = percent(words, task.done);
        format!("{}: {first} – {last}, {} {done}", task.name, words.say(Phrase::Done, &[]))
    }

    fn ground(&self, out: &mut String, time: &Time, base: f64) {
        out.push_str(r#"<g class="chart-grid" aria-hidden="true">"#);
        let ticks = ticks::ticks(self.head.words, time.from, time.to);
        let crowded = ticks.len() > LABELS_MAX;
        for tick in ticks.iter().filter(|tick| !(crowded && tick.spare)) {
            let x = time.place(tick.at);
            let class = if tick.spare { r#" class="spare""# } else { "" };
            let y = base + 18.0;
            let anchor = if x > 88.0 { "end" } else { "start" };
            let _ = write!(
                out,
                r#"<line x1="{x:.2}%" x2="{x:.2}%" y1="0" y2="{base}"/><text{class} x="{x:.2}%" y="{y}" text-anchor="{anchor}">{}</text>"#,
                escape(&tick.label)
            );
        }
        out.push_str(r#"</g><g aria-hidden="true">"#);
        if let Some(today) = self.today {
            let x = time.start(today);
            let _ =
                write!(out, r#"<line class="chart-begin" x1="{x:.2}%" x2="{x:.2}%" y1="0" y2="{base}"/>"#);
        }
        out.push_str("</g>");
    }

    /// From the end of what comes before, along to the beginning of what waits, and down to it.
    fn waits(&self, out: &mut String, time: &Time) {
        out.push_str(r#"<g class="task-waits" aria-hidden="true">"#);
        for (place, task) in self.tasks.iter().enumerate() {
            for before in task.after.iter().filter(|before| **before != place) {
                let Some(other) = self.tasks.get(*before) else { continue };
                let (from, to) = (time.end(other.days.last), time.start(task.days.first));
                let middle = |place: usize| ABOVE + ROW * place as f64 + BAR.0 + BAR.1 / 2.0;
                let down = place > *before;
                let (y1, y2) = (middle(*before), middle(place) + if down { -8.0 } else { 8.0 });
                let head = if down { "-4,-4 4,-4 0,3" } else { "-4,4 4,4 0,-3" };
                let _ = write!(
                    out,
                    r#"<line x1="{from:.2}%" x2="{to:.2}%" y1="{y1}" y2="{y1}"/><line x1="{to:.2}%" x2="{to:.2}%" y1="{y1}" y2="{y2}"/><svg x="{to:.2}%" y="{y2}" overflow="visible"><polygon points="{head}"/></svg>"#
                );
            }
        }
        out.push_str("</g>");
    }
}

fn percent(words: &dyn Words, share: f64) -> String {
    format!("{}\u{a0}%", words.number(share.clamp(0.0, 1.0) * 100.0, 0))
}

/// The name, the plan below, the bar with the part that is done; or a diamond.
fn bars(task: &Task<'_>, top: f64, time: &Time) -> String {
    let mut out = String::new();
    let start = time.start(task.days.first);
    let (y, name) = (top + BAR.0, top + 14.0);
    // What begins late is named to the left of its end, so that no name leaves the picture.
    let (x, anchor) = if start > 55.0 { (time.end(task.days.last), "end") } else { (start, "start") };
    let _ =
        write!(out, r#"<text x="{x:.2}%" y="{name}" text-anchor="{anchor}">{}</text>"#, escape(task.name));
    if task.kind == TaskKind::Milestone {
        let mut diamond = |class: &str, date: Date, radius: f64| {
            let (x, y) = (time.end(date), y + BAR.1 / 2.0);
            let _ = write!(
                out,
                r#"<svg x="{x:.2}%" y="{y}" overflow="visible"><path class="{class}" d="M0-{radius}L{radius} 0 0 {radius}-{radius} 0Z"/></svg>"#
            );
        };
        if let Some(planned) = task.planned {
            diamond("task-plan", planned.last, 6.0);
        }
        diamond(if task.done >= 1.0 { "task-mark task-reached" } else { "task-mark" }, task.days.last, 7.0);
        return out;
    }
    let mut bar = |class: &str, days: Days, share: f64, (y, height): (f64, f64)| {
        let (from, to) = (time.start(days.first), time.end(days.last));
        let width = (to - from) * share.clamp(0.0, 1.0);
        let _ = write!(
            out,
            r#"<rect class="{class}" x="{from:.2}%" y="{y}" width="{width:.2}%" height="{height}"/>"#
        );
    };
    if let Some(planned) = task.planned {
        bar("task-plan", planned, 1.0, (top + PLAN.0, PLAN.1));
    }
    bar("task-bar", task.days, 1.0, (y, BAR.1));
    bar("task-done", task.days, task.done, (y, BAR.1));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::plain::Plain;

    #[test]
    fn tasks_stand_beside_their_plan_and_wait_for_each_other() {
        let days =
            |first: &str, last: &str| Days { first: first.parse().unwrap(), last: last.parse().unwrap() };
        let work = Task {
            name: "Study",
            link: "/t?a&b",
            kind: TaskKind::Work,
            days: days("2025-01-10", "2025-04-30"),
            planned: Some(days("2025-01-10", "2025-03-31")),
            done: 1.0,
            after: &[],
        };
        let works = Task {
            name: "Works",
            days: days("2025-05-01", "2025-11-30"),
            planned: None,
            done: 0.25,
            after: &[0],
            ..work
        };
        let open = Task {
            name: "Opening",
            kind: TaskKind::Milestone,
            days: days("2025-12-05", "2025-12-05"),
            planned: Some(days("2025-10-01", "2025-10-01")),
            done: 0.0,
            after: &[1, 9],
            ..work
        };
        let gantt = Gantt {
            head: Head { id: "g", title: "Plan", words: &Plain },
            tasks: &[work, works, open],
            today: Some("2025-06-15".parse().unwrap()),
        };
        assert_eq!(gantt.summary(), "GanttSummary(3|2025-01-10|2025-12-05|2|1)");
        insta::assert_snapshot!(gantt.draw().replace("><", ">\n<"));
        insta::assert_snapshot!(gantt.table().html("Plan").replace("><", ">\n<"));
        assert!(Gantt { tasks: &[], today: None, ..gantt }.draw().contains("Nothing"));
    }
}
