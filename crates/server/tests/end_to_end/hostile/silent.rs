//! Callers that say nothing, or take nothing, and hold a connection.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use crate::support::{City, Server};

/// The server of these tests hangs up on idle connections after one second.
const LIMIT: &str = "1";
/// It may take so much longer on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

fn say(server: &Server, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(bytes).unwrap();
    stream
}

/// Reads until the server hangs up; fails when it does not.
fn hung_up(what: &str, mut stream: TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Err(error) = stream.read_to_end(&mut bytes) {
        let reset = error.kind() == std::io::ErrorKind::ConnectionReset;
        assert!(reset, "{what} was not hung up on within {PATIENCE:?}: {error}");
    }
    bytes
}

#[test]
fn who_says_nothing_is_hung_up_on() {
    let city = City::new();
    let mut server = Server::start(&city.data(), &["--open", "--idle-seconds", LIMIT]);
    let rows = "SELECT value, repeat('x', 200) AS wide FROM generate_series(1, 100000000000)";
    let endless = format!(
        "POST /sql?format=ndjson&rows=1000000000 HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{rows}",
        rows.len()
    );
    let mut busy = say(&server, endless.as_bytes());
    let stubborn = say(&server, endless.as_bytes());
    let settings = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    let (began, alive) = (Instant::now(), "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    let silent = [
        ("nothing", say(&server, b"")),
        ("half a head", say(&server, b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Lo")),
        ("half of how HTTP/2 begins", say(&server, b"PRI * HTTP/2.0\r\n")),
        ("HTTP/2 without a request", say(&server, settings)),
        ("an idle connection", say(&server, alive.as_bytes())),
        ("half of a second head", say(&server, format!("{alive}GET /he").as_bytes())),
    ];
    for (what, stream) in silent {
        let bytes = hung_up(what, stream);
        if what.starts_with("an idle") || what.starts_with("half of a second") {
            assert!(bytes.starts_with(b"HTTP/1.1 200"), "{what}: {}", String::from_utf8_lossy(&bytes));
            assert!(began.elapsed() >= Duration::from_millis(900), "{what} after {:?}", began.elapsed());
        }
    }
    // A reader that is slow is busy all the same.
    let mut part = vec![0; 1 << 16];
    while began.elapsed() < Duration::from_secs(4) {
        busy.read_exact(&mut part).unwrap();
        std::thread::sleep(Duration::from_millis(100));
    }
    let mut client = server.client();
    let mut open_questions = || {
        let metrics = client.get("/metrics").text();
        let line = metrics.lines().find_map(|line| line.strip_prefix("senne_sql_questions_open ")).unwrap();
        line.trim().parse::<f64>().unwrap()
    };
    // One that reads nothing is not: of the two questions one is left.
    while open_questions() > 1.0 {
        assert!(began.elapsed() < 2 * PATIENCE, "who reads nothing still holds a question");
        std::thread::sleep(Duration::from_millis(100));
    }
    busy.read_exact(&mut part).unwrap();
    hung_up("who reads nothing", stubborn);
    assert!(server.is_alive());
    let late = Instant::now();
    let _half = say(&server, b"GET /healthz HTTP/1.1\r\nHo");
    assert!(server.stop(), "the stop failed");
    assert!(
        late.elapsed() < Duration::from_secs(9),
        "who says nothing held up the stop for {:?}",
        late.elapsed()
    );
}
