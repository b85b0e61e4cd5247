//! Servers as processes of their own.

use std::{
    fs::File,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, bail};

/// How long a start or a stop may take.
const PATIENCE: Duration = Duration::from_secs(300);

/// A running server; killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    /// From the start of the process to the first request that it answered as ready.
    pub(crate) start: Duration,
}

impl Server {
    /// Starts Senne on a data folder and waits until it is ready.
    pub(crate) fn senne(binary: &Path, data: &Path) -> anyhow::Result<Self> {
        Self::senne_at(binary, data, SocketAddr::from(([127, 0, 0, 1], 0)))
    }

    /// Starts Senne on an address of this machine; it may send to others here.
    pub(crate) fn senne_at(binary: &Path, data: &Path, address: SocketAddr) -> anyhow::Result<Self> {
        let mut command = Command::new(binary);
        command.args(["--log", "warn", "serve", "--open", "--allow-private-addresses", "--listen"]);
        command.arg(address.to_string()).arg("--data").arg(data);
        Self::start(command, data, "/readyz")
    }

    /// Starts the bare server that sets the limit.
    pub(crate) fn limit(data: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(data)?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("--serve-limit").arg(data);
        Self::start(command, data, "/ready")
    }

    fn start(mut command: Command, data: &Path, ready: &str) -> anyhow::Result<Self> {
        let address_file = data.join("address");
        std::fs::remove_file(&address_file).ok();
        let log = log_file(data);
        let sink = File::options().create(true).append(true).open(&log)?;
        let started = Instant::now();
        let child = command.stdin(Stdio::null()).stdout(sink.try_clone()?).stderr(sink).spawn()?;
        let mut server =
            Self { child, address: SocketAddr::from(([127, 0, 0, 1], 0)), start: Duration::ZERO };
        while started.elapsed() < PATIENCE {
            let text = std::fs::read_to_string(&address_file).unwrap_or_default();
            if let Some(Ok(address)) = text.trim().strip_prefix("http://").map(str::parse) {
                server.address = address;
                if is_ready(address, ready) {
                    server.start = started.elapsed();
                    return Ok(server);
                }
            }
            if server.child.try_wait()?.is_some() {
                bail!("the server ended: {}", std::fs::read_to_string(&log).unwrap_or_default());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        bail!("the server did not get ready: {}", std::fs::read_to_string(&log).unwrap_or_default())
    }

    /// Resident memory in bytes, with the pages of files that are mapped.
    pub(crate) fn memory(&self) -> anyhow::Result<f64> {
        self.status("VmRSS:")
    }

    /// Resident memory in bytes that is its own: without pages of files, which the system takes back when others want room.
    pub(crate) fn own_memory(&self) -> anyhow::Result<f64> {
        self.status("RssAnon:")
    }

    fn status(&self, word: &str) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line =
            status.lines().find_map(|line| line.strip_prefix(word)).with_context(|| format!("no {word}"))?;
        let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kib * 1024.0)
    }

    /// Asks it to stop, and waits.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        let asked = Instant::now();
        while asked.elapsed() < PATIENCE {
            if self.child.try_wait()?.is_some() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        bail!("the server did not stop")
    }

    /// kill -9.
    pub(crate) fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn log_file(data: &Path) -> PathBuf {
    data.with_extension("log")
}

/// One request, without keeping the connection.
pub(crate) fn ask(
    address: SocketAddr,
    method: &str,
    path: &str,
    body: &str,
) -> anyhow::Result<(u16, String)> {
    request(address, method, path, "", body)
}

/// One POST of JSON, without keeping the connection.
pub(crate) fn post_json(address: SocketAddr, path: &str, body: &str) -> anyhow::Result<(u16, String)> {
    request(address, "POST", path, "Content-Type: application/json\r\n", body)
}

fn request(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &str,
    body: &str,
) -> anyhow::Result<(u16, String)> {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").context("not HTTP")?;
    let status = head.split(' ').nth(1).and_then(|text| text.parse().ok()).context("no status")?;
    Ok((status, body.to_owned()))
}

fn is_ready(address: SocketAddr, path: &str) -> bool {
    ask(address, "GET", path, "").is_ok_and(|(status, _)| status == 200)
}

/// Bytes of all files under a folder.
pub(crate) fn bytes_of(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let size = |entry: std::fs::DirEntry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => bytes_of(&entry.path()),
        Ok(_) => entry.metadata().map_or(0, |file| file.len()),
        Err(_) => 0,
    };
    entries.filter_map(Result::ok).map(size).sum()
}
