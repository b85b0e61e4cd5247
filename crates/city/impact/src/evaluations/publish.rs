//! The runs of an evaluation, written on its entity: the newest stands, the others are its past.

use senne_hub::{Context, Hub, WriteOptions};
use senne_model::{
    Attribute, AttributeValue, ChangeNo, Entity, EntityId, Instance, Json, Operation, Problem, Timestamp,
    Write,
};

use super::{EVALUATION, plan::Plan, term};
use crate::Report;

/// Writes a run, unless it was made of the same inputs by the same plan as the one that stands.
pub(crate) async fn ran(
    hub: &Hub,
    context: &Context,
    plan: &Plan,
    entity: &Entity,
    report: &Report,
    inputs: &str,
    vintage: ChangeNo,
) -> Result<(), Problem> {
    if !report.estimate.is_finite() {
        return refused(hub, context, &entity.id, entity, "the method gives no estimate of these data").await;
    }
    let digest = plan.digest();
    if stands(entity, "inputs") == Some(inputs) && stands(entity, "plan") == Some(&digest) {
        return Ok(());
    }
    let mut effect = Instance::new(AttributeValue::Property(Json::Float(report.estimate)));
    let mut more = |local: &str, json: Json| {
        effect
            .sub_attributes
            .push(Attribute::new(term(local), Instance::new(AttributeValue::Property(json))));
    };
    let [low, high] = report.interval;
    for (name, value) in [
        ("lowerBound", low),
        ("upperBound", high),
        ("standardError", report.standard_error),
        ("pValue", report.p_value),
        ("detectable", report.verdict.detectable),
    ] {
        if value.is_finite() {
            more(name, Json::Float(value));
        }
    }
    more("grade", Json::Int(i64::from(report.verdict.grade)));
    more("answer", Json::text(report.verdict.answer));
    more("method", Json::text(report.method));
    more("plan", Json::text(&digest));
    more("inputs", Json::text(inputs));
    more("vintage", Json::Int(i64::try_from(vintage.0).unwrap_or(i64::MAX)));
    let verdict = [("fr", &report.verdict.fr), ("nl", &report.verdict.nl), ("en", &report.verdict.en)];
    let verdict = verdict.map(|(tag, text)| (tag.into(), Json::text(text))).into();
    let text = serde_json::to_string(report).map_err(|error| Problem::internal(error.to_string()))?;
    let report: Json = serde_json::from_str(&text).map_err(|error| Problem::internal(error.to_string()))?;
    let attributes = vec![
        Attribute::new(term("effect"), effect.at(Timestamp::now())),
        Attribute::new(term("verdict"), Instance::new(AttributeValue::Language(verdict))),
        Attribute::new(term("report"), Instance::new(AttributeValue::JsonProperty(report))),
        property("runStatus", "ran"),
    ];
    write(hub, context, &entity.id, attributes).await
}

/// Writes why an evaluation cannot run.
pub(crate) async fn refused(
    hub: &Hub,
    context: &Context,
    id: &EntityId,
    entity: &Entity,
    why: &str,
) -> Result<(), Problem> {
    let status = entity.instance(&term("runStatus")).and_then(|instance| instance.value.as_text());
    if status == Some(why) {
        return Ok(());
    }
    write(hub, context, id, vec![property("runStatus", why)]).await
}

async fn write(
    hub: &Hub,
    context: &Context,
    id: &EntityId,
    attributes: Vec<Attribute>,
) -> Result<(), Problem> {
    let mut write = Write::new(id.clone(), Operation::Append { keep: false });
    write.types.push(term(EVALUATION));
    write.attributes = attributes;
    let answers = hub.write(context, vec![write], WriteOptions::default()).await?;
    answers.into_iter().collect::<Result<Vec<_>, Problem>>().map(|_| ())
}

fn property(local: &str, text: &str) -> Attribute {
    Attribute::new(term(local), Instance::new(AttributeValue::Property(Json::text(text))))
}

/// A property of the effect that stands.
fn stands<'a>(entity: &'a Entity, local: &str) -> Option<&'a str> {
    let effect = entity.instance(&term("effect"))?;
    let attribute = effect.sub_attributes.iter().find(|attribute| attribute.name.local() == local)?;
    attribute.main()?.value.as_text()
}
