//! Reads over the city of 100,000 entities.

use std::time::Duration;

use crate::{
    city::SMALL,
    cli::Options,
    generator::{Measured, Run, Until},
    process::Server,
    table::{Aim, Table},
    template::{HOLE, Template},
};

/// Connections that ask queries.
const ASKERS: usize = 4;

/// Scatters numbers, so that neighbours are not asked one after the other.
fn scatter(number: u64) -> u64 {
    number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20
}

fn run(options: &Options, server: &Server, connections: usize, path: &str) -> anyhow::Result<Measured> {
    let template = Template::request("GET", path, "");
    let until = Until::Elapsed(Duration::from_secs(options.seconds));
    let number = |n: u64, _: usize| scatter(n) % SMALL;
    Run { address: server.address, connections, until, template: &template, number: &number }.go()
}

pub(crate) fn measure(options: &Options, server: &Server, table: &mut Table) -> anyhow::Result<()> {
    let entity = format!("/ngsi-ld/v1/entities/urn:ngsi-ld:AirQualityObserved:city:{HOLE}");
    let by_id = run(options, server, options.connections, &entity)?;
    table.rate("by-id reads", &by_id, 1.0, "/s", Aim::AtLeast(40_000.0));
    let query = |rest: &str| format!("/ngsi-ld/v1/entities?type=AirQualityObserved&{rest}");
    // Values of no2 run from 10 to 20, every entity another.
    let questions = [
        ("type+q of 100,000, 10 match (indexed)", query("q=no2%3E19.999&limit=100")),
        ("type+q of 100,000, half match, 100 a page (indexed)", query("q=no2%3E15&limit=100")),
        ("type+q of 100,000, half match, with the count", query("q=no2%3E15&limit=20&count=true")),
        (
            "type+q of 100,000, 1 matches (not indexed)",
            query(&format!("q=name%3D%3D%22station%20{HOLE}%22&limit=20")),
        ),
    ];
    for (what, path) in questions {
        let measured = run(options, server, ASKERS, &path)?;
        table.rate(what, &measured, 1.0, "queries/s", Aim::None);
        let each = measured.body_bytes / measured.requests().max(1);
        anyhow::ensure!(each > 100, "{what}: the answers are empty");
    }
    Ok(())
}
