//! Typed identifiers. A bare string or integer never stands for one of these.

use std::{borrow::Borrow, fmt, ops::Deref, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{ErrorKind, Problem};

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The text of this identifier.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl Deref for $name {
            type Target = str;
            fn deref(&self) -> &str {
                &self.0
            }
        }
        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&*self.0, f)
            }
        }
    };
}

text_id!(
    /// The identifier of an entity: an absolute IRI (NGSI-LD GS CIM 009 clause 4.6.2), at most 2,048 bytes.
    EntityId
);
text_id!(
    /// The fully expanded name (IRI) of an entity type or of an attribute.
    Name
);
text_id!(
    /// Any other IRI: a data set id, the target of a relationship, an entry of a vocabulary.
    Iri
);
text_id!(
    /// The name of a tenant; the default tenant is `default`.
    TenantName
);

/// The longest identifier that is accepted, in bytes.
const ID_BYTES_MAX: usize = 2048;

impl EntityId {
    /// Checks that `text` is an absolute IRI of at most 2,048 bytes.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        if text.len() > ID_BYTES_MAX {
            return Err(Problem::new(
                ErrorKind::BadRequest,
                format!("the entity id is longer than {ID_BYTES_MAX} bytes"),
            )
            .field("id"));
        }
        if !is_iri(text) {
            return Err(Problem::new(
                ErrorKind::BadRequest,
                format!(
                    "`{}` is not an absolute IRI; write e.g. `urn:ngsi-ld:Device:1`",
                    crate::error::shorten(text)
                ),
            )
            .field("id"));
        }
        Ok(Self(Arc::from(text)))
    }

    /// Takes a text that is known to be an IRI (it was checked when it was stored).
    pub fn trusted(text: &str) -> Self {
        Self(Arc::from(text))
    }
}

impl Name {
    /// Takes an expanded name.
    pub fn new(text: &str) -> Self {
        Self(Arc::from(text))
    }

    /// Where its text stands in memory: names at the same address are the same as long as one of them is kept.
    pub(crate) fn address(&self) -> usize {
        self.0.as_ptr() as usize
    }

    /// The last part of the IRI, after `/` or `#`: what a person would call it when no context says better.
    pub fn local(&self) -> &str {
        self.0.rsplit(['/', '#']).next().unwrap_or(&self.0)
    }
}

impl Iri {
    /// Takes a text that the caller has checked with [`is_iri`].
    pub fn new(text: &str) -> Self {
        Self(Arc::from(text))
    }
}

impl TenantName {
    /// The tenant that is meant when none is named.
    pub const DEFAULT: &'static str = "default";

    /// Checks a tenant name: 1 to 64 characters of `a-z A-Z 0-9 _ -`.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let fits = (1..=64).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        if fits {
            return Ok(Self(Arc::from(text)));
        }
        Err(Problem::new(
            ErrorKind::BadRequest,
            "a tenant name has 1 to 64 characters of a-z, A-Z, 0-9, _ and -",
        )
        .field("NGSILD-Tenant"))
    }

    /// The companion tenant in which Senne keeps its own entities (subscriptions, jobs) for this tenant.
    /// Its name holds a character that [`TenantName::parse`] refuses, so nobody outside can name it.
    pub fn system(&self) -> Self {
        Self(Arc::from(format!("{}~system", self.0)))
    }

    /// Whether this is a companion tenant made by [`TenantName::system`].
    pub fn is_system(&self) -> bool {
        self.0.ends_with("~system")
    }
}

/// What stands between the name of a tenant and the name of a copy of it.
const SNAPSHOT: &str = "~snapshot-";

impl TenantName {
    /// A companion tenant in which a snapshot of this tenant is kept. Like [`TenantName::system`], nobody outside can name it; who may
    /// do what in it is as in the tenant.
    pub fn snapshot(&self, number: u64) -> Self {
        Self(Arc::from(format!("{}{SNAPSHOT}{number:016x}", self.0)))
    }

    /// The companion with this name, when it is one of this tenant.
    pub fn snapshot_named(&self, name: &str) -> Option<Self> {
        let number = name.strip_prefix(&*self.0)?.strip_prefix(SNAPSHOT)?;
        u64::from_str_radix(number, 16).ok().map(|number| self.snapshot(number))
    }

