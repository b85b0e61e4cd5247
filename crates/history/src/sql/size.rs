//! How large a question becomes when it is planned. A few lines can name one another so often that planning them never ends or fills the
//! memory, and no deadline reaches what does not pause: so it is counted before the engine goes about it.

use std::{collections::HashMap, ops::ControlFlow};

use datafusion::{
    common::{
        DFSchema, DataFusionError,
        tree_node::{TreeNode, TreeNodeRecursion, TreeNodeVisitor},
    },
    logical_expr::{Expr, LogicalPlan},
    sql::{
        parser::Statement,
        sqlparser::{
            ast::{ObjectName, Query, Visit, Visitor},
            dialect::GenericDialect,
            keywords::Keyword,
            tokenizer::{Token, Tokenizer},
        },
    },
};
use senne_model::{ErrorKind, Problem};

/// The most words and signs, without commas, brackets, texts and numbers: each may make what is read deeper by one.
const WORDS_MAX: usize = 10_000;
/// One `EXPLAIN` before another is read by calling itself.
const EXPLAINS_MAX: usize = 8;
/// The most queries and tables, each counted as often as it is named, also through those that name it.
const NAMED_MAX: u64 = 500;
/// The largest that an expression may become when what its columns stand for is put in their place.
const EXPRESSION_MAX: u64 = 100_000;

fn too_complex(detail: String) -> Problem {
    Problem::new(ErrorKind::TooComplex, detail).field("sql")
}

/// Refuses what would be too deep to be read.
pub(super) fn of_text(text: &str) -> Result<(), Problem> {
    // What cannot be told apart into words is refused by the engine, which says where.
    let Ok(tokens) = Tokenizer::new(&GenericDialect {}, text).tokenize() else { return Ok(()) };
    let explains = |token: &&Token| matches!(token, Token::Word(word) if word.keyword == Keyword::EXPLAIN);
    if tokens.iter().filter(explains).count() > EXPLAINS_MAX {
        return Err(too_complex(format!("the query says EXPLAIN more than {EXPLAINS_MAX} times")));
    }
    if tokens.iter().filter(|token| !is_flat(token)).count() > WORDS_MAX {
        let detail =
            format!("the query has more than {WORDS_MAX} words and signs; long lists belong into `IN (…)`");
        return Err(too_complex(detail));
    }
    Ok(())
}

/// What may come in lists however long.
fn is_flat(token: &Token) -> bool {
    matches!(
        token,
        Token::Whitespace(_)
            | Token::Comma
            | Token::LParen
            | Token::RParen
            | Token::Number(..)
            | Token::SingleQuotedString(_)
    )
}

/// Refuses what is no question, and what names too much.
pub(super) fn of_statement(statement: &Statement) -> Result<(), Problem> {
    let statement = match statement {
        Statement::Statement(statement) => statement,
        Statement::Explain(explain) => return of_statement(&explain.statement),
        Statement::CreateExternalTable(_) | Statement::CopyTo(_) | Statement::Reset(_) => {
            return Err(Problem::bad("nothing but reading is allowed here").field("sql"));
        }
    };
    if statement.visit(&mut Named::default()).is_break() {
        let detail = format!(
            "the query names more than {NAMED_MAX} queries and tables, counting each as often as `WITH` brings it"
        );
        return Err(too_complex(detail));
    }
    Ok(())
}

/// A walk through a statement.
#[derive(Default)]
struct Named {
    /// The queries around the present place, the innermost last.
    open: Vec<Level>,
}

/// One query under way.
#[derive(Default)]
struct Level {
    /// What each query that `WITH` brings here stands for.
    known: HashMap<String, u64>,
    /// Those that are still to be walked through, the next one last.
    coming: Vec<String>,
    sum: u64,
}

/// Names with and without quotes and in any case count as one: then the larger of two that are taken for one another stands for both.
fn key(name: &str) -> String {
    name.replace(['"', '`'], "").to_lowercase()
}

