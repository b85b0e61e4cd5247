//! Where a series was silent.

use senne_model::Timestamp;

/// So many times the usual distance of two values is a gap.
const TIMES: i64 = 3;

/// A stretch of usable values: the first moment, the last, and how many there are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    pub(super) first: i64,
    pub(super) last: i64,
    pub(super) count: u64,
}

/// The longest distance of two usable values that is no gap, in microseconds. `bucket` is the length of a bucket, 0 for single
/// values: what is shorter than a bucket cannot be told apart from it.
pub(super) fn gap_after(stretches: &[Stretch], cadence: Option<i64>, bucket: i64) -> Option<i64> {
    let usual = cadence.or_else(|| {
        let inside = stretches.iter().filter(|s| s.count > 1);
        let inside = inside.map(|s| (s.last - s.first) / (s.count as i64 - 1).max(1));
        let between = stretches.windows(2).map(|pair| pair[1].first - pair[0].last);
        let mut distances: Vec<i64> = inside.chain(between).collect();
        distances.sort_unstable();
        distances.get(distances.len() / 2).copied()
    });
    usual.map(|usual| usual.saturating_mul(TIMES).max(bucket))
}

/// The times without a usable value that are longer than `gap_after`: before the first where the series is older than that, between,
/// and after the last up to `end`.
pub(super) fn gaps(
    stretches: &[Stretch],
    gap_after: Option<i64>,
    (from, end): (i64, i64),
    begun: bool,
) -> Vec<(Timestamp, Timestamp)> {
    let Some(longest) = gap_after else {
        // Nothing in the range, and nothing to measure by: silence all along.
        let silent = begun && stretches.is_empty() && from < end;
        return if silent { vec![pair((from, end))] } else { Vec::new() };
    };
    let ends: Vec<(i64, i64)> = match (stretches.first(), stretches.last()) {
        (Some(first), Some(last)) => {
            let before = begun.then_some((from, first.first));
            let between = stretches.windows(2).map(|pair| (pair[0].last, pair[1].first));
            before.into_iter().chain(between).chain([(last.last, end)]).collect()
        }
        _ if begun => vec![(from, end)],
        _ => Vec::new(),
    };
    ends.into_iter().filter(|(a, b)| b.saturating_sub(*a) > longest).map(pair).collect()
}

fn pair((a, b): (i64, i64)) -> (Timestamp, Timestamp) {
    (Timestamp::from_micros(a), Timestamp::from_micros(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn single(at: i64) -> Stretch {
        Stretch { first: at, last: at, count: 1 }
    }

    #[test]
    fn the_usual_spacing_tells_a_gap() {
        let values: Vec<Stretch> = [0, 10, 20, 30, 80, 90].map(single).to_vec();
        assert_eq!(gap_after(&values, None, 0), Some(30));
        let found = gaps(&values, Some(30), (-40, 200), true);
        assert_eq!(found, [pair((-40, 0)), pair((30, 80)), pair((90, 200))]);
        assert_eq!(gaps(&values, Some(30), (-40, 95), false), [pair((30, 80))]);
    }

    #[test]
    fn a_promise_goes_before_the_usual_and_a_bucket_before_both() {
        let values: Vec<Stretch> = [0, 10, 20].map(single).to_vec();
        assert_eq!(gap_after(&values, Some(60), 0), Some(180));
        assert_eq!(gap_after(&values, Some(60), 1000), Some(1000));
        assert_eq!(gap_after(&values[..1], None, 0), None);
    }

    #[test]
    fn nothing_is_silence_only_for_what_had_begun() {
        assert_eq!(gaps(&[], None, (0, 9), true), [pair((0, 9))]);
        assert_eq!(gaps(&[], None, (0, 9), false), []);
        assert_eq!(gaps(&[], Some(3), (9, 0), true), []);
    }
}
