//! A map of areas in classes, and below it the same values on a strip: pointing at one shows the other.

use std::fmt::Write as _;

use geo_types::Geometry;

use crate::{
    Axis, Chart, Head, Item, Known, Table,
    bounds::{self, union},
    classes::Classes,
    escape,
    figure::{Size, linked, open},
    map::{self, HATCH, MARGIN, Projection, WIDTH},
    scale::Scale,
    spread,
};

/// Marks of the strip nearer than this are set upon each other, in units of the drawing.
const GAP: f64 = 22.0;
const RADIUS: f64 = 8.0;
/// Between map and strip, and below the strip for its axis.
const BETWEEN: f64 = 26.0;
const BELOW: f64 = 40.0;

/// An area of the map.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Name, link and value.
    pub item: Item<'a>,
    /// A polygon or several, in degrees (WGS 84).
    pub shape: &'a Geometry<f64>,
}

/// Areas in classes with a strip below.
#[derive(Clone, Copy, Debug)]
pub struct Choropleth<'a> {
    /// Name and language.
    pub head: Head<'a>,
    /// Unit and decimals of the values; its range keeps the strip the same over time.
    pub axis: Axis<'a>,
    /// The same for all periods.
    pub classes: &'a Classes,
    /// In any order.
    pub places: &'a [Place<'a>],
}

impl Choropleth<'_> {
    fn items(&self) -> Vec<Item<'_>> {
        self.places.iter().map(|place| place.item).collect()
    }

    fn ground(&self, out: &mut String, scale: &Scale, base: f64) {
        let (from, to) = (MARGIN, WIDTH - MARGIN);
        let _ = write!(
            out,
            r#"<g class="strip-axis" aria-hidden="true"><line class="chart-tick" x1="{from}" x2="{to}" y1="{base:.0}" y2="{base:.0}"/>"#
        );
        let ticks: Vec<f64> = scale.ticks().collect();
        for (index, tick) in ticks.iter().enumerate() {
            let x = scale.place(*tick);
            let number = self.head.words.number(*tick, scale.decimals());
            let last = index + 1 == ticks.len();
            let text = if last { format!("{number} {}", self.axis.unit) } else { number };
            let anchor = match index {
                0 => "start",
                _ if last => "end",
                _ => "middle",
            };
            let (low, y) = (base + 6.0, base + 30.0);
            let _ = write!(
                out,
                r#"<line class="chart-tick" x1="{x:.1}" x2="{x:.1}" y1="{base:.0}" y2="{low:.0}"/><text x="{x:.1}" y="{y:.0}" text-anchor="{anchor}">{}</text>"#,
                escape(text.trim_end())
            );
        }
        out.push_str("</g>");
    }

    /// The outline of an area and its mark on the strip, in one link, so that pointing at one shows both.
    fn place(&self, out: &mut String, place: &Place<'_>, projection: &Projection, mark: Option<(f64, f64)>) {
        let style = self.classes.style(place.item.value);
        let mut content = format!(
            r#"<path class="area {style}" fill-rule="evenodd" d="{}"/>"#,
            map::path(place.shape, projection)
        );
        if let Some((x, y)) = mark {
            let radius = if place.item.here { RADIUS * 1.4 } else { RADIUS };
            let _ = write!(
                content,
                r#"<g transform="translate({x:.1} {y:.1})"><circle class="strip-mark {style}" r="{radius:.1}"/></g>"#
            );
        }
        let says = spread::says(self.head.words, &self.axis, &place.item);
        let class = if place.item.here { "place place-here" } else { "place" };
        linked(out, place.item.link, class, &says, &content);
    }
}

