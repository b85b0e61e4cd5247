//! A place as SVG: a point, a line or an area of its own, over the outlines of the areas around it.

use std::fmt::Write as _;

use geo_types::{Coord, Geometry, LineString};

use crate::{
    bounds::{self, Bounds, union},
    centre, escape,
    map::{Projection, names, path},
    short,
};

/// How much around a place is shown at least, in degrees of longitude and latitude: about three kilometres in Brussels.
const AROUND: (f64, f64) = (0.022, 0.014);
/// Room around a place, as a part of its size.
const ROOM: f64 = 0.4;
/// The size of a point on a map of the city, and on one of its surroundings, which is shown smaller.
const POINT_FAR: f64 = 11.0;
const POINT_NEAR: f64 = 20.0;

/// An area under the place.
pub struct Ground<'a> {
    /// A polygon or several, in degrees (WGS 84).
    pub shape: &'a Geometry<f64>,
    /// Written into the area where there is room; empty for none.
    pub name: &'a str,
}

/// A picture of a place.
pub struct PlacePicture<'a> {
    /// Unique in the page; names the title and the description.
    pub id: &'a str,
    /// What the picture is called.
    pub title: &'a str,
    /// What the picture shows, in one sentence.
    pub description: &'a str,
    /// What lies under it.
    pub ground: &'a [Ground<'a>],
    /// The place; the areas alone without one.
    pub place: Option<&'a Geometry<f64>>,
    /// Whether the surroundings of the place are shown, and not all areas.
    pub near: bool,
}

impl PlacePicture<'_> {
    /// The SVG element, or nothing when there is nothing to show.
    pub fn svg(&self) -> String {
        let Some(window) = self.window() else { return String::new() };
        let projection = Projection::over(window);
        let mut out = String::with_capacity(8_192);
        let _ = write!(
            out,
            r#"<svg class="place-picture" role="img" aria-labelledby="{id}-t {id}-d" viewBox="0 0 {width} {:.0}"><title id="{id}-t">{}</title><desc id="{id}-d">{}</desc><g class="place-areas">"#,
            projection.height,
            escape(self.title),
            escape(self.description),
            id = escape(self.id),
            width = crate::map::WIDTH,
        );
        let seen = || self.ground.iter().filter(|area| meet(bounds::of(area.shape), window));
        for area in seen() {
            let path = path(area.shape, &projection);
            if !path.is_empty() {
                let _ = write!(out, r#"<path fill-rule="evenodd" d="{path}"/>"#);
            }
        }
        out.push_str("</g>");
        if let Some(place) = self.place {
            let size = if self.near { POINT_NEAR } else { POINT_FAR };
            own(&mut out, place, &projection, size);
        }
        let named = seen().filter(|area| !area.name.is_empty() && holds(window, centre::of(area.shape)));
        names(&mut out, named.map(|area| (area.name, area.shape)), &projection);
        out.push_str("</svg>");
        out
    }

    /// What is shown: all areas with the place, or the place with what is around it.
    fn window(&self) -> Option<Bounds> {
        let place = self.place.map(bounds::of);
        let window = match place {
            Some(place) if self.near => Some(widened(place)),
            _ => self.ground.iter().map(|area| bounds::of(area.shape)).reduce(union).or(place.map(widened)),
        };
        window.filter(|window| window.iter().all(|x| x.is_finite()))
    }
}

fn widened([west, south, east, north]: Bounds) -> Bounds {
    let half = |from: f64, to: f64, least: f64| ((to - from) * (0.5 + ROOM)).max(least);
    let (x, y) = (west.midpoint(east), south.midpoint(north));
    let (wide, high) = (half(west, east, AROUND.0), half(south, north, AROUND.1));
    [x - wide, y - high, x + wide, y + high]
}

fn meet(a: Bounds, b: Bounds) -> bool {
    a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3]
}

fn holds(window: Bounds, (x, y): (f64, f64)) -> bool {
    meet(window, [x, y, x, y])
}

/// The place itself, over everything.
fn own(out: &mut String, place: &Geometry<f64>, projection: &Projection, size: f64) {
    match place {
        Geometry::Point(point) => dot(out, point.0, projection, size),
        Geometry::MultiPoint(points) => points.0.iter().for_each(|point| dot(out, point.0, projection, size)),
        Geometry::LineString(line) => stroke(out, std::slice::from_ref(line), projection),
        Geometry::MultiLineString(lines) => stroke(out, &lines.0, projection),
        area => {
            let path = path(area, projection);
            if !path.is_empty() {
                let _ = write!(out, r#"<path class="place-own place-area" fill-rule="evenodd" d="{path}"/>"#);
            }
        }
    }
}

fn dot(out: &mut String, at: Coord<f64>, projection: &Projection, size: f64) {
    let (x, y) = projection.place(at.x, at.y);
    let _ = write!(out, r#"<circle class="place-own place-point" cx="{x:.1}" cy="{y:.1}" r="{size}"/>"#);
}

fn stroke(out: &mut String, lines: &[LineString<f64>], projection: &Projection) {
    out.push_str(r#"<path class="place-own" d=""#);
    for line in lines {
        for (at, position) in line.0.iter().enumerate() {
            let (x, y) = projection.place(position.x, position.y);
            out.push(if at == 0 { 'M' } else { 'L' });
            short(out, x);
            out.push(' ');
            short(out, y);
        }
    }
    out.push_str(r#""/>"#);
}

#[cfg(test)]
mod tests {
    use geo_types::{Point, line_string, polygon};

    use super::*;

    fn square(west: f64) -> Geometry<f64> {
        let east = west + 0.1;
        Geometry::Polygon(polygon![
            (x: west, y: 50.8), (x: east, y: 50.8), (x: east, y: 50.9), (x: west, y: 50.9), (x: west, y: 50.8),
        ])
    }

    fn picture(place: Option<&Geometry<f64>>, near: bool) -> String {
        let (one, other) = (square(4.3), square(4.9));
        let ground = [Ground { shape: &one, name: "Ixelles" }, Ground { shape: &other, name: "Uccle & co" }];
        PlacePicture { id: "p", title: "Place", description: "Here.", ground: &ground, place, near }.svg()
    }

    #[test]
    fn the_surroundings_of_a_place_leave_out_what_is_far() {
        let point = Geometry::Point(Point::new(4.35, 50.85));
        let far = picture(Some(&point), false);
        assert_eq!((far.matches("<path").count(), far.matches("<circle").count()), (2, 1));
        assert!(far.contains("Ixelles") && far.contains("Uccle &amp; co"));
        let near = picture(Some(&point), true);
        assert_eq!((near.matches("<path").count(), near.matches("<circle").count()), (1, 1));
        assert!(near.contains(r#"cx="380.0""#), "the place is in the middle: {near}");
    }

    #[test]
    fn lines_and_areas_are_drawn_as_such() {
        let line = Geometry::LineString(line_string![(x: 4.31, y: 50.85), (x: 4.38, y: 50.86)]);
        let drawn = picture(Some(&line), true);
        assert!(drawn.contains(r#"<path class="place-own" d="M"#), "{drawn}");
        let area = picture(Some(&square(4.3)), true);
        assert!(area.contains(r#"class="place-own place-area""#), "{area}");
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        assert!(!picture(None, true).is_empty(), "the areas alone");
        let empty =
            PlacePicture { id: "p", title: "", description: "", ground: &[], place: None, near: false };
        assert_eq!(empty.svg(), "");
    }
}
