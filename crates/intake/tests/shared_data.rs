//! The shipped feeds on the recorded data of the shared folder. Without that folder these tests say so and pass.

#![allow(clippy::unwrap_used, clippy::format_collect, reason = "a test fails by panicking, and is small")]

use std::{
    collections::BTreeMap,
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use flate2::read::MultiGzDecoder;
use senne_intake::{Feed, PreparedFeed, Refusal};
use senne_model::{AttributeValue, Write};

fn shared() -> Option<PathBuf> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("SENNE_SHARED_DATA").map_or(default, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: shared data absent");
    None
}

#[derive(Default)]
struct Read {
    rows: u64,
    values: u64,
    per_folder: BTreeMap<String, u64>,
    writes: Vec<Write>,
    fixed: u64,
    refusals: Vec<Refusal>,
}

/// All files of a feed; writes without any time count as fixed when the feed has times.
fn read(id: &str, from: &Path, keep: bool) -> Read {
    read_some(id, from, keep, usize::MAX)
}

fn read_some(id: &str, from: &Path, keep: bool, files_max: usize) -> Read {
    let feed = Arc::new(Feed::builtin(id).unwrap());
    let prepared = PreparedFeed::new(Arc::clone(&feed), from).unwrap();
    let mut read = Read::default();
    let mut files: Vec<PathBuf> = Vec::new();
    for pattern in &feed.files {
        files.extend(glob::glob(&format!("{}/{pattern}", from.display())).unwrap().map(Result::unwrap));
    }
    files.sort();
    files.truncate(files_max);
    assert!(!files.is_empty(), "{id} finds no file");
    for path in files {
        let name = path.strip_prefix(from).unwrap().to_string_lossy().into_owned();
        let file = File::open(&path).unwrap();
        let reader: Box<dyn std::io::Read + Send> = if path.extension().is_some_and(|e| e == "gz") {
            Box::new(MultiGzDecoder::new(file))
        } else {
            Box::new(file)
        };
        let folder = name.rsplit('/').nth(1).unwrap().to_owned();
        for row in prepared.parse_all(&name, reader) {
            let writes = match row {
                Ok(writes) => writes,
                Err(refusal) => {
                    read.refusals.push(refusal);
                    continue;
                }
            };
            let timed =
                |w: &Write| w.attributes.iter().filter(|a| a.instances[0].observed_at.is_some()).count();
            let values: u64 = writes.iter().map(|w| timed(w) as u64).sum();
            read.rows += u64::from(values > 0);
            read.values += values;
            read.fixed += writes.iter().filter(|w| timed(w) == 0).count() as u64;
            *read.per_folder.entry(folder.clone()).or_default() += values;
            if keep {
                read.writes.extend(writes);
            }
        }
    }
    read
}

fn value<'a>(read: &'a Read, entity: &str, attribute: &str) -> Option<&'a AttributeValue> {
    let of_entity = read.writes.iter().filter(|w| w.entity.ends_with(entity));
    let mut found = of_entity.flat_map(|w| &w.attributes).filter(|a| a.name.local() == attribute);
    found.next().map(|a| &a.instances[0].value)
}

#[test]
fn five_stations_of_ixelles_are_read_to_the_last_value() {
    let Some(from) = shared() else { return };
    let start = Instant::now();
    let read = read("ixelles-air", &from, false);
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "ixelles-air: {} values in {seconds:.2} s = {:.0} values/s",
        read.values,
        read.values as f64 / seconds
    );
    assert_eq!(read.refusals, []);
    assert_eq!((read.rows, read.values), (148_953, 1_487_574));
    let want = [("S1", 70_256), ("S11", 99_924), ("S3", 513_183), ("S5", 472_043), ("S8", 332_168)]
        .map(|(s, n)| (s.into(), n));
    assert_eq!(read.per_folder, BTreeMap::from(want));
    // One write for the station and one for its device, each once a station in each of the 49 files.
    assert_eq!(read.fixed, 2 * 49);
}

