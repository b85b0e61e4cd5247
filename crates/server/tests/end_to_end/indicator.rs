//! Indicators through the real binary: computed from what is written, imported, listed, computed again.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{City, Client, senne, words};

const AREA: &str = "urn:ngsi-ld:AdministrativeArea:BE:21009";

/// A commune with a station that measured three days of January 2024.
fn fill(client: &mut Client) {
    let outline = json!([[[4.3, 50.8], [4.4, 50.8], [4.4, 50.9], [4.3, 50.9], [4.3, 50.8]]]);
    let area = json!({
        "id": AREA, "type": "AdministrativeArea",
        "level": { "type": "Property", "value": "commune" },
        "nisCode": { "type": "Property", "value": "21009" },
        "location": { "type": "GeoProperty", "value": { "type": "Polygon", "coordinates": outline } }
    });
    assert_eq!(client.json("POST", "/ngsi-ld/v1/entities", &area).status, 201);
    let station = json!({
        "id": "urn:ngsi-ld:AirQualityObserved:S1", "type": "AirQualityObserved",
        "location": { "type": "GeoProperty", "value": { "type": "Point", "coordinates": [4.35, 50.85] } }
    });
    assert_eq!(client.json("POST", "/ngsi-ld/v1/entities", &station).status, 201);
    let values: Vec<Value> = (0..72).map(|hour| value(hour, 20.0 + f64::from(hour % 5))).collect();
    measure(client, &values);
}

/// The value of an hour, counted from midnight in Brussels.
fn value(hour: i32, no2: f64) -> Value {
    let hour = hour + 23;
    let (day, hour) = (hour / 24, hour % 24);
    let day = if day == 0 { "2024-01-08".to_owned() } else { format!("2024-01-{:02}", 8 + day) };
    json!({ "type": "Property", "value": no2, "unitCode": "GQ", "observedAt": format!("{day}T{hour:02}:00:00Z") })
}

fn measure(client: &mut Client, values: &[Value]) {
    let path = "/ngsi-ld/v1/temporal/entities/urn:ngsi-ld:AirQualityObserved:S1/attrs";
    let answer = client.json("POST", path, &json!({ "no2": values }));
    assert!([200, 201, 204].contains(&answer.status), "{}", answer.text());
}

