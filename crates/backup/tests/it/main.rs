//! Backups of real cities: under load, with faults, with flipped bits.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests speak by their names and may fail")]

mod bits;
mod city;
mod faults;
mod load;
