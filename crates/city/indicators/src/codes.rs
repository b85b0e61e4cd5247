//! What areas are called in files and addresses.

use std::collections::HashMap;

use senne_hub::Context;
use senne_model::{EntityId, Problem};

use crate::{Indicators, hierarchy::Hierarchy};

/// The areas of a city by what they are called.
#[derive(Clone, Debug, Default)]
pub struct AreaCodes {
    hierarchy: Hierarchy,
    by_area: HashMap<EntityId, String>,
}

impl Indicators {
    /// The codes of the areas: NIS codes, ids, and `region` for the area that holds all others.
    pub async fn area_codes(&self, context: &Context) -> Result<AreaCodes, Problem> {
        let hierarchy = Hierarchy::load(&self.hub, &context.tenant).await?;
        let by_area = hierarchy.coded();
        Ok(AreaCodes { hierarchy, by_area })
    }
}

impl AreaCodes {
    /// The area of a code or an id.
    pub fn area(&self, code: &str) -> Option<EntityId> {
        self.hierarchy.by_code(code)
    }

    /// The code of an area; its id where it has none.
    pub fn code(&self, area: &EntityId) -> String {
        self.by_area.get(area).cloned().unwrap_or_else(|| area.as_str().to_owned())
    }

    /// All areas that have a code, with it.
    pub fn all(&self) -> impl Iterator<Item = (&EntityId, &str)> {
        self.by_area.iter().map(|(area, code)| (area, code.as_str()))
    }

    /// The areas of a level.
    pub fn of_level(&self, level: &str) -> Vec<EntityId> {
        self.hierarchy.of_level(level)
    }

    /// The area that holds all others.
    pub fn whole(&self) -> EntityId {
        self.hierarchy.whole()
    }
}
