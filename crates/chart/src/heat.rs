//! A cell of a heat map: lightness and size say the class, so that colour is never alone.

use std::fmt::Write as _;

use crate::{Known, classes::Classes, escape};

/// The side of a full cell, and from one cell to the next, in CSS pixels.
pub(crate) const SIDE: f64 = 12.0;
pub(crate) const PITCH: f64 = 14.0;

/// A cell with its upper left corner at `(x, y)`; `says` is shown when it is pointed at.
pub(crate) fn cell(out: &mut String, (x, y): (f64, f64), classes: &Classes, value: Known, says: &str) {
    let _ = write!(out, r#"<g transform="translate({x:.0} {y:.0})"><title>{}</title>"#, escape(says));
    shape(out, classes, value);
    out.push_str("</g>");
}

fn shape(out: &mut String, classes: &Classes, value: Known) {
    let style = classes.style(value);
    let _ = match (value.number(), value) {
        (Some(x), _) => {
            // The lowest class is half as wide as the highest.
            let share = (classes.place(x) + 1) as f64 / classes.count() as f64;
            let side = (SIDE * (0.4 + 0.6 * share)).round();
            let edge = (SIDE - side) / 2.0;
            write!(
                out,
                r#"<rect class="heat-ground" width="{SIDE}" height="{SIDE}"/><rect class="heat {style}" x="{edge}" y="{edge}" width="{side}" height="{side}"/>"#
            )
        }
        (None, Known::Suppressed) => {
            write!(
                out,
                r#"<rect class="{style}" width="{SIDE}" height="{SIDE}"/><path class="hatch" d="M0 {SIDE}L{SIDE} 0M0 6L6 0M6 {SIDE}L{SIDE} 6"/>"#
            )
        }
        (None, _) => write!(out, r#"<line class="heat-none" x1="4" x2="8" y1="6" y2="6"/>"#),
    };
}

/// The same cell beside a word.
pub(crate) fn symbol(classes: &Classes, value: Known) -> String {
    let mut out = format!(
        r#"<svg class="heat-symbol" width="{SIDE}" height="{SIDE}" aria-hidden="true" focusable="false">"#
    );
    shape(&mut out, classes, value);
    out.push_str("</svg>");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_higher_class_is_larger_and_what_is_missing_is_no_square() {
        let classes = Classes::with_ends(&[1.0, 2.0, 3.0]);
        let side = |x: f64| {
            let drawn = symbol(&classes, Known::Value(x));
            let class = drawn.split("class=\"heat step").nth(1).unwrap();
            class.split("width=\"").nth(1).unwrap().split('"').next().unwrap().parse::<f64>().unwrap()
        };
        let sides = [0.0, 1.0, 2.0, 3.0].map(side);
        assert!(sides.windows(2).all(|pair| pair[0] < pair[1]) && sides[3] == SIDE, "{sides:?}");
        assert!(symbol(&classes, Known::Suppressed).contains("hatch"));
        assert!(symbol(&classes, Known::Unknown).contains("heat-none"));
    }
}
