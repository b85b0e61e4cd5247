//! Noise over a day.

/// The day-evening-night level in dB(A) from the levels of day (12 h), evening (4 h, 5 dB more) and night (8 h, 10 dB more): Directive
/// 2002/49/EC, annex I.
pub fn day_evening_night(day: f64, evening: f64, night: f64) -> f64 {
    let energy = |level: f64| 10.0_f64.powf(level / 10.0);
    10.0 * ((12.0 * energy(day) + 4.0 * energy(evening + 5.0) + 8.0 * energy(night + 10.0)) / 24.0).log10()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_that_never_changes_counts_6_4_more() {
        assert!((day_evening_night(50.0, 50.0, 50.0) - 56.395).abs() < 1e-3);
        assert!((day_evening_night(60.0, 55.0, 50.0) - 60.0).abs() < 1e-9);
    }
}
