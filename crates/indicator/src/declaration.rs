//! An indicator as it is declared: `indicators/*.yaml`, described in `docs/indicators.md`.

use senne_contract::Localised;
use serde::Deserialize;

use senne_model::EntityId;

use crate::{
    Band, Direction, Disaggregation, Drawn, Estimate, Frequency, Measure, Parts, Period, Pieces,
    SeasonalAdjustment, Slice, Target, Uncertainty, WeatherNormalisation, bootstrap_interval,
    clustered_interval,
};

/// An indicator.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declaration {
    /// Its stable identifier: small letters, digits and hyphens.
    pub id: String,
    /// Goes up when the definition changes; values of different versions are not compared.
    pub version: u32,
    /// Its name.
    pub title: Localised,
    /// What it measures, and how.
    pub definition: Localised,
    /// The group of the default framework that it belongs to.
    pub pillar: String,
    /// The UN/CEFACT common code of its unit.
    pub unit: String,
    /// The unit as people read it, where the symbol of the code is not enough: «per 1,000 inhabitants».
    pub shown: Option<Localised>,
    /// How many decimals are shown.
    #[serde(default = "one")]
    pub decimals: u8,
    /// Which way is better.
    pub direction: Direction,
    /// How values follow from their parts.
    pub measure: Measure,
    /// Where intervals come from.
    #[serde(default)]
    pub uncertainty: Uncertainty,
    /// What the values of a sample share their errors within, `station`: the question tells it in a column `cluster`.
    pub clustered_by: Option<String>,
    /// The levels of areas, from the one that holds the others to the finest: `[region, commune]`.
    pub levels: Vec<String>,
    /// The lengths of its periods; the first is the one that is shown first.
    pub frequencies: Vec<Frequency>,
    /// The part of a period (of its days, or of what the data promise) that must be there for a value to count as complete, 0 to 1.
    #[serde(default)]
    pub completeness: f64,
    /// Values that rest on fewer counted persons or events are not published.
    #[serde(default)]
    pub suppress_below: f64,
    /// How long after its end a period is provisional, in days: the release calendar.
    #[serde(default)]
    pub released_after_days: u16,
    /// How its season is taken out; the values with their season stay beside.
    pub seasonal_adjustment: Option<SeasonalAdjustment>,
    /// How the weather is taken out; the values in the weather that there was stay beside.
    pub weather_normalisation: Option<WeatherNormalisation>,
    /// By what it is told apart; the values of all together stay beside.
    #[serde(default)]
    pub disaggregations: Vec<Disaggregation>,
    /// How it is computed.
    pub computed: Option<Computed>,
    /// Where its values come from, when it is not computed.
    pub entered: Option<Entered>,
    /// What it is called in frameworks.
    #[serde(default)]
    pub codes: Vec<Code>,
    /// How sure its data are.
    pub data_quality: DataQuality,
    /// Who answers for it.
    pub owner: String,
    /// The licence of its values, a word of the EU licence list.
    #[serde(default = "open")]
    pub licence: String,
    /// Where it should be, and when.
    #[serde(default)]
    pub targets: Vec<TargetDeclaration>,
}

/// How an indicator is computed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Computed {
    /// What its values depend on: a change in any of these makes them anew.
    pub reads: Vec<Reads>,
    /// It is computed at most so often, in seconds: for questions that look far back.
    #[serde(default)]
    pub at_most_every_seconds: u32,
    /// A value also enters the figures of the days from so many to so many after its own: for questions that look back.
    pub later_days: Option<(u16, u16)>,
    /// One SELECT that gives `area`, `at` and the parts of the measure, for `$level`, `$from` and `$to`.
    pub sql: String,
}

/// Attributes of a type.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reads {
    /// The type, as a term.
    #[serde(rename = "type")]
    pub kind: String,
    /// The attributes, as terms.
    pub attributes: Vec<String>,
}

/// Where values come from that are not computed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entered {
    /// The usual source.
    pub from: Localised,
    /// Its data set, for imports that name one: `lfst_r_lfu3rt`.
    pub dataset: Option<String>,
}

/// What an indicator is called in a framework.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// The framework, by its id.
    pub framework: String,
    /// Its code there.
    pub code: String,
    /// The group of the framework that it belongs to; without one, what the code begins with.
    pub group: Option<String>,
}

/// How sure data are, as U4SSC verifies them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DataQuality {
    /// Measured or counted in full.
    Measured,
    /// A sample stands for all.
    Survey,
    /// Taken from a larger area.
    Extrapolated,
    /// Estimated by a model.
    Estimated,
    /// What somebody thinks it is.
    Opinion,
    /// Nobody knows where it comes from.
    Untraceable,
}

impl DataQuality {
    /// The word in declarations.
    pub fn word(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Survey => "survey",
            Self::Extrapolated => "extrapolated",
            Self::Estimated => "estimated",
            Self::Opinion => "opinion",
            Self::Untraceable => "untraceable",
        }
    }
}

/// Where an indicator should be by when.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetDeclaration {
    /// The period by which it should be reached, `2030`.
    pub by: String,
    /// The lower end; none is open.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
    /// Where it started.
    pub baseline: Option<Baseline>,
    /// Who set it, and where it is written.
    pub source: String,
}

