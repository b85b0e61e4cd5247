//! Which series are compared: `series=ENTITY~ATTRIBUTE` for each of them.

use std::sync::Arc;

use senne_hub::CHART_SERIES_MAX;
use senne_model::{Entity, EntityId, Name, Problem};

use super::super::{entity as page, past::span::Span};
use crate::{address, charts, visit::Visit, words::Words};

const PARAMETER: &str = "series";

/// One series.
pub(super) struct Chosen {
    pub(super) entity: Arc<Entity>,
    pub(super) attribute: Name,
}

impl Chosen {
    /// The series that the address names, each once.
    pub(super) async fn all(visit: &Visit) -> Result<Vec<Self>, Problem> {
        let mut chosen: Vec<Self> = Vec::new();
        let named = visit.parameters.iter().filter(|(key, text)| key == PARAMETER && !text.is_empty());
        for (_, text) in named {
            let one = Self::of(visit, text).await?;
            if !chosen.iter().any(|other| other.is(&one.entity.id, &one.attribute)) {
                chosen.push(one);
            }
            if chosen.len() > CHART_SERIES_MAX {
                let detail =
                    format!("at most {CHART_SERIES_MAX} series are compared at once; leave some out");
                return Err(Problem::bad(detail).field(PARAMETER));
            }
        }
        Ok(chosen)
    }

    async fn of(visit: &Visit, text: &str) -> Result<Self, Problem> {
        let (id, attribute) = text.rsplit_once('~').ok_or_else(|| {
            Problem::bad("a series is an entity and an attribute, joined by `~`").field(PARAMETER)
        })?;
        let entity = page::find(visit, id).await?;
        let attribute = charts::attribute_name(visit.hub(), Some(&entity), attribute);
        Ok(Self { entity, attribute })
    }

    pub(super) fn is(&self, entity: &EntityId, attribute: &Name) -> bool {
        self.entity.id == *entity && self.attribute == *attribute
    }

    pub(super) fn key(&self) -> (&EntityId, &Name) {
        (&self.entity.id, &self.attribute)
    }
}

/// The value of the parameter for a series.
pub(super) fn value(entity: &EntityId, attribute: &Name) -> String {
    let plain = attribute.strip_prefix("https://uri.etsi.org/ngsi-ld/default-context/");
    format!("{}~{}", entity.as_str(), plain.unwrap_or(attribute))
}

/// The address of a comparison.
pub(in crate::pages) fn link<'a>(
    words: Words,
    series: impl IntoIterator<Item = (&'a EntityId, &'a Name)>,
    span: Option<Span>,
) -> String {
    let series: Vec<String> = series
        .into_iter()
        .map(|(entity, attribute)| format!("{PARAMETER}={}", address::segment(&value(entity, attribute))))
        .collect();
    let page = format!("/{}/compare", words.language);
    let page = if series.is_empty() { page } else { format!("{page}?{}", series.join("&")) };
    span.map_or_else(|| page.clone(), |span| span.link(&page))
}
