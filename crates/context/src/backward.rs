//! The way back from names to terms and prefixes.

use std::collections::HashMap;

use senne_model::Name;

use crate::definition::{Definition, ends_like_a_namespace};

/// How many prefixes may end unlike a namespace; each is tried in turn, so the rest is left out.
const ODD_PREFIXES_MAX: usize = 16;

/// For each IRI the term, and for each namespace the prefix, that it is compacted to.
pub(crate) struct Backward {
    terms: HashMap<Name, Box<str>>,
    prefixes: HashMap<Name, Box<str>>,
    /// Prefixes whose IRI does not end with a delimiter (`"@prefix": true`), longest first.
    pub(crate) odd_prefixes: Vec<(Name, Box<str>)>,
}

impl Backward {
    pub(crate) fn of(definitions: &HashMap<Box<str>, Definition>) -> Self {
        let mut backward = Self { terms: HashMap::new(), prefixes: HashMap::new(), odd_prefixes: Vec::new() };
        for (term, definition) in definitions {
            keep_shortest(&mut backward.terms, &definition.iri, term);
            // A prefix with a colon of its own would be cut at the wrong place when it is read.
            if !definition.prefix || term.contains(':') {
                continue;
            }
            if ends_like_a_namespace(&definition.iri) {
                keep_shortest(&mut backward.prefixes, &definition.iri, term);
            } else {
                backward.odd_prefixes.push((definition.iri.clone(), term.clone()));
            }
        }
        let order = |(iri, term): &(Name, Box<str>)| (std::cmp::Reverse(iri.len()), term.len(), term.clone());
        backward.odd_prefixes.sort_by_key(order);
        backward.odd_prefixes.truncate(ODD_PREFIXES_MAX);
        backward
    }

    pub(crate) fn term(&self, name: &str) -> Option<&str> {
        self.terms.get(name).map(|term| &**term)
    }

    pub(crate) fn prefix(&self, namespace: &str) -> Option<&str> {
        self.prefixes.get(namespace).map(|prefix| &**prefix)
    }
}

fn keep_shortest(map: &mut HashMap<Name, Box<str>>, iri: &Name, term: &str) {
    let present = map.get(iri).map(|other| &**other);
    if shortest([present, Some(term)]) != present {
        map.insert(iri.clone(), term.into());
    }
}

/// The shorter of two terms, of equally long ones the first in code point order (JSON-LD 1.1 API §4.3).
pub(crate) fn shortest(terms: [Option<&str>; 2]) -> Option<&str> {
    terms.into_iter().flatten().min_by_key(|term| (term.len(), *term))
}