/// Where an indicator started.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// The period.
    pub period: String,
    /// The value then.
    pub value: f64,
}

fn one() -> u8 {
    1
}

fn open() -> String {
    "CC_BY_4_0".to_owned()
}

impl Declaration {
    /// The shortest of its periods: what parts are kept by.
    pub fn base(&self) -> Frequency {
        self.frequencies.iter().copied().min().unwrap_or(Frequency::Year)
    }

    /// The finest of its levels: what parts are kept by.
    pub fn finest(&self) -> &str {
        self.levels.last().map_or("region", String::as_str)
    }

    /// The data set id under which values of a frequency stand; none for the one that is shown first.
    pub fn dataset(&self, frequency: Frequency) -> Option<String> {
        (self.frequencies.first() != Some(&frequency))
            .then(|| format!("urn:ngsi-ld:frequency:{}", frequency.word()))
    }

    /// The data set id under which values of a frequency stand: those of all, or of one slice.
    pub fn dataset_of(&self, frequency: Frequency, slice: Option<&Slice>) -> Option<String> {
        let Some(Slice { dimension, value }) = slice else { return self.dataset(frequency) };
        Some(format!("urn:ngsi-ld:disaggregation:{dimension}:{value}:{}", frequency.word()))
    }

    /// Whether longer periods and larger areas follow from the parts of shorter and smaller ones.
    pub fn adds_up(&self) -> bool {
        !matches!(self.measure, Measure::Value | Measure::Quantile { .. })
    }

    /// What an interval needs to be told apart: clusters, periods, or nothing.
    pub fn drawn(&self) -> Option<Drawn> {
        match (self.uncertainty, &self.clustered_by) {
            (Uncertainty::Sample | Uncertainty::Bootstrap, Some(_)) => Some(Drawn::Clusters),
            (Uncertainty::Bootstrap, None) => Some(Drawn::Blocks),
            _ => None,
        }
    }

    /// The value of parts, with its interval by what is declared of it. Drawing begins with what the value is, so that the same value always
    /// has the same digits.
    pub fn estimate(
        &self,
        parts: &Parts,
        pieces: &Pieces,
        at: (&EntityId, Period),
        chance: f64,
    ) -> Option<Estimate> {
        let Some(drawn) = self.drawn() else { return parts.estimate(self.measure, self.uncertainty, chance) };
        let mut estimate = parts.estimate(self.measure, Uncertainty::None, chance)?;
        estimate.interval = match self.uncertainty {
            Uncertainty::Sample => {
                let clusters: Vec<_> = pieces.parts().iter().map(|parts| (parts.count, parts.sum)).collect();
                clustered_interval(&clusters, chance)
            }
            _ => bootstrap_interval(&pieces.parts(), self.measure, drawn, self.seed(at.0, at.1), chance),
        };
        Some(estimate)
    }

    /// Whether a value rests on too few persons or events to be published.
    pub fn hides(&self, parts: &Parts) -> bool {
        let counted = match (self.measure, self.uncertainty) {
            (Measure::Ratio { .. } | Measure::Excess { .. }, Uncertainty::Events) => parts.numerator,
            (Measure::Ratio { .. } | Measure::Excess { .. }, _) => parts.denominator,
            _ => parts.count,
        };
        self.suppress_below > 0.0 && counted < self.suppress_below
    }

    /// Where drawing begins for one value.
    pub fn seed(&self, area: &EntityId, period: Period) -> u64 {
        let text = format!("{}|{area}|{period}", self.formula());
        twox_hash::XxHash3_64::oneshot(text.as_bytes())
    }

    /// The unit as people of a language read it.
    pub fn unit_shown(&self, language: &str) -> &str {
        let symbol = || senne_contract::Unit::find(&self.unit).map_or("", |unit| unit.symbol);
        self.shown.as_ref().map_or_else(symbol, |shown| shown.get(language))
    }

    /// A digest of all that values follow from: 16 hexadecimal digits. Another version of the program that computes otherwise changes it too.
    pub fn formula(&self) -> String {
        let text = format!(
            "{}|{}|{:?}|{:?}|{:?}|{:?}|{}|{:?}|{FORMULA_VERSION}",
            self.id,
            self.version,
            self.measure,
            self.uncertainty,
            self.levels,
            self.frequencies,
            self.suppress_below,
            // Not how often it is computed, or which days it touches.
            self.computed.as_ref().map(|computed| (&computed.reads, &computed.sql))
        );
        // What was computed before there were clusters is computed as it was.
        let text = match &self.clustered_by {
            Some(clusters) => format!("{text}|{clusters}"),
            None => text,
        };
        let text = self.slices().fold(text, |text, slice| format!("{text}|{slice}"));
        format!("{:016x}", twox_hash::XxHash3_64::oneshot(text.as_bytes()))
    }
}

impl TargetDeclaration {
    /// The target as it is counted with; nothing when a period in it is none, which reading has refused.
    pub fn target(&self) -> Option<Target> {
        let baseline = match &self.baseline {
            Some(baseline) => Some((baseline.period.parse().ok()?, baseline.value)),
            None => None,
        };
        Some(Target { baseline, by: self.by.parse().ok()?, band: Band { low: self.low, high: self.high } })
    }
}

/// Goes up when the program computes values from parts in another way.
const FORMULA_VERSION: u32 = 1;
