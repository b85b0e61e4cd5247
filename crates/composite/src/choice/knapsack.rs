//! The most benefit within a budget: each thing is taken whole or not at all.

use crate::{CompositeError, error::check_length};

/// The search is given up after so many nodes of its tree.
const MOST_NODES: usize = 20_000_000;
/// A benefit must be greater by so much of itself to count as greater.
const GAIN: f64 = 1e-12;

/// What is taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// Whether each thing is taken, in order.
    pub taken: Vec<bool>,
    /// The benefit of all that is taken.
    pub benefit: f64,
    /// The cost of all that is taken.
    pub cost: f64,
}

/// The selection with the greatest sum of benefits whose costs are within the budget (the 0/1 knapsack), by branch and bound: what is left
/// out of the tree cannot reach what was found even if the last thing might be cut (Dantzig 1957).
///
/// # Errors
/// When lengths differ, a cost is negative, a number is not finite, or the tree is too large (then round costs to fewer digits).
pub fn select(costs: &[f64], benefits: &[f64], budget: f64) -> Result<Selection, CompositeError> {
    check_length("the benefits", benefits.len(), costs.len())?;
    for (what, values) in [("the costs", costs), ("the benefits", benefits), ("the budget", &[budget][..])] {
        if let Some(place) = values.iter().position(|value| !value.is_finite()) {
            return Err(CompositeError::NotFinite { what: what.to_owned(), place });
        }
    }
    if let Some(cost) = costs.iter().chain([&budget]).find(|cost| **cost < 0.0) {
        return Err(CompositeError::setting("a cost or the budget", cost, "0 or more"));
    }
    // What fits and does good, the most benefit for its cost first.
    let mut order: Vec<usize> =
        (0..costs.len()).filter(|at| benefits[*at] > 0.0 && costs[*at] <= budget).collect();
    order.sort_by(|a, b| (benefits[*b] * costs[*a]).total_cmp(&(benefits[*a] * costs[*b])));
    let mut tree = Tree { costs, benefits, order, best: vec![false; costs.len()], most: 0.0, nodes: 0 };
    tree.grow(budget)?;
    let total = |values: &[f64]| {
        values.iter().zip(&tree.best).filter(|(_, taken)| **taken).map(|(value, _)| value).sum()
    };
    Ok(Selection { benefit: total(benefits), cost: total(costs), taken: tree.best.clone() })
}

struct Tree<'a> {
    costs: &'a [f64],
    benefits: &'a [f64],
    order: Vec<usize>,
    best: Vec<bool>,
    most: f64,
    nodes: usize,
}

/// Where the search stands: the next thing, what is left of the budget, the benefit so far, and what is taken.
struct Node {
    next: usize,
    left: f64,
    benefit: f64,
    taken: Vec<usize>,
}

impl Tree<'_> {
    fn grow(&mut self, budget: f64) -> Result<(), CompositeError> {
        let mut open = vec![Node { next: 0, left: budget, benefit: 0.0, taken: Vec::new() }];
        while let Some(node) = open.pop() {
            self.nodes += 1;
            if self.nodes > MOST_NODES {
                return Err(CompositeError::NotConverged {
                    what: "the search for a selection".to_owned(),
                    steps: MOST_NODES,
                    remedy:
                        "round costs to fewer digits, or leave out things with little benefit for their cost"
                            .to_owned(),
                });
            }
            if node.benefit > self.most * (1.0 + GAIN) {
                self.most = node.benefit;
                self.best.fill(false);
                node.taken.iter().for_each(|at| self.best[*at] = true);
            }
            let Some(at) = self.order.get(node.next).copied() else { continue };
            if self.bound(&node) <= self.most * (1.0 + GAIN) {
                continue;
            }
            let next = node.next + 1;
            let mut with = (self.costs[at] <= node.left).then(|| node.taken.clone());
            open.push(Node { next, left: node.left, benefit: node.benefit, taken: node.taken });
            if let Some(mut taken) = with.take() {
                taken.push(at);
                let (left, benefit) = (node.left - self.costs[at], node.benefit + self.benefits[at]);
                open.push(Node { next, left, benefit, taken });
            }
        }
        Ok(())
    }

    /// The benefit if the last thing might be cut.
    fn bound(&self, node: &Node) -> f64 {
        let (mut left, mut benefit) = (node.left, node.benefit);
        for at in &self.order[node.next..] {
            if self.costs[*at] > left {
                return benefit + self.benefits[*at] * left / self.costs[*at];
            }
            left -= self.costs[*at];
            benefit += self.benefits[*at];
        }
        benefit
    }
}
