//! Drawing again holds what it says, and is the same again.

use super::*;

/// An autoregression of order one around a level.
fn remembering(count: usize, level: f64, memory: f64, seed: u64) -> Vec<f64> {
    let mut random = Pcg64::new(u128::from(seed), 0x5851_f42d_4c95_7f2d);
    let law = rand_distr::Normal::new(0.0, 1.0).unwrap();
    let mut now = law.sample(&mut random) / (1.0 - memory * memory).sqrt();
    let step = |_| {
        now = memory * now + law.sample(&mut random);
        level + now
    };
    (0..count).map(step).collect()
}

fn days(values: &[f64]) -> Vec<Parts> {
    values.iter().map(|value| Parts::of_value(*value)).collect()
}

/// How many of 300 intervals hold what they are for.
fn held(holds: impl Fn(u64) -> bool) -> usize {
    (0..300).filter(|seed| holds(*seed)).count()
}

#[test]
fn the_same_seed_gives_the_same_digits() {
    let days = days(&remembering(60, 10.0, 0.4, 1));
    let of = |seed| bootstrap_interval(&days, Measure::Mean, Drawn::Blocks, seed, 0.95).unwrap();
    assert_eq!(of(7), of(7));
    assert_ne!(of(7), of(8));
}

#[test]
fn blocks_hold_where_single_days_do_not() {
    let mean = |seed: u64| {
        let days = days(&remembering(120, 10.0, 0.6, seed));
        bootstrap_interval(&days, Measure::Mean, Drawn::Blocks, seed, 0.95).unwrap().holds(10.0)
    };
    let alone = |seed: u64| {
        let days = days(&remembering(120, 10.0, 0.6, seed));
        bootstrap_interval(&days, Measure::Mean, Drawn::Clusters, seed, 0.95).unwrap().holds(10.0)
    };
    let (blocks, alone) = (held(mean), held(alone));
    assert!((264..=294).contains(&blocks) && alone < 230, "{blocks} {alone} of 300");
}

#[test]
fn a_ratio_of_means() {
    // The denominator moves with the numerator: their ratio is 0.5 whatever the day.
    let ratio = |seed: u64| {
        let (busy, noise) = (remembering(90, 50.0, 0.5, seed), remembering(90, 0.0, 0.0, seed + 1_000));
        let day = |(busy, noise): (&f64, &f64)| Parts::of_ratio(busy / 2.0 + noise, *busy);
        let days: Vec<Parts> = busy.iter().zip(&noise).map(day).collect();
        let found = bootstrap_interval(&days, Measure::Ratio { factor: 100.0 }, Drawn::Blocks, seed, 0.95);
        found.unwrap().holds(50.0)
    };
    let held = held(ratio);
    assert!((270..=297).contains(&held), "{held} of 300");
}

#[test]
fn few_clusters_still_hold() {
    let mean = |seed: u64| {
        let levels = remembering(6, 20.0, 0.0, seed);
        let within = |(place, level): (usize, &f64)| -> Parts {
            days(&remembering(30, *level * 1.0, 0.3, seed * 100 + place as u64)).into_iter().sum()
        };
        let clusters: Vec<Parts> = levels.iter().enumerate().map(within).collect();
        bootstrap_interval(&clusters, Measure::Mean, Drawn::Clusters, seed, 0.95).unwrap().holds(20.0)
    };
    let held = held(mean);
    assert!((267..=297).contains(&held), "{held} of 300");
}

#[test]
fn a_median_and_its_interval() {
    let [a, b, c] = [quantile(&[3.0, 1.0, 2.0, 10.0], 0.5), quantile(&[1.0, 2.0], 0.75), quantile(&[], 0.5)];
    assert_eq!((a, b, c), (Some(2.5), Some(1.75), None));
    let median = |seed: u64| {
        let days: Vec<Vec<f64>> = remembering(60, 8.0, 0.4, seed).chunks(1).map(<[f64]>::to_vec).collect();
        quantile_interval(&days, 0.5, Drawn::Blocks, seed, 0.95).unwrap().holds(8.0)
    };
    let held = held(median);
    assert!((262..=297).contains(&held), "{held} of 300");
    // A piece that is drawn twice counts twice: the median of 1, 1 and 5 is 1, that of 1, 5 and 5 is 5.
    let sorted = [(1.0, 0), (5.0, 1)];
    assert_eq!(drawn_quantile(&sorted, &[2, 1], 0.5), Some(1.0));
    assert_eq!(drawn_quantile(&sorted, &[1, 2], 0.5), Some(5.0));
    assert_eq!(drawn_quantile(&sorted, &[0, 0], 0.5), None);
}

