//! How fast a feed is parsed and mapped on one core, without any sink:
//! `cargo run --release -p senne-intake --example parse_rate -- FOLDER [FEED]…`

use std::{fs::File, io::Read, path::Path, sync::Arc, time::Instant};

use flate2::read::MultiGzDecoder;
use senne_intake::{Feed, PreparedFeed};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| "../shared/data".to_owned());
    let mut feeds: Vec<String> = arguments.collect();
    if feeds.is_empty() {
        feeds = vec!["ixelles-air".to_owned(), "beijing-air".to_owned()];
    }
    for id in feeds {
        match rate(&id, Path::new(&folder)) {
            Some((values, bytes, seconds)) => println!(
                "{id}: {values} values, {:.1} MB in {seconds:.3} s: {:.2} M values/s, {:.0} MB/s",
                bytes as f64 / 1e6,
                values as f64 / seconds / 1e6,
                bytes as f64 / seconds / 1e6
            ),
            None => println!("{id}: skipped, its files are not in {folder}"),
        }
    }
}

/// Values, bytes of text, seconds.
fn rate(id: &str, folder: &Path) -> Option<(u64, u64, f64)> {
    let feed = Arc::new(Feed::builtin(id)?);
    let prepared = PreparedFeed::new(Arc::clone(&feed), folder).ok()?;
    let mut texts = Vec::new();
    for pattern in &feed.files {
        for path in glob::glob(&format!("{}/{pattern}", folder.display())).ok()?.flatten() {
            let mut text = Vec::new();
            let mut file = File::open(&path).ok()?;
            if path.extension().is_some_and(|e| e == "gz") {
                MultiGzDecoder::new(file).read_to_end(&mut text).ok()?;
            } else {
                file.read_to_end(&mut text).ok()?;
            }
            texts.push((path.strip_prefix(folder).ok()?.to_string_lossy().into_owned(), text));
        }
    }
    let bytes = texts.iter().map(|(_, text)| text.len() as u64).sum();
    let start = Instant::now();
    let mut values = 0;
    for (name, text) in texts {
        for row in prepared.parse_all(&name, Box::new(std::io::Cursor::new(text))).flatten() {
            values += row.iter().map(|write| write.attributes.len() as u64).sum::<u64>();
        }
    }
    (bytes > 0).then(|| (values, bytes, start.elapsed().as_secs_f64()))
}
