//! What the page of a portfolio shows.
//!
//! [`lines`] computes a line for each project; that is worth keeping for as long as neither the programme nor the day changes. [`page`],
//! [`totals`], [`bubbles`] and [`matrix`] only look into lines.

mod bubble;
mod line;
mod matrix;
mod objective;
mod query;
mod roadmap;
mod totals;

pub use bubble::{Bubble, Bubbles, bubbles};
pub use line::{
    Attributed, BenefitSum, Expected, IndicatorLevel, Line, LineLimits, Money, Staleness, StalenessState,
    line, lines,
};
pub(crate) use matrix::agreement;
pub use matrix::{Agreement, Cell, Column, Matrix, MatrixRow, matrix};
pub use objective::{ObjectiveLine, Standing, objective_line, standing};
pub use query::{Filter, Page, Query, SortBy, page};
pub use roadmap::{Bar, Mark, bar, roadmap};
pub use totals::{StateCount, Totals, totals};
pub(crate) use totals::{is_active, is_on};
