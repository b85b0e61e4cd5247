//! The query language `q` (GS CIM 009 clause 4.9): the tree, and what a store can ask of it.

mod compare;
mod evaluate;
mod literal;
mod parse;
mod path;
mod print;
mod target;
#[cfg(test)]
mod tests;

use senne_model::{Entity, Name, Problem};

use crate::{Expand, pattern::Pattern};

pub use evaluate::Find;
pub(crate) use evaluate::values;
pub use literal::{Literal, Word};
pub(crate) use parse::path;
pub use path::{Link, Path, Step};
pub(crate) use target::Target;

/// A condition on the values of an entity.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    root: Condition,
}

/// A node of the tree. `All` and `Any` have at least two parts, and none of their own kind directly inside.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// Every part holds (`;`).
    All(Vec<Condition>),
    /// One part at least holds (`|`).
    Any(Vec<Condition>),
    /// A single comparison.
    Compare(Comparison),
}

/// One comparison of what a path leads to.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Where the compared values stand.
    pub path: Path,
    /// What must be true of them.
    pub test: Test,
}

/// What must be true of a value that a path leads to. A path leads to one value per attribute instance, and one
/// that passes is enough. Of an array, a list or a language map it is enough that one element passes; `!=` and `!~=`
/// hold when the opposite does not.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// It is there (only the path is given).
    Exists,
    /// `!path`: nothing is there (beyond the clause).
    Absent,
    /// `==`: equal to one of these, or within the range.
    Equal(Operand),
    /// `!=`: there, and not equal.
    Unequal(Operand),
    /// `>`
    Greater(Literal),
    /// `>=`
    GreaterOrEqual(Literal),
    /// `<`
    Less(Literal),
    /// `<=`
    LessOrEqual(Literal),
    /// `~=`: a text in which the pattern is found.
    Matches(Pattern),
    /// `!~=`: a text in which the pattern is not found.
    MatchesNot(Pattern),
}

/// What stands to the right of `==` and `!=`.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// One or more values, any of which may be equal.
    OneOf(Vec<Literal>),
    /// From the first to the second, both included.
    Range(Literal, Literal),
}

impl Filter {
    /// Reads a filter of at most 16 KiB, 32 levels of parentheses, 512 comparisons and 16 patterns.
    /// Errors have the field `q` and say at which character they occurred and what to write.
    pub fn parse(q: &str, expand: Expand) -> Result<Self, Problem> {
        Self::parse_expanding(q, expand, &[])
    }

    /// Reads a filter in which the values that are compared with these attributes are terms to be expanded
    /// (parameter `expandValues`, clause 4.9): `gender==Male` then finds the entry `https://…/Male`.
    pub fn parse_expanding(q: &str, expand: Expand, expand_values: &[Name]) -> Result<Self, Problem> {
        parse::filter(q, expand, expand_values).map(|root| Self { root })
    }

    /// A filter from a tree that was made by hand.
    pub fn new(root: Condition) -> Self {
        Self { root }
    }

    /// The tree.
    pub fn root(&self) -> &Condition {
        &self.root
    }

    /// Whether an entity meets the condition; paths through relationships (`rel{…}`) lead nowhere here.
    pub fn matches(&self, entity: &Entity) -> bool {
        self.matches_with(entity, &|_| None)
    }

    /// Whether an entity meets the condition, with a way to look up the targets of relationships.
    pub fn matches_with(&self, entity: &Entity, find: Find) -> bool {
        evaluate::condition(&self.root, entity, find)
    }

    /// The comparisons that every matching entity passes and that name an attribute alone (no sub-attribute, member
    /// or relationship path), with `==`, an order, or existence. An index may narrow the candidates by them when it
    /// covers every instance of the attribute and every element of its arrays; the filter must still be applied to
    /// what the index gives.
    pub fn indexable(&self) -> Vec<Comparison> {
        let parts = match &self.root {
            Condition::All(parts) => parts.as_slice(),
            single => std::slice::from_ref(single),
        };
        let plain = |part: &Condition| match part {
            Condition::Compare(comparison) if comparison.is_indexable() => Some(comparison.clone()),
            _ => None,
        };
        parts.iter().filter_map(plain).collect()
    }

    /// Whether a path leads through a relationship, so that other entities are needed to answer.
    pub fn follows_links(&self) -> bool {
        self.link_depth() > 0
    }

