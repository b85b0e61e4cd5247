//! The page of an objective: where an indicator should be, where it is, and which projects claim to move it.

mod claims;
mod course;
mod together;

use askama::Template;
use axum::{extract::Path, response::Response};
use senne_model::Problem;
use senne_programme::{
    AreaId, Objective, ObjectiveId,
    portfolio::{ObjectiveLine, Standing, objective_line, standing},
};

use super::{
    project::ground::{Fact, Ground, OtherForms},
    shared::{called, date, missing, own_view, whole},
};
use crate::{frame::Frame, pages::rows::Linked, visit::Visit, words::key};

#[derive(Template)]
#[template(path = "programme/objective.html")]
struct ObjectivePage {
    frame: Frame,
    title: String,
    description: String,
    /// Where the indicator stands, in one sentence.
    standing: String,
    verdict: &'static str,
    promise: Vec<(&'static str, String)>,
    course: course::Course,
    claims: claims::Claims,
    together: Option<together::Together>,
    facts: Vec<Fact>,
    forms: OtherForms,
}

/// `GET /{language}/programme/objective/{id}?page=2`
pub(super) async fn show(visit: Visit, Path(id): Path<String>) -> Response {
    let page = read(&visit, &id).await;
    visit.answer(page)
}

async fn read(visit: &Visit, id: &str) -> Result<ObjectivePage, Problem> {
    let view = own_view(visit).await?;
    let catalogue = visit.portal.options.figures.catalogue();
    let whole = ObjectiveId::from(whole("Objective", id));
    let objective = view.programme.objectives.get(&whole).ok_or_else(|| missing("objective", id))?;
    let ground = Ground::new(visit.w, &view, &catalogue);
    let area = area(visit, objective).await?;
    let line = line(ground, objective, area.as_ref());
    let figures = course::figures(visit, objective, area.as_ref()).await?;
    Ok(page(visit, ground, objective, &line, course::of(ground, objective, &line, &figures)))
}

/// The area of an objective; that of the whole city when it names none.
async fn area(visit: &Visit, objective: &Objective) -> Result<Option<AreaId>, Problem> {
    if objective.area.is_some() {
        return Ok(objective.area.clone());
    }
    let codes = visit.portal.codes(&visit.context()).await?;
    Ok(codes.whole.as_ref().map(|id| AreaId::from(id.as_str())))
}

/// Where the objective stands, also when it is for the whole city without saying so.
fn line(ground: Ground<'_>, objective: &Objective, area: Option<&AreaId>) -> ObjectiveLine {
    let programme = &ground.view.programme;
    let line = objective_line(programme, objective);
    let level = area.and_then(|area| programme.level(&objective.indicator, area)).cloned();
    let value = level.as_ref().map(|level| level.value);
    ObjectiveLine { standing: standing(objective, value), level, ..line }
}

fn page(
    visit: &Visit,
    ground: Ground<'_>,
    objective: &Objective,
    line: &ObjectiveLine,
    course: course::Course,
) -> ObjectivePage {
    let words = ground.words;
    let id = objective.id.as_str();
    let title = called(words, Some(&objective.name), id);
    let standing = ground.speaker.standing(objective, line);
    ObjectivePage {
        frame: ground.frame(visit, &objective.pillar, &title, &standing),
        description: ground.described(id),
        verdict: words.t(stands(line.standing)),
        promise: promise(ground, objective),
        claims: claims::of(visit, ground, objective),
        together: together::of(ground, objective),
        facts: facts(ground, objective),
        forms: OtherForms::of(visit, id),
        course,
        standing,
        title,
    }
}

/// Where the indicator stands to the band, in a word.
fn stands(standing: Standing) -> &'static str {
    match standing {
        Standing::Unknown => key!("project.stands_unknown"),
        Standing::Within => key!("project.stands_within"),
        Standing::Beyond => key!("project.stands_beyond"),
        Standing::Towards { .. } => key!("project.stands_towards"),
        Standing::Unmoved => key!("project.stands_unmoved"),
        Standing::Away => key!("project.stands_away"),
        Standing::Outside => key!("project.stands_outside"),
    }
}

/// What was said, by whom, by when, and what was measured. Where the indicator stands has its own heading.
fn promise(ground: Ground<'_>, objective: &Objective) -> Vec<(&'static str, String)> {
    let words = ground.words;
    let promise = ground.speaker.objective(objective);
    let parts = [
        (key!("project.said"), promise.said),
        (key!("project.by"), promise.by),
        (key!("project.rests_on"), promise.when),
        (key!("project.objective_changed"), promise.changed),
    ];
    let told = |(name, text): (&'static str, String)| {
        let none = || words.t("project.nothing_known").to_owned();
        (words.t(name), if text.is_empty() { none() } else { text })
    };
    parts.into_iter().map(told).collect()
}

fn facts(ground: Ground<'_>, objective: &Objective) -> Vec<Fact> {
    let words = ground.words;
    let plain = |name: String| Linked { name, link: String::new() };
    let city = || plain(words.t("project.whole_city").to_owned());
    let owner = objective.owner.as_ref().map(|id| ground.organisation(id));
    let nobody = || plain(words.t("programme.unknown").to_owned());
    let facts = [
        (key!("project.pillar"), vec![ground.pillar(&objective.pillar)]),
        (key!("project.indicator"), vec![ground.indicator(&objective.indicator)]),
        (key!("project.where"), vec![objective.area.as_ref().map_or_else(city, |id| ground.area(id))]),
        (key!("project.owner"), vec![owner.unwrap_or_else(nobody)]),
        (key!("project.deadline"), vec![plain(date(words, objective.target_on))]),
    ];
    Fact::all(words, facts)
}
