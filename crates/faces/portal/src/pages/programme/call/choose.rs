//! A choice among the projects of a call, for those who administer: what it would be with these weights and rules, and how it becomes a
//! decision.

mod asked;
mod compute;
mod entry;
mod minutes;
mod offer;
mod shown;

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use senne_model::{ErrorKind, Problem};
use senne_programme::{CallForProjects, Programme, View, scoring::Opinion};

use self::{
    asked::Asked,
    compute::{Computed, compute},
    entry::Entry,
    offer::{Offer, PROJECTS_MOST},
    shown::FrontierRow,
};
use super::{
    form::{Fault, Field, Sent, Wrong, summary},
    told::Link,
};
use crate::{
    format,
    frame::Frame,
    pages::programme::{
        calls::find,
        decision::{
            outcome::{Of, Told, told},
            rule,
        },
        refusal::{Refusal, refusal},
        shared::{called, date, link, own_view},
    },
    visit::Visit,
    words::Words,
};

#[derive(Template)]
#[template(path = "programme/choose.html")]
struct ChoosePage {
    frame: Frame,
    title: String,
    back: String,
    may: bool,
    /// Why nothing can be chosen; empty when something can.
    nothing: String,
    unscored: String,
    wrong: Vec<Wrong>,
    /// What the program said when it refused, in English; empty when it did not.
    technical: String,
    /// What the computation has against it, in English.
    fault: String,
    entry: Option<Entry>,
    rules: Vec<String>,
    outcome: Option<Told>,
    frontier: Vec<FrontierRow>,
    frontier_note: String,
    price: Vec<String>,
    /// The fields that make it a decision; none while there is no choice.
    written: Vec<Field>,
    /// The decisions that there are on the call.
    decided: Vec<Link>,
    here: String,
}

/// `GET /{language}/programme/call/{id}/choose?w1-effect=60&method=topsis&budget=6000000`
pub(in crate::pages::programme) async fn show(visit: Visit, Path(id): Path<String>) -> Response {
    let page = match own_view(&visit).await {
        Ok(view) => page(&visit, &view, &id, &Sent::default(), Vec::new()).await,
        Err(problem) => Err(problem),
    };
    visit.answer(page)
}

/// `POST /{language}/programme/call/{id}/choose?…`: what the address asks for becomes a decision.
pub(in crate::pages::programme) async fn send(
    visit: Visit,
    Path(id): Path<String>,
    body: String,
) -> Response {
    if !visit.administers() {
        return visit.refuse(&Problem::new(ErrorKind::Forbidden, "only administrators decide"));
    }
    match decided(&visit, &id, &Sent::read(&body)).await {
        Ok(answer) => answer,
        Err(problem) => visit.refuse(&problem),
    }
}

async fn decided(visit: &Visit, id: &str, body: &Sent) -> Result<Response, Problem> {
    let words = visit.w;
    let view = own_view(visit).await?;
    let call = find(&view.programme, id)?;
    let offer = Offer::of(&view.programme, call);
    let asked = asked::read(words, &offer, &Sent::of_path(&visit.frame().path));
    let minutes = minutes::read(words, &asked, body, view.today);
    let (mut faults, mut technical) = (minutes.faults.clone(), String::new());
    if faults.is_empty() && asked.faults.is_empty() && offer.can_choose() {
        let order = minutes.order(call, &asked, &offer);
        match visit.portal.options.programmes.decide(&visit.own_context(), &order).await {
            Ok(made) => return Ok(Redirect::to(&link(words, "decision", made.as_str())).into_response()),
            Err(problem) if problem.kind == ErrorKind::Internal => return Err(problem),
            Err(problem) => {
                let Refusal { text, detail } = refusal(words, &problem, None);
                faults.push(Fault::new("decide", words.fill("choice.not_decided", [text])));
                technical = detail;
            }
        }
    }
    let page = page(visit, &view, id, body, faults).await;
    Ok(visit.answer(page.map(|page| ChoosePage { technical, ..page })))
}

