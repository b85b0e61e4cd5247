//! Places for those who read streams: each has one as long as its stream is open. Strangers leave a share to those who are known, and
//! from one address they take a few at most.

use std::{collections::HashMap, net::IpAddr, sync::Arc};

use parking_lot::Mutex;
use senne_hub::Principal;
use senne_model::{ErrorKind, Problem};

/// How many streams are open at a time.
const STREAMS_MAX: usize = 1024;

/// How many of them strangers have together.
const OF_STRANGERS_MAX: usize = STREAMS_MAX / 4 * 3;

/// How many of them strangers have from one address.
const OF_ADDRESS_MAX: usize = 64;

/// All places.
#[derive(Default)]
pub(super) struct Places(Arc<Mutex<Taken>>);

/// A place; it is free again when this is dropped.
pub(super) struct Place {
    taken: Arc<Mutex<Taken>>,
    holder: Holder,
}

/// Whom a place is counted for.
#[derive(Clone, Copy)]
enum Holder {
    Known,
    /// Where it is not known from where they come, they count as one.
    Stranger(Option<IpAddr>),
}

#[derive(Default)]
struct Taken {
    all: usize,
    strangers: usize,
    of_addresses: HashMap<Option<IpAddr>, usize>,
}

impl Places {
    /// A place for a caller from an address.
    pub(super) fn take(&self, who: &Principal, from: Option<IpAddr>) -> Result<Place, Problem> {
        let holder = if *who == Principal::Anonymous { Holder::Stranger(from) } else { Holder::Known };
        self.0.lock().take(holder)?;
        Ok(Place { taken: Arc::clone(&self.0), holder })
    }
}

impl Taken {
    fn take(&mut self, holder: Holder) -> Result<(), Problem> {
        if self.all >= STREAMS_MAX {
            return Err(none_left(format!("{STREAMS_MAX} streams are open already; come back later")));
        }
        if let Holder::Stranger(from) = holder {
            const KEY: &str = "or send `Authorization: Bearer` with a key";
            if self.strangers >= OF_STRANGERS_MAX {
                let open = "streams of callers without a key are open already; come back later,";
                return Err(none_left(format!("{OF_STRANGERS_MAX} {open} {KEY}")));
            }
            let own = self.of_addresses.entry(from).or_default();
            if *own >= OF_ADDRESS_MAX {
                let open = "streams are open from this address already; close one,";
                return Err(none_left(format!("{OF_ADDRESS_MAX} {open} {KEY}")));
            }
            *own += 1;
            self.strangers += 1;
        }
        self.all += 1;
        Ok(())
    }

    fn give_back(&mut self, holder: Holder) {
        self.all -= 1;
        if let Holder::Stranger(from) = holder {
            self.strangers -= 1;
            if let Some(own) = self.of_addresses.get_mut(&from) {
                *own -= 1;
                if *own == 0 {
                    self.of_addresses.remove(&from);
                }
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.taken.lock().give_back(self.holder);
    }
}

fn none_left(detail: String) -> Problem {
    Problem::new(ErrorKind::Overloaded, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(n: u8) -> IpAddr {
        IpAddr::from([193, 190, 130, n])
    }

    #[test]
    fn strangers_leave_places_to_those_who_are_known_and_to_one_another() {
        let places = Places::default();
        let known = Principal::Administrator { name: "clerk".to_owned() };
        let stranger = |n: u8| places.take(&Principal::Anonymous, Some(address(n)));
        let mut first: Vec<Place> = (0..OF_ADDRESS_MAX).map(|_| stranger(0).unwrap()).collect();
        let refused = stranger(0).err().unwrap();
        assert_eq!(refused.kind, ErrorKind::Overloaded);
        assert!(refused.detail.contains("from this address") && refused.detail.contains("key"), "{refused}");
        first.pop();
        first.push(stranger(0).unwrap());
        let mut others = Vec::new();
        while let Ok(place) = stranger(1 + (others.len() / OF_ADDRESS_MAX) as u8) {
            others.push(place);
        }
        assert_eq!(first.len() + others.len(), OF_STRANGERS_MAX);
        assert!(stranger(200).is_err());
        let own: Vec<Place> = std::iter::from_fn(|| places.take(&known, Some(address(0))).ok()).collect();
        assert_eq!(own.len(), STREAMS_MAX - OF_STRANGERS_MAX);
        drop((first, others, own));
        let taken = places.0.lock();
        assert_eq!((taken.all, taken.strangers, taken.of_addresses.len()), (0, 0, 0));
    }
}
