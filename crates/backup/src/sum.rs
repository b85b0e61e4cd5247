//! Checksums: XXH3 with 128 bits, as the names of history's files carry it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use twox_hash::XxHash3_128;

/// The checksum of some bytes; as text 32 hexadecimal digits, small letters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct Sum(pub(crate) u128);

impl Sum {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self(XxHash3_128::oneshot(bytes))
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl FromStr for Sum {
    type Err = String;

    /// Takes the one way of writing it, so that no two texts mean the same.
    fn from_str(text: &str) -> Result<Self, String> {
        let sum = u128::from_str_radix(text, 16).map(Self).map_err(|e| e.to_string())?;
        if sum.to_string() == text { Ok(sum) } else { Err(format!("`{text}` is no checksum")) }
    }
}

impl Serialize for Sum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sum {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Sums up bytes as they pass.
pub(crate) struct Summing {
    sum: XxHash3_128,
    bytes: u64,
}

impl Summing {
    pub(crate) fn new() -> Self {
        Self { sum: XxHash3_128::new(), bytes: 0 }
    }

    pub(crate) fn add(&mut self, bytes: &[u8]) {
        self.sum.write(bytes);
        self.bytes += bytes.len() as u64;
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(crate) fn sum(&self) -> Sum {
        Sum(self.sum.finish_128())
    }
}
