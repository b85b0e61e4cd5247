//! The face through its router, against a hub in a temporary folder.

mod asking;
mod bed;
mod custom;
mod entities;
mod meeting;
mod names;
mod subscriptions;
mod telling;
mod there;
mod triggers;
mod whole;