#[test]
fn of_too_few_there_is_none() {
    let days = days(&remembering(9, 1.0, 0.0, 3));
    assert_eq!(bootstrap_interval(&days, Measure::Mean, Drawn::Blocks, 1, 0.95), None);
    assert_eq!(bootstrap_interval(&days[..4], Measure::Mean, Drawn::Clusters, 1, 0.95), None);
    assert!(bootstrap_interval(&days[..5], Measure::Mean, Drawn::Clusters, 1, 0.95).is_some());
    assert_eq!(bootstrap_interval(&[], Measure::Mean, Drawn::Clusters, 1, 0.95), None);
}

#[test]
fn blocks_are_as_long_as_the_memory() {
    let mean = |memory: f64| {
        (0..50).map(|seed| block_length(&remembering(200, 0.0, memory, seed))).sum::<f64>() / 50.0
    };
    let lengths = [0.0, 0.3, 0.6, 0.9].map(mean);
    assert!(lengths.is_sorted() && lengths[0] < 3.0 && lengths[3] > 15.0, "{lengths:?}");
    assert_eq!(block_length(&[2.0; 50]), 1.0);
}

/// Luteinising hormone every ten minutes and the flow of the Nile by year (R's `lh` and `Nile`), with what the package `arch` 8 makes of them.
#[test]
fn blocks_as_another_program_has_them() {
    let hormone = [
        2.4, 2.4, 2.4, 2.2, 2.1, 1.5, 2.3, 2.3, 2.5, 2.0, 1.9, 1.7, 2.2, 1.8, 3.2, 3.2, 2.7, 2.2, 2.2, 1.9,
        1.9, 1.8, 2.7, 3.0, 2.3, 2.0, 2.0, 2.9, 2.9, 2.7, 2.7, 2.3, 2.6, 2.4, 1.8, 1.7, 1.5, 1.4, 2.1, 3.3,
        3.5, 3.5, 3.1, 2.6, 2.1, 3.4, 3.0, 2.9,
    ];
    let flow = [
        1120.0, 1160.0, 963.0, 1210.0, 1160.0, 1160.0, 813.0, 1230.0, 1370.0, 1140.0, 995.0, 935.0, 1110.0,
        994.0, 1020.0, 960.0, 1180.0, 799.0, 958.0, 1140.0, 1100.0, 1210.0, 1150.0, 1250.0, 1260.0, 1220.0,
        1030.0, 1100.0, 774.0, 840.0, 874.0, 694.0, 940.0, 833.0, 701.0, 916.0, 692.0, 1020.0, 1050.0, 969.0,
        831.0, 726.0, 456.0, 824.0, 702.0, 1120.0, 1100.0, 832.0, 764.0, 821.0, 768.0, 845.0, 864.0, 862.0,
        698.0, 845.0, 744.0, 796.0, 1040.0, 759.0, 781.0, 865.0, 845.0, 944.0, 984.0, 897.0, 822.0, 1010.0,
        771.0, 676.0, 649.0, 846.0, 812.0, 742.0, 801.0, 1040.0, 860.0, 874.0, 848.0, 890.0, 744.0, 749.0,
        838.0, 1050.0, 918.0, 986.0, 797.0, 923.0, 975.0, 815.0, 1020.0, 906.0, 901.0, 1170.0, 912.0, 746.0,
        919.0, 718.0, 714.0, 740.0,
    ];
    for (series, wanted) in [(hormone.as_slice(), 2.612_037_477_455), (flow.as_slice(), 12.333_494_258_283)] {
        let found = block_length(series);
        assert!((found - wanted).abs() < 1e-6, "{found} {wanted}");
    }
}
