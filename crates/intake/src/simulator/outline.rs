//! Schematic boundaries: a coarse outline of the Region, and one cell per commune inside it.
//!
//! A cell holds the points of the outline that are nearer to this commune's town hall than to any other
//! (a Voronoi cell). That is no boundary: it stands on the map, and says so, until the real ones are loaded.

use senne_model::{Geometry, Json};

use super::communes::{COMMUNES, Commune};

/// The Region in 32 points (longitude, latitude), counter-clockwise from the south-west, right to some 500 m.
pub const OUTLINE: [(f64, f64); 32] = [
    (4.283, 50.807),
    (4.306, 50.812),
    (4.305, 50.799),
    (4.317, 50.796),
    (4.331, 50.776),
    (4.358, 50.773),
    (4.383, 50.764),
    (4.416, 50.776),
    (4.450, 50.783),
    (4.481, 50.793),
    (4.457, 50.806),
    (4.449, 50.811),
    (4.456, 50.818),
    (4.477, 50.820),
    (4.468, 50.837),
    (4.460, 50.852),
    (4.440, 50.861),
    (4.421, 50.868),
    (4.427, 50.877),
    (4.437, 50.880),
    (4.428, 50.890),
    (4.433, 50.896),
    (4.403, 50.914),
    (4.388, 50.910),
    (4.377, 50.898),
    (4.341, 50.902),
    (4.295, 50.889),
    (4.299, 50.880),
    (4.280, 50.866),
    (4.283, 50.838),
    (4.257, 50.835),
    (4.244, 50.820),
];

/// Kilometres per degree at the latitude of Brussels (50.84° N), on a sphere of 6,371 km.
const KM_PER_DEGREE: (f64, f64) = (70.22, 111.19);

/// The schematic cell of a commune: a closed ring of (longitude, latitude).
pub fn cell(commune: &Commune) -> Vec<(f64, f64)> {
    let mut ring: Vec<Point> = OUTLINE.iter().copied().map(plane).collect();
    let own = plane(commune.town_hall);
    for other in COMMUNES.iter().filter(|other| other.nis != commune.nis) {
        ring = nearer(&ring, own, plane(other.town_hall));
    }
    let mut degrees: Vec<_> = ring.into_iter().map(geographic).collect();
    degrees.dedup();
    if degrees.first() != degrees.last() {
        degrees.extend(degrees.first().copied());
    }
    degrees
}

/// The area inside a ring of (longitude, latitude), in km².
pub fn area_km2(ring: &[(f64, f64)]) -> f64 {
    let corners: Vec<Point> = ring.iter().copied().map(plane).collect();
    let next = corners.iter().cycle().skip(1);
    (corners.iter().zip(next).map(|(a, b)| a.x * b.y - b.x * a.y).sum::<f64>() / 2.0).abs()
}

/// The ring as a polygon; `None` when it encloses nothing.
pub(super) fn polygon(ring: &[(f64, f64)]) -> Option<Geometry> {
    let positions = ring.iter().map(|(x, y)| Json::Array(vec![Json::Float(*x), Json::Float(*y)]));
    Geometry::parse("Polygon", &Json::Array(vec![Json::Array(positions.collect())])).ok()
}

/// A place in the plane, in km from an arbitrary origin near Brussels.
#[derive(Clone, Copy)]
struct Point {
    x: f64,
    y: f64,
}

fn plane((longitude, latitude): (f64, f64)) -> Point {
    Point { x: (longitude - 4.35) * KM_PER_DEGREE.0, y: (latitude - 50.84) * KM_PER_DEGREE.1 }
}

/// Rounded to 0.00001° (1 m), so that neighbours share their corners exactly.
fn geographic(p: Point) -> (f64, f64) {
    let rounded = |degrees: f64| (degrees * 1e5).round() / 1e5;
    (rounded(p.x / KM_PER_DEGREE.0 + 4.35), rounded(p.y / KM_PER_DEGREE.1 + 50.84))
}

/// Clips a ring to the half-plane of points nearer to `own` than to `other` (Sutherland and Hodgman 1974).
fn nearer(ring: &[Point], own: Point, other: Point) -> Vec<Point> {
    let (dx, dy) = (other.x - own.x, other.y - own.y);
    let middle = Point { x: own.x.midpoint(other.x), y: own.y.midpoint(other.y) };
    let beyond = |p: Point| (p.x - middle.x) * dx + (p.y - middle.y) * dy;
    let mut kept = Vec::with_capacity(ring.len() + 2);
    for (i, &to) in ring.iter().enumerate() {
        let from = ring[(i + ring.len() - 1) % ring.len()];
        let (before, after) = (beyond(from), beyond(to));
        if (before < 0.0) != (after < 0.0) {
            let share = before / (before - after);
            kept.push(Point { x: from.x + share * (to.x - from.x), y: from.y + share * (to.y - from.y) });
        }
        if after < 0.0 {
            kept.push(to);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cells_fill_the_outline_without_overlap() {
        let whole = area_km2(&OUTLINE);
        assert!((whole / 162.4 - 1.0).abs() < 0.03, "outline has {whole} km²");
        let cells: f64 = COMMUNES.iter().map(|c| area_km2(&cell(c))).sum();
        assert!((cells / whole - 1.0).abs() < 0.01, "cells have {cells} of {whole} km²");

        let rings: Vec<_> = COMMUNES.iter().map(cell).collect();
        let mut closed = OUTLINE.to_vec();
        closed.push(OUTLINE[0]);
        for (x, y) in (0..240).flat_map(|i| (0..150).map(move |j| (i, j))) {
            let p = (4.2441 + f64::from(x) * 0.001, 50.7641 + f64::from(y) * 0.001);
            let holding = rings.iter().filter(|ring| inside(ring, p)).count();
            assert_eq!(holding, usize::from(inside(&closed, p)), "cells at {p:?}");
        }
    }

    #[test]
    fn every_cell_is_a_ring_around_its_town_hall() {
        for commune in &COMMUNES {
            let ring = cell(commune);
            assert!(ring.len() >= 4, "{}", commune.name_fr);
            assert_eq!(ring.first(), ring.last());
            assert!(inside(&ring, commune.town_hall), "{}", commune.name_fr);
            let others = COMMUNES.iter().filter(|o| o.nis != commune.nis);
            assert_eq!(others.filter(|o| inside(&ring, o.town_hall)).count(), 0, "{}", commune.name_fr);
            assert!(polygon(&ring).is_some());
        }
    }

    fn inside(ring: &[(f64, f64)], (x, y): (f64, f64)) -> bool {
        ring.windows(2).fold(false, |odd, side| {
            let ((ax, ay), (bx, by)) = (side[0], side[1]);
            odd ^ ((ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax)
        })
    }
}
