//! The programme over a real hub in a temporary folder: read when it changes, decided, edited with drafts.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[path = "kept/proposals.rs"]
mod proposals;

use std::sync::Arc;

use jiff::civil::date;
use senne_city_programme::Programmes;
use senne_contract::Contracts;
use senne_hub::{Context, Hub, HubConfig, Principal};
use senne_model::{ErrorKind, Json, TenantName};
use senne_programme::{
    DecisionId, Draft, DraftId, DraftState, Milestone, ProjectId, ProjectState,
    asking::{Settlement, SettlementOrder},
    decision::replay,
};

struct City {
    hub: Hub,
    programmes: Programmes,
    _folder: tempfile::TempDir,
}

impl City {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = HubConfig { contracts: Arc::new(Contracts::builtin()), ..HubConfig::new(folder.path()) };
        let hub = Hub::open(config).await.unwrap();
        let programmes = Programmes::new(hub.clone(), Arc::new(Vec::new));
        Self { hub, programmes, _folder: folder }
    }
}

fn office() -> Context {
    Context::new(Principal::Administrator { name: "office".to_owned() }, TenantName::default())
}

fn stranger() -> Context {
    Context::new(Principal::Anonymous, TenantName::default())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_is_whole_and_its_choice_comes_out_again() {
    let city = City::new().await;
    let begun = date(2026, 11, 14);
    let loaded = city.programmes.load_demo(&office(), begun).await.unwrap().unwrap();
    assert_eq!(loaded.written["Project"], 40);
    assert!(loaded.findings.is_empty(), "{:#?}", loaded.findings);
    assert_eq!(
        city.programmes.load_demo(&office(), begun).await.unwrap(),
        None,
        "a city that has one keeps it"
    );

    let view = city.programmes.view(&office()).await.unwrap();
    let counts = (view.programme.pillars.len(), view.programme.objectives.len(), view.lines.len());
    assert_eq!(counts, (6, 12, 40));
    let bailli = ProjectId::from("urn:ngsi-ld:Project:calm-street-bailli");
    let used = |milestone: &&Milestone| milestone.id.as_str().ends_with("-use");
    assert_eq!(view.programme.milestones.of(&bailli).iter().find(used).unwrap().done_on, Some(begun));

    let id = DecisionId::from("urn:ngsi-ld:Decision:calm-and-green-2025");
    let decision = city.programmes.decision(&stranger(), &id).await.unwrap().unwrap();
    assert!(replay(&decision).unwrap().is_equal());
    // What the minutes say is what the choice comes to.
    let chosen = &decision.outcome.selection.selection().unwrap().chosen;
    let rejected = |id: &ProjectId| view.programme.projects[id].state == ProjectState::Rejected;
    let wrong: Vec<_> = decision
        .inputs
        .applicants
        .iter()
        .filter(|applicant| chosen.contains(&applicant.id) == rejected(&applicant.id))
        .map(|applicant| applicant.id.as_str())
        .collect();
    assert!(wrong.is_empty(), "{wrong:?} of {}", decision.inputs.applicants.len());
    let spent: i64 = decision
        .inputs
        .applicants
        .iter()
        .filter(|applicant| chosen.contains(&applicant.id))
        .flat_map(|applicant| &applicant.costs)
        .filter(|cost| cost.source == "region")
        .map(|cost| cost.amount.0)
        .sum();
    assert_eq!((chosen.len(), spent), (8, 8_317_000));
    city.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_is_kept_until_something_in_it_changes() {
    let city = City::new().await;
    city.programmes.keep_up().unwrap();
    let text = "- id: urn:ngsi-ld:Pillar:air\n  type: Pillar\n  name: { en: Air }\n  order: 1\n";
    city.programmes.load(&office(), "a.yaml", text).await.unwrap();
    let first = city.programmes.view(&stranger()).await.unwrap();
    assert_eq!(first.programme.pillars.len(), 1);
    assert!(Arc::ptr_eq(&first, &city.programmes.view(&stranger()).await.unwrap()));
    let more = "- id: urn:ngsi-ld:Pillar:water\n  type: Pillar\n  name: { en: Water }\n  order: 2\n";
    city.programmes.load(&office(), "b.yaml", more).await.unwrap();
    let second = city.programmes.view(&stranger()).await.unwrap();
    assert_eq!(second.programme.pillars.len(), 2);
    city.hub.stop().await;
}

fn draft(id: &str, about: &str, name: &str) -> Draft {
    let name: Json = serde_json::from_str(&format!(r#"{{"name": {{"en": "{name}"}}, "order": 3}}"#)).unwrap();
    Draft {
        id: DraftId::from(format!("urn:ngsi-ld:Draft:{id}")),
        part_of: None,
        about: about.to_owned(),
        kind: "Pillar".to_owned(),
        content: name,
        state: DraftState::Draft,
        author: Some("Ada".to_owned()),
        reviewer: None,
        note: None,
        changed_on: None,
    }
}

fn order(draft: &DraftId, settlement: Settlement, by: &str, note: &str) -> SettlementOrder {
    SettlementOrder {
        draft: draft.clone(),
        edited: None,
        settlement,
        by: by.to_owned(),
        note: note.to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_are_seen_inside_and_published_once() {
    let city = City::new().await;
    let about = "urn:ngsi-ld:Pillar:quiet";
    let one = draft("quiet", about, "Quiet");
    let refused = city.programmes.save_draft(&stranger(), &one).await.unwrap_err();
    assert!(matches!(refused.kind, ErrorKind::Forbidden | ErrorKind::Unauthenticated), "{refused:?}");
    city.programmes.save_draft(&office(), &one).await.unwrap();
    assert!(city.programmes.view(&stranger()).await.unwrap().programme.drafts.is_empty());
    let inside = city.programmes.view(&office()).await.unwrap();
    assert_eq!(inside.programme.drafts[&one.id].author.as_deref(), Some("Ada"));
    assert!(inside.programme.pillars.is_empty(), "nothing is written before it is published");

    for settlement in [Settlement::Review, Settlement::Publish] {
        city.programmes.settle(&office(), &order(&one.id, settlement, "Grace", "well said")).await.unwrap();
    }
    let view = city.programmes.view(&stranger()).await.unwrap();
    assert_eq!(view.programme.pillars.len(), 1);
    let inside = city.programmes.view(&office()).await.unwrap();
    let settled = &inside.programme.drafts[&one.id];
    assert_eq!((settled.state, settled.reviewer.as_deref()), (DraftState::Published, Some("Grace")));
    let again = city
        .programmes
        .settle(&office(), &order(&one.id, Settlement::Refuse, "Grace", ""))
        .await
        .unwrap_err();
    assert_eq!(again.kind, ErrorKind::Conflict);
    let again = city.programmes.save_draft(&office(), &one).await.unwrap_err();
    assert_eq!(again.kind, ErrorKind::Conflict);

    let mut wrong = draft("wrong", about, "Wrong");
    wrong.content = serde_json::from_str(r#"{"order": "third"}"#).unwrap();
    let refused = city.programmes.save_draft(&office(), &wrong).await.unwrap_err();
    assert!(refused.detail.contains("order"), "{refused:?}");
    let nothing = DraftId::from("urn:ngsi-ld:Draft:nothing");
    let missing =
        city.programmes.settle(&office(), &order(&nothing, Settlement::Publish, "", "")).await.unwrap_err();
    assert_eq!(missing.kind, ErrorKind::NotFound);
    city.hub.stop().await;
}
