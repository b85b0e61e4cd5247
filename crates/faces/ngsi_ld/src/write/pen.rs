//! A buffer that JSON is written into, with the names of one context.

use std::collections::HashMap;

use senne_context::Context;
use senne_model::{Json, Name, Timestamp};

/// Writes JSON text. The caller sees to it that members and elements stand in the right places; commas are
/// set by looking at what was written last.
pub(crate) struct Pen<'c> {
    out: Vec<u8>,
    context: &'c Context,
    terms: HashMap<Name, Box<str>>,
}

impl<'c> Pen<'c> {
    pub(crate) fn new(context: &'c Context, capacity: usize) -> Self {
        Self { out: Vec::with_capacity(capacity), context, terms: HashMap::new() }
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.out
    }

    /// How many bytes have been written.
    pub(crate) fn written(&self) -> usize {
        self.out.len()
    }

    /// A comma, unless something has just been opened or named.
    fn separate(&mut self) {
        if !matches!(self.out.last(), None | Some(b'{' | b'[' | b':' | b',' | b'\n')) {
            self.out.push(b',');
        }
    }

    pub(crate) fn open(&mut self) {
        self.separate();
        self.out.push(b'{');
    }
    pub(crate) fn close(&mut self) {
        self.out.push(b'}');
    }
    pub(crate) fn open_array(&mut self) {
        self.separate();
        self.out.push(b'[');
    }
    pub(crate) fn close_array(&mut self) {
        self.out.push(b']');
    }

    /// Ends a line: what follows is a document of its own.
    pub(crate) fn end_line(&mut self) {
        self.out.push(b'\n');
    }

    /// The name of a member that needs no escapes.
    pub(crate) fn key(&mut self, name: &str) {
        self.separate();
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
    }

    /// Any name of a member.
    pub(crate) fn any_key(&mut self, name: &str) {
        self.separate();
        put(&mut self.out, name);
        self.out.push(b':');
    }

    /// The name of an attribute, as the context calls it.
    pub(crate) fn name_key(&mut self, name: &Name) {
        self.name(name);
        self.out.push(b':');
    }

    /// An expanded name as a value, as the context calls it.
    pub(crate) fn name(&mut self, name: &Name) {
        self.separate();
        if let Some(text) = self.terms.get(name) {
            self.out.extend_from_slice(text.as_bytes());
            return;
        }
        let start = self.out.len();
        put(&mut self.out, &self.context.compact(name));
        let text = String::from_utf8_lossy(&self.out[start..]).into_owned();
        self.terms.insert(name.clone(), text.into_boxed_str());
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.separate();
        put(&mut self.out, text);
    }

    pub(crate) fn texts<'t>(&mut self, texts: impl IntoIterator<Item = &'t str>) {
        self.open_array();
        texts.into_iter().for_each(|text| self.text(text));
        self.close_array();
    }

    pub(crate) fn json(&mut self, value: &Json) {
        self.separate();
        put(&mut self.out, value);
    }

    pub(crate) fn number(&mut self, number: Option<f64>) {
        self.json(&number.map_or(Json::Null, whole));
    }

    pub(crate) fn integer(&mut self, number: u64) {
        self.separate();
        put(&mut self.out, &number);
    }

    pub(crate) fn time(&mut self, at: Timestamp) {
        use std::io::Write as _;
        self.separate();
        // Writing into memory cannot fail, and a time has no character that needs an escape.
        let _ = write!(self.out, "\"{at}\"");
    }

    /// A JSON object, with the context as its last member when that stands in the body.
    pub(crate) fn object_with_context(&mut self, object: &Json, context: Option<&str>) {
        self.open();
        for (name, value) in object.as_object().unwrap_or_default() {
            self.any_key(name);
            self.json(value);
        }
        self.context(context);
        self.close();
    }

    /// The context, when it stands in the body.
    pub(crate) fn context(&mut self, text: Option<&str>) {
        if let Some(text) = text {
            self.key("@context");
            self.raw(text);
        }
    }

    /// JSON text that is known to be right.
    pub(crate) fn raw(&mut self, text: &str) {
        self.separate();
        self.out.extend_from_slice(text.as_bytes());
    }
}

/// A number without its fraction when it has none: a count reads better as 7 than as 7.0.
pub(crate) fn whole(x: f64) -> Json {
    if x.fract() == 0.0 && x.abs() < 9.0e15 { Json::Int(x as i64) } else { Json::from(x) }
}

fn put<T: serde::Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) {
    // Serializing texts, numbers and JSON trees into memory has no way to fail.
    let _ = serde_json::to_writer(out, value);
}
