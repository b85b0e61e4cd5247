//! Which rows are looked at for a query.

use rusqlite::{Connection, ParamsFromIter, params_from_iter, types::Value};
use senne_language::{Filter, GeoFilter, Query, Selector, TypeExpression};
use senne_model::{EntityId, Name, Names};

use crate::{
    Selection, StoreError,
    columns::{Columns, Wanted},
};

/// How to come to the candidates.
pub(super) struct Plan {
    /// By id or by type.
    pub(super) walk: Rows,
    /// What the columns in memory can narrow by.
    pub(super) wanted: Wanted,
    /// Whether every row of the walk matches, so that counting needs no look at the documents.
    pub(super) exact: bool,
}

/// Rows of `entity`, as SQL with its parameters. `?1` is the tenant, `?2` the number after which rows are wanted.
pub(super) struct Rows {
    joins: String,
    conditions: Vec<String>,
    values: Vec<Value>,
    /// Whether they come in the order of their numbers, and each once, without being sorted.
    pub(super) ordered: bool,
}

impl Rows {
    fn new(tenant: i64) -> Self {
        Self {
            joins: String::new(),
            conditions: vec!["entity.tenant = ?1".to_owned(), "entity.no > ?2".to_owned()],
            values: vec![Value::Integer(tenant), Value::Integer(0)],
            ordered: true,
        }
    }

    /// `no, tenant, document, sum` of each, in the order of the numbers.
    pub(super) fn documents(&self) -> String {
        format!("{} ORDER BY entity.no", self.sql("entity.no, entity.tenant, entity.document, entity.sum"))
    }

    /// The same, those before a number, in the opposite order.
    pub(super) fn documents_before(&self, no: i64) -> String {
        let columns = "entity.no, entity.tenant, entity.document, entity.sum";
        format!("{} AND entity.no < {no} ORDER BY entity.no DESC", self.sql(columns))
    }

    pub(super) fn count(&self) -> String {
        format!("SELECT count(*) FROM ({})", self.sql("entity.no"))
    }

    pub(super) fn parameters(&self, from: i64) -> ParamsFromIter<Vec<Value>> {
        let mut values = self.values.clone();
        values[1] = Value::Integer(from);
        params_from_iter(values)
    }

    /// The numbers after `from`, in any order. SQLite would sort the documents along with them.
    pub(super) fn numbers(&self, connection: &Connection, from: i64) -> Result<Vec<i64>, StoreError> {
        let mut statement = connection.prepare_cached(&self.sql("entity.no"))?;
        let found = statement.query_map(self.parameters(from), |row| row.get(0))?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    fn sql(&self, columns: &str) -> String {
        let distinct = if self.ordered || self.joins.is_empty() { "" } else { "DISTINCT " };
        let (joins, conditions) = (&self.joins, self.conditions.join(" AND "));
        format!("SELECT {distinct}{columns} FROM entity{joins} WHERE {conditions}")
    }

    /// Marks for further values, as `?3, ?4`.
    fn marks(&mut self, values: impl Iterator<Item = Value>) -> Vec<String> {
        let first = self.values.len();
        self.values.extend(values);
        (first + 1..=self.values.len()).map(|n| format!("?{n}")).collect()
    }

    fn of_ids<'q>(&mut self, ids: impl Iterator<Item = &'q EntityId>) {
        let marks = self.marks(ids.map(|id| Value::Text(id.to_string())));
        self.conditions.push(format!("entity.id IN ({})", marks.join(", ")));
        // The index of ids gives them in the order of the ids.
        self.ordered = false;
    }

    fn of_types(&mut self, numbers: &[u32]) {
        let marks = self.marks(numbers.iter().map(|n| Value::Integer(i64::from(*n))));
        let on = "entity_type.entity = entity.no AND entity_type.tenant = entity.tenant";
        self.joins.push_str(&format!(" JOIN entity_type ON {on}"));
        self.conditions.push(format!("entity_type.type IN ({})", marks.join(", ")));
        // Said of the index too, so that it is entered at the right place.
        self.conditions.push("entity_type.entity > ?2".to_owned());
        // With several types an entity may come twice.
        self.ordered = numbers.len() == 1;
    }
}

/// `None` when nothing can match: a type that no entity ever had.
pub(super) fn plan(tenant: i64, selection: &Selection<'_>, names: &Names, columns: &Columns) -> Option<Plan> {
    let query = selection.query;
    let mut walk = Rows::new(tenant);
    let mut wanted = Wanted::default();
    let mut exact = selection.see.is_none() && only_types(query);
    let by_id = |selectors: &[Selector]| !selectors.is_empty() && selectors.iter().all(|s| !s.ids.is_empty());
    if !query.ids.is_empty() || by_id(&query.selectors) {
        let of_selectors = query.selectors.iter().flat_map(|selector| &selector.ids);
        if query.ids.is_empty() {
            walk.of_ids(of_selectors);
        } else {
            walk.of_ids(query.ids.iter());
        }
        exact = false;
        return Some(Plan { walk, wanted, exact });
    }
    if let Some(types) = plain_types(query) {
        let numbers: Vec<_> = types.iter().filter_map(|t| number(t, names)).collect();
        if numbers.is_empty() {
            return None;
        }
        exact &= numbers.len() == 1 && numbers[0] != 0;
        walk.of_types(&numbers);
    }
    wanted.place = query.geo.as_ref().and_then(GeoFilter::bounds);
    let comparisons = query.filter.as_ref().map(Filter::indexable).unwrap_or_default();
    for comparison in comparisons.iter().filter(|c| columns.has(c.path.attribute())) {
        if let Some((low, high)) = comparison.number_bounds() {
            wanted.numbers.push((comparison.path.attribute().clone(), low, high));
        }
    }
    Some(Plan { walk, wanted, exact })
}

/// The types that every matching entity has one of, when that can be said.
fn plain_types(query: &Query) -> Option<Vec<Name>> {
    if let Some(types) = query.types.as_ref().and_then(TypeExpression::any_of) {
        return Some(types);
    }
    let of_one = |selector: &Selector| selector.types.as_ref().and_then(TypeExpression::any_of);
    let each: Vec<Vec<Name>> = query.selectors.iter().map(of_one).collect::<Option<_>>()?;
    let mut types: Vec<Name> = Vec::new();
    for name in each.into_iter().flatten() {
        if !types.contains(&name) {
            types.push(name);
        }
    }
    (!types.is_empty()).then_some(types)
}

/// Whether the types alone decide, so that an index row is an answer.
fn only_types(query: &Query) -> bool {
    let rest = Query { types: None, ..query.clone() };
    rest.needs_nothing() && query.types.as_ref().is_none_or(|t| t.any_of().is_some())
}

/// The number by which index rows know a name; names beyond the dictionary's bound share 0.
fn number(name: &Name, names: &Names) -> Option<u32> {
    names.number(name).or_else(|| names.is_full().then_some(0))
}
