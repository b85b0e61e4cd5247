//! `DELETE /temporal/entities/{id}/attrs/{attr}` (clauses 5.6.13, 6.21.3.1): the past of an attribute is withdrawn, that of one data set
//! or of all. The present state stays.

use senne_hub::{EntityPast, PastQuery};
use senne_language::TimeFilter;
use senne_model::{EntityId, Instance, Iri, Name, Problem, is_iri};

use super::instance::{name_in_path, withdrawal, write};
use crate::http::{Answer, Call, no_content};

/// How many values are withdrawn in one step. A crash between two steps leaves the rest: it is asked for again.
const STEP: usize = 10_000;

pub(crate) async fn delete_attribute(call: Call) -> Answer {
    let id = call.id()?;
    let name = name_in_path(&call).await?;
    let all = call.parameters.flag("deleteAll")?;
    let dataset_id = match call.parameters.get("datasetId") {
        _ if all => None,
        None | Some("@none") => Some(None),
        Some(text) if is_iri(text) => Some(Some(Iri::new(text))),
        Some(_) => return Err(Problem::bad("a data set is named by an IRI").field("datasetId").into()),
    };
    let mut withdrawn = 0;
    while let Some(past) = step(&call, &id, &name, dataset_id.as_ref()).await? {
        let instances = instances(&past);
        withdrawn += instances.len();
        call.face.write(&call.hub, write(&id, &past.types, &name, instances)).await?;
        if !past.truncated {
            break;
        }
    }
    if withdrawn == 0 {
        let detail = "the past of this entity has no such attribute, or no such data set of it";
        return Err(Problem::not_found(detail).into());
    }
    Ok(no_content())
}

/// What is there to be withdrawn, as far as one step takes it.
async fn step(
    call: &Call,
    id: &EntityId,
    name: &Name,
    dataset_id: Option<&Option<Iri>>,
) -> Result<Option<EntityPast>, Problem> {
    let query = PastQuery {
        attributes: vec![name.clone()],
        dataset_id: dataset_id.cloned(),
        limit: STEP,
        ..PastQuery::of(vec![id.clone()], TimeFilter::default())
    };
    let past = call.face.hub.past(&call.hub, &query).await?.into_iter().next();
    Ok(past.filter(|past| past.series.iter().any(|series| !series.points.is_empty())))
}

fn instances(past: &EntityPast) -> Vec<Instance> {
    let each = past
        .series
        .iter()
        .flat_map(|series| series.points.iter().map(|point| withdrawal(point, series.dataset_id.clone())));
    each.collect()
}
