//! A draft: what it would change, as it is now beside as it would be, and what becomes of it.

mod changes;
pub(super) mod due;
mod shown;

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use senne_contract::Contract;
use senne_model::{ErrorKind, Json, Problem};
use senne_programme::{Draft, DraftState, asking::Settlement};

use self::changes::Change;
use super::{
    edit::{
        kinds, names,
        page::{kept, link as edit_link},
        simple::{self, Simple},
        subject::{self, fingerprint, may_write},
    },
    shared::{self, View},
};
use crate::{
    address,
    frame::Frame,
    visit::Visit,
    words::{Words, key},
};

#[derive(Template)]
#[template(path = "programme/draft.html")]
struct DraftPage {
    frame: Frame,
    title: String,
    lead: String,
    done: String,
    kept: String,
    problems: Vec<Wrong>,
    facts: Vec<Fact>,
    caption: String,
    changes: Vec<Change>,
    /// Whether the thing is not there yet.
    new: bool,
    may: bool,
    choices: Vec<Button>,
    seen: String,
    by: String,
    note: String,
    links: Vec<Linked>,
}

/// Something wrong with what was sent; no field when it is about all.
struct Wrong {
    anchor: &'static str,
    text: String,
}

struct Fact {
    title: &'static str,
    text: String,
}

/// What may become of the draft.
struct Button {
    word: &'static str,
    label: &'static str,
}

struct Linked {
    label: String,
    link: String,
}

/// A draft, and what it is about as that is now.
struct Read<'a> {
    draft: Draft,
    contract: Option<&'a Contract>,
    now: Option<Simple>,
    view: Arc<View>,
}

/// What was sent with a button.
#[derive(Default)]
struct Sent {
    by: String,
    note: String,
    problems: Vec<Wrong>,
}

/// `GET /{language}/programme/draft/{id}`
pub(super) async fn show(visit: Visit, Path(id): Path<String>) -> Response {
    let read = Read::of(&visit, &id).await;
    visit.answer(read.map(|read| page(&visit, &read, Sent::default())))
}

/// `POST /{language}/programme/draft/{id}`
pub(super) async fn send(visit: Visit, Path(id): Path<String>, body: String) -> Response {
    let read = match Read::of(&visit, &id).await {
        Ok(read) => read,
        Err(problem) => return visit.refuse(&problem),
    };
    let fields = address::parameters(&body);
    let field = |name: &str| address::parameter(&fields, name).unwrap_or_default().trim();
    let (by, note) = (field("by").to_owned(), field("note").replace("\r\n", "\n"));
    let (word, settlement) = match field("do") {
        "publish" => ("published", Some(Settlement::Publish)),
        "refuse" => ("refused", Some(Settlement::Refuse)),
        "review" => ("review", Some(Settlement::Review)),
        _ => ("", None),
    };
    let problems = check(&visit, &read, settlement, field("seen"), &by, &note);
    let Some(settlement) = settlement.filter(|_| problems.is_empty()) else {
        return visit.answer(Ok(page(&visit, &read, Sent { by, note, problems })));
    };
    let (programmes, context) = (&visit.portal.options.programmes, visit.own_context());
    match programmes.settle(&context, &read.draft.id, settlement, &by, &note).await {
        Ok(()) => {
            let link = shared::link(visit.w, "draft", read.draft.id.as_str());
            Redirect::to(&format!("{link}?done={word}")).into_response()
        }
        Err(problem) if problem.kind == ErrorKind::Internal => visit.refuse(&problem),
        Err(problem) => {
            let text = match problem.kind {
                ErrorKind::Unauthenticated | ErrorKind::Forbidden => visit.w.t("editing.locked").to_owned(),
                _ => visit.w.fill("editing.refused", [problem.detail]),
            };
            let problems = vec![Wrong { anchor: "", text }];
            visit.answer(Ok(page(&visit, &read, Sent { by, note, problems })))
        }
    }
}

