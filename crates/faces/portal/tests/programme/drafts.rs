//! Drafts that belong together, what is taken away, what is refused and how that is told.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use senne_hub::{Context, Principal};
use senne_model::{
    Attribute, AttributeValue, EntityId, ErrorKind, Instance, Json, Operation, Problem, TenantName, Write,
};
use senne_programme::{DraftId, DraftState};

use super::promised::{Office, term, view};

const SET: &str = "proposal-benches-jette";
const PROPOSE: &str = "programme/call/open-city-2026/propose";

fn id(last: &str) -> DraftId {
    format!("urn:ngsi-ld:Draft:{last}").into()
}

/// What stands between tags, with spaces that do not break as any others.
fn shown(body: &str) -> String {
    super::shown(body).replace(['\u{a0}', '\u{202f}'], " ")
}

fn put(content: &mut Json, term: &str, json: Option<Json>) {
    let Json::Object(members) = content else { panic!("no object") };
    members.retain(|(name, _)| &**name != term);
    members.extend(json.map(|json| (term.into(), json)));
}

/// A whole proposal as a browser sends it.
fn proposal() -> String {
    [
        "do=send&mark=abc234&name-en=A+garden&description-en=Green&pillar=urn:ngsi-ld:Pillar:living&other=Neighbours",
        "indicator=urn:ngsi-ld:Indicator:tree-canopy&sign=increase&low=0.1&high=0.4&grade=2",
        "starts=2027-04-01&ends=2028-03-31&seen=2028-04-01&year1=2027&source1=region&amount1=1000",
    ]
    .join("&")
}

/// An office whose programme knows an indicator to promise something of.
async fn office() -> Office {
    let mut view = view();
    let indicator = senne_programme::Indicator {
        id: "urn:ngsi-ld:Indicator:tree-canopy".into(),
        ..senne_programme::Indicator::default()
    };
    view.programme.indicators.insert(indicator.id.clone(), indicator);
    Office::new(view).await
}

