//! An indicator by what its values are of: by kind of vehicle, by kind of day.

use std::{fmt, sync::Arc};

use senne_contract::Localised;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};

use crate::Declaration;

/// The code of a total among the values of a dimension, as SDMX writes it.
pub const TOTAL: &str = "_T";

/// A dimension. In declarations: `disaggregations: [{ id: day-type, title: {…}, values: { weekend: {…} } }]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disaggregation {
    /// Its stable identifier: small letters, digits and hyphens.
    pub id: String,
    /// Its name.
    pub title: Localised,
    /// Its values with their names, in order.
    #[serde(deserialize_with = "in_order")]
    pub values: Vec<(String, Localised)>,
}

/// One value of one dimension.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slice {
    /// The dimension.
    pub dimension: Arc<str>,
    /// Its value.
    pub value: Arc<str>,
}

impl fmt::Display for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.dimension, self.value)
    }
}

impl Disaggregation {
    /// What the dimension is called in SDMX: `DAY_TYPE`.
    pub fn sdmx(&self) -> String {
        self.id.replace('-', "_").to_ascii_uppercase()
    }

    /// The slices, in order.
    pub fn slices(&self) -> impl Iterator<Item = Slice> {
        let dimension: Arc<str> = self.id.as_str().into();
        self.values
            .iter()
            .map(move |(value, _)| Slice { dimension: Arc::clone(&dimension), value: value.as_str().into() })
    }

    /// The name of a value.
    pub fn name(&self, value: &str) -> Option<&Localised> {
        self.values.iter().find(|(id, _)| id == value).map(|(_, name)| name)
    }
}

impl Declaration {
    /// The columns of the question that tell the values of the dimensions, in their order: `disaggregation` of a single one, else the id of
    /// each with `_` for hyphens.
    pub fn slice_columns(&self) -> Vec<String> {
        match self.disaggregations.as_slice() {
            [_] => vec!["disaggregation".to_owned()],
            several => several.iter().map(|dimension| dimension.id.replace('-', "_")).collect(),
        }
    }

    /// All slices of all dimensions.
    pub fn slices(&self) -> impl Iterator<Item = Slice> {
        self.disaggregations.iter().flat_map(Disaggregation::slices)
    }

    /// A slice by how it is written: `day-type:weekend`.
    pub fn slice(&self, text: &str) -> Option<Slice> {
        self.slices().find(|slice| slice.to_string() == text)
    }
}

fn in_order<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<(String, Localised)>, D::Error> {
    struct Values;

    impl<'de> Visitor<'de> for Values {
        type Value = Vec<(String, Localised)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("values with their names")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut values = Vec::new();
            while let Some(entry) = map.next_entry()? {
                values.push(entry);
            }
            Ok(values)
        }
    }

    from.deserialize_map(Values)
}
