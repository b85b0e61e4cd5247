//! The shapes of a contract file, as serde reads them after the schema has passed.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::Localised;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawContract {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) version: u32,
    pub(crate) model: Option<String>,
    pub(crate) title: RawLocalised,
    pub(crate) description: RawLocalised,
    pub(crate) class: String,
    pub(crate) primary: Option<String>,
    pub(crate) icon: Option<String>,
    pub(crate) colour: Option<String>,
    pub(crate) retention: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) publication: Option<RawPublication>,
    #[serde(default)]
    pub(crate) defaults: RawLimits,
    /// Kept as JSON because serde_json's map keeps the order of the file.
    pub(crate) attributes: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawPublication {
    pub(crate) licence: String,
    pub(crate) theme: String,
    pub(crate) frequency: String,
    pub(crate) high_value: Option<String>,
    #[serde(default)]
    pub(crate) keywords: Vec<RawLocalised>,
}

#[derive(Deserialize, Default, Clone)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawLimits {
    pub(crate) cadence: Option<String>,
    pub(crate) gap_after: Option<String>,
    pub(crate) future_tolerance: Option<String>,
    pub(crate) late_after: Option<String>,
    pub(crate) late_is_suspect: Option<bool>,
    pub(crate) missing: Option<Vec<f64>>,
    pub(crate) stuck: Option<RawStuck>,
    pub(crate) spike: Option<RawSpike>,
    pub(crate) sensor_failed: Option<RawSensorFailed>,
}

#[derive(Deserialize)]
pub(crate) struct RawAttribute {
    #[serde(default)]
    pub(crate) former: Vec<String>,
    pub(crate) kind: String,
    pub(crate) unit: Option<String>,
    pub(crate) shown: Option<RawShown>,
    pub(crate) title: RawLocalised,
    pub(crate) description: Option<RawLocalised>,
    pub(crate) plausible: Option<[f64; 2]>,
    pub(crate) usual: Option<[f64; 2]>,
    pub(crate) class: Option<String>,
    #[serde(default)]
    pub(crate) indexed: bool,
    #[serde(default)]
    pub(crate) guidelines: Vec<RawGuideline>,
    pub(crate) cadence: Option<String>,
    pub(crate) gap_after: Option<String>,
    pub(crate) future_tolerance: Option<String>,
    pub(crate) late_after: Option<String>,
    pub(crate) late_is_suspect: Option<bool>,
    pub(crate) missing: Option<Vec<f64>>,
    pub(crate) stuck: Option<RawStuck>,
    pub(crate) spike: Option<RawSpike>,
    pub(crate) sensor_failed: Option<RawSensorFailed>,
}

impl RawAttribute {
    /// Takes its limits; the defaults stand in for what it does not say.
    pub(crate) fn limits(&mut self, defaults: &RawLimits) -> RawLimits {
        RawLimits {
            cadence: self.cadence.take().or_else(|| defaults.cadence.clone()),
            gap_after: self.gap_after.take().or_else(|| defaults.gap_after.clone()),
            future_tolerance: self.future_tolerance.take().or_else(|| defaults.future_tolerance.clone()),
            late_after: self.late_after.take().or_else(|| defaults.late_after.clone()),
            late_is_suspect: self.late_is_suspect.or(defaults.late_is_suspect),
            missing: self.missing.take().or_else(|| defaults.missing.clone()),
            stuck: self.stuck.take().or_else(|| defaults.stuck.clone()),
            spike: self.spike.take().or_else(|| defaults.spike.clone()),
            sensor_failed: self.sensor_failed.take().or_else(|| defaults.sensor_failed.clone()),
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct RawShown {
    pub(crate) unit: String,
    pub(crate) factor: f64,
}

#[derive(Deserialize, Clone)]
pub(crate) struct RawStuck {
    pub(crate) after: String,
    #[serde(default)]
    pub(crate) except: Vec<f64>,
}

#[derive(Deserialize, Clone)]
pub(crate) struct RawSpike {
    pub(crate) limit: f64,
    #[serde(default)]
    pub(crate) per_hour: f64,
    pub(crate) accept_after: Option<u16>,
}

#[derive(Deserialize, Clone)]
pub(crate) struct RawSensorFailed {
    pub(crate) failures: u16,
    pub(crate) recover_after: String,
}

#[derive(Deserialize)]
pub(crate) struct RawGuideline {
    pub(crate) key: String,
    pub(crate) title: RawLocalised,
    pub(crate) statistic: String,
    pub(crate) period: String,
    pub(crate) limit: f64,
    pub(crate) source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawLocalised {
    fr: String,
    nl: String,
    en: String,
    de: Option<String>,
}

impl From<RawLocalised> for Localised {
    fn from(raw: RawLocalised) -> Self {
        Self { fr: raw.fr, nl: raw.nl, en: raw.en, de: raw.de }
    }
}
