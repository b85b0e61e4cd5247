//! Rings around treated units.

use proptest::prelude::*;
use senne_impact::{Errors, Exposure, PanelRows, Places, exposures, ring_course, ring_effects};

use crate::shared::close;

/// Units along a street, 200 m apart; each tenth is treated from its time on, and ten more lie far away.
fn street(starts: impl Fn(usize) -> Option<i64>) -> (Places, Vec<Option<i64>>) {
    let place = |unit: usize| if unit < 20 { [200.0 * unit as f64, 0.0] } else { [0.0, 1e5 + unit as f64] };
    (Places::Metres((0..30).map(place).collect()), (0..30).map(starts).collect())
}

fn rows(first: &[Option<i64>], value: impl Fn(usize, i64) -> f64) -> PanelRows {
    let mut rows = PanelRows::default();
    for (unit, first) in first.iter().enumerate() {
        for time in 0..12 {
            rows.unit.push(unit);
            rows.time.push(time);
            rows.outcome.push(value(unit, time));
            rows.first_treated.push(*first);
        }
    }
    rows
}

#[test]
fn rings_are_told_apart() {
    let (places, first) = street(|unit| (unit == 5).then_some(6));
    let treated: Vec<bool> = first.iter().map(Option::is_some).collect();
    let found = exposures(&places, &treated, &[500.0, 1000.0]).unwrap();
    let ring = |unit: usize| found.units[unit];
    assert_eq!(ring(5), Exposure::Treated);
    assert_eq!([ring(3), ring(7)], [Exposure::Ring(0); 2]);
    assert_eq!([ring(0), ring(2), ring(8), ring(10)], [Exposure::Ring(1); 4]);
    assert_eq!(ring(11), Exposure::Donor);
    assert_eq!(found.donors().len() + found.excluded().len() + 1, 30);
    close("metres", found.nearest_m[8], 600.0, 1e-9);
}

#[test]
fn degrees_and_distances() {
    // A hundredth of a degree of latitude is 1,112 m.
    let places = Places::Degrees(vec![[50.85, 4.35], [50.86, 4.35], [50.85, 4.37]]);
    let found = exposures(&places, &[true, false, false], &[1200.0, 1500.0]).unwrap();
    assert_eq!(found.units[1..], [Exposure::Ring(0), Exposure::Ring(1)]);
    close("north", found.nearest_m[1], 1111.95, 0.2);
    let given = Places::Distances(vec![vec![0.0, 300.0], vec![300.0, 0.0]]);
    assert_eq!(exposures(&given, &[true, false], &[500.0]).unwrap().excluded(), [1]);
    for places in [
        Places::Degrees(vec![[450.0, 4.35], [50.0, 4.0]]),
        Places::Metres(vec![[f64::NAN, 0.0], [0.0, 0.0]]),
        Places::Distances(vec![vec![0.0, -1.0], vec![1.0, 0.0]]),
        Places::Distances(vec![vec![0.0], vec![1.0, 0.0]]),
    ] {
        assert!(exposures(&places, &[true, false], &[500.0]).is_err(), "{places:?}");
    }
    assert!(exposures(&given, &[false, false], &[500.0]).is_err());
    assert!(exposures(&given, &[true], &[500.0]).is_err());
    for bounds in [&[][..], &[0.0], &[500.0, 400.0], &[f64::INFINITY]] {
        assert!(exposures(&given, &[true, false], bounds).is_err(), "{bounds:?}");
    }
}

/// What was put in: 4 on treated units, 2 in the first ring, 1 in the second; units begin at two times.
fn felt(unit: usize, time: i64) -> f64 {
    let (early, late) = (unit.abs_diff(5), unit.abs_diff(14));
    let near = |distance: usize| -> f64 {
        match distance {
            _ if unit >= 20 => 0.0,
            0 => 4.0,
            1..=2 => 2.0,
            3..=5 => 1.0,
            _ => 0.0,
        }
    };
    let early: f64 = if time >= 4 { near(early) } else { 0.0 };
    early.max(if time >= 8 { near(late) } else { 0.0 })
}

