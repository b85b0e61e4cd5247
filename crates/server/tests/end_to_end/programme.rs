//! The programme through the real binary: loaded, shown in three languages, decided, made again, never told to strangers.

use serde_json::{Value, json};

use crate::support::{City, root, senne, words};

/// Two pillars, a call with two criteria, three candidates, a draft.
const PROGRAMME: &str = r#"
- id: urn:ngsi-ld:Pillar:air
  type: Pillar
  name: { fr: Air, nl: Lucht, en: Air }
  order: 1
- id: urn:ngsi-ld:CallForProjects:spring
  type: CallForProjects
  name: { fr: Printemps, nl: Lente, en: Spring }
  opensOn: "2026-01-05"
  closesOn: "2026-03-27"
  budget: 100000
  refPillars: ["urn:ngsi-ld:Pillar:air"]
  criteria:
    - { id: effect, name: { en: Effect }, direction: up, weight: 0.7 }
    - { id: risk, name: { en: Risk }, direction: down, weight: 0.3 }
"#;

fn project(id: &str, effect: f64, risk: f64, cost: u32) -> String {
    format!(
        r#"
- id: urn:ngsi-ld:Project:{id}
  type: Project
  name: {{ fr: "Projet {id}", nl: "Project {id}", en: "Project {id}" }}
  refPillar: urn:ngsi-ld:Pillar:air
  refCall: urn:ngsi-ld:CallForProjects:spring
  projectState: proposed
  startsOn: "2026-05-01"
  endsOn: "2027-04-30"
  scores: {{ effect: {effect:.1}, risk: {risk:.1} }}
  confidenceBy: "Ada Lovelace"
  confidence: green
  confidenceAt: "2026-02-01T10:00:00+01:00"
- id: urn:ngsi-ld:BudgetLine:{id}
  type: BudgetLine
  refProject: urn:ngsi-ld:Project:{id}
  source: region
  year: 2026
  planned: {cost}
"#
    )
}

fn file() -> String {
    let draft = r#"
- id: urn:ngsi-ld:Draft:secret
  type: Draft
  refAbout: urn:ngsi-ld:Project:hidden
  draftType: Project
  content: { name: { en: "Not public yet" }, refPillar: "urn:ngsi-ld:Pillar:air" }
  draftState: draft
"#;
    format!(
        "{PROGRAMME}{}{}{}{draft}",
        project("trees", 9.0, 2.0, 60_000),
        project("filters", 5.0, 1.0, 50_000),
        project("towers", 8.0, 9.0, 70_000)
    )
}

