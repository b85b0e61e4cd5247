//! The past of entities: their timed values, range by range.

use anyhow::Context;
use reqwest::header;
use serde_json::{Map, Value};

use super::{
    Copy,
    broker::{Answer, encoded},
};

/// Entities whose past is asked for at once: a page of values may be large.
const ENTITIES_AT_ONCE: u32 = 20;

/// Members that the broker sets anew.
const OF_THE_SYSTEM: [&str; 4] = ["instanceId", "createdAt", "modifiedAt", "deletedAt"];

/// The value that stands for a removal.
const NULL_MARKER: &str = "urn:ngsi-ld:null";

impl Copy {
    pub(super) async fn history(&mut self) -> anyhow::Result<()> {
        let end = jiff::Timestamp::now().to_string();
        self.state
            .note("values that were never observed (no observedAt) have no place in a past, and stay behind");
        for kind in self.types_left().await? {
            let mut offset =
                self.state.next.as_deref().and_then(|next| next.parse::<usize>().ok()).unwrap_or(0);
            loop {
                let limit = ENTITIES_AT_ONCE.min(self.options.page);
                let path =
                    format!("/temporal/entities?type={}&limit={limit}&offset={offset}", encoded(&kind));
                let Some(more) =
                    self.past_page(&path, &end).await.with_context(|| format!("the past of {kind}"))?
                else {
                    self.state.note("the other broker shows no past");
                    return Ok(());
                };
                offset += limit as usize;
                self.state.next = Some(offset.to_string());
                self.state.save()?;
                self.show();
                if !more {
                    break;
                }
            }
            self.state.next = None;
            self.state.types_done.push(kind);
            self.state.save()?;
        }
        Ok(())
    }

    /// The past of one page of entities, as often as it comes in parts. Gives whether there are more entities; `None` when
    /// the broker knows no past.
    async fn past_page(&mut self, path: &str, end: &str) -> anyhow::Result<Option<bool>> {
        let mut from = "0001-01-01T00:00:00Z".to_owned();
        loop {
            let range =
                format!("{path}&timerel=between&timeAt={}&endTimeAt={}", encoded(&from), encoded(end));
            let answer = self.from.get(&range).await?;
            if answer.is_unknown() {
                return Ok(None);
            }
            let entities: Vec<Map<String, Value>> = answer.json()?;
            let (more, empty) = (answer.next().is_some(), entities.is_empty());
            for entity in entities {
                self.write_past(entity).await?;
            }
            match reached(&answer) {
                // The moment where the part ends may hold more than one value: it is asked for again.
                Some(reached) if moment(&reached) > moment(&from) => from = reached,
                Some(reached) => {
                    let what = format!("values of {reached} are more than the other broker gives at once");
                    self.state.refuse(what);
                    return Ok(Some(more && !empty));
                }
                None => return Ok(Some(more && !empty)),
            }
        }
    }

    async fn write_past(&mut self, mut entity: Map<String, Value>) -> anyhow::Result<()> {
        let mut values = 0;
        entity.retain(|name, value| {
            if matches!(name.as_str(), "id" | "type" | "scope") {
                return name != "scope";
            }
            let mut instances = match std::mem::take(value) {
                Value::Array(instances) => instances,
                single @ Value::Object(_) => vec![single],
                _ => return false,
            };
            instances.retain(is_a_value);
            for instance in instances.iter_mut().filter_map(Value::as_object_mut) {
                OF_THE_SYSTEM.iter().for_each(|name| {
                    instance.remove(*name);
                });
            }
            values += instances.len();
            *value = Value::Array(instances);
            value.as_array().is_some_and(|instances| !instances.is_empty())
        });
        if values == 0 {
            return Ok(());
        }
        let id = entity.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let answer = self.into.post("/temporal/entities", serde_json::to_vec(&entity)?).await?;
        if answer.status.is_success() {
            self.state.count("values of the past", values);
        } else {
            self.state.refuse(format!("the past of {id}: {} {}", answer.status, answer.text()));
        }
        Ok(())
    }
}

/// Whether an instance says something of a moment, and not that something was removed.
fn is_a_value(instance: &Value) -> bool {
    let removal = |value: &Value| value.as_str() == Some(NULL_MARKER);
    let members = ["value", "object", "vocab", "json"];
    instance.get("observedAt").is_some()
        && instance.get("deletedAt").is_none()
        && !members.iter().any(|member| instance.get(member).is_some_and(removal))
}

/// A date-time that can be compared.
fn moment(text: &str) -> Option<jiff::Timestamp> {
    text.parse().ok()
}

/// Up to which moment an answer that was cut short goes.
fn reached(answer: &Answer) -> Option<String> {
    if answer.status.as_u16() != 206 {
        return None;
    }
    let range = answer.headers.get(header::CONTENT_RANGE)?.to_str().ok()?;
    let range = range.split_once(' ')?.1;
    let (both, _) = range.rsplit_once('/')?;
    // Both are date-times, which have hyphens of their own.
    let (_, end) = both.split_once("Z-")?;
    Some(end.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_part_is_found() {
        let mut headers = header::HeaderMap::new();
        let range = "DateTime 2024-01-01T00:00:00Z-2024-02-01T12:00:00.5Z/*";
        headers.insert(header::CONTENT_RANGE, range.parse().unwrap());
        let answer = |status| Answer { status, headers: headers.clone(), body: Vec::new() };
        let partial = answer(reqwest::StatusCode::PARTIAL_CONTENT);
        assert_eq!(reached(&partial).as_deref(), Some("2024-02-01T12:00:00.5Z"));
        assert_eq!(reached(&answer(reqwest::StatusCode::OK)), None);
    }

    #[test]
    fn removals_and_untimed_values_stay_behind() {
        let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert!(is_a_value(&value(r#"{"value":1,"observedAt":"2024-01-01T00:00:00Z"}"#)));
        assert!(!is_a_value(&value(r#"{"value":1}"#)));
        assert!(!is_a_value(&value(r#"{"value":"urn:ngsi-ld:null","observedAt":"2024-01-01T00:00:00Z"}"#)));
    }
}
