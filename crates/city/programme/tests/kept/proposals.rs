//! Drafts that belong together, what may not be written, and what is taken away.

use jiff::civil::date;
use senne_model::{ErrorKind, Json};
use senne_programme::{Draft, DraftId, DraftState, ProjectId, asking::Settlement};

use super::{City, draft, office, order, stranger};

/// A proposal: a project, what it should change, and a line of its money.
fn proposal() -> Vec<Draft> {
    let part = |id: &str, about: &str, kind: &str, content: &str| Draft {
        part_of: (kind != "Project").then(|| DraftId::from("urn:ngsi-ld:Draft:garden")),
        about: format!("urn:ngsi-ld:{kind}:{about}"),
        kind: kind.to_owned(),
        content: serde_json::from_str(content).unwrap(),
        state: DraftState::Review,
        ..draft(id, "", "")
    };
    let project = r#"{"name": {"en": "Garden"}, "refPillar": "urn:ngsi-ld:Pillar:air", "startsOn": "2027-03-01", "endsOn": "2027-12-31"}"#;
    let effect = r#"{"refProject": "urn:ngsi-ld:Project:garden", "refIndicator": "urn:ngsi-ld:Indicator:no2-mean", "sign": "decrease",
        "sizeLow": 1, "sizeHigh": 2, "startsOn": "2027-06-01"}"#;
    let money =
        r#"{"refProject": "urn:ngsi-ld:Project:garden", "source": "region", "year": 2027, "planned": 1000}"#;
    vec![
        part("garden", "garden", "Project", project),
        part("garden-effect", "garden", "ExpectedEffect", effect),
        part("garden-money", "garden", "BudgetLine", money),
    ]
}

fn put(draft: &mut Draft, term: &str, json: Json) {
    let Json::Object(members) = &mut draft.content else { panic!("no object") };
    members.retain(|(name, _)| &**name != term);
    members.push((term.into(), json));
}

impl City {
    async fn states(&self) -> Vec<DraftState> {
        let view = self.programmes.view(&office()).await.unwrap();
        view.programme.drafts.values().map(|draft| draft.state).collect()
    }

    /// How many projects, expected effects and lines of money everybody sees.
    async fn public(&self) -> (usize, usize, usize) {
        let view = self.programmes.view(&stranger()).await.unwrap();
        let programme = &view.programme;
        (programme.projects.len(), programme.effects.len(), programme.money.len())
    }

