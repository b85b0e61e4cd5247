//! The calls for projects: which are open, and what was decided on the others.

use std::{cmp::Ordering, collections::BTreeMap};

use askama::Template;
use axum::response::Response;
use jiff::civil::Date;
use senne_model::Problem;
use senne_programme::{CallForProjects, CallId, DecisionId, Programme};

use super::{
    call::{
        paging::{Pages, paged},
        told::{Link, Stage, days_left, described, money, pillars, stage, when},
    },
    shared::{View, called, date, link, missing, view, whole},
};
use crate::{
    frame::Frame,
    visit::Visit,
    words::{Words, key},
};

/// So many calls are shown at once.
const SHOWN: usize = 50;

#[derive(Template)]
#[template(path = "programme/calls.html")]
struct CallsPage {
    frame: Frame,
    title: String,
    lead: String,
    groups: Vec<Group>,
    pages: Option<Pages>,
}

/// Calls that stand alike.
struct Group {
    id: &'static str,
    title: &'static str,
    calls: Vec<Row>,
}

struct Row {
    name: String,
    link: String,
    when: String,
    left: String,
    text: String,
    money: String,
    pillars: Vec<Link>,
    applied: String,
    decisions: Vec<Link>,
    propose: String,
}

/// `GET /{language}/programme/calls?page=2`
pub(super) async fn show(visit: Visit) -> Response {
    let page = view(&visit).await.map(|view| page(&visit, &view));
    visit.answer(page)
}

fn page(visit: &Visit, view: &View) -> CallsPage {
    let words = visit.w;
    let (programme, today) = (&view.programme, view.today);
    let calls = in_order(programme, today);
    let title = title(words, &calls);
    let lead = lead(words, &calls);
    let frame = visit.frame();
    let (range, pages) = paged(words, &frame.here(), calls.len(), SHOWN);
    let mut groups: BTreeMap<Stage, Vec<Row>> = BTreeMap::new();
    for (stage, call) in calls.get(range).unwrap_or_default() {
        groups.entry(*stage).or_default().push(row(words, programme, call, *stage, today));
    }
    let group = |(stage, calls): (Stage, Vec<Row>)| {
        let (id, title) = head(words, stage);
        Group { id, title, calls }
    };
    CallsPage {
        frame: frame
            .titled(title.clone(), lead.clone())
            .under(words.t("frame.programme"), "/programme")
            .ending(words.t("choice.calls")),
        title,
        lead,
        groups: groups.into_iter().map(group).collect(),
        pages,
    }
}

/// Open calls that close first; then those to come; then those that are over, the last first.
fn in_order(programme: &Programme, today: Date) -> Vec<(Stage, &CallForProjects)> {
    let mut calls: Vec<(Stage, &CallForProjects)> =
        programme.calls.values().map(|call| (stage(programme, call, today), call)).collect();
    calls.sort_by(|(stage, one), (other_stage, other)| {
        stage.cmp(other_stage).then_with(|| within(*stage, one, other))
    });
    calls
}

fn within(stage: Stage, one: &CallForProjects, other: &CallForProjects) -> Ordering {
    match stage {
        Stage::Open => one.closes_on.cmp(&other.closes_on),
        Stage::Coming => one.opens_on.cmp(&other.opens_on),
        Stage::Waiting | Stage::Decided => other.closes_on.cmp(&one.closes_on),
    }
}

fn title(words: Words, calls: &[(Stage, &CallForProjects)]) -> String {
    match calls.iter().filter(|(stage, _)| *stage == Stage::Open).count() {
        0 => words.t("choice.none_open").to_owned(),
        open => words.count("choice.open_calls", open as u64),
    }
}

/// How much money is open, or when the next call opens.
fn lead(words: Words, calls: &[(Stage, &CallForProjects)]) -> String {
    let of = |wanted: Stage| calls.iter().filter(move |(stage, _)| *stage == wanted).map(|(_, call)| *call);
    if of(Stage::Open).next().is_some() {
        let together = of(Stage::Open).map(|call| call.budget).sum();
        return words.fill("choice.open_money", [money(words, together)]);
    }
    match of(Stage::Coming).next() {
        Some(next) => words.fill("choice.next_opens", [date(words, next.opens_on)]),
        None => words.t("choice.calls_lead").to_owned(),
    }
}

