//! The past of entities at all brokers together (clauses 5.7.3, 5.7.4).

use std::collections::HashSet;

use axum::{body::Body, extract::Request, middleware::Next, response::Response};
use http::{HeaderValue, StatusCode, header};
use senne_language::{Method, Period, Query, TimeFilter};
use senne_model::{EntityId, Json, Problem};

use super::{
    dressed::Dress,
    incoming_body::Received,
    parts::answer_of,
    past_again::Again,
    past_asking::Version,
    past_members::{Members, flat},
    past_merge::Form,
    past_page::PastPage,
    past_range::narrowest,
    past_sums::Summing,
    provision::refused,
    together::together,
    trip::Trip,
};
use crate::{
    face::Face,
    http::{Ask, BASE, Parameters},
    kind::QUALITY,
    registrations::{Matched, Serves, Wanted, csf},
};

/// A question about the past.
pub(super) struct Asked {
    pub(super) parameters: Parameters,
    /// The parameters with what every broker is asked for.
    pub(super) wide: Parameters,
    pub(super) members: Members,
    /// The path after `/ngsi-ld/v1`, in parts.
    pub(super) path: Vec<String>,
    pub(super) received: Received,
    pub(super) query: Query,
    /// What registrations must be of.
    pub(super) wanted: Wanted,
    /// The one entity that the path names.
    pub(super) one: Option<EntityId>,
}

pub(super) async fn read(
    face: &Face,
    trip: &Trip,
    caller: &senne_hub::Context,
    serves: Serves,
    request: Request,
    next: Next,
) -> Response {
    let Ok(parameters) = Parameters::parse(request.uri().query()) else { return next.run(request).await };
    let read = Received::read(face, request, &parameters, face.options.entity_bytes_max).await;
    let (request, received) = match read {
        Ok(read) => read,
        Err(problem) => return refused(problem),
    };
    let Some(received) = received else { return next.run(request).await };
    let Ok(asked) = Asked::read(parameters, request.uri().path(), received) else {
        return next.run(request).await;
    };
    let mut matched = face.registrations.matching(&caller.tenant, &asked.wanted);
    matched.retain(|found| found.registration.operations.has(serves));
    let matched = trip.passable(matched);
    if matched.is_empty() {
        return next.run(request).await;
    }
    let page = match serves {
        Serves::QueryTemporal => match PastPage::read(&asked.parameters, face) {
            Ok(page) => page,
            Err(problem) => return refused(problem),
        },
        _ => None,
    };
    let request = match &page {
        Some(page) => asked.widened(request, page),
        None => request,
    };
    let (parts, body) = request.into_parts();
    let asking = parts.clone();
    let answer = next.clone().run(Request::from_parts(parts, body)).await;
    if !answer.status().is_success() && answer.status() != StatusCode::NOT_FOUND {
        return answer;
    }
    let sent = matched.iter().map(|found| asked.forward(face, trip, found, page));
    let mut versions: Vec<Version<'_>> = together(sent.collect()).await.into_iter().flatten().collect();
    if versions.is_empty() && page.is_none() {
        return answer;
    }
    let more =
        page.is_some_and(|page| page.goes_on(&answer) || versions.iter().any(|one| one.given >= page.wide()));
    versions.sort_by_key(Version::is_auxiliary);
    let (mut head, body) = answer.into_parts();
    let dress = Dress { face, headers: &asking.headers, terms: &asked.received.terms };
    let mut ours = None;
    if head.status.is_success() {
        match answer_of(body).await {
            Ok(told) => ours = Some(told),
            Err(problem) => return refused(problem),
        }
    } else {
        dress.found(&mut head);
    }
    let last = asked.last();
    mark_range(&mut head, &versions, last.is_some());
    let summing = asked.summing();
    let Joined { mut all, here, there, met } = asked.join(ours, &mut versions, summing.as_ref());
    if let (Some(count), Some(all), None) = (last, all.as_mut(), &summing) {
        asked.form().newest(all, count);
    }
    if let Some(all) = all.as_mut() {
        dress.contexts(&head, all);
    }
    head.headers.remove(header::CONTENT_LENGTH);
    let path = asking.uri.path().to_owned();
    let again = summing.map(|summing| Again {
        face,
        trip,
        asked: &asked,
        summing,
        next,
        head: asking,
        here,
        there,
        met,
    });
    match (page, all) {
        (Some(page), Some(Json::Array(all))) => {
            let (mut shown, found) = page.cut(all, &asked.parameters, &asked.members);
            if let Err(problem) = summed_up(again.as_ref(), &mut shown).await {
                return refused(problem);
            }
            page.answer(head, shown, (found, more), (path.as_str(), &asked.parameters), &asked.members)
        }
        (_, all) => {
            let mut shown = all.unwrap_or_default();
            if let Err(problem) = summed_up(again.as_ref(), std::slice::from_mut(&mut shown)).await {
                return refused(problem);
            }
            Response::from_parts(head, Body::from(shown.to_string()))
        }
    }
}

