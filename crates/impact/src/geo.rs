//! Experiments with regions: which to treat, what they could show, and what each cell of them showed. As the package `GeoLift` describes it in
//! its public documents, on augmented synthetic controls.

mod cells;
mod options;
mod power;
mod rank;
mod regions;

pub use cells::{Cell, CellComparison, CellEffect, CellEffects, evaluate_cells};
pub use options::{GeoOptions, TestSide};
pub use power::{LiftPower, RegionPower, region_power};
pub use rank::{RankedRegions, rank_regions};
pub use regions::{RegionDraw, RegionRules, candidate_regions};
