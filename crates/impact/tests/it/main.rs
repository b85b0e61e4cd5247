//! Published results, reproduced.

#![allow(clippy::unwrap_used, reason = "tests may fail")]

mod shared;

mod bayes;
mod callaway;
mod fixest;
mod invariance;
mod nile;
mod reform;
mod sicily;
mod smoking;
mod states;
mod sun;
