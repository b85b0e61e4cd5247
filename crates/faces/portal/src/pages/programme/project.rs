//! The page of a promise: what was said, by whom, how far it is, and what it changed.

mod around;
mod benefits;
mod confidence;
mod elsewhere;
pub(super) mod ground;
mod money;
mod numbers;
pub(super) mod pairs;
mod place;
mod promise;
pub(super) mod range;
mod risks;
mod schedule;
mod similar;
mod theory;

use askama::Template;
use axum::{extract::Path, response::Response};
use senne_model::Problem;
use senne_programme::{Project, ProjectId, portfolio::Line};

use self::ground::{Fact, Ground, OtherForms, state};
use super::shared::{called, missing, own_view, whole};
use crate::{frame::Frame, visit::Visit};

/// A project, its line of the portfolio, and what the page speaks from.
#[derive(Clone, Copy)]
struct Subject<'a> {
    ground: Ground<'a>,
    project: &'a Project,
    line: &'a Line,
}

#[derive(Template)]
#[template(path = "programme/project.html")]
struct ProjectPage {
    frame: Frame,
    title: String,
    description: String,
    state: &'static str,
    stale: String,
    promise: Vec<(&'static str, String)>,
    numbers: numbers::Numbers,
    pairs: Vec<pairs::Pair>,
    theory: Vec<theory::Effect>,
    trust: confidence::Trust,
    schedule: schedule::Schedule,
    costs: money::Costs,
    risks: Vec<risks::RiskRow>,
    gains: Vec<benefits::Gain>,
    needs: Vec<around::Catalyst>,
    strengthens: Vec<around::Catalyst>,
    elsewhere: elsewhere::Elsewhere,
    alike: Vec<similar::Alike>,
    papers: Vec<around::Paper>,
    facts: Vec<Fact>,
    place: place::Place,
    forms: OtherForms,
}

/// `GET /{language}/programme/project/{id}`
pub(super) async fn show(visit: Visit, Path(id): Path<String>) -> Response {
    let page = read(&visit, &id).await;
    visit.answer(page)
}

async fn read(visit: &Visit, id: &str) -> Result<ProjectPage, Problem> {
    let view = own_view(visit).await?;
    let catalogue = visit.portal.options.figures.catalogue();
    let whole = ProjectId::from(whole("Project", id));
    let found = view.programme.projects.get(&whole).zip(view.line(&whole));
    let (project, line) = found.ok_or_else(|| missing("project", id))?;
    let ground = Ground::new(visit.w, &view, &catalogue);
    let place = place::of(visit, project.id.as_str()).await?;
    Ok(page(visit, Subject { ground, project, line }, place))
}

fn page(visit: &Visit, subject: Subject<'_>, place: place::Place) -> ProjectPage {
    let Subject { ground, project, .. } = subject;
    let id = project.id.as_str();
    let title = called(ground.words, Some(&project.name), id);
    let description = ground.described(id);
    let promise = promise::of(subject);
    let said = promise.first().map(|(_, text)| text.as_str()).unwrap_or_default();
    let summary = if description.is_empty() { said } else { description.as_str() };
    ProjectPage {
        frame: ground.frame(visit, &project.pillar, &title, summary),
        state: state(ground.words, project.state),
        stale: around::stale(subject),
        promise,
        numbers: numbers::of(subject),
        pairs: pairs::of(subject),
        theory: theory::of(subject),
        trust: confidence::of(subject),
        schedule: schedule::of(subject),
        costs: money::of(subject),
        risks: risks::of(subject),
        gains: benefits::of(subject),
        needs: around::catalysts(ground, &project.needs),
        strengthens: around::catalysts(ground, &project.strengthens),
        elsewhere: elsewhere::of(subject),
        alike: similar::of(subject),
        papers: around::papers(subject),
        facts: around::facts(subject),
        place,
        forms: OtherForms::of(visit, id),
        title,
        description,
    }
}
