//! The quality tests of one value, in the order of the stream (`docs/quality.md`).
//!
//! The flags and the tests follow the QARTOD manuals of the U.S. Integrated Ocean Observing System (Manual for
//! the Use of Real-Time Oceanographic Data Quality Control Flags, version 1.2, 2020; Manual for Real-Time
//! Quality Control of Wind Data, version 1.1, 2017; Manual for Real-Time Quality Control of In-situ Temperature
//! and Salinity Data, version 2.1, 2020): gross range (their test 4), spike (6), rate of change (7), flat line (8).
//! Duplicate, late, future and sensor are ours. What differs from the manuals: values come one by one, so the
//! spike test compares with the last good value alone and not with the next one; distances in time are measured
//! and not counted in samples, because city sensors skip readings.

use senne_model::{AttributeValue, Flag, Instance, Json, Judge, Quality, Seen, Test, Timestamp, Track};

use crate::{
    Contracts,
    rule::{Rule, SensorRule, SpikeRule},
};

impl Judge for Contracts {
    /// Judges a number by the contract of its type; everything else is not evaluated. Takes some tens of
    /// nanoseconds and allocates nothing but the track.
    fn judge(&self, seen: &Seen<'_>, instance: &mut Instance, previous: Option<&Instance>) {
        instance.quality = Quality::NOT_EVALUATED;
        instance.track = None;
        let AttributeValue::Property(json) = &instance.value else { return };
        let value = match json {
            Json::Int(_) | Json::BigInt(_) | Json::Float(_) | Json::Null => json.as_f64(),
            _ => return,
        };
        let Some(rule) = self.rules().find(seen.types, seen.attribute) else { return };
        // A value without a time stood for the moment of its recording; it is no neighbour of observations.
        let neighbour = previous.filter(|p| p.observed_at.is_some() || instance.observed_at.is_none());
        let past = neighbour.and_then(|p| p.track.as_deref());
        let value = value.filter(|v| v.is_finite() && !rule.missing.contains(v));
        let Some(value) = value else {
            instance.quality = Quality::MISSING;
            instance.track = past.map(|track| Box::new(*track));
            return;
        };
        let moment = Moment { value, observed_at: instance.observed_at, recorded_at: seen.recorded_at };
        let (quality, track) = rule.judge(&moment, past);
        instance.quality = quality;
        instance.track = track.map(Box::new);
    }
}

/// One number and its times.
pub(crate) struct Moment {
    pub(crate) value: f64,
    pub(crate) observed_at: Option<Timestamp>,
    pub(crate) recorded_at: Timestamp,
}

impl Rule {
    /// The quality of a number, and what to remember of its series.
    pub(crate) fn judge(&self, moment: &Moment, past: Option<&Track>) -> (Quality, Option<Track>) {
        let mut quality = if self.tests_values() { Quality::GOOD } else { Quality::NOT_EVALUATED };
        quality = self.range(quality, moment.value);
        let recorded = moment.recorded_at.micros();
        // Senders that give no time mean now.
        let at = moment.observed_at.map_or(recorded, Timestamp::micros);
        if at > recorded.saturating_add(self.future_tolerance) {
            // A wrong clock says nothing about the series, and would make every later value late.
            return (quality.with(Test::Future, Flag::Fail), past.copied());
        }
        let Some(past) = past else { return self.first(quality, moment.value, at) };
        if at < past.newest_at {
            return (self.late(quality, at, past), Some(*past));
        }
        if at == past.newest_at && moment.observed_at.is_some() {
            return self.again(quality.marked(Test::Duplicate), moment.value, at, past);
        }
        self.next(quality, moment.value, at, past)
    }

    /// QARTOD test 4, gross range: outside the span of the sensor, here `plausible`, the value fails; outside
    /// the span that the operator chose, here `usual`, it is suspect.
    fn range(&self, quality: Quality, value: f64) -> Quality {
        if self.plausible.is_some_and(|range| !range.contains(value)) {
            quality.with(Test::Range, Flag::Fail)
        } else if self.usual.is_some_and(|range| !range.contains(value)) {
            quality.with(Test::Range, Flag::Suspect)
        } else {
            quality
        }
    }

    /// An observation older than the newest: nothing can be said but its range, and how late it is.
    fn late(&self, quality: Quality, at: i64, past: &Track) -> Quality {
        let late = self.late_after.is_some_and(|after| at < past.newest_at.saturating_sub(after));
        match (late, self.late_is_suspect) {
            (true, true) => quality.with(Test::Late, Flag::Suspect),
            (true, false) => quality.marked(Test::Late),
            (false, _) => quality,
        }
    }

