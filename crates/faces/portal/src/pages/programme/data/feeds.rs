//! The days of the programme as a calendar, and what happened as news. Both are stamped by the day of the view: as long as neither the programme
//! nor the day changes, the same bytes are sent.

use axum::response::Response;
use jiff::{civil::Date, tz::TimeZone};
use senne_model::{Problem, Timestamp};
use senne_programme::{
    CallId, DecisionId, Programme, ProjectId,
    feeds::{self, AtomFeed, atom, calendar_events},
};

use super::super::{
    brief::spoken,
    report::aside,
    shared::{link, view},
};
use crate::{visit::Visit, words::Words};

/// So much news is in the feed.
const NEWS_MOST: usize = 100;

/// `GET /{language}/programme/calendar.ics`
pub(in crate::pages::programme) async fn calendar(visit: Visit) -> Response {
    let text = days(&visit).await;
    send(&visit, text, "text/calendar; charset=utf-8")
}

/// `GET /{language}/programme/news.atom`
pub(in crate::pages::programme) async fn news(visit: Visit) -> Response {
    let text = happened(&visit).await;
    send(&visit, text, "application/atom+xml; charset=utf-8")
}

fn send(visit: &Visit, text: Result<String, Problem>, kind: &'static str) -> Response {
    match text {
        Ok(text) => visit.file(kind, None, text),
        Err(problem) => visit.refuse(&problem),
    }
}

async fn days(visit: &Visit) -> Result<String, Problem> {
    let view = view(visit).await?;
    let (words, origin) = (visit.w, visit.origin.clone());
    aside(move || {
        let page = |id: &str| page(words, &origin, &view.programme, id);
        let events = calendar_events(&view.programme, spoken(words), page);
        feeds::calendar(words.t("paper.calendar_name"), &events, midnight(view.today))
    })
    .await
}

async fn happened(visit: &Visit) -> Result<String, Problem> {
    let view = view(visit).await?;
    let (words, origin) = (visit.w, visit.origin.clone());
    let itself = format!("{origin}{}", visit.link("/programme/news.atom"));
    let home = format!("{origin}{}", visit.link("/programme"));
    aside(move || {
        let page = |id: &str| page(words, &origin, &view.programme, id);
        let entries = feeds::news(&view.programme, spoken(words), view.today, NEWS_MOST, page);
        let feed = AtomFeed {
            id: name(words, &itself),
            title: words.t("paper.news_title").to_owned(),
            language: words.language.code(),
            itself,
            page: Some(home),
            author: words.t("paper.publisher").to_owned(),
            entries,
        };
        atom(&feed, midnight(view.today))
    })
    .await
}

/// What the feed is called for ever: its address, where the server knows how it is called.
fn name(words: Words, itself: &str) -> String {
    if itself.starts_with('/') {
        format!("urn:ngsi-ld:Feed:programme-news-{}", words.language)
    } else {
        itself.to_owned()
    }
}

/// The address of the page of a project, call or decision.
fn page(words: Words, origin: &str, programme: &Programme, id: &str) -> Option<String> {
    let kind = if programme.projects.contains_key(&ProjectId::from(id)) {
        "project"
    } else if programme.calls.contains_key(&CallId::from(id)) {
        "call"
    } else if programme.decisions.contains_key(&DecisionId::from(id)) {
        "decision"
    } else {
        return None;
    };
    Some(format!("{origin}{}", link(words, kind, id)))
}

/// The beginning of a day, in UTC.
fn midnight(day: Date) -> Timestamp {
    let at = day.to_zoned(TimeZone::UTC).map(|at| at.timestamp().as_microsecond());
    Timestamp::from_micros(at.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use senne_programme::Project;

    use super::*;
    use crate::language::Language;

    #[test]
    fn addresses_are_whole_and_only_of_what_has_a_page() {
        let mut programme = Programme::default();
        let project = Project { id: "urn:ngsi-ld:Project:a".into(), ..Project::default() };
        programme.projects.insert(project.id.clone(), project);
        let words = Words::new(Language::Nl);
        let page = |id: &str| page(words, "https://city.example", &programme, id);
        assert_eq!(
            page("urn:ngsi-ld:Project:a").as_deref(),
            Some("https://city.example/nl/programme/project/a")
        );
        assert_eq!(page("urn:ngsi-ld:Project:b"), None);
        assert_eq!(name(words, "https://city.example/nl/x"), "https://city.example/nl/x");
        assert_eq!(name(words, "/nl/x"), "urn:ngsi-ld:Feed:programme-news-nl");
    }

    #[test]
    fn a_day_begins_at_midnight() {
        assert_eq!(midnight(date(2026, 11, 30)).to_string(), "2026-11-30T00:00:00Z");
        let _ = midnight(Date::default());
    }
}