    /// How many relationships a path follows at most.
    pub fn link_depth(&self) -> usize {
        fn depth(condition: &Condition) -> usize {
            match condition {
                Condition::All(parts) | Condition::Any(parts) => parts.iter().map(depth).max().unwrap_or(0),
                Condition::Compare(comparison) => comparison.path.links.len(),
            }
        }
        depth(&self.root)
    }

    /// Whether an attribute is asked about, not only when entities were created or changed.
    pub fn asks_an_attribute(&self) -> bool {
        fn any(condition: &Condition) -> bool {
            match condition {
                Condition::All(parts) | Condition::Any(parts) => parts.iter().any(any),
                Condition::Compare(comparison) => !comparison.path.is_system(),
            }
        }
        any(&self.root)
    }

    /// The expanded names of the attributes of the entity itself on which the answer depends.
    pub fn attributes(&self) -> Vec<Name> {
        fn walk(condition: &Condition, names: &mut Vec<Name>) {
            match condition {
                Condition::All(parts) | Condition::Any(parts) => {
                    parts.iter().for_each(|part| walk(part, names));
                }
                Condition::Compare(comparison) => {
                    let name = comparison.path.attribute();
                    if !names.contains(name) {
                        names.push(name.clone());
                    }
                }
            }
        }
        let mut names = Vec::new();
        walk(&self.root, &mut names);
        names
    }
}

impl Condition {
    /// All of these; one part stands for itself, and parts of the same kind are taken in.
    pub(crate) fn all(parts: Vec<Self>) -> Option<Self> {
        let flat = parts.into_iter().flat_map(|part| match part {
            Self::All(inner) => inner,
            other => vec![other],
        });
        Self::one_or(flat.collect(), Self::All)
    }

    /// Any of these; one part stands for itself, and parts of the same kind are taken in.
    pub(crate) fn any(parts: Vec<Self>) -> Option<Self> {
        let flat = parts.into_iter().flat_map(|part| match part {
            Self::Any(inner) => inner,
            other => vec![other],
        });
        Self::one_or(flat.collect(), Self::Any)
    }

    fn one_or(mut parts: Vec<Self>, many: fn(Vec<Self>) -> Self) -> Option<Self> {
        if parts.len() < 2 { parts.pop() } else { Some(many(parts)) }
    }
}

impl Comparison {
    /// The expanded name of the attribute where the path starts.
    pub fn attribute(&self) -> &Name {
        self.path.attribute()
    }

    /// The numbers that pass, as an inclusive interval, when this compares numbers in a way that has one.
    /// An open end is infinite; `>` and `<` give the closed interval, so what an index finds must be checked again.
    pub fn number_bounds(&self) -> Option<(f64, f64)> {
        let number = Literal::as_f64;
        match &self.test {
            Test::Equal(Operand::Range(from, to)) => Some((number(from)?, number(to)?)),
            Test::Equal(Operand::OneOf(values)) => {
                let numbers = values.iter().map(number).collect::<Option<Vec<_>>>()?;
                let least = numbers.iter().copied().fold(f64::INFINITY, f64::min);
                Some((least, numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max)))
            }
            Test::Greater(value) | Test::GreaterOrEqual(value) => Some((number(value)?, f64::INFINITY)),
            Test::Less(value) | Test::LessOrEqual(value) => Some((f64::NEG_INFINITY, number(value)?)),
            Test::Exists | Test::Absent | Test::Unequal(_) | Test::Matches(_) | Test::MatchesNot(_) => None,
        }
    }

    /// The texts (or IRIs) one of which a value, or an element of it, must equal, when this is such a comparison.
    /// Terms that are to be expanded stand there in both forms.
    pub fn texts(&self) -> Option<Vec<&str>> {
        let Test::Equal(Operand::OneOf(values)) = &self.test else { return None };
        let written = values.iter().map(Literal::as_text).collect::<Option<Vec<_>>>()?;
        Some(written.into_iter().chain(values.iter().filter_map(Literal::expanded)).collect())
    }

    fn is_indexable(&self) -> bool {
        let compares =
            !matches!(self.test, Test::Absent | Test::Unequal(_) | Test::Matches(_) | Test::MatchesNot(_));
        compares && self.path.is_plain()
    }
}
