//! The contracts that ship with Senne.

use std::{fs, path::PathBuf};

use senne_contract::{Class, Contracts, ValueKind};
use senne_model::Name;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../contracts")
}

#[test]
fn every_file_of_the_folder_is_built_in_and_reads() {
    let mut names: Vec<_> = fs::read_dir(folder())
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.rsplit_once('.').is_some_and(|(_, extension)| extension == "yaml"))
        .map(|name| format!("contracts/{name}"))
        .collect();
    names.sort();
    let files = Contracts::builtin_files();
    assert_eq!(files.iter().map(|f| f.0.clone()).collect::<Vec<_>>(), names);
    let findings = Contracts::parse(&files).err().unwrap_or_default();
    assert!(findings.is_empty(), "{findings:#?}");
    assert_eq!(Contracts::builtin().iter().count(), names.len());
}

#[test]
fn what_pages_and_maps_need_is_there() {
    for contract in Contracts::builtin().iter() {
        let primary = contract.primary_attribute().unwrap();
        assert!(!primary.title.fr.is_empty(), "{}", contract.type_term);
        assert_eq!(contract.file, format!("contracts/{}.yaml", contract.type_term));
        if contract.type_term == "Draft" {
            // What is not public yet is published nowhere.
            assert_eq!((contract.class, &contract.publication), (Class::Internal, &None));
            continue;
        }
        assert_eq!(contract.class, Class::Open);
        assert!(contract.publication.as_ref().unwrap().licence.ends_with("CC_BY_4_0"));
        let placed =
            contract.attributes.iter().any(|a| a.kind == ValueKind::Geometry && a.term == "location");
        // What is said about the city stands nowhere in it.
        let nowhere = [
            "Benefit",
            "BudgetLine",
            "CallForProjects",
            "Catalyst",
            "Decision",
            "Document",
            "Evaluation",
            "ExpectedEffect",
            "Indicator",
            "Intervention",
            "KeyPerformanceIndicator",
            "Memorandum",
            "Milestone",
            "Objective",
            "Organisation",
            "Pillar",
            "Risk",
        ];
        assert_ne!(placed, nowhere.contains(&contract.type_term.as_str()), "{}", contract.type_term);
    }
}

#[test]
fn nitrogen_dioxide_says_what_the_who_says() {
    let contracts = Contracts::builtin();
    let contract =
        contracts.get(&Name::new("https://uri.etsi.org/ngsi-ld/default-context/AirQualityObserved")).unwrap();
    let no2 = contract.primary_attribute().unwrap();
    assert_eq!((no2.term.as_str(), no2.symbol()), ("no2", "µg/m³"));
    assert_eq!(contract.attribute("https://uri.etsi.org/ngsi-ld/default-context/NO2").unwrap().term, "no2");
    let day = no2.guidelines.iter().find(|g| g.key == "who-2021-day").unwrap();
    assert_eq!((day.limit, day.period.to_string().as_str()), (25.0, "P1D"));
    let humidity =
        contract.attribute("https://uri.etsi.org/ngsi-ld/default-context/relativeHumidity").unwrap();
    assert_eq!((humidity.symbol(), humidity.shown_number(0.84)), ("%", 84.0));
}

#[test]
fn an_entity_has_the_strictest_class_of_its_types() {
    let contracts = Contracts::builtin();
    let device = Name::new("https://uri.etsi.org/ngsi-ld/default-context/Device");
    assert_eq!(contracts.class_of(std::slice::from_ref(&device)), Class::Open);
    assert_eq!(contracts.class_of(&[device.clone(), Name::new("urn:x:Unknown")]), Class::Internal);
    assert_eq!(contracts.class_of(&[]), Class::Internal);
    let contract = contracts.get(&device).unwrap();
    assert_eq!(
        contract.class_of_attribute("https://uri.etsi.org/ngsi-ld/default-context/ipAddress"),
        Class::Internal
    );
}

/// The page names every unit and every key, so that nobody has to read the code.
#[test]
fn the_page_about_contracts_is_complete() {
    let page = fs::read_to_string(folder().join("../docs/contracts.md")).unwrap();
    for unit in senne_contract::Unit::ALL {
        assert!(page.contains(&format!("| `{}` | {}", unit.code, unit.symbol)), "{}", unit.code);
    }
    let schema = fs::read_to_string(folder().join("contract.schema.json")).unwrap();
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    for place in ["/properties", "/$defs/attribute/properties", "/$defs/limits/properties"] {
        for key in schema.pointer(place).unwrap().as_object().unwrap().keys() {
            assert!(page.contains(&format!("`{key}`")), "{place}: {key}");
        }
    }
}