impl<'a> Read<'a> {
    async fn of(visit: &'a Visit, id: &str) -> Result<Self, Problem> {
        let view = shared::own_view(visit).await?;
        let draft = subject::draft(visit, &view, id).await?.ok_or_else(|| shared::missing("draft", id))?;
        let contract = visit.hub().contracts().iter().find(|one| one.type_term == draft.kind);
        let entity = subject::entity(visit, &draft.about).await?;
        let now = entity
            .map(|entity| contract.map_or_else(Simple::new, |contract| simple::simple(&entity, contract)));
        Ok(Self { draft, contract, now, view })
    }

    fn fingerprint(&self) -> String {
        fingerprint(self.now.as_deref().unwrap_or_default(), Some(&self.draft))
    }

    /// What the thing is called, or would be.
    fn name(&self, words: Words) -> String {
        let drafted = || {
            let name = self.draft.content.get("name");
            [words.language.code(), "en", "fr", "nl"].into_iter().find_map(|each| simple::told(name, each))
        };
        match names::told(&self.view.programme, &self.draft.about) {
            None if drafted().is_some() => drafted().unwrap_or_default().to_owned(),
            _ => names::name(words, &self.view.programme, &self.draft.about),
        }
    }

    /// The buttons for what may become of it.
    fn choices(&self) -> Vec<(&'static str, &'static str)> {
        let review = match self.draft.state {
            DraftState::Draft => key!("editing.hand_in"),
            DraftState::Review => key!("editing.back_to_review"),
            DraftState::Refused | DraftState::Published => return Vec::new(),
        };
        vec![("publish", key!("editing.publish")), ("refuse", key!("editing.refuse")), ("review", review)]
    }
}

fn check(
    visit: &Visit,
    read: &Read<'_>,
    settlement: Option<Settlement>,
    seen: &str,
    by: &str,
    note: &str,
) -> Vec<Wrong> {
    let words = visit.w;
    let general = |text: &'static str| vec![Wrong { anchor: "", text: words.t(text).to_owned() }];
    if !may_write(visit) {
        return general(key!("editing.locked"));
    }
    let word = match settlement {
        Some(Settlement::Publish) => "publish",
        Some(Settlement::Refuse) => "refuse",
        Some(Settlement::Review) => "review",
        None => "",
    };
    if !read.choices().iter().any(|(choice, _)| *choice == word) {
        return general(key!("editing.settled"));
    }
    // Nobody publishes what they have not seen.
    if !seen.is_empty() && seen != read.fingerprint() {
        return general(key!("editing.draft_meanwhile"));
    }
    let mut problems = Vec::new();
    if by.is_empty() {
        problems.push(Wrong { anchor: "by", text: words.t("editing.no_name").to_owned() });
    }
    if settlement == Some(Settlement::Refuse) && note.is_empty() {
        problems.push(Wrong { anchor: "note", text: words.t("editing.no_reason").to_owned() });
    }
    if settlement == Some(Settlement::Publish) {
        problems.extend(lacking(words, read));
    }
    problems
}

/// What a programme would leave the thing out for, once published. What it reads already has all of it, and a draft takes nothing away.
fn lacking(words: Words, read: &Read<'_>) -> Vec<Wrong> {
    let Some(kind) = kinds::find(&read.draft.kind) else { return Vec::new() };
    if names::told(&read.view.programme, &read.draft.about).is_some() {
        return Vec::new();
    }
    let now = read.now.as_deref().unwrap_or_default();
    let says = |term: &str| {
        let drafted = read.draft.content.get(term).filter(|json| **json != Json::Null);
        drafted.or_else(|| simple::get(now, term)).is_some()
    };
    let attributes = read.contract.map(|contract| contract.attributes.as_slice()).unwrap_or_default();
    let title = |term: &'static str| {
        let found = attributes.iter().find(|attribute| attribute.term == term);
        found.map_or(term, |attribute| attribute.title.get(words.language.code()))
    };
    let wrong = |term| Wrong {
        anchor: "",
        text: words.fill("choice.fault_in", [title(term), words.t("editing.needed_missing")]),
    };
    kind.lacks(says).into_iter().map(wrong).collect()
}

