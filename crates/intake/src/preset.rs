//! A set of live feeds that belong together, for `senne serve --preset NAME`.

use std::{sync::Arc, time::Duration};

use senne_contract::{Finding, Localised, Period};
use serde::Deserialize;

use crate::{Feed, yaml::Document};

/// A named set of live feeds.
#[derive(Debug)]
pub struct Preset {
    /// Its short stable name, e.g. `brussels`.
    pub id: String,
    /// What people call it.
    pub title: Localised,
    /// The feeds, each with a live source.
    pub feeds: Vec<PresetFeed>,
}

/// One feed of a preset, with the preset's own address or rhythm already in it.
#[derive(Debug)]
pub struct PresetFeed {
    /// The feed.
    pub feed: Arc<Feed>,
    /// Whether the preset wants it on; a feed that is off needs a key or an agreement first.
    pub enabled: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Declaration {
    id: String,
    title: Title,
    feeds: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Title {
    fr: String,
    nl: String,
    en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    feed: String,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    every: Option<String>,
    #[serde(default = "yes")]
    enabled: bool,
}

fn yes() -> bool {
    true
}

const SCHEMA: &str = r#"{
  "type": "object", "additionalProperties": false, "required": ["id", "title", "feeds"],
  "properties": {
    "id": { "type": "string" },
    "title": { "type": "object" },
    "feeds": { "type": "array", "minItems": 1, "items": {
      "type": "object", "additionalProperties": false, "required": ["feed"],
      "properties": {
        "feed": { "type": "string" },
        "url": { "type": "string", "pattern": "^https?://" },
        "every": { "type": "string", "pattern": "^P" },
        "enabled": { "type": "boolean" }
      }
    } }
  }
}"#;

impl Preset {
    /// Reads a preset; its feeds are those that ship with the program.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<Finding>> {
        let document = Document::read(file, text)?;
        let mut findings = document.check(SCHEMA);
        if !findings.is_empty() {
            return Err(findings);
        }
        let declaration: Declaration = serde_json::from_value(document.value.clone())
            .map_err(|e| vec![document.finding("/title", e.to_string())])?;
        let mut feeds = Vec::new();
        for (i, entry) in declaration.feeds.iter().enumerate() {
            match entry.feed() {
                Ok(feed) => feeds.push(PresetFeed { feed: Arc::new(feed), enabled: entry.enabled }),
                Err(message) => findings.push(document.finding(&format!("/feeds/{i}"), message)),
            }
        }
        if !findings.is_empty() {
            return Err(findings);
        }
        let Title { fr, nl, en } = declaration.title;
        Ok(Self { id: declaration.id, title: Localised { fr, nl, en, de: None }, feeds })
    }
}

impl Entry {
    fn feed(&self) -> Result<Feed, String> {
        let mut feed =
            Feed::builtin(&self.feed).ok_or_else(|| format!("there is no feed `{}`", self.feed))?;
        let http =
            feed.http.as_mut().ok_or_else(|| format!("the feed `{}` has no live source", self.feed))?;
        if let Some(url) = &self.url {
            http.url.clone_from(url);
        }
        if let Some(text) = &self.every {
            let every = Period::parse(text).and_then(Period::exact).filter(|d| *d >= Duration::from_secs(1));
            http.every = every.ok_or_else(|| format!("`{text}` is not a duration such as PT1M"))?;
        }
        Ok(feed)
    }
}
