//! A draft: what it would change, as it is now beside as it would be, and what becomes of it and of all that belongs to it.

mod changes;
mod check;
pub(super) mod due;
mod read;
mod shown;

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use senne_model::{ErrorKind, Problem};
use senne_programme::{
    Draft, DraftState,
    asking::{Settlement, SettlementOrder},
};

use self::{
    changes::Change,
    check::check,
    read::{Member, Read},
    shown::Ground,
};
use super::{
    edit::{kinds, page::link as edit_link, rules, simple, subject::may_write},
    refusal::{self, Refusal},
    shared,
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
    problems: Vec<Wrong>,
    technical: String,
    facts: Vec<Fact>,
    /// What the draft would change, then what those that belong to it would.
    tables: Vec<Table>,
    /// How many belong to it; empty when none do.
    together: String,
    may: bool,
    choices: Vec<Button>,
    seen: String,
    by: String,
    note: String,
    links: Vec<Linked>,
}

/// Something wrong with what was sent; no field when it is about all.
struct Wrong {
    anchor: String,
    text: String,
}

struct Fact {
    title: &'static str,
    text: String,
}

/// What one draft would change.
struct Table {
    id: String,
    title: String,
    caption: String,
    changes: Vec<Change>,
    /// Whether the thing is not there yet.
    new: bool,
    /// Where the draft is edited; empty where it is not.
    edit: String,
    edit_label: String,
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

/// What was sent with a button.
#[derive(Default)]
struct Sent {
    settlement: Option<Settlement>,
    by: String,
    note: String,
    seen: String,
}

/// Why nothing was done.
#[derive(Default)]
struct Stopped {
    problems: Vec<Wrong>,
    technical: String,
}

/// `GET /{language}/programme/draft/{id}`; a part is seen with what it belongs to.
pub(super) async fn show(visit: Visit, Path(id): Path<String>) -> Response {
    let read = match Read::of(&visit, &id).await {
        Ok(read) => read,
        Err(problem) => return visit.refuse(&problem),
    };
    let asked = shared::whole("Draft", &id);
    match read.first().map(|first| &first.draft) {
        Some(first) if first.id.as_str() != asked => {
            let part = read.members.iter().find(|member| member.draft.id.as_str() == asked);
            let place = part.map(|part| format!("#{}", anchor(&part.draft))).unwrap_or_default();
            let done = visit.parameter("done").map(|done| format!("?done={}", address::segment(done)));
            let link = shared::link(visit.w, "draft", first.id.as_str());
            Redirect::to(&format!("{link}{}{place}", done.unwrap_or_default())).into_response()
        }
        _ => visit.answer(page(&visit, &read, Sent::default(), Stopped::default())),
    }
}

/// `POST /{language}/programme/draft/{id}`
pub(super) async fn send(visit: Visit, Path(id): Path<String>, body: String) -> Response {
    let read = match Read::of(&visit, &id).await {
        Ok(read) => read,
        Err(problem) => return visit.refuse(&problem),
    };
    let sent = Sent::read(&body);
    let problems = check(&visit, &read, &sent);
    let (Some(settlement), Some(open), true) = (sent.settlement, read.open().next(), problems.is_empty())
    else {
        return visit.answer(page(&visit, &read, sent, Stopped { problems, technical: String::new() }));
    };
    let order = SettlementOrder {
        draft: open.draft.id.clone(),
        edited: None,
        settlement,
        by: sent.by.clone(),
        note: sent.note.clone(),
    };
    match visit.portal.options.programmes.settle(&visit.own_context(), &order).await {
        Ok(()) => {
            let first = read.first().unwrap_or(open);
            let link = shared::link(visit.w, "draft", first.draft.id.as_str());
            Redirect::to(&format!("{link}?done={}", done_word(settlement))).into_response()
        }
        Err(problem) if problem.kind == ErrorKind::Internal => visit.refuse(&problem),
        Err(problem) => visit.answer(page(&visit, &read, sent, stopped(visit.w, &read, &problem))),
    }
}

impl Sent {
    fn read(body: &str) -> Self {
        let fields = address::parameters(body);
        let field = |name: &str| address::parameter(&fields, name).unwrap_or_default().trim();
        let settlement = match field("do") {
            "publish" => Some(Settlement::Publish),
            "refuse" => Some(Settlement::Refuse),
            "review" => Some(Settlement::Review),
            _ => None,
        };
        let (by, note) = (field("by").to_owned(), field("note").replace("\r\n", "\n"));
        Self { settlement, by, note, seen: field("seen").to_owned() }
    }
}

impl Wrong {
    fn general(text: impl Into<String>) -> Self {
        Self::at(String::new(), text)
    }

