//! The words that a text may be, where the description of its contract lists them.

use senne_contract::AttributeContract;

use crate::words::Words;

/// Each word with what it means in the language of the visit; none when the description lists none.
pub(in crate::pages::programme) fn known(
    words: Words,
    attribute: &AttributeContract,
) -> Vec<(String, String)> {
    let Some(description) = &attribute.description else { return Vec::new() };
    let english = listed(&description.en);
    let own = listed(description.get(words.language.code()));
    // A translation that lists other words is not one to choose by.
    let same = own.len() == english.len() && own.iter().zip(&english).all(|(a, b)| a.0 == b.0);
    if same { own } else { english }
}

/// `open (ouvert), closed (clos) ou humanCapital.`, also after a few words and a colon.
fn listed(description: &str) -> Vec<(String, String)> {
    let text = description.trim().trim_end_matches('.');
    let text = text.rsplit_once(": ").map_or(text, |(_, list)| list);
    let items: Option<Vec<(String, String)>> = parts(text).into_iter().map(item).collect();
    items.filter(|items| items.len() > 1).unwrap_or_default()
}

/// What stands between commas and before the last «or», but not in brackets.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut from) = (0_usize, 0);
    for (place, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(text.get(from..place).unwrap_or_default());
                from = place + 1;
            }
            _ => {}
        }
    }
    let last = text.get(from..).unwrap_or_default();
    let joint = [" ou ", " of ", " or "].into_iter().find_map(|joint| split_outside(last, joint));
    match joint {
        Some((before, after)) => parts.extend([before, after]),
        None => parts.push(last),
    }
    parts
}

fn split_outside<'a>(text: &'a str, joint: &str) -> Option<(&'a str, &'a str)> {
    let (before, after) = text.rsplit_once(joint)?;
    (before.matches('(').count() == before.matches(')').count()).then_some((before, after))
}

/// A word, and what it means: what stands in brackets, or the word taken apart.
fn item(text: &str) -> Option<(String, String)> {
    let text = text.trim();
    let (word, gloss) = match text.split_once(" (") {
        Some((word, rest)) => (word, Some(rest.strip_suffix(')')?)),
        None => (text, None),
    };
    let plain = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    plain.then(|| (word.to_owned(), gloss.map_or_else(|| apart(word), ToOwned::to_owned)))
}

/// `humanCapital` is `human capital`.
fn apart(word: &str) -> String {
    let mut out = String::with_capacity(word.len() + 2);
    for letter in word.chars() {
        if letter.is_ascii_uppercase() {
            out.push(' ');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(description: &str) -> Vec<String> {
        listed(description).into_iter().map(|(word, means)| format!("{word}={means}")).collect()
    }

    #[test]
    fn words_are_taken_from_lists() {
        assert_eq!(
            told("open (ouvert), mitigated (réduit), occurred (survenu) ou closed (clos)."),
            ["open=ouvert", "mitigated=réduit", "occurred=survenu", "closed=clos"]
        );
        assert_eq!(told("increase or decrease."), ["increase=increase", "decrease=decrease"]);
        assert_eq!(
            told("open, mitigated (beperkt) of humanCapital."),
            ["open=open", "mitigated=beperkt", "humanCapital=human capital"]
        );
        assert_eq!(
            told("Le jugement signé : green (bon), amber (à surveiller) ou red (en danger)."),
            ["green=bon", "amber=à surveiller", "red=en danger"]
        );
        assert_eq!(
            told("none, dpia (data protection impact assessment), accessibility or security.").len(),
            4
        );
    }

    #[test]
    fn sentences_are_no_lists() {
        for text in [
            "A short word, for example region, commune, europe, federal or partner.",
            "SHA-256 of the file, in 64 hexadecimal digits.",
            "The languages of the file, for example en or fr, nl, en.",
            "A colour as #rrggbb.",
            "In the unit of the indicator; always positive, the direction says the rest.",
            "",
            ": ",
            "(, (or (",
        ] {
            assert!(told(text).is_empty(), "{text}");
        }
    }
}