async fn page(
    visit: &Visit,
    view: &View,
    id: &str,
    body: &Sent,
    faults: Vec<Fault>,
) -> Result<ChoosePage, Problem> {
    let words = visit.w;
    let call = find(&view.programme, id)?;
    let offer = Offer::of(&view.programme, call);
    let frame = visit.frame();
    let (path, here) = (frame.path.clone(), frame.here());
    let name = called(words, Some(&call.name), call.id.as_str());
    let title = words.fill("choice.choose_title", [name.as_str()]);
    let mut page = ChoosePage {
        frame: frame
            .titled(title.clone(), words.t("choice.choose_lead"))
            .under(words.t("frame.programme"), "/programme")
            .under(words.t("choice.calls"), "/programme/calls")
            .ending(words.t("choice.choose")),
        title,
        back: link(words, "call", call.id.as_str()),
        may: visit.administers(),
        nothing: nothing(words, &offer),
        unscored: unscored(words, &offer),
        wrong: Vec::new(),
        technical: String::new(),
        fault: String::new(),
        entry: None,
        rules: Vec::new(),
        outcome: None,
        frontier: Vec::new(),
        frontier_note: String::new(),
        price: Vec::new(),
        written: Vec::new(),
        decided: decisions(words, &view.programme, call),
        here,
    };
    if !page.may || !offer.can_choose() {
        return Ok(page);
    }
    let sent = Sent::of_path(&path);
    let asked = asked::read(words, &offer, &sent);
    page.entry = Some(entry::entry(words, &offer, &sent, &asked.faults));
    if asked.faults.is_empty() {
        let inputs = offer.inputs(view, opinions(words, &asked));
        match compute(inputs, asked.settings.clone(), asked.budget.clone()).await? {
            Ok(computed) => fill(words, &mut page, &offer, &asked, &computed),
            Err(error) => page.fault = error.to_string(),
        }
        if page.outcome.is_some() {
            page.written = minutes::fields(words, &asked, body, &faults, view.today);
        }
    }
    let all: Vec<Fault> = asked.faults.into_iter().chain(faults).collect();
    let fields = page.entry.iter().flat_map(Entry::fields).chain(&page.written);
    page.wrong = summary(words, &all, fields);
    Ok(page)
}

/// What was decided on the call already, each with its day.
fn decisions(words: Words, programme: &Programme, call: &CallForProjects) -> Vec<Link> {
    let ids = programme.links.decisions_by_call.get(&call.id).into_iter().flatten();
    let found = ids.filter_map(|id| programme.decisions.get(id));
    let told = found.map(|one| {
        let name = called(words, Some(&one.name), one.id.as_str());
        let day = one.decided_on.map(|day| format!(" ({})", date(words, day))).unwrap_or_default();
        Link { name: format!("{name}{day}"), link: link(words, "decision", one.id.as_str()) }
    });
    told.collect()
}

/// What came of it, in words.
fn fill(words: Words, page: &mut ChoosePage, offer: &Offer<'_>, asked: &Asked, computed: &Computed) {
    let people: Vec<String> = if asked.said.is_empty() {
        vec![words.t("choice.announced").to_owned()]
    } else {
        asked.said.iter().map(|(person, _)| words.fill("choice.person", [person])).collect()
    };
    let decision = &computed.decision;
    let here = page.here.clone();
    page.outcome = Some(told(Of {
        words,
        programme: offer.programme,
        call: Some(offer.call),
        decision,
        people: &people,
        here: &here,
    }));
    page.rules = rule::all(words, offer.programme, &decision.settings.rules);
    page.frontier = shown::frontier(words, offer, &computed.points);
    page.frontier_note = asked.budget.source.as_deref().map_or_else(String::new, |from| {
        words.fill("choice.frontier_source", [super::told::source(words, from)])
    });
    page.price = computed.price.as_ref().map(|price| shown::price(words, price)).unwrap_or_default();
}

/// The opinions under the numbers of people; the announced weights when nobody says anything.
fn opinions(words: Words, asked: &Asked) -> Vec<Opinion> {
    let said = asked.opinions(|person| person.to_string());
    if said.is_empty() {
        let person = words.t("choice.announced").to_owned();
        return vec![Opinion { person, said: asked.announced.clone() }];
    }
    said
}

/// Why nothing can be chosen.
fn nothing(words: Words, offer: &Offer<'_>) -> String {
    match offer.scored.len() {
        _ if offer.call.criteria.is_empty() => words.t("choice.no_criteria").to_owned(),
        0 => words.t("choice.none_scored").to_owned(),
        found if found > PROJECTS_MOST => {
            let count = |count: usize| format::amount(words.language, count as u64);
            words.fill("choice.too_many", [count(found), count(PROJECTS_MOST)])
        }
        _ => String::new(),
    }
}

fn unscored(words: Words, offer: &Offer<'_>) -> String {
    match offer.unscored {
        0 => String::new(),
        count => words.count("choice.left_aside", count as u64),
    }
}
