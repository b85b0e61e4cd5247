//! Decisions on calls: made of what the programme says, written with all that they were made of, and made again.

use std::{collections::BTreeMap, sync::Arc};

use senne_hub::Context;
use senne_model::{AttributeValue, EntityId, Json, Problem};
use senne_programme::{
    CallForProjects, DecisionId, Project, ProjectState, View, Words,
    asking::ChoiceOrder,
    decision::{Applicant, Decision, DecisionInputs, Voices, decide},
    scoring::{Criterion, Elicitation, Opinion},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Programmes, keep::now, term};

/// The most projects that a decision is made on.
const PROJECTS_MOST: usize = 500;

impl Programmes {
    /// Makes a decision on a call and writes it; the projects are chosen or rejected by it in the same write.
    ///
    /// # Errors
    /// When the caller may not write, there is no such call, projects miss scores, or no selection keeps to all rules.
    pub async fn decide(&self, context: &Context, order: &ChoiceOrder) -> Result<DecisionId, Problem> {
        self.may_write(context)?;
        let view = self.view(context).await?;
        let decision = made(Arc::clone(&view), order.clone()).await?;
        let id = order.id.clone().unwrap_or_else(|| id_of(order, &view));
        let mut writes = vec![self.to_write(&simple(&id, order, &decision)?)?];
        let chosen = decision.outcome.selection.selection().map(|selection| &selection.chosen);
        let Some(chosen) = chosen else {
            let detail = "no selection keeps to all rules; loosen one of them".to_owned();
            return Err(Problem::bad(detail).field("rules"));
        };
        for applicant in &decision.inputs.applicants {
            let Some(project) = view.programme.projects.get(&applicant.id) else { continue };
            let state = if chosen.contains(&project.id) { "chosen" } else { "rejected" };
            // What has begun is not set back by a decision that is written down afterwards.
            if matches!(project.state, ProjectState::Proposed | ProjectState::Chosen | ProjectState::Rejected)
            {
                writes.push(self.to_write(&object([
                    ("id", Json::text(project.id.as_str())),
                    ("type", Json::text("Project")),
                    ("projectState", Json::text(state)),
                ]))?);
            }
        }
        self.write_all(context, writes).await?;
        Ok(id)
    }

    /// All that a decision was computed of; nothing when it holds no inputs.
    ///
    /// # Errors
    /// When there is no such decision, or what it holds cannot be read.
    pub async fn decision(
        &self,
        context: &Context,
        id: &DecisionId,
    ) -> Result<Option<Arc<Decision>>, Problem> {
        let missing = || Problem::not_found(format!("there is no decision `{id}`")).field("id");
        let id = EntityId::parse(id.as_str()).map_err(|_| missing())?;
        let entity = self.hub().entity(context, &id).await?;
        let json = |name: &str| match &entity.instance(&term(name))?.value {
            AttributeValue::JsonProperty(json) | AttributeValue::Property(json) => Some(json),
            _ => None,
        };
        let (Some(inputs), Some(settings), Some(outcome)) =
            (json("inputs"), json("settings"), json("outcome"))
        else {
            return Ok(None);
        };
        let digest = json("digest").and_then(Json::as_str).unwrap_or_default().to_owned();
        Ok(Some(Arc::new(Decision {
            inputs: read("inputs", inputs)?,
            settings: read("settings", settings)?,
            outcome: read("outcome", outcome)?,
            digest,
        })))
    }
}

/// Computes a decision; this may take seconds, and holds up nobody.
pub(crate) async fn made(view: Arc<View>, order: ChoiceOrder) -> Result<Decision, Problem> {
    let work = move || {
        let inputs = inputs(&view, &order)?;
        decide(inputs, order.settings).map_err(|error| Problem::bad(error.to_string()))
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| Problem::internal(error.to_string()))?
}

