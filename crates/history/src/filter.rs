//! Questions as filters over the columns of the tables.

use datafusion::{
    common::ScalarValue,
    logical_expr::{Expr, col, lit},
};
use senne_language::TimeProperty;
use senne_model::Amendment;

use crate::{PastQuery, buffer::WITHDRAWN, names::shown};

/// An instant as a literal.
pub(crate) fn instant(micros: i64) -> Expr {
    lit(ScalarValue::TimestampMicrosecond(Some(micros), Some("UTC".into())))
}

/// A column that equals one of these texts.
pub(crate) fn one_of<'a>(column: &str, texts: impl Iterator<Item = &'a str>) -> Expr {
    let mut list: Vec<Expr> = texts.map(lit).collect();
    if list.len() == 1 { col(column).eq(list.remove(0)) } else { col(column).in_list(list, false) }
}

/// A column between two moments.
fn between(column: &str, from: Option<i64>, to: Option<i64>) -> Vec<Expr> {
    let from = from.map(|from| col(column).gt_eq(instant(from)));
    let to = to.map(|to| col(column).lt(instant(to)));
    from.into_iter().chain(to).collect()
}

/// The conditions on series: entities, types, attributes, data set.
pub(crate) fn series(query: &PastQuery) -> Vec<Expr> {
    let mut all = Vec::new();
    if !query.attributes.is_empty() {
        let forms = || query.attributes.iter().map(|name| shown(name));
        // The short form alone decides what is read; the IRI tells like-named ones apart. However many are asked for, what is made of
        // them is not deeper.
        all.push(one_of("attribute", forms().map(|form| form.term)));
        let iris: Vec<&str> = forms().filter_map(|form| form.iri).collect();
        let plain: Vec<&str> = forms().filter(|form| form.iri.is_none()).map(|form| form.term).collect();
        let of_iris = (!iris.is_empty()).then(|| one_of("attribute_iri", iris.into_iter()));
        let of_terms = (!plain.is_empty())
            .then(|| one_of("attribute", plain.into_iter()).and(col("attribute_iri").is_null()));
        all.extend(of_iris.into_iter().chain(of_terms).reduce(Expr::or));
    }
    if !query.entities.is_empty() {
        all.push(one_of("entity", query.entities.iter().map(senne_model::EntityId::as_str)));
    }
    if !query.types.is_empty() {
        all.push(one_of("type", query.types.iter().map(|name| shown(name).term)));
    }
    match &query.dataset_id {
        Some(Some(iri)) => all.push(col("dataset_id").eq(lit(iri.as_str()))),
        Some(None) => all.push(col("dataset_id").is_null()),
        None => {}
    }
    all
}

/// The conditions on time.
pub(crate) fn time(query: &PastQuery) -> Vec<Expr> {
    let (from, to) = bounds(query);
    let mut all = match query.time.property {
        TimeProperty::ObservedAt => between("observed_at", from, to),
        TimeProperty::CreatedAt | TimeProperty::ModifiedAt => {
            let within = all(between("recorded_at", from, to));
            // A correction counts for the time of what it corrects, whenever it was made.
            within.map(|within| within.or(corrections())).into_iter().collect()
        }
        TimeProperty::DeletedAt => {
            let mut all = between("recorded_at", from, to);
            all.push(col("deleted").is_true());
            all
        }
    };
    all.extend(query.as_of.map(|at| col("recorded_at").lt_eq(instant(at.micros()))));
    all
}

/// The rows that correct others.
fn corrections() -> Expr {
    col("kind").eq(lit(WITHDRAWN)).or(col("sub_attributes").like(lit(format!("%{}%", Amendment::NAME))))
}

/// The bounds of the time range in microseconds.
pub(crate) fn bounds(query: &PastQuery) -> (Option<i64>, Option<i64>) {
    let micros = |at: Option<senne_model::Timestamp>| at.map(senne_model::Timestamp::micros);
    (micros(query.time.from), micros(query.time.to))
}

/// The bounds of the moments that can match; without a bound on `observed_at`, any moment can.
pub(crate) fn moments(query: &PastQuery) -> (Option<i64>, Option<i64>) {
    if query.time.property == TimeProperty::ObservedAt { bounds(query) } else { (None, None) }
}

/// All conditions as one.
pub(crate) fn all(conditions: Vec<Expr>) -> Option<Expr> {
    datafusion::logical_expr::utils::conjunction(conditions)
}
