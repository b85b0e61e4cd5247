//! `POST /temporal/entityOperations/query` (clause 6.24): a temporal query as a document.

use senne_model::{Json, Problem};

use crate::{
    http::{Answer, Ask, Call, Offer},
    read::read_json,
};

pub(crate) async fn query_document(mut call: Call) -> Answer {
    let media = call.media(Offer::Plain)?;
    let body = call.body().await?;
    let document = read_json(&body.bytes)?;
    call.take_shape(&document)?;
    take_time(&mut call, &document)?;
    let query = Ask::from_document(&document)?.into_query(&body.terms)?;
    super::query::answer(&call, &body.terms, media, &query).await
}

/// Takes over `temporalQ` as if it stood in the parameters.
fn take_time(call: &mut Call, document: &Json) -> Result<(), Problem> {
    let Some(time) = document.get("temporalQ") else {
        return Err(Problem::bad("a temporal query needs temporalQ").field("temporalQ"));
    };
    for name in
        ["timerel", "timeAt", "endTimeAt", "timeproperty", "lastN", "aggrMethods", "aggrPeriodDuration"]
    {
        match time.get(name) {
            None => {}
            Some(Json::Text(text)) => call.parameters.set(name, text.to_string()),
            Some(Json::Int(number)) => call.parameters.set(name, number.to_string()),
            Some(Json::Array(items)) if items.iter().all(|item| item.as_str().is_some()) => {
                let words: Vec<&str> = items.iter().filter_map(Json::as_str).collect();
                call.parameters.set(name, words.join(","));
            }
            Some(_) => return Err(Problem::bad("a text is needed here").field(name).within("temporalQ")),
        }
    }
    Ok(())
}