/// What a decision reads: the applicants as they are, each with the change up to which it was read.
fn inputs(view: &View, order: &ChoiceOrder) -> Result<DecisionInputs, Problem> {
    let programme = &view.programme;
    let missing = || Problem::not_found(format!("there is no call `{}`", order.call)).field("call");
    let call = programme.calls.get(&order.call).ok_or_else(missing)?;
    let takes_part = |project: &&Project| {
        if order.projects.is_empty() {
            project.call.as_ref() == Some(&order.call)
        } else {
            order.projects.contains(&project.id)
        }
    };
    let projects: Vec<&Project> = programme.projects.values().filter(takes_part).collect();
    if projects.is_empty() || projects.len() > PROJECTS_MOST {
        let count = projects.len();
        let detail = format!("{count} projects take part; a decision is made on 1 to {PROJECTS_MOST}");
        return Err(Problem::bad(detail).field("projects"));
    }
    let applicant = |project: &&Project| {
        Applicant::of(project, programme.money.of(&project.id), programme.risks.of(&project.id))
    };
    let versions: BTreeMap<String, u64> = projects
        .iter()
        .map(|project| (project.id.to_string(), view.change.0))
        .chain([(call.id.to_string(), view.change.0)])
        .collect();
    let criterion = |one: &senne_programme::CallCriterion| Criterion {
        id: one.id.clone(),
        direction: one.direction,
        bounds: None,
    };
    Ok(DecisionInputs {
        applicants: projects.iter().map(applicant).collect(),
        criteria: call.criteria.iter().map(criterion).collect(),
        opinions: opinions(call, order)?,
        by_role: !order.opinions.is_empty(),
        versions,
    })
}

/// The weights of the call count when nobody says others. People are told by role: this is open to all.
fn opinions(call: &CallForProjects, order: &ChoiceOrder) -> Result<Vec<Opinion>, Problem> {
    if !order.opinions.is_empty() {
        return Ok(voices(order)?.opinions);
    }
    let points = call.criteria.iter().map(|one| (one.id.clone(), one.weight)).collect();
    Ok(vec![Opinion { person: "call".to_owned(), said: Elicitation::Points(points) }])
}

fn voices(order: &ChoiceOrder) -> Result<Voices, Problem> {
    Voices::of(&order.opinions).map_err(|error| Problem::bad(error.to_string()).field("opinions"))
}

fn id_of(order: &ChoiceOrder, view: &View) -> DecisionId {
    let call = order.call.as_str().rsplit(':').next().unwrap_or_default();
    let day = order.decided_on.unwrap_or(view.today);
    let first = format!("urn:ngsi-ld:Decision:{call}-{day}");
    let mut ids = std::iter::once(first.clone()).chain((2..).map(|n| format!("{first}-{n}")));
    let free = ids.find(|id| !view.programme.decisions.contains_key(&DecisionId::new(id.as_str())));
    DecisionId::new(free.unwrap_or(first))
}

fn simple(id: &DecisionId, order: &ChoiceOrder, decision: &Decision) -> Result<Json, Problem> {
    let mut members = vec![
        ("id", Json::text(id.as_str())),
        ("type", Json::text("Decision")),
        ("refCall", Json::text(order.call.as_str())),
        ("decidedAt", Json::text(&order.decided_on.map_or_else(now, |day| Ok(day.to_string()))?)),
    ];
    members.extend(computed(decision)?);
    for (name, words) in [("name", &order.name), ("minutes", &order.minutes)] {
        members
            .extend((*words != Words::default()).then(|| json(words)).transpose()?.map(|json| (name, json)));
    }
    if !order.decided_by.is_empty() {
        let people = order.decided_by.iter().map(|person| Json::text(person)).collect();
        members.push(("decidedBy", Json::Array(people)));
    }
    let names = voices(order)?.names;
    if !names.is_empty() {
        members.push(("evaluators", json(&names)?));
    }
    Ok(object(members))
}

/// What a decision was computed of, and what came out.
pub(crate) fn computed(decision: &Decision) -> Result<[(&'static str, Json); 5], Problem> {
    Ok([
        ("method", json(&decision.settings.way.method)?),
        ("inputs", json(&decision.inputs)?),
        ("settings", json(&decision.settings)?),
        ("outcome", json(&decision.outcome)?),
        ("digest", Json::text(&decision.digest)),
    ])
}

pub(crate) fn object<'a>(members: impl IntoIterator<Item = (&'a str, Json)>) -> Json {
    Json::Object(members.into_iter().map(|(name, json)| (name.into(), json)).collect())
}

fn json<T: Serialize>(value: &T) -> Result<Json, Problem> {
    let text = serde_json::to_string(value).map_err(|error| Problem::internal(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| Problem::internal(error.to_string()))
}

fn read<T: DeserializeOwned>(what: &str, json: &Json) -> Result<T, Problem> {
    serde_json::from_str(&json.to_string()).map_err(|error| {
        Problem::bad(format!("the {what} of the decision cannot be read: {error}")).field(what)
    })
}
