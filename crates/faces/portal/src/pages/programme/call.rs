//! A call for projects: its days and money, what it judges by, who applied, and what was decided.

mod applied;
pub(super) mod choose;
pub(super) mod form;
pub(super) mod paging;
pub(super) mod told;

use askama::Template;
use axum::{extract::Path, response::Response};
use senne_model::Problem;
use senne_programme::{CallCriterion, CallForProjects, DecisionRecord, Direction, Document, Programme};

use self::{
    applied::Applied,
    told::{Link, Stage, days_left, described, money, part, pillars, stage, when},
};
use super::{
    calls::find,
    shared::{called, date, link, view},
};
use crate::{address, frame::Frame, visit::Visit, words::Words};

#[derive(Template)]
#[template(path = "programme/call.html")]
struct CallPage {
    frame: Frame,
    title: String,
    lead: String,
    left: String,
    text: String,
    money: String,
    opens: String,
    closes: String,
    pillars: Vec<Link>,
    criteria: Vec<Criterion>,
    applied: Applied,
    decisions: Vec<Decided>,
    papers: Vec<Link>,
    propose: String,
    choose: String,
    api: String,
}

struct Criterion {
    name: String,
    better: &'static str,
    weight: String,
}

struct Decided {
    name: String,
    link: String,
    when: String,
}

/// `GET /{language}/programme/call/{id}?sort=planned&page=2`
pub(super) async fn show(visit: Visit, Path(id): Path<String>) -> Response {
    let page = page(&visit, &id).await;
    visit.answer(page)
}

async fn page(visit: &Visit, id: &str) -> Result<CallPage, Problem> {
    let words = visit.w;
    let view = view(visit).await?;
    let programme = &view.programme;
    let call = find(programme, id)?;
    let stage = stage(programme, call, view.today);
    let name = called(words, Some(&call.name), call.id.as_str());
    let lead = when(words, programme, call, stage);
    let own = link(words, "call", call.id.as_str());
    let [opens, closes] = [call.opens_on, call.closes_on].map(|day| date(words, day));
    Ok(CallPage {
        frame: visit
            .frame()
            .titled(name.clone(), lead.clone())
            .under(words.t("frame.programme"), "/programme")
            .under(words.t("choice.calls"), "/programme/calls")
            .ending(name.clone()),
        title: name,
        left: days_left(words, call, stage, view.today),
        text: described(words, programme, call.id.as_str()),
        money: money(words, call.budget),
        pillars: pillars(words, programme, call),
        criteria: criteria(words, call),
        applied: Applied::of(visit, &view, call),
        decisions: decisions(words, programme, call),
        papers: papers(words, programme, call),
        propose: if stage == Stage::Open { format!("{own}/propose") } else { String::new() },
        choose: if visit.administers() { format!("{own}/choose") } else { String::new() },
        api: format!("/ngsi-ld/v1/entities/{}", address::segment(call.id.as_str())),
        lead,
        opens,
        closes,
    })
}

/// What the call judges by; weights as parts of their sum.
fn criteria(words: Words, call: &CallForProjects) -> Vec<Criterion> {
    let sum: f64 = call.criteria.iter().map(|criterion| criterion.weight).sum();
    let criterion = |criterion: &CallCriterion| Criterion {
        name: called(words, Some(&criterion.name), criterion.id.as_str()),
        better: match criterion.direction {
            Direction::Higher => words.t("indicator.up"),
            Direction::Lower => words.t("indicator.down"),
        },
        weight: if sum > 0.0 {
            part(words, criterion.weight / sum)
        } else {
            words.t("value.none").to_owned()
        },
    };
    call.criteria.iter().map(criterion).collect()
}

/// The decisions on the call, the last first.
fn decisions(words: Words, programme: &Programme, call: &CallForProjects) -> Vec<Decided> {
    let ids = programme.links.decisions_by_call.get(&call.id).into_iter().flatten();
    let mut found: Vec<&DecisionRecord> = ids.filter_map(|id| programme.decisions.get(id)).collect();
    found.sort_by_key(|decision| std::cmp::Reverse(decision.decided_on));
    let decided = |decision: &DecisionRecord| Decided {
        name: called(words, Some(&decision.name), decision.id.as_str()),
        link: link(words, "decision", decision.id.as_str()),
        when: decision.decided_on.map_or_else(String::new, |day| date(words, day)),
    };
    found.into_iter().map(decided).collect()
}

/// The papers about the call; the address of one that is no address of the web leads nowhere.
fn papers(words: Words, programme: &Programme, call: &CallForProjects) -> Vec<Link> {
    let ids = programme.links.documents_by_about.get(call.id.as_str()).into_iter().flatten();
    let paper = |paper: &Document| Link {
        name: called(words, Some(&paper.name), paper.id.as_str()),
        link: paper.url.as_deref().filter(|url| is_web(url)).unwrap_or_default().to_owned(),
    };
    ids.filter_map(|id| programme.documents.get(id)).map(paper).collect()
}

/// Whether an address may be led to; `javascript:` and the like may not.
fn is_web(url: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| url.starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_web_are_led_to() {
        assert!(is_web("https://a.example/b.pdf"));
        assert!(!is_web("javascript:alert(1)") && !is_web("file.pdf") && !is_web(""));
    }
}