#[test]
fn effects_are_found_as_they_were_put_in() {
    let (places, first) = street(|unit| match unit {
        5 => Some(4),
        14 => Some(8),
        _ => None,
    });
    let value = |unit: usize, time: i64| (unit as f64).sin() * 3.0 + (time as f64).cos() + felt(unit, time);
    let panel = rows(&first, value);
    let found = ring_effects(&panel, &places, &[500.0, 1000.0], None).unwrap();
    close("treated", found.treated.effect, 4.0, 1e-9);
    close("near", found.rings[0].effect, 2.0, 1e-9);
    close("less near", found.rings[1].effect, 1.0, 1e-9);
    assert_eq!((found.treated.units, found.rings[0].units), (2, 8));
    // Without rings, neighbours stand among those that are compared with, and the effect shrinks.
    let plain = ring_effects(&panel, &places, &[1.0], None).unwrap();
    assert!(plain.treated.effect < 3.8 && plain.rings.is_empty(), "{plain:?}");
    let latitude: Vec<f64> = panel.unit.iter().map(|unit| 50.0 + *unit as f64 / 1000.0).collect();
    let errors = Errors::Conley { longitude: vec![4.0; latitude.len()], latitude, cut_off_km: 0.5 };
    let conley = ring_effects(&panel, &places, &[500.0, 1000.0], Some(&errors)).unwrap();
    close("the same effect", conley.treated.effect, 4.0, 1e-9);
}

#[test]
fn by_time_since_treatment() {
    let (places, first) = street(|unit| (unit == 5).then_some(6));
    let grows = |unit: usize, time: i64| {
        let distance = if unit < 20 { unit.abs_diff(5) } else { 99 };
        let size = [4.0, 2.0, 2.0, 1.0, 1.0, 1.0].get(distance).copied().unwrap_or(0.0);
        (unit as f64).cos() + 0.3 * time as f64 + if time >= 6 { size * (time - 5) as f64 } else { 0.0 }
    };
    let found = ring_course(&rows(&first, grows), &places, &[500.0, 1000.0]).unwrap();
    for step in &found {
        let size = step.ring.map_or(4.0, |ring| [2.0, 1.0][ring]);
        let wanted = if step.since >= 0 { size * (step.since + 1) as f64 } else { 0.0 };
        close(&format!("{:?} {}", step.ring, step.since), step.effect, wanted, 1e-8);
    }
    assert_eq!(found.len(), 3 * 11);
}

#[test]
fn what_cannot_be_is_said() {
    let (places, first) = street(|unit| (unit == 5).then_some(6));
    let panel = rows(&first, |_, _| 1.0);
    assert!(ring_effects(&panel, &places, &[1e9], None).is_err(), "no unit is far enough");
    assert!(ring_course(&panel, &places, &[1e9]).is_err());
    assert!(ring_effects(&panel, &Places::Metres(vec![[0.0; 2]; 3]), &[500.0], None).is_err());
    let mut twice = panel.clone();
    twice.first_treated[0] = Some(3);
    assert!(ring_effects(&twice, &places, &[500.0], None).is_err());
    let mut short = panel;
    short.time.pop();
    assert!(ring_effects(&short, &places, &[500.0], None).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn wider_rings_leave_fewer_donors(at in prop::collection::vec((0.0..5e3_f64, 0.0..5e3_f64), 5..40), bound in 50.0..2e3_f64) {
        let places = Places::Metres(at.iter().map(|at| [at.0, at.1]).collect());
        let treated: Vec<bool> = (0..at.len()).map(|unit| unit % 4 == 0).collect();
        let (one, two) = (exposures(&places, &treated, &[bound]).unwrap(), exposures(&places, &treated, &[bound, 2.0 * bound]).unwrap());
        prop_assert!(two.donors().iter().all(|donor| one.donors().contains(donor)));
        prop_assert_eq!(one.nearest_m, two.nearest_m);
    }
}
