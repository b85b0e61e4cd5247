//! A portal over the made-up programme of the repository, with what evaluations found of three of its projects.
#![allow(dead_code, reason = "each file of tests uses a part of it")]

use std::{collections::BTreeMap, fs, path::PathBuf, sync::Arc};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use jiff::civil::date;
use senne_contract::{Contracts, ValueKind, YamlFile};
use senne_face_portal::{Answer, Figures, PortalOptions, Programmes, router};
use senne_hub::{Context, Hub, HubConfig, Principal, WriteOptions};
use senne_model::{
    Attribute, AttributeValue, ChangeNo, Entity, EntityId, Instance, Json, Name, Problem, TenantName,
    Timestamp, Write,
};
use senne_programme::{
    DecisionId, Draft, Programme, View,
    asking::{ChoiceOrder, Foresee, Foreseen, SettlementOrder},
    decision::{Again, Applicant, Decision, DecisionInputs, DecisionSettings, decide, replay},
    from_simple::from_simple,
    scoring::{Criterion, Elicitation, Opinion},
    selection::{Budget, Rules},
};
use tower::ServiceExt;

pub(crate) fn term(local: &str) -> Name {
    Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{local}"))
}

/// The kinds of values by type and attribute.
fn kinds() -> BTreeMap<(String, String), ValueKind> {
    let contracts = Contracts::builtin();
    let mut kinds = BTreeMap::new();
    for contract in contracts.iter() {
        for attribute in &contract.attributes {
            kinds.insert((contract.type_term.clone(), attribute.term.clone()), attribute.kind);
        }
    }
    kinds
}

/// The entities of the demo's files.
fn entities() -> Vec<Entity> {
    let kinds = kinds();
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../programme/demo");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut all = Vec::new();
    for file in files.filter(|path| path.extension().is_some_and(|extension| extension == "yaml")) {
        let text = fs::read_to_string(&file).unwrap();
        let source = YamlFile::parse("demo", &text).unwrap_or_else(|finding| panic!("{finding}"));
        let list: Vec<Json> = serde_json::from_value(source.json).unwrap();
        let kind = |kind: &str, term: &str| kinds.get(&(kind.to_owned(), term.to_owned())).copied();
        all.extend(list.iter().map(|entity| made(from_simple(entity, kind).unwrap())));
    }
    all
}

fn made(write: Write) -> Entity {
    let mut entity = Entity::new(write.entity, write.types[0].clone());
    entity.attributes = write.attributes;
    entity
}

/// An evaluation of vehicles counted at a loop.
fn evaluation(id: &str, project: &str, estimate: f64, half: f64, answer: &str, unit: &str) -> Entity {
    let property =
        |name: &str, json| Attribute::new(term(name), Instance::new(AttributeValue::Property(json)));
    let mut entity =
        Entity::new(EntityId::trusted(&format!("urn:ngsi-ld:Evaluation:{id}")), term("Evaluation"));
    let mut effect = Instance::new(AttributeValue::Property(Json::Float(estimate)))
        .at(Timestamp::parse("2026-11-28T04:00:00Z").unwrap());
    effect.sub_attributes = vec![
        property("lowerBound", Json::Float(estimate - half)),
        property("upperBound", Json::Float(estimate + half)),
        property("standardError", Json::Float(half / 1.96)),
        property("detectable", Json::Float(3.1)),
        property("grade", Json::Int(3)),
        property("answer", Json::text(answer)),
    ];
    let said = |name: &str, texts: [&str; 3]| {
        let map = ["fr", "nl", "en"].into_iter().zip(texts);
        let map = map.map(|(tag, text)| (tag.into(), Json::text(text))).collect();
        Attribute::new(term(name), Instance::new(AttributeValue::Language(map)))
    };
    entity.attributes = vec![
        said("name", ["Voitures", "Auto’s", "Cars"]),
        said("outcomeName", ["Trafic dans la rue", "Verkeer in de straat", "Traffic in the street"]),
        said("outcomeUnit", ["véhicules en 5 minutes", "voertuigen in 5 minuten", unit]),
        property("outcomeType", Json::text("TrafficFlowObserved")),
        property("outcomeAttribute", Json::text("intensity")),
        property("refIndicator", Json::text("urn:ngsi-ld:Indicator:motor-traffic-counts")),
        Attribute::new(term("effect"), effect),
        property("refProject", Json::text(&format!("urn:ngsi-ld:Project:{project}"))),
        property("better", Json::text("down")),
    ];
    entity
}

/// The programme as of the demo's day.
pub(crate) fn view() -> View {
    measured_in("vehicles in 5 minutes")
}

