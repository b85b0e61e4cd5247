//! The programme, or a pillar of it, on one page: five sentences, the money by confidence, what needs attention, what was measured.

mod attention;
mod blocks;
mod measured;
mod status;

use askama::Template;
use axum::response::Response;
use jiff::civil::Date;
use senne_model::Problem;
use senne_programme::{
    Pillar, PillarId, Programme,
    portfolio::{Line, totals},
    says::{Language as Spoken, quoted},
};

pub(super) use self::blocks::blocks;
use self::{attention::Attention, measured::Measured, status::Status};
use super::shared::{View, called, date, missing, speaker, view, whole};
use crate::{
    address, format,
    frame::Frame,
    visit::Visit,
    words::{Words, key},
};

/// What each of the five sentences is about: the three numbers are told apart before they are read.
const LABELS: [&str; 5] = [
    key!("paper.five_what"),
    key!("paper.five_money"),
    key!("paper.five_work"),
    key!("paper.five_level"),
    key!("paper.five_effect"),
];

#[derive(Template)]
#[template(path = "programme/brief.html")]
pub(super) struct BriefPage {
    frame: Frame,
    pub(super) title: String,
    pub(super) as_of: String,
    /// Whether there is nothing to speak of yet.
    empty: bool,
    pillars: Vec<Choice>,
    sentences: Vec<Sentence>,
    status: Status,
    attention: Attention,
    measured: Measured,
    source: String,
    pub(super) address: String,
    report: String,
    data: String,
    pdf: String,
}

/// A pillar to choose.
pub(super) struct Choice {
    pub(super) label: String,
    pub(super) link: String,
    pub(super) here: bool,
}

struct Sentence {
    label: &'static str,
    text: String,
}

/// `GET /{language}/programme/brief?pillar=mobility`
pub(super) async fn show(visit: Visit) -> Response {
    let page = page(&visit).await;
    visit.answer(page)
}

pub(super) async fn page(visit: &Visit) -> Result<BriefPage, Problem> {
    let words = visit.w;
    let view = view(visit).await?;
    let programme = &view.programme;
    let pillar = asked(visit, programme)?;
    let own: Vec<&Line> =
        view.lines.iter().filter(|line| pillar.is_none_or(|pillar| line.pillar == pillar.id)).collect();
    let totals = totals(own.iter().copied());
    let said = speaker(programme, words).one_pager(&view.lines, pillar);
    let [what, ..] = &said;
    let title = pillar.map_or_else(
        || words.t("paper.brief_title").to_owned(),
        |pillar| words.fill("paper.brief_of", [name(words, pillar)]),
    );
    let frame = visit
        .frame()
        .titled(title.clone(), what.clone())
        .under(words.t("frame.programme"), "/programme")
        .ending(words.t("paper.brief"));
    let here = pillar.map_or_else(String::new, |pillar| format!("?pillar={}", parameter(pillar)));
    Ok(BriefPage {
        title,
        as_of: as_of(words, &view),
        empty: is_empty(programme),
        pillars: choices(visit, "brief", programme, pillar),
        status: Status::of(words, programme, &totals, &own),
        attention: Attention::of(words, programme, &own),
        measured: Measured::of(words, programme, &own),
        source: source(words, &view),
        address: absolute(visit, &frame),
        report: visit.link(&format!("/programme/report{here}")),
        data: visit.link("/programme/data"),
        pdf: visit.link(&format!("/programme/brief.pdf{here}")),
        sentences: LABELS
            .iter()
            .zip(said)
            .map(|(label, text)| Sentence { label: words.t(label), text })
            .collect(),
        frame,
    })
}

/// The pillar that the address asks for; nothing for the whole programme.
pub(super) fn asked<'a>(visit: &Visit, programme: &'a Programme) -> Result<Option<&'a Pillar>, Problem> {
    let Some(id) = visit.parameter("pillar").filter(|id| !id.is_empty()) else { return Ok(None) };
    let found = programme.pillars.get(&PillarId::new(whole("Pillar", id)));
    found.map(Some).ok_or_else(|| missing("pillar", id))
}

/// The whole programme and each pillar, as links to a page.
pub(super) fn choices(
    visit: &Visit,
    page: &str,
    programme: &Programme,
    chosen: Option<&Pillar>,
) -> Vec<Choice> {
    let words = visit.w;
    let path = visit.link(&format!("/programme/{page}"));
    let all = Choice { label: words.t("paper.whole").to_owned(), link: path.clone(), here: chosen.is_none() };
    let each = programme.pillars_in_order().into_iter().map(|pillar| Choice {
        label: called(words, Some(&pillar.name), pillar.id.as_str()),
        link: format!("{path}?pillar={}", parameter(pillar)),
        here: chosen.is_some_and(|chosen| chosen.id == pillar.id),
    });
    std::iter::once(all).chain(each).collect()
}

/// A pillar as the address names it.
pub(super) fn parameter(pillar: &Pillar) -> String {
    let id = pillar.id.as_str();
    let short = id.strip_prefix("urn:ngsi-ld:Pillar:").filter(|rest| !rest.contains(':'));
    address::segment(short.unwrap_or(id))
}

/// What a pillar is called, in the quotation marks of the language.
pub(super) fn name(words: Words, pillar: &Pillar) -> String {
    quoted(spoken(words), &called(words, Some(&pillar.name), pillar.id.as_str()))
}

/// The language in which sentences are made.
pub(super) fn spoken(words: Words) -> Spoken {
    Spoken::of(words.language.code())
}

/// The day of the page; nothing where nobody keeps a programme.
pub(super) fn as_of(words: Words, view: &View) -> String {
    if view.today == Date::default() {
        return String::new();
    }
    words.fill("paper.as_of", [date(words, view.today)])
}

/// What the page was computed of.
pub(super) fn source(words: Words, view: &View) -> String {
    if view.today == Date::default() {
        return String::new();
    }
    let change = format::amount(words.language, view.change.0);
    words.fill("paper.source", [date(words, view.today), change])
}

/// Whether nobody has written anything of the programme yet.
pub(super) fn is_empty(programme: &Programme) -> bool {
    programme.pillars.is_empty() && programme.objectives.is_empty() && programme.projects.is_empty()
}

/// The address of this page as it is cited on paper; nothing where the server does not know how it is called.
pub(super) fn absolute(visit: &Visit, frame: &Frame) -> String {
    if visit.origin.is_empty() { String::new() } else { format!("{}{}", visit.origin, frame.here()) }
}

#[cfg(test)]
mod tests {
    use senne_programme::Words as Told;

    use super::*;
    use crate::language::Language;

    fn pillar(id: &str) -> Pillar {
        Pillar { id: id.into(), name: Told::in_language("nl", "Mobiliteit"), order: 1 }
    }

    #[test]
    fn a_pillar_is_short_in_the_address() {
        assert_eq!(parameter(&pillar("urn:ngsi-ld:Pillar:a&b")), "a%26b");
        assert_eq!(parameter(&pillar("urn:ngsi-ld:Pillar:a:b")), "urn:ngsi-ld:Pillar:a:b");
        assert_eq!(parameter(&pillar("urn:other:1")), "urn:other:1");
        assert_eq!(name(Words::new(Language::Nl), &pillar("urn:ngsi-ld:Pillar:m")), "‘Mobiliteit’");
    }

    #[test]
    fn nobody_keeps_a_programme_on_no_day() {
        let words = Words::new(Language::En);
        assert!(as_of(words, &View::default()).is_empty() && source(words, &View::default()).is_empty());
        assert!(is_empty(&Programme::default()));
    }
}
