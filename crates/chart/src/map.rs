//! The map as SVG: areas in classes, stations as marks of different shape. It works without scripts and on paper.

use std::fmt::Write as _;

use geo_types::{Coord, Geometry, LineString, Polygon};

use crate::{
    bounds::{self, union},
    centre, escape, short,
};

/// The width of the drawing in its own units; the height follows from the places.
pub(crate) const WIDTH: f64 = 760.0;
/// Room around the places.
pub(crate) const MARGIN: f64 = 14.0;
/// The usual width of a letter of a name.
const LETTER: f64 = 7.6;
/// Corners of an outline closer than this are one corner on the screen.
const DETAIL: f64 = 0.6;

/// An area of the map.
pub struct Area<'a> {
    /// A polygon or several, in degrees (WGS 84).
    pub shape: &'a Geometry<f64>,
    /// Written into the area where there is room.
    pub name: &'a str,
    /// Where it leads.
    pub link: String,
    /// The class of its figure in the style sheet, e.g. `area-0` or `area-unknown`.
    pub class: &'static str,
    /// Name and figure in words.
    pub says: String,
}

/// A station of the map.
pub struct Mark {
    /// Longitude and latitude in degrees.
    pub at: (f64, f64),
    /// Where it leads.
    pub link: String,
    /// 0 … 6: shape and colour of its type.
    pub kind: usize,
    /// Name and value in words.
    pub says: String,
}

/// A map.
pub struct MapPicture<'a> {
    /// Unique in the page; names the title and the description.
    pub id: &'a str,
    /// What the picture is called.
    pub title: &'a str,
    /// What the picture shows, in one sentence.
    pub description: &'a str,
    /// Drawn in this order.
    pub areas: &'a [Area<'a>],
    /// Drawn over the areas.
    pub marks: &'a [Mark],
    /// Whether the names of the areas are written.
    pub names: bool,
}

/// Degrees to the units of the drawing: equirectangular at the middle latitude, true enough for one city.
pub(crate) struct Projection {
    west: f64,
    north: f64,
    scale: (f64, f64),
    pub(crate) height: f64,
}

impl Projection {
    pub(crate) fn over(bounds: [f64; 4]) -> Self {
        let [west, south, east, north] = bounds;
        let squeeze = south.midpoint(north).to_radians().cos().max(0.05);
        let wide = ((east - west) * squeeze).max(1e-6);
        let high = (north - south).max(1e-6);
        let unit = ((WIDTH - 2.0 * MARGIN) / wide).min(WIDTH * 1.4 / high);
        Self { west, north, scale: (unit * squeeze, unit), height: high * unit + 2.0 * MARGIN }
    }

    pub(crate) fn place(&self, x: f64, y: f64) -> (f64, f64) {
        (MARGIN + (x - self.west) * self.scale.0, MARGIN + (self.north - y) * self.scale.1)
    }
}

impl MapPicture<'_> {
    /// The SVG element, or nothing when there is no place to show.
    pub fn svg(&self) -> String {
        let Some(bounds) = self.bounds() else { return String::new() };
        let projection = Projection::over(bounds);
        let mut out = String::with_capacity(32_768);
        let _ = write!(
            out,
            r#"<svg class="map-picture" role="group" aria-labelledby="{id}-t {id}-d" viewBox="0 0 {WIDTH} {:.0}"><title id="{id}-t">{}</title><desc id="{id}-d">{}</desc>{HATCH}"#,
            projection.height,
            escape(self.title),
            escape(self.description),
            id = escape(self.id),
        );
        for area in self.areas {
            outline(&mut out, area, &projection);
        }
        if self.names {
            names(&mut out, self.areas.iter().map(|area| (area.name, area.shape)), &projection);
        }
        for mark in self.marks {
            let (x, y) = projection.place(mark.at.0, mark.at.1);
            let (link, says) = (escape(&mark.link), escape(&mark.says));
            let _ = write!(
                out,
                r#"<a href="{link}" tabindex="-1" aria-label="{says}"><g class="mark mark-{kind}" transform="translate({x:.1} {y:.1})"><title>{says}</title>{}</g></a>"#,
                symbol(mark.kind),
                kind = mark.kind,
            );
        }
        out.push_str("</svg>");
        out
    }

    /// The bounds of the areas; of the stations when there are none. A station far outside does not shrink the city.
    fn bounds(&self) -> Option<[f64; 4]> {
        let areas = self.areas.iter().map(|a| bounds::of(a.shape)).reduce(union);
        let marks = self.marks.iter().map(|m| [m.at.0, m.at.1, m.at.0, m.at.1]).reduce(union);
        areas.or(marks).filter(|b| b.iter().all(|x| x.is_finite()))
    }
}

