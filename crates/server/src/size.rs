//! Sizes as people write them.

use senne_hub::HubConfig;

/// The units, in bytes; SI units are powers of 1,000, those with an `i` powers of 1,024 (IEC 80000-13).
const UNITS: [(&str, u64); 9] = [
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("tib", 1 << 40),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("tb", 1_000_000_000_000),
    ("b", 1),
];

/// How much memory Senne may take, in bytes.
pub(crate) fn memory(text: &str) -> Result<usize, String> {
    let bytes = bytes(text)?;
    if bytes < HubConfig::MEMORY_BYTES_MIN {
        return Err(format!("at least {}MiB are needed", HubConfig::MEMORY_BYTES_MIN >> 20));
    }
    Ok(bytes)
}

fn bytes(text: &str) -> Result<usize, String> {
    let lower = text.trim().to_ascii_lowercase();
    let found = UNITS.iter().find_map(|(unit, each)| Some((lower.strip_suffix(unit)?, *each)));
    let (number, each) = found.ok_or("a size is a number with its unit, e.g. 512MiB or 8GiB")?;
    let number: f64 = number.trim().parse().map_err(|_| format!("`{}` is not a number", number.trim()))?;
    let bytes = number * each as f64;
    if !(0.0..=usize::MAX as f64 / 2.0).contains(&bytes) {
        return Err("that is no size of memory".to_owned());
    }
    Ok(bytes as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_their_units() {
        assert_eq!(memory("2GiB"), Ok(2 << 30));
        assert_eq!(memory("1.5 gb"), Ok(1_500_000_000));
        assert_eq!(bytes("10B"), Ok(10));
        assert_eq!(bytes("0.5kib"), Ok(512));
    }

    #[test]
    fn what_is_no_size_is_refused_with_the_remedy() {
        assert!(memory("2000").unwrap_err().contains("512MiB"));
        assert!(memory("64MiB").unwrap_err().contains("256MiB"));
        assert!(memory("xMiB").unwrap_err().contains("`x`"));
        for text in ["-1GiB", "NaNGiB", "infGiB", "1e300TiB", "GiB", ""] {
            memory(text).unwrap_err();
        }
    }
}