    /// The first value of a series.
    fn first(&self, quality: Quality, value: f64, at: i64) -> (Quality, Option<Track>) {
        let failed = quality.flag() == Flag::Fail;
        let track = Track {
            newest_at: at,
            last_good: if failed { 0.0 } else { value },
            last_good_at: if failed { 0 } else { at },
            last: value,
            unchanged_since: at,
            jumped: 0,
            failed: u16::from(failed),
            recovering_since: 0,
        };
        (quality, Some(track))
    }

    /// A second value for the newest moment: the correction counts, so it is tested for itself and takes the
    /// place of the first one; it is no further evidence for stuck, spike or sensor.
    fn again(&self, mut quality: Quality, value: f64, at: i64, past: &Track) -> (Quality, Option<Track>) {
        let mut track = *past;
        let fails = quality.flag() == Flag::Fail;
        let latched = self.sensor.is_some_and(|sensor| past.failed >= sensor.failures);
        if latched {
            quality = quality.with(Test::Sensor, Flag::Fail);
        } else if !fails {
            track.failed = 0;
            (track.last_good, track.last_good_at) = (value, at);
        } else {
            track.failed = past.failed.max(1);
        }
        if value != past.last {
            track.unchanged_since = at;
        }
        track.last = value;
        (quality, Some(track))
    }

    /// The next value of the series.
    fn next(&self, mut quality: Quality, value: f64, at: i64, past: &Track) -> (Quality, Option<Track>) {
        let mut track = *past;
        let gap = at.saturating_sub(past.newest_at) > self.gap_after;
        track.newest_at = at;
        track.last = value;
        if gap || value != past.last {
            track.unchanged_since = at;
        }
        quality = self.stuck(quality, value, at.saturating_sub(track.unchanged_since));
        let fails = quality.flag() == Flag::Fail;
        track.failed = if fails { past.failed.saturating_add(1) } else { 0 };
        if let Some(sensor) = self.sensor
            && past.failed >= sensor.failures
        {
            quality = sensor.latched(quality, at, gap, past, &mut track);
        } else if self.sensor.is_some_and(|sensor| track.failed >= sensor.failures) {
            quality = quality.with(Test::Sensor, Flag::Fail);
        }
        if quality.flag() == Flag::Fail {
            return (quality, Some(track));
        }
        if let Some(spike) = self.spike {
            let since = at.saturating_sub(past.last_good_at);
            if past.last_good_at != 0 && since <= self.gap_after {
                quality = spike.test(quality, value, since, past, &mut track);
            } else {
                track.jumped = 0;
            }
        }
        if !quality.has(Test::Spike) {
            (track.last_good, track.last_good_at) = (value, at);
        }
        (quality, Some(track))
    }

    /// QARTOD test 8, flat line: the value has not changed for longer than the contract allows.
    fn stuck(&self, quality: Quality, value: f64, unchanged: i64) -> Quality {
        match &self.stuck {
            Some(stuck) if unchanged >= stuck.after && !stuck.except.contains(&value) => {
                quality.with(Test::Stuck, Flag::Suspect)
            }
            _ => quality,
        }
    }
}

impl SpikeRule {
    /// QARTOD tests 6 and 7, spike and rate of change, as one: the distance from the last good value, against a
    /// limit that widens with the time since. Values that jumped and agree with one another are a new level.
    fn test(&self, quality: Quality, value: f64, since: i64, past: &Track, track: &mut Track) -> Quality {
        let limit = self.limit + self.per_micro * since as f64;
        if (value - past.last_good).abs() <= limit {
            track.jumped = 0;
            return quality;
        }
        let agrees = past.jumped > 0 && (value - past.last).abs() <= self.limit;
        track.jumped = if agrees { past.jumped.saturating_add(1) } else { 1 };
        if track.jumped >= self.accept_after {
            track.jumped = 0;
            return quality;
        }
        quality.with(Test::Spike, Flag::Suspect)
    }
}

impl SensorRule {
    /// A sensor that failed stays failed until all its values have been inconspicuous for long enough; a pause
    /// in the series is no evidence and starts the wait anew.
    fn latched(self, quality: Quality, at: i64, gap: bool, past: &Track, track: &mut Track) -> Quality {
        track.jumped = 0;
        track.failed = past.failed.max(self.failures);
        if quality.has(Test::Range) || quality.has(Test::Stuck) {
            track.recovering_since = 0;
            return quality.with(Test::Sensor, Flag::Fail);
        }
        if past.recovering_since == 0 || gap {
            track.recovering_since = at;
        }
        if at.saturating_sub(track.recovering_since) < self.recover_after {
            return quality.with(Test::Sensor, Flag::Fail);
        }
        track.failed = 0;
        track.recovering_since = 0;
        quality
    }
}
