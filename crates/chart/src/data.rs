//! What charts are made of.

use crate::{Words, scale::Scale, words::Phrase};

/// One value of a series in a chart.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Dot {
    /// When, in microseconds UTC.
    pub at: i64,
    /// What was measured.
    pub value: f64,
    /// The lowest and highest value that this dot stands for, when it stands for several.
    pub spread: Option<(f64, f64)>,
    /// How far it can be trusted.
    pub trust: Trust,
}

/// How far the value of a dot can be trusted; what cannot is drawn hollow and never joined by a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trust {
    /// It counts.
    Usable,
    /// It may be wrong.
    Suspect,
    /// It is wrong, or missing.
    Failed,
}

/// A value that may not be there; why it is not is told apart.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Known {
    /// It is there.
    Value(f64),
    /// Nobody knows it.
    Unknown,
    /// It is known and not published: too few stand behind it.
    Suppressed,
}

impl Known {
    /// The number, where there is one that can be drawn.
    pub fn number(self) -> Option<f64> {
        match self {
            Self::Value(x) if x.is_finite() => Some(x),
            _ => None,
        }
    }
}

/// From where to where a value may lie, in its unit.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Interval {
    /// The least.
    pub low: f64,
    /// The greatest.
    pub high: f64,
}

/// Where values should be: a target or a limit.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Band {
    /// Not below this, where that matters.
    pub low: Option<f64>,
    /// Not above this, where that matters.
    pub high: Option<f64>,
}

/// A value that others are compared with, and its name.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Reference<'a> {
    /// Where it lies, in the unit of the axis.
    pub value: f64,
    /// What it says beside it.
    pub label: &'a str,
}

/// An axis of values.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Axis<'a> {
    /// Written after numbers; may be empty.
    pub unit: &'a str,
    /// How many decimals numbers have in words.
    pub decimals: usize,
    /// What the axis takes in beside the values, so that charts can be compared.
    pub range: Option<(f64, f64)>,
}

impl Axis<'_> {
    /// A number with decimals and unit.
    pub fn say(&self, words: &dyn Words, x: f64) -> String {
        let number = words.number(x, self.decimals);
        if self.unit.is_empty() { number } else { format!("{number}\u{a0}{}", self.unit) }
    }

    /// A value, or why there is none.
    pub fn say_known(&self, words: &dyn Words, value: Known) -> String {
        match value {
            Known::Value(x) => self.say(words, x),
            Known::Unknown => words.say(Phrase::Unknown, &[]),
            Known::Suppressed => words.say(Phrase::Suppressed, &[]),
        }
    }

    /// The scale over these values and the range of the axis; from 0 to 1 when there is neither.
    pub(crate) fn scale(&self, values: impl Iterator<Item = f64>, pixels: (f64, f64)) -> Scale {
        let all = values.filter(|x| x.is_finite()).map(|x| (x, x)).chain(self.range);
        let (low, high) = all.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or((0.0, 1.0));
        Scale::nice(low, high, 4, pixels)
    }
}

/// An area, a project, a station: something with a name and one value.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Item<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Where it leads; empty for nowhere.
    pub link: &'a str,
    /// Its value.
    pub value: Known,
    /// How sure the value is.
    pub interval: Option<Interval>,
    /// Whether the page is about this one.
    pub here: bool,
}

/// A series with a name.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Series<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Where it leads; empty for nowhere.
    pub link: &'a str,
    /// In order of time.
    pub dots: &'a [Dot],
    /// Two dots further apart than this are not joined, in microseconds.
    pub gap_after: i64,
    /// Whether the page is about this one.
    pub here: bool,
}
