//! The programme at a glance: how much is under way, how much of the money is at risk, what was measured; all projects as a list.

pub(crate) mod asked;
mod bubbles;
pub(crate) mod choices;
pub(crate) mod gantt;
pub(crate) mod pages;
mod pillars;
pub(crate) mod rows;
pub(crate) mod said;
mod status;

use askama::Template;
use axum::response::Response;
use senne_model::Problem;
use senne_programme::{
    Programme,
    portfolio::{Page, SortBy, page, totals},
};

use self::{
    asked::{Asked, SIZE},
    bubbles::Picture,
    choices::Field,
    pages::{Pages, held},
    pillars::Card,
    rows::Row,
    said::Said,
    status::Status,
};
use super::shared::{self, View, called, speaker};
use crate::{
    format,
    frame::Frame,
    visit::Visit,
    words::{Words, key},
};

#[derive(Template)]
#[template(path = "programme/portfolio.html")]
struct PortfolioPage {
    frame: Frame,
    title: String,
    lead: String,
    today: String,
    /// Whether there is no programme yet.
    empty: bool,
    said: Vec<Said>,
    doors: Vec<Door>,
    cards: Vec<Card>,
    status: Option<Status>,
    bubbles: Picture,
    list: List,
    heads: Vec<Head>,
    caption: String,
    rows: Vec<Row>,
    may: bool,
}

/// The way to another page.
struct Door {
    label: String,
    link: String,
}

/// What stands around the list of projects.
struct List {
    text: String,
    fields: Vec<Field>,
    filtered: bool,
    /// How many fit, and what they come to.
    found: String,
    money: String,
    pages: Option<Pages>,
}

/// The head of a column.
pub(super) struct Head {
    pub(super) label: &'static str,
    /// Where the list stands in the order of the column; empty where it has none.
    pub(super) link: String,
    /// `ascending` or `descending`; empty where it is in another order.
    pub(super) sorted: &'static str,
}

/// `GET /{language}/programme?pillar=mobility&state=running&colour=red&q=rue&sort=-planned&page=2`
pub(super) async fn show(visit: Visit) -> Response {
    let page = view(&visit).await;
    visit.answer(page)
}

async fn view(visit: &Visit) -> Result<PortfolioPage, Problem> {
    let words = visit.w;
    let view = shared::view(visit).await?;
    let speaker = speaker(&view.programme, words);
    let all = totals(&view.lines);
    let asked = Asked::read(visit);
    let (found, number, last) = shown(words, &view, &asked);
    let (lead, said) = said::said(words, speaker, &view, None);
    let empty = is_empty(&view.programme);
    let title = if empty { words.t("portfolio.empty_title").to_owned() } else { said::finding(words, &all) };
    let described = if empty { words.t("portfolio.empty_text").to_owned() } else { lead.clone() };
    Ok(PortfolioPage {
        frame: visit.frame().titled(title.clone(), described).ending(words.t("frame.programme")),
        title,
        lead,
        today: words.fill("portfolio.as_of", [shared::date(words, view.today)]),
        empty,
        said,
        doors: doors(words, &view),
        cards: pillars::cards(words, &view),
        status: status::status(words, &view, &all),
        bubbles: bubbles::picture(words, &view),
        heads: heads(words, Some(&asked)),
        caption: caption(words, &found, number),
        rows: found.lines.iter().map(|line| rows::row(words, &view, speaker, line)).collect(),
        list: List {
            text: asked.filter.text.clone(),
            fields: choices::fields(words, &view, speaker, &asked),
            filtered: asked.filtered(),
            found: words.count("portfolio.projects_fit", found.found as u64),
            money: format!("{} {}", speaker.money(found.totals.money), words.t("portfolio.money_counts")),
            pages: Pages::of(words, number, last, |to| asked.address(words, &asked.order(), to)),
        },
        may: visit.administers(),
    })
}

/// Whether nobody has written anything of a programme yet.
fn is_empty(programme: &Programme) -> bool {
    programme.pillars.is_empty() && programme.projects.is_empty() && programme.objectives.is_empty()
}

/// The projects that fit, the page of them that is shown, and the last one.
fn shown<'a>(words: Words, view: &'a View, asked: &Asked) -> (Page<'a>, usize, usize) {
    let found = page(&view.lines, &asked.query(words, asked.page));
    let (number, last) = held(asked.page, found.found, SIZE);
    if number == asked.page {
        return (found, number, last);
    }
    (page(&view.lines, &asked.query(words, number)), number, last)
}

