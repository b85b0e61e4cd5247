//! The disk has it before the caller hears of it (invariant S1), seen from outside by strace.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::json;

use crate::support::{City, Server};

/// How many creates are watched.
const CREATES: usize = 25;

/// strace on a running server, writing to a file.
struct Trace(Child);

impl Trace {
    /// `None`, said aloud, when there is no strace here or it may not watch other processes.
    fn start(server: &Server, log: &Path) -> Option<Self> {
        let calls = "trace=fsync,fdatasync,pwrite64,sendto,sendmsg,write,writev";
        let child = Command::new("strace")
            .args(["-f", "-y", "-s", "24", "-e", calls, "-o"])
            .arg(log)
            .args(["-p", &server.id().to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Ok(child) = child else {
            println!("skipped: strace is not installed (Debian package strace)");
            return None;
        };
        let mut trace = Self(child);
        let until = Instant::now() + Duration::from_secs(10);
        while Instant::now() < until {
            let traced = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap_or_default();
            if traced.lines().any(|line| line.starts_with("TracerPid:") && !line.ends_with("\t0")) {
                // The threads are taken one after the other.
                std::thread::sleep(Duration::from_millis(300));
                return Some(trace);
            }
            if trace.0.try_wait().unwrap().is_some() {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        println!(
            "skipped: strace may not watch other processes here (kernel.yama.ptrace_scope, or a container)"
        );
        None
    }

    /// Lets go of the server.
    fn stop(mut self) {
        Command::new("kill").args(["-INT", &self.0.id().to_string()]).status().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Trace {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// What happened to the write-ahead log, and the answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    Written,
    Synced,
    Answered,
}

/// Reads the trace. A call that strace saw begin and end on two lines counts as a write or an answer when it
/// begins, and as a sync when it ends.
fn events(trace: &str) -> Vec<Event> {
    let mut syncing: Vec<&str> = Vec::new();
    let mut events = Vec::new();
    for line in trace.lines() {
        let (thread, call) = line.split_once(' ').unwrap_or_default();
        let call = call.trim_start();
        let syncs = call.starts_with("fsync(") || call.starts_with("fdatasync(");
        let resumed = call.starts_with("<... fsync resumed") || call.starts_with("<... fdatasync resumed");
        if syncs && call.contains("state.sqlite-wal") {
            if call.contains("unfinished") {
                syncing.push(thread);
            } else if call.ends_with("= 0") {
                events.push(Event::Synced);
            }
        } else if resumed && call.ends_with("= 0") {
            let known = syncing.iter().position(|there| *there == thread);
            if let Some(place) = known {
                syncing.remove(place);
                events.push(Event::Synced);
            }
        } else if call.starts_with("pwrite64(") && call.contains("state.sqlite-wal") {
            events.push(Event::Written);
        } else if call.contains("HTTP/1.1 201") {
            events.push(Event::Answered);
        }
    }
    events
}

#[test]
fn the_disk_has_it_before_the_caller_hears_of_it() {
    let city = City::new();
    let server = city.serve();
    let log = city.files().join("trace");
    let Some(trace) = Trace::start(&server, &log) else { return };
    let mut client = server.client();
    for number in 0..CREATES {
        let entity =
            json!({ "id": format!("urn:ngsi-ld:Probe:{number}"), "type": "Probe", "serial": number });
        assert_eq!(client.json("POST", "/ngsi-ld/v1/entities", &entity).status, 201);
    }
    trace.stop();
    let trace = std::fs::read_to_string(&log).unwrap();
    let events = events(&trace);
    let answers = events.iter().filter(|event| **event == Event::Answered).count();
    assert_eq!(answers, CREATES, "strace saw every answer\n{trace}");
    // The creates came one after the other, so what stands between two answers belongs to the second; but for what Senne writes
    // on its own now and then, which may begin between a sync and its answer.
    let mut late = 0;
    for (number, before) in events.split(|event| *event == Event::Answered).take(CREATES).enumerate() {
        let place = |event: Event| before.iter().rposition(|there| *there == event);
        let first = before.iter().position(|event| *event == Event::Written);
        let first = first.unwrap_or_else(|| panic!("answer {number} came without a write to the log"));
        let synced = place(Event::Synced);
        assert!(
            synced.is_some_and(|synced| synced > first),
            "answer {number} came before the sync: {before:?}"
        );
        late += usize::from(place(Event::Written) > synced);
    }
    assert!(late <= 2, "{late} of {CREATES} answers came with something unsynced: {events:?}");
}

#[test]
fn a_trace_is_read_in_order() {
    let trace = "\
10 pwrite64(9</d/state.sqlite-wal>, \"x\"..., 24, 0) = 24
10 fdatasync(9</d/state.sqlite-wal> <unfinished ...>
11 sendto(12<socket:[1]>, \"HTTP/1.1 201 Created\"..., 90, MSG_NOSIGNAL, NULL, 0) = 90
10 <... fdatasync resumed>) = 0
11 <... fdatasync resumed>) = 0
10 fsync(9</d/state.sqlite>) = 0
";
    assert_eq!(events(trace), [Event::Written, Event::Answered, Event::Synced]);
}
