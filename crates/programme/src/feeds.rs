//! A programme for other programs: calendars, news and open data.

mod atom;
mod calendar;
mod news;
mod open_data;
mod rows;
mod table;

pub use atom::{AtomEntry, AtomFeed, atom};
pub use calendar::{CalendarEvent, calendar, calendar_events};
pub use news::news;
pub use open_data::open_data;
pub use table::{Cell, Table};
