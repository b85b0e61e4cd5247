//! Long lists in parts: which part is shown, and the way to the others.

use std::ops::Range;

use super::form::Sent;
use crate::{format, words::Words};

/// Where in a long list the reader is.
#[derive(Debug)]
pub(crate) struct Pages {
    pub(crate) text: String,
    /// Empty on the first.
    pub(crate) previous: String,
    /// Empty on the last.
    pub(crate) next: String,
}

/// The part of `found` things that is shown, `size` at a time, and the way to the others where there are any. `here` is the path of the page
/// with its query; its `page` counts from 1, and what is none is the first.
pub(crate) fn paged(words: Words, here: &str, found: usize, size: usize) -> (Range<usize>, Option<Pages>) {
    let count = found.div_ceil(size.max(1)).max(1);
    let asked: usize = Sent::of_path(here).get("page").parse().unwrap_or(1);
    let page = asked.clamp(1, count);
    let range = (page - 1) * size..(page * size).min(found);
    let said = |number: usize| format::amount(words.language, number as u64);
    let pages = (count > 1).then(|| Pages {
        text: words.fill("map.page", [said(page), said(count)]),
        previous: if page > 1 { at(here, page - 1) } else { String::new() },
        next: if page < count { at(here, page + 1) } else { String::new() },
    });
    (range, pages)
}

/// The same address on another page.
fn at(here: &str, page: usize) -> String {
    let (path, query) = here.split_once('?').unwrap_or((here, ""));
    let others: Vec<&str> =
        query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("page=")).collect();
    let own = format!("page={page}");
    let query: Vec<&str> = others.into_iter().chain([own.as_str()]).collect();
    format!("{path}?{}", query.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn a_part_and_the_way_to_the_others() {
        let words = Words::new(Language::En);
        let (range, pages) = paged(words, "/en/x?sort=a&page=2", 250, 100);
        let pages = pages.unwrap();
        assert_eq!(range, 100..200);
        assert_eq!(
            (pages.previous.as_str(), pages.next.as_str()),
            ("/en/x?sort=a&page=1", "/en/x?sort=a&page=3")
        );
        assert_eq!(pages.text, "Page 2 of 3");
        for wrong in ["0", "-1", "many", "4", "99999999999999999999"] {
            let (range, _) = paged(words, &format!("/en/x?page={wrong}"), 250, 100);
            assert!(range.start <= 200 && range.end <= 250, "{wrong}");
        }
        assert!(paged(words, "/en/x?page=7", 0, 100).1.is_none());
        assert_eq!(paged(words, "/en/x", 3, 100).0, 0..3);
    }
}
