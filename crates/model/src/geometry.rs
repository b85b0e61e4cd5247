//! Geometry in WGS 84, longitude before latitude (RFC 7946).

use geo_types::{
    Coord, Geometry as Shape, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon,
};

use crate::{Json, Problem};

/// The most positions that one geometry may have.
const POSITIONS_MAX: usize = 200_000;

/// A GeoJSON geometry (RFC 7946 §3.1): its GeoJSON form as it came, and its shape for computing.
#[derive(Clone, PartialEq, Debug)]
pub struct Geometry {
    kind: Kind,
    shape: Shape<f64>,
    /// The altitude of a point, in metres.
    altitude: Option<f64>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Point,
    MultiPoint,
    LineString,
    MultiLineString,
    Polygon,
    MultiPolygon,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Point => "Point",
            Self::MultiPoint => "MultiPoint",
            Self::LineString => "LineString",
            Self::MultiLineString => "MultiLineString",
            Self::Polygon => "Polygon",
            Self::MultiPolygon => "MultiPolygon",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [
            Self::Point,
            Self::MultiPoint,
            Self::LineString,
            Self::MultiLineString,
            Self::Polygon,
            Self::MultiPolygon,
        ]
        .into_iter()
        .find(|kind| kind.word() == word)
    }
}

impl Geometry {
    /// A point; `None` when the position is outside ±180°, ±90°.
    pub fn point(longitude: f64, latitude: f64) -> Option<Self> {
        valid(longitude, latitude).then(|| Self {
            kind: Kind::Point,
            shape: Shape::Point(Point::new(longitude, latitude)),
            altitude: None,
        })
    }

    /// From GeoJSON `type` and `coordinates`. Errors name the field.
    pub fn parse(kind: &str, coordinates: &Json) -> Result<Self, Problem> {
        let Some(kind) = Kind::parse(kind) else {
            return Err(Problem::bad(format!(
                "`{}` is not a geometry; use Point, MultiPoint, LineString, MultiLineString, Polygon or MultiPolygon",
                crate::error::shorten(kind)
            ))
            .field("type"));
        };
        let mut reader = Reader { positions: 0 };
        let mut altitude = None;
        let shape = match kind {
            Kind::Point => {
                altitude = coordinates.as_array().and_then(|p| p.get(2)).and_then(Json::as_f64);
                Shape::Point(Point(reader.position(coordinates)?))
            }
            Kind::MultiPoint => {
                Shape::MultiPoint(MultiPoint(reader.line(coordinates, 1)?.into_iter().map(Point).collect()))
            }
            Kind::LineString => Shape::LineString(LineString(reader.line(coordinates, 2)?)),
            Kind::MultiLineString => Shape::MultiLineString(MultiLineString(
                reader.lines(coordinates, 2)?.into_iter().map(LineString).collect(),
            )),
            Kind::Polygon => Shape::Polygon(reader.polygon(coordinates)?),
            Kind::MultiPolygon => {
                let parts = list(coordinates)?;
                let polygons = parts.iter().map(|part| reader.polygon(part)).collect::<Result<_, _>>()?;
                Shape::MultiPolygon(MultiPolygon(polygons))
            }
        };
        Ok(Self { kind, shape, altitude })
    }

    /// From a GeoJSON geometry object.
    pub fn from_geojson(value: &Json) -> Result<Self, Problem> {
        let kind = value.get("type").and_then(Json::as_str);
        let kind =
            kind.ok_or_else(|| Problem::bad("a geometry needs a `type` and `coordinates`").field("type"))?;
        let coordinates = value.get("coordinates");
        let coordinates =
            coordinates.ok_or_else(|| Problem::bad("a geometry needs `coordinates`").field("coordinates"))?;
        Self::parse(kind, coordinates)
    }

    /// The GeoJSON geometry object.
    pub fn to_geojson(&self) -> Json {
        Json::Object(vec![
            ("type".into(), Json::text(self.kind.word())),
            ("coordinates".into(), self.coordinates()),
        ])
    }

    /// The GeoJSON type, e.g. `Point`.
    pub fn kind(&self) -> &'static str {
        self.kind.word()
    }

    /// The shape for computing; x is longitude, y latitude, in degrees.
    pub fn shape(&self) -> &Shape<f64> {
        &self.shape
    }

    /// The position, when this is a point: (longitude, latitude).
    pub fn as_point(&self) -> Option<(f64, f64)> {
        match &self.shape {
            Shape::Point(p) => Some((p.x(), p.y())),
            _ => None,
        }
    }

    /// The altitude of a point, in metres.
    pub fn altitude(&self) -> Option<f64> {
        self.altitude
    }

    /// West, south, east, north, in degrees.
    pub fn bounds(&self) -> [f64; 4] {
        let mut bounds = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
        self.each(&mut |c| {
            bounds = [bounds[0].min(c.x), bounds[1].min(c.y), bounds[2].max(c.x), bounds[3].max(c.y)];
        });
        bounds
    }

    /// The middle of the bounds: where a label goes when nothing better is known.
    pub fn middle(&self) -> (f64, f64) {
        let [west, south, east, north] = self.bounds();
        (west.midpoint(east), south.midpoint(north))
    }

    pub(crate) fn each(&self, see: &mut impl FnMut(Coord<f64>)) {
        let polygon = |p: &Polygon<f64>, see: &mut dyn FnMut(Coord<f64>)| {
            p.exterior().0.iter().for_each(|c| see(*c));
        };
        match &self.shape {
            Shape::Point(p) => see(p.0),
            Shape::MultiPoint(points) => points.0.iter().for_each(|p| see(p.0)),
            Shape::LineString(line) => line.0.iter().for_each(|c| see(*c)),
            Shape::MultiLineString(lines) => lines.0.iter().flat_map(|l| &l.0).for_each(|c| see(*c)),
            Shape::Polygon(p) => polygon(p, see),
            Shape::MultiPolygon(parts) => parts.0.iter().for_each(|p| polygon(p, see)),
            _ => {}
        }
    }

    fn coordinates(&self) -> Json {
        let position = |c: &Coord<f64>| Json::Array(vec![Json::Float(c.x), Json::Float(c.y)]);
        let line = |l: &LineString<f64>| Json::Array(l.0.iter().map(position).collect());
        let polygon = |p: &Polygon<f64>| {
            Json::Array(std::iter::once(p.exterior()).chain(p.interiors()).map(line).collect())
        };
        match &self.shape {
            Shape::Point(p) => {
                let mut parts = vec![Json::Float(p.x()), Json::Float(p.y())];
                parts.extend(self.altitude.map(Json::Float));
                Json::Array(parts)
            }
            Shape::MultiPoint(points) => Json::Array(points.0.iter().map(|p| position(&p.0)).collect()),
            Shape::LineString(l) => line(l),
            Shape::MultiLineString(lines) => Json::Array(lines.0.iter().map(line).collect()),
            Shape::Polygon(p) => polygon(p),
            Shape::MultiPolygon(parts) => Json::Array(parts.0.iter().map(polygon).collect()),
            _ => Json::Null,
        }
    }
}

