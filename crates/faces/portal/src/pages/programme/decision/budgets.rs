//! What a selection takes of each budget.

use senne_chart::meter;
use senne_programme::selection::BudgetUse;

use super::rule;
use crate::{pages::programme::call::told::money, words::Words};

/// A budget: what there is, what is taken of it, and what is left.
pub(crate) struct BudgetRow {
    pub(crate) budget: String,
    pub(crate) used: String,
    pub(crate) left: String,
    pub(crate) picture: String,
}

/// The budgets in their order.
pub(crate) fn budgets(words: Words, all: &[BudgetUse]) -> Vec<BudgetRow> {
    let row = |one: &BudgetUse| {
        let ceiling = one.budget.ceiling;
        BudgetRow {
            budget: rule::ceiling(words, &one.budget),
            used: money(words, one.used),
            left: money(words, ceiling - one.used),
            picture: meter::svg(Some(one.used.as_f64()), ceiling.as_f64(), ceiling.as_f64()),
        }
    };
    all.iter().map(row).collect()
}
