//! Which administrative area a thing stands in.

use geo::{Contains, geometry::Point};
use senne_hub::{
    Context, Hub, Page,
    language::{Query, TypeExpression},
};
use senne_model::{EntityId, Geometry, Name, Problem};

/// So many areas are read at once.
const PAGE: usize = 1_000;

/// The administrative areas with their outlines.
#[derive(Debug, Default)]
pub struct AreaIndex {
    areas: Vec<(EntityId, Geometry, [f64; 4])>,
}

impl AreaIndex {
    /// The areas that the caller may see.
    pub async fn load(hub: &Hub, context: &Context) -> Result<Self, Problem> {
        let expand = |term: &str| Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{term}"));
        let types = Some(TypeExpression::parse("AdministrativeArea", &expand)?);
        let query = Query { types, ..Query::default() };
        let outline = |entity: &std::sync::Arc<senne_model::Entity>| {
            let geometry =
                entity.attributes.iter().flat_map(|a| &a.instances).filter_map(|i| i.value.as_geometry());
            let polygon = geometry.into_iter().find(|g| g.kind().ends_with("Polygon"))?;
            Some((entity.id.clone(), polygon.clone(), polygon.bounds()))
        };
        let mut page = Page::first(PAGE);
        let mut areas = Vec::new();
        loop {
            let found = hub.query(context, &query, &page).await?;
            page.after = found.entities.last().map(|last| last.id.clone());
            areas.extend(found.entities.iter().filter_map(outline));
            if !found.more || page.after.is_none() {
                return Ok(Self { areas });
            }
        }
    }

    /// The area in which a position lies: the smallest by its bounds, when several hold it.
    pub fn find(&self, longitude: f64, latitude: f64) -> Option<&EntityId> {
        let inside = |(_, outline, [west, south, east, north]): &&(EntityId, Geometry, [f64; 4])| {
            (*west..=*east).contains(&longitude)
                && (*south..=*north).contains(&latitude)
                && outline.shape().contains(&Point::new(longitude, latitude))
        };
        let size = |bounds: &[f64; 4]| (bounds[2] - bounds[0]) * (bounds[3] - bounds[1]);
        let holding = self.areas.iter().filter(inside);
        holding.min_by(|a, b| size(&a.2).total_cmp(&size(&b.2))).map(|(id, ..)| id)
    }

    /// All areas.
    pub fn ids(&self) -> impl Iterator<Item = &EntityId> {
        self.areas.iter().map(|(id, ..)| id)
    }

    #[cfg(test)]
    pub(crate) fn of(areas: Vec<(EntityId, Geometry)>) -> Self {
        Self {
            areas: areas
                .into_iter()
                .map(|(id, outline)| {
                    let b = outline.bounds();
                    (id, outline, b)
                })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(west: f64, size: f64) -> Geometry {
        let (east, south, north) = (west + size, 50.0, 50.0 + size);
        let text = format!(
            "[[[{west},{south}],[{east},{south}],[{east},{north}],[{west},{north}],[{west},{south}]]]"
        );
        Geometry::parse("Polygon", &serde_json::from_str(&text).unwrap()).unwrap()
    }

    #[test]
    fn the_smallest_area_that_holds_a_position_is_its_area() {
        let id = |text: &str| EntityId::trusted(text);
        let index =
            AreaIndex::of(vec![(id("urn:region"), square(4.0, 1.0)), (id("urn:commune"), square(4.2, 0.2))]);
        assert_eq!(index.find(4.3, 50.1), Some(&id("urn:commune")));
        assert_eq!(index.find(4.9, 50.9), Some(&id("urn:region")));
        assert_eq!(index.find(6.0, 50.5), None);
    }
}
