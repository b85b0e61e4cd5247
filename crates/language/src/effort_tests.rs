//! Crossings are counted as they are, and what has too many is known before it is compared.

use geo_types::{MultiPoint, point};
use proptest::prelude::*;

use super::*;

fn line(places: impl IntoIterator<Item = (f64, f64)>) -> LineString<f64> {
    LineString::from(places.into_iter().collect::<Vec<_>>())
}

/// A line that goes up and down between two far shores, so that nearly every side crosses every other.
fn zigzag(places: u32) -> Shape<f64> {
    let shore = |n: u32| f64::from(n * 7919 % places) / f64::from(places);
    line((0..places).map(|n| (shore(n), f64::from(n % 2)))).into()
}

/// A ring of so many places.
fn ring(places: u32, x: f64, radius: f64) -> Shape<f64> {
    let place = |n: u32| {
        let angle = f64::from(n % places) * std::f64::consts::TAU / f64::from(places);
        (x + radius * angle.cos(), radius * angle.sin())
    };
    Polygon::new(line((0..=places).map(place)), Vec::new()).into()
}

/// A comb of so many teeth that lie apart.
fn comb(teeth: u32, upright: bool) -> Shape<f64> {
    let tooth = |n: u32| {
        let at = f64::from(n) / f64::from(teeth);
        let ends = if n.is_multiple_of(2) { [0.0, 1.0] } else { [1.0, 0.0] };
        ends.map(|end| if upright { (at, end) } else { (end, at) })
    };
    line((0..teeth).flat_map(tooth)).into()
}

#[test]
fn honest_shapes_are_compared_however_fine_they_are() {
    let (large, inner, beside) = (ring(20_000, 0.0, 1.0), ring(20_000, 0.0, 0.5), ring(20_000, 1.5, 1.0));
    for other in [&large, &inner, &beside] {
        assert!(can_relate(&large, other));
    }
    assert!(!is_tangled(&large));
    let stops: Vec<_> = (0..2_000).map(|n| point!(x: f64::from(n) / 2_000.0, y: 0.0)).collect();
    assert!(can_relate(&large, &MultiPoint(stops).into()));
    assert!(can_measure(&ring(5_000, 0.0, 1.0), &ring(5_000, 1.5, 1.0)));
}

#[test]
fn tangles_are_known() {
    let tangle = zigzag(3_000);
    assert!(is_tangled(&tangle));
    assert!(!can_relate(&tangle, &point!(x: 0.5, y: 0.5).into()));
    // Neither crosses itself, but each tooth of one crosses each of the other.
    let (upright, lying) = (comb(2_000, true), comb(2_000, false));
    assert!(!is_tangled(&upright) && !is_tangled(&lying));
    assert!(!can_relate(&upright, &lying));
}

#[test]
fn many_parts_beside_many_places_are_too_much() {
    let points: Vec<_> = (0..50_000).map(|n| point!(x: f64::from(n) / 50_000.0, y: 0.0)).collect();
    let points: Shape<f64> = MultiPoint(points).into();
    let large = ring(50_000, 0.0, 1.0);
    assert!(!can_relate(&points, &large) && !can_relate(&large, &points));
    assert!(!can_measure(&points, &large));
    assert!(can_measure(&points, &point!(x: 0.5, y: 0.5).into()));
}

proptest! {
    /// Every pair is looked at: the boxes only spare what does not touch.
    #[test]
    fn crossings_are_counted_as_one_by_one(places in prop::collection::vec((0..40_i32, 0..40_i32), 2..120)) {
        let shape: Shape<f64> = line(places.iter().map(|(x, y)| (f64::from(*x), f64::from(*y)))).into();
        let tree = Tree::of(&shape);
        let mut one_by_one = 0;
        for a in &tree.sides {
            for b in &tree.sides {
                let touching = touch(a.bounds, b.bounds) && a.meets(b);
                one_by_one += usize::from(touching && a.comes_before(b) && !a.leads_to(b));
            }
        }
        prop_assert_eq!(Count::default().within(&tree), Some(one_by_one));
    }
}
