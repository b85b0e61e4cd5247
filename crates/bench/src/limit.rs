//! The limit: a bare server that does as little as a durable create can be done with. axum, JSON parsed, one state
//! row and one log row in SQLite with `synchronous=FULL`, many requests in one transaction, every caller answered
//! after its commit. No names, no kinds, no quality, no history, no policy.

use std::{path::Path, sync::mpsc, time::Duration};

use anyhow::Context;
use axum::{Router, body::Bytes, extract::State, http::StatusCode, routing::get, routing::post};
use rusqlite::{Connection, params};
use tokio::{net::TcpListener, sync::oneshot};

/// The most requests of one transaction, as in Senne.
const GROUP_MAX: usize = 512;

struct Write {
    id: String,
    body: Bytes,
    done: oneshot::Sender<bool>,
}

type Queue = mpsc::Sender<Write>;

/// Serves until killed; the address is written to the folder.
pub(crate) fn serve(folder: &Path) -> anyhow::Result<()> {
    let connection = open(folder)?;
    let (queue, writes) = mpsc::channel();
    std::thread::spawn(move || commit_all(&connection, &writes));
    tokio::runtime::Runtime::new()?.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        std::fs::write(folder.join("address"), format!("http://{}", listener.local_addr()?))?;
        let router = Router::new().route("/ready", get(|| async { "ok" })).route("/create", post(create));
        let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
            stream.set_nodelay(true).ok();
        });
        axum::serve(listener, router.with_state(queue)).await?;
        Ok(())
    })
}

fn open(folder: &Path) -> anyhow::Result<Connection> {
    let connection = Connection::open(folder.join("limit.sqlite"))?;
    connection.pragma_update(None, "page_size", 8192)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "cache_size", -65_536)?;
    connection.pragma_update(None, "wal_autocheckpoint", 8192)?;
    connection.execute_batch(
        "CREATE TABLE state (no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, document BLOB NOT NULL);
         CREATE TABLE log (no INTEGER PRIMARY KEY, body BLOB NOT NULL);",
    )?;
    Ok(connection)
}

async fn create(State(queue): State<Queue>, body: Bytes) -> StatusCode {
    let Ok(document) = serde_json::from_slice::<serde_json::Value>(&body) else {
        return StatusCode::BAD_REQUEST;
    };
    let Some(id) = document["id"].as_str().map(str::to_owned) else { return StatusCode::BAD_REQUEST };
    let (done, stored) = oneshot::channel();
    if queue.send(Write { id, body, done }).is_err() {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    if stored.await == Ok(true) { StatusCode::CREATED } else { StatusCode::INTERNAL_SERVER_ERROR }
}

fn commit_all(connection: &Connection, writes: &mpsc::Receiver<Write>) {
    while let Ok(first) = writes.recv_timeout(Duration::MAX) {
        let group: Vec<Write> = std::iter::once(first).chain(writes.try_iter().take(GROUP_MAX - 1)).collect();
        let stored = commit(connection, &group);
        if let Err(error) = &stored {
            eprintln!("limit: {error:#}");
        }
        group.into_iter().for_each(|write| {
            write.done.send(stored.is_ok()).ok();
        });
    }
}

fn commit(connection: &Connection, group: &[Write]) -> anyhow::Result<()> {
    let transaction = connection.unchecked_transaction()?;
    for write in group {
        let sql = "INSERT INTO state (id, document) VALUES (?1, ?2)";
        transaction.prepare_cached(sql)?.execute(params![write.id, &write.body[..]]).context("state")?;
        transaction
            .prepare_cached("INSERT INTO log (body) VALUES (?1)")?
            .execute([&write.body[..]])
            .context("log")?;
    }
    transaction.commit()?;
    Ok(())
}
