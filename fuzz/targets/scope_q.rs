//! The language of `scopeQ`: what is read is written as a text that means the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use senne_language::{IdPattern, ScopeExpression};
use senne_model::EntityId;

fuzz_target!(|text: &str| {
    let scopes: Vec<Box<str>> = vec!["/a/b".into(), "/c".into(), "/a/b/d".into()];
    if let Ok(expression) = ScopeExpression::parse(text) {
        let written = expression.to_string();
        let again = ScopeExpression::parse(&written).expect("what was written can be read");
        for some in [&scopes[..], &scopes[..1], &[]] {
            assert_eq!(again.matches(some), expression.matches(some), "{text} and {written}");
        }
    }
    if let Ok(pattern) = IdPattern::parse(text) {
        let _ = pattern.matches(&EntityId::trusted("urn:ngsi-ld:T:1"));
    }
});