#[test]
fn a_programme_is_loaded_decided_and_made_again() {
    let city = City::new();
    let path = city.file("spring.yaml", &file());
    let path = path.display().to_string();
    // From the command line on the folder alone, twice: the second changes nothing.
    for _ in 0..2 {
        let loaded = senne(&["programme", "load", &path], &city.data(), &[]);
        assert!(loaded.status.success(), "{}", words(&loaded));
        assert!(words(&loaded).contains("3 Project"), "{}", words(&loaded));
    }
    let listed = senne(&["programme", "list", "--language", "nl"], &city.data(), &[]);
    assert!(words(&listed).contains("Lucht") && words(&listed).contains("Project trees: proposed"));
    let server = city.serve();
    let mut client = server.client();
    let all = client.get("/programme").json();
    assert_eq!((&all["found"], &all["findings"]), (&json!(3), &json!([])), "{all:#}");
    // 100,000 euros: trees with one other would be too dear but for none.
    let order = json!({
        "call": "urn:ngsi-ld:CallForProjects:spring", "id": null, "name": { "en": "Spring 2026" },
        "decided_by": ["Ada Lovelace"], "decided_on": "2026-04-10", "minutes": { "en": "Three were scored." },
        "opinions": [], "projects": [],
        "settings": {
            "rules": { "budgets": [{ "source": null, "year": null, "ceiling": 100_000 }] },
            "way": default_way(),
        },
    });
    let made = client.json("POST", "/programme/decisions", &order);
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    assert_eq!(made["same"], json!(true), "{made:#}");
    let id = made["id"].as_str().unwrap().to_owned();
    assert_eq!(id, "urn:ngsi-ld:Decision:spring-2026-04-10");
    let states: Vec<(String, String)> = states(&client.get("/programme").json());
    let chosen: Vec<&str> =
        states.iter().filter(|(_, state)| state == "chosen").map(|(id, _)| id.as_str()).collect();
    assert_eq!(chosen, ["urn:ngsi-ld:Project:trees"], "{states:?}");
    // As an entity, and made again over HTTP and from the command line.
    let entity = client.get(&format!("/ngsi-ld/v1/entities/{id}?options=keyValues"));
    assert!(entity.status == 200 && entity.text().contains("\"digest\""), "{}", entity.text());
    let csv = client.get("/programme/tables/Project.csv");
    assert!(csv.status == 200 && csv.text().lines().count() == 4, "{}", csv.text());
    assert_eq!(csv.header("Cache-Control"), Some("private, no-cache"), "who writes sees what was written");
    let tag = csv.header("ETag").unwrap().to_owned();
    let again = client.send("GET", "/programme/tables/Project.csv", &[("If-None-Match", &tag)], b"");
    assert_eq!((again.status, again.text().as_str()), (304, ""));
    for page in ["/fr/programme", "/nl/programme/project/trees", "/en/programme/decision/spring-2026-04-10"] {
        let answer = client.get(page);
        assert_eq!(answer.status, 200, "{page}: {}", answer.text());
    }
    assert!(server.stop());
    let again = senne(&["programme", "replay", &id], &city.data(), &[]);
    assert!(again.status.success() && words(&again).starts_with("the same: "), "{}", words(&again));
}

fn states(programme: &Value) -> Vec<(String, String)> {
    let text = |json: &Value| json.as_str().unwrap_or_default().to_owned();
    let projects = programme["projects"].as_array().unwrap();
    projects.iter().map(|project| (text(&project["id"]), text(&project["state"]))).collect()
}

fn default_way() -> Value {
    serde_json::to_value(senne_programme::decision::WayOfChoice::default()).unwrap()
}

#[test]
fn what_is_wrong_is_told_and_nothing_is_written() {
    let city = City::new();
    let server = city.serve();
    let mut client = server.client();
    let wrong = "- id: urn:ngsi-ld:Pillar:a\n  type: Pillar\n  name: { en: A }\n- id: urn:ngsi-ld:Project:b\n  type: Project\n  startsOn: soon\n";
    let answer = client.send("POST", "/programme?file=b.yaml", &[], wrong.as_bytes());
    assert_eq!(answer.status, 400, "{}", answer.text());
    let told = answer.text();
    assert!(told.contains("b.yaml:4:") && told.contains("startsOn") && told.contains("a day"), "{told}");
    assert_eq!(client.get("/ngsi-ld/v1/entities/urn:ngsi-ld:Pillar:a").status, 404);
    for (method, path, body, status) in [
        ("POST", "/programme", "- id: [", 400),
        ("POST", "/programme", "- id: urn:ngsi-ld:Device:a\n  type: Device\n", 400),
        ("GET", "/programme/projects/nothing", "", 404),
        ("GET", "/programme/decisions/nothing", "", 404),
        ("GET", "/programme/tables/nothing.csv", "", 404),
        ("GET", "/programme/tables/Project.xls", "", 404),
        ("POST", "/programme/decisions", "{}", 400),
        ("POST", "/programme/foresee", "{}", 400),
    ] {
        let answer = client.send(method, path, &[], body.as_bytes());
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text());
        assert!(answer.text().contains("\"detail\""), "{}", answer.text());
    }
}

