//! Exports in NGSI-LD, with the names of the core context: entities that `POST /entityOperations/upsert` takes again, temporal
//! evolutions that `POST /temporal/entities` takes again, one a line of a JSON array.

use std::{
    io::{BufRead as _, BufReader, Seek as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
};

use anyhow::{Context as _, bail};
use senne_model::Json;

use super::{Part, Source, Target};
use crate::cli::What;

/// Writes the array; gives how many entities it has. Those that are removed while it goes on are left out.
pub(super) async fn write(source: &Source, part: &Part, target: &mut Target) -> anyhow::Result<u64> {
    let mut ids = identifiers(source, part).await?;
    ids.rewind()?;
    let mut count = 0;
    target.write(b"[")?;
    for line in BufReader::new(ids).lines() {
        let row: Json = serde_json::from_str(&line?).context("the list of identifiers")?;
        let id = row.get("id").and_then(Json::as_str).context("a row without an identifier")?;
        let Some(mut stream) = source.ngsi_ld(&path(part, id)).await? else { continue };
        if stream.partial {
            bail!(
                "{id} has more observations than one answer holds, the export would be cut; export it by shorter times with --from and --to"
            );
        }
        let text = stream.all().await?;
        target.write(if count == 0 { b"\n" } else { b",\n" })?;
        target.write(text.trim_ascii())?;
        count += 1;
        target.count(count);
    }
    target.write(if count == 0 { b"]\n" } else { b"\n]\n" })?;
    Ok(count)
}

/// The identifiers of what is asked for, one JSON object a line, in a file that has no name: there may be millions.
async fn identifiers(source: &Source, part: &Part) -> anyhow::Result<std::fs::File> {
    let question = match part.what {
        What::Entities => part.question("id", " ORDER BY id"),
        What::Observations => part.question("DISTINCT entity AS id", " ORDER BY id"),
    };
    let mut file = unnamed()?;
    let mut stream = source.sql(&question, "ndjson").await?;
    while let Some(bytes) = stream.next().await? {
        file.write_all(&bytes)?;
    }
    Ok(file)
}

fn unnamed() -> anyhow::Result<std::fs::File> {
    let path = std::env::temp_dir().join(format!("senne-export-{}", std::process::id()));
    let mut options = std::fs::OpenOptions::new();
    let file = options.read(true).write(true).create_new(true).mode(0o600).open(&path);
    let file = file.with_context(|| path.display().to_string())?;
    std::fs::remove_file(&path).with_context(|| path.display().to_string())?;
    Ok(file)
}

fn path(part: &Part, id: &str) -> String {
    let id = encoded(id);
    if part.what == What::Entities {
        return format!("/entities/{id}");
    }
    let time = match (part.from, part.to) {
        (None, None) => String::new(),
        // `after` takes its own moment along.
        (Some(from), None) => format!("?timerel=after&timeAt={}", encoded(&from.to_string())),
        (None, Some(to)) => format!("?timerel=before&timeAt={}", encoded(&to.to_string())),
        (Some(from), Some(to)) => {
            format!(
                "?timerel=between&timeAt={}&endTimeAt={}",
                encoded(&from.to_string()),
                encoded(&to.to_string())
            )
        }
    };
    format!("/temporal/entities/{id}{time}")
}

/// A text within a path or query (RFC 3986).
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().fold(String::new(), |done, byte| match byte {
        byte if plain(byte) => done + &char::from(byte).to_string(),
        byte => done + &format!("%{byte:02X}"),
    })
}