impl Visitor for Named {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let tables = query.with.iter().flat_map(|with| &with.cte_tables);
        let mut coming: Vec<String> = tables.map(|table| key(&table.alias.name.value)).collect();
        coming.reverse();
        self.open.push(Level { coming, sum: 1, ..Level::default() });
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _query: &Query) -> ControlFlow<()> {
        let Some(level) = self.open.pop() else { return ControlFlow::Continue(()) };
        if level.sum > NAMED_MAX {
            return ControlFlow::Break(());
        }
        if let Some(outer) = self.open.last_mut() {
            // What `WITH` brings is walked through before all else.
            if let Some(name) = outer.coming.pop() {
                let known = outer.known.entry(name).or_default();
                *known = (*known).max(level.sum);
            } else {
                outer.sum = outer.sum.saturating_add(level.sum);
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        let name = key(&relation.to_string());
        let known = self.open.iter().filter_map(|level| level.known.get(&name)).max().copied();
        if let Some(level) = self.open.last_mut() {
            level.sum = level.sum.saturating_add(known.unwrap_or(1));
        }
        ControlFlow::Continue(())
    }
}

/// Refuses what grows when conditions are moved to where the rows come from: each step on the way puts what a column stands for in its
/// place, and a column that names another twice, a few times over, is larger than any memory.
pub(super) fn of_plan(plan: &LogicalPlan) -> Result<(), Problem> {
    let mut sizes = Sizes::default();
    plan.visit_with_subqueries(&mut sizes).map_err(|e| super::problem(&e))?;
    if sizes.most > EXPRESSION_MAX {
        let detail = "a condition of the query is about columns that are made of one another too many times";
        return Err(too_complex(detail.to_owned()));
    }
    Ok(())
}

/// A walk through a plan, from below.
#[derive(Default)]
struct Sizes {
    /// How large the columns of each part are that has been walked through and whose whole has not.
    done: Vec<Vec<u64>>,
    /// How many of these there were when each part was come to.
    begun: Vec<usize>,
    /// The largest condition.
    most: u64,
}

impl<'n> TreeNodeVisitor<'n> for Sizes {
    type Node = LogicalPlan;

    fn f_down(&mut self, _plan: &'n LogicalPlan) -> Result<TreeNodeRecursion, DataFusionError> {
        self.begun.push(self.done.len());
        Ok(TreeNodeRecursion::Continue)
    }

    fn f_up(&mut self, plan: &'n LogicalPlan) -> Result<TreeNodeRecursion, DataFusionError> {
        let begun = self.begun.pop().unwrap_or_default().min(self.done.len());
        // Queries inside of expressions come before the inputs.
        let below = self.done.split_off(begun);
        let inputs = &below[below.len().saturating_sub(plan.inputs().len())..];
        let columns = self.columns(plan, inputs);
        self.done.push(columns);
        Ok(TreeNodeRecursion::Continue)
    }
}

/// The columns of an input, and how large they are.
type Below<'a> = (&'a DFSchema, &'a [u64]);

impl Sizes {
    fn columns(&mut self, plan: &LogicalPlan, inputs: &[Vec<u64>]) -> Vec<u64> {
        let width = plan.schema().fields().len();
        let schemas = plan.inputs().into_iter().map(|input| &**input.schema());
        let below: Vec<Below<'_>> = schemas.zip(inputs.iter().map(Vec::as_slice)).collect();
        match plan {
            LogicalPlan::Projection(projection) => {
                return projection.expr.iter().map(|expression| size(expression, &below)).collect();
            }
            LogicalPlan::Aggregate(aggregate) => {
                let groups = aggregate.group_expr.iter().map(|expression| size(expression, &below));
                let mut groups: Vec<u64> = groups.collect();
                if groups.len() + aggregate.aggr_expr.len() != width {
                    return vec![groups.into_iter().max().unwrap_or(1); width];
                }
                // Nothing is moved below what sums up.
                groups.resize(width, 1);
                return groups;
            }
            LogicalPlan::Filter(filter) => self.note(&filter.predicate, &below),
            LogicalPlan::Sort(sort) => sort.expr.iter().for_each(|by| self.note(&by.expr, &below)),
            LogicalPlan::Join(join) => {
                for (left, right) in &join.on {
                    self.note(left, &below);
                    self.note(right, &below);
                }
                join.filter.iter().for_each(|filter| self.note(filter, &below));
            }
            _ => {}
        }
        handed_on(width, inputs)
    }

    fn note(&mut self, condition: &Expr, below: &[Below<'_>]) {
        self.most = self.most.max(size(condition, below));
    }
}

/// How large an expression becomes when what its columns stand for is put in their place.
fn size(expression: &Expr, below: &[Below<'_>]) -> u64 {
    let mut sum = 0_u64;
    let walked = expression.apply(|part| {
        let stands_for = match part {
            Expr::Column(column) => below
                .iter()
                .find_map(|(schema, sizes)| sizes.get(schema.maybe_index_of_column(column)?).copied()),
            _ => None,
        };
        sum = sum.saturating_add(stands_for.unwrap_or(1));
        Ok(TreeNodeRecursion::Continue)
    });
    if walked.is_ok() { sum } else { u64::MAX }
}

/// The columns of a part that makes none of its own, or some more.
fn handed_on(width: usize, inputs: &[Vec<u64>]) -> Vec<u64> {
    if inputs.len() > 1 && inputs.iter().map(Vec::len).sum::<usize>() == width {
        return inputs.concat();
    }
    let alike: Vec<&Vec<u64>> = inputs.iter().filter(|sizes| sizes.len() == width).collect();
    if !alike.is_empty() {
        let largest = |place: usize| alike.iter().map(|sizes| sizes[place]).max().unwrap_or(1);
        return (0..width).map(largest).collect();
    }
    match inputs {
        [only] if only.len() < width => {
            let mut columns = only.clone();
            columns.resize(width, 1);
            columns
        }
        _ => vec![inputs.iter().flatten().copied().max().unwrap_or(1); width],
    }
}
