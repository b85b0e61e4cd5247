//! `PATCH /entities/{id}` (clauses 5.6.17 and 6.5.3.4): a deep merge.

use senne_model::{
    AttributeValue, Entity, Instance, Iri, Json, Operation, Problem, Timestamp, Write, is_iri,
};

use crate::{
    contexts::Terms,
    http::{Answer, Call, no_content},
    kind::{Kind, NULL_MARKER},
    read::{Mode, Names, read_entity},
};

pub(crate) async fn merge(mut call: Call) -> Answer {
    let id = call.id()?;
    let body = call.body().await?;
    let mode = body.mode(Mode { simplified: call.is_simplified(), ..Mode::merge() });
    let entity = read_entity(&body.bytes, mode, &mut body.names(), &body.limits)?;
    let mut write = entity.into_write_to(id, Operation::Merge)?;
    let common = Common::read(&call)?;
    if common.is_any() || call.parameters.get("type").is_some() {
        let there = call.face.hub.entity(&call.hub, &write.entity).await?;
        call.need_type(&body.terms, &there)?;
        common.fit(&mut write, &there, &body.terms)?;
    }
    call.face.write(&call.hub, write).await?;
    Ok(no_content())
}

/// What holds for all attributes of a merge that does not say otherwise.
pub(crate) struct Common {
    observed_at: Option<Timestamp>,
    lang: Option<Box<str>>,
    simplified: bool,
}

impl Common {
    pub(crate) fn read(call: &Call) -> Result<Self, Problem> {
        let observed_at = call.parameters.get("observedAt").map(|text| {
            Timestamp::parse(text).map_err(|error| Problem::bad(error.to_string()).field("observedAt"))
        });
        Ok(Self {
            observed_at: observed_at.transpose()?,
            lang: call.parameters.get("lang").map(Into::into),
            simplified: call.is_simplified(),
        })
    }

    /// Whether it depends on the present state how the merge is to be understood.
    pub(crate) fn is_any(&self) -> bool {
        self.observed_at.is_some() || self.lang.is_some() || self.simplified
    }

    /// Brings a merge to what its entity has: moments and languages where there are such, kinds as they are.
    pub(crate) fn fit(&self, write: &mut Write, there: &Entity, terms: &Terms) -> Result<(), Problem> {
        for attribute in &mut write.attributes {
            let Some(known) = there.attribute(&attribute.name) else { continue };
            for instance in &mut attribute.instances {
                let Some(known) = known.instance(instance.dataset_id.as_ref()) else { continue };
                self.one(instance, known, terms).map_err(|problem| problem.within(attribute.name.local()))?;
            }
        }
        Ok(())
    }

    fn one(&self, instance: &mut Instance, known: &Instance, terms: &Terms) -> Result<(), Problem> {
        if known.observed_at.is_some() {
            instance.observed_at = instance.observed_at.or(self.observed_at);
        }
        let plain = match &instance.value {
            AttributeValue::Property(value) if value.as_str() != Some(NULL_MARKER) => value.clone(),
            _ => return Ok(()),
        };
        if let (AttributeValue::Language(_), Some(tag), Json::Text(_) | Json::Array(_)) =
            (&known.value, &self.lang, &plain)
        {
            instance.value = AttributeValue::Language(vec![(tag.clone(), plain)]);
        } else if self.simplified {
            instance.value = keep_kind(&known.value, plain, terms)?;
        }
        Ok(())
    }
}

/// A plain value as the kind that the attribute has.
fn keep_kind(known: &AttributeValue, plain: Json, terms: &Terms) -> Result<AttributeValue, Problem> {
    let kind = Kind::of(known);
    let wrong = || {
        let detail = format!("the attribute is a {} and stays one; give a value that fits", kind.word());
        Problem::bad(detail)
    };
    let texts = |value: &Json| -> Option<Vec<String>> {
        let text = |value: &Json| value.as_str().map(str::to_owned);
        match value {
            Json::Array(items) => items.iter().map(text).collect(),
            one => Some(vec![text(one)?]),
        }
    };
    let iris = |value: &Json| -> Option<Vec<Iri>> {
        let list = texts(value)?;
        list.iter().all(|text| is_iri(text)).then(|| list.iter().map(|text| Iri::new(text)).collect())
    };
    Ok(match (known, plain) {
        (AttributeValue::Property(_), value) => AttributeValue::Property(value),
        (AttributeValue::JsonProperty(_), value) => AttributeValue::JsonProperty(value),
        (AttributeValue::List(_), Json::Array(items)) => AttributeValue::List(items),
        (AttributeValue::Relationship { object_type, .. }, value) => AttributeValue::Relationship {
            objects: iris(&value).ok_or_else(wrong)?,
            object_type: object_type.clone(),
        },
        (AttributeValue::ListRelationship(_), value) => {
            AttributeValue::ListRelationship(iris(&value).ok_or_else(wrong)?)
        }
        (AttributeValue::Vocab(_), value) => {
            let mut names = Names::new(terms.clone());
            let expand = |text: String| names.expand(&text).map(|name| Iri::new(&name));
            AttributeValue::Vocab(
                texts(&value).ok_or_else(wrong)?.into_iter().map(expand).collect::<Result<_, _>>()?,
            )
        }
        _ => return Err(wrong()),
    })
}
