//! Values added up over the time in which the scopes of an entity fitted (clauses 4.5.19 and C.5.16), where it has values beside it.

use senne_hub::{Aggregation, Bucket, PastQuery, SeriesBuckets};
use senne_language::{Method, TimeFilter};
use senne_model::{EntityId, ErrorKind, Problem, Timestamp};

use crate::http::Call;

/// In so many spans values are added up, one after the other.
const SPANS_MAX: usize = 1_000;

/// What the results over several spans are joined from.
const JOINED: [Method; 5] =
    [Method::TotalCount, Method::Sum, Method::SumOfSquares, Method::Minimum, Method::Maximum];

/// Adds up what one entity has in some spans.
pub(super) async fn over(
    call: &Call,
    query: &PastQuery,
    aggregation: &Aggregation,
    id: &EntityId,
    spans: &[(Timestamp, Timestamp)],
) -> Result<Vec<SeriesBuckets>, Problem> {
    if spans.len() > SPANS_MAX {
        let detail =
            format!("the scopes of `{id}` fitted more than {SPANS_MAX} times; ask for a shorter time");
        return Err(Problem::new(ErrorKind::TooComplex, detail).field("scopeQ"));
    }
    let asked = Aggregation { methods: methods(aggregation, spans.len()), ..aggregation.clone() };
    let mut all: Vec<SeriesBuckets> = Vec::new();
    for (from, to) in spans {
        let time = TimeFilter {
            from: Some(*from).filter(|from| *from > Timestamp::MIN),
            to: Some(*to).filter(|to| *to < Timestamp::MAX),
            ..query.time
        };
        let question = PastQuery { entities: vec![id.clone()], time, ..query.clone() };
        for mut series in call.face.hub.aggregate(&call.hub, &question, &asked).await? {
            if asked.period.is_whole() {
                series.buckets.iter_mut().for_each(|bucket| stretch(bucket, &query.time));
            }
            take_in(&mut all, series, &asked.methods)?;
        }
    }
    let wanted = aggregation.methods.len();
    for bucket in all.iter_mut().flat_map(|series| &mut series.buckets) {
        if spans.len() > 1 {
            settle(bucket, &asked.methods);
        }
        bucket.values.truncate(wanted);
    }
    Ok(all)
}

/// The methods that were asked for, then those from which several results are joined. Counts count more when nothing but they is asked for,
/// so nothing is added to them.
fn methods(aggregation: &Aggregation, spans: usize) -> Vec<Method> {
    let mut methods = aggregation.methods.clone();
    let counts = methods.iter().all(|method| matches!(method, Method::TotalCount | Method::DistinctCount));
    if spans > 1 && !counts {
        let more: Vec<Method> = JOINED.into_iter().filter(|method| !methods.contains(method)).collect();
        methods.extend(more);
    }
    methods
}

/// The whole range is the one that was asked for, not the part of it in which the scopes fitted.
fn stretch(bucket: &mut Bucket, range: &TimeFilter) {
    bucket.from = range.from.unwrap_or(Timestamp::MIN);
    bucket.to = range.to.unwrap_or(Timestamp::MAX);
}

fn take_in(all: &mut Vec<SeriesBuckets>, series: SeriesBuckets, methods: &[Method]) -> Result<(), Problem> {
    let same = |other: &&mut SeriesBuckets| {
        other.attribute == series.attribute && other.dataset_id == series.dataset_id
    };
    let Some(there) = all.iter_mut().find(same) else {
        all.push(series);
        // As the hub gives them: series of one attribute stand together.
        all.sort_by(|a, b| (&a.attribute, &a.dataset_id).cmp(&(&b.attribute, &b.dataset_id)));
        return Ok(());
    };
    there.relationship |= series.relationship;
    there.numbers |= series.numbers;
    for bucket in series.buckets {
        // Spans come in order, so only the last bucket can go on.
        match there.buckets.last_mut().filter(|last| last.from == bucket.from) {
            Some(last) => join(last, &bucket, methods)?,
            None => there.buckets.push(bucket),
        }
    }
    Ok(())
}

/// Joins what two spans gave for one period.
fn join(there: &mut Bucket, more: &Bucket, methods: &[Method]) -> Result<(), Problem> {
    there.count += more.count;
    there.usable += more.usable;
    there.summed += more.summed;
    if !more.texts.iter().all(|(method, text)| there.join_text(*method, text)) {
        return Err(untold(Method::Average));
    }
    for ((value, other), method) in there.values.iter_mut().zip(&more.values).zip(methods) {
        let both = value.zip(*other);
        *value = match (method, both) {
            (_, None) => value.or(*other),
            (Method::Minimum, Some((a, b))) => Some(a.min(b)),
            (Method::Maximum, Some((a, b))) => Some(a.max(b)),
            (Method::DistinctCount, Some((a, b))) if a > 0.0 && b > 0.0 => {
                return Err(untold(Method::DistinctCount));
            }
            (_, Some((a, b))) => Some(a + b),
        };
    }
    Ok(())
}

