//! How long something takes when some of it has not ended yet.

/// How long something has taken, and whether it has ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Duration {
    /// In any unit.
    pub length: f64,
    /// Whether it has ended; if not, it takes at least so long.
    pub ended: bool,
}

/// The part that takes longer than each length at which one ended (Kaplan and Meier 1958), rising by length.
pub fn survival(durations: &[Duration]) -> Vec<(f64, f64)> {
    let mut sorted: Vec<Duration> =
        durations.iter().copied().filter(|d| d.length.is_finite() && d.length >= 0.0).collect();
    // At one length those that ended come first: those that did not were still there.
    sorted.sort_by(|a, b| a.length.total_cmp(&b.length).then(b.ended.cmp(&a.ended)));
    let (mut left, mut share) = (sorted.len() as f64, 1.0);
    let mut steps = Vec::new();
    for same in sorted.chunk_by(|a, b| a.length.total_cmp(&b.length).is_eq()) {
        let ended = same.iter().filter(|duration| duration.ended).count() as f64;
        if ended > 0.0 {
            share *= 1.0 - ended / left;
            steps.push((same[0].length, share));
        }
        left -= same.len() as f64;
    }
    steps
}

/// The length that half of all take at most; nothing when more than half have not ended.
pub fn median_duration(durations: &[Duration]) -> Option<f64> {
    survival(durations).into_iter().find(|(_, share)| *share <= 0.5 + 1e-12).map(|(length, _)| length)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Remission in weeks with 6-mercaptopurine (Freireich and others 1963), the example of most textbooks.
    #[test]
    fn the_textbook() {
        let ended = [6.0, 6.0, 6.0, 7.0, 10.0, 13.0, 16.0, 22.0, 23.0];
        let not = [6.0, 9.0, 10.0, 11.0, 17.0, 19.0, 20.0, 25.0, 32.0, 32.0, 34.0, 35.0];
        let of = |lengths: &[f64], ended| {
            lengths.iter().map(move |length| Duration { length: *length, ended }).collect::<Vec<_>>()
        };
        let all = [of(&ended, true), of(&not, false)].concat();
        let wanted = [
            (6.0, 0.857),
            (7.0, 0.807),
            (10.0, 0.753),
            (13.0, 0.690),
            (16.0, 0.627),
            (22.0, 0.538),
            (23.0, 0.448),
        ];
        let found = survival(&all);
        assert_eq!(found.len(), wanted.len());
        for (found, wanted) in found.iter().zip(wanted) {
            assert!(found.0 == wanted.0 && (found.1 - wanted.1).abs() < 5.1e-4, "{found:?} {wanted:?}");
        }
        assert_eq!(median_duration(&all), Some(23.0));
        assert_eq!(median_duration(&of(&not, false)), None);
        assert_eq!(median_duration(&of(&[1.0, 2.0, 3.0], true)), Some(2.0));
    }
}
