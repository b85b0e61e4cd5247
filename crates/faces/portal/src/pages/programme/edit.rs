//! Everything of the programme is edited on one page, made from the contract of its type. What is written is a draft until somebody
//! publishes it.

mod fields;
mod form;
mod ids;
pub(super) mod kinds;
pub(super) mod known;
pub(super) mod names;
mod offers;
pub(super) mod page;
mod read;
pub(super) mod rules;
mod send;
pub(super) mod simple;
pub(super) mod subject;
pub(super) mod values;

use axum::{extract::Path, response::Response};

use self::{
    form::Form,
    page::{EditPage, Findings, page},
    subject::Subject,
};
use crate::visit::Visit;

/// `GET /{language}/programme/new/{kind}?refProject=…`, also `?draft=…`
pub(super) async fn begin(visit: Visit, Path(kind): Path<String>) -> Response {
    let subject = Subject::begin(&visit, &kind).await;
    visit.answer(subject.map(|subject| first(&visit, &subject)))
}

/// `POST /{language}/programme/new/{kind}`
pub(super) async fn send_new(visit: Visit, Path(kind): Path<String>, body: String) -> Response {
    match Subject::begin(&visit, &kind).await {
        Ok(subject) => send::answer(&visit, &subject, &body).await,
        Err(problem) => visit.refuse(&problem),
    }
}

/// `GET /{language}/programme/edit/{id}`, by `urn:ngsi-ld:Risk:a` or `Risk:a`; also `?draft=…`
pub(super) async fn show(visit: Visit, Path(id): Path<String>) -> Response {
    let subject = Subject::find(&visit, &id).await;
    visit.answer(subject.map(|subject| first(&visit, &subject)))
}

/// `POST /{language}/programme/edit/{id}`
pub(super) async fn send(visit: Visit, Path(id): Path<String>, body: String) -> Response {
    match Subject::find(&visit, &id).await {
        Ok(subject) => send::answer(&visit, &subject, &body).await,
        Err(problem) => visit.refuse(&problem),
    }
}

fn first(visit: &Visit, subject: &Subject<'_>) -> EditPage {
    page(visit, subject, &Form::shown(visit, subject), &Findings::default())
}
