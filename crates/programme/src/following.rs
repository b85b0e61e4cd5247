//! How chosen projects fare: what the figures say beside what people sign, and who is to be reminded of what.

mod confidence;
mod notices;
mod portfolio;
mod progress;

pub use confidence::{Confidence, ConfidenceLimits, Followed, Reason, confidence};
pub use notices::{Due, DueKind, Notice, NoticeKind, NoticeLimits, Watched, dues, notices};
pub use portfolio::{Held, Portfolio, PortfolioLimits, Share, portfolio};
pub use progress::{Progress, progress};
