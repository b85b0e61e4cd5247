//! The generator: raw HTTP/1.1 over keep-alive connections, on one thread, with requests made by hand.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::template::Template;

/// What a run came to.
pub(crate) struct Measured {
    /// Microseconds of each request, sorted.
    latencies: Vec<u32>,
    took: Duration,
    /// Bytes of all answers' bodies.
    pub(crate) body_bytes: u64,
}

impl Measured {
    pub(crate) fn requests(&self) -> u64 {
        self.latencies.len() as u64
    }

    /// Requests a second.
    pub(crate) fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.took.as_secs_f64()
    }

    /// A quantile of the latencies, in milliseconds.
    pub(crate) fn quantile_ms(&self, part: f64) -> f64 {
        let last = self.latencies.len().saturating_sub(1);
        let at = (last as f64 * part).round() as usize;
        self.latencies.get(at).map_or(0.0, |micros| f64::from(*micros) / 1000.0)
    }
}

/// When a run ends.
#[derive(Clone, Copy)]
pub(crate) enum Until {
    /// After this time.
    Elapsed(Duration),
    /// After so many requests.
    Requests(u64),
}

/// A run: every connection fills the template with the next number, sends, waits for the answer, and again.
pub(crate) struct Run<'a> {
    pub(crate) address: SocketAddr,
    pub(crate) connections: usize,
    pub(crate) until: Until,
    pub(crate) template: &'a Template,
    /// What goes into a hole: from the number of the request and the place of the hole.
    pub(crate) number: &'a dyn Fn(u64, usize) -> u64,
}

impl Run<'_> {
    /// Runs; an answer that is not 2xx ends it.
    pub(crate) fn go(&self) -> anyhow::Result<Measured> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let next = AtomicU64::new(0);
        runtime.block_on(async {
            let mut streams = Vec::new();
            for _ in 0..self.connections {
                let stream = TcpStream::connect(self.address).await?;
                stream.set_nodelay(true)?;
                streams.push(stream);
            }
            let started = Instant::now();
            let callers = streams.into_iter().map(|stream| self.call(stream, &next, started));
            let results = futures::future::join_all(callers).await;
            let took = started.elapsed();
            let mut measured = Measured { latencies: Vec::new(), took, body_bytes: 0 };
            for result in results {
                let (latencies, bytes) = result?;
                measured.latencies.extend(latencies);
                measured.body_bytes += bytes;
            }
            measured.latencies.sort_unstable();
            Ok(measured)
        })
    }

    async fn call(
        &self,
        mut stream: TcpStream,
        next: &AtomicU64,
        started: Instant,
    ) -> anyhow::Result<(Vec<u32>, u64)> {
        let mut template = self.template.clone();
        let (mut latencies, mut bytes) = (Vec::with_capacity(1 << 14), 0);
        let mut buffer = Vec::with_capacity(64 << 10);
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let over = match self.until {
                Until::Elapsed(time) => started.elapsed() >= time,
                Until::Requests(count) => number >= count,
            };
            if over {
                return Ok((latencies, bytes));
            }
            let request = template.fill(|place| (self.number)(number, place));
            let sent = Instant::now();
            stream.write_all(request).await?;
            bytes += read_answer(&mut stream, &mut buffer).await?;
            latencies.push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX));
        }
    }
}

/// Reads one answer and gives the bytes of its body.
async fn read_answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> anyhow::Result<u64> {
    buffer.clear();
    let head = loop {
        if stream.read_buf(buffer).await? == 0 {
            bail!("the server hung up");
        }
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let length = body_length(&buffer[..head])?;
    let whole = |buffer: &[u8]| match length {
        Some(length) => buffer.len() >= head + length,
        // In chunks: the last one is empty.
        None => buffer[head..].ends_with(b"\r\n0\r\n\r\n") || &buffer[head..] == b"0\r\n\r\n",
    };
    while !whole(buffer) {
        if stream.read_buf(buffer).await? == 0 {
            bail!("the server hung up in the middle of an answer");
        }
    }
    let length = buffer.len() - head;
    // A batch of which a part failed is answered with 207.
    if !buffer.starts_with(b"HTTP/1.1 2") || buffer.starts_with(b"HTTP/1.1 207") {
        let shown = String::from_utf8_lossy(&buffer[..buffer.len().min(600)]);
        bail!("not an answer to measure: {shown}");
    }
    Ok(length as u64)
}

/// What the head says of the body; `None` when it comes in chunks.
fn body_length(head: &[u8]) -> anyhow::Result<Option<usize>> {
    if head.starts_with(b"HTTP/1.1 204") {
        return Ok(Some(0));
    }
    let text = std::str::from_utf8(head).context("the answer is not HTTP")?;
    for line in text.lines() {
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            return Ok(Some(value.trim().parse().context("Content-Length")?));
        }
        if line.to_ascii_lowercase().starts_with("transfer-encoding:") && line.contains("chunked") {
            return Ok(None);
        }
    }
    bail!("the answer has no Content-Length: {text}")
}
