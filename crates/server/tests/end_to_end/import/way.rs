//! A way to a server on which some requests are refused.

use std::{
    io::{BufRead, BufReader, Read, Result, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::Arc,
};

use crate::support::Client;

/// Headers of a request that go on.
const PASSED: [&str; 4] = ["accept", "authorization", "content-type", "ngsild-tenant"];

/// Headers of an answer that are of its connection.
const OF_CONNECTION: [&str; 3] = ["connection", "content-length", "transfer-encoding"];

/// A request on its way.
pub(super) struct Asked {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) body: String,
}

/// Passes on what `refuses` gives no status for; gives the address to ask at.
pub(super) fn refusing(
    server: SocketAddr,
    refuses: impl Fn(&Asked) -> Option<u16> + Send + Sync + 'static,
) -> SocketAddr {
    listen(server, refuses, true)
}

/// Passes everything on but links, as brokers that give none; gives the address to ask at.
pub(super) fn without_links(server: SocketAddr) -> SocketAddr {
    listen(server, |_| None, false)
}

fn listen(
    server: SocketAddr,
    refuses: impl Fn(&Asked) -> Option<u16> + Send + Sync + 'static,
    links: bool,
) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let refuses = Arc::new(refuses);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let refuses = Arc::clone(&refuses);
            std::thread::spawn(move || pass(stream, server, &*refuses, links));
        }
    });
    address
}

/// Answers one request; the connection is closed then.
fn pass(
    stream: TcpStream,
    server: SocketAddr,
    refuses: &dyn Fn(&Asked) -> Option<u16>,
    links: bool,
) -> Result<()> {
    let mut stream = BufReader::new(stream);
    let (asked, headers) = read(&mut stream)?;
    let mut head = String::new();
    let body = if let Some(status) = refuses(&asked) {
        head.push_str(&format!("HTTP/1.1 {status} Refused\r\n"));
        b"{\"detail\":\"not now\"}".to_vec()
    } else {
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answer =
            Client::new(server).try_send(&asked.method, &asked.path, &headers, asked.body.as_bytes())?;
        head.push_str(&format!("HTTP/1.1 {} Said\r\n", answer.status));
        for (name, value) in &answer.headers {
            let passes = links || !name.eq_ignore_ascii_case("link");
            if passes && !OF_CONNECTION.contains(&name.to_ascii_lowercase().as_str()) {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
        }
        answer.body
    };
    head.push_str(&format!("Connection: close\r\nContent-Length: {}\r\n\r\n", body.len()));
    let stream = stream.get_mut();
    stream.write_all(head.as_bytes())?;
    stream.write_all(&body)
}

fn read(stream: &mut BufReader<TcpStream>) -> Result<(Asked, Vec<(String, String)>)> {
    let mut first = String::new();
    stream.read_line(&mut first)?;
    let mut words = first.split(' ').map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (mut headers, mut length) = (Vec::new(), 0);
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        let (name, value) = (name.to_ascii_lowercase(), value.trim().to_owned());
        if name == "content-length" {
            length = value.parse().unwrap_or(0);
        }
        if PASSED.contains(&name.as_str()) {
            headers.push((name, value));
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok((Asked { method, path, body: String::from_utf8_lossy(&body).into_owned() }, headers))
}
