//! Why an evaluation cannot be made.

use senne_impact::StatisticsError;

/// What is wrong with the table, the question, or what the statistics found in them.
#[derive(Debug, thiserror::Error)]
pub enum EvaluationError {
    /// The table is not one.
    #[error("line {line} of the table: {why}")]
    Table {
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
    /// A column is not there.
    #[error("there is no column `{name}`{hint}; the columns are: {known}")]
    NoColumn {
        /// What was asked for.
        name: String,
        /// One that is like it.
        hint: String,
        /// Those that there are.
        known: String,
    },
    /// A value is not what its column is for.
    #[error("line {line}, column `{column}`: `{value}` is not {wanted}")]
    Value {
        /// The line, from 1.
        line: usize,
        /// The column.
        column: String,
        /// The value.
        value: String,
        /// What it should be.
        wanted: &'static str,
    },
    /// The question lacks a part that the method needs.
    #[error("the method `{method}` needs {what}")]
    Lacks {
        /// The method.
        method: &'static str,
        /// What it needs, and how to give it.
        what: String,
    },
    /// The statistics do not give an answer.
    #[error(transparent)]
    Statistics(#[from] StatisticsError),
}
