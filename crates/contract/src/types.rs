//! The words of a contract, as plain data. Reading them from YAML is in `read`, judging by them in `rule`.

use std::time::Duration;

use senne_model::Name;

use crate::{Class, Localised, Period, Unit};

/// What one type of entity promises. One YAML file, one contract.
#[derive(Clone, PartialEq, Debug)]
pub struct Contract {
    /// The expanded name of the type.
    pub type_name: Name,
    /// The name of the type as people write it, e.g. `AirQualityObserved`.
    pub type_term: String,
    /// Raised by one with each change of meaning; starts at 1.
    pub version: u32,
    /// What the type is called on pages, singular.
    pub title: Localised,
    /// One or two sentences for people who meet the type for the first time.
    pub description: Localised,
    /// Where the data model is described, e.g. the page of the Smart Data Models.
    pub model: Option<String>,
    /// Who may see entities of the type.
    pub class: Class,
    /// How the data set is published; `None` when it is not.
    pub publication: Option<Publication>,
    /// How long the past is kept; `None` = for ever.
    pub retention: Option<Period>,
    /// The attribute that refers to the person whom an entity is about: erased with them (GDPR article 17).
    pub subject: Option<Name>,
    /// The attributes, in the order of the file, which is the order that pages use.
    pub attributes: Vec<AttributeContract>,
    /// The attribute that a map or a list shows first.
    pub primary: Option<Name>,
    /// A hint for the icon: a word such as `air` or `bicycle`.
    pub icon: Option<String>,
    /// A hint for the colour on maps, as `#rrggbb`.
    pub colour: Option<String>,
    /// The file that the contract was read from.
    pub file: String,
}

impl Contract {
    /// The promise about one attribute, by its expanded name or by a former name of it.
    pub fn attribute(&self, name: &str) -> Option<&AttributeContract> {
        let by_name = self.attributes.iter().find(|a| &*a.name == name);
        by_name.or_else(|| self.attributes.iter().find(|a| a.former_names.iter().any(|f| &**f == name)))
    }

    /// The attribute that a map or a list shows first.
    pub fn primary_attribute(&self) -> Option<&AttributeContract> {
        self.primary.as_ref().and_then(|name| self.attribute(name))
    }

    /// Who may see this attribute: its own class, else that of the type.
    pub fn class_of_attribute(&self, name: &str) -> Class {
        self.attribute(name).and_then(|a| a.class).unwrap_or(self.class)
    }
}

/// What one attribute of a type promises, and the limits of its quality tests (`docs/quality.md`).
#[derive(Clone, PartialEq, Debug)]
pub struct AttributeContract {
    /// The expanded name.
    pub name: Name,
    /// The name as people write it, e.g. `no2`.
    pub term: String,
    /// Expanded names that earlier versions of the data model used; judged alike, e.g. `NO2`.
    pub former_names: Vec<Name>,
    /// The kind of value.
    pub kind: ValueKind,
    /// The unit of a number; `None` when it has none or when none is promised.
    pub unit: Option<Unit>,
    /// How pages show the number when its unit is not what people expect, e.g. a share as per cent.
    pub shown: Option<Shown>,
    /// What the attribute is called on pages.
    pub title: Localised,
    /// More about it, where the title does not say enough.
    pub description: Option<Localised>,
    /// Outside this the value fails.
    pub plausible: Option<Range>,
    /// Outside this the value is suspect; lies within `plausible`.
    pub usual: Option<Range>,
    /// Numbers by which senders say "no value", e.g. −999.
    pub missing: Vec<f64>,
    /// The usual distance between two values.
    pub cadence: Option<Duration>,
    /// After a pause longer than this, the stuck, spike and sensor tests start anew; see [`AttributeContract::gap_after`].
    pub gap_after: Duration,
    /// How long a value may stay the same.
    pub stuck: Option<Stuck>,
    /// How far a value may jump.
    pub spike: Option<Spike>,
    /// When the sensor as a whole counts as failed.
    pub sensor_failed: Option<SensorFailed>,
    /// How far a clock may be ahead of ours.
    pub future_tolerance: Duration,
    /// A value this much older than the newest one is marked as late.
    pub late_after: Option<Duration>,
    /// Whether being late makes a value suspect; else it is a mark only.
    pub late_is_suspect: bool,
    /// Its own class, where it differs from that of the type.
    pub class: Option<Class>,
    /// Whether the store keeps an index for queries by value.
    pub indexed: bool,
    /// Limits that authorities recommend or set.
    pub guidelines: Vec<Guideline>,
}

