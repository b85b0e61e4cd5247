//! Single durable creates: Senne beside the bare server that sets the limit.

use std::time::Duration;

use crate::{
    cli::Options,
    generator::{Measured, Run, Until},
    process::Server,
    table::{Aim, Table},
    template::{HOLE, Template},
};

/// The size of the entity, in bytes.
const BODY_BYTES: usize = 550;

/// Senne is to stay within this factor of the limit.
const OF_LIMIT_MAX: f64 = 1.5;

/// An air-quality station with its place and two values, filled up to [`BODY_BYTES`] with its name.
fn body() -> String {
    let at = "2026-01-01T12:00:00Z";
    let with = |name: &str| {
        format!(
            "{{\"id\":\"urn:ngsi-ld:AirQualityObserved:bench:{HOLE}\",\"type\":\"AirQualityObserved\",\
             \"name\":{{\"type\":\"Property\",\"value\":\"{name}\"}},\
             \"location\":{{\"type\":\"GeoProperty\",\"value\":{{\"type\":\"Point\",\"coordinates\":[4.351712,50.850312]}}}},\
             \"no2\":{{\"type\":\"Property\",\"value\":22.4,\"unitCode\":\"GQ\",\"observedAt\":\"{at}\"}},\
             \"pm25\":{{\"type\":\"Property\",\"value\":11.7,\"unitCode\":\"GQ\",\"observedAt\":\"{at}\"}}}}"
        )
    };
    with(&"n".repeat(BODY_BYTES.saturating_sub(with("").len())))
}

pub(crate) fn measure(options: &Options, table: &mut Table) -> anyhow::Result<()> {
    let folder = options.folder()?;
    let aim = Aim::AtLeast(20_000.0);
    let limit = Server::limit(&folder.path().join("limit"))?;
    let at_limit = run(options, &limit, "/create")?;
    table.rate("bare server: durable creates", &at_limit, 1.0, "/s", Aim::None);
    drop(limit);
    let senne = Server::senne(&options.binary()?, &folder.path().join("senne"))?;
    let measured = run(options, &senne, "/ngsi-ld/v1/entities")?;
    table.rate("single durable creates", &measured, 1.0, "/s", aim);
    table.add("bare server ÷ Senne", at_limit.rate() / measured.rate(), "", Aim::AtMost(OF_LIMIT_MAX));
    senne.kill()
}

fn run(options: &Options, server: &Server, path: &str) -> anyhow::Result<Measured> {
    let template = Template::request("POST", path, &body());
    let until = Until::Elapsed(Duration::from_secs(options.seconds));
    let run = Run {
        address: server.address,
        connections: options.connections,
        until,
        template: &template,
        number: &|n, _| n,
    };
    run.go()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_body_has_the_size_that_is_told() {
        assert_eq!(super::body().len(), super::BODY_BYTES);
    }
}
