//! A feed against the contracts: kinds and units must agree before the first value is written.

use senne_contract::Contracts;

use crate::map::AttributePlan;

use super::Feed;

impl Feed {
    /// What does not fit the contracts, one sentence each: an attribute with another unit than its contract
    /// promises, or one that the contract does not know. Types without a contract are not judged.
    pub fn check(&self, contracts: &Contracts) -> Vec<String> {
        let mut found = Vec::new();
        for entity in &self.plan.entities {
            let Some(contract) = entity.types.first().and_then(|kind| contracts.get(kind)) else { continue };
            for plan in entity.fixed.iter().chain(&entity.attributes) {
                let Some(promise) = contract.attribute(&plan.name) else {
                    let kind = &contract.type_term;
                    found.push(format!("{}: the contract {kind} does not know `{}`", self.file, plan.term));
                    continue;
                };
                if let (Some(unit), true) = (promise.unit, promise.is_number())
                    && plan.unit.as_deref() != Some(unit.code)
                {
                    found.push(self.unit_finding(plan, unit.code, unit.symbol));
                }
            }
        }
        found
    }

    fn unit_finding(&self, plan: &AttributePlan, code: &str, symbol: &str) -> String {
        let has = plan.unit.as_deref().unwrap_or("none");
        format!("{}: `{}` has unit {has}, its contract promises {code} ({symbol})", self.file, plan.term)
    }
}