fn caption(words: Words, found: &Page<'_>, number: usize) -> String {
    if found.lines.is_empty() {
        return String::new();
    }
    let first = number.saturating_sub(1) * SIZE + 1;
    let ends = [first, first + found.lines.len() - 1, found.found];
    words.fill("portfolio.caption", ends.map(|n| format::amount(words.language, n as u64)))
}

fn doors(words: Words, view: &View) -> Vec<Door> {
    let door = |(path, key): (&str, &'static str)| Door {
        label: words.t(key).to_owned(),
        link: format!("/{}/programme/{path}", words.language),
    };
    let all = [
        ("roadmap", key!("portfolio.door_roadmap")),
        ("calls", key!("portfolio.door_calls")),
        ("brief", key!("portfolio.door_brief")),
        ("report", key!("portfolio.door_report")),
        ("data", key!("portfolio.door_data")),
        ("drafts", key!("portfolio.door_drafts")),
    ];
    let papers = view.programme.memoranda.values().map(|one| Door {
        label: called(words, Some(&one.name), one.id.as_str()),
        link: shared::link(words, "memorandum", one.id.as_str()),
    });
    // A programme has one or two; the data hold them all.
    all.into_iter().map(door).chain(papers.take(6)).collect()
}

/// The heads of the columns; they lead to other orders of the list that is asked for.
pub(super) fn heads(words: Words, asked: Option<&Asked>) -> Vec<Head> {
    let columns = [
        (key!("portfolio.project"), &[SortBy::Name][..]),
        (key!("portfolio.state"), &[SortBy::State]),
        (key!("portfolio.work"), &[SortBy::Progress]),
        (key!("portfolio.computed"), &[SortBy::Colour]),
        (key!("portfolio.signed"), &[]),
        (key!("portfolio.money"), &[SortBy::Planned, SortBy::Spent]),
        (key!("portfolio.end"), &[SortBy::End, SortBy::Drift]),
        (key!("portfolio.effect"), &[]),
    ];
    columns.into_iter().map(|(label, orders)| head(words, asked, words.t(label), orders)).collect()
}

fn head(words: Words, asked: Option<&Asked>, label: &'static str, orders: &[SortBy]) -> Head {
    let first = orders.first();
    let order = asked::ORDERS.iter().find(|order| Some(&order.by) == first);
    let (Some(asked), Some(order)) = (asked, order) else {
        return Head { label, link: String::new(), sorted: "" };
    };
    let here = orders.contains(&asked.sort);
    // A second click turns the order round.
    let down = if asked.sort == order.by { !asked.descending } else { order.down };
    let name = format!("{}{}", if down { "-" } else { "" }, order.name);
    let way = if asked.descending { "descending" } else { "ascending" };
    Head { label, link: asked.address(words, &name, 1), sorted: if here { way } else { "" } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn a_page_beyond_the_last_shows_the_last() {
        let line = |n: usize| {
            let project = senne_programme::Project {
                id: format!("urn:ngsi-ld:Project:{n:03}").into(),
                ..senne_programme::Project::default()
            };
            (project.id.clone(), project)
        };
        let programme = Programme { projects: (0..120).map(line).collect(), ..Programme::default() };
        let view = View::of(programme, jiff::civil::date(2026, 11, 30), senne_model::ChangeNo::default());
        let words = Words::new(Language::En);
        let asked = Asked { page: 9, ..Asked::default() };
        let (found, number, last) = shown(words, &view, &asked);
        assert_eq!((found.lines.len(), found.found, number, last), (20, 120, 3, 3));
        assert_eq!(caption(words, &found, number), "Projects 101 to 120 of 120");
        let rows: Vec<Row> = found
            .lines
            .iter()
            .map(|line| rows::row(words, &view, speaker(&view.programme, words), line))
            .collect();
        assert!(rows.iter().all(|row| row.signed.is_none() && row.effect.is_none() && !row.name.is_empty()));
    }

    #[test]
    fn a_head_turns_its_order_round() {
        let words = Words::new(Language::Nl);
        let asked = Asked { sort: SortBy::Planned, descending: true, ..Asked::default() };
        let heads = heads(words, Some(&asked));
        let money = heads.iter().find(|head| head.sorted == "descending");
        assert!(money.is_some_and(|head| head.link == "/nl/programme?sort=planned#projects"));
        assert!(heads.iter().any(|head| head.link == "/nl/programme?sort=-progress#projects"));
        assert!(super::heads(words, None).iter().all(|head| head.link.is_empty()));
    }
}
