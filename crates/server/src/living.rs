//! A simulated city that stays alive: its past is filled in once, then it goes on with the clock.

use std::time::Duration;

use senne_city_programme::Programmes;
use senne_hub::{Context, Hub, Principal, WriteOptions};
use senne_intake::simulator::{City, CitySettings, Project, ProjectEffect};
use senne_model::{
    Attribute, AttributeValue, EntityId, Instance, Iri, Json, Name, Operation, Problem, TenantName,
    Timestamp, Write,
};

/// The name of the position that says how far the city has been simulated.
const SOURCE: &str = "simulator";

/// How often the living city makes new values.
const STEP: Duration = Duration::from_secs(15);

/// One commit of the back-fill covers this much time.
const CHUNK_MICROS: i64 = 6 * 3600 * 1_000_000;

/// What the simulated projects should move.
const OUTCOME: (&str, &str) = ("TrafficFlowObserved", "intensity");
/// In what that is counted, in French, Dutch and English: loops report every five minutes.
const UNIT: [&str; 3] = ["véhicules en 5 minutes", "voertuigen in 5 minuten", "vehicles in 5 minutes"];
/// The indicator for which it stands.
const INDICATOR: &str = "urn:ngsi-ld:Indicator:motor-traffic-counts";

const DAY_MICROS: i64 = 86_400_000_000;

/// How far the city has been simulated, and when its projects began, both in microseconds UTC.
fn read_position(text: &str) -> Option<(i64, i64)> {
    let (at, project_from) = text.split_once(' ')?;
    Some((at.parse().ok()?, project_from.parse().ok()?))
}

/// An evaluation of each simulated project, whose effect is known because the simulator makes it.
fn evaluations(city: &City, from: Timestamp) -> Vec<Write> {
    let of_outcome = |effect: &&ProjectEffect| effect.station.as_str().contains(OUTCOME.0);
    let all: Vec<&ProjectEffect> =
        city.projects().iter().flat_map(|project| &project.effects).filter(of_outcome).collect();
    let one = |project: &Project| {
        let meant = project.effects.iter().filter(of_outcome).filter(|effect| effect.meant);
        let treated: Vec<EntityId> = meant.map(|effect| effect.station.clone()).collect();
        // Streets of other projects are no donors either.
        let others = all.iter().map(|effect| &effect.station).filter(|station| !treated.contains(station));
        let excluded: Vec<EntityId> = others.cloned().collect();
        (!treated.is_empty()).then(|| evaluation(project, from, &treated, &excluded))
    };
    city.projects().iter().filter_map(one).collect()
}

