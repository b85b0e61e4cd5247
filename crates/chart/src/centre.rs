//! Where the name of an area goes: the place inside its outline that is furthest from its edges.

use geo_types::{Coord, Geometry, Polygon};

use crate::bounds;

/// How finely the box of the outline is searched.
const STEPS: u32 = 14;

/// The middle of an area for the eye, as longitude and latitude; the middle of the bounds where there is no outline.
pub fn of(area: &Geometry<f64>) -> (f64, f64) {
    let polygons: &[Polygon<f64>] = match area {
        Geometry::Polygon(polygon) => std::slice::from_ref(polygon),
        Geometry::MultiPolygon(parts) => &parts.0,
        _ => &[],
    };
    let [west, south, east, north] = bounds::of(area);
    let squeeze = south.midpoint(north).to_radians().cos();
    let mut best = (0.0, (west.midpoint(east), south.midpoint(north)));
    for row in 1..STEPS {
        for column in 1..STEPS {
            let share = |n: u32| f64::from(n) / f64::from(STEPS);
            let place =
                Coord { x: west + (east - west) * share(column), y: south + (north - south) * share(row) };
            for polygon in polygons {
                let room = room(polygon, place, squeeze);
                if room > best.0 {
                    best = (room, (place.x, place.y));
                }
            }
        }
    }
    best.1
}

/// The distance to the nearest edge in degrees of latitude; nothing outside the polygon.
fn room(polygon: &Polygon<f64>, place: Coord<f64>, squeeze: f64) -> f64 {
    let mut inside = false;
    let mut nearest = f64::INFINITY;
    for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
        for edge in ring.lines() {
            let (a, b) = (edge.start, edge.end);
            if (a.y > place.y) != (b.y > place.y)
                && place.x < (b.x - a.x) * (place.y - a.y) / (b.y - a.y) + a.x
            {
                inside = !inside;
            }
            nearest = nearest.min(distance(place, a, b, squeeze));
        }
    }
    if inside { nearest } else { 0.0 }
}

fn distance(place: Coord<f64>, a: Coord<f64>, b: Coord<f64>, squeeze: f64) -> f64 {
    let flat = |c: Coord<f64>| ((c.x - place.x) * squeeze, c.y - place.y);
    let ((ax, ay), (bx, by)) = (flat(a), flat(b));
    let (dx, dy) = (bx - ax, by - ay);
    let length = dx * dx + dy * dy;
    let along = if length > 0.0 { (-(ax * dx + ay * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
    (ax + along * dx).hypot(ay + along * dy)
}

#[cfg(test)]
mod tests {
    use geo_types::{Point, polygon};

    use super::*;

    #[test]
    fn the_name_of_a_bent_area_stands_inside_it() {
        // An L: the middle of its box is outside.
        let bent = Geometry::Polygon(polygon![
            (x: 0.0, y: 0.0), (x: 10.0, y: 0.0), (x: 10.0, y: 2.0), (x: 2.0, y: 2.0), (x: 2.0, y: 10.0), (x: 0.0, y: 10.0),
        ]);
        let (x, y) = of(&bent);
        assert!((x < 2.0 || y < 2.0) && x > 0.0 && y > 0.0, "{x} {y}");
        assert_eq!(of(&Geometry::Point(Point::new(4.0, 50.0))), (4.0, 50.0));
    }
}
