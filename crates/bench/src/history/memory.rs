//! How much memory this process has.

/// A line of `/proc/self/status`, in MB.
fn megabytes(name: &str) -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? * 1024.0 / 1e6)
}

/// Resident now, in MB.
pub(crate) fn now() -> f64 {
    megabytes("VmRSS").unwrap_or(0.0)
}

/// Resident at most, in MB.
pub(crate) fn most() -> f64 {
    megabytes("VmHWM").unwrap_or(0.0)
}

/// Resident now and at most.
pub(crate) fn describe() -> String {
    format!("memory: {:.0} MB now, {:.0} MB at most", now(), most())
}
