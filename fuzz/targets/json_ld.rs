//! JSON-LD contexts: any documents are resolved or refused within bounded memory, and every name that they give compacts to one that expands
//! to the same.

#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use senne_context::resolve;
use senne_model::Json;

/// What one context takes in memory at most: its terms with their IRIs are bounded by less.
const BYTES_MAX: usize = 128 << 20;

fuzz_target!(|bytes: &[u8]| {
    // The first line is a context. Of the others those that begin an object or a list are documents, which are named by their numbers
    // (`https://a.example/1`) and may name one another; the rest are terms.
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.lines();
    let Some(Ok(value)) = lines.next().map(|line| Json::parse(line.as_bytes())) else { return };
    let (documents, terms): (Vec<&str>, Vec<&str>) = lines.partition(|line| line.starts_with(['{', '[']));
    let documents: Vec<Arc<Json>> =
        documents.into_iter().filter_map(|line| Json::parse(line.as_bytes()).ok()).map(Arc::new).collect();
    let load = |url: &str| {
        let number = url.rsplit('/').next().and_then(|last| last.parse::<usize>().ok());
        documents.get(number.unwrap_or(0)).cloned()
    };
    let Ok(context) = resolve(&value, &load) else { return };
    assert!(context.bytes() <= BYTES_MAX, "{} bytes of {}", context.bytes(), bytes.len());
    for term in terms.into_iter().take(16) {
        let name = context.expand(term);
        let short = context.compact(&name).into_owned();
        assert_eq!(context.expand(&short), name, "{term} became {name}, then {short}");
        let _ = context.expand_iri(term);
        let _ = (context.coercion(term), context.is_json_typed(term), context.is_iri_typed(term));
    }
    let _ = (context.link(), context.to_json().to_string());
});
