//! Hands the module of indicators to the portal, which knows no module.

use senne_city_indicators::Indicators;
use senne_face_portal::{Answer, AreaDay, Figures, StationDay};
use senne_hub::Context;

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
}