/// The civil day of a moment in Brussels.
fn civil_day(at: Timestamp) -> jiff::civil::Date {
    let zone = jiff::tz::TimeZone::get("Europe/Brussels").unwrap_or(jiff::tz::TimeZone::UTC);
    let at = jiff::Timestamp::from_microsecond(at.micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    zone.to_datetime(at).date()
}

/// The civil midnight in Brussels before a moment, in microseconds UTC: projects begin in the morning.
fn midnight(at: Timestamp) -> i64 {
    let zone = jiff::tz::TimeZone::get("Europe/Brussels").unwrap_or(jiff::tz::TimeZone::UTC);
    let begin = civil_day(at).to_zoned(zone);
    begin.map_or(at.micros(), |begin| begin.timestamp().as_microsecond())
}

fn evaluation(project: &Project, from: Timestamp, treated: &[EntityId], excluded: &[EntityId]) -> Write {
    let term = |local: &str| Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{local}"));
    let put = |local: &str, value: AttributeValue| Attribute::new(term(local), Instance::new(value));
    let text = |local: &str, text: &str| put(local, AttributeValue::Property(Json::text(text)));
    let those = |local: &str, ids: &[EntityId]| {
        let objects = ids.iter().map(|id| Iri::new(id.as_str())).collect();
        put(local, AttributeValue::Relationship { objects, object_type: None })
    };
    let said = |local: &str, texts: [&str; 3]| {
        let map = ["fr", "nl", "en"].into_iter().zip(texts);
        put(local, AttributeValue::Language(map.map(|(tag, text)| (tag.into(), Json::text(text))).collect()))
    };
    let mut write = Write::new(project.evaluation.clone(), Operation::CreateOrAppend);
    write.types.push(term("Evaluation"));
    write.simulated = true;
    write.attributes = vec![
        said("name", project.names),
        those("refIndicator", &[EntityId::trusted(INDICATOR)]),
        text("outcomeType", OUTCOME.0),
        text("outcomeAttribute", OUTCOME.1),
        said("outcomeName", project.outcome),
        said("outcomeUnit", UNIT),
        text("startDate", &civil_day(from).to_string()),
        text("better", "down"),
        those("refProject", std::slice::from_ref(&project.id)),
        those("treated", treated),
    ];
    if !excluded.is_empty() {
        write.attributes.push(those("excluded", excluded));
    }
    write
}

/// Runs until it is dropped. A restart goes on where the last commit stopped.
pub(crate) async fn keep_alive(
    hub: Hub,
    programmes: Programmes,
    seed: u64,
    days: u32,
) -> Result<(), Problem> {
    let first = Timestamp::now().micros() - i64::from(days) * DAY_MICROS;
    let context = || Context::new(Principal::Service { name: SOURCE.to_owned() }, TenantName::default());
    let source = format!("{SOURCE}:{seed}");
    let stored = hub.position(&context(), &source).await?.and_then(|text| read_position(&text));
    // The position says when the city began too: its projects start in the middle of its first past.
    let middle = midnight(Timestamp::from_micros(first + i64::from(days) * DAY_MICROS / 2));
    let (mut at, project_from) = stored.unwrap_or((first, middle));
    let project_from = Timestamp::from_micros(project_from);
    let city = City::brussels(CitySettings { seed, project_from, ..CitySettings::default() });
    if stored.is_none() {
        hub.write(&context(), city.statics(), WriteOptions::default()).await?;
        hub.write(&context(), evaluations(&city, project_from), WriteOptions::default()).await?;
        tracing::info!("the simulated city of Brussels gets a past of {days} days");
    }
    // Its programme stands from the first minute; a city that has one keeps it.
    if let Err(problem) = programmes.load_demo(&context(), civil_day(project_from)).await {
        tracing::warn!("the simulated city has no programme: {problem}");
    }
    loop {
        let now = Timestamp::now().micros();
        while at < now {
            let next = (at + CHUNK_MICROS).min(now);
            let writes: Vec<Write> = city.step(Timestamp::from_micros(at), Timestamp::from_micros(next));
            let position = Some((source.clone(), format!("{next} {}", project_from.micros())));
            hub.write(&context(), writes, WriteOptions { position, all_or_nothing: false }).await?;
            at = next;
        }
        tokio::time::sleep(STEP).await;
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::PathBuf};

    use senne_contract::YamlFile;
    use senne_model::Entity;
    use senne_programme::{
        Evaluation, Meeting, Programme, from_simple::from_simple, meeting, portfolio::Expected,
    };

    use super::*;

    fn entity(write: Write) -> Entity {
        let mut entity = Entity::new(write.entity, write.types[0].clone());
        entity.attributes = write.attributes;
        entity
    }

    /// The made-up programme with the evaluations of the simulated projects.
    fn programme(city: &City, from: Timestamp) -> Programme {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../programme/demo");
        let read = |name: &str| {
            let text = fs::read_to_string(folder.join(name)).unwrap();
            let list = YamlFile::parse(name, &text).unwrap_or_else(|finding| panic!("{finding}")).json;
            let list: Vec<Json> = serde_json::from_value(list).unwrap();
            list.iter().map(|one| entity(from_simple(one, |_, _| None).unwrap())).collect::<Vec<_>>()
        };
        let mut all: Vec<Entity> = ["projects.yaml", "effects.yaml"].into_iter().flat_map(read).collect();
        all.extend(evaluations(city, from).into_iter().map(entity));
        Programme::read(&all)
    }

    #[test]
    fn what_the_demo_promises_is_what_its_evaluations_measure() {
        let from = Timestamp::parse("2026-11-15T00:00:00Z").unwrap();
        let city = City::brussels(CitySettings { project_from: from, ..CitySettings::default() });
        let programme = programme(&city, from);
        assert_eq!(programme.evaluations.len(), 3);
        let later = Timestamp::from_micros(from.micros() + 14 * DAY_MICROS);
        let intensity = Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{}", OUTCOME.1));
        // Whether each keeps its promise: the simulator makes its true effect.
        let kept = |evaluation: &Evaluation| {
            let project = evaluation.project.as_ref().unwrap();
            assert!(programme.projects[project].name.en.is_some());
            assert!(programme.evaluations_of(project).any(|one| one.id == evaluation.id));
            let promises = programme.effects.of(project).iter().map(Expected::of);
            let same = |one: &Expected| meeting(one.quantity(), evaluation.quantity()) == Some(Meeting::Same);
            let promise: Vec<Expected> = promises.filter(same).collect();
            let [promise] = promise.as_slice() else { panic!("{}: {promise:?}", evaluation.id) };
            let outcome = evaluation.outcome.as_ref().unwrap();
            let promised = promise.outcome.as_ref().unwrap();
            assert_eq!((&promised.name, &promised.unit), (&outcome.name, &outcome.unit));
            // Each loop that is measured is one of which something was promised.
            assert!(outcome.entities.iter().all(|entity| promised.entities.contains(entity)));
            let of = |id: &String| city.effect(&EntityId::trusted(id), &intensity, from, later).unwrap();
            let effect = outcome.entities.iter().map(of).sum::<f64>() / outcome.entities.len() as f64;
            let (low, high) = promise.ends();
            (
                project.to_string(),
                if effect > 0.0 {
                    "harms"
                } else if effect < low || effect > high {
                    "does not"
                } else {
                    "keeps"
                },
            )
        };
        let found: Vec<(String, &str)> = programme.evaluations.values().map(kept).collect();
        let found: Vec<(&str, &str)> = found.iter().map(|(id, kept)| (id.as_str(), *kept)).collect();
        assert_eq!(
            found,
            [
                ("urn:ngsi-ld:Project:calm-signs-aumale", "does not"),
                ("urn:ngsi-ld:Project:calm-street-bailli", "keeps"),
                ("urn:ngsi-ld:Project:signal-timing-vanderkindere", "harms"),
            ]
        );
    }
}
