//! The parameters of a request's query part.

use senne_model::{ErrorKind, Problem};

/// Decoded names and values in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters(Vec<(String, String)>);

/// The words that `options` may hold, of all operations.
const OPTIONS: [&str; 10] = [
    "sysAttrs",
    "normalized",
    "concise",
    "simplified",
    "keyValues",
    "temporalValues",
    "aggregatedValues",
    "noOverwrite",
    "update",
    "replace",
];

/// The parameters of all operations.
const KNOWN: [&str; 58] = [
    "after",
    "aggrMethods",
    "aggrPeriodDuration",
    "asOf",
    "attrs",
    "before",
    "collation",
    "containedBy",
    "coordinates",
    "count",
    "csf",
    "datasetId",
    "deleteAll",
    "details",
    "drop",
    "endTimeAt",
    "entityMap",
    "entityMapLifetime",
    "everyVersion",
    "expandValues",
    "format",
    "geometry",
    "geometryProperty",
    "geoproperty",
    "georel",
    "id",
    "idPattern",
    "join",
    "joinLevel",
    "jsonKeys",
    "keep",
    "kind",
    "lang",
    "lastEventId",
    "lastN",
    "limit",
    "local",
    "observedAt",
    "offset",
    "omit",
    "options",
    "orderBy",
    "orderFrom",
    "orderGeometry",
    "pick",
    "q",
    "reload",
    "scopeQ",
    "splitEntities",
    "sysAttrs",
    "timeAt",
    "timeproperty",
    "timerel",
    "timezone",
    "type",
    "usableOnly",
    "via",
    "access_token",
];

impl Parameters {
    /// Many clients ask for the count as NGSIv2 has it, by `options=count`: that is taken for `count=true`.
    fn with_count(mut self) -> Self {
        let asks = self.list("options").is_some_and(|words| words.contains(&"count"));
        if !asks {
            return self;
        }
        if let Some((_, words)) = self.0.iter_mut().find(|(name, _)| name == "options") {
            *words = words.split(',').filter(|word| word.trim() != "count").collect::<Vec<_>>().join(",");
        }
        self.0.retain(|(name, value)| name != "options" || !value.is_empty());
        if self.get("count").is_none() {
            self.0.push(("count".to_owned(), "true".to_owned()));
        }
        self
    }

    /// Refuses parameters that no operation has (clause 6.3.20).
    pub(crate) fn check(&self) -> Result<(), Problem> {
        self.only(&KNOWN)
    }

    /// Refuses parameters other than these.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), Problem> {
        match self.0.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            Some((name, _)) => {
                let detail = "there is no such parameter here";
                Err(Problem::new(ErrorKind::InvalidRequest, detail).field(name))
            }
            None => Ok(()),
        }
    }

    /// Refuses words in `options` other than these.
    pub(crate) fn only_options(&self, known: &[&str]) -> Result<(), Problem> {
        match self.list("options").into_iter().flatten().find(|word| !known.contains(word)) {
            Some(word) => {
                let detail = format!("this operation has no option `{word}`");
                Err(Problem::new(ErrorKind::InvalidRequest, detail).field("options"))
            }
            None => Ok(()),
        }
    }

    /// Reads the query part. A parameter that stands twice is refused, and so is an option that there is not
    /// (clause 6.3.20).
    pub(crate) fn parse(query: Option<&str>) -> Result<Self, Problem> {
        let pairs: Vec<(String, String)> =
            url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect();
        if let Some(name) = twice(&pairs) {
            return Err(Problem::new(ErrorKind::InvalidRequest, "the parameter stands twice").field(name));
        }
        let parameters = Self(pairs).with_count();
        let unknown = |word: &&str| !OPTIONS.contains(word);
        if let Some(word) = parameters.list("options").into_iter().flatten().find(unknown) {
            let detail = format!("there is no option `{word}`; there are {}", OPTIONS.join(", "));
            return Err(Problem::new(ErrorKind::InvalidRequest, detail).field("options"));
        }
        Ok(parameters)
    }

    /// The value of a parameter; an empty one counts as absent.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(there, _)| there == name)
            .map(|(_, value)| value.as_str())
            .filter(|v| !v.is_empty())
    }

    /// Sets a parameter, in place of what the request said.
    pub(crate) fn set(&mut self, name: &str, value: String) {
        self.0.retain(|(there, _)| there != name);
        self.0.push((name.to_owned(), value));
    }

    /// Takes parameters out, as if the request had not said them.
    pub(crate) fn take_out(&mut self, names: &[&str]) {
        self.0.retain(|(there, _)| !names.contains(&there.as_str()));
    }

    /// Names and values in their order.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The elements of a comma-separated list.
    pub(crate) fn list(&self, name: &str) -> Option<Vec<&str>> {
        let items: Vec<&str> =
            self.get(name)?.split(',').map(str::trim).filter(|item| !item.is_empty()).collect();
        Some(items)
    }

    /// `true` or `false`; absent is false.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, Problem> {
        match self.get(name).map(str::to_ascii_lowercase).as_deref() {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(Problem::bad("write true or false").field(name)),
        }
    }

    /// A whole number ≥ 0.
    pub(crate) fn number(&self, name: &str) -> Result<Option<usize>, Problem> {
        let wrong = |_| Problem::bad("a whole number of 0 or more is needed").field(name);
        self.get(name).map(|text| text.parse().map_err(wrong)).transpose()
    }

    /// Whether the list in `options` holds a word.
    pub(crate) fn option(&self, word: &str) -> bool {
        self.list("options").is_some_and(|options| options.contains(&word))
    }

    /// The query part with other values of `limit` and `offset`, for links to other pages.
    pub(crate) fn with_page(&self, limit: usize, offset: usize) -> String {
        self.with_place(limit, offset, None)
    }

    /// The same, with the place from which the page goes on.
    pub(crate) fn with_place(&self, limit: usize, offset: usize, place: Option<(&str, i64)>) -> String {
        let of_pages = ["limit", "offset", "after", "before"];
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in self.0.iter().filter(|(name, _)| !of_pages.contains(&name.as_str())) {
            query.append_pair(name, value);
        }
        query.append_pair("limit", &limit.to_string()).append_pair("offset", &offset.to_string());
        if let Some((name, no)) = place {
            query.append_pair(name, &no.to_string());
        }
        query.finish()
    }
}

/// The name of a parameter that stands twice.
fn twice(pairs: &[(String, String)]) -> Option<&str> {
    let mut seen = std::collections::HashSet::new();
    pairs.iter().map(|(name, _)| name.as_str()).find(|name| !seen.insert(*name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_for_many_names_grows_with_their_number_alone() {
        let began = std::time::Instant::now();
        let names: Vec<String> = (0..100_000).map(|n| format!("a{n}")).collect();
        let parameters = Parameters::parse(Some(&names.join("&"))).unwrap();
        assert_eq!(parameters.check().unwrap_err().field.as_deref(), Some("a0"));
        // Each compared with each other takes minutes.
        assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
        let twice = Parameters::parse(Some("type=T&id=urn:a:1&type=U")).unwrap_err();
        assert_eq!(twice.field.as_deref(), Some("type"));
    }
}