/// The same, with evaluations that name this unit in English.
pub(crate) fn measured_in(unit: &str) -> View {
    let mut all = entities();
    all.push(evaluation("bailli-traffic", "calm-street-bailli", -16.8, 2.1, "better", unit));
    all.push(evaluation("aumale-traffic", "calm-signs-aumale", -0.4, 2.9, "not detectable", unit));
    all.push(evaluation("vanderkindere-traffic", "signal-timing-vanderkindere", 13.7, 2.1, "worse", unit));
    View::of(Programme::read(&all), date(2026, 11, 30), ChangeNo(7))
}

fn decision(view: &View) -> Decision {
    let call = view.programme.calls.values().find(|call| call.id.as_str().ends_with("2025")).unwrap();
    let of_call = view.programme.projects.values().filter(|project| project.call.as_ref() == Some(&call.id));
    let applicants: Vec<Applicant> = of_call
        .map(|project| {
            Applicant::of(project, view.programme.money.of(&project.id), view.programme.risks.of(&project.id))
        })
        .collect();
    let versions = applicants.iter().map(|applicant| (applicant.id.to_string(), 7)).collect();
    let criteria = call.criteria.iter().map(|one| Criterion {
        id: one.id.clone(),
        direction: one.direction,
        bounds: None,
    });
    let points = call.criteria.iter().map(|one| (one.id.clone(), one.weight)).collect();
    let opinions = vec![Opinion { person: "call".to_owned(), said: Elicitation::Points(points) }];
    let inputs =
        DecisionInputs { applicants, criteria: criteria.collect(), opinions, by_role: false, versions };
    let budget = Budget { source: Some("region".to_owned()), year: None, ceiling: call.budget };
    let rules = Rules { budgets: vec![budget], ..Rules::default() };
    decide(inputs, DecisionSettings { rules, ..DecisionSettings::default() }).unwrap()
}

/// Who keeps the programme: anybody sees it without drafts.
pub(crate) struct Keeper {
    inside: Arc<View>,
    outside: Arc<View>,
    decision: Option<Arc<Decision>>,
    /// Whether others are making decisions again.
    waits: bool,
    /// What was written.
    pub(crate) written: Arc<std::sync::Mutex<Vec<String>>>,
    /// The drafts of the last proposal.
    proposed: Arc<std::sync::Mutex<Vec<Draft>>>,
    /// Why nothing is written, when it is not.
    refuses: Arc<std::sync::Mutex<Option<Problem>>>,
}

impl Keeper {
    pub(crate) fn of(view: View) -> Self {
        let mut outside = view.clone();
        outside.programme.drafts.clear();
        let decided = view.programme.calls.values().any(|call| call.id.as_str().ends_with("2025"));
        let decision = decided.then(|| Arc::new(decision(&view)));
        Self {
            inside: Arc::new(view),
            outside: Arc::new(outside),
            decision,
            waits: false,
            written: Arc::default(),
            proposed: Arc::default(),
            refuses: Arc::default(),
        }
    }

    fn note(&self, what: String) -> Answer<'_, ()> {
        if let Some(problem) = self.refuses.lock().unwrap().clone() {
            return Box::pin(async { Err(problem) });
        }
        self.written.lock().unwrap().push(what);
        Box::pin(async { Ok(()) })
    }
}

impl Programmes for Keeper {
    fn view<'a>(&'a self, context: &'a Context) -> Answer<'a, Arc<View>> {
        let stranger = matches!(context.principal, Principal::Anonymous);
        let view = Arc::clone(if stranger { &self.outside } else { &self.inside });
        Box::pin(async { Ok(view) })
    }

