//! Published results, reproduced.

#![allow(clippy::unwrap_used, reason = "tests may fail")]

mod shared;

mod augmented;
mod bayes;
mod callaway;
mod fixest;
mod foresight;
mod gaps;
mod geo;
mod invariance;
mod kansas;
mod lots;
mod neighbours;
mod nile;
mod reference;
mod reform;
mod sicily;
mod smoking;
mod states;
mod sun;
mod threshold;
mod trends;
