//! One entity with everything in it, in every representation.

use std::sync::Arc;

use senne_context::Context;
use senne_hub::{Bucket, Point, SeriesBuckets, SeriesPast};
use senne_language::{Method, TimeProperty};
use senne_model::{ChangeNo, Entity, Flag, Json, Operation, Quality, Test, Timestamp};

use crate::{
    read::{Limits, Mode, Names, read_entity},
    write::{
        Evolution, Format, LanguageChoice, Pen, Shape, TemporalForm, write_collection, write_entity,
        write_evolution, write_feature,
    },
};

const RICH: &str = r#"{
    "id": "urn:ngsi-ld:Station:1", "type": ["AirQualityObserved", "Device"], "scope": ["/Brussels/Ixelles", "/Air"],
    "NO2": [
        {"type": "Property", "value": 25.5, "unitCode": "GQ", "observedAt": "2024-01-31T12:00:00Z",
         "accuracy": {"type": "Property", "value": 0.5}, "valueType": "xsd:double"},
        {"type": "Property", "value": 30, "datasetId": "urn:dataset:second"}
    ],
    "address": {"type": "Property", "value": {"street": "Avenue Louise", "n": [1, {"x": null}]}},
    "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [4.36, 50.83]}},
    "refDevice": {"type": "Relationship", "object": ["urn:ngsi-ld:Device:7", "urn:ngsi-ld:Device:8"], "objectType": "Device"},
    "street": {"type": "LanguageProperty", "languageMap": {"fr": "Avenue Louise", "nl": "Louizalaan"}},
    "state": {"type": "VocabProperty", "vocab": "working"},
    "raw": {"type": "JsonProperty", "json": {"id": 5, "type": null}},
    "levels": {"type": "ListProperty", "valueList": [1, 2, 3]},
    "route": {"type": "ListRelationship", "objectList": [{"object": "urn:a:1"}, {"object": "urn:a:2"}]},
    "plain": true
}"#;

fn rich() -> Entity {
    let mut names = Names::new(Context::default_core());
    let read =
        read_entity(RICH.as_bytes(), Mode::whole(), &mut names, &Limits::for_body(RICH.len(), 1 << 20))
            .unwrap();
    let write = read.into_write(Operation::Create).unwrap();
    let at = Timestamp::parse("2024-01-31T12:00:05Z").unwrap();
    let mut entity = Entity {
        id: write.entity,
        types: write.types,
        scopes: write.scopes.unwrap_or_default(),
        created_at: at,
        modified_at: at,
        expires_at: None,
        attributes: write.attributes,
    };
    for instance in entity.attributes.iter_mut().flat_map(|attribute| &mut attribute.instances) {
        (instance.created_at, instance.modified_at) = (at, at);
    }
    entity.attributes[0].instances[0].quality =
        Quality::GOOD.with(Test::Range, Flag::Suspect).marked(Test::Simulated);
    entity
}

fn pretty(write: impl FnOnce(&mut Pen<'_>)) -> String {
    let context = Context::default_core();
    let mut pen = Pen::new(&context, 1024);
    write(&mut pen);
    let bytes = pen.finish();
    // Through our own tree, which keeps the order of members and refuses what is no JSON.
    let json: Json = serde_json::from_slice(&bytes).unwrap();
    serde_json::to_string_pretty(&json).unwrap()
}

fn shape(format: Format) -> Shape {
    Shape { format, ..Shape::default() }
}

/// Clauses: 4.5.1, 4.5.2, 4.5.3, 4.5.4, 4.5.5, 4.5.18, 4.5.20, 4.5.21, 4.5.22, 4.5.24.
#[test]
fn representations() {
    let entity = rich();
    let show = |shape: &Shape| pretty(|pen| write_entity(pen, &entity, shape));
    insta::assert_snapshot!("normalized", show(&shape(Format::Normalized)));
    insta::assert_snapshot!("concise", show(&shape(Format::Concise)));
    insta::assert_snapshot!("simplified", show(&shape(Format::Simplified)));
    insta::assert_snapshot!("normalized_sys_attrs", show(&Shape { sys_attrs: true, ..Shape::default() }));
    let language = Some(LanguageChoice::parse("de;q=0.5, nl-BE"));
    insta::assert_snapshot!(
        "normalized_lang",
        show(&Shape { language: language.clone(), ..Shape::default() })
    );
    insta::assert_snapshot!("simplified_lang", show(&Shape { language, ..shape(Format::Simplified) }));
    let context_in_body = Some(Context::default_core().to_json().to_string());
    insta::assert_snapshot!("linked_data", show(&Shape { context_in_body, ..shape(Format::Simplified) }));
    insta::assert_snapshot!(
        "one_data_set",
        show(&Shape { datasets: Some(vec![None]), ..shape(Format::Concise) })
    );
}

/// Clauses: 4.5.16, 4.5.17, 4.7.
#[test]
fn geojson() {
    let entity = Arc::new(rich());
    insta::assert_snapshot!("feature", pretty(|pen| write_feature(pen, &entity, &shape(Format::Simplified))));
    insta::assert_snapshot!(
        "feature_collection",
        pretty(|pen| {
            write_collection(pen, &[Arc::clone(&entity)], &shape(Format::Normalized));
        })
    );
}

/// Clauses: 4.5.6, 4.5.7, 4.5.8, 4.5.9, 4.5.19.
#[test]
fn the_past() {
    let entity = rich();
    let at = |minute: i64| Timestamp::from_micros(1_706_702_400_000_000 + minute * 60_000_000);
    let series: Vec<SeriesPast> = entity
        .attributes
        .iter()
        .take(3)
        .flat_map(|attribute| attribute.instances.iter().map(move |instance| (attribute, instance)))
        .map(|(attribute, instance)| SeriesPast {
            attribute: attribute.name.clone(),
            dataset_id: instance.dataset_id.clone(),
            points: (0..2)
                .map(|n| Point {
                    observed_at: Some(at(n)),
                    recorded_at: at(n + 1),
                    created_at: at(n + 1),
                    modified_at: at(n + 1),
                    value: instance.value.clone(),
                    unit_code: instance.unit_code.clone(),
                    quality: instance.quality,
                    sub_attributes: instance.sub_attributes.clone(),
                    change: ChangeNo(n as u64 + 1),
                    key: senne_hub::InstanceKey {
                        change: ChangeNo(n as u64 + 1),
                        position: 0,
                        moment: at(n),
                    },
                    deleted: n == 1,
                })
                .collect(),
        })
        .collect();
    let show = |form: TemporalForm<'_>| {
        let evolution = Evolution { id: &entity.id, types: &entity.types, form };
        pretty(|pen| write_evolution(pen, &evolution, &Shape::default()))
    };
    insta::assert_snapshot!("temporal_normalized", show(TemporalForm::Instances(&series)));
    insta::assert_snapshot!("temporal_values", show(TemporalForm::Values(&series, TimeProperty::ObservedAt)));
    let buckets = [SeriesBuckets {
        entity: entity.id.clone(),
        attribute: entity.attributes[0].name.clone(),
        dataset_id: None,
        relationship: false,
        numbers: true,
        buckets: vec![Bucket {
            from: at(0),
            to: at(60),
            count: 2,
            usable: 1,
            summed: 2,
            values: vec![Some(25.5), Some(2.0), None],
            texts: Vec::new(),
        }],
    }];
    let methods = [Method::Average, Method::TotalCount, Method::Minimum];
    insta::assert_snapshot!("temporal_aggregated", show(TemporalForm::Aggregates(&buckets, &methods)));
}
