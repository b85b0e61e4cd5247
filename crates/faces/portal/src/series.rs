//! One series over one window: what a chart draws and what its sentence says.

use senne_chart::{Dot, Trust};
use senne_hub::{ChartBucket, ChartPoint, ChartSeries, language::Period};
use senne_model::{Flag, Quality};

/// A series within a window, raw or summed up in steps.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Series {
    /// In order of time.
    pub(crate) dots: Vec<Dot>,
    /// How many values stand behind the dots, and how many of them may enter a statistic.
    pub(crate) count: u64,
    pub(crate) usable: u64,
    /// The length of a step in microseconds, when the dots are means; `None` when they are single values.
    pub(crate) step: Option<i64>,
    /// Whether there were more values than are read at once.
    pub(crate) truncated: bool,
    /// Two usable dots further apart than this are not joined, in microseconds; `None` when too few are there to tell.
    pub(crate) gap_after: Option<i64>,
    /// When the first usable value was that there is at all, also outside the window, in microseconds UTC.
    pub(crate) first: Option<i64>,
}

/// What a sentence says of a series.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Summary {
    pub(crate) mean: f64,
    /// The extremes and when they were, in microseconds UTC.
    pub(crate) lowest: (f64, i64),
    pub(crate) highest: (f64, i64),
    pub(crate) count: u64,
    pub(crate) usable: u64,
    /// The longest time without a usable value, when it is a gap: start and end in microseconds UTC.
    pub(crate) longest_gap: Option<(i64, i64)>,
}

/// The trust that a quality deserves in a chart.
pub(crate) fn trust(quality: Quality) -> Trust {
    match quality.flag() {
        Flag::Good | Flag::NotEvaluated => Trust::Usable,
        Flag::Suspect => Trust::Suspect,
        Flag::Fail | Flag::Missing => Trust::Failed,
    }
}

/// The mean of a bucket, in its middle.
fn of_bucket(bucket: &ChartBucket, shown: impl Fn(f64) -> f64) -> Dot {
    Dot {
        at: bucket.from.micros().midpoint(bucket.to.micros()),
        value: bucket.mean.map_or(f64::NAN, &shown),
        spread: bucket.min.zip(bucket.max).map(|(min, max)| (shown(min), shown(max))),
        trust: if bucket.mean.is_some() { Trust::Usable } else { Trust::Failed },
    }
}

impl Series {
    /// Of the answer to a chart, with numbers as pages show them. What is no number stands at the edge of the chart.
    pub(crate) fn of_chart(chart: &ChartSeries, shown: impl Fn(f64) -> f64) -> Self {
        let mut series = Self {
            count: chart.count(),
            truncated: chart.truncated,
            gap_after: chart.gap_after,
            first: chart.extent.map(|(first, _)| first.micros()),
            ..Self::default()
        };
        if let Some(period) = chart.period.and_then(|text| Period::parse(text).ok()) {
            let step = period.approximate_micros();
            series.step = Some(step);
            // Months differ in length, and days do twice a year.
            series.gap_after = Some(chart.gap_after.unwrap_or(0).max(step.saturating_mul(3) / 2));
            series.usable = chart.buckets.iter().map(ChartBucket::usable).sum();
            series.dots = chart.buckets.iter().map(|bucket| of_bucket(bucket, &shown)).collect();
            return series;
        }
        let dot = |point: &ChartPoint| Dot {
            at: point.at.micros(),
            value: point.value.map_or(f64::NAN, &shown),
            spread: None,
            trust: if point.value.is_some() { trust(point.quality) } else { Trust::Failed },
        };
        series.dots = chart.points.iter().map(dot).collect();
        series.usable = series.dots.iter().filter(|d| d.trust == Trust::Usable).count() as u64;
        series
    }

    /// Of single values; each counts once.
    pub(crate) fn of_values(dots: Vec<Dot>, truncated: bool) -> Self {
        let usable = dots.iter().filter(|d| d.trust == Trust::Usable).count() as u64;
        Self { count: dots.len() as u64, usable, dots, truncated, ..Self::default() }
    }

