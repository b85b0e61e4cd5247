//! Hands the module of indicators to the portal, which knows no module.

use std::{collections::BTreeMap, sync::Arc};

use senne_city_indicators::Indicators;
use senne_face_portal::{
    Answer, AreaCodes, AreaDay, Figures, FiguresByArea, FiguresOf, RecentFigures, StationDay,
};
use senne_hub::Context;
use senne_indicator::{
    Catalogue, CompositeIndex, Declaration, Derived, Figure, IndexQuery, IndexTable, SeriesQuery,
};
use senne_model::EntityId;

pub(crate) struct PortalFigures(pub(crate) Indicators);

impl Figures for PortalFigures {
    fn daily_by_area<'a>(
        &'a self,
        context: &'a Context,
        from: &'a str,
        to: &'a str,
    ) -> Answer<'a, Vec<AreaDay>> {
        Box::pin(async move {
            let days = self.0.no2_by_area(context, from, to).await?;
            let each = |day: senne_city_indicators::AreaDay| AreaDay {
                area: day.area,
                day: day.day,
                mean: day.mean,
                stations: day.stations,
                share_observed: day.share_observed,
                share_flagged: day.share_flagged,
                guideline: day.guideline,
                simulated: day.simulated,
            };
            Ok(days.into_iter().map(each).collect())
        })
    }

    fn daily_by_station<'a>(
        &'a self,
        context: &'a Context,
        from: &'a str,
        to: &'a str,
    ) -> Answer<'a, Vec<StationDay>> {
        Box::pin(async move {
            let days = self.0.no2_by_station(context, from, to).await?;
            let each = |day: senne_city_indicators::StationDay| StationDay {
                station: day.station,
                area: day.area,
                day: day.day,
                mean: day.mean,
                share_observed: day.share_observed,
                share_flagged: day.share_flagged,
                guideline: day.guideline,
                simulated: day.simulated,
            };
            Ok(days.into_iter().map(each).collect())
        })
    }

    fn catalogue(&self) -> Arc<Catalogue> {
        self.0.catalogue()
    }

    fn declaration<'a>(&'a self, id: &'a str) -> Answer<'a, (String, bool)> {
        Box::pin(self.0.declaration_text(id))
    }

    fn try_out<'a>(&'a self, context: &'a Context, text: &'a str) -> Answer<'a, (Declaration, Vec<Figure>)> {
        Box::pin(async move {
            let trial = self.0.try_out(context, text).await?;
            Ok((trial.declaration, trial.figures))
        })
    }

    fn declare<'a>(&'a self, context: &'a Context, text: &'a str) -> Answer<'a, Declaration> {
        Box::pin(self.0.declare(context, None, text))
    }

    fn withdraw<'a>(&'a self, context: &'a Context, id: &'a str) -> Answer<'a, ()> {
        Box::pin(self.0.withdraw(context, id))
    }

    fn series<'a>(
        &'a self,
        context: &'a Context,
        declaration: &'a Declaration,
        wanted: &'a SeriesQuery,
    ) -> Answer<'a, FiguresByArea> {
        Box::pin(self.0.series(context, declaration, wanted))
    }

    fn derived<'a>(
        &'a self,
        context: &'a Context,
        declaration: &'a Declaration,
        series: &'a FiguresByArea,
    ) -> Answer<'a, BTreeMap<EntityId, Derived>> {
        Box::pin(self.0.derived(context, declaration, series, None))
    }

    fn sliced<'a>(
        &'a self,
        context: &'a Context,
        declaration: &'a Declaration,
        wanted: &'a SeriesQuery,
    ) -> Answer<'a, Vec<Figure>> {
        Box::pin(self.0.sliced(context, declaration, wanted))
    }

    fn recent<'a>(
        &'a self,
        context: &'a Context,
        area: &'a EntityId,
        last: usize,
    ) -> Answer<'a, RecentFigures> {
        Box::pin(self.0.recent(context, area, last))
    }

    fn newest<'a>(
        &'a self,
        context: &'a Context,
        areas: &'a [EntityId],
        last: usize,
    ) -> Answer<'a, FiguresOf> {
        Box::pin(self.0.newest(context, areas, last))
    }

    fn courses<'a>(
        &'a self,
        context: &'a Context,
        of: &'a [(String, EntityId)],
        last: usize,
    ) -> Answer<'a, FiguresOf> {
        Box::pin(self.0.courses(context, of, last))
    }

    fn index<'a>(
        &'a self,
        context: &'a Context,
        index: &'a CompositeIndex,
        asked: &'a IndexQuery,
    ) -> Answer<'a, Option<Arc<IndexTable>>> {
        Box::pin(self.0.index(context, index, asked))
    }

    fn codes<'a>(&'a self, context: &'a Context) -> Answer<'a, AreaCodes> {
        Box::pin(async move {
            let codes = self.0.area_codes(context).await?;
            let all = codes.all().map(|(area, code)| (area.clone(), code.to_owned())).collect();
            Ok(AreaCodes { whole: Some(codes.whole()), codes: all })
        })
    }
}
