//! Writes figures through the hub as entities.

use std::{collections::HashMap, time::Instant};

use senne_hub::{Context, Hub, WriteOptions};
use senne_indicator::{Declaration, Figure, entity_of};
use senne_model::{EntityId, Problem, Write};

use crate::{
    Indicators,
    entity::{declare, describe, observed},
    question::PATIENCE,
};

/// So many writes go to the hub at once.
const WRITES: usize = 500;
/// So many figures of one entity go into one write.
const FIGURES: usize = 200;

impl Indicators {
    /// Publishes figures, and the declaration that they are of.
    pub(crate) async fn publish(
        &self,
        context: &Context,
        declaration: &Declaration,
        figures: Vec<Figure>,
    ) -> Result<(), Problem> {
        if figures.is_empty() {
            return Ok(());
        }
        publish(&self.hub, context, declaration, figures).await?;
        write(&self.hub, context, vec![declare(declaration)]).await
    }
}

/// Publishes figures; their vintage is the change that the hub stands at now.
pub(crate) async fn publish(
    hub: &Hub,
    context: &Context,
    declaration: &Declaration,
    figures: Vec<Figure>,
) -> Result<(), Problem> {
    let vintage = hub.head();
    let mut by_area: HashMap<EntityId, Vec<Figure>> = HashMap::new();
    for figure in figures {
        by_area.entry(figure.area.clone()).or_default().push(Figure { vintage, ..figure });
    }
    let mut writes: Vec<Write> = Vec::new();
    for (area, figures) in by_area {
        if hub.entity(context, &entity_of(&declaration.id, &area)).await.is_err() {
            writes.push(describe(declaration, &area));
        }
        writes.extend(portions(declaration, &area, figures));
    }
    write(hub, context, writes).await
}

/// The writes of the figures of an area. A write is of the simulator or it is not: what is real must not be marked with what is made up.
fn portions(declaration: &Declaration, area: &EntityId, figures: Vec<Figure>) -> Vec<Write> {
    let (made, real): (Vec<Figure>, Vec<Figure>) =
        figures.into_iter().partition(|figure| figure.value.simulated);
    let portions = made.chunks(FIGURES).chain(real.chunks(FIGURES));
    portions.map(|some| observed(declaration, area, some)).collect()
}

/// Writes in portions; the first that is refused is the error.
pub(crate) async fn write(hub: &Hub, context: &Context, writes: Vec<Write>) -> Result<(), Problem> {
    let mut writes = writes.into_iter().peekable();
    while writes.peek().is_some() {
        let some: Vec<Write> = writes.by_ref().take(WRITES).collect();
        let context = Context { deadline: Instant::now() + PATIENCE, ..context.clone() };
        let answers = hub.write(&context, some, WriteOptions::default()).await?;
        answers.into_iter().collect::<Result<Vec<_>, Problem>>()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use senne_indicator::{Status, Value, read};
    use senne_model::ChangeNo;

    use super::*;

    #[test]
    fn what_is_real_is_not_marked_with_what_is_made_up() {
        let text = "id: rate
version: 1
title: { fr: a, nl: b, en: c }
definition: { fr: a, nl: b, en: c }
pillar: economy
unit: P1
direction: down
measure: value
levels: [region]
frequencies: [year]
entered: { from: { fr: a, nl: b, en: c } }
data_quality: survey
owner: Somebody
";
        let declaration = read("a", text).unwrap();
        let area = EntityId::trusted("urn:a");
        let figure = |year: &str, simulated: bool| Figure {
            area: area.clone(),
            period: year.parse().unwrap(),
            slice: None,
            value: Value { number: Some(1.0), status: Status::Final, simulated, ..Value::default() },
            formula: "f".to_owned(),
            vintage: ChangeNo(1),
        };
        let all = vec![figure("2022", true), figure("2023", false), figure("2024", true)];
        let writes = portions(&declaration, &area, all);
        let marked: Vec<(bool, usize)> =
            writes.iter().map(|write| (write.simulated, write.attributes[0].instances.len())).collect();
        assert_eq!(marked, [(true, 2), (false, 1)]);
    }
}
