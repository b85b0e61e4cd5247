//! A city of 100,000 entities, then of a million: batches, reads, queries, memory, start.

use std::time::Duration;

use crate::{
    cli::Options,
    generator::{Measured, Run, Until},
    process::Server,
    reads,
    table::{Aim, Table},
    template::{HOLE, Template},
};

/// Entities of one batch.
pub(crate) const BATCH: u64 = 1_000;

/// Entities of the small city.
pub(crate) const SMALL: u64 = 100_000;

/// Connections that send batches.
const SENDERS: usize = 4;

/// Prime, so that values of neighbours differ and the first `SMALL` entities have all values.
const STRIDE: u64 = 7_919;

/// A batch of entities with six attributes each. Holes, four an entity: its number twice (id, name), then the
/// digits of two values.
fn batch(at: &str) -> Template {
    let property = |name: &str, value: &str| {
        format!(
            "\"{name}\":{{\"type\":\"Property\",\"value\":{value},\"unitCode\":\"GQ\",\"observedAt\":\"{at}\"}}"
        )
    };
    let entity = format!(
        "{{\"id\":\"urn:ngsi-ld:AirQualityObserved:city:{HOLE}\",\"type\":\"AirQualityObserved\",\
         \"name\":{{\"type\":\"Property\",\"value\":\"station {HOLE}\"}},\
         \"location\":{{\"type\":\"GeoProperty\",\"value\":{{\"type\":\"Point\",\"coordinates\":[4.351712,50.850312]}}}},\
         {},{},{},{}}}",
        property("no2", &format!("1{HOLE}e-8")),
        property("pm25", &format!("1{HOLE}e-8")),
        property("pm10", "21.5"),
        property("o3", "40.25"),
    );
    let body = format!("[{}]", vec![entity; BATCH as usize].join(","));
    Template::request("POST", "/ngsi-ld/v1/entityOperations/upsert?options=update", &body)
}

/// What goes into the holes: values run from 10 to 20 in steps of 10⁻⁴, each entity of the small city another.
fn hole(first: u64, request: u64, place: usize) -> u64 {
    let entity = first + request * BATCH + place as u64 / 4;
    match place % 4 {
        0 | 1 => entity,
        2 => entity * STRIDE % SMALL * 10_000,
        _ => entity * STRIDE % 1_000 * 1_000_000,
    }
}

fn send(server: &Server, at: &str, from: u64, to: u64) -> anyhow::Result<Measured> {
    let template = batch(at);
    let until = Until::Requests((to - from) / BATCH);
    let number = |request: u64, place: usize| hole(from, request, place);
    Run { address: server.address, connections: SENDERS, until, template: &template, number: &number }.go()
}

pub(crate) fn measure(options: &Options, table: &mut Table) -> anyhow::Result<()> {
    let folder = options.folder()?;
    let data = folder.path().join("city");
    let binary = options.binary()?;
    let server = Server::senne(&binary, &data)?;
    let each = BATCH as f64;
    let made = send(&server, "2026-01-01T12:00:00Z", 0, SMALL)?;
    table.rate("batch upsert, new entities", &made, each, "entities/s", Aim::AtLeast(80_000.0));
    let changed = send(&server, "2026-01-01T12:10:00Z", 0, SMALL)?;
    table.rate(
        "batch upsert, new values of known entities",
        &changed,
        each,
        "entities/s",
        Aim::AtLeast(80_000.0),
    );
    settle(&server)?;
    table.add("memory with 100,000 entities", server.memory()? / 1e6, "MB", Aim::None);
    table.add("of it without pages of files", server.own_memory()? / 1e6, "MB", Aim::None);
    reads::measure(options, &server, table)?;

    let large = options.large / BATCH * BATCH;
    if large > SMALL {
        let grown = send(&server, "2026-01-01T12:00:00Z", SMALL, large)?;
        let word = format!("batch upsert, up to {large} entities");
        table.rate(&word, &grown, each, "entities/s", Aim::None);
    }
    settle(&server)?;
    memory(table, &server, &format!("memory with {large} entities"), large)?;
    server.kill()?;
    let server = Server::senne(&binary, &data)?;
    let word = format!("start after kill -9 with {large} entities");
    table.add(&word, server.start.as_secs_f64(), "s", Aim::AtMost(5.0));
    settle(&server)?;
    server.stop()?;
    table.add(
        "on disk, each",
        crate::process::bytes_of(&data) as f64 / 1_024.0 / large as f64,
        "KiB",
        Aim::None,
    );
    let server = Server::senne(&binary, &data)?;
    let word = format!("start after a stop with {large} entities");
    table.add(&word, server.start.as_secs_f64(), "s", Aim::AtMost(5.0));
    settle(&server)?;
    memory(table, &server, &format!("memory after that start, {large} entities"), large)?;
    server.stop()
}

/// What is resident, and how much of it each entity takes.
fn memory(table: &mut Table, server: &Server, word: &str, entities: u64) -> anyhow::Result<()> {
    let (all, own) = (server.memory()?, server.own_memory()?);
    table.add(word, all / 1e6, "MB", Aim::None);
    table.add(&format!("{word}: without pages of files"), own / 1e6, "MB", Aim::None);
    let each = all / 1_024.0 / entities as f64;
    table.add(&format!("{word}: each"), each, "KiB", Aim::AtMost(1.5));
    Ok(())
}

/// Waits until no follower is behind.
fn settle(server: &Server) -> anyhow::Result<()> {
    for _ in 0..1200 {
        let (_, text) = crate::process::ask(server.address, "GET", "/readyz", "")?;
        if text.lines().filter(|line| line.ends_with("behind")).all(|line| line.ends_with(" 0 behind")) {
            std::thread::sleep(Duration::from_millis(500));
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    anyhow::bail!("followers did not catch up")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_json_of_six_attributes() {
        let text = String::from_utf8(batch("2026-01-01T00:00:00Z").fill(|place| hole(0, 3, place)).to_vec())
            .unwrap();
        let body: serde_json::Value = serde_json::from_str(text.split_once("\r\n\r\n").unwrap().1).unwrap();
        let entity = &body[7];
        assert_eq!(body.as_array().unwrap().len(), 1_000);
        assert_eq!(entity.as_object().unwrap().len(), 2 + 6);
        assert_eq!(entity["id"], "urn:ngsi-ld:AirQualityObserved:city:000003007");
        let value = entity["no2"]["value"].as_f64().unwrap();
        assert!((10.0..20.0).contains(&value), "{value}");
    }
}
