//! The programme, handed to those who know no module: the portal, HTTP, the command line.

mod foresee;
mod portal;
mod told;

use std::sync::Arc;

use senne_city_indicators::Indicators;
use senne_city_programme::Programmes;
use senne_hub::Hub;
use senne_indicator::{Declaration, Direction};
use senne_programme::{Indicator, Words};

pub(crate) use foresee::foresee;
pub(crate) use portal::PortalProgrammes;
pub(crate) use told::{decision_json, loaded_json, programme_json, project_json};

/// The programme of a hub, which asks the module of indicators what indicators are called.
pub(crate) fn programmes(hub: Hub, indicators: Indicators) -> Programmes {
    let named = move || indicators.catalogue().indicators.iter().map(named).collect();
    Programmes::new(hub, Arc::new(named))
}

fn named(declaration: &Declaration) -> Indicator {
    let words = |text: &dyn Fn(&str) -> String| {
        let [fr, nl, en] =
            ["fr", "nl", "en"].map(|language| Some(text(language)).filter(|text| !text.is_empty()));
        Words { fr, nl, en }
    };
    Indicator {
        id: format!("urn:ngsi-ld:Indicator:{}", declaration.id).into(),
        name: words(&|language| declaration.title.get(language).to_owned()),
        unit: words(&|language| declaration.unit_shown(language).to_owned()),
        better: match declaration.direction {
            Direction::Up => Some(senne_programme::Direction::Higher),
            Direction::Down => Some(senne_programme::Direction::Lower),
            Direction::Band => None,
        },
    }
}
