//! The ASEM Sustainable Connectivity Index: 51 countries, 49 indicators, 8 pillars, 2 sub-indices (Joint Research Centre 2018), as the
//! package COINr builds it for its examples.

use senne_composite::{
    Aggregation, Composite, Direction, Element, Grouping, Hierarchy, Imputation, Inputs, Method,
    NormaliseOptions, Plan, Role, Table, Treatment, Weights, aggregate, build, denominate, impute, normalise,
    treat,
};

use crate::shared::{Sheet, sheet};

/// The data and every step of the example.
pub(crate) struct Asem {
    pub(crate) hierarchy: Hierarchy,
    pub(crate) raw: Table,
    pub(crate) denominators: Table,
    pub(crate) groups: Grouping,
}

pub(crate) fn asem() -> Option<Asem> {
    let (data, metadata) = (sheet("ASEM_iData.csv")?, sheet("ASEM_iMeta.csv")?);
    let hierarchy = Hierarchy::new(elements(&metadata)).unwrap();
    let indicators: Vec<&str> = hierarchy.indicators().map(|element| element.code.as_str()).collect();
    let denominators: Vec<&str> = hierarchy
        .elements()
        .iter()
        .filter(|element| element.role == Role::Denominator)
        .map(|element| element.code.as_str())
        .collect();
    let groups =
        Grouping::new(data.texts("uCode").iter().cloned().zip(data.texts("EurAsia_group").iter().cloned()));
    let (raw, denominators) = (data.table("uCode", &indicators), data.table("uCode", &denominators));
    Some(Asem { hierarchy, raw, denominators, groups })
}

fn elements(metadata: &Sheet) -> Vec<Element> {
    let optional = |name: &str, row: usize| {
        let text = &metadata.texts(name)[row];
        (text != "NA").then(|| text.clone())
    };
    let element = |row: usize| Element {
        code: metadata.texts("iCode")[row].clone(),
        role: match metadata.texts("Type")[row].as_str() {
            "Indicator" => Role::Indicator,
            "Aggregate" => Role::Aggregate,
            "Denominator" => Role::Denominator,
            _ => Role::Group,
        },
        level: optional("Level", row).map(|level| level.parse().unwrap()),
        parent: optional("Parent", row),
        weight: metadata.values("Weight")[row].unwrap_or(1.0),
        direction: if metadata.texts("Direction")[row] == "-1" {
            Direction::Lower
        } else {
            Direction::Higher
        },
        denominator: optional("Denominator", row),
        target: metadata.values("Target")[row],
    };
    (0..metadata.texts("iCode").len()).map(element).collect()
}

impl Asem {
    pub(crate) fn denominated(&self) -> Table {
        denominate(&self.raw, &self.hierarchy, &self.denominators).unwrap().table
    }

    pub(crate) fn imputed(&self) -> Table {
        impute(&self.denominated(), &Imputation::GroupMean(self.groups.clone())).unwrap().table
    }

    pub(crate) fn treated(&self) -> Table {
        treat(&self.imputed(), Treatment::default()).unwrap().table
    }

    pub(crate) fn normalised(&self) -> Table {
        normalise(&self.treated(), &self.hierarchy, &NormaliseOptions::default()).unwrap().table
    }

    pub(crate) fn aggregated(&self) -> Table {
        let weights = Weights::given(&self.hierarchy);
        let plan = Plan::all(Aggregation::Arithmetic);
        aggregate(&self.normalised(), &self.hierarchy, &weights, &plan).unwrap().table
    }
}

impl Asem {
    pub(crate) fn inputs(&self) -> Inputs {
        let (hierarchy, raw) = (self.hierarchy.clone(), self.raw.clone());
        Inputs { hierarchy, raw, denominators: Some(self.denominators.clone()) }
    }

    /// That of the example.
    pub(crate) fn method(&self) -> Method {
        Method {
            denominate: true,
            screening: None,
            imputation: Some(Imputation::GroupMean(self.groups.clone())),
            treatment: Some(Treatment::default()),
            normalisation: NormaliseOptions::default(),
            weights: Weights::given(&self.hierarchy),
            plan: Plan::all(Aggregation::Arithmetic),
        }
    }

    pub(crate) fn composite(&self) -> Composite {
        build(&self.inputs(), &self.method()).unwrap()
    }
}