    /// Reads a name as it is kept: of a tenant, or of a companion of one.
    pub fn parse_kept(text: &str) -> Result<Self, Problem> {
        if let Some(owner) = text.strip_suffix("~system") {
            return Self::parse(owner).map(|owner| owner.system());
        }
        let Some((owner, _)) = text.split_once(SNAPSHOT) else { return Self::parse(text) };
        let owner = Self::parse(owner)?;
        owner.snapshot_named(text).ok_or_else(|| {
            Problem::new(
                ErrorKind::BadRequest,
                format!("`{}` names no companion of a tenant", crate::error::shorten(text)),
            )
        })
    }

    /// Whether this is a companion tenant made by [`TenantName::snapshot`].
    pub fn is_snapshot(&self) -> bool {
        self.0.contains(SNAPSHOT)
    }
}

impl Default for TenantName {
    fn default() -> Self {
        Self(Arc::from(Self::DEFAULT))
    }
}

/// The place of a change in the log: 1 is the first; 0 means "before the first".
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChangeNo(pub u64);

impl fmt::Display for ChangeNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Whether `text` has the form of an absolute IRI: a scheme, a colon, something after it, and none of
/// the characters that RFC 3987 excludes (white space, controls, `<>"{}|\^` and back-tick).
pub fn is_iri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let mut letters = scheme.bytes();
    letters.next().is_some_and(|b| b.is_ascii_alphabetic())
        && letters.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
        && !rest.is_empty()
        && !rest.bytes().any(|b| {
            b <= b' '
                || b == 0x7f
                || matches!(b, b'<' | b'>' | b'"' | b'{' | b'}' | b'|' | b'\\' | b'^' | b'`')
        })
        && (rest.is_ascii() || !rest.chars().any(is_unseen))
}

/// Characters that are not seen, or turn what stands beside them: with them two identifiers look alike that are not.
/// IRIs do not hold them (RFC 3987, clauses 2.2 and 4.1).
fn is_unseen(c: char) -> bool {
    let odd = matches!(c,
        '\u{80}'..='\u{a0}' | '\u{ad}' | '\u{115f}' | '\u{1160}' | '\u{1680}' | '\u{180e}'
        | '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{205f}'..='\u{206f}'
        | '\u{2800}' | '\u{3000}' | '\u{3164}' | '\u{fdd0}'..='\u{fdef}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}');
    odd || (c as u32) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iris_are_told_from_words() {
        for good in ["urn:ngsi-ld:Device:1", "https://example.org/a#b", "urn:x:é"] {
            assert!(is_iri(good), "{good}");
        }
        for bad in [
            "",
            "Device",
            "1urn:x",
            "urn:",
            "urn:a b",
            "urn:<x>",
            ":x",
            "urn:a\u{200b}",
            "urn:\u{202e}a",
            "urn:\u{1fffe}",
        ] {
            assert!(!is_iri(bad), "{bad}");
        }
    }

    #[test]
    fn a_system_tenant_cannot_be_named_from_outside() {
        let system = TenantName::default().system();
        assert!(system.is_system());
        assert!(TenantName::parse(&system).is_err());
    }

    #[test]
    fn the_copy_of_a_tenant_is_known_by_its_name_and_to_nobody_outside() {
        let copy = TenantName::default().snapshot(255);
        assert!(copy.is_snapshot() && !copy.is_system() && TenantName::parse(&copy).is_err());
        assert_eq!(TenantName::default().snapshot_named(&copy), Some(copy.clone()));
        assert_eq!(TenantName::parse("other").unwrap().snapshot_named(&copy), None);
        for kept in [copy, TenantName::default(), TenantName::default().system()] {
            assert_eq!(TenantName::parse_kept(&kept).unwrap(), kept);
        }
        assert!(
            TenantName::parse_kept("default~snapshot-x").is_err() && TenantName::parse_kept("a~b").is_err()
        );
    }

    #[test]
    fn the_local_part_of_a_name_is_after_the_last_separator() {
        assert_eq!(Name::new("https://uri.etsi.org/ngsi-ld/default-context/NO2").local(), "NO2");
        assert_eq!(Name::new("https://x.org/v#temperature").local(), "temperature");
    }
}