    fn at(anchor: impl Into<String>, text: impl Into<String>) -> Self {
        Self { anchor: anchor.into(), text: text.into() }
    }
}

/// Where a draft stands in the page.
fn anchor(draft: &Draft) -> String {
    format!("draft-{}", shared::last(draft.id.as_str()))
}

/// What was refused, in the words of the page.
fn stopped(words: Words, read: &Read<'_>, problem: &Problem) -> Stopped {
    if matches!(problem.kind, ErrorKind::Unauthenticated | ErrorKind::Forbidden) {
        return Stopped {
            problems: vec![Wrong::general(words.t("editing.locked"))],
            technical: String::new(),
        };
    }
    let term = refusal::term(problem);
    let mut contracts = read.members.iter().filter_map(|member| member.contract);
    let contract = contracts
        .find(|contract| contract.attributes.iter().any(|attribute| Some(attribute.term.as_str()) == term));
    let title = contract.zip(term).map(|(contract, term)| rules::title(words, Some(contract), term));
    let Refusal { text, detail } = refusal::refusal(words, problem, title);
    let problems = vec![Wrong::general(words.fill("editing.refused", [text]))];
    Stopped { problems, technical: detail }
}

/// The buttons for what may become of a draft.
fn choices(state: DraftState) -> Vec<(&'static str, &'static str)> {
    let review = match state {
        DraftState::Draft => key!("editing.hand_in"),
        DraftState::Review => key!("editing.back_to_review"),
        DraftState::Refused | DraftState::Published => return Vec::new(),
    };
    vec![("publish", key!("editing.publish")), ("refuse", key!("editing.refuse")), ("review", review)]
}

fn page(visit: &Visit, read: &Read<'_>, sent: Sent, stopped: Stopped) -> Result<DraftPage, Problem> {
    let words = visit.w;
    let first = read.first().ok_or_else(|| shared::missing("draft", ""))?;
    let (name, state) = (first.name(words, &read.view), read.state());
    let title = match (first.now.is_none(), state) {
        (_, DraftState::Published) => words.fill("editing.draft_was", [name.as_str()]),
        (true, _) => words.fill("editing.draft_new", [name.as_str(), first.kind(words)]),
        (false, _) => words.fill("editing.draft_change", [name.as_str()]),
    };
    let lead = words.t(state_sentence(state));
    let frame = visit.frame().titled(title.clone(), lead).under(words.t("frame.programme"), "/programme");
    let choices = choices(state).into_iter().map(|(word, label)| Button { word, label: words.t(label) });
    let together = match read.members.len() - 1 {
        0 => String::new(),
        count => words.count("editing.belong", count as u64),
    };
    Ok(DraftPage {
        frame: frame.under(words.t("editing.drafts"), "/programme/drafts").ending(name),
        lead: lead.to_owned(),
        done: done(visit),
        problems: stopped.problems,
        technical: stopped.technical,
        facts: facts(words, first),
        tables: read.members.iter().map(|member| table(words, read, member)).collect(),
        together,
        may: may_write(visit),
        choices: choices.collect(),
        seen: read.fingerprint(),
        by: sent.by,
        note: sent.note,
        links: links(words, first),
        title,
    })
}

fn table(words: Words, read: &Read<'_>, member: &Member<'_>) -> Table {
    let name = member.name(words, &read.view);
    let now = member.now.as_deref().unwrap_or_default();
    let edit =
        if member.draft.is_open() { edited_at(words, member).unwrap_or_default() } else { String::new() };
    Table {
        id: anchor(&member.draft),
        title: words.fill("editing.part_title", [member.kind(words), &name]),
        caption: words.fill("editing.changes_of", [&name]),
        changes: changes::changes(
            words,
            Ground { programme: &read.view.programme, overview: &read.overview },
            member.contract,
            now,
            &member.draft,
        ),
        new: member.now.is_none(),
        edit,
        edit_label: words.fill("editing.edit_this", [name]),
    }
}

/// Where a draft is edited.
fn edited_at(words: Words, member: &Member<'_>) -> Option<String> {
    let draft = &member.draft;
    let page = match member.now {
        Some(_) => kinds::find(&draft.kind).map(|_| edit_link(words, &draft.about)),
        None => kinds::begun(&draft.kind).map(|kind| kinds::link(words, kind)),
    };
    Some(format!("{}?draft={}", page?, address::segment(draft.id.as_str())))
}

fn done_word(settlement: Settlement) -> &'static str {
    match settlement {
        Settlement::Review => "review",
        Settlement::Publish => "published",
        Settlement::Refuse => "refused",
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

fn facts(words: Words, first: &Member<'_>) -> Vec<Fact> {
    let draft = &first.draft;
    let fact = |title: &'static str, text: Option<String>| Some(Fact { title, text: text? });
    let day = draft.changed_on.map(|day| shared::date(words, day));
    let nobody = || words.t("editing.nobody_named").to_owned();
    let facts = [
        fact(words.t("editing.author"), Some(draft.author.clone().unwrap_or_else(nobody))),
        fact(words.t("editing.changed_on"), day),
        fact(words.t("editing.reviewer"), draft.reviewer.clone()),
        fact(words.t("editing.note"), draft.note.clone()),
        fact(words.t("editing.kind"), Some(first.kind(words).to_owned())),
        fact(words.t("editing.id"), Some(draft.about.clone())),
    ];
    facts.into_iter().flatten().filter(|fact| !fact.text.is_empty()).collect()
}

fn links(words: Words, first: &Member<'_>) -> Vec<Linked> {
    let draft = &first.draft;
    let mut links = Vec::new();
    if let Some(link) = edited_at(words, first).filter(|_| draft.state != DraftState::Published) {
        links.push(Linked { label: words.t("editing.edit_on").to_owned(), link });
    }
    let project = simple::targets(first.says("refProject")).first().copied();
    let kind = first.now.as_ref().and(kinds::find(&draft.kind));
    let shown = kind.and_then(|kind| kind.shown_at(words, &draft.about, project));
    links.extend(shown.map(|link| Linked { label: words.t("editing.to_page").to_owned(), link }));
    links.push(Linked {
        label: words.t("editing.drafts").to_owned(),
        link: format!("/{}/programme/drafts", words.language),
    });
    links
}
