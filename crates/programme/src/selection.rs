//! Which projects to carry out when money is short: the greatest sum of scores under all rules at once.
//!
//! Scores are counted in millionths and money in euros, both in whole numbers. The search is branch and bound over a linear relaxation; a
//! branch is cut only by a bound or a contradiction that was computed anew from the question itself, and what is proposed is checked against
//! every rule in whole numbers. So no answer rests on the rounding of the solver. The same question always has the same answer: there is a
//! limit of nodes and none of time, and projects are taken in the order of their identifiers.

mod bounds;
mod conflict;
mod frontier;
mod improve;
mod price;
mod question;
mod relaxation;
mod rows;
mod rules;
mod search;
mod stability;
mod tableau;

pub use conflict::Conflict;
pub use frontier::{FrontierPoint, FrontierRange, frontier};
pub use price::{ShadowPrice, shadow_prices};
pub use question::{BudgetUse, Candidate, Cost, Outcome, Proof, Question, SearchOptions, Selection, select};
pub use rules::{
    AreaFloor, AreaMinimum, Budget, Exclusion, Needs, PillarFloor, PillarMinimum, Rule, Rules, Violation,
};
pub use stability::{Membership, Place, Stability, StabilityOptions, stability};
