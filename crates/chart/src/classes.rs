//! Classes of values with round ends, the same for every picture of one indicator.

use std::fmt::Write as _;

use crate::{Axis, Known, Words, escape, scale::Scale, words::Phrase};

/// So many classes can be told apart, in colour, in grey and by size.
pub const CLASSES_MAX: usize = 4;

const NAMES: [&str; CLASSES_MAX] = ["step-0", "step-1", "step-2", "step-3"];

/// Up to four classes. Made once over all values that are compared, over time too, and then kept: a colour means the same in each year.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Classes {
    /// Where one class ends and the next begins, in order.
    ends: Vec<f64>,
}

impl Classes {
    /// Classes with round ends over all these values.
    pub fn over(values: impl IntoIterator<Item = f64>) -> Self {
        let finite = values.into_iter().filter(|x| x.is_finite()).map(|x| (x, x));
        let Some((low, high)) = finite.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))) else {
            return Self::default();
        };
        if high <= low {
            return Self::default();
        }
        let scale = Scale::nice(low, high, 4, (0.0, 1.0));
        let mut ends: Vec<f64> = scale.ticks().filter(|tick| *tick > low && *tick < high).collect();
        while ends.len() >= CLASSES_MAX {
            ends = ends.into_iter().skip(1).step_by(2).collect();
        }
        Self { ends }
    }

    /// Classes with these ends, e.g. of a guideline; those after the third are left out.
    pub fn with_ends(ends: &[f64]) -> Self {
        let mut ends: Vec<f64> = ends.iter().copied().filter(|x| x.is_finite()).collect();
        ends.sort_by(f64::total_cmp);
        ends.dedup();
        ends.truncate(CLASSES_MAX - 1);
        Self { ends }
    }

    /// Where one class ends and the next begins, in order.
    pub fn ends(&self) -> &[f64] {
        &self.ends
    }

    /// How many there are, at least one.
    pub fn count(&self) -> usize {
        self.ends.len() + 1
    }

    /// The place of a value, 0 for the lowest class.
    pub fn place(&self, value: f64) -> usize {
        self.ends.iter().filter(|end| value >= **end).count()
    }

    /// The style of a class by its place.
    pub fn name(place: usize) -> &'static str {
        NAMES[place.min(NAMES.len() - 1)]
    }

    /// The style of a value: that of its class, hatched when suppressed, grey when unknown.
    pub fn style(&self, value: Known) -> &'static str {
        match (value, value.number()) {
            (_, Some(x)) => Self::name(self.place(x)),
            (Known::Suppressed, _) => "class-suppressed",
            _ => "class-none",
        }
    }

    /// What a class holds, in words.
    pub fn say(&self, words: &dyn Words, axis: &Axis<'_>, place: usize) -> String {
        let end = |place: usize| self.ends.get(place).map(|x| axis.say(words, *x));
        match (place.checked_sub(1).and_then(end), end(place)) {
            (None, Some(high)) => words.say(Phrase::ClassBelow, &[high]),
            (Some(low), Some(high)) => words.say(Phrase::ClassBetween, &[low, high]),
            (Some(low), None) => words.say(Phrase::ClassAbove, &[low]),
            (None, None) => words.say(Phrase::Value, &[]),
        }
    }

    /// The classes as a list with how many of `values` each has, and those without a number where there are such; `symbol` draws one of a class.
    pub(crate) fn legend(
        &self,
        words: &dyn Words,
        axis: &Axis<'_>,
        values: &[Known],
        symbol: impl Fn(&Self, Known) -> String,
    ) -> String {
        let mut out = String::from(r#"<ul class="legend">"#);
        let mut entry = |value: Known, text: &str| {
            let count = values.iter().filter(|other| self.style(**other) == self.style(value)).count();
            let count = words.number(count as f64, 0);
            let _ = write!(out, "<li>{}{} ({count})</li>", symbol(self, value), escape(text));
        };
        for place in 0..self.count() {
            entry(Known::Value(self.inside(place)), &self.say(words, axis, place));
        }
        for (missing, phrase) in [(Known::Suppressed, Phrase::Suppressed), (Known::Unknown, Phrase::Unknown)]
        {
            if values.contains(&missing) {
                entry(missing, &words.say(phrase, &[]));
            }
        }
        out.push_str("</ul>");
        out
    }

    /// Some value of a class.
    fn inside(&self, place: usize) -> f64 {
        match place.checked_sub(1) {
            Some(before) => self.ends.get(before).copied().unwrap_or(0.0),
            None => self.ends.first().map_or(0.0, |end| end - 1.0),
        }
    }

    /// A swatch beside a word, as areas of a map are filled.
    pub(crate) fn swatch(&self, value: Known) -> String {
        format!(r#"<span class="swatch {}"></span>"#, self.style(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::plain::Plain;

    #[test]
    fn classes_have_round_ends_and_stay_few() {
        assert_eq!(Classes::over([3.0, 7.0, 12.0, 19.0]).ends(), [5.0, 10.0, 15.0]);
        assert_eq!(Classes::over([4.0, 4.0]), Classes::default());
        assert_eq!(Classes::over([]).count(), 1);
        assert!(Classes::over((0..100).map(f64::from)).count() <= CLASSES_MAX);
        assert_eq!(Classes::with_ends(&[25.0, 10.0, 25.0, 40.0, 90.0]).ends(), [10.0, 25.0, 40.0]);
    }

    #[test]
    fn an_end_belongs_to_the_class_above_and_the_missing_are_told_apart() {
        let classes = Classes::with_ends(&[5.0, 10.0, 15.0]);
        let style = |x| classes.style(Known::Value(x));
        assert_eq!([4.9, 5.0, 14.0, 99.0].map(style), ["step-0", "step-1", "step-2", "step-3"]);
        assert_eq!(classes.style(Known::Suppressed), "class-suppressed");
        assert_eq!(classes.style(Known::Unknown), "class-none");
        assert_eq!(classes.style(Known::Value(f64::NAN)), "class-none");
    }

    #[test]
    fn each_class_says_what_it_holds() {
        let classes = Classes::with_ends(&[5.0, 10.0]);
        let axis = Axis { unit: "%", ..Axis::default() };
        let said: Vec<_> = (0..3).map(|place| classes.say(&Plain, &axis, place)).collect();
        assert_eq!(
            said,
            ["ClassBelow(5\u{a0}%)", "ClassBetween(5\u{a0}%|10\u{a0}%)", "ClassAbove(10\u{a0}%)"]
        );
        let legend = classes.legend(
            &Plain,
            &axis,
            &[Known::Suppressed, Known::Value(7.0), Known::Value(6.0)],
            Classes::swatch,
        );
        assert!(legend.contains("Suppressed") && !legend.contains("Unknown"), "{legend}");
        assert_eq!(legend.matches("<li>").count(), 4);
        assert!(legend.contains("10\u{a0}%) (2)</li>") && legend.contains("Suppressed (1)</li>"), "{legend}");
        assert!(
            ["step-0", "step-1", "step-2", "class-suppressed"].iter().all(|style| legend.contains(style))
        );
    }
}