/// Waits until an address gives a value that fits.
fn wait(client: &mut Client, path: &str, fits: impl Fn(&Value) -> bool) -> (Value, Duration) {
    let begun = Instant::now();
    loop {
        let answer = client.get(path);
        assert_eq!(answer.status, 200, "{}", answer.text());
        let figures: Value = serde_json::from_str(&answer.text()).unwrap();
        if fits(&figures) {
            return (figures, begun.elapsed());
        }
        assert!(begun.elapsed() < Duration::from_secs(90), "{path}: {figures:#}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_reading_moves_its_indicator_and_the_value_comes_out_again() {
    let city = City::new();
    let server = city.serve();
    let mut client = server.client();
    fill(&mut client);
    let days = "/indicators/no2-mean/values?area=21009&frequency=day";
    let (figures, _) = wait(&mut client, days, |figures| figures[2]["status"] == "final");
    assert_eq!(figures[0]["period"], "2024-01-09");
    assert_eq!((&figures[0]["coverage"], &figures[0]["parts"]["count"]), (&json!(1.0), &json!(1.0)));
    let before = figures[1]["value"].as_f64().unwrap();
    // One value is corrected: its day follows within two seconds, with room for a busy machine.
    measure(&mut client, &[value(30, 120.0)]);
    let moved = |figures: &Value| figures[1]["value"].as_f64().is_some_and(|now| now > before + 1.0);
    let (figures, after) = wait(&mut client, days, moved);
    println!("the day followed after {after:?}");
    assert_eq!(figures[1]["status"], "revised");
    assert_eq!(figures[0]["status"], "final");
    // The region and the month by the same parts.
    let (region, _) = wait(&mut client, "/indicators/no2-mean/values?area=region&format=json", |figures| {
        figures[0]["parts"]["sum"].as_f64().is_some_and(|sum| sum > 3.0 * before)
    });
    assert_eq!(region[0]["status"], "incomplete");
    let again = client.get("/indicators/no2-mean/reproduction?area=21009&period=2024-01-10");
    let again: Value = serde_json::from_str(&again.text()).unwrap();
    assert_eq!((&again["same_digits"], &again["same_formula"]), (&json!(true), &json!(true)), "{again:#}");
    // As an entity of NGSI-LD, with its past.
    let entity = client
        .get("/ngsi-ld/v1/entities/urn:ngsi-ld:KeyPerformanceIndicator:no2-mean:BE-21009?options=keyValues");
    assert_eq!(entity.status, 200, "{}", entity.text());
    assert!(entity.text().contains("urn:ngsi-ld:Indicator:no2-mean"), "{}", entity.text());
    let page = client.get("/en/indicator/no2-mean?area=21009&frequency=day");
    assert!(page.status == 200 && page.text().contains("11\u{a0}January 2024"), "{}", page.text());
    let indices: Value = serde_json::from_str(&client.get("/indices").text()).unwrap();
    assert_eq!(indices["indices"][0]["id"], "environment-and-mobility");
    let page = client.get("/en/index/environment-and-mobility");
    assert!(page.status == 200 && page.text().contains("Too few values are known"), "{}", page.text());
    for (path, status) in [
        ("/indices/nothing", 404),
        // One indicator of seven is too few.
        ("/indices/environment-and-mobility?period=2024-01", 404),
        ("/indices/environment-and-mobility?period=1999-13", 400),
        ("/indices/environment-and-mobility?period=1999", 400),
        ("/indices/environment-and-mobility?colour=red", 400),
        ("/indices/environment-and-mobility?as_of=yesterday", 400),
        ("/indicators/no2-mean/values?as_of=yesterday", 400),
        ("/indices/environment-and-mobility?weights=sea:1", 400),
        ("/indices/environment-and-mobility?weights=air", 400),
        ("/indices/environment-and-mobility?aggregation=median", 400),
        // The air alone is one of three indicators, which is too few as well.
        ("/indices/environment-and-mobility?weights=traffic:0,bicycles:0", 404),
        ("/indicators/nothing/values", 404),
        ("/indicators/no2-mean/values?area=99999", 404),
        ("/indicators/no2-mean/values?frequency=century", 400),
        ("/indicators/no2-mean/values?colour=red", 400),
        ("/indicators/no2-mean/reproduction?area=21009&period=2024-13", 400),
    ] {
        let answer = client.get(path);
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        assert!(answer.text().contains("\"detail\""), "{}", answer.text());
    }
    assert!(server.stop());
    // The same from the command line on the folder alone.
    let listed = senne(&["indicator", "list"], &city.data(), &[]);
    assert!(words(&listed).contains("no2-mean"), "{}", words(&listed));
    let again =
        senne(&["indicator", "reproduce", "no2-mean", "2024-01-10", "--area", "21009"], &city.data(), &[]);
    assert!(again.status.success() && words(&again).contains("the same"), "{}", words(&again));
    let csv =
        senne(&["indicator", "values", "no2-mean", "--frequency", "day", "--area", "all"], &city.data(), &[]);
    assert_eq!(words(&csv).lines().filter(|line| line.starts_with("21009,")).count(), 3, "{}", words(&csv));
    let sdmx = senne(&["indicator", "values", "no2-mean", "--format", "sdmx"], &city.data(), &[]);
    assert!(words(&sdmx).contains(",no2-mean,M,04000,N,N,2024-01,"), "{}", words(&sdmx));
    let whole = senne(&["indicator", "compute", "no2-mean"], &city.data(), &[]);
    assert!(whole.status.success() && words(&whole).contains("3 days"), "{}", words(&whole));
}

#[test]
fn values_are_entered_and_add_up() {
    let city = City::new();
    let server = city.serve();
    let mut client = server.client();
    fill(&mut client);
    let parts = "area,period,numerator,denominator\n21009,2023,120,1000\n21009,2022,130,1000\n";
    let file = city.file("jobs.csv", parts);
    let import = |indicator: &str| {
        senne(&["indicator", "import", file.to_str().unwrap(), "--indicator", indicator], &city.data(), &[])
    };
    let output = import("unemployment-rate");
    assert!(output.status.success(), "{}", words(&output));
    assert!(
        words(&output).contains("2 values read, 2 of them new or changed; 2 values of larger areas followed"),
        "{}",
        words(&output)
    );
    let again = import("unemployment-rate");
    assert!(words(&again).contains("0 of them new"), "{}", words(&again));
    let values = client.get("/indicators/unemployment-rate/values?area=region,21009&format=csv");
    assert!(values.text().contains("04000,2023,12,"), "{}", values.text());
    let computed = import("no2-mean");
    assert!(
        !computed.status.success() && words(&computed).contains("is computed from data"),
        "{}",
        words(&computed)
    );
    let wrong = city.file("wrong.csv", "area,period,value\n21009,2023,much\n");
    let output = senne(
        &["indicator", "import", wrong.to_str().unwrap(), "--indicator", "unemployment-rate"],
        &city.data(),
        &[],
    );
    assert!(
        !output.status.success() && words(&output).contains("line 2: `much` is not a number"),
        "{}",
        words(&output)
    );
    // Whoever does not have the key enters nothing.
    assert!(server.stop());
    let server = city.serve_closed();
    let path = "/indicators/unemployment-rate/values";
    let stranger = server.client().send("POST", path, &[("Content-Type", "text/csv")], parts.as_bytes());
    assert!([401, 403].contains(&stranger.status), "{}", stranger.text());
}

const OWN: &str = include_str!("../../../faces/portal/templates/declare/mean.yaml");

#[test]
fn a_city_declares_an_indicator_of_its_own() {
    let city = City::new();
    let server = city.serve();
    let mut client = server.client();
    fill(&mut client);
    let own = OWN.replace("pm10", "no2").replace("id: my-mean ", "id: station-mean ");
    // What does not fit is refused with its lines, on the page too.
    let wrong = own.replace("unit: GQ", "unit: XX");
    let refused = client.send("PUT", "/indicators/station-mean", &[], wrong.as_bytes());
    assert_eq!(refused.status, 400);
    assert!(
        refused.text().contains("station-mean.yaml:9:") || refused.text().contains("declaration.yaml:9:"),
        "{}",
        refused.text()
    );
    let form = |wish: &str, text: &str| {
        url::form_urlencoded::Serializer::new(String::new())
            .append_pair("do", wish)
            .append_pair("text", text)
            .finish()
    };
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    let page = client.send("POST", "/en/indicators/declare", &headers, form("try", &wrong).as_bytes());
    assert!(page.status == 200 && page.text().contains("Line 9:"), "{}", page.text());
    let broken = own.replace("FROM hourly", "FROM nowhere");
    let refused = client.send("POST", "/indicators/trial", &[], broken.as_bytes());
    assert!(
        refused.status == 400 && refused.text().contains("nowhere"),
        "{} {}",
        refused.status,
        refused.text()
    );
    // A trial gives values and publishes none.
    let tried = client.send("POST", "/indicators/trial", &[], own.as_bytes());
    assert_eq!(tried.status, 200, "{}", tried.text());
    assert_eq!(tried.json()["values"][0]["period"], "2024-01-11");
    assert_eq!(client.get("/indicators/station-mean/values").status, 404);
    let page = client.send("POST", "/en/indicators/declare", &headers, form("try", &own).as_bytes());
    assert!(page.text().contains("11\u{a0}January 2024"), "{}", page.text());
    // Declared, it is computed from what is there, and follows what comes.
    let elsewhere = client.send("PUT", "/indicators/other", &[], own.as_bytes());
    assert!(elsewhere.status == 400 && elsewhere.text().contains("make them the same"));
    let declared = client.send("PUT", "/indicators/station-mean", &[], own.as_bytes());
    assert_eq!(declared.status, 200, "{}", declared.text());
    let days = "/indicators/station-mean/values?area=21009&frequency=day";
    let (figures, _) = wait(&mut client, days, |figures| figures[2]["status"] == "final");
    let before = figures[1]["value"].as_f64().unwrap();
    measure(&mut client, &[value(30, 120.0)]);
    wait(&mut client, days, |figures| figures[1]["value"].as_f64().is_some_and(|now| now > before + 1.0));
    assert!(client.get("/en/indicator/station-mean?area=21009").text().contains("Change the declaration"));
    assert!(client.get("/en/indicators/declare?id=station-mean").text().contains("own declaration back"));
    assert!(client.get("/indicators/station-mean").text().contains("id: station-mean"));
    // A changed declaration makes all its values anew.
    let double = own.replace("avg(mean) END", "2 * avg(mean) END").replace("version: 1", "version: 2");
    assert_eq!(client.send("PUT", "/indicators/station-mean", &[], double.as_bytes()).status, 200);
    wait(&mut client, days, |figures| figures[0]["value"].as_f64().is_some_and(|now| now > 1.5 * before));
    // What Senne brings can be declared otherwise, and is itself again afterwards.
    let other = form("declare", &otherwise(&mut client));
    let page = client.send("POST", "/en/indicators/declare?id=no2-mean", &headers, other.as_bytes());
    assert_eq!(page.status, 303, "{}", page.text());
    let brought = client.send("DELETE", "/indicators/pm25-mean", &[], b"");
    assert_eq!(brought.status, 404, "{}", brought.text());
    assert_eq!(client.send("DELETE", "/indicators/no2-mean", &[], b"").status, 204);
    assert!(client.get("/indicators/no2-mean").text().contains("Bruxelles Environnement"));
    assert!(server.stop());
    // It outlives the server; strangers declare nothing.
    let listed = senne(&["indicator", "list"], &city.data(), &[]);
    assert!(words(&listed).contains("station-mean"), "{}", words(&listed));
    let file = city.file("own.yaml", &own.replace("station-mean", "second-mean"));
    let trial = senne(&["indicator", "declare", file.to_str().unwrap(), "--trial"], &city.data(), &[]);
    assert!(words(&trial).contains("2024-01-11"), "{}", words(&trial));
    let server = city.serve_closed();
    let done = senne(&["indicator", "declare", file.to_str().unwrap()], &city.data(), &[]);
    assert!(done.status.success() && words(&done).contains("`second-mean` is declared"), "{}", words(&done));
    let stranger = server.client().send("PUT", "/indicators/second-mean", &[], own.as_bytes());
    assert_eq!(stranger.status, 401, "{}", stranger.text());
    let page = server.client().send("POST", "/en/indicators/declare", &headers, form("try", &own).as_bytes());
    assert!(page.text().contains("Only an administrator"), "{}", page.text());
    let gone = senne(&["indicator", "withdraw", "second-mean"], &city.data(), &[]);
    assert!(gone.status.success(), "{}", words(&gone));
    assert_eq!(server.client().get("/indicators/second-mean").status, 404);
}

fn otherwise(client: &mut Client) -> String {
    client
        .get("/indicators/no2-mean")
        .text()
        .replace("version: 1", "version: 2")
        .replace("Bruxelles Environnement", "Nous")
}
