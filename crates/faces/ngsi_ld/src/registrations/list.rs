//! `GET /csourceRegistrations` (clauses 5.10.2, 6.8.3.2).

use senne_language::{Filter, TimeFilter};
use senne_model::Problem;

use super::{matching::Wanted, present::present};
use crate::{
    contexts::Terms,
    http::{Answer, Ask, Call, Offer, context_text, json_answer, page_links, read_page},
    write::Pen,
};

pub(crate) async fn list(call: Call) -> Answer {
    call.administer()?;
    let media = call.media(Offer::Plain)?;
    let terms = call.terms().await?;
    let (wanted, page) = (wanted(&call, &terms)?, read_page(&call)?);
    call.face.registrations.load().await?;
    let all = call.face.registrations.matching(&call.hub.tenant, &wanted);
    let in_body = context_text(&terms, media);
    let mut pen = Pen::new(&terms, 1024);
    pen.open_array();
    for found in all.iter().skip(page.offset).take(page.limit) {
        let shown =
            present(&found.registration, Some(&found.infos), &terms, call.parameters.option("sysAttrs"));
        pen.object_with_context(&shown, in_body.as_deref());
    }
    pen.close_array();
    let mut response = json_answer(&call, &terms, media, in_body.is_some(), pen.finish());
    let more = all.len() > page.offset.saturating_add(page.limit);
    page_links(&mut response, &call, media, &page, more, page.count.then_some(all.len() as u64));
    Ok(response)
}

/// Reads what kind of entities the caller is after. A query names a type, an attribute, a place or an id.
fn wanted(call: &Call, terms: &Terms) -> Result<Wanted, Problem> {
    let parameters = &call.parameters;
    let query = Ask::from_parameters(parameters).into_query(terms)?;
    let mut wanted = Wanted::of_query(&query);
    let filtered = query.filter.as_ref().map(Filter::attributes).unwrap_or_default();
    wanted.attributes.extend(filtered);
    wanted.place_may_be_unknown = false;
    wanted.scope.clone_from(&query.scope);
    wanted.csf = csf(parameters.get("csf"), terms)?;
    wanted.time = time(call)?;
    let bounded = query.types.is_some()
        || !wanted.attributes.is_empty()
        || query.geo.is_some()
        || !query.ids.is_empty()
        || parameters.get("type") == Some("*");
    if !bounded {
        let detail = "ask for a type, attrs, q, a geo-query or an id at least";
        return Err(Problem::bad(detail).field("type"));
    }
    Ok(wanted)
}

/// A filter on the properties of sources.
pub(crate) fn csf(text: Option<&str>, terms: &Terms) -> Result<Option<Filter>, Problem> {
    let expand = |term: &str| terms.expand(term);
    text.map(|text| Filter::parse(text, &expand).map_err(|problem| problem.field("csf"))).transpose()
}

/// The temporal query of the parameters, when there is one.
pub(crate) fn time(call: &Call) -> Result<Option<TimeFilter>, Problem> {
    let get = |name: &str| call.parameters.get(name);
    if get("timerel").is_none() && get("timeAt").is_none() {
        return Ok(None);
    }
    TimeFilter::parse(get("timerel"), get("timeAt"), get("endTimeAt"), get("timeproperty")).map(Some)
}
