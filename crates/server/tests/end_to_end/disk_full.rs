//! A full disk: writes are refused with 507, reads go on, and nothing needs a restart.

use std::{path::Path, process::Command};

use serde_json::json;

use crate::support::{City, Server, words};

/// The whole data folder lives on this many KiB.
const DISK_KIB: u64 = 1024;

/// What the filler takes of it, to be freed later.
const FILLER_KIB: usize = 288;

/// What is freed before a start, which writes a few KiB of its own, such as where it listens.
const SPARE_KIB: usize = 32;

/// A small disk in memory, gone when dropped.
struct SmallDisk<'a>(&'a Path);

impl<'a> SmallDisk<'a> {
    /// `None`, said aloud, when it cannot be mounted.
    fn mount(folder: &'a Path) -> Option<Self> {
        std::fs::create_dir_all(folder).unwrap();
        let size = format!("size={DISK_KIB}k");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder).output();
        match mounted {
            Ok(output) if output.status.success() => Some(Self(folder)),
            Ok(output) => {
                println!(
                    "skipped: a small disk cannot be mounted (it needs root): {}",
                    words(&output).trim()
                );
                None
            }
            Err(error) => {
                println!("skipped: a small disk cannot be mounted: {error}");
                None
            }
        }
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        Command::new("umount").arg("-l").arg(self.0).status().ok();
    }
}

/// Creates entities until one is refused; gives the numbers that were acknowledged and the refusal's status.
fn fill(server: &Server, from: u64) -> (Vec<u64>, u16) {
    let mut client = server.client();
    let mut acknowledged = Vec::new();
    for number in from..from + 20_000 {
        let text = format!("{number:0>400}");
        let entity = json!({ "id": format!("urn:ngsi-ld:Probe:{number}"), "type": "Probe", "text": text });
        let answer = client.json("POST", "/ngsi-ld/v1/entities", &entity);
        if answer.status == 201 {
            acknowledged.push(number);
            continue;
        }
        let problem = answer.json();
        assert_eq!(
            problem["status"],
            answer.status,
            "a problem body: {}\n{}",
            answer.text(),
            server.log_end()
        );
        let detail = problem["detail"].as_str().unwrap_or_default();
        assert!(detail.contains("disk is full"), "{detail}\n{}", server.log_end());
        return (acknowledged, answer.status);
    }
    panic!("the disk never got full");
}

fn all_there(server: &Server, numbers: &[u64]) {
    let mut client = server.client();
    for number in numbers {
        let answer = client.get(&format!("/ngsi-ld/v1/entities/urn:ngsi-ld:Probe:{number}"));
        assert_eq!(
            answer.status,
            200,
            "acknowledged entity {number}: {}\n{}",
            answer.text(),
            server.log_end()
        );
    }
}

#[test]
fn a_full_disk_refuses_writes_and_recovers() {
    let city = City::new();
    let data = city.data();
    let Some(_disk) = SmallDisk::mount(&data) else { return };
    let filler = data.join("filler");
    let spare = data.join("spare");
    std::fs::write(&filler, vec![b'x'; FILLER_KIB * 1024]).unwrap();
    std::fs::write(&spare, vec![b'x'; SPARE_KIB * 1024]).unwrap();
    let server = city.serve();

    let (mut acknowledged, status) = fill(&server, 0);
    assert_eq!(status, 507);
    assert!(!acknowledged.is_empty(), "an empty city fits on the disk with room to spare");
    all_there(&server, &acknowledged);
    let mut client = server.client();
    let found = client.get("/ngsi-ld/v1/entities?type=Probe&limit=5&count=true");
    assert_eq!(found.status, 200, "queries go on: {}", found.text());
    assert_eq!(found.header("NGSILD-Results-Count"), Some(acknowledged.len().to_string().as_str()));
    assert_eq!(client.get("/healthz").status, 200);
    let (more, status) = fill(&server, 100_000);
    assert_eq!(status, 507, "and it stays so");
    acknowledged.extend(more);

    std::fs::remove_file(&filler).unwrap();
    let (more, status) = fill(&server, 200_000);
    // A commit of one entity takes some 50 KiB of the write-ahead log, so that there is room for a few.
    assert!(more.len() >= 3, "writes work again without a restart, {} of them", more.len());
    assert_eq!(status, 507);
    acknowledged.extend(more);
    all_there(&server, &acknowledged);
    println!("{} acknowledged on a disk of {DISK_KIB} KiB", acknowledged.len());

    server.kill();
    std::fs::remove_file(&spare).unwrap();
    let server = city.serve();
    all_there(&server, &acknowledged);
}
