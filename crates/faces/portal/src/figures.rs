//! The figures that the portal shows and does not compute: the daily NO2 indicator, per area and per station.
//!
//! The module of indicators computes them by SQL over the past; the server hands an implementation of [`Figures`]
//! to the portal, so that the portal knows no rule.

use std::{future::Future, pin::Pin};

use senne_hub::Context;
use senne_model::{EntityId, Problem};

/// An answer under way.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Problem>> + Send + 'a>>;

/// The daily mean NO2 of one area.
#[derive(Clone, PartialEq, Debug)]
pub struct AreaDay {
    /// The administrative area.
    pub area: EntityId,
    /// The civil day in Brussels, `2024-01-31`.
    pub day: String,
    /// The mean of the usable values in µg/m³; `None` when too little was observed to say.
    pub mean: Option<f64>,
    /// How many stations entered the mean.
    pub stations: usize,
    /// The share of the expected values that came, 0 to 1.
    pub share_observed: f64,
    /// The share of the values that came and were flagged suspect or failed, 0 to 1.
    pub share_flagged: f64,
    /// The guideline that the mean is compared with, in µg/m³.
    pub guideline: f64,
    /// Whether any value behind the mean was made by the simulator.
    pub simulated: bool,
}

/// The daily mean NO2 of one station.
#[derive(Clone, PartialEq, Debug)]
pub struct StationDay {
    /// The station.
    pub station: EntityId,
    /// The area in which it stands, where one is known.
    pub area: Option<EntityId>,
    /// The civil day in Brussels, `2024-01-31`.
    pub day: String,
    /// The mean of the usable values in µg/m³; `None` when too little was observed to say.
    pub mean: Option<f64>,
    /// The share of the expected values that came, 0 to 1.
    pub share_observed: f64,
    /// The share of the values that came and were flagged suspect or failed, 0 to 1.
    pub share_flagged: f64,
    /// The guideline that the mean is compared with, in µg/m³.
    pub guideline: f64,
    /// Whether any value behind the mean was made by the simulator.
    pub simulated: bool,
}

/// Who computes the figures. Days are civil days in Brussels written `2024-01-31`; both ends are included.
pub trait Figures: Send + Sync + 'static {
    /// The indicator of every area and day; an area without a station has no row or one without a mean.
    fn daily_by_area<'a>(
        &'a self,
        context: &'a Context,
        from: &'a str,
        to: &'a str,
    ) -> Answer<'a, Vec<AreaDay>>;

    /// The same per station.
    fn daily_by_station<'a>(
        &'a self,
        context: &'a Context,
        from: &'a str,
        to: &'a str,
    ) -> Answer<'a, Vec<StationDay>>;
}

/// Figures of nobody: every area is unknown. For a portal without the module of indicators.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFigures;

impl Figures for NoFigures {
    fn daily_by_area<'a>(&'a self, _: &'a Context, _: &'a str, _: &'a str) -> Answer<'a, Vec<AreaDay>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn daily_by_station<'a>(&'a self, _: &'a Context, _: &'a str, _: &'a str) -> Answer<'a, Vec<StationDay>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}
