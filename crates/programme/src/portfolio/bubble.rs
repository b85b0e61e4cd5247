//! Cost, expected benefit and how sure that is, as bubbles.

use serde::Serialize;

use super::{Line, totals::is_on};
use crate::types::{Colour, Euros, PillarId, ProjectId, Words};

/// A project as a bubble.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bubble {
    /// The project.
    pub id: ProjectId,
    /// What it is called.
    pub name: Words,
    /// Its pillar.
    pub pillar: PillarId,
    /// Across: what it is planned to cost.
    pub cost: Euros,
    /// Upwards: what its benefits are promised to be worth, in euros over all years.
    pub benefit: f64,
    /// Its size: how sure its least sure expected effect is, 1 to 5; nothing when none is expected.
    pub grade: Option<u8>,
    /// Its colour, as computed.
    pub colour: Option<Colour>,
    /// Whether it was chosen; an outline when not.
    pub chosen: bool,
}

/// Projects as bubbles, and those that cannot be one.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Bubbles {
    /// Those with a cost and a benefit that has a price, the costliest first, so that small ones are drawn on top.
    pub bubbles: Vec<Bubble>,
    /// Those without money.
    pub without_cost: Vec<ProjectId>,
    /// Those with money of which no benefit has a price.
    pub without_price: Vec<ProjectId>,
}

/// Lines as bubbles.
pub fn bubbles<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Bubbles {
    let mut out = Bubbles::default();
    for line in lines {
        if line.money.planned <= Euros::ZERO {
            out.without_cost.push(line.id.clone());
            continue;
        }
        let Some(benefit) = line.benefit.promised else {
            out.without_price.push(line.id.clone());
            continue;
        };
        out.bubbles.push(Bubble {
            id: line.id.clone(),
            name: line.name.clone(),
            pillar: line.pillar.clone(),
            cost: line.money.planned,
            benefit,
            grade: line.evidence_grade,
            colour: line.confidence.as_ref().map(|confidence| confidence.computed),
            chosen: is_on(line.state),
        });
    }
    out.bubbles.sort_by(|a, b| b.cost.cmp(&a.cost).then_with(|| a.id.cmp(&b.id)));
    out
}
