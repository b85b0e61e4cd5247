//! The made-up programme of Brussels that comes with Senne, beside a simulated city.

use jiff::civil::Date;
use senne_hub::Context;
use senne_model::{Json, Problem};
use senne_programme::{
    Euros,
    asking::ChoiceOrder,
    decision::{DecisionSettings, WayOfChoice},
    scoring::WeightSamples,
    selection::{Budget, Rules},
};

use crate::{
    Programmes,
    decide::{computed, made, object},
    load::{Loaded, entities},
};

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        [$((concat!("programme/demo/", $name, ".yaml"), include_str!(concat!("../../../../programme/demo/", $name, ".yaml")))),*]
    };
}

const FILES: [(&str, &str); 16] = files![
    "organisations",
    "pillars",
    "catalysts",
    "interventions",
    "memorandum",
    "objectives",
    "calls",
    "projects",
    "effects",
    "milestones",
    "budget",
    "risks",
    "benefits",
    "decisions",
    "documents",
    "drafts",
];

/// The projects whose effect the simulator makes.
const SIMULATED: [&str; 3] = ["calm-street-bailli", "calm-signs-aumale", "signal-timing-vanderkindere"];
/// The call that is decided, its decision, and the money that the Region put in.
const CALL: &str = "urn:ngsi-ld:CallForProjects:calm-and-green-2025";
const DECISION: &str = "urn:ngsi-ld:Decision:calm-and-green-2025";
const BUDGET: (&str, i64) = ("region", 8_500_000);

impl Programmes {
    /// Writes the made-up programme, unless the city has one. `begun` is the day on which the simulated projects begin.
    ///
    /// # Errors
    /// When the caller may not write.
    pub async fn load_demo(&self, context: &Context, begun: Date) -> Result<Option<Loaded>, Problem> {
        if !self.view(context).await?.programme.pillars.is_empty() {
            return Ok(None);
        }
        let mut all = Vec::new();
        for (file, text) in FILES {
            all.extend(entities(file, text)?);
        }
        for entity in &mut all {
            begin(entity, begun);
        }
        let writes = all.iter().map(|entity| self.to_write(entity)).collect::<Result<Vec<_>, _>>()?;
        let loaded = self.write_entities(context, &all, writes).await?;
        self.compute_choice(context).await?;
        Ok(Some(loaded))
    }

    /// The choice of the closed call, computed from the files as anybody would.
    async fn compute_choice(&self, context: &Context) -> Result<(), Problem> {
        let (source, ceiling) = BUDGET;
        let budget = Budget { source: Some(source.to_owned()), year: None, ceiling: Euros(ceiling) };
        let rules = Rules { budgets: vec![budget], ..Rules::default() };
        // One opinion, that of the call: what other weights would give is worth knowing.
        let way = WayOfChoice { samples_of: WeightSamples::Any, ..WayOfChoice::default() };
        let order = ChoiceOrder {
            call: CALL.into(),
            id: None,
            name: senne_programme::Words::default(),
            decided_by: Vec::new(),
            decided_on: None,
            minutes: senne_programme::Words::default(),
            opinions: Vec::new(),
            projects: Vec::new(),
            settings: DecisionSettings { rules, way },
        };
        let decision = made(self.view(context).await?, order).await?;
        let members = [("id", Json::text(DECISION)), ("type", Json::text("Decision"))];
        self.write(context, &object(members.into_iter().chain(computed(&decision)?))).await
    }
}

/// The effects of simulated projects begin when the simulator begins them, and their use is then a fact.
fn begin(entity: &mut Json, begun: Date) {
    let text = |name: &str| entity.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
    let of_project = |id: &str| SIMULATED.iter().any(|name| id == format!("urn:ngsi-ld:Project:{name}"));
    let of_milestone =
        |id: &str| SIMULATED.iter().any(|name| id == format!("urn:ngsi-ld:Milestone:{name}-use"));
    let (kind, id, project) = (text("type"), text("id"), text("refProject"));
    let attribute = match kind.as_str() {
        "ExpectedEffect" if of_project(&project) => "startsOn",
        "Milestone" if of_milestone(&id) => "doneOn",
        _ => return,
    };
    let Json::Object(members) = entity else { return };
    members.retain(|(name, _)| &**name != attribute);
    members.push((attribute.into(), Json::text(&begun.to_string())));
}
