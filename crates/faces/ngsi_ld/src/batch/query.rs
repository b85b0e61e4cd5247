//! `POST /entityOperations/query` (clause 6.23): the parameters of a query as a document.

use senne_model::{Json, Problem};

use crate::{
    entities::Look,
    entity_maps,
    http::{
        Answer, Ask, Call, Offer, check_links, entity_links, narrow, read_entity_page, read_join, read_shape,
    },
    read::read_json,
};

/// Members that stand in the answer's shape, as parameters of the same name.
const OF_SHAPE: [&str; 15] = [
    "attrs",
    "pick",
    "omit",
    "lang",
    "datasetId",
    "geometryProperty",
    "join",
    "joinLevel",
    "containedBy",
    "expandValues",
    "jsonKeys",
    "csf",
    "entityMap",
    "entityMapLifetime",
    "splitEntities",
];

pub(crate) async fn query(mut call: Call) -> Answer {
    let media = call.media(Offer::WithGeo)?;
    let body = call.body().await?;
    let document = read_json(&body.bytes)?;
    for name in ["temporalQ", "aggrParams"] {
        if document.get(name).is_some() {
            let detail = "this belongs to /temporal/entityOperations/query";
            return Err(Problem::bad(detail).field(name).into());
        }
    }
    call.take_shape(&document)?;
    call.take_order(&document)?;
    let mut query = Ask::from_document(&document)?.into_query(&body.terms)?;
    let (asked, shape) = (read_entity_page(&call, &body.terms)?, read_shape(&call, &body.terms, media)?);
    if query.needs_nothing() && document.get("entities").is_none() && !call.parameters.flag("local")? {
        return Err(Problem::bad("a query needs entities, attrs, q or geoQ at least")
            .field("entities")
            .into());
    }
    narrow(&mut query, &shape.members);
    let join = read_join(&call)?;
    check_links(join.as_ref(), query.filter.as_ref(), &shape.members)?;
    let (found, mapped) = entity_maps::find(&call, &body.terms, &query, &asked.page).await?;
    let look = Look { terms: &body.terms, media, shape, join };
    let mut response = look.many(&call, &found.entities).await?;
    entity_links(&mut response, &call, media, &asked, &found);
    if let Some(mapped) = &mapped {
        mapped.mark(&mut response);
    }
    Ok(response)
}

impl Call {
    /// Takes over what a Query document says of the answer's shape, as if it stood in the parameters.
    pub(crate) fn take_shape(&mut self, document: &Json) -> Result<(), Problem> {
        for name in OF_SHAPE {
            let text = match document.get(name) {
                None => continue,
                Some(value) => flat(value, name)?,
            };
            self.parameters.set(name, text);
        }
        Ok(())
    }

    /// Takes over the order that a Query document asks for (clause 5.2.43).
    fn take_order(&mut self, document: &Json) -> Result<(), Problem> {
        let Some(ordering) = document.get("ordering") else { return Ok(()) };
        if ordering.as_object().is_none() {
            return Err(Problem::bad("an object with `orderBy` is needed here").field("ordering"));
        }
        for (member, parameter) in
            [("orderBy", "orderBy"), ("geometry", "orderGeometry"), ("collation", "collation")]
        {
            if let Some(value) = ordering.get(member) {
                if member != "orderBy" && value.as_str().is_none() {
                    return Err(Problem::bad("a text is needed here").field(format!("ordering.{member}")));
                }
                let text = flat(value, member).map_err(|problem| problem.within("ordering"))?;
                self.parameters.set(parameter, text);
            }
        }
        if let Some(coordinates) = ordering.get("coordinates") {
            self.parameters.set("orderFrom", coordinates.to_string());
        }
        Ok(())
    }
}

/// A member as the text of a parameter: an array is a list.
fn flat(value: &Json, name: &str) -> Result<String, Problem> {
    match value {
        Json::Text(text) => Ok(text.to_string()),
        Json::Int(_) | Json::Bool(_) => Ok(value.to_string()),
        Json::Array(items) if !items.is_empty() => {
            let texts: Option<Vec<&str>> = items.iter().map(Json::as_str).collect();
            let texts = texts.ok_or_else(|| Problem::bad("an array of texts is needed here").field(name))?;
            Ok(texts.join(","))
        }
        _ => Err(Problem::bad("a text or an array of texts is needed here").field(name)),
    }
}
