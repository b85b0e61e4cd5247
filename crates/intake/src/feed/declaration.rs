//! A feed as it is written down. Plain data; `compile` turns it into something that runs.
//! Every word is described in `docs/feeds.md` and checked by `schema.json` before it comes here.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct Declaration {
    pub(crate) id: String,
    pub(crate) title: TextDeclaration,
    #[serde(default)]
    pub(crate) description: Option<TextDeclaration>,
    pub(crate) licence: String,
    pub(crate) attribution: String,
    #[serde(default)]
    pub(crate) homepage: Option<String>,
    pub(crate) source: SourceDeclaration,
    pub(crate) format: FormatDeclaration,
    #[serde(default)]
    pub(crate) missing: Vec<String>,
    #[serde(default)]
    pub(crate) time: Option<TimeDeclaration>,
    #[serde(default)]
    pub(crate) tables: BTreeMap<String, TableDeclaration>,
    pub(crate) entities: Vec<EntityDeclaration>,
}

#[derive(Deserialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct TextDeclaration {
    pub(crate) fr: String,
    pub(crate) nl: String,
    pub(crate) en: String,
    #[serde(default)]
    pub(crate) de: Option<String>,
}

#[derive(Deserialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceDeclaration {
    #[serde(default)]
    pub(crate) files: Vec<String>,
    #[serde(default)]
    pub(crate) capture: Option<String>,
    #[serde(default)]
    pub(crate) http: Option<HttpDeclaration>,
    /// A pattern for the members of a zip archive.
    #[serde(default)]
    pub(crate) member: Option<String>,
}

#[derive(Deserialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct HttpDeclaration {
    pub(crate) url: String,
    pub(crate) every: String,
    #[serde(default)]
    pub(crate) timeout: Option<String>,
    #[serde(default)]
    pub(crate) body_mib_max: Option<u64>,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
}

#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum FormatKind {
    Csv,
    Tsv,
    Json,
    Geojson,
}

#[derive(Deserialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct FormatDeclaration {
    pub(crate) kind: FormatKind,
    #[serde(default)]
    pub(crate) delimiter: Option<String>,
    #[serde(default)]
    pub(crate) decimal: Option<String>,
    #[serde(default)]
    pub(crate) comment: Option<String>,
    /// `None`: the first row names the columns; else their names.
    #[serde(default)]
    pub(crate) header: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) encoding: Option<String>,
    #[serde(default)]
    pub(crate) repair: Option<String>,
    #[serde(default)]
    pub(crate) rows: Option<String>,
    #[serde(default)]
    pub(crate) keys: Vec<String>,
    #[serde(default)]
    pub(crate) row_kib_max: Option<u64>,
}

#[derive(Deserialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct TimeDeclaration {
    #[serde(default)]
    pub(crate) column: Option<String>,
    #[serde(default)]
    pub(crate) value: Option<String>,
    #[serde(default)]
    pub(crate) parts: Option<BTreeMap<String, String>>,
    /// The moment at which the answer was received.
    #[serde(default)]
    pub(crate) received: bool,
    #[serde(default)]
    pub(crate) format: Option<String>,
    #[serde(default)]
    pub(crate) zone: Option<String>,
    #[serde(default)]
    pub(crate) stamp: Option<String>,
    #[serde(default)]
    pub(crate) interval: Option<String>,
    #[serde(default)]
    pub(crate) fold: Option<String>,
    #[serde(default)]
    pub(crate) gap: Option<String>,
}

#[derive(Deserialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct TableDeclaration {
    #[serde(default)]
    pub(crate) file: Option<String>,
    #[serde(default)]
    pub(crate) format: Option<FormatDeclaration>,
    /// Rows written in the feed itself: column to value.
    #[serde(default)]
    pub(crate) rows: Vec<BTreeMap<String, Value>>,
    pub(crate) key: String,
    #[serde(rename = "match")]
    pub(crate) matches: String,
    #[serde(default)]
    pub(crate) optional: bool,
}

#[derive(Deserialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct EntityDeclaration {
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) when: Option<String>,
    #[serde(default)]
    pub(crate) scopes: Vec<String>,
    #[serde(default, rename = "static")]
    pub(crate) fixed: AttributeMap,
    #[serde(default)]
    pub(crate) attributes: AttributeMap,
}

/// Attributes in the order of the file (`serde_json` keeps it).
pub(crate) type AttributeMap = serde_json::Map<String, Value>;

#[derive(Deserialize, Clone, Debug, Default)]
#[serde(deny_unknown_fields)]
pub(crate) struct AttributeDeclaration {
    #[serde(default)]
    pub(crate) column: Option<String>,
    #[serde(default)]
    pub(crate) value: Option<String>,
    #[serde(default)]
    pub(crate) template: Option<String>,
    #[serde(default)]
    pub(crate) constant: Option<Value>,
    #[serde(default)]
    pub(crate) point: Option<PointDeclaration>,
    #[serde(default)]
    pub(crate) language: Option<BTreeMap<String, String>>,
    #[serde(default)]
    pub(crate) kind: Option<String>,
    #[serde(default)]
    pub(crate) unit: Option<String>,
    #[serde(default)]
    pub(crate) scale: Option<f64>,
    #[serde(default)]
    pub(crate) offset: Option<f64>,
    #[serde(default)]
    pub(crate) words: BTreeMap<String, Value>,
    #[serde(default)]
    pub(crate) optional: bool,
    #[serde(default)]
    pub(crate) observed: Option<bool>,
}

#[derive(Deserialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct PointDeclaration {
    pub(crate) longitude: String,
    pub(crate) latitude: String,
}

impl FormatDeclaration {
    /// Plain CSV: what a table is when nothing else is said.
    pub(crate) fn csv() -> Self {
        Self {
            kind: FormatKind::Csv,
            delimiter: None,
            decimal: None,
            comment: None,
            header: None,
            encoding: None,
            repair: None,
            rows: None,
            keys: Vec::new(),
            row_kib_max: None,
        }
    }
}
