//! A running server.

use std::{
    fs::File,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command},
    time::{Duration, Instant},
};

use super::{Client, command};

/// How long a start may take before the test gives up.
const START_MAX: Duration = Duration::from_secs(60);

/// A server as a process of its own; killed when dropped.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    log: PathBuf,
}

impl Server {
    /// Starts on a free port and waits until it is ready.
    pub(crate) fn start(data: &Path, options: &[&str]) -> Self {
        let mut server = Self::begin(data, options);
        server.wait_until_ready();
        server
    }

    /// Starts on a free port and waits until it says where it is, no longer.
    pub(crate) fn begin(data: &Path, options: &[&str]) -> Self {
        let log = data.with_extension("log");
        let address_file = data.join("address");
        std::fs::remove_file(&address_file).ok();
        let sink = File::options().create(true).append(true).open(&log).unwrap();
        let mut child = command()
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .args(options)
            .stdout(sink.try_clone().unwrap())
            .stderr(sink)
            .spawn()
            .unwrap();
        let address = wait_for_address(&mut child, &address_file, &log);
        Self { child, address, log }
    }

    fn wait_until_ready(&mut self) {
        let until = Instant::now() + START_MAX;
        while Instant::now() < until {
            if Client::new(self.address).try_send("GET", "/readyz", &[], b"").is_ok_and(|a| a.status == 200) {
                return;
            }
            assert!(self.is_alive(), "the server ended while it started:\n{}", self.log_end());
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the server did not get ready within {START_MAX:?}:\n{}", self.log_end());
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// A client with a connection of its own.
    pub(crate) fn client(&self) -> Client {
        Client::new(self.address)
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn is_alive(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// kill -9.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop and does not wait.
    pub(crate) fn ask_to_stop(&self) {
        let sent = Command::new("kill").args(["-TERM", &self.id().to_string()]).status().unwrap();
        assert!(sent.success(), "SIGTERM could not be sent");
    }

    /// Asks it to stop and waits; gives whether it ended well.
    pub(crate) fn stop(mut self) -> bool {
        self.ask_to_stop();
        let until = Instant::now() + START_MAX;
        while Instant::now() < until {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.success();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the server did not stop within {START_MAX:?}:\n{}", self.log_end());
    }

    /// A line of `/proc/PID/status` in KiB, e.g. `VmRSS` or `VmHWM` (the largest RSS so far).
    pub(crate) fn memory_kib(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.and_then(|rest| rest.trim().trim_end_matches("kB").trim().parse().ok()).unwrap()
    }

    /// The last lines of its log.
    pub(crate) fn log_end(&self) -> String {
        log_end(&self.log)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn wait_for_address(child: &mut Child, file: &Path, log: &Path) -> SocketAddr {
    let until = Instant::now() + START_MAX;
    while Instant::now() < until {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        if let Some(Ok(address)) = text.trim().strip_prefix("http://").map(str::parse) {
            return address;
        }
        assert!(child.try_wait().unwrap().is_none(), "the server did not start:\n{}", log_end(log));
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().ok();
    child.wait().ok();
    panic!("the server did not say where it listens within {START_MAX:?}:\n{}", log_end(log));
}

fn log_end(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(30)..].join("\n")
}
