//! Published results, reproduced.

#![allow(clippy::unwrap_used, reason = "tests may fail")]

mod shared;

mod fixest;
mod nile;