#[test]
fn ixelles_values_have_units_places_and_times() {
    let Some(from) = shared() else { return };
    let read = read("ixelles-air", &from, true);
    let location = value(&read, "AirQualityObserved:Brussels:Ixelles:S3", "location").unwrap();
    assert_eq!(location.as_geometry().unwrap().as_point(), Some((4.387_847_167, 50.822_458_33)));
    assert_eq!(value(&read, "Device:Brussels:Ixelles:S3", "height").unwrap().as_number(), Some(3.5));
    let observed = read.writes.iter().find(|w| {
        w.entity.ends_with("AirQualityObserved:Brussels:Ixelles:S3") && w.attributes[0].name.local() == "no2"
    });
    let observed = observed.unwrap();
    let humidity = observed.attributes.iter().find(|a| a.name.local() == "relativeHumidity").unwrap();
    assert_eq!(humidity.instances[0].value.as_number(), Some(0.878));
    assert_eq!(humidity.instances[0].unit_code.as_deref(), Some("C62"));
    assert_eq!(humidity.instances[0].observed_at.unwrap().to_string(), "2022-10-13T11:37:43Z");
    let january = read
        .writes
        .iter()
        .filter(|w| w.entity.ends_with("Observed:Brussels:Ixelles:S3"))
        .flat_map(|w| &w.attributes);
    let no2: Vec<f64> = january
        .filter(|a| a.name.local() == "no2")
        .map(|a| &a.instances[0])
        .filter(|i| i.observed_at.unwrap().to_string().starts_with("2024-01"))
        .map(|i| i.value.as_number().unwrap())
        .collect();
    let mean = no2.iter().sum::<f64>() / no2.len() as f64;
    assert_eq!((no2.len(), format!("{mean:.3}")), (1539, "29.826".to_owned()));
}

#[test]
fn live_answers_leave_out_what_is_not_known() {
    let Some(from) = shared() else { return };
    let live = read("brussels-traffic-live", &from, true);
    assert_eq!(live.refusals, []);
    let devices = read("brussels-traffic-devices", &from, true);
    assert_eq!(devices.refusals, []);
    let names = |read: &Read| -> Vec<String> {
        let of = read.writes.iter().filter(|w| w.entity.contains("TrafficFlowObserved"));
        of.map(|w| w.entity.to_string()).collect()
    };
    println!("{} traverses live, {} devices", names(&live).len(), names(&devices).len());
    assert_eq!(names(&devices).len(), 66);
    assert!(names(&live).len() < 66, "13 traverses have no values");
    let first = &live.writes[0].attributes[0].instances[0];
    assert!(
        first.observed_at.unwrap().to_string().starts_with("2019-10-23T10:3"),
        "local time, two hours ahead"
    );
}

#[test]
fn every_shipped_feed_reads_its_recorded_files() {
    let Some(from) = shared() else { return };
    let expected = [
        ("brussels-airport-weather", 26_194, true),
        ("uccle-wind", 12_300, true),
        ("brussels-bike-devices", 13, false),
        ("brussels-bike-live", 10, true),
        ("bike-counter-devices", 18, false),
        ("mobility-2019-traffic-devices", 66, false),
        ("mobility-2019-traffic-live", 60, true),
        ("mobility-2019-bike-devices", 13, false),
        ("mobility-2019-bike-live", 10, true),
        ("villo", 345, true),
        ("parking-garages", 10, false),
        ("brussels-communes", 19, false),
    ];
    for (id, least, timed) in expected {
        let read = read(id, &from, true);
        let rows = if timed { read.rows } else { read.writes.len() as u64 };
        println!("{id}: {rows} rows, {} values", read.values);
        assert!(rows >= least, "{id}: {rows} rows");
        assert!(read.refusals.is_empty(), "{id}: {}", read.refusals[0]);
    }
}

#[test]
fn a_failing_text_is_repaired_and_a_decimal_comma_read() {
    let Some(from) = shared() else { return };
    let export = read("bike-counter-devices", &from, true);
    assert_eq!(export.refusals, []);
    let name = format!("{:?}", value(&export, "CB02411", "name").unwrap());
    assert!(name.contains("Chaussée de Vilvorde"), "{name}");
    let poles = read("mobility-2019-bike-devices", &from, true);
    let place = value(&poles, "CB02411", "location").unwrap().as_geometry().unwrap().as_point();
    assert_eq!(place, Some((4.373_960_995_908_42, 50.881_850_002_506_3)));
    let parking = read("parking-garages", &from, true);
    assert!(value(&parking, "City-2", "maximumAllowedWidth").is_none(), "-999 is no width");
    assert_eq!(value(&parking, "City-2", "maximumAllowedHeight").unwrap().as_number(), Some(2.05));
}

#[test]
fn beijing_is_read_to_the_last_row() {
    let Some(from) = shared() else { return };
    let start = Instant::now();
    // Unoptimised, all twelve stations take most of a minute.
    let stations = if cfg!(debug_assertions) { 2 } else { 12 };
    let read = read_some("beijing-air", &from, false, stations);
    let seconds = start.elapsed().as_secs_f64();
    println!("beijing-air: {} rows, {} values in {seconds:.2} s", read.rows, read.values);
    assert_eq!(read.refusals, []);
    assert_eq!(read.rows, stations as u64 * 35_064);
}