fn head(words: Words, stage: Stage) -> (&'static str, &'static str) {
    let (id, title) = match stage {
        Stage::Open => ("open", key!("choice.group_open")),
        Stage::Coming => ("coming", key!("choice.group_coming")),
        Stage::Waiting => ("waiting", key!("choice.group_waiting")),
        Stage::Decided => ("decided", key!("choice.group_decided")),
    };
    (id, words.t(title))
}

fn row(words: Words, programme: &Programme, call: &CallForProjects, stage: Stage, today: Date) -> Row {
    let id = call.id.as_str();
    let link_of = link(words, "call", id);
    let applied = programme.links.projects_by_call.get(&call.id).map_or(0, Vec::len);
    let decisions = programme.links.decisions_by_call.get(&call.id).into_iter().flatten();
    let decision = |id: &DecisionId| Link {
        name: called(words, programme.decisions.get(id).map(|decision| &decision.name), id.as_str()),
        link: link(words, "decision", id.as_str()),
    };
    Row {
        name: called(words, Some(&call.name), id),
        when: when(words, programme, call, stage),
        left: days_left(words, call, stage, today),
        text: described(words, programme, id),
        money: money(words, call.budget),
        pillars: pillars(words, programme, call),
        applied: words.count("choice.applied", applied as u64),
        decisions: decisions.map(decision).collect(),
        propose: if stage == Stage::Open { format!("{link_of}/propose") } else { String::new() },
        link: link_of,
    }
}

/// A call that is asked for, or the problem that there is none.
pub(super) fn find<'a>(programme: &'a Programme, id: &str) -> Result<&'a CallForProjects, Problem> {
    programme.calls.get(&CallId::from(whole("CallForProjects", id))).ok_or_else(|| missing("call", id))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date as day;
    use senne_programme::{Euros, Words as Told};

    use super::*;
    use crate::language::Language;

    fn call(id: &str, opens: Date, closes: Date) -> CallForProjects {
        CallForProjects {
            id: id.into(),
            name: Told::default(),
            opens_on: opens,
            closes_on: closes,
            budget: Euros(3_000_000),
            pillars: Vec::new(),
            criteria: Vec::new(),
        }
    }

    #[test]
    fn open_calls_come_first_and_their_money_is_summed() {
        let mut programme = Programme::default();
        for one in [
            call("a-past", day(2024, 1, 1), day(2024, 5, 1)),
            call("b-late", day(2026, 1, 1), day(2027, 5, 1)),
            call("c-soon", day(2027, 1, 1), day(2027, 5, 1)),
            call("d-early", day(2026, 1, 1), day(2026, 12, 1)),
            call("e-newer", day(2025, 1, 1), day(2025, 5, 1)),
        ] {
            programme.calls.insert(one.id.clone(), one);
        }
        let calls = in_order(&programme, day(2026, 11, 30));
        let order: Vec<&str> = calls.iter().map(|(_, call)| call.id.as_str()).collect();
        assert_eq!(order, ["d-early", "b-late", "c-soon", "e-newer", "a-past"]);
        let words = Words::new(Language::En);
        assert!(lead(words, &calls).contains("6\u{a0}million euros"), "{}", lead(words, &calls));
        assert!(!title(words, &[]).is_empty() && !lead(words, &[]).is_empty());
    }

    #[test]
    fn a_call_is_found_by_its_short_name() {
        let mut programme = Programme::default();
        let one = call("urn:ngsi-ld:CallForProjects:a", day(2026, 1, 1), day(2026, 5, 1));
        programme.calls.insert(one.id.clone(), one);
        assert!(find(&programme, "a").is_ok() && find(&programme, "b").is_err());
    }
}
