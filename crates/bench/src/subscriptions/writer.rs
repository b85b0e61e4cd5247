//! Who writes: changes by the clock, over kept connections, whatever becomes of the ones before.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::model::{City, VALUES, Written, entity_id, mixed};

/// How many connections share the writes.
const CONNECTIONS: u64 = 32;

/// How long to wait before a server that is away is tried again.
const AWAY: Duration = Duration::from_millis(50);

pub(super) struct Writer {
    city: Arc<City>,
    per_second: u64,
    per_request: u64,
    seconds: u64,
}

/// What became of the writes.
pub(super) struct Outcome {
    /// Those that the server said were stored.
    pub(super) acknowledged: Vec<Written>,
    pub(super) took: Duration,
    /// When a write should have been sent.
    pub(super) sent_at: Box<dyn Fn(u64) -> Instant + Send + Sync>,
}

impl Writer {
    pub(super) fn new(city: Arc<City>, per_second: u64, per_request: u64, seconds: u64) -> Self {
        Self { city, per_second, per_request: per_request.max(1), seconds }
    }

    pub(super) async fn run(self, address: SocketAddr) -> anyhow::Result<Outcome> {
        let began = Instant::now();
        let requests = self.per_second * self.seconds / self.per_request;
        let gap = Duration::from_secs(self.seconds).div_f64(requests.max(1) as f64);
        let due_at = move |request: u64| began + gap.mul_f64(request as f64);
        let me = Arc::new(self);
        let per_request = me.per_request;
        let lines = (0..CONNECTIONS).map(|line| {
            let me = Arc::clone(&me);
            tokio::spawn(async move { me.line(address, line, requests, &due_at).await })
        });
        let mut acknowledged = Vec::new();
        for line in futures::future::join_all(lines).await {
            acknowledged.extend(line?);
        }
        let sent_at = Box::new(move |number: u64| due_at(number / per_request));
        Ok(Outcome { acknowledged, took: began.elapsed(), sent_at })
    }

    /// Every so many-th request, each at its time; one that fails is sent again until it is answered: the same write
    /// twice is one change and one that says nothing new.
    async fn line(
        &self,
        address: SocketAddr,
        line: u64,
        requests: u64,
        due_at: &(dyn Fn(u64) -> Instant + Send + Sync),
    ) -> Vec<Written> {
        let mut stream = None;
        let mut acknowledged = Vec::new();
        let mut request = line;
        while request < requests {
            tokio::time::sleep_until(due_at(request).into()).await;
            let writes: Vec<Written> = (0..self.per_request)
                .map(|place| {
                    let number = request * self.per_request + place;
                    // Entities of one request differ: a batch names each once.
                    let entity = (mixed(request) % self.city.entities() + place * 997) % self.city.entities();
                    Written { number, entity, value: (mixed(!number) >> 32) % VALUES }
                })
                .collect();
            let text = Self::text(&writes);
            while send(&mut stream, address, &text).await.is_none() {
                stream = None;
                tokio::time::sleep(AWAY).await;
            }
            acknowledged.extend(writes);
            request += CONNECTIONS;
        }
        acknowledged
    }

    fn text(writes: &[Written]) -> String {
        let one = |write: &Written| {
            format!(
                "{{\"id\":\"{}\",\"v\":{{\"type\":\"Property\",\"value\":{}}},\"n\":{{\"type\":\"Property\",\"value\":{}}}}}",
                entity_id(write.entity),
                write.value,
                write.number
            )
        };
        let (path, body) = match writes {
            [only] => (
                format!("PATCH /ngsi-ld/v1/entities/{}/attrs", entity_id(only.entity)),
                format!(
                    "{{\"v\":{{\"type\":\"Property\",\"value\":{}}},\"n\":{{\"type\":\"Property\",\"value\":{}}}}}",
                    only.value, only.number
                ),
            ),
            several => (
                "POST /ngsi-ld/v1/entityOperations/update".to_owned(),
                format!("[{}]", several.iter().map(one).collect::<Vec<_>>().join(",")),
            ),
        };
        format!(
            "{path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }
}

/// Sends a request and reads the answer; none when it did not come or was no success.
async fn send(stream: &mut Option<TcpStream>, address: SocketAddr, text: &str) -> Option<()> {
    if stream.is_none() {
        let new = TcpStream::connect(address).await.ok()?;
        new.set_nodelay(true).ok()?;
        *stream = Some(new);
    }
    let stream = stream.as_mut()?;
    stream.write_all(text.as_bytes()).await.ok()?;
    let mut buffer = Vec::with_capacity(1024);
    let head = loop {
        if stream.read_buf(&mut buffer).await.ok()? == 0 {
            return None;
        }
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let text = std::str::from_utf8(&buffer[..head]).ok()?;
    let length = text
        .lines()
        .find_map(|line| {
            line.to_ascii_lowercase().strip_prefix("content-length:").map(|rest| rest.trim().to_owned())
        })
        .and_then(|text| text.parse::<usize>().ok())
        .unwrap_or(0);
    let success = text.starts_with("HTTP/1.1 20") && !text.starts_with("HTTP/1.1 207");
    let mut left = (head + length).saturating_sub(buffer.len());
    while left > 0 {
        let mut rest = vec![0; left.min(4096)];
        let got = stream.read(&mut rest).await.ok()?;
        if got == 0 {
            return None;
        }
        left -= got;
    }
    success.then_some(())
}
