//! The face on a hub of its own, asked as the outside does.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod bed;
mod flight;
mod formats;
mod hostile;
mod prepared;