    async fn with_pillar() -> Self {
        let city = Self::new().await;
        let text = "- { id: \"urn:ngsi-ld:Pillar:air\", type: Pillar, name: { en: Air }, order: 1 }\n";
        city.programmes.load(&office(), "a.yaml", text).await.unwrap();
        city
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_is_settled_whole() {
    let city = City::with_pillar().await;
    let drafts = proposal();
    let head = city.hub.head();
    city.programmes.save_proposal(&office(), &drafts).await.unwrap();
    assert_eq!(city.hub.head().0 - head.0, 3, "each is written once");
    assert_eq!(city.states().await, [DraftState::Review; 3]);
    let view = city.programmes.view(&office()).await.unwrap();
    let sets = view.programme.draft_sets();
    assert_eq!((sets.len(), sets[0].parts.len()), (1, 2));

    // Any of them stands for all.
    let publish = order(&drafts[2].id, Settlement::Publish, "Grace", "well said");
    city.programmes.settle(&office(), &publish).await.unwrap();
    assert_eq!(city.states().await, [DraftState::Published; 3]);
    assert_eq!(city.public().await, (1, 1, 1));
    let view = city.programmes.view(&office()).await.unwrap();
    assert!(view.programme.drafts.values().all(|draft| draft.reviewer.as_deref() == Some("Grace")));
    let again = city.programmes.save_proposal(&office(), &drafts).await.unwrap_err();
    assert_eq!(again.kind, ErrorKind::Conflict);
    city.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_one_part_keeps_all_from_being_public() {
    let city = City::with_pillar().await;
    let mut drafts = proposal();
    // A line without its year may be saved, but is not enough.
    drafts[2].content =
        serde_json::from_str(r#"{"refProject": "urn:ngsi-ld:Project:garden", "source": "region"}"#).unwrap();
    city.programmes.save_proposal(&office(), &drafts).await.unwrap();
    let publish = order(&drafts[0].id, Settlement::Publish, "Grace", "");
    let refused = city.programmes.settle(&office(), &publish).await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.field.as_deref()),
        (ErrorKind::BadRequest, Some("year")),
        "{refused:?}"
    );
    assert_eq!(city.public().await, (0, 0, 0));
    assert_eq!(city.states().await, [DraftState::Review; 3]);

    let refuse = order(&drafts[1].id, Settlement::Refuse, "Grace", "too dear");
    city.programmes.settle(&office(), &refuse).await.unwrap();
    assert_eq!((city.states().await, city.public().await), (vec![DraftState::Refused; 3], (0, 0, 0)));
    city.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_is_saved_whole_or_not_at_all() {
    let city = City::with_pillar().await;
    let mut drafts = proposal();
    put(&mut drafts[2], "planned", Json::text("much"));
    let refused = city.programmes.save_proposal(&office(), &drafts).await.unwrap_err();
    assert!(refused.detail.contains("planned"), "{refused:?}");
    assert!(city.states().await.is_empty(), "not one of them");
    for spoil in [
        |drafts: &mut Vec<Draft>| drafts[1].part_of = None,
        |drafts: &mut Vec<Draft>| drafts[0].part_of = Some("urn:ngsi-ld:Draft:other".into()),
        |drafts: &mut Vec<Draft>| drafts[2].id = drafts[1].id.clone(),
        |drafts: &mut Vec<Draft>| drafts.clear(),
    ] {
        let mut drafts = proposal();
        spoil(&mut drafts);
        let refused = city.programmes.save_proposal(&office(), &drafts).await.unwrap_err();
        assert_eq!(refused.field.as_deref(), Some("refPartOf"), "{refused:?}");
    }

    // Sent again with less, it takes the place of what was sent before.
    let drafts = proposal();
    city.programmes.save_proposal(&office(), &drafts).await.unwrap();
    city.programmes.save_proposal(&office(), &drafts[..2]).await.unwrap();
    assert_eq!(city.states().await.len(), 2);
    // A part that is taken up again takes the others with it, and stays a part.
    let part = Draft { part_of: None, state: DraftState::Draft, ..drafts[1].clone() };
    city.programmes.save_draft(&office(), &part).await.unwrap();
    assert_eq!(city.states().await, [DraftState::Draft; 2]);
    let lost = Draft { part_of: Some("urn:ngsi-ld:Draft:gone".into()), ..drafts[2].clone() };
    let refused = city.programmes.save_draft(&office(), &lost).await.unwrap_err();
    assert_eq!(refused.field.as_deref(), Some("refPartOf"), "{refused:?}");
    city.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_settle_at_once_do_not_both_have_their_way() {
    let city = City::with_pillar().await;
    city.programmes.keep_up().unwrap();
    for round in 0..5 {
        let mut drafts = proposal();
        for draft in &mut drafts {
            draft.id = format!("{}-{round}", draft.id).into();
            draft.part_of = draft.part_of.as_ref().map(|first| format!("{first}-{round}").into());
        }
        city.programmes.save_proposal(&office(), &drafts).await.unwrap();
        let (first, second) = (
            order(&drafts[0].id, Settlement::Publish, "Grace", ""),
            order(&drafts[1].id, Settlement::Refuse, "Ada", "no"),
        );
        let context = office();
        let both =
            tokio::join!(city.programmes.settle(&context, &first), city.programmes.settle(&context, &second));
        assert!(both.0.is_ok() != both.1.is_ok(), "{both:?}");
        let late = both.0.err().or(both.1.err()).unwrap();
        assert_eq!(late.kind, ErrorKind::Conflict);
    }
    city.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn days_have_an_order_wherever_they_are_written() {
    let city = City::with_pillar().await;
    let field = |problem: senne_model::Problem| (problem.kind, problem.field.unwrap_or_default());
    let wrong = (ErrorKind::BadRequest, "endsOn".to_owned());
    let mut drafts = proposal();
    put(&mut drafts[0], "endsOn", Json::text("2027-02-01"));
    assert_eq!(field(city.programmes.save_draft(&office(), &drafts[0]).await.unwrap_err()), wrong);
    assert_eq!(field(city.programmes.save_proposal(&office(), &drafts).await.unwrap_err()), wrong);
    let mut drafts = proposal();
    put(&mut drafts[1], "startsOn", Json::text("2027-02-28"));
    let early = city.programmes.save_proposal(&office(), &drafts).await.unwrap_err();
    assert_eq!(field(early), (ErrorKind::BadRequest, "startsOn".to_owned()), "before its project");

    // A draft that was right when it was saved, of a project that has moved since.
    let drafts = proposal();
    city.programmes.save_proposal(&office(), &drafts).await.unwrap();
    let publish = order(&drafts[0].id, Settlement::Publish, "Grace", "");
    city.programmes.settle(&office(), &publish).await.unwrap();
    let mut change = draft("shorter", &drafts[0].about, "");
    change.kind = "Project".to_owned();
    change.content = serde_json::from_str(r#"{"endsOn": "2027-06-30"}"#).unwrap();
    city.programmes.save_draft(&office(), &change).await.unwrap();
    let moved = r#"[{"id": "urn:ngsi-ld:Project:garden", "type": "Project", "startsOn": "2027-09-01"}]"#;
    city.programmes.load(&office(), "moved.json", moved).await.unwrap();
    let publish = order(&change.id, Settlement::Publish, "Grace", "");
    assert_eq!(field(city.programmes.settle(&office(), &publish).await.unwrap_err()), wrong);

    // The same in files, at the line, and in single writes; what is not touched is not looked at.
    let context = office();
    let load = |text: &'static str| city.programmes.load(&context, "b.yaml", text);
    let told = load(
        "- id: urn:ngsi-ld:Pillar:b\n  type: Pillar\n- id: urn:ngsi-ld:Project:garden\n  type: Project\n  endsOn: \"2027-01-01\"\n",
    );
    let told = told.await.unwrap_err().detail;
    assert!(
        told.starts_with("b.yaml:5:") && told.contains("`endsOn`") && told.contains("`startsOn`"),
        "{told}"
    );
    let call = "- id: urn:ngsi-ld:CallForProjects:c\n  type: CallForProjects\n  opensOn: \"2027-02-01\"\n  closesOn: \"2027-01-01\"\n";
    assert!(load(call).await.unwrap_err().detail.contains("closesOn"));
    assert!(
        load("- id: urn:ngsi-ld:Milestone:m\n  type: Milestone\n  plannedOn: \"0207-01-01\"\n")
            .await
            .is_err()
    );
    let early =
        "- id: urn:ngsi-ld:ExpectedEffect:garden\n  type: ExpectedEffect\n  startsOn: \"2027-08-01\"\n";
    assert!(load(early).await.is_err(), "the project that is there counts");
    let json = serde_json::from_str(
        r#"{"id": "urn:ngsi-ld:Project:garden", "type": "Project", "endsOn": "2027-01-01"}"#,
    );
    assert_eq!(field(city.programmes.write(&office(), &json.unwrap()).await.unwrap_err()), wrong);
    load("- id: urn:ngsi-ld:Project:garden\n  type: Project\n  name: { en: Gardens }\n").await.unwrap();
    city.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attribute_is_taken_away() {
    let city = City::with_pillar().await;
    let drafts = proposal();
    city.programmes.save_proposal(&office(), &drafts).await.unwrap();
    city.programmes.settle(&office(), &order(&drafts[0].id, Settlement::Publish, "Grace", "")).await.unwrap();
    let mut change = draft("open-end", &drafts[0].about, "");
    change.kind = "Project".to_owned();
    change.content =
        serde_json::from_str(r#"{"endsOn": "urn:ngsi-ld:null", "name": {"en": "Gardens"}}"#).unwrap();
    city.programmes.save_draft(&office(), &change).await.unwrap();
    let view = city.programmes.view(&office()).await.unwrap();
    assert!(view.programme.drafts[&change.id].removes("endsOn"));
    city.programmes.settle(&office(), &order(&change.id, Settlement::Publish, "Grace", "")).await.unwrap();
    let view = city.programmes.view(&stranger()).await.unwrap();
    let garden = &view.programme.projects[&ProjectId::from("urn:ngsi-ld:Project:garden")];
    assert_eq!((garden.span.until, garden.span.from), (None, Some(date(2027, 3, 1))));
    assert_eq!(garden.name.get("en"), Some("Gardens"));
    let entity = senne_model::EntityId::parse("urn:ngsi-ld:Project:garden").unwrap();
    let entity = city.hub.entity(&office(), &entity).await.unwrap();
    assert!(entity.attributes.iter().all(|one| one.name.local() != "endsOn"), "no empty shell stays behind");

    // Not what a programme cannot be without.
    let mut change = draft("no-pillar", &drafts[0].about, "");
    change.kind = "Project".to_owned();
    change.content = serde_json::from_str(r#"{"refPillar": "urn:ngsi-ld:null"}"#).unwrap();
    city.programmes.save_draft(&office(), &change).await.unwrap();
    let publish = order(&change.id, Settlement::Publish, "Grace", "");
    let refused = city.programmes.settle(&office(), &publish).await.unwrap_err();
    assert_eq!((refused.kind, refused.field.as_deref()), (ErrorKind::BadRequest, Some("refPillar")));
    // In a file too.
    let text = "- id: urn:ngsi-ld:Project:garden\n  type: Project\n  startsOn: \"urn:ngsi-ld:null\"\n";
    city.programmes.load(&office(), "c.yaml", text).await.unwrap();
    let view = city.programmes.view(&stranger()).await.unwrap();
    let garden = &view.programme.projects[&ProjectId::from("urn:ngsi-ld:Project:garden")];
    assert_eq!(garden.span.from, None);
    city.hub.stop().await;
}