    /// The part of a window in which a value can be missing: not before the first that there ever was, nor after now.
    pub(crate) fn awaited(&self, (from, to): (i64, i64), now: i64) -> (i64, i64) {
        (self.first.map_or(from, |first| from.max(first)), to.min(now))
    }

    /// Sums the series up. `gap_after`: two usable dots further apart than this have a gap between them; `window`
    /// is what the chart shows. `None` without a usable value.
    pub(crate) fn summary(&self, gap_after: i64, window: (i64, i64)) -> Option<Summary> {
        let usable: Vec<&Dot> = self.dots.iter().filter(|d| d.trust == Trust::Usable).collect();
        let (first, last) = (usable.first()?, usable.last()?);
        let mean = usable.iter().map(|d| d.value).sum::<f64>() / usable.len() as f64;
        let low = |d: &Dot| d.spread.map_or(d.value, |s| s.0);
        let high = |d: &Dot| d.spread.map_or(d.value, |s| s.1);
        let lowest = usable.iter().map(|d| (low(d), d.at)).min_by(|a, b| a.0.total_cmp(&b.0))?;
        let highest = usable.iter().map(|d| (high(d), d.at)).max_by(|a, b| a.0.total_cmp(&b.0))?;
        let inside = usable.windows(2).map(|pair| (pair[0].at, pair[1].at));
        let around = [(window.0, first.at), (last.at, window.1)];
        let longest_gap = inside.chain(around).filter(|(a, b)| b - a > gap_after).max_by_key(|(a, b)| b - a);
        Some(Summary { mean, lowest, highest, count: self.count, usable: self.usable, longest_gap })
    }
}

#[cfg(test)]
mod tests {
    use senne_model::Test;

    use super::*;

    fn dot(at: i64, value: f64, trust: Trust) -> Dot {
        Dot { at, value, spread: None, trust }
    }

    #[test]
    fn doubtful_values_stay_out_of_the_figures() {
        let dots = vec![
            dot(0, 10.0, Trust::Usable),
            dot(1, 9500.0, Trust::Failed),
            dot(2, 20.0, Trust::Usable),
            dot(9, 30.0, Trust::Usable),
        ];
        let summary = Series::of_values(dots, false).summary(3, (0, 10)).unwrap();
        assert_eq!(summary.mean, 20.0);
        assert_eq!((summary.lowest, summary.highest), ((10.0, 0), (30.0, 9)));
        assert_eq!((summary.count, summary.usable), (4, 3));
        assert_eq!(summary.longest_gap, Some((2, 9)));
    }

    #[test]
    fn silence_at_the_end_is_a_gap_too() {
        let series = Series::of_values(vec![dot(0, 1.0, Trust::Usable), dot(1, 1.0, Trust::Usable)], false);
        assert_eq!(series.summary(3, (0, 50)).unwrap().longest_gap, Some((1, 50)));
        assert_eq!(series.summary(3, (0, 3)).unwrap().longest_gap, None);
    }

    #[test]
    fn nothing_is_missing_before_the_first_value_or_after_now() {
        let dots = vec![dot(60, 1.0, Trust::Usable), dot(61, 1.0, Trust::Usable)];
        let series = Series { first: Some(60), ..Series::of_values(dots, false) };
        assert_eq!(series.awaited((0, 100), 63), (60, 63));
        assert_eq!(series.summary(3, series.awaited((0, 100), 63)).unwrap().longest_gap, None);
        assert_eq!(Series { first: Some(-5), ..series }.awaited((0, 100), 200), (0, 100));
        assert_eq!(Series::default().awaited((0, 100), 200), (0, 100));
    }

    #[test]
    fn nothing_usable_has_no_summary() {
        assert_eq!(Series::of_values(vec![dot(0, 1.0, Trust::Failed)], false).summary(1, (0, 1)), None);
        assert_eq!(Series::default().summary(1, (0, 1)), None);
    }

    #[test]
    fn flags_become_trust() {
        assert_eq!(trust(Quality::GOOD.marked(Test::Simulated)), Trust::Usable);
        assert_eq!(trust(Quality::GOOD.with(Test::Spike, Flag::Suspect)), Trust::Suspect);
        assert_eq!(trust(Quality::MISSING), Trust::Failed);
    }
}
