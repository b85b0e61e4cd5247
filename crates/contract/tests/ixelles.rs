//! The contract of air quality on the recorded street stations of Ixelles: what is broken is flagged, what
//! works stays usable. Skipped when the recorded data is absent.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::{collections::BTreeMap, fs, path::PathBuf};

use senne_contract::Contracts;
use senne_model::{AttributeValue, Flag, Instance, Json, Judge, Name, Seen, Test, Timestamp};

const VOCABULARY: &str = "https://uri.etsi.org/ngsi-ld/default-context/";

/// Columns of the files, the attributes that they feed, and the factor into the contract's unit.
const COLUMNS: [(&str, &str, f64); 11] = [
    ("no2", "no2", 1.0),
    ("pm1", "pm1", 1.0),
    ("pm25", "pm25", 1.0),
    ("pm10", "pm10", 1.0),
    ("o3", "o3", 1.0),
    ("temperature", "temperature", 1.0),
    ("relative_humidity", "relativeHumidity", 0.01),
    ("pressure", "atmosphericPressure", 1.0),
    ("wind_speed", "windSpeed", 1.0),
    ("wind_direction", "windDirection", 1.0),
    ("rain", "precipitation", 1.0),
];

#[derive(Clone, Copy)]
struct Judged {
    at: Timestamp,
    value: f64,
    quality: senne_model::Quality,
}

fn data_folder() -> Option<PathBuf> {
    let folder = std::env::var_os("SENNE_SHARED_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let folder = folder.join("brussels/ixelles_air");
    folder.is_dir().then_some(folder)
}

/// One station: attribute to (time, value), in the order of the files.
fn station(folder: &std::path::Path) -> BTreeMap<&'static str, Vec<(Timestamp, f64)>> {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let mut series: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for file in files {
        let text = fs::read_to_string(file).unwrap();
        let mut lines = text.lines();
        let header: Vec<_> = lines.next().unwrap().split(',').collect();
        for line in lines {
            let cells: Vec<_> = line.split(',').collect();
            let at = Timestamp::parse(&format!("{}Z", cells[0].replace(' ', "T"))).unwrap();
            for (column, attribute, factor) in COLUMNS {
                if let Some(place) = header.iter().position(|h| *h == column) {
                    series
                        .entry(attribute)
                        .or_default()
                        .push((at, cells[place].parse::<f64>().unwrap() * factor));
                }
            }
        }
    }
    series
}

fn judge(contracts: &Contracts, attribute: &str, series: &[(Timestamp, f64)]) -> Vec<Judged> {
    let types = [Name::new(&format!("{VOCABULARY}AirQualityObserved"))];
    let attribute = Name::new(&format!("{VOCABULARY}{attribute}"));
    let seen = Seen {
        types: &types,
        attribute: &attribute,
        recorded_at: Timestamp::parse("2024-06-01T00:00:00Z").unwrap(),
        simulated: false,
    };
    let mut previous: Option<Instance> = None;
    let mut judged = Vec::with_capacity(series.len());
    for &(at, value) in series {
        let mut instance = Instance::new(AttributeValue::Property(Json::Float(value))).at(at);
        contracts.judge(&seen, &mut instance, previous.as_ref());
        judged.push(Judged { at, value, quality: instance.quality });
        previous = Some(instance);
    }
    judged
}

fn share(judged: &[Judged]) -> f64 {
    judged.iter().filter(|j| j.quality.usable()).count() as f64 / judged.len() as f64
}

fn line(station: &str, attribute: &str, judged: &[Judged]) -> String {
    let n = judged.len() as f64;
    let per_cent = |count: usize| 100.0 * count as f64 / n;
    let flagged = |flag: Flag| per_cent(judged.iter().filter(|j| j.quality.flag() == flag).count());
    let raised = |test: Test| per_cent(judged.iter().filter(|j| j.quality.has(test)).count());
    format!(
        "{station:<4} {attribute:<20} {n:>6} {:>7.2} {:>7.2} {:>7.2} | {:>6.2} {:>6.2} {:>6.2} {:>6.2} {:>4}",
        100.0 * share(judged),
        flagged(Flag::Suspect),
        flagged(Flag::Fail),
        raised(Test::Range),
        raised(Test::Stuck),
        raised(Test::Spike),
        raised(Test::Sensor),
        judged.iter().filter(|j| j.quality.has(Test::Duplicate)).count(),
    )
}

#[test]
fn broken_sensors_are_flagged_and_working_ones_stay_usable() {
    let Some(folder) = data_folder() else {
        println!("skipped: shared data absent");
        return;
    };
    let contracts = Contracts::builtin();
    println!(
        "            attribute         values  usable suspect    fail |  range  stuck  spike sensor  dup   (per cent)"
    );
    let mut all = BTreeMap::new();
    for name in ["S1", "S3", "S5", "S8", "S11"] {
        for (attribute, series) in station(&folder.join(name)) {
            let judged = judge(&contracts, attribute, &series);
            println!("{}", line(name, attribute, &judged));
            all.insert((name, attribute), judged);
        }
    }
    let at = |text: &str| Timestamp::parse(text).unwrap();
    let no2 = |name: &'static str| &all[&(name, "no2")];

    for name in ["S1", "S3", "S8", "S11"] {
        assert!(share(no2(name)) > 0.97, "{name}: {}", share(no2(name)));
    }
    let (before, failed): (Vec<_>, Vec<_>) =
        no2("S5").iter().partition(|j| j.at < at("2023-12-31T00:00:00Z"));
    assert!(share(&before) > 0.97, "S5 while it worked: {}", share(&before));
    let from_january = failed.iter().filter(|j| j.at >= at("2024-01-01T00:00:00Z"));
    let passed: Vec<_> = from_january.clone().filter(|j| j.quality.flag() != Flag::Fail).collect();
    assert!(
        passed.is_empty(),
        "{} values of the failed sensor pass, e.g. {:?}",
        passed.len(),
        passed.first().map(|j| (j.at, j.value))
    );
    assert!(
        from_january.clone().any(|j| j.value < 150.0),
        "some of its readings look like air, and fail all the same"
    );

    // The pause of 2,905 hours raises nothing by itself.
    let s8 = no2("S8");
    let after_pause =
        s8.windows(2).find(|w| w[1].at.micros() - w[0].at.micros() > 2_900 * 3_600_000_000).unwrap();
    assert!(after_pause[1].quality.usable(), "{:?}", after_pause[1].quality);
    for attribute in
        ["no2", "pm1", "pm25", "pm10", "o3", "temperature", "relativeHumidity", "atmosphericPressure"]
    {
        let judged = &all[&("S8", attribute)];
        let first =
            judged.windows(2).find(|w| w[1].at.micros() - w[0].at.micros() > 2_900 * 3_600_000_000).unwrap()
                [1];
        assert!(
            !first.quality.has(Test::Spike) && !first.quality.has(Test::Stuck),
            "{attribute}: {:?}",
            first.quality
        );
    }

    // Repeated moments: three, one and two.
    let duplicates = |name: &'static str| no2(name).iter().filter(|j| j.quality.has(Test::Duplicate)).count();
    assert_eq!([duplicates("S3"), duplicates("S5"), duplicates("S8")], [3, 1, 2]);

    // The anemometer of S11 has never turned: all but the first two days are suspect.
    let wind = &all[&("S11", "windSpeed")];
    assert!(share(wind) < 0.05, "{}", share(wind));
}
