//! The page of a series through the binary: its files and its SQL give what its table shows.

use serde_json::{Value, json};

use crate::support::{City, Client};

const ID: &str = "urn:ngsi-ld:AirQualityObserved:1";

/// An hourly value for sixty days from 1 March 2024 on.
fn fill(client: &mut Client) {
    for day in 0..60 {
        let values: Vec<Value> = (0..24)
            .map(|hour| {
                let (month, date) = if day < 31 { (3, day + 1) } else { (4, day - 30) };
                let at = format!("2024-{month:02}-{date:02}T{hour:02}:00:00Z");
                json!({ "type": "Property", "value": (day + hour) % 50, "observedAt": at })
            })
            .collect();
        let entity = json!({ "id": ID, "type": "AirQualityObserved", "no2": values });
        let answer = client.json("POST", "/ngsi-ld/v1/temporal/entities", &entity);
        assert!(answer.status < 300, "{} {}", answer.status, answer.text());
    }
}

/// The text of a page as a reader sees it.
fn unescaped(text: &str) -> String {
    let pairs = [
        ("&#39;", "'"),
        ("&#34;", "\""),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#38;", "&"),
        ("&quot;", "\""),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ];
    pairs.iter().fold(text.to_owned(), |text, (escape, plain)| text.replace(escape, plain))
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    text.split(start).nth(1).unwrap_or_else(|| panic!("no `{start}`")).split(end).next().unwrap()
}

#[test]
fn a_page_its_files_and_its_sql_say_the_same() {
    let city = City::new();
    let server = city.serve();
    let mut client = server.client();
    fill(&mut client);
    for (from, to, rows) in [
        ("2024-03-01T00:00:00Z", "2024-03-11T00:00:00Z", 240),
        ("2024-03-01T00:00:00Z", "2024-04-30T00:00:00Z", 480),
        ("2023-01-01T00:00:00Z", "2025-01-01T00:00:00Z", 10),
        ("2000-01-01T00:00:00Z", "2030-01-01T00:00:00Z", 2),
    ] {
        let page = client.get(&format!("/en/entity/{ID}/past/no2?from={from}&to={to}"));
        assert_eq!(page.status, 200, "{}", page.text());
        let page = page.text();
        let shown = between(&page, "<tbody>", "</tbody>").matches("<tr>").count();
        let sql = unescaped(between(&page, "<code id=\"past-sql\">", "</code>"));
        let answer = client.send("POST", "/sql", &[("Content-Type", "application/sql")], sql.as_bytes());
        assert_eq!(answer.status, 200, "{sql}\n{}", answer.text());
        assert_eq!(answer.json()["rows"].as_array().unwrap().len(), shown, "{sql}");
        assert!(shown >= rows, "{shown} rows of {from} to {to}");
        let csv = unescaped(between(&page, "<a href=\"/sql?format=csv", "\""));
        let csv = client.get(&format!("/sql?format=csv{csv}"));
        assert_eq!((csv.status, csv.text().lines().count()), (200, shown + 1));
        let parquet = unescaped(between(&page, "<a href=\"/sql?format=parquet", "\""));
        let parquet = client.get(&format!("/sql?format=parquet{parquet}"));
        assert!(parquet.status == 200 && parquet.body.starts_with(b"PAR1"));
        let data = unescaped(between(&page, "<a href=\"/charts/series?", "\""));
        let data = client.get(&format!("/charts/series?{data}")).json();
        let series = &data["series"][0];
        let given = series["points"].as_array().or(series["buckets"].as_array()).unwrap();
        assert_eq!(given.len(), shown);
    }
    assert!(server.stop());
}
