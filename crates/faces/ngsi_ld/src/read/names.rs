//! Terms of one request, expanded once each.

use std::collections::HashMap;

use senne_context::Context;
use senne_model::{Name, Problem};

use super::limits::check_name;

/// Expands terms by one context and remembers them. The entities of a batch mostly name the same terms in
/// the same order, so the next term is first compared with the one that came next last time.
pub(crate) struct Names {
    context: Context,
    seen: Vec<(Box<str>, Name)>,
    index: HashMap<Box<str>, usize>,
    next: usize,
}

impl Names {
    pub(crate) fn new(context: Context) -> Self {
        Self { context, seen: Vec::new(), index: HashMap::new(), next: 0 }
    }

    /// The expanded name of a term.
    pub(crate) fn expand(&mut self, term: &str) -> Result<Name, Problem> {
        if let Some((_, name)) = self.seen.get(self.next).filter(|(known, _)| **known == *term) {
            self.next += 1;
            return Ok(name.clone());
        }
        if let Some(&place) = self.index.get(term) {
            self.next = place + 1;
            return Ok(self.seen[place].1.clone());
        }
        check_name(term)?;
        let name = self.context.expand(term);
        self.index.insert(term.into(), self.seen.len());
        self.seen.push((term.into(), name.clone()));
        self.next = self.seen.len();
        Ok(name)
    }
}
