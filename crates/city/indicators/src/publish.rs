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
        writes.extend(figures.chunks(FIGURES).map(|figures| observed(declaration, &area, figures)));
    }
    write(hub, context, writes).await
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
