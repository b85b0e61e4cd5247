//! Branch and bound: the node that promises most first, and from it straight down as long as a branch stays open.

use std::{cmp::Ordering, collections::BinaryHeap};

use super::{
    bounds::propagate,
    improve::{columns, improve, round, settle},
    question::SearchOptions,
    relaxation::{Fixed, Relaxation, Relaxed},
    rows::Problem,
};

/// What the search found.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Found {
    /// A selection, and what none can be worth more than, in millionths.
    Some { taken: Vec<bool>, bound: i64 },
    /// Proof that there is none.
    None,
    /// Neither.
    Open,
}

/// A branch that is still to be looked at.
struct Node {
    bound: i64,
    /// Which came first; the later one is looked at first among equals, since it lies deeper.
    number: u32,
    fixed: Fixed,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Node {}

impl PartialOrd for Node {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Node {
    fn cmp(&self, other: &Self) -> Ordering {
        self.bound.cmp(&other.bound).then(self.number.cmp(&other.number))
    }
}

struct Search<'a> {
    problem: &'a Problem,
    columns: Vec<Vec<(usize, i64)>>,
    relaxation: Relaxation,
    best: Option<(i64, Vec<bool>)>,
    open: BinaryHeap<Node>,
    numbers: u32,
    improvements: u32,
}

/// Selections beside the best are improved so many times; later only those that are better as they are.
const IMPROVEMENTS_MOST: u32 = 100;
/// What the relaxation itself proposes whole is the best of its branch up to one part in so many, which its rounding may hide.
const PARTS_OF_ROUNDING: u64 = 10_000_000_000;

/// Looks for the best selection, from one that is known to keep to the rules if there is one; `any` ends at the first that is found.
pub(super) fn search(
    problem: &Problem,
    options: SearchOptions,
    start: Option<&[bool]>,
    any: bool,
) -> (Found, u32) {
    let mut search = Search {
        problem,
        columns: columns(problem),
        relaxation: Relaxation::new(problem),
        best: None,
        open: BinaryHeap::new(),
        numbers: 0,
        improvements: 0,
    };
    if let Some(start) = start.filter(|start| start.len() == problem.ids.len() && problem.keeps(start)) {
        search.offer(start.to_vec());
    }
    search.open.push(Node { bound: i64::MAX, number: 0, fixed: vec![None; problem.ids.len()] });
    let mut nodes = 0;
    let gap = if options.gap.is_finite() { options.gap.max(0.0) } else { 0.0 };
    while let Some(bound) = search.open.peek().map(|node| node.bound) {
        if search.is_good_enough(bound, gap) || (any && search.best.is_some()) {
            break;
        }
        let Some(node) = search.open.pop() else { break };
        let mut next = Some(node);
        // Straight down: siblings are put aside.
        while let Some(node) = next.take() {
            if nodes >= options.nodes_most.max(1) {
                search.open.push(node);
                return (search.found(), nodes);
            }
            nodes += 1;
            next = search.look(node).filter(|_| !any || search.best.is_none());
        }
    }
    (search.found(), nodes)
}

impl Search<'_> {
    fn is_good_enough(&self, bound: i64, gap: f64) -> bool {
        self.best.as_ref().is_some_and(|(value, _)| {
            let over = bound.saturating_sub(*value);
            over <= 0 || over as f64 <= gap * value.abs() as f64
        })
    }

    fn found(self) -> Found {
        match self.best {
            Some((value, taken)) => {
                let bound = self.open.peek().map_or(value, |node| node.bound.max(value));
                Found::Some { taken: settle(self.problem, &self.columns, taken), bound }
            }
            None if self.open.is_empty() => Found::None,
            None => Found::Open,
        }
    }

    /// Keeps a selection when it is better, and whole numbers say that it keeps to the rules.
    fn offer(&mut self, taken: Vec<bool>) {
        if !self.problem.keeps(&taken) {
            return;
        }
        let taken = if self.improvements < IMPROVEMENTS_MOST || !self.is_beaten(self.problem.value(&taken)) {
            self.improvements += 1;
            improve(self.problem, &self.columns, taken)
        } else {
            taken
        };
        let value = self.problem.value(&taken);
        if self.problem.keeps(&taken) && self.best.as_ref().is_none_or(|(best, _)| value > *best) {
            self.best = Some((value, taken));
        }
    }

    fn is_beaten(&self, bound: i64) -> bool {
        self.best.as_ref().is_some_and(|(value, _)| bound <= *value)
    }

    /// Looks at one node; gives the child to go down to, when there is one.
    fn look(&mut self, node: Node) -> Option<Node> {
        let Node { bound: promised, mut fixed, .. } = node;
        if self.is_beaten(promised) || !propagate(self.problem, &mut fixed) {
            return None;
        }
        if fixed.iter().all(Option::is_some) {
            self.offer(fixed.iter().map(|fixed| *fixed == Some(true)).collect());
            return None;
        }
        let (relaxed, parts, losses) = match self.relaxation.solve(&fixed) {
            Relaxed::Impossible => return None,
            Relaxed::Bounded { bound, values, losses } => (bound, values, losses),
        };
        let bound = relaxed.min(promised);
        if self.is_beaten(bound) {
            return None;
        }
        if let Some(parts) = &parts
            && let Some(taken) = round(self.problem, &self.columns, parts, &fixed)
        {
            let whole = parts.iter().all(|part| part.fract().abs() < 1e-9 || part.fract() > 1.0 - 1e-9);
            let value = self.problem.value(&taken);
            self.offer(taken);
            let rounding = (value.unsigned_abs() / PARTS_OF_ROUNDING) as i64;
            if (whole && value >= bound.saturating_sub(rounding)) || self.is_beaten(bound) {
                return None;
            }
        }
        self.fix_by_losses(&mut fixed, relaxed, &losses);
        self.branch(&fixed, bound, parts.as_deref())
    }

    /// What would cost more than the lead of the bound over the best stays on its side.
    fn fix_by_losses(&self, fixed: &mut Fixed, relaxed: i64, losses: &[f64]) {
        let Some((best, _)) = &self.best else { return };
        let lead = relaxed.saturating_sub(*best) as f64;
        for (slot, loss) in fixed.iter_mut().zip(losses) {
            if slot.is_none() && loss.abs() > lead + 1.0 {
                *slot = Some(*loss > 0.0);
            }
        }
    }

    fn branch(&mut self, fixed: &Fixed, bound: i64, parts: Option<&[f64]>) -> Option<Node> {
        let part = |at: usize| parts.and_then(|parts| parts.get(at)).copied().unwrap_or(0.5);
        let weight = |at: usize| {
            let distance = part(at).min(1.0 - part(at)).max(0.0);
            distance * (1.0 + self.problem.values.get(at).copied().unwrap_or_default().abs() as f64)
        };
        let free = (0..fixed.len()).filter(|at| fixed.get(*at) == Some(&None));
        let Some(at) = free.max_by(|a, b| weight(*a).total_cmp(&weight(*b)).then(b.cmp(a))) else {
            // The losses decided everything that was left: one selection to look at.
            self.offer(fixed.iter().map(|fixed| *fixed == Some(true)).collect());
            return None;
        };
        let mut child = |taken: bool| {
            let mut fixed = fixed.clone();
            if let Some(slot) = fixed.get_mut(at) {
                *slot = Some(taken);
            }
            self.numbers += 1;
            Node { bound, number: self.numbers, fixed }
        };
        let first = part(at) >= 0.5;
        let (aside, next) = (child(!first), child(first));
        self.open.push(aside);
        Some(next)
    }
}