/// Where sums are asked for, makes those anew that several brokers told of the same values.
async fn summed_up(again: Option<&Again<'_>>, shown: &mut [Json]) -> Result<(), Problem> {
    match again {
        Some(again) => again.sum_up(shown).await,
        None => Ok(()),
    }
}

/// What all brokers told together.
#[derive(Default)]
struct Joined<'m> {
    all: Option<Json>,
    /// The entities that this broker gave, where sums are asked for.
    here: HashSet<EntityId>,
    /// Those that sources gave.
    there: Vec<(&'m Matched, HashSet<EntityId>)>,
    /// Those of which several have sums that may be of the same values.
    met: HashSet<EntityId>,
}

/// What a source told of the past in part alone makes the whole a part (206).
fn mark_range(head: &mut http::response::Parts, versions: &[Version<'_>], goes_back: bool) {
    let ours = head.headers.get(header::CONTENT_RANGE).and_then(|value| value.to_str().ok());
    let ours = ours.map(str::to_owned);
    let all = ours.into_iter().chain(versions.iter().filter_map(|one| one.range.clone()));
    let Some(range) = narrowest(all.collect(), goes_back) else { return };
    head.status = StatusCode::PARTIAL_CONTENT;
    if let (false, Ok(range)) = (range.is_empty(), HeaderValue::from_str(&range)) {
        head.headers.insert(header::CONTENT_RANGE, range);
    }
}

impl Asked {
    fn read(parameters: Parameters, path: &str, received: Received) -> Result<Self, Problem> {
        let path = path.strip_prefix(BASE).unwrap_or(path).trim_matches('/');
        let path: Vec<String> = path.split('/').map(super::operation::percent_decoded).collect();
        let (document, terms) = (received.json.as_ref(), &received.terms);
        let (mut query, times) = match document {
            Some(document) => (Ask::from_document(document)?.into_query(terms)?, document.get("temporalQ")),
            None => (Ask::from_parameters(&parameters).into_query(terms)?, None),
        };
        let mut one = None;
        if let ["temporal", "entities", id] = path.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            let id = EntityId::parse(id)?;
            query.ids = vec![id.clone()];
            one = Some(id);
        }
        let get = |name: &str| match times {
            Some(times) => times.get(name).and_then(Json::as_str),
            None => parameters.get(name),
        };
        let time = TimeFilter::parse(get("timerel"), get("timeAt"), get("endTimeAt"), get("timeproperty"))?;
        let mut wanted = Wanted::of_query(&query);
        wanted.time = Some(time);
        wanted.time_may_be_unknown = true;
        wanted.csf = csf(parameters.get("csf"), terms)?;
        // Of one entity nothing is joined by its name.
        let members = Members::read(&parameters, document, terms);
        let wide = if one.is_some() { parameters.clone() } else { members.widen(&parameters) };
        Ok(Self { parameters, wide, members, path, received, query, wanted, one })
    }

    /// The request for our own part: all up to the end of the page, with what joins entities.
    fn widened(&self, mut request: Request, page: &PastPage) -> Request {
        page.widen(&mut request, &self.wide);
        match &self.received.json {
            Some(document) => {
                let wide = self.members.widen_document(document).to_string();
                self.received.with_body(request, wide.into())
            }
            None => request,
        }
    }

    /// A parameter of the time that is asked about, from the address or the document.
    fn parameter(&self, name: &str) -> Option<String> {
        let times = self.received.json.as_ref().and_then(|document| document.get("temporalQ"));
        match times.and_then(|times| times.get(name)) {
            Some(Json::Text(text)) => Some(text.to_string()),
            Some(other) => Some(other.to_string()),
            None => self.parameters.get(name).map(str::to_owned),
        }
    }

    /// How many of the newest instances are asked for.
    fn last(&self) -> Option<usize> {
        self.parameter("lastN").and_then(|text| text.parse().ok())
    }

    /// Whether a form is asked for; `format` goes before the older `options` (clause 6.3.12).
    fn wants(&self, words: &[&str]) -> bool {
        match self.parameters.get("format") {
            Some(format) => words.contains(&format),
            None => words.iter().any(|word| self.parameters.option(word)),
        }
    }

    /// Whoever names methods in a document wants sums.
    fn wants_sums(&self) -> bool {
        let document = self.received.json.as_ref().filter(|_| self.parameters.get("format").is_none());
        let names = document.is_some_and(|document| {
            let methods = document.get("temporalQ").and_then(|times| times.get("aggrMethods"));
            methods.is_some() || document.get("aggrParams").is_some()
        });
        names || self.wants(&["aggregatedValues"])
    }

    /// In which form the past is told.
    fn form(&self) -> Form {
        if self.wants_sums() || self.wants(&["temporalValues", "simplified", "keyValues"]) {
            Form::Series
        } else {
            Form::Instances
        }
    }

    /// How values are to be summed up, where that is asked for.
    fn summing(&self) -> Option<Summing> {
        if !self.wants_sums() {
            return None;
        }
        let document = self.received.json.as_ref();
        let said = |name: &str| {
            let within = |whole: &str| document.and_then(|document| document.get(whole)?.get(name)).map(flat);
            let within = within("aggrParams").or_else(|| within("temporalQ"));
            within.or_else(|| self.parameters.get(name).map(str::to_owned))
        };
        let period = said("aggrPeriodDuration");
        Some(Summing {
            methods: Method::parse(&said("aggrMethods")?).ok()?,
            period: Period::parse(period.as_deref().unwrap_or("PT0S")).ok()?,
            zone: self.parameters.get("timezone").map(str::to_owned),
            time: self.wanted.time.unwrap_or_default(),
            last: self.last(),
            usable_only: self.parameters.flag("usableOnly").unwrap_or_default(),
            quality: self.received.terms.compact(QUALITY).into_owned(),
        })
    }

    /// Joins what this broker has with what sources told, and notes where sums may be of the same values.
    fn join<'m>(
        &self,
        ours: Option<Json>,
        versions: &mut [Version<'m>],
        summing: Option<&Summing>,
    ) -> Joined<'m> {
        let form = self.form();
        let mut joined = Joined { all: ours, ..Joined::default() };
        if let (Some(_), Some(ours)) = (summing, &joined.all) {
            joined.here = self.ids_of(ours);
        }
        for version in versions {
            let told = std::mem::take(&mut version.json);
            if let Some(summing) = summing {
                joined.there.push((version.found, self.ids_of(&told)));
                if let Some(all) = &joined.all {
                    self.note_met(summing, (all, &told), &mut joined.met);
                }
            }
            joined.all = Some(match joined.all.take() {
                None => told,
                Some(there) => form.merge(there, told, version.is_auxiliary()),
            });
        }
        joined
    }
}
