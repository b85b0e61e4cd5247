//! A project is proposed to an open call: what it promises, what could be seen of it, and how it is handed in.

mod costs;
mod drafts;
mod fields;
pub(super) mod place;
mod proposal;
mod seen;

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use senne_model::{ErrorKind, Json, Problem};
use senne_programme::{CallForProjects, DraftId, Programme, View};

use self::{
    drafts::{drafts, is_mark, mark, slug},
    fields::{Form, Group},
    place::{Placed, placed},
    proposal::{Proposal, Read, read},
    seen::{Seen, seen},
};
use super::{
    call::{
        form::{Fault, Sent, Wrong, summary},
        told::{Stage, days_left, money, stage, when},
    },
    calls::find,
    refusal::{Refusal, refusal},
    shared::{called, date, link, own_view, view},
};
use crate::{address, assets::Assets, frame::Frame, visit::Visit, words::Words};

/// The fields that the question what would be seen is about; others may still be empty.
const ASKED: [&str; 9] =
    ["indicator", "low", "high", "place", "ramp", "starts", "ends", "seen", "population"];

#[derive(Template)]
#[template(path = "programme/propose.html")]
struct ProposePage {
    frame: Frame,
    title: String,
    lead: String,
    left: String,
    back: String,
    open: bool,
    /// Whether handing in was refused to who asks.
    locked: bool,
    thanks: Option<Thanks>,
    wrong: Vec<Wrong>,
    /// What the program said when it refused, in English; empty when it did not.
    technical: String,
    seen: Option<Seen>,
    cost: String,
    groups: Vec<Group>,
    mark: String,
    here: String,
}

/// What is said once a proposal was handed in.
struct Thanks {
    name: String,
    /// Where the draft may be seen; empty for those who may not.
    draft: String,
    closes: String,
}

/// `GET /{language}/programme/call/{id}/propose`
pub(super) async fn show(visit: Visit, Path(id): Path<String>) -> Response {
    let page = begin(&visit, &id).await;
    visit.answer(page)
}

/// `POST /{language}/programme/call/{id}/propose`: `do=seen` asks what would be seen, anything else hands in.
pub(super) async fn send(visit: Visit, Path(id): Path<String>, body: String) -> Response {
    match sent(&visit, &id, &Sent::read(&body)).await {
        Ok(answer) => answer,
        Err(problem) => visit.refuse(&problem),
    }
}

async fn begin(visit: &Visit, id: &str) -> Result<ProposePage, Problem> {
    let view = view(visit).await?;
    let call = find(&view.programme, id)?;
    let place = placed(visit, &view.programme, &mut Proposal::default()).await?;
    let mut page = page(visit, &view, call, &Sent::default(), Vec::new(), place);
    if let Some(slug) = visit.parameter("thanks").filter(|slug| !slug.is_empty()) {
        page.thanks = Some(thanks(visit, call, slug).await?);
        visit.w.t("choice.thanks").clone_into(&mut page.frame.title);
    }
    Ok(page)
}

async fn sent(visit: &Visit, id: &str, sent: &Sent) -> Result<Response, Problem> {
    let view = view(visit).await?;
    let call = find(&view.programme, id)?;
    let mut read = read(visit.w, &view.programme, call, sent);
    let place = placed(visit, &view.programme, &mut read.proposal).await?;
    if sent.get("do") == "seen" {
        return Ok(visit.answer(foresee(visit, &view, call, sent, read, place).await));
    }
    let Read { proposal, mut wrong, missing: mut faults } = read;
    faults.append(&mut wrong);
    let open = stage(&view.programme, call, view.today) == Stage::Open;
    if !faults.is_empty() || !open {
        return Ok(visit.answer(Ok(page(visit, &view, call, sent, faults, place))));
    }
    let slug = slug(&proposal.name, &mark_of(visit, sent));
    match hand_in(visit, &view, call, &proposal, &slug).await {
        Ok(()) => {
            let here = format!(
                "{}/propose?thanks={}",
                link(visit.w, "call", call.id.as_str()),
                address::segment(&slug)
            );
            Ok(Redirect::to(&here).into_response())
        }
        Err(problem) if problem.kind == ErrorKind::Internal => Err(problem),
        Err(problem) => {
            let locked = matches!(problem.kind, ErrorKind::Forbidden | ErrorKind::Unauthenticated);
            let Refusal { text, detail } = refusal(visit.w, &problem, None);
            let fault = || Fault::new("send", visit.w.fill("choice.not_handed_in", [text]));
            let (faults, technical) =
                if locked { (Vec::new(), String::new()) } else { (vec![fault()], detail) };
            let page = ProposePage { locked, technical, ..page(visit, &view, call, sent, faults, place) };
            Ok(visit.answer(Ok(page)))
        }
    }
}

