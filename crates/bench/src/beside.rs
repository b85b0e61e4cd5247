//! Senne beside other NGSI-LD brokers: the same requests, the same payloads, in the same run.
//!
//! The other brokers are started by hand, each with as much durability as it offers, and named `NAME=HOST:PORT`.
//! Entities have six attributes, a relationship and a place. Latencies count from sending to the last byte of the answer.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context, ensure};

use crate::{
    cli::Options,
    generator::{Measured, Run, Until},
    process::{Server, ask, post_json},
    table::{Aim, Table},
    template::{HOLE, Template},
};

/// How many entities a batch brings, and how many values one request to the past.
const BATCH: usize = 20;
const PAST_STEP: usize = 500;

/// How many values the aggregated series has.
const POINTS: usize = 10_000;

/// The name of our own.
const OURS: &str = "senne";

/// A broker that is measured.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    name: String,
    address: SocketAddr,
}

impl std::str::FromStr for Peer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not NAME=HOST:PORT");
        let (name, address) = text.split_once('=').ok_or_else(wrong)?;
        Ok(Self { name: name.to_owned(), address: address.parse().map_err(|_| wrong())? })
    }
}

/// One row: a request that is repeated.
struct Row {
    what: &'static str,
    template: Template,
    connections: usize,
    /// Entities that one request writes.
    each: f64,
    unit: &'static str,
    /// Every request has a number of its own; else numbers are scattered over what is there.
    new: bool,
}

/// Measures every row at every broker, one after the other, so that none has the machine for itself longer than another.
pub(crate) fn measure(options: &Options, table: &mut Table) -> anyhow::Result<()> {
    let folder = options.folder()?;
    let server = Server::senne(&options.binary()?, &folder.path().join("city"))?;
    let mut all = vec![Peer { name: OURS.to_owned(), address: server.address }];
    all.extend(options.beside.iter().cloned());
    let mut made = vec![0_u64; all.len()];
    for row in rows(options.connections) {
        let mut ours = None;
        for (peer, made) in all.iter().zip(&mut made) {
            match one(options, &row, peer, made) {
                Ok(measured) => report(table, &row, peer, &measured, &mut ours),
                Err(error) => eprintln!("  {}, {}: {error:#}", row.what, peer.name),
            }
        }
    }
    let mut ours = None;
    for peer in &all {
        match aggregate(options, peer) {
            Ok(measured) => {
                let what = format!("aggregates of {POINTS} values, {}", peer.name);
                table.latency(&what, &measured, Aim::AtMost(20.0));
                let p50 = measured.quantile_ms(0.5);
                if peer.name == OURS {
                    ours = Some(p50);
                } else if let Some(ours) = ours {
                    table.add(&format!("{what}: p50 ÷ Senne's"), p50 / ours, "", Aim::AtLeast(1.0));
                }
            }
            Err(error) => eprintln!("  aggregates, {}: {error:#}", peer.name),
        }
    }
    server.stop()
}

fn report(table: &mut Table, row: &Row, peer: &Peer, measured: &Measured, ours: &mut Option<f64>) {
    let rate = measured.rate() * row.each;
    table.rate(&format!("{}, {}", row.what, peer.name), measured, row.each, row.unit, Aim::None);
    if peer.name == OURS {
        *ours = Some(rate);
    } else if let Some(ours) = ours {
        table.add(&format!("{}: Senne ÷ {}", row.what, peer.name), *ours / rate, "", Aim::AtLeast(1.0));
    }
}

/// Six attributes, one relationship, one place; `id` and numbers are holes.
fn entity(id: &str) -> String {
    let number = |(name, unit): (&str, &str)| {
        format!(
            r#""{name}":{{"type":"Property","value":1{HOLE},"unitCode":"{unit}","observedAt":"2026-01-01T00:00:00Z"}}"#
        )
    };
    let units = [
        ("no2", "GQ"),
        ("pm10", "GQ"),
        ("pm25", "GQ"),
        ("o3", "GQ"),
        ("temperature", "CEL"),
        ("humidity", "P1"),
    ];
    let numbers = units.map(number).join(",");
    format!(
        r#"{{"id":"urn:ngsi-ld:AirQualityObserved:{id}{HOLE}","type":"AirQualityObserved",{numbers},
        "refDevice":{{"type":"Relationship","object":"urn:ngsi-ld:Device:{HOLE}"}},
        "location":{{"type":"GeoProperty","value":{{"type":"Point","coordinates":[4.35,50.85]}}}}}}"#
    )
}