impl Chart for Choropleth<'_> {
    fn head(&self) -> Head<'_> {
        self.head
    }

    fn summary(&self) -> String {
        spread::summary(self.head.words, &self.axis, &self.items())
    }

    fn table(&self) -> Table {
        spread::table(self.head, &self.axis, &self.items())
    }

    fn legend(&self) -> String {
        let values: Vec<Known> = self.places.iter().map(|place| place.item.value).collect();
        self.classes.legend(self.head.words, &self.axis, &values, Classes::swatch)
    }

    /// Empty when there is no area.
    fn draw(&self) -> String {
        let bounds = self.places.iter().map(|place| bounds::of(place.shape)).reduce(union);
        let Some(bounds) = bounds.filter(|b| b.iter().all(|x| x.is_finite())) else { return String::new() };
        let projection = Projection::over(bounds);
        let items = self.items();
        let scale = self.axis.scale(spread::numbers(&items).into_iter(), (MARGIN, WIDTH - MARGIN));
        let marks: Vec<f64> = spread::numbers(&items).into_iter().map(|x| scale.place(x)).collect();
        let lanes = spread::lanes(&marks, GAP);
        let high = lanes.iter().max().map_or(0.0, |lane| (*lane + 1) as f64 * GAP);
        let base = projection.height + BETWEEN + high;
        let mut out = String::with_capacity(32_768);
        let size = Size::Scaled(WIDTH, base + BELOW);
        open(&mut out, self.head, &self.summary(), "map-picture choropleth", size, true);
        out.push_str(HATCH);
        self.ground(&mut out, &scale, base);
        let mut marks = marks.iter().zip(&lanes);
        let placed = self.places.iter().map(|place| {
            let mark = place.item.value.number().and_then(|_| marks.next());
            (place, mark.map(|(x, lane)| (*x, base - GAP * (*lane as f64 + 0.5))))
        });
        let (here, others): (Vec<_>, Vec<_>) = placed.partition(|(place, _)| place.item.here);
        // The one the page is about lies over the others, so that its edge is whole.
        for (place, mark) in others.into_iter().chain(here) {
            self.place(&mut out, place, &projection, mark);
        }
        map::names(&mut out, self.places.iter().map(|place| (place.item.name, place.shape)), &projection);
        out.push_str("</svg>");
        out
    }
}

#[cfg(test)]
mod tests {
    use geo_types::polygon;

    use super::*;
    use crate::{
        spread::tests::{FOUR, PERCENT},
        words::plain::Plain,
    };

    fn square(west: f64) -> Geometry<f64> {
        Geometry::Polygon(polygon![
            (x: west, y: 50.8), (x: west + 0.1, y: 50.8), (x: west + 0.1, y: 50.9), (x: west, y: 50.9),
        ])
    }

    #[test]
    fn area_and_mark_are_one_link_and_what_is_not_published_is_hatched() {
        let shapes = [4.3, 4.4, 4.5, 4.6].map(square);
        let places: Vec<Place<'_>> =
            FOUR.iter().zip(&shapes).map(|(item, shape)| Place { item: *item, shape }).collect();
        let classes = Classes::with_ends(&[10.0]);
        let map = Choropleth {
            head: Head { id: "m", title: "Map", words: &Plain },
            axis: PERCENT,
            classes: &classes,
            places: &places,
        };
        let drawn = map.draw();
        let link = drawn.split("<a ").skip(1).find(|a| a.contains("Uccle")).unwrap();
        assert!(link.contains("area step-0") && link.contains("strip-mark step-0"), "{link}");
        insta::assert_snapshot!(drawn.replace("><", ">\n<"));
        let nothing = Choropleth { places: &[], ..map };
        assert_eq!(nothing.draw(), "");
    }

    #[test]
    fn a_class_is_the_same_whatever_else_is_on_the_map() {
        let shape = square(4.3);
        let classes = Classes::with_ends(&[10.0]);
        let head = Head { id: "m", title: "Map", words: &Plain };
        for others in [0, 1] {
            let places: Vec<Place<'_>> =
                FOUR[..=others].iter().map(|item| Place { item: *item, shape: &shape }).collect();
            let map = Choropleth { head, axis: PERCENT, classes: &classes, places: &places };
            let drawn = map.draw();
            assert!(
                drawn.split("<a ").skip(1).find(|a| a.contains("Ixelles")).unwrap().contains("area step-1")
            );
        }
    }
}
