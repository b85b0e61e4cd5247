//! What the portal shows of a programme and does not work out itself.
//!
//! The module of programmes keeps the view and writes what is decided; the server hands an implementation of [`Programmes`] to the portal.

use std::sync::Arc;

use senne_hub::Context;
use senne_model::{Json, Problem};
use senne_programme::{
    DecisionId, Draft, View,
    asking::{ChoiceOrder, Foresee, Foreseen, SettlementOrder},
    decision::{Again, Decision},
};

use crate::Answer;

/// Who keeps the programme of the city.
pub trait Programmes: Send + Sync + 'static {
    /// The programme as far as the caller may see it, as of today.
    fn view<'a>(&'a self, _: &'a Context) -> Answer<'a, Arc<View>> {
        Box::pin(async { Ok(Arc::default()) })
    }

    /// All that a decision was computed of; nothing when only its minutes are known.
    fn decision<'a>(&'a self, _: &'a Context, _id: &'a DecisionId) -> Answer<'a, Option<Arc<Decision>>> {
        Box::pin(async { Ok(None) })
    }

    /// A decision made again, or that this is being done.
    fn replay<'a>(&'a self, _decision: &'a Arc<Decision>) -> Answer<'a, Again> {
        Box::pin(async { Err(nobody()) })
    }

    /// What a project could show.
    fn foresee<'a>(&'a self, _: &'a Context, _asked: &'a Foresee) -> Answer<'a, Foreseen> {
        Box::pin(async { Err(nobody()) })
    }

    /// Makes a decision on a call and writes it.
    fn decide<'a>(&'a self, _: &'a Context, _order: &'a ChoiceOrder) -> Answer<'a, DecisionId> {
        Box::pin(async { Err(nobody()) })
    }

    /// Writes an entity in its simple form, `{id, type, attribute: value}`, checked by its contract.
    fn write<'a>(&'a self, _: &'a Context, _entity: &'a Json) -> Answer<'a, ()> {
        Box::pin(async { Err(nobody()) })
    }

    /// Writes drafts that belong together, in one write: all of them or none.
    fn save_proposal<'a>(&'a self, _: &'a Context, _drafts: &'a [Draft]) -> Answer<'a, ()> {
        Box::pin(async { Err(nobody()) })
    }

    /// Writes a draft, which is not public.
    fn save_draft<'a>(&'a self, _: &'a Context, _draft: &'a Draft) -> Answer<'a, ()> {
        Box::pin(async { Err(nobody()) })
    }

    /// Says what becomes of a draft, and of all that belongs to it, in one write.
    fn settle<'a>(&'a self, _: &'a Context, _order: &'a SettlementOrder) -> Answer<'a, ()> {
        Box::pin(async { Err(nobody()) })
    }
}

fn nobody() -> Problem {
    Problem::not_found("nobody keeps a programme here")
}

/// A city without a programme.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoProgramme;

impl Programmes for NoProgramme {}
