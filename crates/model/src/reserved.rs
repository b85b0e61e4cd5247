//! Names that NGSI-LD keeps for itself: what an entity or an attribute has under such a name is no attribute.
//!
//! One face reads these members for what they are; another refuses attributes that are called like them, since what is written under
//! such a name could not be told.

/// Members that describe an attribute: no attribute is called so (GS CIM 009 clause 4.5.1).
pub const DESCRIBING: [&str; 4] = ["datasetId", "instanceId", "observedAt", "unitCode"];

/// Members that notifications alone have (clause 5.8.6).
pub const FORMER: [&str; 7] = [
    "previousValue",
    "previousObject",
    "previousLanguageMap",
    "previousVocab",
    "previousJson",
    "previousValueList",
    "previousObjectList",
];

/// Members that hold the value of an attribute, of whichever kind, or say what it is (clauses 4.5.2, 4.5.3 and 4.5.18–4.5.24).
const OF_VALUES: [&str; 10] = [
    "value",
    "object",
    "objectType",
    "languageMap",
    "lang",
    "vocab",
    "json",
    "valueList",
    "objectList",
    "valueType",
];

/// When something came, was changed, went and will go (clauses 4.8 and 4.22).
const TIMES: [&str; 4] = ["createdAt", "modifiedAt", "deletedAt", "expiresAt"];

/// Linked entities, told within a relationship (clause 4.5.23).
const LINKED: [&str; 2] = ["entity", "entityList"];

/// Whether no attribute of an entity is called so.
pub fn is_no_attribute(name: &str) -> bool {
    name == "scope" || TIMES.contains(&name) || DESCRIBING.contains(&name)
}

/// Whether no attribute of an attribute is called so: attributes have a member of this name by themselves.
pub fn is_no_part(name: &str) -> bool {
    OF_VALUES.contains(&name)
        || TIMES.contains(&name)
        || LINKED.contains(&name)
        || DESCRIBING.contains(&name)
        || FORMER.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_of_entities_and_of_attributes_are_told_apart() {
        for name in ["scope", "createdAt", "expiresAt", "datasetId", "unitCode"] {
            assert!(is_no_attribute(name), "{name}");
        }
        for name in ["value", "valueType", "entityList", "previousJson", "observedAt", "modifiedAt"] {
            assert!(is_no_part(name), "{name}");
        }
        assert!(!is_no_attribute("value") && !is_no_part("scope") && !is_no_part("accuracy"));
    }
}
