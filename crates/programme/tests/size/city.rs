//! A programme of 5,000 projects and 100,000 milestones.

use senne_model::{Attribute, AttributeValue, Entity, EntityId, Instance, Iri, Json, Name};

pub(crate) const PROJECTS: usize = 5_000;
pub(crate) const MILESTONES_EACH: usize = 20;

fn term(local: &str) -> Name {
    Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{local}"))
}

fn entity(kind: &str, id: &str, attributes: Vec<(&str, AttributeValue)>) -> Entity {
    let mut entity = Entity::new(EntityId::trusted(&format!("urn:ngsi-ld:{kind}:{id}")), term(kind));
    entity.attributes = attributes
        .into_iter()
        .map(|(name, value)| Attribute::new(term(name), Instance::new(value)))
        .collect();
    entity
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::Property(Json::text(text))
}

fn to(kind: &str, id: &str) -> AttributeValue {
    let objects = vec![Iri::new(&format!("urn:ngsi-ld:{kind}:{id}"))];
    AttributeValue::Relationship { objects, object_type: None }
}

fn name(text: &str) -> AttributeValue {
    let tags = ["fr", "nl", "en"];
    AttributeValue::Language(tags.map(|tag| (tag.into(), Json::text(&format!("{text} {tag}")))).into())
}

/// The entities of the programme.
pub(crate) fn city() -> Vec<Entity> {
    let mut all = Vec::with_capacity(PROJECTS * (MILESTONES_EACH + 5));
    for pillar in 0..6 {
        all.push(entity("Pillar", &pillar.to_string(), vec![("name", name("Pillar"))]));
    }
    for project in 0..PROJECTS {
        let id = format!("project-{project}");
        all.push(entity(
            "Project",
            &id,
            vec![
                ("name", name(&format!("Project {project}"))),
                ("refPillar", to("Pillar", &(project % 6).to_string())),
                ("refOwner", to("Organisation", &(project % 50).to_string())),
                ("projectState", text(["running", "chosen", "finished", "proposed"][project % 4])),
                ("startsOn", text("2025-01-01")),
                ("endsOn", text("2027-12-31")),
                ("lastConfirmedAt", text("2026-11-01T10:00:00+01:00")),
            ],
        ));
        all.push(entity(
            "BudgetLine",
            &id,
            vec![
                ("refProject", to("Project", &id)),
                ("source", text("region")),
                ("year", AttributeValue::Property(Json::Int(2026))),
                ("planned", AttributeValue::Property(Json::Int(100_000 + project as i64))),
                ("spent", AttributeValue::Property(Json::Int(50_000))),
                ("forecast", AttributeValue::Property(Json::Int(110_000))),
            ],
        ));
        for step in 0..MILESTONES_EACH {
            let mut attributes = vec![
                ("name", name(&format!("Step {step}"))),
                ("refProject", to("Project", &id)),
                ("gate", text("none")),
                ("baselineOn", text(&format!("2026-{:02}-15", step % 12 + 1))),
                ("plannedOn", text(&format!("2026-{:02}-20", step % 12 + 1))),
                ("durationDays", AttributeValue::Property(Json::Int(20))),
                ("weight", AttributeValue::Property(Json::Int(1))),
            ];
            if step < 8 {
                attributes.push(("doneOn", text("2026-05-01")));
            }
            if step > 0 {
                attributes.push(("refDependsOn", to("Milestone", &format!("{id}-{:02}", step - 1))));
            }
            all.push(entity("Milestone", &format!("{id}-{step:02}"), attributes));
        }
    }
    all
}
