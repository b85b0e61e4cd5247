//! What waits to be published, and what needs somebody: where those who look after the programme begin.

use askama::Template;
use axum::response::Response;
use senne_hub::{Action, Grant};
use senne_model::Problem;
use senne_programme::{DraftSet, DraftState};

use super::{
    draft::due::{self, Need},
    edit::{kinds, names, rules, subject::may_write},
    shared::{self, View},
};
use crate::{frame::Frame, visit::Visit, words::Words};

/// So many drafts of a state, and so many things that need somebody, stand on a page.
const SHOWN_MOST: usize = 20;
/// So many attributes are named of what a draft would change.
const NAMED_MOST: usize = 6;
/// Each list has its own page number in the address, under one of these names.
const LISTS: [&str; 5] = ["review", "draft", "refused", "published", "needs"];

#[derive(Template)]
#[template(path = "programme/drafts.html")]
struct DraftsPage {
    frame: Frame,
    title: &'static str,
    lead: String,
    /// Whether the reader may see drafts.
    sees: bool,
    may: bool,
    states: Vec<State>,
    finding: String,
    explained: String,
    needs: Vec<Need>,
    needs_pager: Pager,
    begin: Vec<Linked>,
}

/// The drafts of one state; those that belong together are one.
struct State {
    id: &'static str,
    title: String,
    rows: Vec<Row>,
    pager: Pager,
}

struct Row {
    name: String,
    link: String,
    kind: String,
    /// How many belong to it; empty when none do.
    parts: String,
    changes: String,
    by: String,
    day: String,
    ago: String,
    note: String,
}

struct Linked {
    label: String,
    link: String,
}

/// Which part of a list is shown; empty when all of it is.
#[derive(Debug, Default)]
struct Pager {
    said: String,
    previous: String,
    next: String,
}

/// `GET /{language}/programme/drafts?review=2&needs=3`
pub(super) async fn show(visit: Visit) -> Response {
    let page = page(&visit).await;
    visit.answer(page)
}

async fn page(visit: &Visit) -> Result<DraftsPage, Problem> {
    let words = visit.w;
    let view = shared::own_view(visit).await?;
    let title = words.t("editing.drafts_title");
    let sets = view.programme.draft_sets();
    let states = states(visit, &view, &sets);
    let open = due::open(&view);
    let (from, until, needs_pager) = part(visit, "needs", open.len());
    let needs = open.get(from..until).unwrap_or_default();
    let in_review = sets.iter().filter(|set| state(set) == DraftState::Review);
    let sees =
        visit.hub().decide(&visit.own_context(), Action::Read).is_ok_and(|grant| grant == Grant::Everything);
    let may = may_write(visit);
    let lead = if sees || !states.is_empty() {
        words.count("editing.many_in_review", in_review.count() as u64)
    } else {
        words.t("editing.drafts_lead").to_owned()
    };
    Ok(DraftsPage {
        frame: visit
            .frame()
            .titled(title, lead.clone())
            .under(words.t("frame.programme"), "/programme")
            .ending(words.t("editing.drafts")),
        title,
        lead,
        sees,
        states,
        finding: due::finding(words, &open),
        explained: due::explained(words),
        needs: needs.iter().map(|one| due::told(words, &view, one)).collect(),
        needs_pager,
        begin: if may { begin(visit) } else { Vec::new() },
        may,
    })
}

/// How far drafts that belong together have come: as far as what is open of them has.
fn state(set: &DraftSet<'_>) -> DraftState {
    set.all().find(|draft| draft.is_open()).unwrap_or(set.first).state
}

