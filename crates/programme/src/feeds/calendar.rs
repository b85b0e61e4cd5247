//! Days of a programme as iCalendar (RFC 5545).

use jiff::civil::Date;
use senne_model::Timestamp;

use crate::{
    Programme,
    says::{Language, Speaker},
    types::{Gate, ProjectState, Words, days_after},
};

/// A line holds so many octets at most, without its end (RFC 5545 section 3.1).
const LINE_OCTETS_MOST: usize = 75;

/// Something that happens on whole days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarEvent {
    /// The same for the same event for ever.
    pub uid: String,
    /// The first day.
    pub on: Date,
    /// The last day; the first when it takes one.
    pub until: Date,
    /// What happens.
    pub summary: String,
    /// More about it; may be empty.
    pub description: String,
    /// The identifier of what it is about, from which pages make their address.
    pub about: String,
    /// Where to read more.
    pub url: Option<String>,
    /// Whether it has happened.
    pub done: bool,
}

/// The milestones of projects that are on, and the first and last days of calls, by day and then by identifier. `page` makes the address of
/// the page of a project or call from its identifier.
pub fn calendar_events(
    programme: &Programme,
    language: Language,
    page: impl Fn(&str) -> Option<String>,
) -> Vec<CalendarEvent> {
    let speaker = Speaker::new(programme, language);
    let mut events = Vec::new();
    for project in programme.projects.values() {
        if !matches!(project.state, ProjectState::Chosen | ProjectState::Running | ProjectState::Finished) {
            continue;
        }
        for milestone in programme.milestones.of(&project.id) {
            let day = milestone.done_on.or(milestone.planned_on).or(milestone.baseline_on);
            let Some(on) = day else { continue };
            let name = programme.called(Some(&milestone.name), milestone.id.as_str(), language.tag());
            let gate = match milestone.gate {
                Gate::None => String::new(),
                gate => format!(" ({})", speaker.gate(gate)),
            };
            events.push(CalendarEvent {
                uid: milestone.id.to_string(),
                on,
                until: on,
                summary: format!("{}: {name}{gate}", speaker.project(project)),
                description: String::new(),
                about: project.id.to_string(),
                url: page(project.id.as_str()),
                done: milestone.done_on.is_some(),
            });
        }
    }
    for call in programme.calls.values() {
        let id = call.id.as_str();
        let name = programme.called(Some(&call.name), id, language.tag());
        let description = programme.descriptions.get(id).and_then(|text: &Words| text.get(language.tag()));
        let opens = language.pick("ouverture de l’appel", "opening van de oproep", "call opens");
        let closes = language.pick("clôture de l’appel", "afsluiting van de oproep", "call closes");
        for (end, word, on) in [("opens", opens, call.opens_on), ("closes", closes, call.closes_on)] {
            events.push(CalendarEvent {
                uid: format!("{id}-{end}"),
                on,
                until: on,
                summary: format!("{name}: {word}"),
                description: description.unwrap_or_default().to_owned(),
                about: id.to_owned(),
                url: page(id),
                done: false,
            });
        }
    }
    events.sort_by(|a, b| (a.on, &a.uid).cmp(&(b.on, &b.uid)));
    events
}

/// Events as a calendar called `name`, made at `stamp`. All of them take whole days, which are the same in every zone.
pub fn calendar(name: &str, events: &[CalendarEvent], stamp: Timestamp) -> String {
    let stamp = compact(stamp);
    let mut out = String::new();
    let mut line = |text: String| fold(&mut out, &text);
    line("BEGIN:VCALENDAR".into());
    line("VERSION:2.0".into());
    line("PRODID:-//Senne//Programme//EN".into());
    line("CALSCALE:GREGORIAN".into());
    line("METHOD:PUBLISH".into());
    // No standard names a calendar; this is what programs read.
    line(format!("X-WR-CALNAME:{}", escaped(name)));
    for event in events {
        line("BEGIN:VEVENT".into());
        line(format!("UID:{}", escaped(&event.uid)));
        line(format!("DTSTAMP:{stamp}"));
        line(format!("DTSTART;VALUE=DATE:{}", event.on.strftime("%Y%m%d")));
        // The end is the first day after.
        let after = days_after(event.until.max(event.on), 1);
        line(format!("DTEND;VALUE=DATE:{}", after.strftime("%Y%m%d")));
        line(format!("SUMMARY:{}", escaped(&event.summary)));
        if !event.description.is_empty() {
            line(format!("DESCRIPTION:{}", escaped(&event.description)));
        }
        if let Some(url) = event.url.as_ref().filter(|url| senne_model::is_iri(url)) {
            line(format!("URL:{url}"));
        }
        // A day of a programme keeps nobody busy.
        line("TRANSP:TRANSPARENT".into());
        line("END:VEVENT".into());
    }
    line("END:VCALENDAR".into());
    out
}

