//! JSON-LD contexts: any document is resolved or refused, and every name that it gives compacts to one that expands to the same.

#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use senne_context::resolve;
use senne_model::Json;

fuzz_target!(|bytes: &[u8]| {
    // The first line is a context, the second is another that it may name, the others are terms.
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.lines();
    let Some(Ok(value)) = lines.next().map(|line| Json::parse(line.as_bytes())) else { return };
    let other = lines.next().and_then(|line| Json::parse(line.as_bytes()).ok()).map(Arc::new);
    let Ok(context) = resolve(&value, &|_| other.clone()) else { return };
    for term in lines.take(16) {
        let name = context.expand(term);
        let short = context.compact(&name).into_owned();
        assert_eq!(context.expand(&short), name, "{term} became {name}, then {short}");
        let _ = context.expand_iri(term);
        let _ = (context.coercion(term), context.is_json_typed(term), context.is_iri_typed(term));
    }
    let _ = (context.link(), context.to_json().to_string());
});