    fn decision<'a>(&'a self, _: &'a Context, id: &'a DecisionId) -> Answer<'a, Option<Arc<Decision>>> {
        let known = id.as_str().ends_with("2025");
        let decision = self.decision.clone().filter(|_| known);
        Box::pin(async { Ok(decision) })
    }

    fn replay<'a>(&'a self, decision: &'a Arc<Decision>) -> Answer<'a, Again> {
        let again = replay(decision).map_or_else(Again::Failed, |replay| Again::Made(Arc::new(replay)));
        let again = if self.waits { Again::Waiting } else { again };
        Box::pin(async { Ok(again) })
    }

    fn foresee<'a>(&'a self, _: &'a Context, _: &'a Foresee) -> Answer<'a, Foreseen> {
        let foreseen = Foreseen {
            smallest: Some(12.5),
            relative: Some(0.08),
            method: "did".to_owned(),
            frequency: "month".to_owned(),
            steps: 48,
            duration: 12,
            donors: 18,
            power: 0.8,
            level: 0.95,
            sentence: senne_programme::Words::in_language("en", "At least 12.5 would be seen."),
            warnings: Vec::new(),
        };
        Box::pin(async { Ok(foreseen) })
    }

    fn decide<'a>(&'a self, _: &'a Context, order: &'a ChoiceOrder) -> Answer<'a, DecisionId> {
        let made = self.note(format!("decide {}", order.call));
        Box::pin(async { made.await.map(|()| DecisionId::from("urn:ngsi-ld:Decision:made")) })
    }

    fn write<'a>(&'a self, _: &'a Context, entity: &'a Json) -> Answer<'a, ()> {
        self.note(format!("write {entity}"))
    }

    fn save_draft<'a>(&'a self, _: &'a Context, draft: &'a Draft) -> Answer<'a, ()> {
        self.note(format!("draft {} {:?} {}", draft.about, draft.state, draft.content))
    }

    fn save_proposal<'a>(&'a self, _: &'a Context, drafts: &'a [Draft]) -> Answer<'a, ()> {
        drafts.clone_into(&mut self.proposed.lock().unwrap());
        let ids: Vec<&str> = drafts.iter().map(|draft| draft.id.as_str()).collect();
        self.note(format!("proposal {}", ids.join(" ")))
    }

    fn settle<'a>(&'a self, _: &'a Context, order: &'a SettlementOrder) -> Answer<'a, ()> {
        self.note(format!("settle {} {:?} {} {}", order.draft, order.settlement, order.by, order.note))
    }
}

pub(crate) struct Office {
    app: Router,
    pub(crate) hub: Hub,
    pub(crate) written: Arc<std::sync::Mutex<Vec<String>>>,
    pub(crate) refuses: Arc<std::sync::Mutex<Option<Problem>>>,
    pub(crate) proposed: Arc<std::sync::Mutex<Vec<Draft>>>,
    _folder: tempfile::TempDir,
}

impl Office {
    pub(crate) async fn new(view: View) -> Self {
        Self::of(Keeper::of(view)).await
    }

    /// An office in which somebody else is making decisions again.
    pub(crate) async fn busy(view: View) -> Self {
        Self::of(Keeper { waits: true, ..Keeper::of(view) }).await
    }

    /// Writes entities in their simple form into the city itself.
    pub(crate) async fn keep(&self, entities: &[Json]) {
        let kinds = kinds();
        let kind = |kind: &str, term: &str| kinds.get(&(kind.to_owned(), term.to_owned())).copied();
        let writes: Vec<Write> = entities.iter().map(|entity| from_simple(entity, kind).unwrap()).collect();
        let office = Principal::Administrator { name: "office".to_owned() };
        let context = Context::new(office, TenantName::default());
        for answer in self.hub.write(&context, writes, WriteOptions::default()).await.unwrap() {
            answer.unwrap();
        }
    }

    /// An office beside somebody who computes indicators.
    pub(crate) async fn with_figures(view: View, figures: Arc<dyn Figures>) -> Self {
        Self::with(Keeper::of(view), figures).await
    }

    async fn of(keeper: Keeper) -> Self {
        Self::with(keeper, PortalOptions::default().figures).await
    }

    async fn with(keeper: Keeper, figures: Arc<dyn Figures>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = HubConfig { contracts: Arc::new(Contracts::builtin()), ..HubConfig::new(folder.path()) };
        let hub = Hub::open(config).await.unwrap();
        let (written, refuses) = (Arc::clone(&keeper.written), Arc::clone(&keeper.refuses));
        let proposed = Arc::clone(&keeper.proposed);
        let options = PortalOptions { figures, programmes: Arc::new(keeper), ..PortalOptions::default() };
        Self { app: router(hub.clone(), options), hub, written, refuses, proposed, _folder: folder }
    }

    /// Asks as the office or as a stranger.
    pub(crate) async fn ask(
        &self,
        inside: bool,
        mut request: Request<Body>,
    ) -> (StatusCode, HeaderMap, String) {
        if inside {
            request.extensions_mut().insert(Principal::Administrator { name: "office".to_owned() });
        }
        let (status, headers, body) = self.bytes(request).await;
        (status, headers, String::from_utf8_lossy(&body).into_owned())
    }

    pub(crate) async fn bytes(&self, request: Request<Body>) -> (StatusCode, HeaderMap, Vec<u8>) {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let body = to_bytes(response.into_body(), 64 << 20).await.unwrap();
        (status, headers, body.to_vec())
    }

    pub(crate) async fn page(&self, path: &str) -> String {
        let (status, _, body) = self.ask(false, Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }

    pub(crate) async fn inside(&self, path: &str) -> String {
        let (status, _, body) = self.ask(true, Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }

    pub(crate) async fn send(&self, inside: bool, path: &str, form: &str) -> (StatusCode, HeaderMap, String) {
        let request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()))
            .unwrap();
        self.ask(inside, request).await
    }
}
