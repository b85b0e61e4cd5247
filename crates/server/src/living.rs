//! A simulated city that stays alive: its past is filled in once, then it goes on with the clock.

use std::time::Duration;

use senne_hub::{Context, Hub, Principal, WriteOptions};
use senne_intake::simulator::{City, CitySettings};
use senne_model::{Problem, TenantName, Timestamp, Write};

/// The name of the position that says how far the city has been simulated.
const SOURCE: &str = "simulator";

/// How often the living city makes new values.
const STEP: Duration = Duration::from_secs(15);

/// One commit of the back-fill covers this much time.
const CHUNK_MICROS: i64 = 6 * 3600 * 1_000_000;

const DAY_MICROS: i64 = 86_400_000_000;

/// How far the city has been simulated, and when its project began, both in microseconds UTC.
fn read_position(text: &str) -> Option<(i64, i64)> {
    let (at, project_from) = text.split_once(' ')?;
    Some((at.parse().ok()?, project_from.parse().ok()?))
}

/// Runs until it is dropped. A restart goes on where the last commit stopped.
pub(crate) async fn keep_alive(hub: Hub, seed: u64, days: u32) -> Result<(), Problem> {
    let first = Timestamp::now().micros() - i64::from(days) * DAY_MICROS;
    let context = || Context::new(Principal::Service { name: SOURCE.to_owned() }, TenantName::default());
    let source = format!("{SOURCE}:{seed}");
    let stored = hub.position(&context(), &source).await?.and_then(|text| read_position(&text));
    // The position says when the city began too: its project starts in the middle of its first past.
    let (mut at, project_from) = stored.unwrap_or((first, first + i64::from(days) * DAY_MICROS / 2));
    let project_from = Timestamp::from_micros(project_from);
    let city = City::brussels(CitySettings { seed, project_from, ..CitySettings::default() });
    if stored.is_none() {
        hub.write(&context(), city.statics(), WriteOptions::default()).await?;
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
