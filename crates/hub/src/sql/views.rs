//! One view for each contract that the caller may see anything of.

use std::collections::HashSet;

use senne_contract::{AttributeContract, Contract, Contracts, ValueKind};
use senne_history::{ColumnKind, ContractColumn, ContractView};
use senne_policy::Grant;

/// Names that a view has anyhow.
const TAKEN: [&str; 3] = ["entity", "dataset_id", "observed_at"];

pub(super) fn of_contracts(contracts: &Contracts, grant: Grant) -> Vec<ContractView> {
    let seen = contracts
        .iter()
        .filter(|contract| grant.allows_types(std::slice::from_ref(&contract.type_name), contracts));
    seen.map(|contract| view(contract, contracts, grant)).collect()
}

fn view(contract: &Contract, contracts: &Contracts, grant: Grant) -> ContractView {
    let types = std::slice::from_ref(&contract.type_name);
    let mut taken: HashSet<String> = TAKEN.iter().map(|name| (*name).to_owned()).collect();
    let attributes = contract.attributes.iter();
    let seen = attributes.filter(|attribute| grant.allows_attribute(types, &attribute.name, contracts));
    let columns = seen.filter_map(|attribute| {
        let name = snake(&attribute.term);
        taken.insert(name.clone()).then(|| column(attribute, name))
    });
    ContractView {
        name: snake(&contract.type_term),
        title: contract.title.en.clone(),
        type_name: contract.type_name.clone(),
        columns: columns.collect(),
    }
}

fn column(attribute: &AttributeContract, name: String) -> ContractColumn {
    let mut attributes = vec![attribute.name.clone()];
    attributes.extend(attribute.former_names.iter().cloned());
    ContractColumn {
        name,
        attributes,
        kind: match attribute.kind {
            ValueKind::Number | ValueKind::Integer => ColumnKind::Number,
            ValueKind::Text | ValueKind::Boolean | ValueKind::Time | ValueKind::Relationship => {
                ColumnKind::Text
            }
            ValueKind::Geometry | ValueKind::Language | ValueKind::Object | ValueKind::List => {
                ColumnKind::Other
            }
        },
        unit: attribute.unit.map(|unit| unit.code.to_owned()),
        title: attribute.title.en.clone(),
    }
}

/// `AirQualityObserved` as `air_quality_observed`, `NO2` as `no2`, `pm2.5` as `pm2_5`.
fn snake(term: &str) -> String {
    let letters: Vec<char> = term.chars().collect();
    let mut name = String::with_capacity(term.len() + 4);
    for (i, letter) in letters.iter().enumerate() {
        let after_small = i > 0 && (letters[i - 1].is_lowercase() || letters[i - 1].is_ascii_digit());
        let before_small = letters.get(i + 1).is_some_and(|next| next.is_lowercase())
            && i > 0
            && letters[i - 1].is_uppercase();
        if letter.is_uppercase() && (after_small || before_small) {
            name.push('_');
        }
        let plain = letter.is_ascii_alphanumeric();
        name.extend(if plain { letter.to_lowercase().next() } else { Some('_') });
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_become_names_of_columns() {
        for (term, name) in [
            ("AirQualityObserved", "air_quality_observed"),
            ("NO2", "no2"),
            ("pm2.5", "pm2_5"),
            ("relativeHumidity", "relative_humidity"),
            ("OffStreetParking", "off_street_parking"),
            ("RSSILevel", "rssi_level"),
        ] {
            assert_eq!(snake(term), name);
        }
    }

    #[test]
    fn every_contract_has_its_view() {
        let contracts = Contracts::builtin();
        let views = of_contracts(&contracts, Grant::Everything);
        assert_eq!(views.len(), contracts.iter().count());
        let air = views.iter().find(|view| view.name == "air_quality_observed");
        let no2 = air.and_then(|view| view.columns.iter().find(|column| column.name == "no2"));
        let no2 = no2.unwrap_or_else(|| panic!("no column no2"));
        assert_eq!(
            (no2.unit.as_deref(), no2.kind, no2.attributes.len()),
            (Some("GQ"), ColumnKind::Number, 2)
        );
        let open = of_contracts(&contracts, Grant::OpenOnly);
        assert!(!open.is_empty() && open.len() <= views.len());
    }
}
