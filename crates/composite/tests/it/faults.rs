//! What is refused, and with which words.

use senne_composite::{
    Aggregation, CompositeError, Element, Hierarchy, Imputation, Normalisation, NormaliseOptions, Plan,
    Screening, Table, Weights, aggregate, denominate, impute, normalise, screen,
};

use crate::shared::words;

fn good() -> Vec<Element> {
    vec![
        Element::indicator("a", "p"),
        Element::indicator("b", "p").lower_is_better(),
        Element::aggregate("p", 2, Some("index")),
        Element::aggregate("index", 3, None),
        Element::denominator("people"),
    ]
}

#[test]
fn hierarchies() {
    let with = |change: &dyn Fn(&mut Vec<Element>)| {
        let mut elements = good();
        change(&mut elements);
        words(Hierarchy::new(elements))
    };
    assert_eq!(Hierarchy::new(good()).unwrap().levels(), 3);
    let said = with(&|e| e[0].parent = Some("q".to_owned()));
    assert_eq!(said, "the element `a` names `q`, which is not there; add it, or correct the name");
    let said = with(&|e| e[1].code = "a".to_owned());
    assert_eq!(said, "the element `a` stands twice; give each its own code");
    let said = with(&|e| e[0].weight = -1.0);
    assert_eq!(said, "the weight of `a` is -1; weights are finite and not negative");
    let said = with(&|e| e[3].parent = Some("p".to_owned()));
    assert!(said.contains("run in a circle"), "{said}");
    let said = with(&|e| e[0].parent = Some("index".to_owned()));
    assert!(said.contains("`a`: it stands at level 1 and its parent `index` at level 3"), "{said}");
    let said = with(&|e| e[0].parent = None);
    assert!(said.contains("it has no parent, and neither has"), "{said}");
    let said = with(&|e| e[0].level = None);
    assert!(said.contains("an indicator stands at level 1"), "{said}");
    let said = with(&|e| e[0].parent = Some("b".to_owned()));
    assert!(said.contains("`b` is not an aggregate"), "{said}");
    let said = with(&|e| e[0].denominator = Some("b".to_owned()));
    assert!(said.contains("only by a denominator"), "{said}");
    let said = with(&|e| e.push(Element::aggregate("q", 2, Some("index"))));
    assert!(said.contains("`q`: it is an aggregate of nothing"), "{said}");
    let said = with(&|e| e.truncate(0));
    assert!(said.contains("elements without a parent: there are 0"), "{said}");
}

#[test]
fn depth_is_free() {
    let mut elements = vec![Element::indicator("i", "l2")];
    for level in 2..9 {
        let parent = format!("l{}", level + 1);
        elements.push(Element::aggregate(format!("l{level}"), level, (level < 8).then_some(parent.as_str())));
    }
    let hierarchy = Hierarchy::new(elements).unwrap();
    assert_eq!(hierarchy.levels(), 8);
    assert_eq!(hierarchy.ancestor("i", 5).unwrap().code, "l5");
    assert_eq!(hierarchy.below("l8", 1), ["i"]);
}

fn table(columns: &[(&str, &[Option<f64>])]) -> Result<Table, CompositeError> {
    let units = ["x", "y", "z"].map(str::to_owned).to_vec();
    Table::new(units, columns.iter().map(|(code, values)| ((*code).to_owned(), values.to_vec())).collect())
}

const RISING: [Option<f64>; 3] = [Some(1.0), Some(2.0), Some(3.0)];
const FLAT: [Option<f64>; 3] = [Some(2.0); 3];

#[test]
fn tables() {
    assert!(words(table(&[("a", &RISING[..2])])).contains("`a` has 2 values where 3 are needed"));
    assert!(
        words(table(&[("a", &[Some(1.0), Some(f64::NAN), None])]))
            .contains("`a` is not a finite number at place 1")
    );
    assert!(words(table(&[("a", &RISING), ("a", &RISING)])).contains("`a` stands twice"));
    let data = table(&[("a", &RISING)]).unwrap();
    assert!(words(data.select(&["b"])).contains("the selection names `b`"));
    assert!(words(data.select(&["a", "a"])).contains("in the selection, the code `a` stands twice"));
    assert!(words(Table::new(vec![], vec![])).contains("units: there are 0"));
}

#[test]
fn steps() {
    let hierarchy = Hierarchy::new(good()).unwrap();
    let data = table(&[("a", &RISING), ("b", &FLAT)]).unwrap();
    let said = words(normalise(&data, &hierarchy, &NormaliseOptions::default()));
    assert!(said.contains("the scale of `b` has no value: its values do not differ"), "{said}");
    let mut options = NormaliseOptions::all(Normalisation::Rank);
    options.each.insert("a".to_owned(), Normalisation::DistanceToTarget { target: None, cap: false });
    assert!(words(normalise(&data, &hierarchy, &options)).contains("it has no target; set one"));
    options
        .each
        .insert("a".to_owned(), Normalisation::DistanceToReference { unit: "w".to_owned(), cap: false });
    assert!(words(normalise(&data, &hierarchy, &options)).contains("the reference of `a` names `w`"));
    let nowhere =
        Normalisation::Goalposts { low: 0.0, high: 1.0, from: f64::NAN, to: f64::NAN, truncate: true };
    options.each.insert("a".to_owned(), nowhere);
    assert!(words(normalise(&data, &hierarchy, &options)).contains("are not two numbers; correct them"));
    options.each.insert("c".to_owned(), Normalisation::Rank);
    assert!(words(normalise(&data, &hierarchy, &options)).contains("normalisation names `c`"));
    let rule = Screening { least_available: Some(1.5), ..Screening::default() };
    assert!(words(screen(&data, &rule)).contains("from 0 to 1"));
    let rule =
        Screening { exclude: vec!["x".to_owned(), "y".to_owned(), "z".to_owned()], ..Screening::default() };
    assert!(words(screen(&data, &rule)).contains("units that are known well enough: there are 0"));
    let said = words(impute(&data, &Imputation::Expectation(senne_composite::ExpectationOptions::default())));
    assert!(said.contains("the distribution of `b`"), "{said}");
    let mut elements = good();
    elements[0] = Element::indicator("a", "p").divided_by("people");
    let divided = Hierarchy::new(elements).unwrap();
    assert!(words(denominate(&data, &divided, &data)).contains("the indicator `a` names `people`"));
}

#[test]
fn aggregation() {
    let hierarchy = Hierarchy::new(good()).unwrap();
    let data = table(&[("a", &RISING), ("b", &[Some(0.0), Some(1.0), None])]).unwrap();
    let weights = Weights::given(&hierarchy);
    let with = |by: Aggregation| words(aggregate(&data, &hierarchy, &weights, &Plan::all(by)));
    let said = with(Aggregation::Geometric);
    assert!(said.contains("`p` of the unit `x` has no value: the value 0 is not above 0"), "{said}");
    assert!(with(Aggregation::Generalised { power: 2.0 }).contains("from −∞ to 1"));
    let plan = Plan::new(vec![Aggregation::Arithmetic.into(); 3]);
    let said = words(aggregate(&data, &hierarchy, &weights, &plan));
    assert!(said.contains("the plan of levels has 3 values where 2 are needed"), "{said}");
    let few = Weights::new([("a".to_owned(), 1.0)]).unwrap();
    let said = words(aggregate(&data, &hierarchy, &few, &Plan::all(Aggregation::Arithmetic)));
    assert!(said.contains("aggregation names `b`"), "{said}");
}
