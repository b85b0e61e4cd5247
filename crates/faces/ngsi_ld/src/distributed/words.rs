//! A filter in the words of a source: the names of attributes, and terms that are compared (clauses 4.3.6.5, 4.9).

use senne_language::{Condition, Filter, Literal, Operand, Path, Test};
use senne_model::Name;

use super::forward::Naming;

/// A filter whose terms are the source's.
pub(super) fn renamed(filter: &Filter, naming: &Naming) -> Filter {
    if !naming.renames {
        return filter.clone();
    }
    let mut root = filter.root().clone();
    rename(&mut root, naming);
    Filter::new(root)
}

/// The attributes whose compared values are terms to be expanded (`expandValues`), by the source's names; none when
/// there is none.
pub(super) fn expanding(filter: &Filter, naming: &Naming) -> Option<String> {
    let mut names = Vec::new();
    collect(filter.root(), &mut names);
    let names: Vec<String> = names.iter().map(|name| naming.name(name)).collect();
    (!names.is_empty()).then(|| names.join(","))
}

fn collect(condition: &Condition, names: &mut Vec<Name>) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|part| collect(part, names)),
        Condition::Compare(comparison) => {
            let mut test = comparison.test.clone();
            let expands = literals(&mut test).into_iter().any(|literal| term(literal).is_some());
            if let (true, Some(step)) = (expands, comparison.path.steps.last())
                && !names.contains(&step.name)
            {
                names.push(step.name.clone());
            }
        }
    }
}

fn rename(condition: &mut Condition, naming: &Naming) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter_mut().for_each(|part| rename(part, naming));
        }
        Condition::Compare(comparison) => {
            rename_path(&mut comparison.path, naming);
            for literal in literals(&mut comparison.test) {
                if let Some(name) = term(literal)
                    && let Literal::Text(word) | Literal::Iri(word) = literal
                {
                    word.text = naming.name(&name).into_boxed_str();
                }
            }
        }
    }
}

fn rename_path(path: &mut Path, naming: &Naming) {
    let linked = path.links.iter_mut();
    let linked = linked.flat_map(|link| std::iter::once(&mut link.relation).chain(&mut link.types));
    for step in linked.chain(&mut path.steps) {
        step.term = naming.name(&step.name).into_boxed_str();
    }
}

/// The values that a test compares with.
fn literals(test: &mut Test) -> Vec<&mut Literal> {
    match test {
        Test::Equal(Operand::OneOf(values)) | Test::Unequal(Operand::OneOf(values)) => {
            values.iter_mut().collect()
        }
        Test::Equal(Operand::Range(from, to)) | Test::Unequal(Operand::Range(from, to)) => vec![from, to],
        Test::Greater(value) | Test::GreaterOrEqual(value) | Test::Less(value) | Test::LessOrEqual(value) => {
            vec![value]
        }
        Test::Exists | Test::Absent | Test::Matches(_) | Test::MatchesNot(_) => Vec::new(),
    }
}

/// What a literal is expanded to, where it is a term that is.
fn term(literal: &Literal) -> Option<Name> {
    match literal {
        Literal::Text(word) | Literal::Iri(word) => word.expanded.clone(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contexts::Terms;

    fn terms(text: &str) -> Terms {
        senne_context::resolve(&serde_json::from_str(text).unwrap(), &|_| None).unwrap()
    }

    #[test]
    fn terms_that_are_compared_change_as_names_do() {
        let own =
            terms(r#"{"sex":"https://x.org/sex","Male":"https://x.org/Male","name":"https://x.org/name"}"#);
        let there = terms(r#"{"gender":"https://x.org/sex","M":"https://x.org/Male"}"#);
        let expand = |term: &str| own.expand(term);
        let filter =
            Filter::parse_expanding(r#"sex=="Male";name=="Male""#, &expand, &[expand("sex")]).unwrap();
        let naming = Naming { terms: there, renames: true };
        assert_eq!(renamed(&filter, &naming).to_string(), r#"gender=="M";https://x.org/name=="Male""#);
        assert_eq!(expanding(&filter, &naming).as_deref(), Some("gender"));
        let plain = Filter::parse("name==1", &expand).unwrap();
        assert_eq!(expanding(&plain, &naming), None);
    }
}
