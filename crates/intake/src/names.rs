//! Terms of a feed become expanded names.

use senne_model::{Name, is_iri};

/// Terms that the NGSI-LD core context itself defines (GS CIM 009 annex B); all others fall into the default one.
const CORE: [(&str, &str); 6] = [
    ("location", "https://uri.etsi.org/ngsi-ld/location"),
    ("observationSpace", "https://uri.etsi.org/ngsi-ld/observationSpace"),
    ("operationSpace", "https://uri.etsi.org/ngsi-ld/operationSpace"),
    ("unitCode", "https://uri.etsi.org/ngsi-ld/unitCode"),
    ("title", "http://purl.org/dc/terms/title"),
    ("description", "http://purl.org/dc/terms/description"),
];

/// The expanded name of a term; an IRI stays as it is.
pub(crate) fn expand(term: &str) -> Name {
    match CORE.iter().find(|(core, _)| *core == term) {
        Some((_, iri)) => Name::new(iri),
        None if is_iri(term) => Name::new(term),
        None => Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{term}")),
    }
}
