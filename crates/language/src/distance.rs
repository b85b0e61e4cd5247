//! Distances on the Earth, in metres, between geometries in degrees.

use geo::{Distance, Euclidean, Haversine, MapCoords};
use geo_types::{Coord, Geometry as Shape};

/// The mean radius of the Earth (IUGG), in metres.
const RADIUS: f64 = 6_371_008.8;

/// The shortest distance between two geometries. Between points it is the haversine distance; between others the
/// plane one after both were laid on a plane that is true to scale midway between them (within 0.5 % up to 1,000 km).
pub fn metres(a: &Shape<f64>, b: &Shape<f64>) -> f64 {
    if let (Shape::Point(a), Shape::Point(b)) = (a, b) {
        return Haversine.distance(*a, *b);
    }
    let (Some(first), Some(second)) = (middle(a), middle(b)) else { return f64::INFINITY };
    // Only the other geometry matters when one is a point: the scale is right where the point is.
    let latitude = match (a, b) {
        (Shape::Point(p), _) | (_, Shape::Point(p)) => p.y(),
        _ => first.y.midpoint(second.y),
    };
    // The shorter way round the Earth: both sides of the 180th meridian are neighbours.
    let turn = if second.x - first.x > 180.0 {
        -360.0
    } else if second.x - first.x < -180.0 {
        360.0
    } else {
        0.0
    };
    let shrink = latitude.to_radians().cos();
    let plane = |shape: &Shape<f64>, turn: f64| {
        shape.map_coords(|c| Coord {
            x: (c.x + turn).to_radians() * shrink * RADIUS,
            y: c.y.to_radians() * RADIUS,
        })
    };
    Euclidean.distance(&plane(a, 0.0), &plane(b, turn))
}

/// The bounds, wider by a distance on every side: west, south, east, north.
pub(crate) fn widen(bounds: [f64; 4], metres: f64) -> [f64; 4] {
    // A little more than the distance, because the plane distance between extended geometries is not exact.
    let degrees = (metres / RADIUS).to_degrees() * 1.01 + 1e-9;
    let (south, north) = (bounds[1] - degrees, bounds[3] + degrees);
    let steepest = south.abs().max(north.abs());
    let sideways = if steepest < 89.0 { degrees / steepest.to_radians().cos() } else { 360.0 };
    let (west, east) = (bounds[0] - sideways, bounds[2] + sideways);
    if west < -180.0 || east > 180.0 {
        return [-180.0, south.max(-90.0), 180.0, north.min(90.0)];
    }
    [west, south.max(-90.0), east, north.min(90.0)]
}

fn middle(shape: &Shape<f64>) -> Option<Coord<f64>> {
    use geo::BoundingRect;
    shape.bounding_rect().map(geo::Rect::center)
}

#[cfg(test)]
mod tests {
    use geo_types::{line_string, point, polygon};

    use super::*;

    #[test]
    fn between_points_it_is_the_haversine_distance() {
        let grand_place: Shape<f64> = point!(x: 4.3525, y: 50.8467).into();
        let atomium: Shape<f64> = point!(x: 4.3415, y: 50.8949).into();
        let far = metres(&grand_place, &atomium);
        assert!((5_400.0..5_460.0).contains(&far), "{far}");
    }

    #[test]
    fn a_point_and_a_line_meet_at_the_nearest_place() {
        let line: Shape<f64> = line_string![(x: 0.0, y: 60.0), (x: 10.0, y: 60.0)].into();
        let near: Shape<f64> = point!(x: 5.0, y: 60.01).into();
        let far = metres(&line, &near);
        assert!((1_105.0..1_120.0).contains(&far), "{far}");
        assert_eq!(metres(&line, &line), 0.0);
    }

    #[test]
    fn inside_an_area_the_distance_is_zero() {
        let area: Shape<f64> =
            polygon![(x: 0.0, y: 0.0), (x: 1.0, y: 0.0), (x: 1.0, y: 1.0), (x: 0.0, y: 0.0)].into();
        let inner: Shape<f64> = point!(x: 0.9, y: 0.1).into();
        assert_eq!(metres(&area, &inner), 0.0);
    }

    #[test]
    fn the_date_line_is_no_gap() {
        let line: Shape<f64> = line_string![(x: 179.9, y: 0.0), (x: 179.99, y: 0.0)].into();
        let point: Shape<f64> = point!(x: -179.99, y: 0.0).into();
        assert!(metres(&line, &point) < 2_300.0);
        assert!(metres(&point, &line) < 2_300.0);
        assert_eq!(widen([179.0, 0.0, 179.9, 0.0], 50_000.0)[0], -180.0);
    }
}
