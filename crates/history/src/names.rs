//! How expanded names stand in the tables: the short term where it is plain what it stands for, else the IRI.

use std::borrow::Cow;

use senne_model::{Json, Name};

const DEFAULT_CONTEXT: &str = "https://uri.etsi.org/ngsi-ld/default-context/";
const CORE: &str = "https://uri.etsi.org/ngsi-ld/";
const MODELS: [&str; 2] = ["https://smartdatamodels.org/", "http://smartdatamodels.org/"];

/// A name as the tables hold it: what is shown, and the IRI where what is shown does not say it all.
/// Only terms of the default context need no IRI, so the column is nearly always empty.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Shown<'a> {
    pub(crate) term: &'a str,
    pub(crate) iri: Option<&'a str>,
}

/// The form of an expanded name in the tables.
pub(crate) fn shown(name: &str) -> Shown<'_> {
    let plain = |term: &str| !term.is_empty() && !term.contains([':', '/', '#']);
    if let Some(term) = name.strip_prefix(DEFAULT_CONTEXT).filter(|term| plain(term)) {
        return Shown { term, iri: None };
    }
    if let Some(term) = name.strip_prefix(CORE).filter(|term| plain(term)) {
        return Shown { term, iri: Some(name) };
    }
    if MODELS.iter().any(|prefix| name.starts_with(prefix)) {
        let term = name.rsplit(['/', '#']).next().unwrap_or_default();
        if plain(term) {
            return Shown { term, iri: Some(name) };
        }
    }
    Shown { term: name, iri: (!name.contains(':')).then_some(name) }
}

/// The expanded name of what [`shown`] gave.
pub(crate) fn expanded(term: &str, iri: Option<&str>) -> Name {
    let text = match iri {
        Some(iri) => Cow::Borrowed(iri),
        None if term.contains(':') => Cow::Borrowed(term),
        None => Cow::Owned(format!("{DEFAULT_CONTEXT}{term}")),
    };
    Name::new(&text)
}

/// The expanded name of the first type of a row, by its columns `type` and `types`.
pub(crate) fn first_type(term: &str, types: Option<&str>) -> Name {
    let listed = types.and_then(|list| serde_json::from_str::<Json>(list).ok());
    let first = listed.as_ref().and_then(Json::as_array).and_then(|list| list.first()?.as_str());
    first.map_or_else(|| expanded(term, None), Name::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_short_and_nothing_is_lost() {
        for (name, term) in [
            ("https://uri.etsi.org/ngsi-ld/default-context/NO2", "NO2"),
            ("https://uri.etsi.org/ngsi-ld/location", "location"),
            ("https://smartdatamodels.org/dataModel.Environment/NO2", "NO2"),
            ("https://smartdatamodels.org/", "https://smartdatamodels.org/"),
            ("https://example.org/x#NO2", "https://example.org/x#NO2"),
            ("urn:x:y", "urn:x:y"),
            ("NO2", "NO2"),
            ("", ""),
        ] {
            let form = shown(name);
            assert_eq!(form.term, term);
            assert_eq!(&*expanded(form.term, form.iri), name);
        }
    }

    #[test]
    fn the_first_type_of_a_row_is_known_in_full() {
        let plain = "https://uri.etsi.org/ngsi-ld/default-context/Station";
        assert_eq!(&*first_type("Station", None), plain);
        assert_eq!(&*first_type("Station", Some("[]")), plain);
        let listed = r#"["https://smartdatamodels.org/x/Station","urn:x:y"]"#;
        assert_eq!(&*first_type("Station", Some(listed)), "https://smartdatamodels.org/x/Station");
        assert_eq!(&*first_type("urn:x:y", None), "urn:x:y");
    }
}
