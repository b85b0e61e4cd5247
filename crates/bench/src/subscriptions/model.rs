//! What is written and what is due for it: computed here, in a way of its own, not by the server.

use std::net::SocketAddr;

use anyhow::ensure;

use crate::process::post_json;

/// How many types the city has, and how many entities of each.
const TYPES: u64 = 100;
const ENTITIES_PER_TYPE: u64 = 100;

/// Values are below this; thresholds are near it, so that few are passed.
pub(super) const VALUES: u64 = 1_000_000;

/// How many subscriptions are made at a time.
const AT_ONCE: usize = 16;

/// One write: which entity, which value; the number is its own among all.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written {
    pub(super) number: u64,
    pub(super) entity: u64,
    pub(super) value: u64,
}

/// What a subscription asks for.
#[derive(Clone, Copy, Debug)]
enum Asks {
    /// Values above this.
    Above(u64),
    /// Entities within a kilometre of this one, with values in the upper tenth.
    Near(u64),
    /// This entity, with values in the upper hundredth.
    Id(u64),
    /// Entities of this colour, with values in the upper hundredth.
    Colour(u64),
}

/// The city of the bench.
pub(super) struct City {
    asks: Vec<Asks>,
}

/// A number that looks like chance and is the same in every run (SplitMix64).
pub(super) fn mixed(n: u64) -> u64 {
    let mut z = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Where an entity stands: on a grid of about two kilometres, so that only one is near another one's place.
fn place(entity: u64) -> (f64, f64) {
    let within = entity % ENTITIES_PER_TYPE;
    (4.0 + (within % 10) as f64 * 0.03, 50.0 + (within / 10) as f64 * 0.02)
}

fn type_of(entity: u64) -> u64 {
    entity / ENTITIES_PER_TYPE
}

fn colour(entity: u64) -> u64 {
    entity % 10
}

pub(super) fn entity_id(entity: u64) -> String {
    format!("urn:ngsi-ld:Bench:{entity:05}")
}

impl City {
    pub(super) fn new(subscriptions: u64) -> Self {
        let ask = |n: u64| match n / TYPES % 10 {
            0..4 => Asks::Above(VALUES - VALUES / 1000 - mixed(n) % (VALUES / 1000)),
            4..7 => Asks::Near(mixed(n) % ENTITIES_PER_TYPE),
            7..9 => Asks::Id(mixed(n) % ENTITIES_PER_TYPE),
            _ => Asks::Colour(mixed(n) % 10),
        };
        Self { asks: (0..subscriptions).map(ask).collect() }
    }

    pub(super) fn entities(&self) -> u64 {
        TYPES * ENTITIES_PER_TYPE
    }

    pub(super) fn subscriptions(&self) -> u64 {
        self.asks.len() as u64
    }

    /// Makes all entities, in batches.
    pub(super) fn create_entities(&self, address: SocketAddr) -> anyhow::Result<()> {
        let all: Vec<u64> = (0..self.entities()).collect();
        for batch in all.chunks(500) {
            let one = |entity: &u64| {
                let (x, y) = place(*entity);
                format!(
                    "{{\"id\":\"{}\",\"type\":\"Bench{:03}\",\"v\":{{\"type\":\"Property\",\"value\":0}},\
                     \"n\":{{\"type\":\"Property\",\"value\":-1}},\"colour\":{{\"type\":\"Property\",\"value\":\"c{}\"}},\
                     \"location\":{{\"type\":\"GeoProperty\",\"value\":{{\"type\":\"Point\",\"coordinates\":[{x},{y}]}}}}}}",
                    entity_id(*entity),
                    type_of(*entity),
                    colour(*entity)
                )
            };
            let body = format!("[{}]", batch.iter().map(one).collect::<Vec<_>>().join(","));
            let (status, text) = post_json(address, "/ngsi-ld/v1/entityOperations/create", &body)?;
            ensure!(status == 201, "entities: {status} {text}");
        }
        Ok(())
    }

    /// Makes all subscriptions; the first `hung` of them with an endpoint that never answers.
    pub(super) async fn create_subscriptions(
        &self,
        address: SocketAddr,
        receiver: SocketAddr,
        hang: SocketAddr,
        hung: u64,
    ) -> anyhow::Result<()> {
        let numbers: Vec<u64> = (0..self.subscriptions()).collect();
        for some in numbers.chunks(AT_ONCE) {
            let made = some.iter().map(|n| {
                let to = if *n < hung { hang } else { receiver };
                let body = self.document(*n, to);
                tokio::task::spawn_blocking(move || post_json(address, "/ngsi-ld/v1/subscriptions", &body))
            });
            for result in futures::future::join_all(made).await {
                let (status, text) = result??;
                ensure!(status == 201, "a subscription: {status} {text}");
            }
        }
        Ok(())
    }

    fn document(&self, n: u64, to: SocketAddr) -> String {
        let kind = n % TYPES;
        let (selector, conditions) = match self.asks[n as usize] {
            Asks::Above(least) => (String::new(), format!("\"q\":\"v>{least}\"")),
            Asks::Near(within) => {
                let (x, y) = place(within);
                let geo = format!(
                    "\"geoQ\":{{\"georel\":\"near;maxDistance==1000\",\"geometry\":\"Point\",\"coordinates\":[{x},{y}]}}"
                );
                (String::new(), format!("\"q\":\"v>={}\",{geo}", VALUES - VALUES / 10))
            }
            Asks::Id(within) => {
                let id = entity_id(kind * ENTITIES_PER_TYPE + within);
                (format!(",\"id\":\"{id}\""), format!("\"q\":\"v>={}\"", VALUES - VALUES / 100))
            }
            Asks::Colour(colour) => {
                let q =
                    format!("colour==%22c{colour}%22;v>={}", VALUES - VALUES / 100).replace("%22", "\\\"");
                (String::new(), format!("\"q\":\"{q}\""))
            }
        };
        format!(
            "{{\"id\":\"urn:bench:{n:06}\",\"type\":\"Subscription\",\"entities\":[{{\"type\":\"Bench{kind:03}\"{selector}}}],\
             \"watchedAttributes\":[\"v\"],{conditions},\"notification\":{{\"format\":\"keyValues\",\"attributes\":[\"n\"],\
             \"endpoint\":{{\"uri\":\"http://{to}/\"}}}}}}"
        )
    }

    /// Which notifications are due for what was written: (subscription, number of the write), sorted.
    pub(super) fn due(&self, written: &[Written], from: u64) -> Vec<(u32, u64)> {
        let mut by_type: Vec<Vec<u64>> = vec![Vec::new(); TYPES as usize];
        for n in from..self.subscriptions() {
            by_type[(n % TYPES) as usize].push(n);
        }
        let mut due = Vec::new();
        for write in written {
            let within = write.entity % ENTITIES_PER_TYPE;
            for n in &by_type[type_of(write.entity) as usize] {
                let wanted = match self.asks[*n as usize] {
                    Asks::Above(least) => write.value > least,
                    Asks::Near(place) => within == place && write.value >= VALUES - VALUES / 10,
                    Asks::Id(id) => within == id && write.value >= VALUES - VALUES / 100,
                    Asks::Colour(of) => colour(write.entity) == of && write.value >= VALUES - VALUES / 100,
                };
                if wanted {
                    due.push((*n as u32, write.number));
                }
            }
        }
        due.sort_unstable();
        due
    }
}