/// `20261130T120000Z`.
fn compact(stamp: Timestamp) -> String {
    let text = stamp.to_string();
    let seconds = text.get(..19).unwrap_or_default();
    let digits: String = seconds.chars().filter(|letter| !matches!(letter, '-' | ':')).collect();
    format!("{digits}Z")
}

/// A text value (RFC 5545 section 3.3.11); control characters that it may not hold are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.replace("\r\n", "\n").chars() {
        match letter {
            '\\' | ';' | ',' => {
                out.push('\\');
                out.push(letter);
            }
            '\n' | '\r' => out.push_str("\\n"),
            '\t' => out.push(letter),
            letter if letter.is_control() => {}
            letter => out.push(letter),
        }
    }
    out
}

/// Adds a line, folded between characters where it is too long.
fn fold(out: &mut String, line: &str) {
    let mut octets = 0;
    for letter in line.chars() {
        if octets + letter.len_utf8() > LINE_OCTETS_MOST {
            out.push_str("\r\n ");
            octets = 1;
        }
        out.push(letter);
        octets += letter.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn event(summary: &str) -> CalendarEvent {
        CalendarEvent {
            uid: "urn:ngsi-ld:Milestone:a".into(),
            on: date(2026, 12, 31),
            until: date(2026, 12, 31),
            summary: summary.into(),
            description: String::new(),
            about: "urn:ngsi-ld:Project:a".into(),
            url: Some("https://city.example/p/a".into()),
            done: false,
        }
    }

    fn made(events: &[CalendarEvent]) -> String {
        calendar("Programme", events, Timestamp::parse("2026-11-30T12:00:00.5Z").unwrap())
    }

    #[test]
    fn an_event_takes_a_whole_day() {
        assert_eq!(
            made(&[event("Rue; calme, \\ fin\nici")]),
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Senne//Programme//EN\r\nCALSCALE:GREGORIAN\r\n\
             METHOD:PUBLISH\r\nX-WR-CALNAME:Programme\r\nBEGIN:VEVENT\r\nUID:urn:ngsi-ld:Milestone:a\r\n\
             DTSTAMP:20261130T120000Z\r\nDTSTART;VALUE=DATE:20261231\r\nDTEND;VALUE=DATE:20270101\r\n\
             SUMMARY:Rue\\; calme\\, \\\\ fin\\nici\r\nURL:https://city.example/p/a\r\n\
             TRANSP:TRANSPARENT\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        );
    }

    #[test]
    fn long_lines_fold_between_characters_and_unfold_to_the_same() {
        let summary = "Étape ".repeat(40);
        let text = made(&[event(&summary)]);
        assert!(text.split("\r\n").all(|line| line.len() <= LINE_OCTETS_MOST), "{text}");
        let unfolded = text.replace("\r\n ", "");
        assert!(unfolded.contains(&format!("SUMMARY:{summary}\r\n")));
    }

    #[test]
    fn nothing_breaks_out_of_a_value() {
        let text = made(&[event("a\r\nEND:VCALENDAR\u{7}")]);
        assert!(text.contains("SUMMARY:a\\nEND:VCALENDAR\r\n"));
        let mut odd = event("a");
        odd.url = Some("https://x\r\nATTACH:y".into());
        assert!(!made(&[odd]).contains("ATTACH"));
    }
}
