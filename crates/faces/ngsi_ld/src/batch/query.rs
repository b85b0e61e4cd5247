//! `POST /entityOperations/query` (clause 6.23): the parameters of a query as a document.

use senne_model::{Json, Problem};

use crate::{
    http::{Answer, Ask, Call, Offer, entities_answer, read_page, read_shape},
    read::read_json,
};

pub(crate) async fn query(mut call: Call) -> Answer {
    let media = call.media(Offer::WithGeo)?;
    let body = call.body().await?;
    let document = read_json(&body.bytes)?;
    call.take_shape(&document)?;
    let query = Ask::from_document(&document)?.into_query(&body.terms)?;
    let (page, shape) = (read_page(&call)?, read_shape(&call, &body.terms, media)?);
    if query.needs_nothing() && document.get("entities").is_none() {
        return Err(Problem::bad("a query needs entities, attrs, q or geoQ at least")
            .field("entities")
            .into());
    }
    let found = call.face.hub.query(&call.hub, &query, &page).await?;
    Ok(entities_answer(&call, &body.terms, media, &shape, &page, &found))
}

impl Call {
    /// Takes over what a Query document says of the answer's shape, as if it stood in the parameters.
    pub(crate) fn take_shape(&mut self, document: &Json) -> Result<(), Problem> {
        for name in ["attrs", "pick", "omit", "lang", "datasetId", "geometryProperty"] {
            let text = match document.get(name) {
                None => continue,
                Some(Json::Text(text)) => text.to_string(),
                Some(Json::Array(items)) => {
                    let texts: Option<Vec<&str>> = items.iter().map(Json::as_str).collect();
                    let texts =
                        texts.ok_or_else(|| Problem::bad("an array of texts is needed here").field(name))?;
                    texts.join(",")
                }
                Some(_) => return Err(Problem::bad("a text or an array of texts is needed here").field(name)),
            };
            self.parameters.set(name, text);
        }
        Ok(())
    }
}
