//! JSON with integers of any length: what is read is written as text that reads back the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use senne_model::Json;

fuzz_target!(|bytes: &[u8]| {
    let Ok(json) = Json::parse(bytes) else { return };
    let text = json.to_string();
    let again = Json::parse(text.as_bytes()).expect("what was written is JSON");
    assert_eq!(again, json, "{text}");
    // The plain parser agrees on whether it is JSON at all; but it has no room for integers beyond doubles.
    if let Err(error) = serde_json::from_slice::<Json>(bytes) {
        assert!(error.to_string().starts_with("number out of range"), "{error}");
    }
});
