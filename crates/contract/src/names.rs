//! Terms to expanded names, as the NGSI-LD core context does when no other context is given.

use senne_model::Name;

/// Where terms go that no context explains (GS CIM 009 clause 5.5.7).
const DEFAULT_CONTEXT: &str = "https://uri.etsi.org/ngsi-ld/default-context/";

/// Expands a term; an IRI stays as it is. The core context maps these few attribute terms elsewhere.
pub(crate) fn expand(term: &str) -> Name {
    let iri = match term {
        "location" | "observationSpace" | "operationSpace" => format!("https://uri.etsi.org/ngsi-ld/{term}"),
        "title" | "description" => format!("http://purl.org/dc/terms/{term}"),
        _ if term.contains(':') => term.to_owned(),
        _ => format!("{DEFAULT_CONTEXT}{term}"),
    };
    Name::new(&iri)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_expand_as_in_the_core_context() {
        assert_eq!(&*expand("no2"), "https://uri.etsi.org/ngsi-ld/default-context/no2");
        assert_eq!(&*expand("location"), "https://uri.etsi.org/ngsi-ld/location");
        assert_eq!(&*expand("description"), "http://purl.org/dc/terms/description");
        assert_eq!(&*expand("https://example.org/x"), "https://example.org/x");
    }
}
