//! Time as people count it: `time_bucket(period, at, zone)` and the table `time_buckets(period, from, to, zone)`.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, RecordBatch, TimestampMicrosecondArray},
        compute::cast,
        datatypes::{DataType, Field, Schema, TimeUnit, TimestampMicrosecondType},
    },
    catalog::{TableFunctionImpl, TableProvider},
    common::{DataFusionError, ScalarValue},
    datasource::MemTable,
    logical_expr::{
        ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
    },
    prelude::SessionContext,
};
use senne_language::{Buckets, Period};
use senne_model::Timestamp;

use crate::schema::instant;

/// The most rows of `time_buckets`.
const BUCKETS_MAX: usize = 1_000_000;

pub(super) fn register(context: &SessionContext) {
    let signature = Signature::user_defined(Volatility::Immutable);
    context.register_udf(ScalarUDF::from(TimeBucket { signature }));
    context.register_udtf("time_buckets", Arc::new(TimeBuckets));
}

/// The start of the bucket that a moment falls into: of periods as ISO 8601 writes them (`PT15M`, `P1D`, `P1M`), which begin at
/// midnight and at the first of the month of a time zone, also where its clocks are put forward or back.
#[derive(Debug, PartialEq, Eq, Hash)]
struct TimeBucket {
    signature: Signature,
}

impl ScalarUDFImpl for TimeBucket {
    fn name(&self) -> &'static str {
        "time_bucket"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType, DataFusionError> {
        Ok(instant())
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>, DataFusionError> {
        match given.len() {
            2 => Ok(vec![DataType::Utf8, instant()]),
            3 => Ok(vec![DataType::Utf8, instant(), DataType::Utf8]),
            _ => plan_error("time_bucket takes a period, a moment and, if wanted, a time zone"),
        }
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue, DataFusionError> {
        let text = |i: usize| match arguments.args.get(i) {
            None => Ok(None),
            Some(ColumnarValue::Scalar(value)) => Ok(value.try_as_str().flatten().map(str::to_owned)),
            Some(ColumnarValue::Array(_)) => plan_error("period and time zone must be the same for all rows"),
        };
        let Some(period) = text(0)? else { return plan_error("time_bucket needs a period, e.g. 'P1D'") };
        let buckets = buckets(&period, text(2)?.as_deref())?;
        let Some(moments) = arguments.args.get(1) else { return plan_error("time_bucket needs a moment") };
        let moments = cast(&moments.to_array(arguments.number_rows)?, &instant())?;
        let moments = moments.as_primitive::<TimestampMicrosecondType>();
        let mut span = (Timestamp::MIN, Timestamp::MIN);
        let starts = (0..moments.len()).map(|row| {
            moments.is_valid(row).then(|| {
                let at = Timestamp::from_micros(moments.value(row));
                if !(span.0..span.1).contains(&at) {
                    span = buckets.around(at);
                }
                span.0.micros()
            })
        });
        let starts = starts.collect::<TimestampMicrosecondArray>().with_timezone("UTC");
        Ok(ColumnarValue::Array(Arc::new(starts)))
    }
}

/// All buckets of a range, whether anything falls into them or not: what a chart needs to show gaps.
#[derive(Debug)]
struct TimeBuckets;

impl TableFunctionImpl for TimeBuckets {
    fn call(&self, arguments: &[Expr]) -> Result<Arc<dyn TableProvider>, DataFusionError> {
        let text = |i: usize| match arguments.get(i) {
            Some(Expr::Literal(value, _)) => literal(value),
            _ => None,
        };
        let [Some(period), Some(from), Some(to)] = [text(0), text(1), text(2)] else {
            return plan_error(
                "time_buckets takes a period, two moments and, if wanted, a time zone, all written out",
            );
        };
        let buckets = buckets(&period, text(3).as_deref())?;
        let zone = text(3);
        let moment = |text: &str| moment(text, zone.as_deref());
        let (mut at, end) = (buckets.start_of(moment(&from)?), moment(&to)?);
        let mut starts = Vec::new();
        let mut ends = Vec::new();
        while at < end {
            if starts.len() >= BUCKETS_MAX {
                return plan_error("more than a million buckets; ask for a longer period or a shorter range");
            }
            let next = buckets.next(at);
            if next <= at {
                break;
            }
            starts.push(at.micros());
            ends.push(next.micros());
            at = next;
        }
        let column = |moments: Vec<i64>| -> ArrayRef {
            Arc::new(TimestampMicrosecondArray::from(moments).with_timezone("UTC"))
        };
        let fields = ["start", "end"].map(|name| Field::new(name, instant(), true));
        let schema = Arc::new(Schema::new(fields.to_vec()));
        let batch = RecordBatch::try_new(Arc::clone(&schema), vec![column(starts), column(ends)])?;
        Ok(Arc::new(MemTable::try_new(schema, vec![vec![batch]])?))
    }
}

/// A moment; a date alone is its midnight in the time zone.
fn moment(text: &str, zone: Option<&str>) -> Result<Timestamp, DataFusionError> {
    let date = text.len() == "2024-01-31".len();
    let noon = format!("{text}T12:00:00Z");
    let read = Timestamp::parse(if date { &noon } else { text });
    let at = read.map_err(|e| DataFusionError::Plan(format!("`{text}` is no moment: {e}")))?;
    Ok(if date { buckets("P1D", zone)?.start_of(at) } else { at })
}

fn literal(value: &ScalarValue) -> Option<String> {
    match value {
        ScalarValue::TimestampNanosecond(..)
        | ScalarValue::TimestampMicrosecond(..)
        | ScalarValue::TimestampMillisecond(..)
        | ScalarValue::TimestampSecond(..) => {
            match value.cast_to(&DataType::Timestamp(TimeUnit::Microsecond, None)).ok()? {
                ScalarValue::TimestampMicrosecond(Some(at), _) => {
                    Some(Timestamp::from_micros(at).to_string())
                }
                _ => None,
            }
        }
        value => value.try_as_str().flatten().map(str::to_owned),
    }
}

fn buckets(period: &str, zone: Option<&str>) -> Result<Buckets, DataFusionError> {
    let wrong = |e: senne_model::Problem| DataFusionError::Plan(e.detail);
    Buckets::new(Period::parse(period).map_err(wrong)?, zone, None).map_err(wrong)
}

fn plan_error<T>(text: &str) -> Result<T, DataFusionError> {
    Err(DataFusionError::Plan(text.to_owned()))
}
