//! The roadmap: projects over time with what they wait for, their gates, and how far their ends lie from what was first agreed.

use askama::Template;
use axum::response::Response;
use jiff::civil::Date;
use senne_model::Problem;
use senne_programme::{
    Gate, PillarId, ProjectState,
    portfolio::{Bar, Line, Mark, Totals, roadmap, totals},
    says::Speaker,
};

use super::{
    portfolio::{
        asked::{query_part, short, state_of, state_word},
        choices::{self, Field},
        gantt,
        pages::{Pages, held},
        rows::drift,
    },
    shared::{self, View, called, speaker, whole},
};
use crate::{format, frame::Frame, visit::Visit, words::Words};

/// So many projects stand on a page, and so many where each is drawn with its gates.
const SIZE: usize = 40;
const SIZE_IN_DETAIL: usize = 10;
/// So many milestones of a critical path are named.
const NAMED_MAX: usize = 4;

#[derive(Template)]
#[template(path = "programme/roadmap.html")]
struct RoadmapPage {
    frame: Frame,
    title: String,
    lead: String,
    /// Whether the programme has no project at all.
    empty: bool,
    filtered: bool,
    fields: Vec<Field>,
    detail: bool,
    /// Where it is drawn the other way.
    other: String,
    picture: String,
    notes: Vec<String>,
    caption: String,
    rows: Vec<Row>,
    pages: Option<Pages>,
}

/// A project on the roadmap.
struct Row {
    name: String,
    link: String,
    pillar: String,
    state: String,
    start: String,
    agreed: String,
    end: String,
    drift: String,
    /// Empty when it is not known.
    work: String,
    gates: Vec<String>,
    critical: String,
    waits: Vec<Waits>,
    /// Whether its milestones wait for each other in a circle.
    circle: bool,
}

/// A project that another one waits for.
struct Waits {
    name: String,
    link: String,
}

/// What is asked of the roadmap.
#[derive(Clone, Debug, Default, PartialEq)]
struct Asked {
    pillar: Option<PillarId>,
    state: Option<ProjectState>,
    detail: bool,
    page: usize,
}

impl Asked {
    /// What cannot be read is passed over.
    fn read(visit: &Visit) -> Self {
        let text = |name: &str| visit.parameter(name).map(str::trim).filter(|text| !text.is_empty());
        Self {
            pillar: text("pillar").map(|id| whole("Pillar", id).into()),
            state: text("state").and_then(state_of),
            detail: text("detail") == Some("gates"),
            page: text("page").and_then(|page| page.parse().ok()).unwrap_or(1),
        }
    }

    /// Without a state, projects that were ever chosen.
    fn fits(&self, line: &Line) -> bool {
        let chosen = !matches!(line.state, ProjectState::Proposed | ProjectState::Rejected);
        self.pillar.as_ref().is_none_or(|pillar| line.pillar == *pillar)
            && self.state.map_or(chosen, |state| line.state == state)
    }

    fn address(&self, words: Words, page: usize) -> String {
        let page = (page > 1).then(|| page.to_string());
        let parts = [
            ("pillar", self.pillar.as_ref().map(|id| short("Pillar", id.as_str()))),
            ("state", self.state.map(state_word)),
            ("detail", self.detail.then_some("gates")),
            ("page", page.as_deref()),
        ];
        let parts = parts.into_iter().filter_map(|(name, value)| Some(query_part(name, value?)));
        let query = parts.collect::<Vec<_>>().join("&");
        let mark = if query.is_empty() { "" } else { "?" };
        format!("/{}/programme/roadmap{mark}{query}", words.language)
    }
}

/// `GET /{language}/programme/roadmap?pillar=mobility&state=running&detail=gates&page=2`
pub(super) async fn show(visit: Visit) -> Response {
    let page = view(&visit).await;
    visit.answer(page)
}

