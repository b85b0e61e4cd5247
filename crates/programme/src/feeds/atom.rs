//! What happened, as Atom (RFC 4287).

use senne_model::Timestamp;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtomEntry {
    /// An IRI that is the same for the same entry for ever.
    pub id: String,
    /// What happened, in one line.
    pub title: String,
    /// When it happened.
    pub published: Timestamp,
    /// When what is written of it last changed.
    pub updated: Timestamp,
    /// More about it, as text; may be empty.
    pub summary: String,
    /// Where to read more.
    pub link: Option<String>,
    /// Who did it; must be somebody whose name is public.
    pub author: Option<String>,
    /// What sorts it belongs to: `milestone`, `decision`.
    pub categories: Vec<String>,
}

/// A feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtomFeed {
    /// An IRI that is the same for ever.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Its language, `fr`, `nl` or `en`.
    pub language: &'static str,
    /// Where it lies.
    pub itself: String,
    /// The page that tells the same to people.
    pub page: Option<String>,
    /// Who publishes it; every entry without an author is from them.
    pub author: String,
    /// What happened.
    pub entries: Vec<AtomEntry>,
}

/// The feed as a document, newest first; entries of one moment in the order of their identifiers. An empty feed says that it was last
/// changed at `empty_at`.
pub fn atom(feed: &AtomFeed, empty_at: Timestamp) -> String {
    let mut entries: Vec<&AtomEntry> = feed.entries.iter().collect();
    entries.sort_by(|a, b| b.updated.cmp(&a.updated).then_with(|| a.id.cmp(&b.id)));
    let updated = entries.first().map_or(empty_at, |entry| entry.updated);
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    out.push_str(&format!("<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\n", feed.language));
    element(&mut out, 1, "id", &feed.id);
    element(&mut out, 1, "title", &feed.title);
    element(&mut out, 1, "updated", &updated.to_string());
    link(&mut out, 1, "self", "application/atom+xml", &feed.itself);
    if let Some(page) = &feed.page {
        link(&mut out, 1, "alternate", "text/html", page);
    }
    author(&mut out, 1, &feed.author);
    for entry in entries {
        out.push_str("  <entry>\n");
        element(&mut out, 2, "id", &entry.id);
        element(&mut out, 2, "title", &entry.title);
        element(&mut out, 2, "published", &entry.published.to_string());
        element(&mut out, 2, "updated", &entry.updated.to_string());
        if let Some(name) = &entry.author {
            author(&mut out, 2, name);
        }
        if let Some(to) = &entry.link {
            link(&mut out, 2, "alternate", "text/html", to);
        }
        for category in &entry.categories {
            out.push_str(&format!("    <category term=\"{}\"/>\n", escaped(category)));
        }
        // An entry without content needs a link to one (RFC 4287 section 4.1.1.1), and may have a summary beside it.
        let name = if entry.link.is_some() { "summary" } else { "content" };
        if !entry.summary.is_empty() || entry.link.is_none() {
            element(&mut out, 2, name, &entry.summary);
        }
        out.push_str("  </entry>\n");
    }
    out.push_str("</feed>\n");
    out
}

fn element(out: &mut String, depth: usize, name: &str, text: &str) {
    out.push_str(&format!("{}<{name}>{}</{name}>\n", "  ".repeat(depth), escaped(text)));
}

fn link(out: &mut String, depth: usize, rel: &str, kind: &str, to: &str) {
    let gap = "  ".repeat(depth);
    out.push_str(&format!("{gap}<link rel=\"{rel}\" type=\"{kind}\" href=\"{}\"/>\n", escaped(to)));
}

fn author(out: &mut String, depth: usize, name: &str) {
    let gap = "  ".repeat(depth);
    out.push_str(&format!("{gap}<author><name>{}</name></author>\n", escaped(name)));
}

/// Text for XML 1.0, within elements and attributes; what XML cannot hold at all is left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' => out.push(letter),
            '\r' => out.push_str("&#13;"),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use quick_xml::{Reader, events::Event};

    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn feed() -> AtomFeed {
        let entry = |id: &str, day: &str, title: &str| AtomEntry {
            id: format!("urn:entry:{id}"),
            title: title.into(),
            published: at(day),
            updated: at(day),
            summary: "a < b & c\u{0}".into(),
            link: (id == "1").then(|| "https://city.example/?a=1&b=2".into()),
            author: None,
            categories: vec!["milestone".into()],
        };
        AtomFeed {
            id: "urn:feed".into(),
            title: "Rues \"calmes\"".into(),
            language: "fr",
            itself: "https://city.example/feed".into(),
            page: None,
            author: "Région".into(),
            entries: vec![
                entry("1", "2026-11-01T08:00:00Z", "older"),
                entry("2", "2026-11-02T08:00:00Z", "newer"),
            ],
        }
    }

    #[test]
    fn the_newest_comes_first_and_everything_is_escaped() {
        let text = atom(&feed(), at("2026-01-01T00:00:00Z"));
        assert!(text.find("newer").unwrap() < text.find("older").unwrap());
        assert!(text.contains("<updated>2026-11-02T08:00:00Z</updated>\n  <link rel=\"self\""));
        assert!(text.contains("href=\"https://city.example/?a=1&amp;b=2\""));
        assert!(text.contains("<summary>a &lt; b &amp; c</summary>"));
        assert!(text.contains("<content>a &lt; b &amp; c</content>"));
        assert!(text.contains("<title>Rues &quot;calmes&quot;</title>"));
    }

    #[test]
    fn it_is_whole_xml() {
        let text = atom(&feed(), at("2026-01-01T00:00:00Z"));
        let mut reader = Reader::from_str(&text);
        let mut depth = 0_i32;
        loop {
            match reader.read_event().unwrap() {
                Event::Start(_) => depth += 1,
                Event::End(_) => depth -= 1,
                Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!(depth, 0);
    }

    #[test]
    fn an_empty_feed_has_a_moment_too() {
        let empty = AtomFeed { entries: vec![], ..feed() };
        assert!(atom(&empty, at("2026-01-01T00:00:00Z")).contains("<updated>2026-01-01T00:00:00Z</updated>"));
    }
}
