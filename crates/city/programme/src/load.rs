//! Programmes from files: YAML or JSON, a list of entities in their simple form.

use std::collections::BTreeMap;

use senne_contract::YamlFile;
use senne_hub::Context;
use senne_model::{ErrorKind, Json, Problem, Write};
use serde::Deserialize as _;

use crate::{Programmes, check::Beside};

/// The longest text, in bytes.
pub const LOAD_BYTES_MAX: usize = 64 << 20;
/// So many entities are written at once; fewer are written all or not at all.
const AT_ONCE: usize = 20_000;
/// So many findings are told.
const FINDINGS_MOST: usize = 50;

/// What a load did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// How many entities were written, by their types.
    pub written: BTreeMap<String, usize>,
    /// What does not hang together now, a sentence each, at most 50: references to what is not there, values that do not fit.
    pub findings: Vec<String>,
}

impl Programmes {
    /// Writes the entities of a text, YAML or JSON: a list of entities, or one. `file` is what findings call the text. Nothing is written when
    /// one of them cannot be; texts of more than 20,000 entities are written in portions.
    ///
    /// # Errors
    /// When the caller may not write, or with all that is wrong, a line each: `file:line:column: …`.
    pub async fn load(&self, context: &Context, file: &str, text: &str) -> Result<Loaded, Problem> {
        self.may_write(context)?;
        if text.len() > LOAD_BYTES_MAX {
            let detail = format!("a text has at most {} MiB; send it in parts", LOAD_BYTES_MAX >> 20);
            return Err(Problem::new(ErrorKind::TooLarge, detail));
        }
        let entities = entities(file, text)?;
        let writes = self.writes(context, file, text, &entities).await?;
        self.write_entities(context, &entities, writes).await
    }

    pub(crate) async fn write_entities(
        &self,
        context: &Context,
        entities: &[Json],
        writes: Vec<Write>,
    ) -> Result<Loaded, Problem> {
        let mut writes = writes.into_iter().peekable();
        while writes.peek().is_some() {
            self.write_all(context, writes.by_ref().take(AT_ONCE).collect()).await?;
        }
        let mut loaded = Loaded::default();
        for entity in entities {
            let kind = entity.get("type").and_then(Json::as_str).unwrap_or_default();
            *loaded.written.entry(kind.to_owned()).or_default() += 1;
        }
        let view = self.view(context).await?;
        let findings = view.programme.findings.iter().take(FINDINGS_MOST);
        loaded.findings = findings.map(ToString::to_string).collect();
        Ok(loaded)
    }

    async fn writes(
        &self,
        context: &Context,
        file: &str,
        text: &str,
        entities: &[Json],
    ) -> Result<Vec<Write>, Problem> {
        let (view, beside) = (self.view(context).await?, Beside::of(entities));
        let mut writes = Vec::with_capacity(entities.len());
        let mut wrong = Vec::new();
        for (place, entity) in entities.iter().enumerate() {
            let made = match self.to_writes(entity) {
                Ok(made) => self.holds(context, &view, entity, &beside).await.map(|()| made),
                Err(problem) => Err(problem),
            };
            match made {
                Ok(made) => writes.extend(made),
                Err(problem) if wrong.len() < FINDINGS_MOST => wrong.push((place, problem)),
                Err(_) => {}
            }
        }
        if wrong.is_empty() {
            return Ok(writes);
        }
        // Only now is it worth knowing where everything stands.
        let source = YamlFile::parse(file, text).map_err(|finding| Problem::bad(finding.to_string()))?;
        let line = |(place, problem): &(usize, Problem)| {
            let pointer = if source.json.is_array() { format!("/{place}") } else { String::new() };
            let field = problem.field.as_deref().map(|field| format!("/{field}")).unwrap_or_default();
            let pointer = format!("{pointer}{field}");
            source.at_value(&pointer, problem.detail.clone()).to_string()
        };
        Err(Problem::bad(wrong.iter().map(line).collect::<Vec<_>>().join("\n")))
    }
}

/// The entities of a text.
pub(crate) fn entities(file: &str, text: &str) -> Result<Vec<Json>, Problem> {
    let json = if let Ok(json) = serde_json::from_str::<Json>(text) {
        json
    } else {
        let source = YamlFile::parse(file, text).map_err(|finding| Problem::bad(finding.to_string()))?;
        Json::deserialize(source.json).map_err(|error| Problem::bad(format!("{file}: {error}")))?
    };
    match json {
        Json::Array(entities) => Ok(entities),
        Json::Object(_) => Ok(vec![json]),
        _ => Err(Problem::bad(format!(
            "{file}:1:1: a programme is a list of entities, each with `id` and `type`"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaml_and_json_are_read_alike() {
        let yaml = entities("a.yaml", "- id: urn:ngsi-ld:Pillar:a\n  type: Pillar\n  order: 1\n").unwrap();
        let json =
            entities("a.json", r#"[{"id": "urn:ngsi-ld:Pillar:a", "type": "Pillar", "order": 1}]"#).unwrap();
        assert_eq!(yaml, json);
        assert_eq!(entities("a.yaml", "id: urn:a:b\ntype: Pillar\n").unwrap().len(), 1);
        let wrong = entities("a.yaml", "- id: [").unwrap_err();
        assert!(wrong.detail.starts_with("a.yaml:"), "{}", wrong.detail);
        assert!(entities("a.yaml", "7").unwrap_err().detail.contains("a list of entities"));
    }
}