async fn view(visit: &Visit) -> Result<RoadmapPage, Problem> {
    let words = visit.w;
    let view = shared::view(visit).await?;
    let speaker = speaker(&view.programme, words);
    let asked = Asked::read(visit);
    let mut lines: Vec<&Line> = view.lines.iter().filter(|line| asked.fits(line)).collect();
    // As the roadmap orders them, so that only the bars of one page are computed.
    lines.sort_by_key(|line| (line.span.from.is_none(), line.span.from));
    let all = totals(lines.iter().copied());
    let size = if asked.detail { SIZE_IN_DETAIL } else { SIZE };
    let (page, last) = held(asked.page, lines.len(), size);
    let shown = lines.iter().skip(page.saturating_sub(1) * size).take(size);
    let projects = shown.filter_map(|line| view.programme.projects.get(&line.id));
    let bars = roadmap(&view.programme, projects, view.today);
    let title = finding(words, &all);
    let lead = lead(words, &view, &all);
    Ok(RoadmapPage {
        frame: visit
            .frame()
            .titled(title.clone(), lead.clone())
            .under(words.t("frame.programme"), "/programme")
            .ending(words.t("portfolio.door_roadmap")),
        title,
        lead,
        empty: view.programme.projects.is_empty(),
        filtered: asked.pillar.is_some() || asked.state.is_some(),
        fields: fields(words, &view, speaker, &asked),
        detail: asked.detail,
        other: Asked { detail: !asked.detail, ..asked.clone() }.address(words, 1),
        picture: gantt::chart(words, &view, speaker, &bars, asked.detail),
        notes: notes(words, &bars),
        caption: words.fill("portfolio.roadmap_caption", [shared::date(words, view.today)]),
        rows: bars.iter().map(|bar| row(words, &view, speaker, bar)).collect(),
        pages: Pages::of(words, page, last, |to| asked.address(words, to)),
    })
}

fn fields(words: Words, view: &View, speaker: Speaker<'_>, asked: &Asked) -> Vec<Field> {
    let all = [
        choices::pillars(words, view, asked.pillar.as_ref()),
        choices::stages(words, speaker, words.t("portfolio.ever_chosen"), asked.state),
    ];
    all.into_iter().filter(|field| !field.choices.is_empty()).collect()
}

/// How many end later than was first agreed.
fn finding(words: Words, totals: &Totals) -> String {
    match (totals.active(), totals.late) {
        (0, _) => words.t("portfolio.active_none").to_owned(),
        (_, 0) => words.t("portfolio.late_none").to_owned(),
        (_, late) => words.count("portfolio.late", late as u64),
    }
}

