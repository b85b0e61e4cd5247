//! How long it takes to judge one value: `cargo run --release -p senne-contract --example judge_rate`.

use senne_contract::Contracts;
use senne_model::{AttributeValue, Instance, Json, Judge, Name, Seen, Timestamp};

fn main() {
    let contracts = Contracts::builtin();
    let name = |term: &str| Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{term}"));
    let (types, attribute) = ([name("AirQualityObserved")], name("no2"));
    let count = 2_000_000_i64;
    let mut previous: Option<Instance> = None;
    let begin = std::time::Instant::now();
    for i in 0..count {
        let at = Timestamp::from_micros(1_704_067_200_000_000 + i * 60_000_000);
        let seen = Seen { types: &types, attribute: &attribute, recorded_at: at, simulated: false };
        let mut instance = Instance::new(AttributeValue::Property(Json::Float((i % 97) as f64))).at(at);
        contracts.judge(&seen, &mut instance, previous.as_ref());
        previous = Some(instance);
    }
    let each = begin.elapsed().as_nanos() as f64 / count as f64;
    println!("{each:.1} ns a value, instance included; last {:?}", previous.map(|p| p.quality));
}
