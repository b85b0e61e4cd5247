//! Hands the module of programmes to the portal, which knows no module.

use std::sync::Arc;

use senne_city_indicators::Indicators;
use senne_city_programme::Programmes;
use senne_face_portal::Answer;
use senne_hub::Context;
use senne_model::Json;
use senne_programme::{
    DecisionId, Draft, View,
    asking::{ChoiceOrder, Foresee, Foreseen, SettlementOrder},
    decision::{Again, Decision},
};

use super::foresee;

pub(crate) struct PortalProgrammes {
    pub(crate) programmes: Programmes,
    pub(crate) indicators: Indicators,
}

impl senne_face_portal::Programmes for PortalProgrammes {
    fn view<'a>(&'a self, context: &'a Context) -> Answer<'a, Arc<View>> {
        Box::pin(self.programmes.view(context))
    }

    fn decision<'a>(&'a self, context: &'a Context, id: &'a DecisionId) -> Answer<'a, Option<Arc<Decision>>> {
        Box::pin(self.programmes.decision(context, id))
    }

    fn replay<'a>(&'a self, decision: &'a Arc<Decision>) -> Answer<'a, Again> {
        Box::pin(self.programmes.replay(decision))
    }

    fn foresee<'a>(&'a self, context: &'a Context, asked: &'a Foresee) -> Answer<'a, Foreseen> {
        Box::pin(foresee(&self.indicators, context, asked))
    }

    fn decide<'a>(&'a self, context: &'a Context, order: &'a ChoiceOrder) -> Answer<'a, DecisionId> {
        Box::pin(self.programmes.decide(context, order))
    }

    fn write<'a>(&'a self, context: &'a Context, entity: &'a Json) -> Answer<'a, ()> {
        Box::pin(self.programmes.write(context, entity))
    }

    fn save_proposal<'a>(&'a self, context: &'a Context, drafts: &'a [Draft]) -> Answer<'a, ()> {
        Box::pin(self.programmes.save_proposal(context, drafts))
    }

    fn save_draft<'a>(&'a self, context: &'a Context, draft: &'a Draft) -> Answer<'a, ()> {
        Box::pin(self.programmes.save_draft(context, draft))
    }

    fn settle<'a>(&'a self, context: &'a Context, order: &'a SettlementOrder) -> Answer<'a, ()> {
        Box::pin(self.programmes.settle(context, order))
    }
}