/// Of how many, by how much, and as of when.
fn lead(words: Words, view: &View, totals: &Totals) -> String {
    let active = totals.active();
    let of = (active > 0).then(|| words.count("portfolio.late_of", active as u64));
    let middle = totals.median_drift_days.filter(|_| active > 0);
    let middle = middle.map(|days| words.count("portfolio.late_median", days.unsigned_abs()));
    let today = Some(words.fill("portfolio.as_of", [shared::date(words, view.today)]));
    [of, middle, today].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// What the picture leaves out.
fn notes(words: Words, bars: &[Bar]) -> Vec<String> {
    let undated = bars.iter().filter(|bar| gantt::days(bar).is_none()).count();
    (undated > 0).then(|| words.count("portfolio.undated", undated as u64)).into_iter().collect()
}

fn row(words: Words, view: &View, speaker: Speaker<'_>, bar: &Bar) -> Row {
    let day = |day: Option<Date>| day.map(|day| shared::date(words, day)).unwrap_or_default();
    let line = view.line(&bar.project);
    let pillar = view.programme.pillars.get(&bar.pillar).map(|pillar| &pillar.name);
    let waits = gantt::awaited(view, bar).into_iter().map(|id| {
        let found = view.programme.projects.get(id);
        Waits {
            name: called(words, found.map(|one| &one.name), id.as_str()),
            link: shared::link(words, "project", id.as_str()),
        }
    });
    let work = line.and_then(|line| line.progress);
    Row {
        name: called(words, Some(&bar.name), bar.project.as_str()),
        link: shared::link(words, "project", bar.project.as_str()),
        pillar: called(words, pillar, bar.pillar.as_str()),
        state: speaker.state(bar.state).to_owned(),
        start: day(bar.span.from),
        agreed: day(bar.baseline_end),
        end: day(gantt::end(bar)),
        drift: line.and_then(|line| line.drift_days).map(|days| drift(words, days)).unwrap_or_default(),
        work: work.map(|work| format::percent(words.language, work.part)).unwrap_or_default(),
        gates: bar.marks.iter().filter_map(|mark| gate(words, speaker, mark)).collect(),
        critical: critical(words, &bar.marks),
        waits: waits.collect(),
        circle: bar.fault.is_some(),
    }
}

/// A gate, and where it stands.
fn gate(words: Words, speaker: Speaker<'_>, mark: &Mark) -> Option<String> {
    if mark.gate == Gate::None {
        return None;
    }
    let gate = speaker.gate(mark.gate).to_owned();
    let day = |day: Date| shared::date(words, day);
    let agreed = mark.planned_on.or(mark.baseline_on);
    Some(match (mark.done_on, mark.forecast_on.or(agreed)) {
        (Some(done), _) => words.fill("portfolio.gate_passed", [gate, day(done)]),
        (None, Some(expected)) if mark.overdue => {
            words.fill("portfolio.gate_missed", [gate, day(agreed.unwrap_or(expected))])
        }
        (None, Some(expected)) => words.fill("portfolio.gate_expected", [gate, day(expected)]),
        (None, None) => words.fill("portfolio.gate_undated", [gate]),
    })
}

/// The milestones that are still to be reached and of which a later day is a later end; the first of them by name.
fn critical(words: Words, marks: &[Mark]) -> String {
    let open = marks.iter().filter(|mark| mark.critical && mark.done_on.is_none());
    let names: Vec<String> = open.map(|mark| called(words, Some(&mark.name), mark.id.as_str())).collect();
    let named = names.get(..NAMED_MAX).unwrap_or(&names).join(" → ");
    match names.len().saturating_sub(NAMED_MAX) {
        0 => named,
        more => format!("{named} → {}", words.count("portfolio.more_milestones", more as u64)),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::language::Language;

    fn mark(name: &str) -> Mark {
        Mark {
            id: format!("urn:ngsi-ld:Milestone:{name}").into(),
            name: senne_programme::Words::default(),
            gate: Gate::Dpia,
            baseline_on: Some(date(2026, 5, 1)),
            planned_on: None,
            done_on: None,
            forecast_on: Some(date(2026, 11, 30)),
            pushed_by: None,
            drift_days: None,
            overdue: true,
            critical: true,
            depends_on: Vec::new(),
            owner: None,
        }
    }

    #[test]
    fn a_gate_says_whether_it_was_passed_or_missed() {
        let words = Words::new(Language::En);
        let view = View::default();
        let speaker = speaker(&view.programme, words);
        let said = |mark: &Mark| gate(words, speaker, mark).unwrap_or_default().replace('\u{a0}', " ");
        let name = "data protection impact assessment";
        assert_eq!(said(&mark("a")), format!("{name}: due on 1 May 2026, not passed"));
        let passed = Mark { done_on: Some(date(2026, 6, 1)), ..mark("a") };
        assert_eq!(said(&passed), format!("{name}: passed on 1 June 2026"));
        assert_eq!(said(&Mark { gate: Gate::None, ..mark("a") }), "");
    }

    #[test]
    fn a_long_path_is_cut_and_says_so() {
        let marks: Vec<Mark> = ["a", "b", "c", "d", "e"].into_iter().map(mark).collect();
        let words = Words::new(Language::En);
        assert_eq!(critical(words, &marks), "a → b → c → d → 1 more milestone");
        assert_eq!(critical(words, marks.get(..2).unwrap_or_default()), "a → b");
        assert_eq!(critical(words, &[]), "");
    }
}
