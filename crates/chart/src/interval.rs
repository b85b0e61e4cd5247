//! A dot with its interval on a scale, for a row of a table.

use std::fmt::Write as _;

/// The drawing of a value and its interval between `low` and `high`; a mark stands at the reference. `None` draws hatching, because unknown is
/// not zero. Hidden from assistive technology: the figures stand in the cells beside it.
pub fn svg(
    value: Option<f64>,
    interval: Option<(f64, f64)>,
    reference: Option<f64>,
    (low, high): (f64, f64),
) -> String {
    let place = |x: f64| {
        let share = if high > low { (x - low) / (high - low) } else { 0.5 };
        3.0 + share.clamp(0.0, 1.0) * 94.0
    };
    let mut out =
        String::from(r#"<svg class="meter" width="100%" height="18" aria-hidden="true" focusable="false">"#);
    if let Some(reference) = reference {
        let x = place(reference);
        let _ = write!(out, r#"<line class="meter-guide" x1="{x:.1}%" x2="{x:.1}%" y1="0" y2="18"/>"#);
    }
    match value {
        Some(value) => {
            if let Some((from, to)) = interval {
                let (from, to) = (place(from), place(to));
                let _ = write!(
                    out,
                    r#"<line class="dot-interval" x1="{from:.1}%" x2="{to:.1}%" y1="9" y2="9"/>"#
                );
            }
            let _ = write!(out, r#"<circle class="chart-last" cx="{:.1}%" cy="9" r="4"/>"#, place(value));
        }
        None => out.push_str(r#"<line class="meter-unknown" x1="0" x2="100%" y1="9" y2="9"/>"#),
    }
    out.push_str("</svg>");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_its_interval_and_what_it_is_compared_with() {
        let drawn = svg(Some(5.0), Some((0.0, 10.0)), Some(2.5), (0.0, 10.0));
        assert!(drawn.contains(r#"cx="50.0%""#) && drawn.contains(r#"x1="3.0%" x2="97.0%""#), "{drawn}");
        assert!(drawn.contains(r#"class="meter-guide" x1="26.5%""#), "{drawn}");
        assert!(svg(None, None, None, (0.0, 1.0)).contains("meter-unknown"));
        assert!(!svg(Some(3.0), None, None, (3.0, 3.0)).contains("NaN"));
    }
}
