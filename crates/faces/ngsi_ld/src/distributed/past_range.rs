//! What of the past an answer covers that is not all of it: no more than the least that one of several brokers told
//! (clause 6.3.10).

use senne_model::Timestamp;

/// The narrowest of several values of `Content-Range`; with `lastN` they go back from the end. One that cannot be read
/// gives way to one that can.
pub(super) fn narrowest(ranges: Vec<String>, goes_back: bool) -> Option<String> {
    ranges.into_iter().reduce(|one, other| match (end_of(&one), end_of(&other)) {
        (Some(end), Some(new)) if (goes_back && new > end) || (!goes_back && new < end) => other,
        (None, Some(_)) => other,
        _ => one,
    })
}

/// The end of a range such as `date-time 2024-01-01T00:00:00Z-2024-01-02T00:00:00Z/*`.
fn end_of(range: &str) -> Option<Timestamp> {
    let (_, times) = range.split_once(' ')?;
    let (times, _) = times.split_once('/')?;
    let (_, end) = times.split_once("Z-")?;
    Timestamp::parse(end).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_covered_than_everyone_told() {
        let range = |day: u32| format!("date-time 2024-01-01T00:00:00Z-2024-01-0{day}T00:00:00.5Z/*");
        let all = || vec![String::new(), range(4), range(3), range(5)];
        assert_eq!(narrowest(all(), false), Some(range(3)));
        assert_eq!(narrowest(all(), true), Some(range(5)));
        assert_eq!(narrowest(vec!["odd".to_owned(), String::new()], false).as_deref(), Some("odd"));
        assert_eq!(narrowest(Vec::new(), false), None);
    }
}
