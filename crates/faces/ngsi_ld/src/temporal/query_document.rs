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
    take_aggregation(&mut call, &document)?;
    let query = Ask::from_document(&document)?.into_query(&body.terms)?;
    super::query::answer(&call, &body.terms, media, &query).await
}

/// Takes over `temporalQ` as if it stood in the parameters.
pub(crate) fn take_time(call: &mut Call, document: &Json) -> Result<(), Problem> {
    let Some(time) = document.get("temporalQ") else {
        return Err(Problem::bad("a temporal query needs temporalQ").field("temporalQ"));
    };
    take(
        call,
        time,
        "temporalQ",
        &["timerel", "timeAt", "endTimeAt", "timeproperty", "lastN", "aggrMethods", "aggrPeriodDuration"],
    )?;
    if time.get("aggrMethods").is_some() {
        want_sums(call);
    }
    Ok(())
}

/// Takes over `aggrParams` (clause 5.2.44): whoever gives them wants sums.
fn take_aggregation(call: &mut Call, document: &Json) -> Result<(), Problem> {
    let Some(parameters) = document.get("aggrParams") else { return Ok(()) };
    if parameters.as_object().is_none() {
        return Err(Problem::bad("an object with aggrMethods is needed here").field("aggrParams"));
    }
    take(call, parameters, "aggrParams", &["aggrMethods", "aggrPeriodDuration"])?;
    want_sums(call);
    Ok(())
}

/// Whoever names methods wants sums, unless a format is named.
fn want_sums(call: &mut Call) {
    if call.parameters.get("format").is_none() {
        call.parameters.set("format", "aggregatedValues".to_owned());
    }
}

/// Takes over members as if they stood in the parameters.
fn take(call: &mut Call, time: &Json, whole: &str, names: &[&str]) -> Result<(), Problem> {
    for name in names.iter().copied() {
        match time.get(name) {
            None => {}
            Some(Json::Text(text)) => call.parameters.set(name, text.to_string()),
            Some(Json::Int(number)) => call.parameters.set(name, number.to_string()),
            Some(Json::Array(items)) if items.iter().all(|item| item.as_str().is_some()) => {
                let words: Vec<&str> = items.iter().filter_map(Json::as_str).collect();
                call.parameters.set(name, words.join(","));
            }
            Some(_) => return Err(Problem::bad("a text is needed here").field(name).within(whole)),
        }
    }
    Ok(())
}
