//! Values that come before the areas in which they lie.

use std::time::Duration;

use senne_indicator::Frequency;
use senne_model::Geometry;

use crate::city::{A, B, City, commune, located, values};

#[tokio::test(flavor = "multi_thread")]
async fn areas_that_come_late_get_all_that_was_before_them() {
    let dir = tempfile::tempdir().unwrap();
    let city = City::open(dir.path()).await;
    let point = Geometry::point(4.35, 50.85).unwrap();
    city.write(vec![located("urn:s:1", "AirQualityObserved", point)]).await;
    city.write(vec![values("urn:s:1", 0..48, |_| 10.0)]).await;
    city.indicators.keep_up().unwrap();
    // Long enough for the worker to find that the values lie nowhere.
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(city.series("no2-mean", A, Frequency::Day).await.is_empty());
    city.write(vec![commune(A, 4.3), commune(B, 4.4)]).await;
    city.comes("no2-mean", A, "2024-01-01", 10.0).await;
    city.comes("no2-mean", A, "2024-01-02", 10.0).await;
    city.hub.stop().await;
}
