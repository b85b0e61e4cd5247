//! A small line without axes, for a card or a row of a table.

use super::{Dot, Trust, short};

/// The drawing, 120 by 32; hidden from assistive technology because the figure beside it says it in words.
pub fn svg(dots: &[Dot], gap_after: i64) -> String {
    let usable: Vec<&Dot> = dots.iter().filter(|d| d.trust == Trust::Usable).collect();
    let (Some(first), Some(last)) = (usable.first(), usable.last()) else { return String::new() };
    let low = usable.iter().map(|d| d.value).fold(f64::INFINITY, f64::min);
    let high = usable.iter().map(|d| d.value).fold(f64::NEG_INFINITY, f64::max);
    let span = (last.at - first.at).max(1) as f64;
    let place = |d: &Dot| {
        let share = if high > low { (d.value - low) / (high - low) } else { 0.5 };
        (2.0 + (d.at - first.at) as f64 / span * 112.0, 28.0 - share * 24.0)
    };
    let mut path = String::new();
    let mut before: Option<i64> = None;
    for dot in &usable {
        path.push(if before.is_some_and(|at| dot.at - at <= gap_after) { 'L' } else { 'M' });
        let (x, y) = place(dot);
        short(&mut path, x);
        path.push(' ');
        short(&mut path, y);
        before = Some(dot.at);
    }
    let (x, y) = place(last);
    format!(
        r#"<svg class="spark" viewBox="0 0 120 32" width="120" height="32" aria-hidden="true" focusable="false"><path class="chart-line" d="{path}"/><circle class="chart-last" cx="{x:.1}" cy="{y:.1}" r="3"/></svg>"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_breaks_at_gaps_and_is_empty_without_values() {
        let dot = |at, value| Dot { at, value, spread: None, trust: Trust::Usable };
        let drawn = svg(&[dot(0, 1.0), dot(1, 3.0), dot(9, 2.0)], 2);
        assert!(drawn.contains(r#"d="M2 28L14.4 4M114 16""#), "{drawn}");
        assert_eq!(svg(&[], 1), "");
    }
}