/// Reads coordinates and counts positions, so that a huge shape is refused before it is built.
struct Reader {
    positions: usize,
}

impl Reader {
    fn position(&mut self, value: &Json) -> Result<Coord<f64>, Problem> {
        self.positions += 1;
        if self.positions > POSITIONS_MAX {
            return Err(Problem::new(
                crate::ErrorKind::TooLarge,
                format!("the geometry has more than {POSITIONS_MAX} positions; simplify it"),
            )
            .field("coordinates"));
        }
        let pair = value.as_array().filter(|p| (2..=3).contains(&p.len()));
        let pair = pair.and_then(|p| Some((p[0].as_f64()?, p[1].as_f64()?)));
        match pair {
            Some((x, y)) if valid(x, y) => Ok(Coord { x, y }),
            Some((x, y)) => Err(Problem::bad(format!(
                "[{x}, {y}] is outside WGS 84; write [longitude, latitude] in degrees"
            ))
            .field("coordinates")),
            None => Err(Problem::bad("a position is [longitude, latitude] in degrees").field("coordinates")),
        }
    }

    fn line(&mut self, value: &Json, at_least: usize) -> Result<Vec<Coord<f64>>, Problem> {
        let positions = list(value)?;
        if positions.len() < at_least {
            return Err(
                Problem::bad(format!("at least {at_least} positions are needed")).field("coordinates")
            );
        }
        positions.iter().map(|p| self.position(p)).collect()
    }

    fn lines(&mut self, value: &Json, at_least: usize) -> Result<Vec<Vec<Coord<f64>>>, Problem> {
        list(value)?.iter().map(|line| self.line(line, at_least)).collect()
    }

    fn polygon(&mut self, value: &Json) -> Result<Polygon<f64>, Problem> {
        let mut rings = self.lines(value, 4)?.into_iter();
        let outer =
            rings.next().ok_or_else(|| Problem::bad("a polygon needs a ring").field("coordinates"))?;
        let inner: Vec<_> = rings.collect();
        if std::iter::once(&outer).chain(&inner).any(|ring| ring.first() != ring.last()) {
            return Err(Problem::bad("a ring must end where it begins").field("coordinates"));
        }
        Ok(Polygon::new(LineString(outer), inner.into_iter().map(LineString).collect()))
    }
}

fn list(value: &Json) -> Result<&[Json], Problem> {
    value.as_array().ok_or_else(|| Problem::bad("an array of positions is needed here").field("coordinates"))
}

fn valid(longitude: f64, latitude: f64) -> bool {
    (-180.0..=180.0).contains(&longitude) && (-90.0..=90.0).contains(&latitude)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Geometry, Problem> {
        Geometry::from_geojson(&serde_json::from_str(text).unwrap())
    }

    #[test]
    fn geojson_comes_back_as_it_went_in() {
        for text in [
            r#"{"type":"Point","coordinates":[4.35,50.85]}"#,
            r#"{"type":"Point","coordinates":[4.35,50.85,13.5]}"#,
            r#"{"type":"Polygon","coordinates":[[[4.3,50.8],[4.4,50.8],[4.4,50.9],[4.3,50.8]]]}"#,
            r#"{"type":"MultiLineString","coordinates":[[[4.3,50.8],[4.4,50.8]]]}"#,
        ] {
            assert_eq!(parse(text).unwrap().to_geojson().to_string(), text);
        }
    }

    #[test]
    fn errors_name_the_field_and_the_remedy() {
        let swapped = parse(r#"{"type":"Point","coordinates":[50.85,190]}"#).unwrap_err();
        assert_eq!(swapped.field.as_deref(), Some("coordinates"));
        assert!(swapped.detail.contains("[longitude, latitude]"));
        assert!(parse(r#"{"type":"Polygon","coordinates":[[[4,50],[5,50],[5,51],[4,51]]]}"#).is_err());
        assert!(parse(r#"{"type":"Circle","coordinates":[4,50]}"#).is_err());
    }

    #[test]
    fn bounds_are_west_south_east_north() {
        let line = parse(r#"{"type":"LineString","coordinates":[[4.3,50.9],[4.4,50.8]]}"#).unwrap();
        assert_eq!(line.bounds(), [4.3, 50.8, 4.4, 50.9]);
    }
}
