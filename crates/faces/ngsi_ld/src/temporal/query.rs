//! `GET /temporal/entities` (clause 6.18.3.2).

use senne_hub::{Aggregation, EntityPast, Page, PastQuery, SeriesBuckets};
use senne_language::{Method, Query};
use senne_model::{EntityId, ErrorKind, Name, Problem};

use super::{
    answer::{Found, cut, mark_partial, pen_for, shows_something, write_found},
    asked::{Asked, Form},
    scoped_sums,
    select::{Chosen, One, select},
};
use crate::{
    contexts::Terms,
    entity_maps::{self, Mapped},
    http::{
        Answer, Call, Media, Offer, check_links, json_answer, page_links, read_page, read_query, read_shape,
    },
    write::Shape,
};

pub(crate) async fn query(call: Call) -> Answer {
    let media = call.media(Offer::Plain)?;
    let terms = call.terms().await?;
    let query = read_query(&call, &terms)?;
    answer(&call, &terms, media, &query).await
}

/// Chooses entities by their past and tells it.
pub(super) async fn answer(call: &Call, terms: &Terms, media: Media, query: &Query) -> Answer {
    let shape = read_shape(call, terms, media)?;
    let (asked, page) = (Asked::read_for_query(call, terms, &shape)?, read_page(call)?);
    check_links(None, query.filter.as_ref(), &shape.members)?;
    let mapped = entity_maps::temporal(call, query, &asked).await?;
    let chosen = choose(call, query, &asked, &page, mapped.as_ref()).await?;
    let found =
        if page.limit == 0 { Vec::new() } else { find(call, &chosen.entities, &asked, &shape).await? };
    let mut pen = pen_for(terms, &found);
    pen.open_array();
    found.iter().for_each(|found| write_found(&mut pen, found, &asked, &shape));
    pen.close_array();
    let mut response = json_answer(call, terms, media, shape.context_in_body.is_some(), pen.finish());
    mark_partial(&mut response, &found, &asked);
    page_links(&mut response, call, media, &page, chosen.more, chosen.count);
    if let Some(mapped) = &mapped {
        mapped.mark(&mut response);
    }
    Ok(response)
}

/// The page that is meant, of the entities of a map where one is in use.
async fn choose(
    call: &Call,
    query: &Query,
    asked: &Asked,
    page: &Page,
    mapped: Option<&Mapped>,
) -> Result<Chosen, Problem> {
    let Some(mapped) = mapped else { return select(call, query, asked, page, None).await };
    let ids = mapped.ids(call)?;
    let all = Page::first(ids.len());
    let chosen = select(call, query, asked, &all, Some(&ids)).await?;
    let left: Vec<EntityId> = chosen.entities.iter().map(|one| one.id.clone()).collect();
    mapped.keep(call, &ids, &left);
    let (end, count) = (page.offset.saturating_add(page.limit), chosen.entities.len());
    Ok(Chosen {
        entities: chosen.entities.into_iter().skip(page.offset).take(page.limit).collect(),
        more: count > end,
        count: page.count.then_some(count as u64),
    })
}

/// The past of the chosen, in their order.
async fn find(call: &Call, chosen: &[One], asked: &Asked, shape: &Shape) -> Result<Vec<Found>, Problem> {
    if chosen.is_empty() {
        return Ok(Vec::new());
    }
    let ids = chosen.iter().map(|one| one.id.clone()).collect();
    let query = asked.past_query(ids, call.face.options.temporal_points_max, shape);
    let hub = &call.face.hub;
    // Of those whose values are added up, only what they are is read.
    let read = match &asked.form {
        Form::Aggregates(_) => PastQuery { last_n: Some(1), ..query.clone() },
        _ => query.clone(),
    };
    let mut all = hub.past(&call.hub, &read).await?;
    let mut past_of = |one: &One| -> Option<EntityPast> {
        let place = all.iter().position(|past| past.entity == one.id)?;
        let mut past = all.swap_remove(place);
        if let Some(scoped) = &one.scoped {
            scoped.narrow(&mut past, asked);
            scoped.show(&mut past);
        }
        Some(past)
    };
    if let Form::Aggregates(aggregation) = &asked.form {
        let aggregation = asked.aligned(call, &query, aggregation).await?;
        let mut sums = sums(call, chosen, &query, &aggregation).await?;
        check_told(&asked.attributes, &sums, &aggregation.methods)?;
        sums.retain(|series| series.tells(&aggregation.methods));
        let of = |one: &One| {
            let series: Vec<_> = sums.iter().filter(|series| series.entity == one.id).cloned().collect();
            let past = past_of(one)?;
            (!series.is_empty()).then_some(Found::Buckets { id: past.entity, types: past.types, series })
        };
        return Ok(chosen.iter().filter_map(of).collect());
    }
    let limit = call.face.options.temporal_page_values;
    let shown = chosen.iter().filter_map(past_of).filter(|past| shows_something(past, shape));
    Ok(shown.map(|past| Found::Past(cut(past, limit, asked))).collect())
}

/// Of an attribute that is asked for by its name, one of the methods must be able to tell something (clause 5.7.4.4).
fn check_told(asked: &[Name], sums: &[SeriesBuckets], methods: &[Method]) -> Result<(), Problem> {
    let untold = |name: &&Name| {
        let mut all = sums.iter().filter(|series| series.attribute == **name).peekable();
        all.peek().is_some() && all.all(|series| !series.tells(methods))
    };
    let Some(name) = asked.iter().find(untold) else { return Ok(()) };
    let detail = format!("none of the methods can be told of the values of `{name}`");
    Err(Problem::new(ErrorKind::InvalidRequest, detail).field("aggrMethods"))
}

/// Adds up the values of the chosen: of most all in the range, of others those of the time in which their scopes fitted.
async fn sums(
    call: &Call,
    chosen: &[One],
    query: &PastQuery,
    aggregation: &Aggregation,
) -> Result<Vec<SeriesBuckets>, Problem> {
    let apart = |one: &One| one.scoped.as_ref().is_some_and(|scoped| scoped.leaves_out);
    let together: Vec<EntityId> = chosen.iter().filter(|one| !apart(one)).map(|one| one.id.clone()).collect();
    let mut sums = Vec::new();
    // No entity named would mean all.
    if !together.is_empty() {
        let question = PastQuery { entities: together, ..query.clone() };
        sums = call.face.hub.aggregate(&call.hub, &question, aggregation).await?;
    }
    for one in chosen.iter().filter(|one| apart(one)) {
        let spans = one.scoped.as_ref().map(|scoped| scoped.spans.as_slice()).unwrap_or_default();
        sums.extend(scoped_sums::over(call, query, aggregation, &one.id, spans).await?);
    }
    Ok(sums)
}
