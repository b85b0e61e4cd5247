//! Years that wait on disk.

use std::path::Path;

use super::*;

/// How many years are on disk.
fn kept(dir: &Path) -> usize {
    let mut folders = vec![dir.join("indicators")];
    let mut count = 0;
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).into_iter().flatten().flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                assert_eq!(entry.path().extension().unwrap(), "leaf");
                count += 1;
            }
        }
    }
    count
}

async fn filled(dir: &Path) -> City {
    let city = City::open(dir).await;
    city.places().await;
    let wave = |hour: i64| 20.0 + (hour as f64 * 0.7).sin() * 7.3;
    let level = |station: i64| move |hour: i64| wave(hour + station * 5) + station as f64 * 4.0;
    let stations = ["urn:s:1", "urn:s:2", "urn:s:3"].into_iter().zip(0..);
    city.write(stations.map(|(id, place)| values(id, 0..700, level(place))).collect()).await;
    city.indicators.compute(&[], &mut |_| ()).await.unwrap();
    city
}

#[tokio::test(flavor = "multi_thread")]
async fn years_on_disk_are_taken_up_as_they_were_left() {
    let (with, without) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut found = Vec::new();
    for (dir, leaves) in [(with.path(), true), (without.path(), false)] {
        let city = filled(dir).await;
        let all = city.indicators.catalogue().indicators.len();
        assert_eq!(kept(dir), all, "each indicator has one year");
        if !leaves {
            std::fs::remove_dir_all(dir.join("indicators")).unwrap();
        }
        // A restart, and a value that comes late.
        city.hub.stop().await;
        drop(city);
        let city = City::open(dir).await;
        city.write(vec![values("urn:s:3", 340..341, |_| 400.0)]).await;
        let before = city.series("no2-mean", B, Frequency::Month).await["2024-01"].value.number.unwrap();
        city.indicators.keep_up().unwrap();
        let mut tries = 0;
        while city.series("no2-mean", B, Frequency::Month).await["2024-01"].value.number == Some(before) {
            tries += 1;
            assert!(tries < 600, "the value that came late changed nothing");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        // Those that are drawn are the slowest; all have taken their year up when they are done.
        tokio::time::sleep(Duration::from_secs(3)).await;
        assert_eq!(kept(dir), 0);
        let mut figures = Vec::new();
        for id in ["no2-mean", "calm-hours", "no2-clustered", "calm-drawn", "no2-middle"] {
            for (area, frequency) in [(B, Frequency::Day), (B, Frequency::Month), (REGION, Frequency::Month)]
            {
                let series = city.series(id, area, frequency).await;
                figures.extend(series.into_iter().map(|(period, figure)| (id, area, period, figure.value)));
            }
        }
        found.push(figures);
        city.hub.stop().await;
    }
    assert!(found[0].len() > 100);
    assert_eq!(found[0], found[1], "as if all had been asked again");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_takes_the_years_on_disk_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let city = filled(dir.path()).await;
    city.indicators.keep_up().unwrap();
    assert!(kept(dir.path()) > 0);
    let request = senne_hub::ErasureRequest {
        target: senne_hub::Target::Entity(EntityId::trusted("urn:s:3")),
        extent: senne_hub::Extent::Everything,
        reason: "it asked for it".to_owned(),
        ground: "GDPR art. 17(1)(b)".to_owned(),
    };
    city.hub.erase(&context(), &request).await.unwrap();
    for tries in 0.. {
        if kept(dir.path()) == 0 {
            break;
        }
        assert!(tries < 600, "they are still there");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    city.hub.stop().await;
}
