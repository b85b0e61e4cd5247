//! What is said of a programme, in French, Dutch and English: sentences made of its figures.
//!
//! Numbers have the sign and the spaces of their language. What was measured is said with its interval. That no effect can be told from
//! chance is never said as if there were none. Progress, the level of an indicator and the effect of a project are said apart.

mod beside;
mod effects;
mod figures;
mod grammar;
mod language;
mod objective;
mod pager;
mod period;
mod promise;
mod reason;
mod report;
mod speaker;
#[cfg(test)]
pub(crate) mod test_city;
mod work;

pub use figures::{day, euros, figure, number, share};
pub use grammar::{list, plural, quoted};
pub use language::Language;
pub use period::period;
pub use report::{Align, Report, ReportTable, Section, report};
pub use speaker::Speaker;

use serde::Serialize;

/// A promise and what became of it. Each part is one or more whole sentences; an empty one says that nothing is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Promise {
    /// What was said.
    pub said: String,
    /// By whom.
    pub by: String,
    /// When.
    pub when: String,
    /// How far the work has come, or where the indicator stands.
    pub far: String,
    /// What it changed.
    pub changed: String,
}
