//! Notifications over MQTT, by a real mosquitto on a free port.

use std::{process::Stdio, time::Duration};

use senne_model::Json;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use super::bed::{Bed, S3, STATION, bed};

/// A broker, stopped with the test.
struct Broker {
    port: u16,
    _process: Child,
    folder: tempfile::TempDir,
}

/// Starts a broker; none when mosquitto is not installed, which is said.
async fn broker(password: bool) -> Option<Broker> {
    start(tempfile::tempdir().unwrap(), None, password).await
}

/// Starts a broker on what an earlier one left in its folder.
async fn start(folder: tempfile::TempDir, port: Option<u16>, password: bool) -> Option<Broker> {
    let port = port
        .unwrap_or_else(|| std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port());
    let mut config = format!("listener {port} 127.0.0.1\nuser root\npersistence true\n");
    config += &format!(
        "persistence_location {}/\nautosave_on_changes true\nautosave_interval 1\n",
        folder.path().display()
    );
    if password {
        let file = folder.path().join("users");
        let made = std::process::Command::new("mosquitto_passwd")
            .args(["-c", "-b"])
            .arg(&file)
            .args(["city", "secret"])
            .status();
        assert!(made.ok()?.success());
        config += &format!("allow_anonymous false\npassword_file {}\n", file.display());
    } else {
        config += "allow_anonymous true\n";
    }
    let path = folder.path().join("mosquitto.conf");
    std::fs::write(&path, config).unwrap();
    let program = if std::path::Path::new("/usr/sbin/mosquitto").exists() {
        "/usr/sbin/mosquitto"
    } else {
        "mosquitto"
    };
    let started = Command::new(program)
        .arg("-c")
        .arg(&path)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn();
    let Ok(process) = started else {
        eprintln!("SKIPPED: mosquitto is not installed (apt-get install -y mosquitto mosquitto-clients)");
        return None;
    };
    for _ in 0..500 {
        if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            return Some(Broker { port, _process: process, folder });
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("mosquitto did not start");
}

/// Someone else's client that prints what comes; gives its lines.
struct Listener {
    lines: tokio::io::Lines<BufReader<tokio::process::ChildStdout>>,
    _process: Child,
}

impl Broker {
    /// `user` says who listens, `own` how.
    async fn listen(&self, topic: &str, user: &[&str], own: &[&str]) -> Option<Listener> {
        let port = self.port.to_string();
        let started = Command::new("mosquitto_sub")
            .args(["-h", "127.0.0.1", "-p", &port, "-t", topic, "-t", "ready", "-q", "2"])
            .args(user)
            .args(own)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn();
        let Ok(mut process) = started else {
            eprintln!("SKIPPED: mosquitto_sub is not installed (apt-get install -y mosquitto-clients)");
            return None;
        };
        let mut listener =
            Listener { lines: BufReader::new(process.stdout.take().unwrap()).lines(), _process: process };
        // It is known to listen once a message of ours has come.
        for _ in 0..100 {
            let mut say = Command::new("mosquitto_pub");
            say.args(["-h", "127.0.0.1", "-p", &port, "-t", "ready", "-m", "ready"]).args(user);
            assert!(say.status().await.unwrap().success());
            let line = tokio::time::timeout(Duration::from_millis(100), listener.lines.next_line()).await;
            if line.is_ok_and(|line| line.unwrap().is_some()) {
                return Some(listener);
            }
        }
        panic!("mosquitto_sub did not listen");
    }
}

impl Listener {
    async fn next(&mut self) -> Json {
        loop {
            let line = tokio::time::timeout(Duration::from_secs(10), self.lines.next_line()).await;
            let line = line.expect("a message comes").unwrap().unwrap();
            if line != "ready" {
                return serde_json::from_str(&line).unwrap();
            }
        }
    }
}

async fn subscribe(bed: &Bed, uri: &str, more: &str) {
    let body = format!(
        r#"{{"id":"urn:sub:1","type":"Subscription","entities":[{{"type":"AirQualityObserved"}}],
            "notification":{{"endpoint":{{"uri":"{uri}"{more}}}}}}}"#
    );
    let made = bed.post("/subscriptions", &body).await;
    assert_eq!(made.status, 201, "{}", made.text);
}

