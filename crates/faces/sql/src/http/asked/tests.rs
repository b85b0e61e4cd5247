//! What requests are taken to ask.

use axum::http::{HeaderName, HeaderValue};
use proptest::prelude::*;

use super::*;

fn request(method: Method, query: &str, headers: &[(&str, &str)], body: &[u8]) -> Request {
    let header = |(name, value): &(&str, &str)| {
        (HeaderName::try_from(*name).unwrap(), HeaderValue::try_from(*value).unwrap())
    };
    let headers = headers.iter().map(header).collect();
    Request { method, query: query.to_owned(), headers, body: Body::from(body.to_vec()) }
}

fn read_now(request: Request) -> Result<Asked, Refusal> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(read(request))
}

fn post(kind: &str, body: &str) -> Result<Asked, Refusal> {
    read_now(request(Method::POST, "", &[("content-type", kind)], body.as_bytes()))
}

fn field_of(result: Result<Asked, Refusal>) -> Option<String> {
    match result {
        Err(Refusal::Problem(problem)) => problem.field,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_statement_as_text() {
    for kind in
        ["text/plain", "text/plain; charset=utf-8", "application/sql", "application/x-www-form-urlencoded"]
    {
        let asked = post(kind, "SELECT '100%' = '100%'").unwrap();
        assert_eq!(asked.question.text, "SELECT '100%' = '100%'", "{kind}");
        assert_eq!((asked.format, asked.question.limits.rows_max), (Format::Json, 10_000));
    }
    assert!(matches!(post("image/png", "SELECT 1"), Err(Refusal::UnknownMedia)));
}

#[test]
fn a_statement_as_json() {
    let body = r#"{"query": "SELECT ?", "parameters": [1.5, "a", null], "rows": 7, "seconds": 0.5, "format": "csv"}"#;
    let asked = post("application/json", body).unwrap();
    assert_eq!((asked.question.text.as_str(), asked.format), ("SELECT $1", Format::Csv));
    assert_eq!(asked.question.limits.rows_max, 7);
    assert_eq!(asked.question.limits.time_max, Duration::from_millis(500));
    assert!(matches!(asked.question.parameters, Parameters::Values(list) if list.len() == 3));
    let named = post("application/json", r#"{"query": "SELECT $a", "parameters": {"a": 1}}"#).unwrap();
    assert!(matches!(named.question.parameters, Parameters::Named(list) if list.len() == 1));
}

#[test]
fn a_statement_in_the_address() {
    let query = "query=SELECT+%24a&format=parquet&rows=5&parameters=%7B%22a%22%3A1%7D";
    let asked = read_now(request(Method::GET, query, &[("accept", "text/csv")], b"")).unwrap();
    assert_eq!((asked.question.text.as_str(), asked.format), ("SELECT $a", Format::Parquet));
    assert_eq!(asked.question.limits.rows_max, 5);
    // A form, and an address beside a body: the body counts.
    let body = b"query=SELECT+2";
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    let asked = read_now(request(Method::POST, "query=SELECT+1&format=csv", &kind, body)).unwrap();
    assert_eq!((asked.question.text.as_str(), asked.format), ("SELECT 2", Format::Csv));
}

#[test]
fn streams_have_no_limit_of_their_own_and_headers_still_count() {
    let asked = read_now(request(Method::POST, "", &[("accept", "text/csv")], b"SELECT 1")).unwrap();
    assert_eq!(asked.question.limits.rows_max, usize::MAX);
    let asked = read_now(request(Method::POST, "", &[("senne-rows-max", "50000")], b"SELECT 1")).unwrap();
    assert_eq!(asked.question.limits.rows_max, 50_000);
}

#[test]
fn what_is_wrong_is_named() {
    assert_eq!(field_of(post("text/plain", " \n")).as_deref(), Some("query"));
    assert_eq!(field_of(read_now(request(Method::GET, "", &[], b"SELECT 1"))).as_deref(), Some("query"));
    assert_eq!(field_of(read_now(request(Method::GET, "limit=5", &[], b""))).as_deref(), Some("limit"));
    assert_eq!(field_of(read_now(request(Method::GET, "rows=-5", &[], b""))).as_deref(), Some("rows"));
    let json = |body: &str| field_of(post("application/json", body));
    assert_eq!(json(r#"{"query": "SELECT 1", "seconds": 0}"#).as_deref(), Some("seconds"));
    assert_eq!(json(r#"{"query": "SELECT 1", "parameters": 5}"#).as_deref(), Some("parameters"));
    assert_eq!(json("{"), None);
    assert_eq!(json(r#"{"query": "SELECT 1", "sql": 1}"#), None);
    assert!(matches!(post("text/plain; x", "\u{0}"), Ok(Asked { .. })));
    let xml = read_now(request(Method::POST, "format=xml", &[], b"SELECT 1"));
    assert!(matches!(xml, Err(Refusal::NotAcceptable)));
}

#[test]
fn a_long_body_is_refused() {
    let body = vec![b'x'; BODY_BYTES_MAX + 1];
    match read_now(request(Method::POST, "", &[], &body)) {
        Err(Refusal::Problem(problem)) => assert_eq!(problem.kind, ErrorKind::TooLarge),
        other => panic!("{other:?}"),
    }
}

proptest! {
    #[test]
    fn anything_may_be_sent(
        kind in prop_oneof![Just("text/plain"), Just("application/json"), Just("application/x-www-form-urlencoded")],
        query in "[ -~]{0,40}",
        body in proptest::collection::vec(any::<u8>(), 0..60),
    ) {
        let _ = read_now(request(Method::POST, &query, &[("content-type", kind)], &body));
    }
}
