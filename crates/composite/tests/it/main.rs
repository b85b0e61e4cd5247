//! Published results, reproduced; and what must hold for any data.

#![allow(clippy::unwrap_used, reason = "tests may fail")]

mod asem;
mod shared;

mod aggregates;
mod choice;
mod coherence;
mod decomposition;
mod development;
mod faults;
mod imputation;
mod properties;
mod robustness;
mod scales;
mod steps;
mod weights;
