//! A pillar: what was promised, where its indicators stand, what its projects were to move and did, and its projects.

mod effects;
mod levels;
mod matrix;
mod promised;

use askama::Template;
use axum::{extract::Path, response::Response};
use senne_model::Problem;
use senne_programme::{
    Pillar, PillarId,
    portfolio::{Filter, Line, Query, SortBy, page},
};

use self::{effects::Together, matrix::Picture, promised::Promised};
use super::{
    portfolio::{
        Head,
        asked::{query_part, short},
        heads,
        rows::{self, Row},
        said::{Said, met, objectives, said},
    },
    shared::{self, called, missing, speaker, whole},
};
use crate::{address, format, frame::Frame, visit::Visit, words::Words};

/// So many projects stand on the page; all of them stand in the list of the programme.
const PROJECTS_MAX: usize = 25;
/// So many objectives.
const OBJECTIVES_MAX: usize = 50;

#[derive(Template)]
#[template(path = "programme/pillar.html")]
struct PillarPage {
    frame: Frame,
    title: String,
    lead: String,
    today: String,
    /// What it is about, as the programme describes it.
    about: String,
    said: Vec<Said>,
    objectives: Vec<Promised>,
    /// How many more objectives there are; empty for none.
    more_objectives: String,
    levels: Vec<levels::Row>,
    matrix: Picture,
    together: Together,
    heads: Vec<Head>,
    caption: String,
    rows: Vec<Row>,
    links: Links,
    may: bool,
}

/// The ways from the page.
struct Links {
    projects: String,
    roadmap: String,
    brief: String,
    edit: String,
}

/// `GET /{language}/programme/pillar/{id}`
pub(super) async fn show(visit: Visit, Path(id): Path<String>) -> Response {
    let page = view(&visit, &id).await;
    visit.answer(page)
}

async fn view(visit: &Visit, id: &str) -> Result<PillarPage, Problem> {
    let words = visit.w;
    let view = shared::view(visit).await?;
    let asked = PillarId::from(whole("Pillar", id));
    let pillar = view.programme.pillars.get(&asked).ok_or_else(|| missing("pillar", id))?;
    let speaker = speaker(&view.programme, words);
    let name = called(words, Some(&pillar.name), pillar.id.as_str());
    let lines: Vec<&Line> = view.lines.iter().filter(|line| line.pillar == pillar.id).collect();
    let objectives = objectives(&view, pillar);
    let met = met(words, &view, &objectives);
    let title = words.fill("portfolio.pillar_finding", [name.clone(), met]);
    let (lead, said) = said(words, speaker, &view, Some(pillar));
    let about = view.programme.descriptions.get(pillar.id.as_str());
    let levels = levels::levels(visit, &view, &objectives, &lines).await?;
    let found = page(&view.lines, &query(words, pillar));
    let shown = found.lines.len() as u64;
    Ok(PillarPage {
        frame: visit
            .frame()
            .titled(title.clone(), lead.clone())
            .under(words.t("frame.programme"), "/programme")
            .ending(name),
        title,
        lead,
        today: words.fill("portfolio.as_of", [shared::date(words, view.today)]),
        about: about.and_then(|about| about.get(words.language.code())).unwrap_or_default().to_owned(),
        said,
        levels,
        more_objectives: match objectives.len().saturating_sub(OBJECTIVES_MAX) {
            0 => String::new(),
            more => words.count("portfolio.more_objectives", more as u64),
        },
        objectives: objectives
            .iter()
            .take(OBJECTIVES_MAX)
            .map(|one| promised::promised(words, &view, speaker, one))
            .collect(),
        matrix: matrix::picture(words, &view, speaker, &lines),
        together: effects::together(words, &view, speaker, pillar),
        heads: heads(words, None),
        caption: caption(words, shown, found.found as u64),
        rows: found.lines.iter().map(|line| rows::row(words, &view, speaker, line)).collect(),
        links: links(words, pillar),
        may: visit.administers(),
    })
}

/// The projects of the pillar, those that are computed to be at risk first.
fn query(words: Words, pillar: &Pillar) -> Query {
    Query {
        filter: Filter { pillar: Some(pillar.id.clone()), ..Filter::default() },
        sort: SortBy::Colour,
        descending: true,
        language: words.language.code().to_owned(),
        offset: 0,
        size: PROJECTS_MAX,
    }
}

fn caption(words: Words, shown: u64, all: u64) -> String {
    if shown == all {
        words.count("portfolio.pillar_projects", all)
    } else {
        let numbers = [shown, all].map(|n| format::amount(words.language, n));
        words.fill("portfolio.pillar_projects_some", numbers)
    }
}

fn links(words: Words, pillar: &Pillar) -> Links {
    let id = pillar.id.as_str();
    let base = format!("/{}/programme", words.language);
    let short = query_part("pillar", short("Pillar", id));
    Links {
        projects: format!("{base}?{short}#projects"),
        roadmap: format!("{base}/roadmap?{short}"),
        brief: format!("{base}/brief?{}", query_part("pillar", id)),
        edit: format!("{base}/edit/{}", address::segment(id)),
    }
}

#[cfg(test)]
mod tests {
    use senne_model::ChangeNo;
    use senne_programme::{Programme, Project};

    use super::*;
    use crate::{language::Language, pages::programme::shared::View};

    fn pillar() -> Pillar {
        Pillar { id: "urn:ngsi-ld:Pillar:mobility".into(), name: senne_programme::Words::default(), order: 1 }
    }

    #[test]
    fn a_pillar_with_holes_has_its_parts_all_the_same() {
        let pillar = pillar();
        let project =
            Project { id: "urn:ngsi-ld:Project:a".into(), pillar: pillar.id.clone(), ..Project::default() };
        let programme = Programme {
            pillars: [(pillar.id.clone(), pillar.clone())].into(),
            projects: [(project.id.clone(), project)].into(),
            ..Programme::default()
        };
        let view = View::of(programme, jiff::civil::date(2026, 11, 30), ChangeNo(1));
        let words = Words::new(Language::Fr);
        let speaker = speaker(&view.programme, words);
        let lines: Vec<&Line> = view.lines.iter().collect();
        assert!(matrix::picture(words, &view, speaker, &lines).figure.is_empty());
        let together = effects::together(words, &view, speaker, &pillar);
        assert!(together.rows.is_empty() && together.notes.is_empty());
        assert!(said(words, speaker, &view, Some(&pillar)).1.iter().all(|one| !one.text.is_empty()));
        assert_eq!(page(&view.lines, &query(words, &pillar)).found, 1);
    }

    #[test]
    fn the_links_of_a_pillar_name_it() {
        let links = links(Words::new(Language::Nl), &pillar());
        assert_eq!(links.projects, "/nl/programme?pillar=mobility#projects");
        assert_eq!(links.brief, "/nl/programme/brief?pillar=urn:ngsi-ld:Pillar:mobility");
    }
}