/// Which values are the same in two spans no count tells, and no mean time tells of how many times it is.
fn untold(method: Method) -> Problem {
    let word = method.word();
    let detail = format!(
        "the scopes fitted several times within one period, of which {word} cannot be told; ask for shorter periods"
    );
    Problem::new(ErrorKind::TooComplex, detail).field("aggrMethods")
}

/// Means and deviations follow from what was joined.
fn settle(bucket: &mut Bucket, methods: &[Method]) {
    let of = |method: Method| {
        let place = methods.iter().position(|there| *there == method)?;
        bucket.values.get(place).copied().flatten()
    };
    let Some(sum) = of(Method::Sum).filter(|_| bucket.summed > 0) else { return };
    let count = bucket.summed as f64;
    let mean = sum / count;
    // Rounding can push a variance of zero below it.
    let deviation = of(Method::SumOfSquares).map(|squares| (squares / count - mean * mean).max(0.0).sqrt());
    for (value, method) in bucket.values.iter_mut().zip(methods) {
        match method {
            Method::Average => *value = Some(mean),
            Method::StandardDeviation => *value = deviation,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use senne_model::Json;

    use super::*;

    #[test]
    fn spans_of_one_period_are_joined_to_what_the_whole_gives() {
        let methods = [Method::Average, Method::StandardDeviation, Method::Minimum]
            .into_iter()
            .chain(JOINED.into_iter().filter(|method| *method != Method::Minimum))
            .collect::<Vec<_>>();
        let of = |values: &[f64]| {
            let (n, sum) = (values.len() as f64, values.iter().sum::<f64>());
            let squares = values.iter().map(|x| x * x).sum::<f64>();
            let (least, most) = values.iter().fold((f64::MAX, f64::MIN), |(a, b), x| (a.min(*x), b.max(*x)));
            let mean = sum / n;
            let deviation = (squares / n - mean * mean).sqrt();
            let at = Timestamp::default();
            let values = [mean, deviation, least, n, sum, squares, most].map(Some).to_vec();
            let n = n as u64;
            Bucket { from: at, to: at, count: n, usable: n, summed: n, values, texts: Vec::new() }
        };
        let mut joined = of(&[2.0, 4.0, 4.0, 4.0]);
        join(&mut joined, &of(&[5.0, 5.0, 7.0, 9.0]), &methods).unwrap();
        settle(&mut joined, &methods);
        assert_eq!(joined, of(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]));
        assert_eq!(joined.values[1], Some(2.0));
    }

    /// Lists have sizes to add up but no deviation, and what is no number is counted with those that are.
    #[test]
    fn means_of_two_spans_are_of_what_was_added_up() {
        let methods = [Method::Average, Method::TotalCount, Method::Sum, Method::SumOfSquares];
        let of = |mean: f64, count: u64, summed: u64, sum: f64| {
            let at = Timestamp::default();
            let values = vec![Some(mean), Some(count as f64), Some(sum), None];
            Bucket { from: at, to: at, count, usable: count, summed, values, texts: Vec::new() }
        };
        let mut joined = of(2.0, 3, 2, 4.0);
        join(&mut joined, &of(5.0, 1, 1, 5.0), &methods).unwrap();
        settle(&mut joined, &methods);
        assert_eq!(joined.values, [Some(3.0), Some(4.0), Some(9.0), None]);
    }

    #[test]
    fn texts_of_two_spans_are_joined_and_a_mean_time_is_not() {
        let of = |method: Method, text: &str| {
            let at = Timestamp::default();
            let texts = vec![(method, Json::text(text))];
            Bucket { from: at, to: at, count: 1, usable: 1, summed: 0, values: vec![None], texts }
        };
        for (method, expected) in [(Method::Minimum, "b"), (Method::Maximum, "m")] {
            let mut joined = of(method, "m");
            join(&mut joined, &of(method, "b"), &[method]).unwrap();
            assert_eq!(joined.text(method), Some(&Json::text(expected)));
        }
        let mut mean = of(Method::Average, "10:00:00Z");
        let problem = join(&mut mean, &of(Method::Average, "11:00:00Z"), &[Method::Average]).unwrap_err();
        assert_eq!(problem.kind, ErrorKind::TooComplex);
    }
}
