//! How fast the simulated city is made: `cargo run --release -p senne-intake --example simulate_rate`.

use senne_intake::simulator::{City, CitySettings};
use senne_model::Timestamp;

fn main() {
    for (label, city) in [
        ("150 stations with faults", City::brussels(CitySettings::default())),
        ("10,000 stations", City::at_scale(1, 10_000)),
    ] {
        let minutes = 4_500_000 / city.stations().len() as i64;
        let from = Timestamp::from_micros(1_767_225_600_000_000);
        let begun = std::time::Instant::now();
        let mut values = 0;
        city.observations(from, Timestamp::from_micros(from.micros() + minutes * 60_000_000), &mut |batch| {
            values += batch.iter().map(|w| w.attributes.len()).sum::<usize>();
        });
        let seconds = begun.elapsed().as_secs_f64();
        println!(
            "{label}: {values} values in {seconds:.2} s = {:.1} M values/s on one core",
            values as f64 / seconds / 1e6
        );
    }
}
