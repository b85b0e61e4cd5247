//! Places: functions over GeoJSON in WGS 84, under the names of OGC Simple Features.
//!
//! `st_point(longitude, latitude)`, `st_x(g)`, `st_y(g)`, `st_distance(g, g)` in metres, the shortest,
//! `st_intersects(g, g)`, `st_within(g, g)`, `st_area(g)` in square metres. What is no geometry gives null, and so do two that are too
//! large or too tangled to be compared.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, BooleanArray, Float64Array, StringArray},
        compute::cast,
        datatypes::{DataType, Float64Type},
    },
    common::DataFusionError,
    logical_expr::{ColumnarValue, Volatility, create_udf},
    prelude::SessionContext,
};
use geo::{GeodesicArea, Intersects, Relate};
use senne_language::{can_measure, can_relate, distance_metres};
use senne_model::{Geometry, Json};

type Arguments<'a> = &'a [ColumnarValue];
type Answer = Result<ColumnarValue, DataFusionError>;

pub(super) fn register(context: &SessionContext) {
    let put = |name: &str, arguments: Vec<DataType>, gives: DataType, does: fn(Arguments<'_>) -> Answer| {
        context.register_udf(create_udf(name, arguments, gives, Volatility::Immutable, Arc::new(does)));
    };
    let (one, two) = (|| vec![DataType::Utf8], || vec![DataType::Utf8, DataType::Utf8]);
    put("st_point", vec![DataType::Float64, DataType::Float64], DataType::Utf8, point);
    put("st_x", one(), DataType::Float64, |arguments| number(arguments, |g| Some(g.middle().0)));
    put("st_y", one(), DataType::Float64, |arguments| number(arguments, |g| Some(g.middle().1)));
    put("st_area", one(), DataType::Float64, |arguments| {
        number(arguments, |g| Some(g.shape().geodesic_area_unsigned()))
    });
    put("st_distance", two(), DataType::Float64, |arguments| {
        let distances = pairs(arguments, |a, b| {
            can_measure(a.shape(), b.shape()).then(|| distance_metres(a.shape(), b.shape()))
        })?;
        Ok(ColumnarValue::Array(Arc::new(distances.into_iter().collect::<Float64Array>())))
    });
    put("st_intersects", two(), DataType::Boolean, |arguments| {
        truth(arguments, |a, b| can_measure(a.shape(), b.shape()).then(|| a.shape().intersects(b.shape())))
    });
    put("st_within", two(), DataType::Boolean, |arguments| {
        truth(arguments, |a, b| {
            can_relate(a.shape(), b.shape()).then(|| a.shape().relate(b.shape()).is_within())
        })
    });
}

fn point(arguments: Arguments<'_>) -> Answer {
    let arrays = ColumnarValue::values_to_arrays(arguments)?;
    let column = |i: usize| cast(&arrays[i], &DataType::Float64);
    let (longitude, latitude) = (column(0)?, column(1)?);
    let (longitude, latitude) =
        (longitude.as_primitive::<Float64Type>(), latitude.as_primitive::<Float64Type>());
    let points = longitude
        .iter()
        .zip(latitude)
        .map(|(longitude, latitude)| Some(Geometry::point(longitude?, latitude?)?.to_geojson().to_string()));
    Ok(ColumnarValue::Array(Arc::new(points.collect::<StringArray>())))
}

fn number(arguments: Arguments<'_>, of: impl Fn(&Geometry) -> Option<f64>) -> Answer {
    let column = texts(arguments, 0)?;
    let mut known = Known::default();
    let numbers = (0..column.len()).map(|row| known.read(&column, row).and_then(&of));
    Ok(ColumnarValue::Array(Arc::new(numbers.collect::<Float64Array>())))
}

fn truth(arguments: Arguments<'_>, of: impl Fn(&Geometry, &Geometry) -> Option<bool>) -> Answer {
    let truths = pairs(arguments, of)?;
    Ok(ColumnarValue::Array(Arc::new(truths.into_iter().collect::<BooleanArray>())))
}

fn pairs<T>(
    arguments: Arguments<'_>,
    of: impl Fn(&Geometry, &Geometry) -> Option<T>,
) -> Result<Vec<Option<T>>, DataFusionError> {
    let rows = arguments
        .iter()
        .map(|argument| match argument {
            ColumnarValue::Array(array) => array.len(),
            ColumnarValue::Scalar(_) => 1,
        })
        .max();
    let array = |i: usize| cast(&arguments[i].to_array(rows.unwrap_or(1))?, &DataType::Utf8);
    let (left, right) = (array(0)?, array(1)?);
    let (mut of_left, mut of_right) = (Known::default(), Known::default());
    let until = Instant::now() + PATIENCE;
    let mut answers = Vec::with_capacity(left.len());
    for row in 0..left.len() {
        if Instant::now() > until {
            let detail = "comparing these geometries takes too long; compare fewer or simpler ones";
            return Err(DataFusionError::Execution(detail.to_owned()));
        }
        let both = of_left.read(&left, row).zip(of_right.read(&right, row));
        answers.push(both.and_then(|(a, b)| of(a, b)));
    }
    Ok(answers)
}

fn texts(arguments: Arguments<'_>, i: usize) -> Result<ArrayRef, DataFusionError> {
    let arrays = ColumnarValue::values_to_arrays(arguments)?;
    Ok(cast(&arrays[i], &DataType::Utf8)?)
}

/// So long the pairs of one batch are compared: no deadline ends it in between.
const PATIENCE: Duration = Duration::from_secs(10);

/// Geometries of a column: the same outline comes row after row.
#[derive(Default)]
struct Known {
    read: HashMap<String, Option<Geometry>>,
}

/// So many are kept.
const KNOWN_MAX: usize = 1024;

impl Known {
    fn read(&mut self, column: &ArrayRef, row: usize) -> Option<&Geometry> {
        let column = column.as_string::<i32>();
        if column.is_null(row) {
            return None;
        }
        let text = column.value(row);
        if !self.read.contains_key(text) {
            if self.read.len() >= KNOWN_MAX {
                self.read.clear();
            }
            let json: Option<Json> = serde_json::from_str(text).ok();
            let geometry = json.and_then(|json| Geometry::from_geojson(&json).ok());
            self.read.insert(text.to_owned(), geometry);
        }
        self.read.get(text)?.as_ref()
    }
}
