//! Entities, type by type, page by page; the bytes of each go over as they came.

use std::collections::HashSet;

use anyhow::Context;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    Copy,
    broker::{Answer, after_full, encoded, is_other, is_passing, with_limit},
};

#[derive(Deserialize)]
struct TypeList {
    #[serde(rename = "typeList")]
    type_list: Vec<String>,
}

/// What must be known of an entity to copy it.
#[derive(Deserialize)]
struct Known {
    id: String,
    #[serde(rename = "type")]
    types: OneOrMany,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
struct Mixed {
    #[serde(default)]
    errors: Vec<Failed>,
}

#[derive(Deserialize)]
struct Failed {
    #[serde(rename = "entityId")]
    id: Option<String>,
    error: Option<serde_json::Value>,
}

impl Copy {
    /// The types that are left to be copied, in an order that is the same each time.
    pub(super) async fn types_left(&mut self) -> anyhow::Result<Vec<String>> {
        let list: TypeList = self.from.get("/types").await?.json().context("the types cannot be listed")?;
        let mut types = list.type_list;
        types.sort();
        let done: HashSet<&str> = self.state.types_done.iter().map(String::as_str).collect();
        Ok(types.into_iter().filter(|kind| !done.contains(kind.as_str())).collect())
    }

    pub(super) async fn entities(&mut self) -> anyhow::Result<()> {
        for kind in self.types_left().await? {
            let page = self.options.page;
            let first = format!("/entities?type={}&options=sysAttrs&limit={page}", encoded(&kind));
            // The page that was too large before a break is asked for in the size that was named since.
            let place = self.state.place_in(&kind).map(|place| with_limit(place, page));
            let (mut next, mut before) = (Some(place.unwrap_or(first)), None);
            while let Some(path) = next {
                let page = self.from.get(&path).await?;
                is_other(&page, &mut before).with_context(|| format!("entities of the type {kind}"))?;
                let written = self.write_entities(&page).await;
                let elements = written.with_context(|| format!("entities of the type {kind}"))?;
                next = page.next().or_else(|| after_full(&path, elements));
                self.state.go_on(&kind, next.clone())?;
                self.show();
            }
            self.state.finish_type(kind)?;
        }
        Ok(())
    }

    /// Gives how many entities are on the page, written or not.
    async fn write_entities(&mut self, page: &Answer) -> anyhow::Result<usize> {
        let entities: Vec<Box<RawValue>> = page.json()?;
        let mut fresh = Vec::with_capacity(entities.len());
        for entity in &entities {
            let known: Known = serde_json::from_str(entity.get()).context("an entity has no id or type")?;
            if !self.came_with_another_type(&known) {
                fresh.push(entity.get());
            }
        }
        if fresh.is_empty() {
            return Ok(entities.len());
        }
        let body = format!("[{}]", fresh.join(","));
        let answer = self.into.post("/entityOperations/upsert", body.into_bytes()).await?;
        let mut refused = 0;
        if answer.status.as_u16() == 207 {
            let mixed: Mixed = answer.json()?;
            refused = mixed.errors.len();
            for failed in mixed.errors {
                let (id, error) = (failed.id.unwrap_or_default(), failed.error.unwrap_or_default());
                let status = error.get("status").and_then(serde_json::Value::as_u64).unwrap_or_default();
                if u16::try_from(status).is_ok_and(is_passing) {
                    anyhow::bail!(
                        "the entity {id} cannot be written now: {error}; the same command goes on from here"
                    );
                }
                let detail = error.get("detail").and_then(|detail| detail.as_str()).unwrap_or("no reason");
                self.state.refuse(format!("the entity {id}: {detail}"));
            }
        } else if answer.status.as_u16() == 413 {
            anyhow::bail!(
                "they are too many at once: {}; the same command with a smaller --page goes on",
                answer.words()
            );
        } else if !answer.status.is_success() {
            anyhow::bail!("they are refused: {}", answer.words());
        }
        self.state.count("entities", fresh.len().saturating_sub(refused));
        Ok(entities.len())
    }

    /// An entity of several types is found under each of them, and copied under the first.
    fn came_with_another_type(&self, known: &Known) -> bool {
        tracing::trace!(id = known.id, "an entity is copied");
        match &known.types {
            OneOrMany::One(kind) => self.state.types_done.contains(kind),
            OneOrMany::Many(types) => types.iter().any(|kind| self.state.types_done.contains(kind)),
        }
    }
}
