//! A long list in pages: where one is, and the way to the next.

use crate::{format, words::Words};

/// The pages of a list that has more than one.
pub(crate) struct Pages {
    /// «Page 2 of 7».
    pub(crate) said: String,
    pub(crate) previous: Option<String>,
    pub(crate) next: Option<String>,
}

impl Pages {
    /// Nothing when all stands on one page.
    pub(crate) fn of(
        words: Words,
        page: usize,
        last: usize,
        address: impl Fn(usize) -> String,
    ) -> Option<Self> {
        let said = [page, last].map(|n| format::amount(words.language, n as u64));
        (last > 1).then(|| Self {
            said: words.fill("map.page", said),
            previous: (page > 1).then(|| address(page - 1)),
            next: (page < last).then(|| address(page + 1)),
        })
    }
}

/// The page that is shown, and the last one: of so many things, so many on each.
pub(crate) fn held(page: usize, things: usize, size: usize) -> (usize, usize) {
    let last = things.div_ceil(size.max(1)).max(1);
    (page.clamp(1, last), last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn no_page_lies_beyond_the_last() {
        assert_eq!((held(9, 101, 50), held(0, 0, 50), held(2, 100, 50)), ((3, 3), (1, 1), (2, 2)));
        let words = Words::new(Language::En);
        assert!(Pages::of(words, 1, 1, |n| n.to_string()).is_none());
        let pages = Pages::of(words, 3, 3, |n| n.to_string());
        assert!(pages.is_some_and(|pages| pages.previous.as_deref() == Some("2") && pages.next.is_none()));
    }
}
