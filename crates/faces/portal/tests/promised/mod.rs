//! A portal over the made-up programme of the repository, with what evaluations found of three of its projects.

use std::{collections::BTreeMap, fs, path::PathBuf, sync::Arc};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use jiff::civil::date;
use senne_contract::{Contracts, ValueKind, YamlFile};
use senne_face_portal::{Answer, PortalOptions, Programmes, router};
use senne_hub::{Context, Hub, HubConfig, Principal};
use senne_model::{
    Attribute, AttributeValue, ChangeNo, Entity, EntityId, Instance, Json, Name, Timestamp, Write,
};
use senne_programme::{
    DecisionId, Draft, DraftId, Programme, View,
    asking::{Foresee, Foreseen, Settlement},
    decision::{Applicant, Decision, DecisionInputs, DecisionSettings, decide},
    from_simple::from_simple,
    scoring::{Criterion, Elicitation, Opinion},
    selection::{Budget, Rules},
};
use tower::ServiceExt;

pub(crate) fn term(local: &str) -> Name {
    Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{local}"))
}

/// The entities of the demo's files.
fn entities() -> Vec<Entity> {
    let contracts = Contracts::builtin();
    let mut kinds: BTreeMap<(String, String), ValueKind> = BTreeMap::new();
    for contract in contracts.iter() {
        for attribute in &contract.attributes {
            kinds.insert((contract.type_term.clone(), attribute.term.clone()), attribute.kind);
        }
    }
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

fn evaluation(id: &str, project: &str, estimate: f64, half: f64, answer: &str) -> Entity {
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
        property("detectable", Json::Float(40.0)),
        property("grade", Json::Int(3)),
        property("answer", Json::text(answer)),
    ];
    let name = [("fr", "Voitures"), ("nl", "Auto’s"), ("en", "Cars")];
    let name = name.map(|(tag, text)| (tag.into(), Json::text(text))).into();
    entity.attributes = vec![
        Attribute::new(term("name"), Instance::new(AttributeValue::Language(name))),
        Attribute::new(term("effect"), effect),
        property("refProject", Json::text(&format!("urn:ngsi-ld:Project:{project}"))),
        property("better", Json::text("down")),
    ];
    entity
}

/// The programme as of the demo's day.
pub(crate) fn view() -> View {
    let mut all = entities();
    all.push(evaluation("bailli", "calm-street-bailli", -210.0, 60.0, "better"));
    all.push(evaluation("aumale", "calm-signs-aumale", 3.0, 30.0, "not detectable"));
    all.push(evaluation("vanderkindere", "signal-timing-vanderkindere", 120.0, 40.0, "worse"));
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
    let inputs = DecisionInputs { applicants, criteria: criteria.collect(), opinions, versions };
    let budget = Budget { source: Some("region".to_owned()), year: None, ceiling: call.budget };
    let rules = Rules { budgets: vec![budget], ..Rules::default() };
    decide(inputs, DecisionSettings { rules, ..DecisionSettings::default() }).unwrap()
}

/// Who keeps the programme: anybody sees it without drafts.
pub(crate) struct Keeper {
    inside: Arc<View>,
    outside: Arc<View>,
    decision: Option<Arc<Decision>>,
    /// What was written.
    pub(crate) written: Arc<std::sync::Mutex<Vec<String>>>,
}

impl Keeper {
    pub(crate) fn of(view: View) -> Self {
        let mut outside = view.clone();
        outside.programme.drafts.clear();
        let decided = view.programme.calls.values().any(|call| call.id.as_str().ends_with("2025"));
        let decision = decided.then(|| Arc::new(decision(&view)));
        Self { inside: Arc::new(view), outside: Arc::new(outside), decision, written: Arc::default() }
    }

    fn note(&self, what: String) -> Answer<'_, ()> {
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

    fn write<'a>(&'a self, _: &'a Context, entity: &'a Json) -> Answer<'a, ()> {
        self.note(format!("write {entity}"))
    }

    fn save_draft<'a>(&'a self, _: &'a Context, draft: &'a Draft) -> Answer<'a, ()> {
        self.note(format!("draft {} {:?} {}", draft.about, draft.state, draft.content))
    }

    fn settle<'a>(
        &'a self,
        _: &'a Context,
        draft: &'a DraftId,
        settlement: Settlement,
        by: &'a str,
        note: &'a str,
    ) -> Answer<'a, ()> {
        self.note(format!("settle {draft} {settlement:?} {by} {note}"))
    }
}

pub(crate) struct Office {
    app: Router,
    pub(crate) hub: Hub,
    pub(crate) written: Arc<std::sync::Mutex<Vec<String>>>,
    _folder: tempfile::TempDir,
}

impl Office {
    pub(crate) async fn new(view: View) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = HubConfig { contracts: Arc::new(Contracts::builtin()), ..HubConfig::new(folder.path()) };
        let hub = Hub::open(config).await.unwrap();
        let keeper = Keeper::of(view);
        let written = Arc::clone(&keeper.written);
        let options = PortalOptions { programmes: Arc::new(keeper), ..PortalOptions::default() };
        Self { app: router(hub.clone(), options), hub, written, _folder: folder }
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
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let body = to_bytes(response.into_body(), 64 << 20).await.unwrap();
        (status, headers, String::from_utf8_lossy(&body).into_owned())
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
