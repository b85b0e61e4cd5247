//! An evaluation with its newest answer, as it is published.

use senne_model::{Instance, Json};

use super::{Reader, calls::DIRECTIONS, outcome::outcome};
use crate::types::{Answer, Evaluation, Measurement};

/// Intervals of evaluations hold the effect with this chance unless their report says another.
const LEVEL: f64 = 0.95;

pub(crate) fn evaluation(reader: &mut Reader<'_>) -> Evaluation {
    // Half of one cannot run; what stands of earlier runs is then of nothing known.
    let (outcome, whole) = match outcome(reader, "treated") {
        Ok(outcome) => (outcome, true),
        Err(()) => (None, false),
    };
    let touched: Vec<&str> = reader.targets("treated");
    let areas = touched.into_iter().filter(|id| id.contains(":AdministrativeArea:")).map(Into::into);
    Evaluation {
        id: reader.id().into(),
        name: reader.words("name"),
        project: reader.target("refProject"),
        indicator: reader.target("refIndicator").filter(|_| whole),
        outcome,
        areas: areas.collect(),
        starts_on: reader.date("startDate"),
        better: reader.code("better", &DIRECTIONS).unwrap_or_default(),
        measured: measured(reader),
        status: reader.owned("runStatus"),
    }
}

fn measured(reader: &mut Reader<'_>) -> Option<Measurement> {
    let effect = reader.instance("effect")?;
    let estimate = reader.number("effect")?;
    let part = |name: &str| sub(effect, name)?.as_f64().filter(|number| number.is_finite());
    let word = sub(effect, "answer").and_then(Json::as_str);
    let answer = Answer::WORDS.iter().find(|(known, _)| Some(*known) == word).map(|(_, answer)| *answer);
    let Some(answer) = answer else {
        let known: Vec<&str> = Answer::WORDS.iter().map(|(word, _)| *word).collect();
        reader.wrong("effect", format!("with an `answer`, one of {}", known.join(", ")));
        return None;
    };
    let grade = part("grade").filter(|grade| (1.0..=5.0).contains(grade)).map(|grade| grade as u8);
    let Some(grade) = grade else {
        reader.wrong("effect", "with a `grade` from 1 to 5");
        return None;
    };
    let level = reader.json("report").and_then(|report| report.get("level")?.as_f64());
    Some(Measurement {
        estimate,
        standard_error: part("standardError").filter(|error| *error >= 0.0),
        interval: part("lowerBound").zip(part("upperBound")).filter(|(low, high)| low <= high),
        level: level.filter(|level| *level > 0.0 && *level < 1.0).unwrap_or(LEVEL),
        detectable: part("detectable").filter(|least| *least > 0.0),
        answer,
        grade,
        verdict: reader.words("verdict"),
        on: effect.observed_at.and_then(|at| at.to_string().get(..10)?.parse().ok()),
    })
}

/// A property of an instance.
pub(super) fn sub<'a>(instance: &'a Instance, term: &str) -> Option<&'a Json> {
    let attribute = instance.sub_attributes.iter().find(|attribute| attribute.name.local() == term)?;
    match &attribute.main()?.value {
        senne_model::AttributeValue::Property(json) => Some(json),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use senne_model::{Attribute, AttributeValue, Entity, EntityId, Name};

    use super::*;
    use crate::entities::Findings;

    fn property(name: &str, json: Json) -> Attribute {
        Attribute::new(Name::new(name), Instance::new(AttributeValue::Property(json)))
    }

    fn published(answer: &str) -> Entity {
        let mut entity = Entity::new(EntityId::trusted("urn:ngsi-ld:Evaluation:e"), Name::new("Evaluation"));
        let mut effect = Instance::new(AttributeValue::Property(Json::Float(-12.5)));
        effect.sub_attributes = vec![
            property("lowerBound", Json::Float(-20.0)),
            property("upperBound", Json::Float(-5.0)),
            property("standardError", Json::Float(3.8)),
            property("detectable", Json::Float(10.0)),
            property("grade", Json::Int(4)),
            property("answer", Json::text(answer)),
        ];
        let report = Json::Object(vec![("level".into(), Json::Float(0.9))]);
        entity.attributes = vec![
            Attribute::new(Name::new("effect"), effect),
            Attribute::new(Name::new("report"), Instance::new(AttributeValue::JsonProperty(report))),
            property("outcomeType", Json::text("TrafficFlowObserved")),
            property("outcomeAttribute", Json::text("intensity")),
            property("better", Json::text("down")),
        ];
        entity
    }

    #[test]
    fn an_answer_is_read_as_it_was_published() {
        let mut findings = Findings::default();
        let found = evaluation(&mut Reader::new(&published("better"), &mut findings));
        let measured = found.measured.unwrap();
        assert_eq!((measured.answer, measured.grade, measured.level), (Answer::Better, 4, 0.9));
        assert_eq!((measured.interval, measured.standard_error), (Some((-20.0, -5.0)), Some(3.8)));
        let outcome = found.outcome.unwrap();
        assert_eq!((outcome.kind.as_str(), outcome.attribute.as_str()), ("TrafficFlowObserved", "intensity"));
        assert_eq!(found.better, crate::types::Direction::Lower);
        assert!(findings.kept.is_empty());
    }

    #[test]
    fn an_answer_that_is_not_known_is_no_answer() {
        let mut findings = Findings::default();
        assert_eq!(evaluation(&mut Reader::new(&published("super"), &mut findings)).measured, None);
        assert_eq!(findings.kept.len(), 1);
    }
}