fn page(visit: &Visit, read: &Read<'_>, sent: Sent) -> DraftPage {
    let words = visit.w;
    let (draft, name) = (&read.draft, read.name(words));
    let (new, code) = (read.now.is_none(), words.language.code());
    let kind = read.contract.map_or(draft.kind.as_str(), |contract| contract.title.get(code));
    let title = match (new, draft.state) {
        (_, DraftState::Published) => words.fill("editing.draft_was", [name.as_str()]),
        (true, _) => words.fill("editing.draft_new", [name.as_str(), kind]),
        (false, _) => words.fill("editing.draft_change", [name.as_str()]),
    };
    let changes = changes::changes(
        words,
        &read.view.programme,
        read.contract,
        read.now.as_deref().unwrap_or_default(),
        draft,
    );
    let state = words.t(state_sentence(draft.state));
    let attributes = read.contract.map(|contract| contract.attributes.as_slice()).unwrap_or_default();
    let frame = visit.frame().titled(title.clone(), state).under(words.t("frame.programme"), "/programme");
    let choices = read.choices().into_iter().map(|(word, label)| Button { word, label: words.t(label) });
    DraftPage {
        frame: frame.under(words.t("editing.drafts"), "/programme/drafts").ending(name.clone()),
        lead: state.to_owned(),
        done: done(visit),
        kept: kept(visit, attributes),
        problems: sent.problems,
        facts: facts(words, read, kind),
        caption: words.fill("editing.changes_of", [name.as_str()]),
        changes,
        new,
        may: may_write(visit),
        choices: choices.collect(),
        seen: read.fingerprint(),
        by: sent.by,
        note: sent.note,
        links: links(words, read),
        title,
    }
}

fn done(visit: &Visit) -> String {
    let text = match visit.parameter("done") {
        Some("saved") => key!("editing.done_saved"),
        Some("review") => key!("editing.done_review"),
        Some("published") => key!("editing.done_published"),
        Some("refused") => key!("editing.done_refused"),
        _ => return String::new(),
    };
    visit.w.t(text).to_owned()
}

/// What the state of a draft means.
fn state_sentence(state: DraftState) -> &'static str {
    match state {
        DraftState::Draft => key!("editing.state_draft"),
        DraftState::Review => key!("editing.state_review"),
        DraftState::Published => key!("editing.state_published"),
        DraftState::Refused => key!("editing.state_refused"),
    }
}

fn facts(words: Words, read: &Read<'_>, kind: &str) -> Vec<Fact> {
    let draft = &read.draft;
    let fact = |title: &'static str, text: Option<String>| Some(Fact { title, text: text? });
    let day = draft.changed_on.map(|day| shared::date(words, day));
    let nobody = || words.t("editing.nobody_named").to_owned();
    let facts = [
        fact(words.t("editing.author"), Some(draft.author.clone().unwrap_or_else(nobody))),
        fact(words.t("editing.changed_on"), day),
        fact(words.t("editing.reviewer"), draft.reviewer.clone()),
        fact(words.t("editing.note"), draft.note.clone()),
        fact(words.t("editing.kind"), Some(kind.to_owned())),
        fact(words.t("editing.id"), Some(draft.about.clone())),
    ];
    facts.into_iter().flatten().filter(|fact| !fact.text.is_empty()).collect()
}

fn links(words: Words, read: &Read<'_>) -> Vec<Linked> {
    let draft = &read.draft;
    let kind = kinds::find(&draft.kind);
    let mut links = Vec::new();
    let page = match read.now {
        Some(_) => kind.map(|_| edit_link(words, &draft.about)),
        None => kinds::begun(&draft.kind).map(|kind| kinds::link(words, kind)),
    };
    if let Some(page) = page.filter(|_| draft.state != DraftState::Published) {
        let link = format!("{page}?draft={}", address::segment(draft.id.as_str()));
        links.push(Linked { label: words.t("editing.edit_on").to_owned(), link });
    }
    let now = read.now.as_deref();
    let project = now.and_then(|now| simple::targets(simple::get(now, "refProject")).first().copied());
    let shown = now.and(kind).and_then(|kind| kind.shown_at(words, &draft.about, project));
    links.extend(shown.map(|link| Linked { label: words.t("editing.to_page").to_owned(), link }));
    links.push(Linked {
        label: words.t("editing.drafts").to_owned(),
        link: format!("/{}/programme/drafts", words.language),
    });
    links
}
