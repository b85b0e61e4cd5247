//! A simulated city that stays alive: its past is filled in once, then it goes on with the clock.

use std::time::Duration;

use senne_hub::{Context, Hub, Principal, WriteOptions};
use senne_intake::simulator::{City, CitySettings, ProjectEffect};
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

/// What the simulated project should move.
const OUTCOME: (&str, &str) = ("TrafficFlowObserved", "intensity");

const DAY_MICROS: i64 = 86_400_000_000;

/// How far the city has been simulated, and when its project began, both in microseconds UTC.
fn read_position(text: &str) -> Option<(i64, i64)> {
    let (at, project_from) = text.split_once(' ')?;
    Some((at.parse().ok()?, project_from.parse().ok()?))
}

/// Two evaluations: of the simulated project, whose effect is known because the simulator makes it, and of its twin, where nothing was done.
fn evaluations(city: &City, from: Timestamp) -> Vec<Write> {
    let Some(project) = city.project() else { return Vec::new() };
    let traffic: Vec<&ProjectEffect> =
        project.effects.iter().filter(|effect| effect.station.as_str().contains(OUTCOME.0)).collect();
    let touched = |less: bool| {
        let those = traffic.iter().filter(move |effect| (effect.traffic_factor < 1.0) == less);
        those.map(|effect| effect.station.clone()).collect::<Vec<_>>()
    };
    let (treated, neighbours) = (touched(true), touched(false));
    let known: Vec<EntityId> = traffic.iter().map(|effect| effect.station.clone()).collect();
    let others = city.stations().iter().map(|station| &station.id);
    let others = others.filter(|id| id.as_str().contains(OUTCOME.0) && !known.contains(id));
    let twin: Vec<EntityId> = others.take(treated.len()).cloned().collect();
    let names = [project.name_fr, project.name_nl, "Calm Bailli street (simulated project)"];
    let twin_names = [
        "Rue jumelle, où rien n’a été fait (simulée)",
        "Tweelingstraat, waar niets gebeurde (gesimuleerd)",
        "Twin street, where nothing was done (simulated)",
    ];
    vec![
        evaluation("bailli-traffic", names, from, &treated, &neighbours),
        evaluation("twin-traffic", twin_names, from, &twin, &known),
    ]
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

fn evaluation(
    id: &str,
    names: [&str; 3],
    from: Timestamp,
    treated: &[EntityId],
    excluded: &[EntityId],
) -> Write {
    let term = |local: &str| Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{local}"));
    let put = |local: &str, value: AttributeValue| Attribute::new(term(local), Instance::new(value));
    let text = |local: &str, text: &str| put(local, AttributeValue::Property(Json::text(text)));
    let those = |local: &str, ids: &[EntityId]| {
        let objects = ids.iter().map(|id| Iri::new(id.as_str())).collect();
        put(local, AttributeValue::Relationship { objects, object_type: None })
    };
    let map = ["fr", "nl", "en"].iter().zip(names).map(|(tag, name)| ((*tag).into(), Json::text(name)));
    let mut write =
        Write::new(EntityId::trusted(&format!("urn:ngsi-ld:Evaluation:{id}")), Operation::CreateOrAppend);
    write.types.push(term("Evaluation"));
    write.simulated = true;
    write.attributes = vec![
        put("name", AttributeValue::Language(map.collect())),
        text("outcomeType", OUTCOME.0),
        text("outcomeAttribute", OUTCOME.1),
        text("startDate", &civil_day(from).to_string()),
        text("better", "down"),
        those("treated", treated),
    ];
    if !excluded.is_empty() {
        write.attributes.push(those("excluded", excluded));
    }
    write
}

/// Runs until it is dropped. A restart goes on where the last commit stopped.
pub(crate) async fn keep_alive(hub: Hub, seed: u64, days: u32) -> Result<(), Problem> {
    let first = Timestamp::now().micros() - i64::from(days) * DAY_MICROS;
    let context = || Context::new(Principal::Service { name: SOURCE.to_owned() }, TenantName::default());
    let source = format!("{SOURCE}:{seed}");
    let stored = hub.position(&context(), &source).await?.and_then(|text| read_position(&text));
    // The position says when the city began too: its project starts in the middle of its first past.
    let middle = midnight(Timestamp::from_micros(first + i64::from(days) * DAY_MICROS / 2));
    let (mut at, project_from) = stored.unwrap_or((first, middle));
    let project_from = Timestamp::from_micros(project_from);
    let city = City::brussels(CitySettings { seed, project_from, ..CitySettings::default() });
    if stored.is_none() {
        hub.write(&context(), city.statics(), WriteOptions::default()).await?;
        hub.write(&context(), evaluations(&city, project_from), WriteOptions::default()).await?;
        tracing::info!("the simulated city of Brussels gets a past of {days} days");
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
