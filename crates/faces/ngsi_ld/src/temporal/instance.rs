//! One instance of an attribute in the past: found by its identifier, corrected or withdrawn (clauses 5.6.14, 5.6.15).

use senne_hub::{InstanceKey, PastQuery, Point};
use senne_language::{TimeFilter, TimeProperty};
use senne_model::{
    Amendment, Attribute, EntityId, Instance, Iri, Name, Operation, Problem, Timestamp, Write, is_iri,
};

use crate::http::{Call, Refusal};

/// What stands before the key in the identifier of an instance.
const PREFIX: &str = "urn:ngsi-ld:Instance:";

/// Where a moved instance is looked for: among so many values of its attribute at most.
const POINTS_MAX: usize = 1_000_000;

/// The identifier of a value of the past.
pub(crate) fn instance_id(key: InstanceKey) -> String {
    format!("{PREFIX}{key}")
}

/// An instance that was found.
#[derive(Debug)]
pub(super) struct Target {
    entity: EntityId,
    types: Vec<Name>,
    attribute: Name,
    pub(super) dataset_id: Option<Iri>,
    pub(super) point: Point,
}

/// The attribute that the path names, expanded.
pub(super) async fn name_in_path(call: &Call) -> Result<Name, Refusal> {
    let mut names = crate::read::Names::new(call.terms().await?);
    if matches!(call.path("attr"), "." | ".." | "%2e" | "%2e%2e") {
        return Err(Problem::bad("a step in the path is not the name of an attribute").field("attr").into());
    }
    Ok(names.expand(call.path("attr")).map_err(|problem| problem.field("attr"))?)
}

/// Finds the instance that the path names.
pub(super) async fn find(call: &Call, attribute: &Name) -> Result<Target, Problem> {
    let (id, text) = (call.id()?, call.path("instance"));
    if !is_iri(text) {
        return Err(Problem::bad("an instance is named by an IRI, its instanceId").field("instanceId"));
    }
    let missing =
        || Problem::not_found("there is no such instance of this attribute in the past of the entity");
    let key = text.strip_prefix(PREFIX).and_then(InstanceKey::parse).ok_or_else(missing)?;
    // Most instances are where they were first recorded; one that was moved is looked for everywhere.
    let at = |property| {
        let next = Timestamp::from_micros(key.moment.micros().saturating_add(1));
        TimeFilter { property, from: Some(key.moment), to: Some(next) }
    };
    let everywhere = TimeFilter::default();
    for time in [at(TimeProperty::ObservedAt), at(TimeProperty::CreatedAt), everywhere] {
        let query = PastQuery {
            attributes: vec![attribute.clone()],
            limit: POINTS_MAX,
            ..PastQuery::of(vec![id.clone()], time)
        };
        for past in call.face.hub.past(&call.hub, &query).await? {
            for series in past.series {
                if let Some(point) = series.points.into_iter().find(|point| point.key == key) {
                    return Ok(Target {
                        entity: id,
                        types: past.types,
                        attribute: series.attribute,
                        dataset_id: series.dataset_id,
                        point,
                    });
                }
            }
        }
    }
    Err(missing())
}

impl Target {
    /// The write that puts an instance in its place.
    pub(super) fn replaced_by(&self, instance: Instance) -> Write {
        let mut fresh = Instance { dataset_id: self.dataset_id.clone(), ..instance };
        let mut instances = Vec::with_capacity(2);
        if fresh.observed_at != self.point.observed_at {
            instances.push(withdrawal(&self.point, self.dataset_id.clone()));
        }
        Amendment::new(&self.point.key.to_string(), self.point.created_at, false).mark(&mut fresh);
        instances.push(fresh);
        write(&self.entity, &self.types, &self.attribute, instances)
    }

    /// The write that withdraws it.
    pub(super) fn withdrawn(&self) -> Write {
        let withdrawal = withdrawal(&self.point, self.dataset_id.clone());
        write(&self.entity, &self.types, &self.attribute, vec![withdrawal])
    }
}

/// What withdraws a value: an instance in its very place.
pub(super) fn withdrawal(point: &Point, dataset_id: Option<Iri>) -> Instance {
    let mut instance =
        Instance { dataset_id, observed_at: point.observed_at, ..Instance::new(point.value.clone()) };
    Amendment::new(&point.key.to_string(), point.recorded_at, true).mark(&mut instance);
    instance
}

/// A correction of the past.
pub(super) fn write(entity: &EntityId, types: &[Name], attribute: &Name, instances: Vec<Instance>) -> Write {
    let mut write = Write::new(entity.clone(), Operation::Amend);
    write.types = types.iter().cloned().collect();
    write.attributes.push(Attribute { name: attribute.clone(), instances: instances.into() });
    write
}
