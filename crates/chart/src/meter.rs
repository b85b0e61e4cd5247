//! A bar from zero with a mark at the guideline, for a row of a table.

use std::fmt::Write as _;

/// The bar of `value` on a scale from 0 to `high`; `None` draws hatching, because unknown is not zero. Hidden from
/// assistive technology: the figure stands in the cell beside it.
pub fn svg(value: Option<f64>, guideline: f64, high: f64) -> String {
    let share = |x: f64| (x / high.max(f64::MIN_POSITIVE)).clamp(0.0, 1.0) * 100.0;
    let mut out =
        String::from(r#"<svg class="meter" width="100%" height="18" aria-hidden="true" focusable="false">"#);
    match value {
        Some(value) => {
            let class = if value > guideline { "meter-above" } else { "meter-below" };
            let _ = write!(
                out,
                r#"<rect class="{class}" x="0" y="3" width="{:.1}%" height="12"/>"#,
                share(value)
            );
        }
        None => out.push_str(r#"<line class="meter-unknown" x1="0" x2="100%" y1="9" y2="9"/>"#),
    }
    let x = share(guideline);
    let _ = write!(out, r#"<line class="meter-guide" x1="{x:.1}%" x2="{x:.1}%" y1="0" y2="18"/></svg>"#);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn above_is_told_from_below_and_from_unknown() {
        assert!(svg(Some(30.0), 25.0, 40.0).contains(r#"class="meter-above" x="0" y="3" width="75.0%""#));
        assert!(svg(Some(20.0), 25.0, 40.0).contains("meter-below"));
        let unknown = svg(None, 25.0, 40.0);
        assert!(unknown.contains("meter-unknown") && !unknown.contains("<rect"));
    }
}
