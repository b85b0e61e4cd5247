//! The face through its router, against a hub in a temporary folder.

mod bed;
mod entities;
mod meeting;
mod names;
mod subscriptions;
mod telling;
mod whole;