/// The names of areas, each in the middle of its own.
pub(crate) fn names<'a>(
    out: &mut String,
    areas: impl Iterator<Item = (&'a str, &'a Geometry<f64>)>,
    projection: &Projection,
) {
    out.push_str(r#"<g class="map-names" aria-hidden="true">"#);
    let mut taken: Vec<(f64, f64, f64)> = Vec::new();
    for (name, shape) in areas {
        let (lon, lat) = centre::of(shape);
        let (x, y) = projection.place(lon, lat);
        let half = name.chars().count() as f64 * LETTER / 2.0;
        // Of two names that would lie on each other the second is left out; its outline says it when pointed at.
        if taken.iter().any(|t| (t.1 - y).abs() < LETTER * 2.0 && (t.0 - x).abs() < half + t.2) {
            continue;
        }
        taken.push((x, y, half));
        let _ = write!(out, r#"<text x="{x:.0}" y="{y:.0}">{}</text>"#, escape(name));
    }
    out.push_str("</g>");
}

pub(crate) const HATCH: &str = r#"<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line class="hatch" x1="0" x2="0" y1="0" y2="6"/></pattern></defs>"#;

fn outline(out: &mut String, area: &Area<'_>, projection: &Projection) {
    let path = path(area.shape, projection);
    if path.is_empty() {
        return;
    }
    let (link, says) = (escape(&area.link), escape(&area.says));
    let _ = write!(
        out,
        r#"<a href="{link}" tabindex="-1" aria-label="{says}"><path class="area {}" fill-rule="evenodd" d="{path}"><title>{says}</title></path></a>"#,
        area.class
    );
}

/// The outline of an area; empty for what is no area.
pub(crate) fn path(shape: &Geometry<f64>, projection: &Projection) -> String {
    let mut path = String::new();
    match shape {
        Geometry::Polygon(polygon) => rings(&mut path, polygon, projection),
        Geometry::MultiPolygon(parts) => parts.0.iter().for_each(|p| rings(&mut path, p, projection)),
        _ => {}
    }
    path
}

fn rings(path: &mut String, polygon: &Polygon<f64>, projection: &Projection) {
    std::iter::once(polygon.exterior())
        .chain(polygon.interiors())
        .for_each(|ring| trace(path, ring, projection));
}

fn trace(path: &mut String, ring: &LineString<f64>, projection: &Projection) {
    let mut last: Option<(f64, f64)> = None;
    for Coord { x, y } in &ring.0 {
        let here = projection.place(*x, *y);
        if last.is_some_and(|l| (l.0 - here.0).hypot(l.1 - here.1) < DETAIL) {
            continue;
        }
        path.push(if last.is_none() { 'M' } else { 'L' });
        short(path, here.0);
        path.push(' ');
        short(path, here.1);
        last = Some(here);
    }
    path.push('Z');
}

/// One shape per type, so that colour is never alone.
pub fn symbol(kind: usize) -> &'static str {
    match kind {
        0 => r#"<circle r="5.5"/>"#,
        1 => r#"<rect x="-5" y="-5" width="10" height="10"/>"#,
        2 => r#"<polygon points="0,-6.5 6.5,5 -6.5,5"/>"#,
        3 => r#"<polygon points="0,-7 7,0 0,7 -7,0"/>"#,
        4 => r#"<polygon points="-6.5,-5 6.5,-5 0,6.5"/>"#,
        5 => r#"<polygon points="-3,-6.5 3,-6.5 6.5,0 3,6.5 -3,6.5 -6.5,0"/>"#,
        _ => r#"<path d="M-2-6H2V-2H6V2H2V6H-2V2H-6V-2H-2Z"/>"#,
    }
}

/// The same shape beside a word.
pub fn symbol_inline(kind: usize) -> String {
    format!(
        r#"<svg class="symbol mark mark-{kind}" viewBox="-8 -8 16 16" width="16" height="16" aria-hidden="true" focusable="false">{}</svg>"#,
        symbol(kind)
    )
}

#[cfg(test)]
mod tests {
    use geo_types::polygon;

    use super::*;

    fn square() -> Geometry<f64> {
        Geometry::Polygon(polygon![
            (x: 4.3, y: 50.8), (x: 4.4, y: 50.8), (x: 4.4, y: 50.9), (x: 4.3, y: 50.9), (x: 4.3, y: 50.8),
        ])
    }

    #[test]
    fn areas_and_stations_are_links_with_words() {
        let shape = square();
        let areas = [Area {
            shape: &shape,
            name: "Ixelles",
            link: "/fr/area/1".into(),
            class: "area-1",
            says: "Ixelles: 20".into(),
        }];
        let marks =
            [Mark { at: (4.35, 50.85), link: "/fr/entity/s".into(), kind: 2, says: "S3 \"NO2\"".into() }];
        let map = MapPicture {
            id: "m",
            title: "Map",
            description: "One area.",
            areas: &areas,
            marks: &marks,
            names: true,
        };
        insta::assert_snapshot!(map.svg().replace("><", ">\n<"));
    }

    #[test]
    fn an_empty_map_is_not_drawn() {
        let map = MapPicture { id: "m", title: "", description: "", areas: &[], marks: &[], names: false };
        assert_eq!(map.svg(), "");
    }
}