fn states(visit: &Visit, view: &View, sets: &[DraftSet<'_>]) -> Vec<State> {
    let all = [DraftState::Review, DraftState::Draft, DraftState::Refused, DraftState::Published];
    let each = all.into_iter().zip(LISTS).filter_map(|(wanted, id)| {
        let mut sets: Vec<&DraftSet<'_>> = sets.iter().filter(|set| state(set) == wanted).collect();
        if sets.is_empty() {
            return None;
        }
        // What waits longest comes first; of what is settled, the newest.
        sets.sort_by(|a, b| (a.first.changed_on, &a.first.id).cmp(&(b.first.changed_on, &b.first.id)));
        if matches!(wanted, DraftState::Refused | DraftState::Published) {
            sets.reverse();
        }
        let (from, until, pager) = part(visit, id, sets.len());
        let shown = sets.get(from..until).unwrap_or_default();
        let rows = shown.iter().map(|set| row(visit, view, set)).collect();
        Some(State { id, title: title(visit.w, wanted, sets.len() as u64), rows, pager })
    });
    each.collect()
}

fn title(words: Words, state: DraftState, count: u64) -> String {
    match state {
        DraftState::Review => words.count("editing.many_review", count),
        DraftState::Draft => words.count("editing.many_draft", count),
        DraftState::Refused => words.count("editing.many_refused", count),
        DraftState::Published => words.count("editing.many_published", count),
    }
}

fn row(visit: &Visit, view: &View, set: &DraftSet<'_>) -> Row {
    let (words, draft) = (visit.w, set.first);
    let contract = visit.hub().contracts().iter().find(|contract| contract.type_term == draft.kind);
    let terms = draft.content.as_object().unwrap_or_default();
    let titles =
        terms.iter().take(NAMED_MOST).map(|(term, _)| rules::title(words, contract, term).to_owned());
    let mut changes: Vec<String> = titles.collect();
    if terms.len() > NAMED_MOST {
        changes.push(words.count("editing.more_changes", (terms.len() - NAMED_MOST) as u64));
    }
    let days = draft.changed_on.map(|day| day.duration_until(view.today).as_hours() / 24);
    let kind = contract.map_or(draft.kind.as_str(), |contract| contract.title.get(words.language.code()));
    Row {
        name: names::of_draft(words, &view.programme, draft),
        link: shared::link(words, "draft", draft.id.as_str()),
        kind: kind.to_owned(),
        parts: match set.parts.len() {
            0 => String::new(),
            count => words.count("editing.with_parts", count as u64),
        },
        changes: changes.join(", "),
        by: draft.author.clone().unwrap_or_else(|| words.t("editing.nobody_named").to_owned()),
        day: draft
            .changed_on
            .map_or_else(|| words.t("programme.unknown").to_owned(), |day| shared::date(words, day)),
        ago: days
            .filter(|days| *days > 0)
            .map_or_else(String::new, |days| words.count("editing.days_ago", days.unsigned_abs())),
        note: draft.note.clone().unwrap_or_default(),
    }
}

/// What may be begun.
fn begin(visit: &Visit) -> Vec<Linked> {
    let words = visit.w;
    let contract = |term: &str| visit.hub().contracts().iter().find(|one| one.type_term == term);
    let linked = kinds::all_begun().filter_map(|kind| {
        let title = contract(kind.term)?.title.get(words.language.code());
        Some(Linked { label: words.fill("editing.title_new", [title]), link: kinds::link(words, kind) })
    });
    linked.collect()
}

/// The part of a list that the address asks for: from, until, and what leads to the others.
fn part(visit: &Visit, list: &str, total: usize) -> (usize, usize, Pager) {
    let (page, last) = asked(visit.parameter(list), total);
    let (from, until) = bounds(page, total);
    if last == 1 {
        return (from, until, Pager::default());
    }
    let link = |page: usize| {
        let kept = LISTS.iter().filter(|other| **other != list);
        let kept = kept.filter_map(|other| Some(format!("{other}={}&", number(visit.parameter(other)?)?)));
        let kept: Vec<String> = kept.collect();
        format!("{}?{}{list}={page}#{list}", visit.link("/programme/drafts"), kept.concat())
    };
    let pager = Pager {
        said: visit.w.fill("editing.part", [from + 1, until, total]),
        previous: if page > 1 { link(page - 1) } else { String::new() },
        next: if page < last { link(page + 1) } else { String::new() },
    };
    (from, until, pager)
}

fn number(asked: &str) -> Option<usize> {
    asked.parse().ok().filter(|number| *number > 0)
}

/// The page asked for, and the last one; what is no page is the nearest that is one.
fn asked(page: Option<&str>, total: usize) -> (usize, usize) {
    let last = total.div_ceil(SHOWN_MOST).max(1);
    (page.and_then(number).unwrap_or(1).min(last), last)
}

fn bounds(page: usize, total: usize) -> (usize, usize) {
    let from = (page - 1) * SHOWN_MOST;
    (from.min(total), (from + SHOWN_MOST).min(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_page_is_asked_for_that_is_not_there() {
        assert_eq!(asked(None, 0), (1, 1));
        assert_eq!(asked(Some("0"), 45), (1, 3));
        assert_eq!(asked(Some("99"), 45), (3, 3));
        assert_eq!(asked(Some("two"), 45), (1, 3));
        assert_eq!((bounds(1, 0), bounds(3, 45)), ((0, 0), (40, 45)));
    }
}