#[test]
fn strangers_see_roles_and_no_names() {
    let city = City::new();
    let path = city.file("spring.yaml", &file()).display().to_string();
    assert!(senne(&["programme", "load", &path], &city.data(), &[]).status.success());
    let server = city.serve();
    let points = json!({ "points": { "effect": 70, "risk": 30 } });
    let order = json!({
        "call": "urn:ngsi-ld:CallForProjects:spring", "id": null, "name": { "en": "Spring" }, "decided_by": [],
        "decided_on": "2026-04-10", "minutes": {}, "projects": [],
        "opinions": [
            { "role": "residents", "name": "Grace Hopper", "said": points },
            { "person": "Mary Somerville", "said": points },
        ],
        "settings": { "rules": {}, "way": default_way() },
    });
    let made = server.client().json("POST", "/programme/decisions", &order);
    assert_eq!((made.status, &made.json()["same"]), (201, &json!(true)), "{}", made.text());
    let inside = server.client().get("/en/programme/decision/spring-2026-04-10").text();
    assert!(inside.contains("residents (Grace Hopper)"), "{inside}");
    assert!(inside.contains("Person 2 (Mary Somerville)"), "{inside}");
    assert!(server.stop());
    let server = city.serve_closed();
    let mut stranger = server.client();
    for (path, roles) in [
        ("/en/programme/decision/spring-2026-04-10", true),
        ("/programme/decisions/spring-2026-04-10", true),
        ("/ngsi-ld/v1/entities/urn:ngsi-ld:Decision:spring-2026-04-10", true),
        ("/ngsi-ld/v1/temporal/entities/urn:ngsi-ld:Decision:spring-2026-04-10", true),
        ("/programme/tables/Decision.csv", false),
    ] {
        let answer = stranger.get(path);
        let text = answer.text();
        assert_eq!((answer.status, text.contains("residents")), (200, roles), "{path}: {text}");
        assert!(!text.contains("Hopper") && !text.contains("Somerville"), "{path}: {text}");
    }
}

#[test]
fn strangers_see_what_is_public_and_write_nothing() {
    let city = City::new();
    let path = city.file("spring.yaml", &file()).display().to_string();
    assert!(senne(&["programme", "load", &path], &city.data(), &[]).status.success());
    let server = city.serve_closed();
    let mut client = server.client();
    let refused = client.send("POST", "/programme", &[], file().as_bytes());
    assert!([401, 403].contains(&refused.status), "{}", refused.text());
    let order = json!({ "call": "urn:ngsi-ld:CallForProjects:spring" });
    let refused = client.json("POST", "/programme/decisions", &order);
    assert!([401, 403].contains(&refused.status), "{}", refused.text());
    for page in [
        "/programme",
        "/programme/projects/trees",
        "/en/programme",
        "/en/programme/project/trees",
        "/en/programme/drafts",
        "/en/programme/draft/secret",
        "/en/programme/data/Project.csv",
    ] {
        let answer = client.get(page);
        let text = answer.text();
        assert!(!text.contains("Lovelace") && !text.contains("Not public yet"), "{page}: {text}");
    }
}

#[test]
fn the_demo_s_programme_can_be_loaded_from_its_files() {
    let city = City::new();
    let folder = root().join("programme/demo");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .map(|path| path.display().to_string())
        .collect();
    files.sort();
    let arguments: Vec<&str> =
        ["programme", "load"].into_iter().chain(files.iter().map(String::as_str)).collect();
    let loaded = senne(&arguments, &city.data(), &[]);
    assert!(loaded.status.success(), "{}", words(&loaded));
    assert!(words(&loaded).contains("40 Project"), "{}", words(&loaded));
    let listed = senne(&["programme", "list"], &city.data(), &[]);
    assert_eq!(
        words(&listed).lines().filter(|line| line.starts_with("  ")).count(),
        40,
        "{}",
        words(&listed)
    );
}
