//! Limits of connections, with a small server of its own. Times are short, and compared with room to spare.

use std::{net::SocketAddr, time::Duration};

use axum::{Router, body::Body, routing::get};
use futures::StreamExt;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{Limits, serve};

const PATIENCE: Duration = Duration::from_secs(20);
const GET: &[u8] = b"GET /short HTTP/1.1\r\nHost: x\r\n\r\n";

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn limits() -> Limits {
    Limits { first: millis(300), idle: millis(600), stalled: millis(3000), connections_max: 50 }
}

struct Bed {
    address: SocketAddr,
    stop: CancellationToken,
    serving: JoinHandle<()>,
}

impl Bed {
    async fn new(limits: Limits) -> Self {
        let drops = || async {
            let drops = futures::stream::iter(0..8).then(|n| async move {
                sleep(millis(400)).await;
                Ok::<_, std::io::Error>(format!("{n}"))
            });
            Body::from_stream(drops)
        };
        let slow = || async {
            sleep(millis(2000)).await;
            "slow"
        };
        let router = Router::new()
            .route("/short", get(|| async { "short" }))
            .route("/slow", get(slow))
            .route("/drops", get(drops))
            .route("/long", get(|| async { "x".repeat(40_000_000) }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        let serving = tokio::spawn(serve(listener, router, limits, stop.clone()));
        Self { address, stop, serving }
    }

    async fn say(&self, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream
    }
}

/// What still comes, and after how long the server hung up.
async fn rest(mut stream: TcpStream) -> (Vec<u8>, Duration) {
    let (mut bytes, began) = (Vec::new(), Instant::now());
    // A connection that is reset is hung up, too.
    timeout(PATIENCE, stream.read_to_end(&mut bytes)).await.expect("nobody hung up").ok();
    (bytes, began.elapsed())
}

fn get_of(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").into_bytes()
}

#[tokio::test]
async fn who_sends_no_whole_request_is_hung_up_on() {
    let bed = Bed::new(limits()).await;
    let beginnings: [&[u8]; 5] =
        [b"", b"G", b"PRI * HTTP/2", b"GET /short HTTP/1.1\r\nHo", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"];
    for beginning in beginnings {
        let (_, after) = rest(bed.say(beginning).await).await;
        assert!(after >= millis(250), "{beginning:?} was hung up on after {after:?}");
    }
    // What comes drop by drop gains nothing.
    let mut stream = bed.say(b"GET /short HTTP/1.1\r\n").await;
    let began = Instant::now();
    while stream.write_all(b"X: y\r\n").await.is_ok() {
        assert!(began.elapsed() < PATIENCE);
        sleep(millis(50)).await;
    }
}

#[tokio::test]
async fn an_idle_connection_is_hung_up_on_after_its_answer() {
    let bed = Bed::new(limits()).await;
    let (answer, after) = rest(bed.say(GET).await).await;
    assert!(answer.starts_with(b"HTTP/1.1 200") && answer.ends_with(b"short"));
    assert!(after >= millis(550), "{after:?}");
    // Two at once, and half of a third.
    let (answers, _) = rest(bed.say(&[GET, GET, b"GET /"].concat()).await).await;
    assert_eq!(String::from_utf8_lossy(&answers).matches("HTTP/1.1 200").count(), 2);
    // Who asks again in time stays.
    let bed = Bed::new(Limits { idle: millis(2000), ..limits() }).await;
    let mut stream = bed.say(GET).await;
    for _ in 0..5 {
        sleep(millis(500)).await;
        stream.write_all(GET).await.unwrap();
    }
    let (answers, _) = rest(stream).await;
    assert_eq!(String::from_utf8_lossy(&answers).matches("HTTP/1.1 200").count(), 6);
}

#[tokio::test]
async fn an_answer_may_take_as_long_as_we_take() {
    let bed = Bed::new(limits()).await;
    let (answer, _) = rest(bed.say(&get_of("/slow")).await).await;
    assert!(answer.ends_with(b"slow"), "{}", String::from_utf8_lossy(&answer));
    let (answer, _) = rest(bed.say(&get_of("/drops")).await).await;
    assert!(answer.ends_with(b"7\r\n0\r\n\r\n"), "{}", String::from_utf8_lossy(&answer));
}

#[tokio::test]
async fn who_takes_slowly_gets_all_and_who_takes_nothing_is_hung_up_on() {
    let bed = Bed::new(limits()).await;
    let mut slow = bed.say(&get_of("/long")).await;
    let (mut taken, mut part) = (0, vec![0; 4_000_000]);
    while taken < 40_000_000 {
        let count = timeout(PATIENCE, slow.read(&mut part)).await.unwrap().unwrap();
        assert!(count > 0, "hung up on after {taken} bytes");
        taken += count;
        sleep(millis(150)).await;
    }
    let stubborn = bed.say(&get_of("/long")).await;
    sleep(millis(7000)).await;
    let (bytes, _) = rest(stubborn).await;
    assert!(bytes.len() < 40_000_000);
}

#[tokio::test]
async fn there_are_only_so_many_and_the_next_waits_for_a_place() {
    let bed = Bed::new(Limits { connections_max: 2, ..limits() }).await;
    let began = Instant::now();
    let _idle = [bed.say(GET).await, bed.say(GET).await];
    sleep(millis(50)).await;
    let (answer, _) = rest(bed.say(GET).await).await;
    assert!(answer.ends_with(b"short"));
    // Its place came free after the first limit, its own ended after another.
    assert!(began.elapsed() >= millis(1100), "{:?}", began.elapsed());
}

#[tokio::test]
async fn stopping_waits_for_answers_and_for_nobody_who_is_quiet() {
    let bed = Bed::new(Limits { first: PATIENCE, idle: PATIENCE, ..limits() }).await;
    let _quiet = [bed.say(b"").await, bed.say(b"GET /sh").await, bed.say(GET).await];
    let under_way = bed.say(&get_of("/slow")).await;
    sleep(millis(200)).await;
    let began = Instant::now();
    bed.stop.cancel();
    let (answer, _) = rest(under_way).await;
    assert!(answer.ends_with(b"slow"), "{}", String::from_utf8_lossy(&answer));
    timeout(PATIENCE, bed.serving).await.unwrap().unwrap();
    assert!(began.elapsed() < millis(6000), "{:?}", began.elapsed());
    assert!(TcpStream::connect(bed.address).await.is_err());
}
