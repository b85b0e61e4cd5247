//! The Human Development Index 2022 of the report of 2023/24: goalposts, means of different kinds by level (UNDP, technical note 1).

use senne_composite::{
    Aggregation, Element, Hierarchy, Normalisation, NormaliseOptions, Plan, Table, Weights, aggregate,
    normalise,
};

use crate::shared::{Sheet, close, sheet};

fn hierarchy() -> Hierarchy {
    Hierarchy::new(vec![
        Element::indicator("life", "health"),
        Element::indicator("expected", "education"),
        Element::indicator("mean", "education"),
        Element::indicator("income", "standard"),
        Element::aggregate("health", 2, Some("development")),
        Element::aggregate("education", 2, Some("development")),
        Element::aggregate("standard", 2, Some("development")),
        Element::aggregate("development", 3, None),
    ])
    .unwrap()
}

fn scales() -> NormaliseOptions {
    let posts =
        |low: f64, high: f64| Normalisation::Goalposts { low, high, from: 0.0, to: 1.0, truncate: true };
    let mut options = NormaliseOptions::all(posts(20.0, 85.0));
    options.each.insert("expected".to_owned(), posts(0.0, 18.0));
    options.each.insert("mean".to_owned(), posts(0.0, 15.0));
    options.each.insert("income".to_owned(), posts(100.0_f64.ln(), 75_000.0_f64.ln()));
    options
}

fn index(table: &Table) -> Table {
    let hierarchy = hierarchy();
    let normalised = normalise(table, &hierarchy, &scales()).unwrap().table;
    let plan = Plan::new(vec![Aggregation::Arithmetic.into(), Aggregation::Geometric.into()]);
    aggregate(&normalised, &hierarchy, &Weights::equal(&hierarchy), &plan).unwrap().table
}

/// Countries with all four values; the income enters by its logarithm.
fn countries(data: &Sheet) -> Table {
    let income = data.values("gnipc_2022").into_iter().map(|value| value.map(f64::ln)).collect();
    let names: Vec<String> = data
        .texts("iso3")
        .iter()
        .zip(data.texts("country"))
        .map(|(code, name)| format!("{code} {name}"))
        .collect();
    let columns = vec![
        ("life".to_owned(), data.values("le_2022")),
        ("expected".to_owned(), data.values("eys_2022")),
        ("mean".to_owned(), data.values("mys_2022")),
        ("income".to_owned(), income),
    ];
    Table::new(names, columns).unwrap()
}

#[test]
fn every_country() {
    let Some(data) = sheet("HDR2023-24_hdi_2022.csv") else { return };
    let table = countries(&data);
    let found = index(&table);
    let mut compared = 0;
    for (unit, published) in table.units().iter().zip(data.values("hdi_2022")) {
        let complete = table.codes().iter().all(|code| table.value(unit, code).is_some());
        let (Some(published), true) = (published, complete) else { continue };
        let own = found.value(unit, "development").unwrap();
        assert!((own - published).abs() <= 0.0005 + 1e-9, "{unit}: {own} is not {published}");
        compared += 1;
        if unit.starts_with("BEL") {
            assert_eq!(format!("{own:.3}"), "0.942");
        }
    }
    assert_eq!(compared, 204);
}

/// The example of the technical note: three dimensions of 0.6971, 0.3447 and 0.5506 make 0.510.
#[test]
fn the_example_of_the_note() {
    let dimensions: [f64; 3] = [0.6971, 0.3447, 0.5506];
    let columns = vec![
        ("life".to_owned(), vec![Some(20.0 + 65.0 * dimensions[0]), Some(20.0)]),
        ("expected".to_owned(), vec![Some(18.0 * dimensions[1]), Some(0.0)]),
        ("mean".to_owned(), vec![Some(15.0 * dimensions[1]), Some(0.0)]),
        (
            "income".to_owned(),
            vec![Some(100.0_f64.ln() + 750.0_f64.ln() * dimensions[2]), Some(100.0_f64.ln())],
        ),
    ];
    let table = Table::new(vec!["example".to_owned(), "floor".to_owned()], columns).unwrap();
    let hierarchy = hierarchy();
    let normalised = normalise(&table, &hierarchy, &scales()).unwrap().table;
    close("life", normalised.value("example", "life").unwrap(), dimensions[0], 1e-12);
    // A unit at a goalpost has no geometric mean: the error names it.
    let plan = Plan::new(vec![Aggregation::Arithmetic.into(), Aggregation::Geometric.into()]);
    let error = aggregate(&normalised, &hierarchy, &Weights::equal(&hierarchy), &plan).unwrap_err();
    assert!(error.to_string().contains("`development` of the unit `floor`"), "{error}");
    let product: f64 = dimensions.iter().product();
    close("the index", product.cbrt(), 0.510, 0.0005);
}