fn rows(connections: usize) -> Vec<Row> {
    let base = "/ngsi-ld/v1";
    let id = format!("{base}/entities/urn:ngsi-ld:AirQualityObserved:a{HOLE}");
    let patch =
        format!(r#"{{"no2":{{"type":"Property","value":1{HOLE},"observedAt":"2026-01-01T01:00:00Z"}}}}"#);
    let batch = (0..BATCH).map(|n| entity(&format!("b{n:02}-"))).collect::<Vec<_>>().join(",");
    let row = |what, template, each, unit, new| Row { what, template, connections, each, unit, new };
    vec![
        row(
            "single creates",
            Template::request("POST", &format!("{base}/entities"), &entity("a")),
            1.0,
            "/s",
            true,
        ),
        row(
            "PATCH of one attribute",
            Template::request("PATCH", &format!("{id}/attrs"), &patch),
            1.0,
            "/s",
            false,
        ),
        row(
            "batch upserts of 20",
            Template::request("POST", &format!("{base}/entityOperations/upsert"), &format!("[{batch}]")),
            BATCH as f64,
            "entities/s",
            true,
        ),
        row("by id", Template::request("GET", &id, ""), 1.0, "/s", false),
        row(
            "q-query, limit 20",
            Template::request(
                "GET",
                &format!("{base}/entities?type=AirQualityObserved&q=no2%3E1{HOLE}&limit=20"),
                "",
            ),
            1.0,
            "/s",
            false,
        ),
    ]
}

/// Runs a row at a broker. `made` counts the entities that single creates have made there.
fn one(options: &Options, row: &Row, peer: &Peer, made: &mut u64) -> anyhow::Result<Measured> {
    let until = Until::Elapsed(Duration::from_secs(options.seconds));
    let there = (*made).max(1);
    let scattered = |n: u64, _: usize| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20) % there;
    let counted = |n: u64, _: usize| n;
    let number: &dyn Fn(u64, usize) -> u64 = if row.new { &counted } else { &scattered };
    let run =
        Run { address: peer.address, connections: row.connections, until, template: &row.template, number };
    let measured = run.go()?;
    if row.what == "single creates" {
        *made = measured.requests();
    }
    Ok(measured)
}

/// Aggregates of a series of its own, by hours, by one caller after the other.
fn aggregate(options: &Options, peer: &Peer) -> anyhow::Result<Measured> {
    let id = "urn:ngsi-ld:AirQualityObserved:series";
    for step in 0..POINTS / PAST_STEP {
        let value = |n: usize| {
            let minute = step * PAST_STEP + n;
            let (day, hour, minute) = (minute / 1440 + 1, minute / 60 % 24, minute % 60);
            format!(
                r#"{{"type":"Property","value":{},"observedAt":"2026-01-{day:02}T{hour:02}:{minute:02}:00Z"}}"#,
                n % 50
            )
        };
        let values = (0..PAST_STEP).map(value).collect::<Vec<_>>().join(",");
        let body = format!(r#"{{"id":"{id}","type":"AirQualityObserved","no2":[{values}]}}"#);
        let (status, text) = post_json(peer.address, "/ngsi-ld/v1/temporal/entities", &body)?;
        ensure!((200..300).contains(&status), "the past was not taken: {status} {text}");
    }
    let path = format!(
        "/ngsi-ld/v1/temporal/entities/{id}?attrs=no2&timerel=between&timeAt=2026-01-01T00:00:00Z&endTimeAt=2026-02-01T00:00:00Z&options=aggregatedValues&aggrMethods=avg,max&aggrPeriodDuration=PT1H"
    );
    let (status, text) = ask(peer.address, "GET", &path, "")?;
    ensure!(
        status == 200 && text.contains("avg"),
        "no aggregates: {status} {}",
        text.get(..200).unwrap_or(&text)
    );
    let template = Template::request("GET", &path, "");
    let until = Until::Elapsed(Duration::from_secs(options.seconds));
    let run = Run { address: peer.address, connections: 1, until, template: &template, number: &|_, _| 0 };
    run.go().context("aggregates")
}
