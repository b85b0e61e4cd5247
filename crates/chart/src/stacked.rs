//! A bar made of its parts, for a row of a table.

use std::fmt::Write as _;

/// So many parts can be told apart; those after them look like the last.
const CLASSES: [&str; 6] = ["part-0", "part-1", "part-2", "part-3", "part-4", "part-5"];

/// The style of a part by its place, for the bar and its legend.
pub fn class(place: usize) -> &'static str {
    CLASSES[place.min(CLASSES.len() - 1)]
}

/// The parts one after the other on a scale from 0 to `high`; `None` draws hatching, because unknown is not zero. Each part ends with a gap, so
/// that it is told from its neighbour without its colour. Hidden from assistive technology: the figures stand in a table.
pub fn svg(parts: Option<&[f64]>, high: f64) -> String {
    let mut out =
        String::from(r#"<svg class="meter" width="100%" height="18" aria-hidden="true" focusable="false">"#);
    let Some(parts) = parts else {
        out.push_str(r#"<line class="meter-unknown" x1="0" x2="100%" y1="9" y2="9"/></svg>"#);
        return out;
    };
    let mut from = 0.0;
    for (place, part) in parts.iter().enumerate() {
        let width = (part / high.max(f64::MIN_POSITIVE)).clamp(0.0, 1.0) * 100.0;
        let drawn = (width - 0.4).max(0.0);
        let class = class(place);
        let _ =
            write!(out, r#"<rect class="{class}" x="{from:.1}%" y="3" width="{drawn:.1}%" height="12"/>"#);
        from += width;
    }
    out.push_str("</svg>");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_follow_each_other() {
        let drawn = svg(Some(&[20.0, 30.0]), 100.0);
        assert!(drawn.contains(r#"class="part-0" x="0.0%" y="3" width="19.6%""#), "{drawn}");
        assert!(drawn.contains(r#"class="part-1" x="20.0%" y="3" width="29.6%""#), "{drawn}");
        assert!(svg(Some(&[1.0; 9]), 9.0).matches("part-5").count() == 4);
        assert!(svg(None, 100.0).contains("meter-unknown"));
        assert!(!svg(Some(&[0.0]), 0.0).contains("NaN"));
    }
}
