//! A project from its entity.

use super::Reader;
use crate::types::{Colour, Judgement, Project, ProjectState, Span};

/// The words of [`ProjectState`].
const STATES: [(&str, ProjectState); 6] = [
    ("proposed", ProjectState::Proposed),
    ("chosen", ProjectState::Chosen),
    ("running", ProjectState::Running),
    ("finished", ProjectState::Finished),
    ("stopped", ProjectState::Stopped),
    ("rejected", ProjectState::Rejected),
];

/// The words of [`Colour`].
const COLOURS: [(&str, Colour); 3] =
    [("green", Colour::Green), ("amber", Colour::Amber), ("red", Colour::Red)];

pub(crate) fn project(reader: &mut Reader<'_>) -> Option<Project> {
    let pillar = reader.target("refPillar");
    let from = reader.date("startsOn");
    let mut until = reader.date("endsOn");
    if from.zip(until).is_some_and(|(from, until)| until < from) {
        // Rules list it; until somebody mends it, the end is left open.
        until = None;
    }
    Some(Project {
        id: reader.id().into(),
        name: reader.words("name"),
        pillar: reader.need("refPillar", pillar, "the pillar")?,
        objectives: reader.targets("refObjectives"),
        call: reader.target("refCall"),
        owner: reader.target("refOwner"),
        partners: reader.targets("refPartners"),
        state: reader.code("projectState", &STATES).unwrap_or_default(),
        span: Span { from, until },
        areas: reader.targets("refAreas"),
        kind: reader.owned("interventionKind"),
        needs: reader.targets("refNeeds"),
        strengthens: reader.targets("refStrengthens"),
        scores: reader.numbers("scores").into_iter().map(|(id, score)| (id.into(), score)).collect(),
        judgement: judgement(reader),
        confirmed_on: reader.date("lastConfirmedAt"),
    })
}

/// A judgement needs a colour and a day; who gave it is not for everybody to see.
fn judgement(reader: &mut Reader<'_>) -> Option<Judgement> {
    let colour = reader.code("confidence", &COLOURS)?;
    let on = reader.date("confidenceAt");
    Some(Judgement {
        colour,
        by: reader.owned("confidenceBy").unwrap_or_default(),
        on: on?,
        reason: reader.words("confidenceReason"),
    })
}
