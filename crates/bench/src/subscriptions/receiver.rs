//! Who receives the notifications: reads them off the wire, answers at once, and remembers which came when.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Mutex,
};

/// What arrived: (subscription, number of the write) and when first, in microseconds since the beginning.
pub(super) struct Arrivals {
    began: Instant,
    shards: Vec<std::sync::Mutex<HashMap<(u32, u64), u64>>>,
    repeated: AtomicU64,
}

const SHARDS: usize = 64;

impl Arrivals {
    pub(super) fn new(began: Instant) -> Self {
        Self {
            began,
            shards: (0..SHARDS).map(|_| std::sync::Mutex::default()).collect(),
            repeated: AtomicU64::new(0),
        }
    }

    fn shard(&self, key: (u32, u64)) -> std::sync::MutexGuard<'_, HashMap<(u32, u64), u64>> {
        let shard = &self.shards[(key.0 as usize + key.1 as usize) % SHARDS];
        shard.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn note(&self, key: (u32, u64)) {
        let at = u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX);
        let mut shard = self.shard(key);
        let first = *shard.entry(key).or_insert(at);
        if first != at {
            self.repeated.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many of what is due have not arrived.
    pub(super) fn missing(&self, due: &[(u32, u64)]) -> usize {
        due.iter().filter(|key| !self.shard(**key).contains_key(key)).count()
    }

    /// How much arrived that is not due; what is due is sorted.
    pub(super) fn not_due(&self, due: &[(u32, u64)]) -> usize {
        let shards = self.shards.iter().map(|shard| {
            let shard = shard.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            shard.keys().filter(|key| due.binary_search(key).is_err()).count()
        });
        shards.sum()
    }

    pub(super) fn repeated(&self) -> u64 {
        self.repeated.load(Ordering::Relaxed)
    }

    /// From the moment at which a change should have been sent to its notification, in milliseconds, sorted.
    pub(super) fn latencies(&self, due: &[(u32, u64)], sent_at: &dyn Fn(u64) -> Instant) -> Vec<f64> {
        let mut all: Vec<f64> = due
            .iter()
            .filter_map(|key| {
                let at = *self.shard(*key).get(key)?;
                let sent = sent_at(key.1).saturating_duration_since(self.began).as_micros() as f64;
                Some((at as f64 - sent) / 1000.0)
            })
            .collect();
        all.sort_unstable_by(f64::total_cmp);
        all
    }
}

/// Receives on a free port.
pub(super) async fn receive(arrivals: Arc<Arrivals>) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let arrivals = Arc::clone(&arrivals);
            tokio::spawn(async move { serve(stream, &arrivals).await });
        }
    });
    Ok(address)
}

/// Takes connections and what comes over them, and never says a word.
pub(super) async fn hanging() -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        let held = Mutex::new(Vec::new());
        while let Ok((stream, _)) = listener.accept().await {
            held.lock().await.push(stream);
        }
    });
    Ok(address)
}

async fn serve(mut stream: TcpStream, arrivals: &Arrivals) -> Option<()> {
    stream.set_nodelay(true).ok();
    let mut buffer = Vec::with_capacity(8192);
    loop {
        let head = loop {
            if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
            if stream.read_buf(&mut buffer).await.ok()? == 0 {
                return None;
            }
        };
        let length = content_length(&buffer[..head])?;
        while buffer.len() < head + length {
            if stream.read_buf(&mut buffer).await.ok()? == 0 {
                return None;
            }
        }
        if let Some(key) = key(&buffer[head..head + length]) {
            arrivals.note(key);
        }
        buffer.drain(..head + length);
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.ok()?;
    }
}

fn content_length(head: &[u8]) -> Option<usize> {
    let text = std::str::from_utf8(head).ok()?;
    let line = text.lines().find(|line| line.to_ascii_lowercase().starts_with("content-length:"))?;
    line.split_once(':')?.1.trim().parse().ok()
}

/// The number after a text in a body.
fn number(body: &str, after: &str) -> Option<u64> {
    let rest = &body[body.find(after)? + after.len()..];
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..digits].parse().ok()
}

fn key(body: &[u8]) -> Option<(u32, u64)> {
    let body = std::str::from_utf8(body).ok()?;
    Some((u32::try_from(number(body, "urn:bench:")?).ok()?, number(body, "\"n\":")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notification_says_which_it_is() {
        let body = br#"{"id":"x","type":"Notification","subscriptionId":"urn:bench:000042","data":[{"id":"e","n":1234}]}"#;
        assert_eq!(key(body), Some((42, 1234)));
        assert_eq!(content_length(b"POST / HTTP/1.1\r\nContent-Length: 17\r\n\r\n"), Some(17));
    }
}
