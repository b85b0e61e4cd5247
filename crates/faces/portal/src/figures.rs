//! The figures that the portal shows and does not compute: indicators by area and period, and the daily NO2 per station.
//!
//! The module of indicators computes them by SQL over the past; the server hands an implementation of [`Figures`]
//! to the portal, so that the portal knows no rule.

use std::{collections::BTreeMap, future::Future, pin::Pin, sync::Arc};

use senne_hub::Context;
use senne_indicator::{
    Catalogue, CompositeIndex, Declaration, Derived, Figure, IndexQuery, IndexTable, SeriesQuery, Weather,
};
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

/// The values of one indicator, by area and in the order of periods.
pub type FiguresByArea = BTreeMap<EntityId, Vec<Figure>>;

/// The last values of indicators, by their ids.
pub type RecentFigures = BTreeMap<String, Vec<Figure>>;

/// Values by indicator and area, in the order of periods.
pub type FiguresOf = BTreeMap<String, FiguresByArea>;

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

    /// What is declared; nothing, unless somebody computes indicators.
    fn catalogue(&self) -> Arc<Catalogue> {
        Arc::default()
    }

    /// The YAML of an indicator, and whether it is the city's own.
    fn declaration<'a>(&'a self, _id: &'a str) -> Answer<'a, (String, bool)> {
        Box::pin(async { Err(nobody()) })
    }

    /// What a declaration would give for the last days, the newest first, without publishing anything.
    fn try_out<'a>(&'a self, _: &'a Context, _text: &'a str) -> Answer<'a, (Declaration, Vec<Figure>)> {
        Box::pin(async { Err(nobody()) })
    }

    /// Declares an indicator of the city's own.
    fn declare<'a>(&'a self, _: &'a Context, _text: &'a str) -> Answer<'a, Declaration> {
        Box::pin(async { Err(nobody()) })
    }

    /// Takes a declaration of the city's own back.
    fn withdraw<'a>(&'a self, _: &'a Context, _id: &'a str) -> Answer<'a, ()> {
        Box::pin(async { Err(nobody()) })
    }

    /// The values of an indicator in some areas.
    fn series<'a>(
        &'a self,
        _context: &'a Context,
        _declaration: &'a Declaration,
        _wanted: &'a SeriesQuery,
    ) -> Answer<'a, FiguresByArea> {
        Box::pin(async { Ok(FiguresByArea::new()) })
    }

    /// What follows from the whole series of an indicator, by area: without the season, in reference weather.
    fn derived<'a>(
        &'a self,
        _context: &'a Context,
        declaration: &'a Declaration,
        series: &'a FiguresByArea,
    ) -> Answer<'a, BTreeMap<EntityId, Derived>> {
        Box::pin(async move {
            let of = |figures: &Vec<Figure>| Derived::of(declaration, figures, &Weather::default());
            Ok(series.iter().map(|(area, figures)| (area.clone(), of(figures))).collect())
        })
    }

    /// The values of all slices of an indicator in some areas.
    fn sliced<'a>(
        &'a self,
        _context: &'a Context,
        _declaration: &'a Declaration,
        _wanted: &'a SeriesQuery,
    ) -> Answer<'a, Vec<Figure>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    /// The last values of every indicator in one area, at most `last` of each length of period, the shortest first and each in order.
    fn recent<'a>(
        &'a self,
        _context: &'a Context,
        _area: &'a EntityId,
        _last: usize,
    ) -> Answer<'a, RecentFigures> {
        Box::pin(async { Ok(BTreeMap::new()) })
    }

    /// The last values of every indicator in some areas, at most `last` of the length of period that each shows first.
    fn newest<'a>(
        &'a self,
        _context: &'a Context,
        _areas: &'a [EntityId],
        _last: usize,
    ) -> Answer<'a, FiguresOf> {
        Box::pin(async { Ok(FiguresOf::new()) })
    }

    /// The last values of some indicators, each in an area, at most `last` of each length of period, the shortest first and each in order: all
    /// asked at once.
    fn courses<'a>(
        &'a self,
        _context: &'a Context,
        _of: &'a [(String, EntityId)],
        _last: usize,
    ) -> Answer<'a, FiguresOf> {
        Box::pin(async { Ok(FiguresOf::new()) })
    }

    /// A composite index of all areas, in the newest period for which most values are there when none is named; nothing when no value is.
    fn index<'a>(
        &'a self,
        _context: &'a Context,
        _index: &'a CompositeIndex,
        _asked: &'a IndexQuery,
    ) -> Answer<'a, Option<Arc<IndexTable>>> {
        Box::pin(async { Ok(None) })
    }

    /// The area that holds all others, and the official codes of the areas that have one.
    fn codes<'a>(&'a self, _context: &'a Context) -> Answer<'a, AreaCodes> {
        Box::pin(async { Ok(AreaCodes::default()) })
    }
}

/// What areas are called in addresses and files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AreaCodes {
    /// The area that holds all others.
    pub whole: Option<EntityId>,
    /// Areas and their codes.
    pub codes: Vec<(EntityId, String)>,
}

impl AreaCodes {
    /// The area of a code.
    pub(crate) fn area(&self, code: &str) -> Option<&EntityId> {
        self.codes.iter().find(|(_, known)| known == code).map(|(area, _)| area)
    }

    /// The code of an area.
    pub(crate) fn code(&self, area: &EntityId) -> Option<&str> {
        self.codes.iter().find(|(known, _)| known == area).map(|(_, code)| code.as_str())
    }
}

fn nobody() -> Problem {
    Problem::not_found("nobody computes indicators here")
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
