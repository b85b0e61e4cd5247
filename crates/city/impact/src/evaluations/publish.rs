//! The runs of an evaluation, written on its entity: the newest stands, the others are its past.

use senne_hub::{Context, Hub, WriteOptions};
use senne_model::{
    Attribute, AttributeValue, ChangeNo, Entity, EntityId, Instance, Json, Operation, Problem, Timestamp,
    Write,
};

use super::{EVALUATION, plan::Plan, term};
use crate::Report;

/// What is said of an evaluation that could run.
const RAN: &str = "ran";

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
        // It may have been refused since: by a plan that was put right again, or for data that came back.
        return status(hub, context, &entity.id, entity, RAN).await;
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
        property("runStatus", RAN),
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
    status(hub, context, id, entity, why).await
}

/// Writes how a run went, unless that is what stands.
async fn status(
    hub: &Hub,
    context: &Context,
    id: &EntityId,
    entity: &Entity,
    said: &str,
) -> Result<(), Problem> {
    let stands = entity.instance(&term("runStatus")).and_then(|instance| instance.value.as_text());
    if stands == Some(said) {
        return Ok(());
    }
    write(hub, context, id, vec![property("runStatus", said)]).await
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

#[cfg(test)]
mod tests {
    use senne_hub::{HubConfig, Principal};
    use senne_model::{Iri, TenantName};

    use super::*;
    use crate::{MethodName, Request, Table, evaluate};

    fn report() -> Report {
        let mut text = String::from("unit,time,value,treated\n");
        for (unit, time) in (0..12).flat_map(|unit| (0..12).map(move |time| (unit, time))) {
            let treated = u8::from(unit < 3 && time >= 8);
            let noise = f64::from((unit * 7 + time * 5) % 11) * 0.1;
            text.push_str(&format!("u{unit:02},{time},{},{treated}\n", noise - 2.0 * f64::from(treated)));
        }
        let request = Request {
            unit: Some("unit".to_owned()),
            treated: Some("treated".to_owned()),
            ..Request::new(MethodName::Did, "time", "value")
        };
        evaluate(&Table::read(text.as_bytes()).unwrap(), &request).unwrap()
    }

    fn asked(id: &EntityId) -> Write {
        let mut write = Write::new(id.clone(), Operation::CreateOrAppend);
        write.types.push(term(EVALUATION));
        let relationship = |local: &str, object: &str| {
            let objects = vec![Iri::new(object)];
            let value = AttributeValue::Relationship { objects, object_type: None };
            Attribute::new(term(local), Instance::new(value))
        };
        write.attributes = vec![
            relationship("refIndicator", "urn:ngsi-ld:Indicator:no2-mean"),
            relationship("treated", "urn:ngsi-ld:AdministrativeArea:BE:21009"),
            property("startDate", "2024-01-02"),
        ];
        write
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_plan_that_is_put_right_again_has_run() {
        let folder = tempfile::tempdir().unwrap();
        let hub = Hub::open(HubConfig::new(folder.path())).await.unwrap();
        let principal = Principal::Administrator { name: "test".to_owned() };
        let context = Context::new(principal, TenantName::default());
        let id = EntityId::trusted("urn:ngsi-ld:Evaluation:1");
        for answer in hub.write(&context, vec![asked(&id)], WriteOptions::default()).await.unwrap() {
            answer.unwrap();
        }
        let entity = async || hub.entity(&context, &id).await.unwrap();
        let said = async || {
            let entity = entity().await;
            let status = entity.instance(&term("runStatus")).and_then(|instance| instance.value.as_text());
            status.map(str::to_owned)
        };
        let plan = Plan::read(&*entity().await).unwrap();
        let report = report();
        let run = async || {
            let now = entity().await;
            ran(&hub, &context, &plan, &now, &report, "0123", ChangeNo(7)).await.unwrap();
        };
        run().await;
        assert_eq!(said().await.as_deref(), Some("ran"));
        refused(&hub, &context, &id, &*entity().await, "`treated` should be areas").await.unwrap();
        assert_eq!(said().await.as_deref(), Some("`treated` should be areas"));
        run().await;
        assert_eq!(said().await.as_deref(), Some("ran"));
        hub.stop().await;
    }
}
