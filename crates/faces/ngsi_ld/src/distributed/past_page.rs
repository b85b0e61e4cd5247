//! A page of the past of several brokers: everyone is asked for what comes up to its end, and it is cut from all together.

use axum::{body::Body, extract::Request, response::Response};
use http::{Uri, header, response::Parts};
use senne_model::{ErrorKind, Json, Problem};

use super::past_members::Members;
use crate::{
    face::Face,
    http::{Media, PageLinks, Parameters},
};

/// The page that was asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct PastPage {
    limit: usize,
    offset: usize,
    count: bool,
    /// The most entities that a broker is asked for.
    limit_max: usize,
}

impl PastPage {
    /// `None` when the parameters are malformed: that is refused in the usual way.
    pub(super) fn read(parameters: &Parameters, face: &Face) -> Result<Option<Self>, Problem> {
        let options = &face.options;
        let (Ok(limit), Ok(offset), Ok(count)) =
            (parameters.number("limit"), parameters.number("offset"), parameters.flag("count"))
        else {
            return Ok(None);
        };
        let limit_max = options.limit_max;
        let page = Self {
            limit: limit.unwrap_or(options.limit_default),
            offset: offset.unwrap_or(0),
            count,
            limit_max,
        };
        if page.limit > limit_max || (page.limit == 0 && !count) {
            return Ok(None);
        }
        if page.offset.saturating_add(page.limit) > limit_max {
            let detail = format!(
                "the past of several brokers is given up to the entity number {limit_max}; narrow the question, or ask with local=true"
            );
            return Err(Problem::new(ErrorKind::TooComplex, detail).field("offset"));
        }
        Ok(Some(page))
    }

    /// A page that has so many entities.
    pub(super) fn of_all(count: usize, face: &Face) -> Self {
        Self { limit: count, offset: 0, count: false, limit_max: face.options.limit_max }
    }

    /// How many entities everyone is asked for.
    pub(super) fn wide(&self) -> usize {
        if self.count { self.limit_max } else { (self.offset + self.limit + 1).min(self.limit_max) }
    }

    /// Asks here for all up to the end of the page.
    pub(super) fn widen(&self, request: &mut Request, parameters: &Parameters) {
        let path = request.uri().path().to_owned();
        if let Ok(uri) = format!("{path}?{}", parameters.with_page(self.wide(), 0)).parse::<Uri>() {
            *request.uri_mut() = uri;
        }
    }

    /// Whether our own answer says that there is more.
    pub(super) fn goes_on(&self, answer: &Response) -> bool {
        let links = answer.headers().get_all(header::LINK).iter();
        links.filter_map(|link| link.to_str().ok()).any(|link| link.contains("rel=\"next\""))
    }

    /// The entities of the page among what all have together, by their identifiers; and how many there are.
    pub(super) fn cut(
        &self,
        mut all: Vec<Json>,
        parameters: &Parameters,
        members: &Members,
    ) -> (Vec<Json>, usize) {
        all.retain(|entity| members.show(entity));
        let id = |entity: &Json| entity.get("id").and_then(Json::as_str).unwrap_or_default().to_owned();
        all.sort_by_cached_key(id);
        if parameters.get("orderBy").is_some_and(|order| order.ends_with(";desc")) {
            all.reverse();
        }
        let found = all.len();
        (all.into_iter().skip(self.offset).take(self.limit).collect(), found)
    }

    /// The answer with the entities of the page.
    pub(super) fn answer(
        &self,
        mut head: Parts,
        shown: Vec<Json>,
        (found, more): (usize, bool),
        (path, parameters): (&str, &Parameters),
        members: &Members,
    ) -> Response {
        let page: Vec<Json> = shown.into_iter().map(|entity| members.of(entity)).collect();
        let media = head.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media = media.unwrap_or(Media::Json.text()).to_owned();
        let of_pages = |link: &http::HeaderValue| {
            link.to_str().is_ok_and(|link| link.contains("rel=\"next\"") || link.contains("rel=\"prev\""))
        };
        let kept: Vec<_> =
            head.headers.get_all(header::LINK).iter().filter(|link| !of_pages(link)).cloned().collect();
        head.headers.remove(header::LINK);
        for link in kept {
            head.headers.append(header::LINK, link);
        }
        let mut response = Response::from_parts(head, Body::from(Json::Array(page).to_string()));
        let more = more || found > self.offset + self.limit;
        let count = self.count.then_some(found as u64);
        PageLinks { path, parameters, media: &media }.put(
            &mut response,
            (self.limit, self.offset),
            more,
            count,
        );
        response
    }
}