/// Clauses: 7.2.
#[tokio::test]
async fn both_versions_and_all_qualities_arrive() {
    let Some(broker) = broker(false).await else { return };
    for (version, qos) in
        [("mqtt5.0", "0"), ("mqtt5.0", "1"), ("mqtt5.0", "2"), ("mqtt3.1.1", "1"), ("mqtt3.1.1", "2")]
    {
        let bed = bed().await;
        let Some(mut listener) = broker.listen("city/air", &[], &[]).await else { return };
        let more = format!(
            r#","notifierInfo":[{{"key":"MQTT-Version","value":"{version}"}},{{"key":"MQTT-QoS","value":"{qos}"}}],
               "receiverInfo":[{{"key":"x-city","value":"Brussels"}}]"#
        );
        subscribe(&bed, &format!("mqtt://127.0.0.1:{}/city/air", broker.port), &more).await;
        bed.post("/entities", STATION).await;
        let message = listener.next().await;
        let metadata = message.get("metadata").unwrap();
        assert_eq!(metadata.get("Content-Type"), Some(&Json::text("application/json")), "{version} {qos}");
        assert_eq!(metadata.get("x-city"), Some(&Json::text("Brussels")));
        assert!(metadata.get("Link").unwrap().to_string().contains("ngsi-ld-core-context"));
        let body = message.get("body").unwrap();
        assert_eq!(body.get("type"), Some(&Json::text("Notification")));
        assert_eq!(body.get("data").unwrap().as_array().unwrap().len(), 1);
    }
}

/// Clauses: 5.8.6, 7.2.
#[tokio::test]
async fn a_broker_that_goes_and_comes_back_loses_nothing() {
    let Some(first) = broker(false).await else { return };
    let (bed, port) = (bed().await, first.port);
    let more = r#","notifierInfo":[{"key":"MQTT-QoS","value":"1"}]"#;
    subscribe(&bed, &format!("mqtt://127.0.0.1:{port}/t"), more).await;
    // The broker keeps what comes for a listener that is away.
    let stays = ["-c", "-i", "listener"];
    let Some(mut listener) = first.listen("t", &[], &stays).await else { return };
    bed.post("/entities", STATION).await;
    listener.next().await;
    drop(listener);
    // It is asked to end, so that it writes down which listeners it keeps messages for.
    let Broker { _process: mut process, folder, .. } = first;
    let asked = tokio::process::Command::new("kill").arg(process.id().unwrap().to_string()).status().await;
    assert!(asked.unwrap().success());
    process.wait().await.unwrap();
    for value in 1..=3 {
        bed.patch(&format!("{S3}/attrs/NO2"), &format!(r#"{{"value":{value}}}"#)).await;
    }
    for _ in 0..500 {
        if bed.get("/subscriptions/urn:sub:1").await.at("notification/status") == Json::text("failed") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let second = start(folder, Some(port), false).await.unwrap();
    let Some(mut listener) = second.listen("t", &[], &stays).await else { return };
    bed.patch(&format!("{S3}/attrs/NO2"), r#"{"value":4}"#).await;
    let mut seen = Vec::new();
    while seen.last() != Some(&4) {
        let message = listener.next().await;
        let data = message.get("body").unwrap().get("data").unwrap().as_array().unwrap()[0].clone();
        seen.push(data.get("NO2").unwrap().get("value").unwrap().as_f64().unwrap() as i64);
    }
    seen.dedup();
    seen.retain(|value| *value != 29);
    assert_eq!(seen, [1, 2, 3, 4]);
}

/// Clauses: 7.2.
#[tokio::test]
async fn a_user_with_a_password_is_let_in() {
    let Some(broker) = broker(true).await else { return };
    assert!(broker.folder.path().join("users").exists());
    let bed = bed().await;
    let Some(mut listener) = broker.listen("t", &["-u", "city", "-P", "secret"], &[]).await else { return };
    subscribe(&bed, &format!("mqtt://city:secret@127.0.0.1:{}/t", broker.port), "").await;
    bed.post("/entities", STATION).await;
    assert!(listener.next().await.get("body").is_some());
    // What became of it is counted just after the broker has it.
    let mut status = None;
    for _ in 0..500 {
        status = bed.get("/subscriptions/urn:sub:1").await.at("notification").get("status").cloned();
        if status.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(status, Some(Json::text("ok")));
}
