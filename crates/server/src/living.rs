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
    let map =
        ["fr", "nl", "en"].iter().zip(project.names).map(|(tag, name)| ((*tag).into(), Json::text(name)));
    let mut write = Write::new(project.evaluation.clone(), Operation::CreateOrAppend);
    write.types.push(term("Evaluation"));
    write.simulated = true;
    write.attributes = vec![
        put("name", AttributeValue::Language(map.collect())),
        text("outcomeType", OUTCOME.0),
        text("outcomeAttribute", OUTCOME.1),
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
