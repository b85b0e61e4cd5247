//! The programme as HTTP and the command line give it: the same texts for both.

use senne_city_programme::{Loaded, Programmes};
use senne_hub::Context;
use senne_model::{ErrorKind, Problem};
use senne_programme::{
    DecisionId, ProjectId,
    decision::Again,
    portfolio::{Query, page, totals},
};
use serde_json::{Value as Json, json};

/// So many projects are told at once.
const PAGE: usize = 500;

/// Totals, pillars, objectives, calls and a page of projects, each with its line: progress, level and attributed effect stand apart.
///
/// # Errors
/// When the caller may not read.
pub(crate) async fn programme_json(
    programmes: &Programmes,
    context: &Context,
    number: usize,
) -> Result<Json, Problem> {
    let view = programmes.view(context).await?;
    let programme = &view.programme;
    let found = page(
        &view.lines,
        &Query { offset: number.saturating_sub(1).saturating_mul(PAGE), size: PAGE, ..Query::default() },
    );
    Ok(json!({
        "today": view.today.to_string(),
        "change": view.change.0,
        "totals": totals(&view.lines),
        "pillars": programme.pillars_in_order(),
        "objectives": programme.objectives.values().collect::<Vec<_>>(),
        "calls": programme.calls.values().collect::<Vec<_>>(),
        "projects": found.lines,
        "page": number,
        "found": found.found,
        "findings": programme.findings,
    }))
}

/// One project with all that belongs to it.
///
/// # Errors
/// When the caller may not read, or there is no such project.
pub(crate) async fn project_json(
    programmes: &Programmes,
    context: &Context,
    id: &str,
) -> Result<Json, Problem> {
    let view = programmes.view(context).await?;
    let id = whole("Project", id);
    let id = ProjectId::new(id);
    let missing = || Problem::not_found(format!("there is no project `{id}`")).field("id");
    let line = view.line(&id).ok_or_else(missing)?;
    let programme = &view.programme;
    Ok(json!({
        "project": programme.projects.get(&id),
        "line": line,
        "expectedEffects": programme.effects.of(&id),
        "milestones": programme.milestones.of(&id),
        "money": programme.money.of(&id),
        "risks": programme.risks.of(&id),
        "benefits": programme.benefits.of(&id),
        "evaluations": programme.evaluations_of(&id).collect::<Vec<_>>(),
    }))
}

/// A decision with all it was made of, made again now: whether the digest is the same, and where it differs.
///
/// # Errors
/// When there is no such decision, or it holds no inputs.
pub(crate) async fn decision_json(
    programmes: &Programmes,
    context: &Context,
    id: &str,
) -> Result<Json, Problem> {
    let id = DecisionId::new(whole("Decision", id));
    let decision = programmes.decision(context, &id).await?;
    let Some(decision) = decision else {
        let detail = format!("`{id}` holds no inputs, so that it cannot be made again");
        return Err(Problem::not_found(detail).field("inputs"));
    };
    let replayed = match programmes.replay(&decision).await? {
        Again::Made(replayed) => replayed,
        Again::Failed(error) => return Err(Problem::bad(error.to_string())),
        Again::Waiting => {
            let detail = "the decision is being made again; ask once more in a moment";
            return Err(Problem::new(ErrorKind::Overloaded, detail));
        }
    };
    Ok(
        json!({ "id": id.as_str(), "decision": &*decision, "same": replayed.is_equal(), "replay": &*replayed }),
    )
}

/// What a load did.
pub(crate) fn loaded_json(loaded: &Loaded) -> Json {
    json!({ "written": loaded.written, "findings": loaded.findings })
}

/// An identifier from its last part.
pub(crate) fn whole(kind: &str, id: &str) -> String {
    if id.contains(':') { id.to_owned() } else { format!("urn:ngsi-ld:{kind}:{id}") }
}