/// A project that is there, with these days.
async fn project(office: &Office, days: &[(&str, &str)]) {
    let id = EntityId::parse("urn:ngsi-ld:Project:garden").unwrap();
    let mut write = Write::new(id, Operation::CreateOrAppend);
    write.types.push(term("Project"));
    let name = AttributeValue::Language(vec![("en".into(), Json::text("Garden"))]);
    let pillar = AttributeValue::Relationship {
        objects: vec![senne_model::Iri::new("urn:ngsi-ld:Pillar:living")],
        object_type: None,
    };
    write.attributes = vec![
        Attribute::new(term("name"), Instance::new(name)),
        Attribute::new(term("refPillar"), Instance::new(pillar)),
    ];
    for (name, day) in days {
        let value = AttributeValue::Property(Json::text(day));
        write.attributes.push(Attribute::new(term(name), Instance::new(value)));
    }
    let context = Context::new(Principal::Administrator { name: "office".to_owned() }, TenantName::default());
    office.hub.write(&context, vec![write], senne_hub::WriteOptions::default()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_is_one_line_and_one_page() {
    let office = Office::new(view()).await;
    let list = office.inside("/en/programme/drafts").await;
    assert_eq!(list.matches(&format!("/draft/{SET}")).count(), 1, "{list}");
    assert!(list.contains("with 3 parts that come with it"), "{list}");

    let page = office.inside(&format!("/fr/programme/draft/{SET}")).await;
    let text = shown(&page);
    for wanted in ["Ce qui l’accompagne", "3 brouillons l’accompagnent", "96 000", "24 000"] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    assert_eq!(page.matches("<table class=\"edit-changes\"").count(), 4);
    assert_eq!(page.matches("value=\"publish\"").count(), 1, "all are published at once");
    let part = Request::get(format!("/fr/programme/draft/{SET}-effect?done=saved"));
    let mut part = part.body(Body::empty()).unwrap();
    part.extensions_mut().insert(Principal::Administrator { name: "office".to_owned() });
    let (status, headers, _) = office.ask(true, part).await;
    assert!(status.is_redirection());
    let to = headers["location"].to_str().unwrap();
    assert_eq!(to, format!("/fr/programme/draft/{SET}?done=saved#draft-{SET}-effect"));
    let (status, ..) =
        office.send(true, &format!("/en/programme/draft/{SET}-effect"), "do=publish&by=Grace").await;
    assert!(status.is_redirection());
    assert_eq!(*office.written.lock().unwrap(), [format!("settle {} Publish Grace ", id(SET))]);
    office.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_is_wrong_keeps_all_back() {
    let mut half = view();
    let drafts = &mut half.programme.drafts;
    put(&mut drafts.get_mut(&id(&format!("{SET}-region-2027"))).unwrap().content, "year", None);
    let early = Some(Json::text("2027-03-31"));
    put(&mut drafts.get_mut(&id(&format!("{SET}-effect"))).unwrap().content, "startsOn", early);
    put(&mut drafts.get_mut(&id(SET)).unwrap().content, "endsOn", Some(Json::text("2027-01-01")));
    let office = Office::new(half).await;
    let (status, _, body) =
        office.send(true, &format!("/nl/programme/draft/{SET}"), "do=publish&by=Grace").await;
    assert_eq!(status, StatusCode::OK);
    let text = shown(&body);
    for wanted in [
        "Einde: Dit mag niet vóór of onder «Begin» liggen.",
        "Dit mag niet vóór de eerste dag van het project liggen.",
        "Jaar: Vul dit in",
    ] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    assert!(body.contains(&format!("href=\"#draft-{SET}-effect\"")), "each leads to its part");
    assert!(office.written.lock().unwrap().is_empty());
    // It can still be refused.
    let (status, ..) =
        office.send(true, &format!("/nl/programme/draft/{SET}"), "do=refuse&by=Grace&note=no").await;
    assert!(status.is_redirection());
    office.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_is_not_published_where_the_others_are_not_seen() {
    let office = Office::new(view()).await;
    let path = format!("/en/programme/new/BudgetLine?draft={SET}-region-2027");
    let page = office.inside(&path).await;
    assert!(!page.contains("value=\"publish\"") && page.contains("value=\"review\""), "{page}");
    let (status, _, body) = office.send(true, &path, "form.do=publish&form.by=Ada&planned=5").await;
    assert!(status == StatusCode::OK && body.contains("all are published together"), "{body}");
    assert!(office.written.lock().unwrap().is_empty());
    let (status, headers, _) = office.send(true, &path, "form.do=draft&form.by=Ada&planned=5").await;
    assert!(status.is_redirection(), "{headers:?}");
    let written = office.written.lock().unwrap().clone();
    assert!(written.len() == 1 && written[0].contains("\"planned\":5"), "{written:?}");
    office.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_is_taken_up_again_whole() {
    let mut refused = view();
    refused.programme.drafts.values_mut().for_each(|draft| draft.state = DraftState::Refused);
    let office = Office::new(refused).await;
    let path = format!("/en/programme/new/Project?draft={SET}");
    let (status, ..) = office.send(true, &path, "form.do=review&form.by=Ada&name.en=Benches").await;
    assert!(status.is_redirection());
    let written = office.written.lock().unwrap().clone();
    let ids: Vec<&str> = written[0].split(' ').skip(1).collect();
    assert!(written.len() == 1 && ids.len() == 4, "{written:?}");
    assert!(ids[0].contains(":Draft:project-") && ids.iter().all(|id| !id.contains("proposal-")), "{ids:?}");
    office.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_is_handed_in_at_once() {
    let office = office().await;
    let (status, headers, body) = office.send(true, &format!("/en/{PROPOSE}"), &proposal()).await;
    assert!(status.is_redirection(), "{headers:?} {}", shown(&body));
    let written = office.written.lock().unwrap().clone();
    let slug = "urn:ngsi-ld:Draft:a-garden-abc234";
    assert_eq!(written, [format!("proposal {slug} {slug}-effect {slug}-region-2027")]);
    office.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emptied_field_is_taken_away() {
    let office = Office::new(view()).await;
    project(&office, &[("startsOn", "2027-03-01"), ("endsOn", "2027-12-31")]).await;
    let path = "/en/programme/edit/Project:garden";
    let (status, ..) = office.send(true, path, "form.do=draft&form.by=Ada&endsOn=&startsOn=2027-03-01").await;
    assert!(status.is_redirection());
    let written = office.written.lock().unwrap().clone();
    assert!(written.len() == 1 && written[0].ends_with(r#" {"endsOn":"urn:ngsi-ld:null"}"#), "{written:?}");
    // Not what a programme needs, not even in a draft.
    let empty = "form.do=draft&form.by=Ada&name.en=&name.fr=&name.nl=";
    let (status, _, body) = office.send(true, path, empty).await;
    assert!(status == StatusCode::OK && body.contains("without it the programme leaves it out"), "{body}");
    assert_eq!(office.written.lock().unwrap().len(), 1);
    office.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_is_shown_beside_what_stands() {
    let mut inside = view();
    let mut draft = inside.programme.drafts[&id("objective-sensors-2026-11")].clone();
    draft.id = id("open-end");
    draft.about = "urn:ngsi-ld:Project:garden".to_owned();
    draft.kind = "Project".to_owned();
    draft.content = serde_json::from_str(r#"{"endsOn": "urn:ngsi-ld:null"}"#).unwrap();
    inside.programme.drafts.insert(draft.id.clone(), draft.clone());
    draft.id = id("no-name");
    draft.content =
        serde_json::from_str(r#"{"name": "urn:ngsi-ld:null", "startsOn": "2028-01-01"}"#).unwrap();
    inside.programme.drafts.insert(draft.id.clone(), draft);
    let office = Office::new(inside).await;
    project(&office, &[("endsOn", "2027-12-31")]).await;
    let text = shown(&office.inside("/nl/programme/draft/open-end").await);
    assert!(text.contains("december") && text.contains("wordt weggehaald"), "{text}");
    assert!(!text.contains("urn:ngsi-ld:null"), "{text}");
    // The form has the field empty, so that saving again keeps it so.
    let form = office.inside("/nl/programme/edit/Project:garden?draft=open-end").await;
    let field = form.split("<input id=\"f-endsOn\"").nth(1).unwrap().split('>').next().unwrap();
    assert!(field.contains("value=\"\""), "{field}");
    let (_, _, body) = office.send(true, "/fr/programme/draft/no-name", "do=publish&by=Grace").await;
    let text = shown(&body);
    assert!(text.contains("Nom : À remplir"), "{text}");
    assert!(text.contains("Fin : Cela ne peut précéder « Début »"), "{text}");
    assert!(office.written.lock().unwrap().is_empty());
    office.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_told_in_the_language_of_the_page() {
    let office = office().await;
    let draft = format!("programme/draft/{SET}");
    let decide = "programme/call/calm-and-green-2025/choose";
    let sent = [
        (draft.as_str(), "do=publish&by=Grace".to_owned()),
        ("programme/new/Pillar", "form.do=draft&name.fr=Air&name.nl=Lucht".to_owned()),
        (PROPOSE, proposal()),
        (decide, "name-en=x&minutes-en=y&deciders=Ada&day=2026-06-01".to_owned()),
    ];
    let refused = [
        (ErrorKind::Conflict, "Quelqu’un vous a devancé", "Iemand was u voor"),
        (ErrorKind::StorageFull, "Le disque du serveur est plein", "De schijf van de server is vol"),
        (ErrorKind::Overloaded, "Le serveur est surchargé", "De server is momenteel overbelast"),
        (ErrorKind::Timeout, "a mis trop de temps", "deed er te lang over"),
        (ErrorKind::BadRequest, "Un élément ne convient pas", "Iets klopt niet"),
    ];
    for (kind, french, dutch) in refused {
        *office.refuses.lock().unwrap() = Some(Problem::new(kind, "raw words of the program"));
        for (path, form) in &sent {
            for (language, wanted) in [("fr", french), ("nl", dutch)] {
                let (status, _, body) = office.send(true, &format!("/{language}/{path}"), form).await;
                assert_eq!(status, StatusCode::OK, "{path}");
                assert!(body.contains(wanted), "{kind:?} on {language} {path}: {}", shown(&body));
                let raw = "<p lang=\"en\"><code>raw words of the program</code></p>";
                assert!(body.contains(raw) && body.matches("raw words").count() == 1, "{path}: {body}");
            }
        }
    }
    *office.refuses.lock().unwrap() = Some(Problem::bad("raw").field("endsOn.value"));
    let (_, _, body) = office.send(true, &format!("/fr/{draft}"), "do=publish&by=Grace").await;
    assert!(shown(&body).contains("« Fin » ne convient pas"), "{body}");
    *office.refuses.lock().unwrap() = Some(Problem::new(ErrorKind::Forbidden, "raw"));
    let (_, _, body) = office.send(true, &format!("/fr/{draft}"), "do=publish&by=Grace").await;
    assert!(
        shown(&body).contains("Seuls ceux qui travaillent au programme") && !body.contains(">raw<"),
        "{body}"
    );
    office.hub.stop().await;
}
