//! Things that belong to projects: those of a project stand side by side, and each is found by its identifier.

use std::{collections::BTreeMap, ops::Range};

use crate::types::ProjectId;

/// Things with identifiers, in the order of their projects and within a project of their identifiers. The things of a project are found in
/// O(log projects), one by its identifier in O(log things).
#[derive(Clone, Debug, PartialEq)]
pub struct Grouped<K, T> {
    items: Vec<T>,
    /// Beside `items`.
    keys: Vec<K>,
    /// Places in `items`, in the order of identifiers.
    order: Vec<usize>,
    projects: BTreeMap<ProjectId, Range<usize>>,
}

impl<K, T> Default for Grouped<K, T> {
    fn default() -> Self {
        Self { items: Vec::new(), keys: Vec::new(), order: Vec::new(), projects: BTreeMap::new() }
    }
}

impl<K: Ord, T> Grouped<K, T> {
    /// Puts things in order. Of those with the same identifier in one project the last stays.
    pub(crate) fn new(things: Vec<(K, T)>, project: impl Fn(&T) -> &ProjectId) -> Self {
        let mut things = things;
        // Stable, so that the last of equals comes last.
        things.sort_by(|a, b| project(&a.1).cmp(project(&b.1)).then_with(|| a.0.cmp(&b.0)));
        let (mut keys, mut items): (Vec<K>, Vec<T>) = (Vec::new(), Vec::new());
        keys.reserve(things.len());
        items.reserve(things.len());
        let mut projects: BTreeMap<ProjectId, Range<usize>> = BTreeMap::new();
        for (key, item) in things {
            let same_project = items.last().is_some_and(|last| project(last) == project(&item));
            if same_project && keys.last() == Some(&key) {
                keys.pop();
                items.pop();
            }
            let place = items.len();
            match projects.get_mut(project(&item)).filter(|_| same_project) {
                Some(range) => range.end = place + 1,
                None => {
                    projects.insert(project(&item).clone(), place..place + 1);
                }
            }
            keys.push(key);
            items.push(item);
        }
        let mut order: Vec<usize> = (0..items.len()).collect();
        order.sort_by(|a, b| keys.get(*a).cmp(&keys.get(*b)));
        Self { items, keys, order, projects }
    }

    /// The things of a project.
    pub fn of(&self, project: &ProjectId) -> &[T] {
        self.projects.get(project).and_then(|range| self.items.get(range.clone())).unwrap_or_default()
    }

    /// One thing.
    pub fn get(&self, key: &K) -> Option<&T> {
        let found = self.order.binary_search_by(|place| self.keys.get(*place).cmp(&Some(key))).ok()?;
        self.items.get(*self.order.get(found)?)
    }

    /// All things, project by project.
    pub fn all(&self) -> &[T] {
        &self.items
    }

    /// All things with their identifiers, project by project.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &T)> {
        self.keys.iter().zip(&self.items)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_are_found_by_project_and_by_identifier() {
        let thing = |key: &'static str, project: &str, value: u8| (key, (ProjectId::from(project), value));
        let things = vec![
            thing("c", "q", 1),
            thing("a", "p", 2),
            thing("b", "q", 3),
            thing("a", "p", 4),
            thing("d", "p", 5),
        ];
        let grouped = Grouped::new(things, |thing| &thing.0);
        let values = |project: &str| -> Vec<u8> {
            grouped.of(&project.into()).iter().map(|(_, value)| *value).collect()
        };
        assert_eq!((values("p"), values("q"), values("r")), (vec![4, 5], vec![3, 1], vec![]));
        assert_eq!(grouped.get(&"b").map(|(_, value)| *value), Some(3));
        assert_eq!(grouped.get(&"e"), None);
        assert_eq!(grouped.iter().map(|(key, _)| *key).collect::<String>(), "adbc");
        assert_eq!((grouped.len(), grouped.is_empty()), (4, false));
    }
}
