//! Units around treated ones: they may feel the project, and are not compared with; what they feel is told beside it.

use senne_impact::{Exposure, PanelRows, Places, StatisticsError, exposures, ring_effects};

use crate::{EvaluationError, GroupEffect, Request, methods::Found, panel::Rows, warning};

/// What was taken out of the rows, and the rows with it.
pub(crate) struct Near {
    /// The units in rings.
    pub(crate) names: Vec<String>,
    panel: PanelRows,
    places: Places,
}

impl Rows {
    /// The rows without units in rings.
    pub(crate) fn without_neighbours(self, request: &Request) -> Result<Self, EvaluationError> {
        let Some([latitude, longitude]) = &self.places else {
            let what = "to know who is near: --latitude COLUMN and --longitude COLUMN".to_owned();
            return Err(EvaluationError::Lacks { method: request.method.name(), what });
        };
        let (latitude, longitude) = (self.of_units(latitude), self.of_units(longitude));
        if let Some(unit) = (0..self.units.len()).find(|u| !(latitude[*u] + longitude[*u]).is_finite()) {
            let (what, why) = ("who is near".to_owned(), format!("unit {} has no place", self.units[unit]));
            return Err(StatisticsError::NotIdentified { what, why }.into());
        }
        let places = Places::Degrees(latitude.iter().zip(&longitude).map(|(a, b)| [*a, *b]).collect());
        let treated: Vec<bool> = self.first.iter().map(Option::is_some).collect();
        let found = exposures(&places, &treated, &request.rings_m)?;
        let kept: Vec<bool> =
            found.units.iter().map(|exposure| !matches!(exposure, Exposure::Ring(_))).collect();
        let names = found.excluded().iter().map(|unit| self.units[*unit].clone()).collect();
        let near = Near { names, panel: self.panel_rows(request), places };
        Ok(Self { near: Some(Box::new(near)), ..self.only(&kept) })
    }
}

/// Adds what treated units and those of each ring feel, by two-way fixed effects on all rows.
pub(crate) fn with_rings(mut found: Found, rows: &Rows, request: &Request) -> Found {
    let Some(near) = &rows.near else { return found };
    match ring_effects(&near.panel, &near.places, &request.rings_m, None) {
        Ok(effects) => {
            let mut from = 0.0;
            let bounds: Vec<String> = request
                .rings_m
                .iter()
                .map(|bound| format!("{}–{bound} m", std::mem::replace(&mut from, *bound)))
                .collect();
            for effect in [effects.treated].iter().chain(&effects.rings) {
                found.effects.push(GroupEffect {
                    by: "ring",
                    group: None,
                    at: Some(effect.ring.map_or_else(|| "treated".to_owned(), |ring| bounds[ring].clone())),
                    effect: effect.effect,
                    standard_error: effect.standard_error,
                    weight: None,
                });
            }
        }
        Err(why) => found.warnings.push(warning::neighbours_unknown(&why)),
    }
    found
}