/// Answers what would be seen and keeps all that was typed.
async fn foresee(
    visit: &Visit,
    view: &View,
    call: &CallForProjects,
    sent: &Sent,
    read: Read,
    place: Placed,
) -> Result<ProposePage, Problem> {
    let Read { proposal, wrong, missing: mut faults } = read;
    faults.retain(|fault| fault.field == "indicator");
    faults.extend(wrong.into_iter().filter(|fault| ASKED.contains(&fault.field.as_str())));
    let answer = match proposal.indicator {
        Some(_) => Some(seen(visit, &view.programme, &proposal).await),
        None => None,
    };
    let cost = cost(visit.w, call, &proposal);
    Ok(ProposePage { seen: answer, cost, ..page(visit, view, call, sent, faults, place) })
}

/// What it would cost, beside what the call has; empty while no cost is stated.
fn cost(words: Words, call: &CallForProjects, proposal: &Proposal) -> String {
    if proposal.costs.is_empty() {
        return String::new();
    }
    words.fill("choice.would_cost", [money(words, proposal.cost()), money(words, call.budget)])
}

/// The drafts are written all at once; sent again, they take each other's place.
async fn hand_in(
    visit: &Visit,
    view: &View,
    call: &CallForProjects,
    proposal: &Proposal,
    slug: &str,
) -> Result<(), Problem> {
    let drafts = drafts(visit.w, call, proposal, slug, view.today);
    visit.portal.options.programmes.save_proposal(&visit.own_context(), &drafts).await
}

/// The mark that came with the form; a new one when it brought none.
fn mark_of(visit: &Visit, sent: &Sent) -> String {
    let sent = sent.get("mark");
    if is_mark(sent) { sent.to_owned() } else { mark(visit.now.micros()) }
}

async fn thanks(visit: &Visit, call: &CallForProjects, slug: &str) -> Result<Thanks, Problem> {
    let view = own_view(visit).await?;
    let id = DraftId::new(format!("urn:ngsi-ld:Draft:{slug}"));
    let draft = view.programme.drafts.get(&id);
    let path = format!("/programme/draft/{}", address::segment(slug));
    Ok(Thanks {
        name: draft.map_or_else(String::new, |draft| draft_name(visit.w, &draft.content)),
        draft: if draft.is_some() { visit.link(&path) } else { String::new() },
        closes: visit.w.fill("choice.next_scored", [date(visit.w, call.closes_on)]),
    })
}

/// The name in a draft, in the language of the visit or any other.
fn draft_name(words: Words, content: &Json) -> String {
    let names = content.get("name").and_then(Json::as_object).unwrap_or_default();
    let own = names.iter().find(|(tag, _)| &**tag == words.language.code());
    let found = own.or_else(|| names.first()).and_then(|(_, name)| name.as_str());
    found.unwrap_or_default().to_owned()
}

fn page(
    visit: &Visit,
    view: &View,
    call: &CallForProjects,
    sent: &Sent,
    faults: Vec<Fault>,
    place: Placed,
) -> ProposePage {
    let words = visit.w;
    let programme: &Programme = &view.programme;
    let stage = stage(programme, call, view.today);
    let frame = visit.frame();
    let name = called(words, Some(&call.name), call.id.as_str());
    let title = words.fill("choice.propose_title", [name.as_str()]);
    let back = link(words, "call", call.id.as_str());
    let open = stage == Stage::Open;
    let form = Form { words, programme, call, sent, faults: &faults, ticked: &place.areas };
    let groups = if open { form.groups(place.map) } else { Vec::new() };
    let assets = Assets::get();
    let island = |sheet: &'static Option<String>| sheet.as_ref().filter(|_| open);
    ProposePage {
        frame: frame
            .titled(title.clone(), words.t("choice.propose_lead"))
            .under(words.t("frame.programme"), "/programme")
            .under(words.t("choice.calls"), "/programme/calls")
            .ending(words.t("choice.propose"))
            .island(None, island(&assets.map_style))
            .island(island(&assets.draw_script), island(&assets.draw_style)),
        title,
        lead: when(words, programme, call, stage),
        left: days_left(words, call, stage, view.today),
        here: format!("{back}/propose"),
        back,
        open,
        locked: false,
        thanks: None,
        technical: String::new(),
        wrong: summary(words, &faults, groups.iter().flat_map(Group::all)),
        groups,
        seen: None,
        cost: String::new(),
        mark: mark_of(visit, sent),
    }
}
