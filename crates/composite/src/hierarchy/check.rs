//! Whether elements form a tree.

use std::collections::{HashMap, HashSet};

use super::{Element, Role};
use crate::{CompositeError, table::check_once};

/// The number of levels, when everything is in order.
pub(super) fn check(elements: &[Element]) -> Result<usize, CompositeError> {
    let codes: Vec<String> = elements.iter().map(|element| element.code.clone()).collect();
    check_once("the element", &codes)?;
    let known: HashMap<&str, &Element> = elements.iter().map(|e| (e.code.as_str(), e)).collect();
    for element in elements {
        check_one(element, &known)?;
    }
    for element in elements {
        check_no_circle(element, &known)?;
    }
    for element in elements {
        check_level(element, &known)?;
    }
    check_children(elements)?;
    root(elements)
}

fn fault(element: &Element, why: impl Into<String>) -> CompositeError {
    CompositeError::Hierarchy { code: element.code.clone(), why: why.into() }
}

/// What a row says by itself, and whether those it names are there.
fn check_one(element: &Element, known: &HashMap<&str, &Element>) -> Result<(), CompositeError> {
    let Element { code, weight, .. } = element;
    if !weight.is_finite() || *weight < 0.0 {
        return Err(CompositeError::Weight { code: code.clone(), value: *weight });
    }
    if element.target.is_some_and(|target| !target.is_finite()) {
        return Err(fault(element, "its target is not a finite number; leave it out, or correct it"));
    }
    let who = format!("the element `{code}`");
    if let Some(parent) = &element.parent {
        let parent = known.get(parent.as_str()).ok_or_else(|| CompositeError::unknown(&who, parent))?;
        if parent.role != Role::Aggregate {
            let why =
                format!("its parent `{}` is not an aggregate; only aggregates have children", parent.code);
            return Err(fault(element, why));
        }
    }
    if let Some(by) = &element.denominator {
        let by = known.get(by.as_str()).ok_or_else(|| CompositeError::unknown(&who, by))?;
        if element.role != Role::Indicator || by.role != Role::Denominator {
            let why = format!(
                "it is divided by `{}`; only an indicator can be, and only by a denominator",
                by.code
            );
            return Err(fault(element, why));
        }
    }
    let level_fits = match element.role {
        Role::Indicator => element.level == Some(1),
        Role::Aggregate => element.level.is_some_and(|level| level > 1),
        Role::Denominator | Role::Group => element.level.is_none() && element.parent.is_none(),
    };
    if level_fits {
        return Ok(());
    }
    let wanted = match element.role {
        Role::Indicator => "an indicator stands at level 1",
        Role::Aggregate => "an aggregate stands at level 2 or above",
        Role::Denominator | Role::Group => "denominators and groups stand at no level and have no parent",
    };
    Err(fault(element, wanted))
}

fn check_no_circle(element: &Element, known: &HashMap<&str, &Element>) -> Result<(), CompositeError> {
    let mut seen = HashSet::from([element.code.as_str()]);
    let mut at = element;
    while let Some(parent) = at.parent.as_deref().and_then(|parent| known.get(parent)) {
        if !seen.insert(parent.code.as_str()) {
            let why = format!(
                "its parents run in a circle through `{}`; one must stand above all others",
                parent.code
            );
            return Err(fault(element, why));
        }
        at = parent;
    }
    Ok(())
}

fn check_level(element: &Element, known: &HashMap<&str, &Element>) -> Result<(), CompositeError> {
    let (Some(level), Some(parent)) = (element.level, element.parent.as_deref()) else { return Ok(()) };
    let above = known.get(parent).and_then(|parent| parent.level).unwrap_or_default();
    if above == level + 1 {
        return Ok(());
    }
    let why = format!(
        "it stands at level {level} and its parent `{parent}` at level {above}; a parent stands one level above, so put an aggregate between \
         them, or correct a level"
    );
    Err(fault(element, why))
}

fn check_children(elements: &[Element]) -> Result<(), CompositeError> {
    let parents: HashSet<&str> = elements.iter().filter_map(|element| element.parent.as_deref()).collect();
    let childless =
        |element: &&Element| element.role == Role::Aggregate && !parents.contains(element.code.as_str());
    match elements.iter().find(childless) {
        Some(element) => {
            Err(fault(element, "it is an aggregate of nothing; name it as a parent, or leave it out"))
        }
        None => Ok(()),
    }
}

/// The level of the only element without a parent.
fn root(elements: &[Element]) -> Result<usize, CompositeError> {
    let mut roots = elements.iter().filter(|element| element.level.is_some() && element.parent.is_none());
    let Some(root) = roots.next() else {
        return Err(CompositeError::TooFew {
            what: "elements without a parent".to_owned(),
            found: 0,
            wanted: 1,
        });
    };
    if let Some(other) = roots.next() {
        let why = format!("it has no parent, and neither has `{}`; one element is the index", root.code);
        return Err(fault(other, why));
    }
    if root.role != Role::Aggregate {
        return Err(fault(root, "it has no parent, and an indicator is no index; give it one"));
    }
    Ok(root.level.unwrap_or_default())
}
