//! `DELETE /entities/{id}/attrs/{attr}` (clause 6.7.3.2).

use senne_model::{Iri, Operation, Problem, Write, is_iri};

use crate::http::{Answer, Call, no_content};

pub(crate) async fn delete(call: Call) -> Answer {
    call.need_type_in_path().await?;
    if call.path("attr") == "scope" {
        return without_scopes(&call).await;
    }
    let name = super::name_in_path(&call).await?;
    let dataset_id = match call.parameters.get("datasetId") {
        None | Some("@none") => None,
        Some(text) if is_iri(text) => Some(Iri::new(text)),
        Some(_) => return Err(Problem::bad("a data set is named by an IRI").field("datasetId").into()),
    };
    let all = call.parameters.flag("deleteAll")?;
    let operation = Operation::DeleteAttribute { name, dataset_id, all };
    call.face.write(&call.hub, Write::new(call.id()?, operation)).await?;
    Ok(no_content())
}

/// Scopes are deleted as an attribute is (clause 5.6.5).
async fn without_scopes(call: &Call) -> Answer {
    let id = call.id()?;
    if call.face.hub.entity(&call.hub, &id).await?.scopes.is_empty() {
        return Err(Problem::not_found(format!("the entity `{id}` has no scope")).into());
    }
    let mut write = Write::new(id, Operation::Append { keep: false });
    write.scopes = Some(Vec::new());
    call.face.write(&call.hub, write).await?;
    Ok(no_content())
}
