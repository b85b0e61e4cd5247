//! Which method a table asks for, before any outcome is looked at.

use senne_impact::{Situation, choose};
use serde::Serialize;

use crate::{
    EvaluationError, Request, Table, Wording,
    methods::{name_of, situation},
    panel::Rows,
    reason::why,
};

/// The method, and why.
#[derive(Clone, Debug, Serialize)]
pub struct Advice {
    /// The method, by its name on the command line.
    pub method: &'static str,
    /// Why, the most important first.
    pub reasons: Vec<Wording>,
    /// Methods that would answer too, as a check.
    pub checks: Vec<&'static str>,
    /// How strong its evidence can be at most, from 1 to 5 (Maryland scale).
    pub grade: u8,
    /// Units that are treated.
    pub treated: usize,
    /// Units that could be compared with.
    pub donors: usize,
    /// At how many different times units begin.
    pub starts: usize,
    /// Times before the first treatment.
    pub before: usize,
    /// Times from it on.
    pub after: usize,
}

/// Chooses a method for a table by a fixed rule; the outcome plays no part.
///
/// # Errors
/// When a column is not there, or a value is not what it is for.
pub fn advise(table: &Table, request: &Request) -> Result<Advice, EvaluationError> {
    let rows = Rows::of(table, request)?;
    let situation = situation(&rows, request);
    let choice = choose(&situation);
    let Situation { treated, donors, starts, before, after, .. } = situation;
    Ok(Advice {
        method: name_of(choice.method, &situation).name(),
        reasons: choice.reasons.iter().map(|reason| why(*reason)).collect(),
        checks: choice.checks.iter().map(|check| name_of(*check, &situation).name()).collect(),
        grade: choice.grade as u8,
        treated,
        donors,
        starts,
        before,
        after,
    })
}
