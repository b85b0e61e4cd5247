//! `senne erase`, on a folder and through its server.

use serde_json::json;

use crate::support::{City, senne, words};

const GONE: &str = "urn:ngsi-ld:Walker:the-one-who-goes";
const STAYS: &str = "urn:ngsi-ld:Walker:the-one-who-stays";

fn fill(city: &City) {
    let server = city.serve();
    let mut client = server.client();
    for id in [GONE, STAYS] {
        for hour in 0..5 {
            let value = json!({"type": "Property", "value": hour, "observedAt": format!("2024-01-01T0{hour}:00:00Z")});
            let body = json!({"id": id, "type": "Walker", "steps": [value]});
            assert!(client.json("POST", "/ngsi-ld/v1/temporal/entities", &body).status < 300);
        }
    }
    assert!(server.stop());
}

fn left(city: &City) -> bool {
    let output = std::process::Command::new("grep").args(["-rlaF", GONE]).arg(city.data()).output().unwrap();
    !output.stdout.is_empty()
}

#[test]
fn on_a_folder_first_tried_then_done() {
    let city = City::new();
    fill(&city);
    assert!(left(&city));
    let erase = |more: &[&str]| senne(&["erase"], &city.data(), more);
    let tried = erase(&["--entity", GONE, "--dry-run"]);
    assert!(tried.status.success() && words(&tried).contains("nothing was done"), "{}", words(&tried));
    assert!(
        words(&tried).lines().any(|line| line.split_whitespace().eq(["observation", "5"])),
        "{}",
        words(&tried)
    );
    assert!(left(&city));
    let done = erase(&["--entity", GONE, "--reason", "asked by letter"]);
    assert!(done.status.success(), "{}", words(&done));
    assert!(
        words(&done).contains("5 observations") && words(&done).contains("0 places left"),
        "{}",
        words(&done)
    );
    assert!(!left(&city));
    assert_eq!(city.number("SELECT count(*) FROM observation"), 5.0);
    assert_eq!(city.number("SELECT sum(sum) FROM hourly"), 10.0);
    assert_eq!(erase(&["--entity", GONE]).status.code(), Some(66));
    assert_eq!(erase(&["--entity", "no iri"]).status.code(), Some(65));
    assert!(!erase(&[]).status.success());
    assert!(words(&erase(&["--reapply"])).contains("nothing is to be erased again"));
    let sound = senne(&["doctor"], &city.data(), &[]);
    assert!(sound.status.success(), "{}", words(&sound));
}

#[test]
fn through_a_server_by_its_administrator_alone() {
    let city = City::new();
    fill(&city);
    let server = city.serve_closed();
    let order = json!({"what": "entity", "id": GONE, "reason": "x", "ground": "y"});
    assert_eq!(server.client().json("POST", "/erasures", &order).status, 401);
    assert_eq!(
        server.client().send("DELETE", &format!("/ngsi-ld/v1/temporal/entities/{GONE}"), &[], b"").status,
        401
    );
    let done = senne(&["erase", "--format", "json"], &city.data(), &["--entity", GONE]);
    assert!(done.status.success(), "{}", words(&done));
    let proof: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!((&proof["look"]["left"], &proof["rows"]["observation"]), (&json!(0), &json!(5)));
    assert!(!proof.to_string().contains("the-one-who-goes"));
    assert!(!left(&city));
    assert!(server.stop());
    assert_eq!(city.number("SELECT count(*) FROM observation"), 5.0);
    let kept = std::fs::read_to_string(city.data().join("erasures.ndjson")).unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(kept.trim()).unwrap(), proof);
    assert!(STAYS.starts_with("urn:"));
}
