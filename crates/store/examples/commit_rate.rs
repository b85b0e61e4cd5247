//! How fast the store commits, without HTTP around it: groups of single creates, and batches.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench may end at the first trouble")]

use std::{collections::HashSet, sync::Arc, time::Instant};

use senne_model::{
    Attribute, AttributeValue, EntityId, Instance, Json, Name, NoJudge, Operation, TenantName, Timestamp,
    Write,
};
use senne_store::{Request, Store, StoreSettings, StoreWriter, sqlite::SqliteStore};

/// As in the server.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn write(operation: Operation, n: usize) -> Write {
    let mut write =
        Write::new(EntityId::trusted(&format!("urn:ngsi-ld:AirQualityObserved:Bench:{n}")), operation);
    write.types.push(Name::new("https://uri.etsi.org/ngsi-ld/default-context/AirQualityObserved"));
    for (i, term) in ["no2", "o3", "pm10", "pm25", "temperature", "relativeHumidity"].iter().enumerate() {
        let name = Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{term}"));
        let value = Json::Float((n % 97) as f64 + i as f64 / 4.0);
        let instance =
            Instance::new(AttributeValue::Property(value)).at(Timestamp::from_micros(1_700_000_000_000_000));
        write.attributes.push(Attribute::new(name, instance));
    }
    write
}

fn request(writes: Vec<Write>) -> Request {
    Request {
        tenant: TenantName::default(),
        actor: Arc::from("bench"),
        writes,
        all_or_nothing: false,
        position: None,
    }
}

fn run(
    name: &str,
    writer: &mut dyn StoreWriter,
    groups: usize,
    make: impl Fn(usize) -> Vec<Request>,
    per_group: usize,
) {
    let prepared: Vec<_> = (0..groups).map(make).collect();
    let start = Instant::now();
    for group in prepared {
        writer.commit(group, Timestamp::now(), &NoJudge).unwrap();
        writer.tidy().unwrap();
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("{name:32} {:>10.0} entities/s", (groups * per_group) as f64 / seconds);
}

fn main() {
    for indexed in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = StoreSettings::default();
        if indexed {
            let name =
                |term: &str| Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{term}"));
            settings.indexed = HashSet::from(["no2", "pm10", "pm25"].map(name));
        }
        let store = SqliteStore::open(folder.path(), settings).unwrap();
        let mut writer = store.writer().unwrap();
        println!("with three indexed attributes: {indexed}");
        let single =
            |g: usize| (0..64).map(|i| request(vec![write(Operation::Create, g * 64 + i)])).collect();
        run("single creates, 64 a group", &mut *writer, 800, single, 64);
        let batch = |operation: Operation, from: usize| {
            move |g: usize| {
                vec![request((0..1000).map(|i| write(operation.clone(), from + g * 1000 + i)).collect())]
            }
        };
        run("batches of 1,000, new", &mut *writer, 60, batch(Operation::CreateOrReplace, 1_000_000), 1000);
        run("batches of 1,000, again", &mut *writer, 60, batch(Operation::CreateOrReplace, 1_000_000), 1000);
        let station = |g: usize| {
            vec![request(
                (0..2000)
                    .map(|i| {
                        let mut write = write(Operation::Observe, 5);
                        let at = Timestamp::from_micros(
                            1_700_000_000_000_000 + (g * 2000 + i) as i64 * 600_000_000,
                        );
                        write.attributes.iter_mut().for_each(|a| a.instances[0].observed_at = Some(at));
                        write
                    })
                    .collect(),
            )]
        };
        run("observations of one station", &mut *writer, 40, station, 2000);
        println!("{:?}", store.statistics().unwrap());
    }
}