impl AttributeContract {
    /// Whether the attribute is a number.
    pub fn is_number(&self) -> bool {
        matches!(self.kind, ValueKind::Number | ValueKind::Integer)
    }

    /// The unit's symbol as pages show it, e.g. `µg/m³`; empty when there is none.
    pub fn symbol(&self) -> &str {
        let unit = self.shown.as_ref().map(|s| s.unit).or(self.unit);
        unit.map_or("", |u| u.symbol)
    }

    /// The number as pages show it.
    pub fn shown_number(&self, value: f64) -> f64 {
        self.shown.as_ref().map_or(value, |s| value * s.factor)
    }
}

/// The kind of value that an attribute has.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ValueKind {
    /// A JSON number.
    Number,
    /// A JSON number without a fraction.
    Integer,
    /// A JSON string.
    Text,
    /// `true` or `false`.
    Boolean,
    /// A date-time as a string or as a JSON-LD typed value.
    Time,
    /// A GeoProperty.
    Geometry,
    /// A Relationship or ListRelationship.
    Relationship,
    /// A LanguageProperty, or a string.
    Language,
    /// A JSON object, or a JsonProperty.
    Object,
    /// A JSON array or a ListProperty; one element may stand alone.
    List,
}

impl ValueKind {
    /// All kinds.
    pub const ALL: [Self; 10] = [
        Self::Number,
        Self::Integer,
        Self::Text,
        Self::Boolean,
        Self::Time,
        Self::Geometry,
        Self::Relationship,
        Self::Language,
        Self::Object,
        Self::List,
    ];

    /// The word in contract files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Integer => "integer",
            Self::Text => "text",
            Self::Boolean => "boolean",
            Self::Time => "time",
            Self::Geometry => "geometry",
            Self::Relationship => "relationship",
            Self::Language => "language",
            Self::Object => "object",
            Self::List => "list",
        }
    }

    /// From the word in contract files.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A closed interval of numbers.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Range {
    /// The least value inside.
    pub least: f64,
    /// The greatest value inside.
    pub greatest: f64,
}

impl Range {
    /// Whether a value lies inside, ends included; NaN never does.
    pub fn contains(&self, value: f64) -> bool {
        self.least <= value && value <= self.greatest
    }
}

/// How pages show a number in another unit than the one it is stored in.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Shown {
    /// The unit on pages.
    pub unit: Unit,
    /// What the stored number is multiplied by.
    pub factor: f64,
}

/// The limit of the stuck test (QARTOD: flat line).
#[derive(Clone, PartialEq, Debug)]
pub struct Stuck {
    /// A value that has been the same for this long, or longer, is suspect.
    pub after: Duration,
    /// Values that may stay: no rain, saturated air, below the limit of detection.
    pub except: Vec<f64>,
}

/// The limit of the spike test (QARTOD: rate of change against the last good value).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Spike {
    /// The greatest jump, in the attribute's unit.
    pub limit: f64,
    /// How much the limit widens per hour since the last good value, in the attribute's unit.
    pub per_hour: f64,
    /// So many values in a row that agree with one another are accepted as a new level.
    pub accept_after: u16,
}

/// When a sensor counts as failed, and when as repaired.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SensorFailed {
    /// So many failed values in a row.
    pub failures: u16,
    /// All values must stay within the usual range for this long before one is believed again.
    pub recover_after: Duration,
}

/// A limit that an authority recommends or sets.
#[derive(Clone, PartialEq, Debug)]
pub struct Guideline {
    /// A short stable word, e.g. `who-2021-day`.
    pub key: String,
    /// What it is called, e.g. `WHO 2021, daily mean`.
    pub title: Localised,
    /// The statistic that is compared: `mean` or `max`.
    pub statistic: String,
    /// The time over which the statistic is taken, e.g. a day.
    pub period: Period,
    /// The limit, in the attribute's unit.
    pub limit: f64,
    /// The document that states it.
    pub source: String,
}

/// How a data set is published (DCAT-AP).
#[derive(Clone, PartialEq, Debug)]
pub struct Publication {
    /// The licence, as an IRI.
    pub licence: String,
    /// The EU data theme, as an IRI of the authority list.
    pub theme: String,
    /// How often it is renewed, as an IRI of the EU frequency list.
    pub frequency: String,
    /// The high-value data set category (Regulation (EU) 2023/138), as an IRI, where there is one.
    pub high_value: Option<String>,
    /// Key words, per language.
    pub keywords: Vec<Localised>,
}
