//! One civil year of a book, and how it is packed for the disk.

use std::{
    collections::{BTreeMap, HashMap},
    io::{Read as _, Write as _},
    sync::Arc,
};

use jiff::{ToSpan as _, civil::Date};
use senne_indicator::{Frequency, Parts, Period, Piece, Pieces, Slice, Status, Value};
use senne_model::EntityId;
use serde::{Deserialize, Serialize};

use crate::{cell::Cell, slot::Slot};

/// A civil year.
pub(crate) type Year = i16;

/// What a packed leaf begins with; another way of packing has another.
const FORM: &[u8] = b"leaf1";
/// The most bytes that a leaf is unpacked to.
const BYTES_MAX: u64 = 1 << 30;
/// Packing must not take longer than asking again: the fastest that still halves it.
const LEVEL: i32 = 1;

/// One year: the parts of each area and base period, and what is published.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Leaf {
    pub(crate) cells: HashMap<Slot, BTreeMap<Period, Cell>>,
    /// Published values whose period begins in the year.
    pub(crate) published: HashMap<(Slot, Period), Value>,
}

/// The year that a period begins in.
pub(crate) fn year_of(period: Period) -> Year {
    period.first().year()
}

/// Why a leaf could not be packed or unpacked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LeafError {
    /// It was cut short, changed, or is of another form.
    #[error("it is damaged or of another form: {0}")]
    Damaged(String),
}

fn damaged(error: impl ToString) -> LeafError {
    LeafError::Damaged(error.to_string())
}

impl Leaf {
    /// How many cells, pieces of them and values it holds.
    pub(crate) fn size(&self) -> usize {
        let of =
            |cells: &BTreeMap<Period, Cell>| cells.values().map(|cell| 1 + cell.pieces.len()).sum::<usize>();
        self.cells.values().map(of).sum::<usize>() + self.published.len()
    }

    /// As bytes, with a checksum.
    pub(crate) fn pack(&self) -> Result<Vec<u8>, LeafError> {
        let mut names = Names::default();
        let mut cells = Vec::with_capacity(self.cells.len());
        for (slot, known) in &self.cells {
            let known = known.iter().map(|(period, cell)| (packed(*period), names.cell(cell)));
            let known = known.collect();
            cells.push((names.slot(slot), known));
        }
        let value = |((slot, period), value): (&(Slot, Period), &Value)| {
            (names.slot(slot), packed(*period), PackedValue::of(value))
        };
        let published = self.published.iter().map(value).collect();
        let packed = PackedLeaf { names: names.list, cells, published };
        let bytes = postcard::to_extend(&packed, Vec::new()).map_err(damaged)?;
        let mut writer = zstd::Encoder::new(FORM.to_vec(), LEVEL).map_err(damaged)?;
        writer.include_checksum(true).map_err(damaged)?;
        writer.write_all(&bytes).map_err(damaged)?;
        writer.finish().map_err(damaged)
    }

    /// From [`Leaf::pack`].
    pub(crate) fn unpack(bytes: &[u8]) -> Result<Self, LeafError> {
        let rest = bytes.strip_prefix(FORM).ok_or_else(|| damaged("it begins otherwise"))?;
        let mut plain = Vec::new();
        zstd::Decoder::new(rest)
            .and_then(|reader| reader.take(BYTES_MAX).read_to_end(&mut plain))
            .map_err(damaged)?;
        let packed: PackedLeaf = postcard::from_bytes(&plain).map_err(damaged)?;
        packed.unpacked().ok_or_else(|| damaged("a name or a period is missing"))
    }
}

/// A period: days since 1970, and the place of its frequency.
type PackedPeriod = (i32, u8);
/// The area, and the dimension and the value of a slice; places among the names.
type PackedSlot = (u32, Option<(u32, u32)>);
/// Count, sum, sum of squares, numerator, denominator.
type PackedParts = [f64; 5];

#[derive(Serialize, Deserialize)]
struct PackedLeaf {
    names: Vec<String>,
    cells: Vec<(PackedSlot, Vec<(PackedPeriod, PackedCell)>)>,
    published: Vec<(PackedSlot, PackedPeriod, PackedValue)>,
}

#[derive(Serialize, Deserialize)]
struct PackedCell {
    parts: PackedParts,
    pieces: Vec<(PackedPiece, PackedParts)>,
    covered: f64,
    given: Option<(f64, f64)>,
    simulated: bool,
}

#[derive(Serialize, Deserialize)]
enum PackedPiece {
    Period(PackedPeriod),
    Cluster(u32),
}

#[derive(Serialize, Deserialize)]
struct PackedValue {
    number: Option<f64>,
    interval: Option<(f64, f64)>,
    coverage: f64,
    status: u8,
    parts: PackedParts,
    simulated: bool,
}

/// Names, each once.
#[derive(Default)]
struct Names {
    list: Vec<String>,
    places: HashMap<String, u32>,
}

impl Names {
    fn place(&mut self, name: &str) -> u32 {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        let place = self.list.len() as u32;
        self.list.push(name.to_owned());
        self.places.insert(name.to_owned(), place);
        place
    }

    fn slot(&mut self, slot: &Slot) -> PackedSlot {
        let slice = slot.slice.as_ref();
        let slice = slice.map(|slice| (self.place(&slice.dimension), self.place(&slice.value)));
        (self.place(slot.area.as_str()), slice)
    }

    fn cell(&mut self, cell: &Cell) -> PackedCell {
        let pieces = cell.pieces.entries().map(|(piece, parts)| {
            let piece = match piece {
                Piece::Period(period) => PackedPiece::Period(packed(*period)),
                Piece::Cluster(name) => PackedPiece::Cluster(self.place(name)),
            };
            (piece, packed_parts(parts))
        });
        PackedCell {
            pieces: pieces.collect(),
            parts: packed_parts(&cell.parts),
            covered: cell.covered,
            given: cell.given,
            simulated: cell.simulated,
        }
    }
}

fn packed(period: Period) -> PackedPeriod {
    let days = period.first().since(Date::constant(1970, 1, 1)).map_or(0, |span| span.get_days());
    let frequency = Frequency::ALL.iter().position(|frequency| *frequency == period.frequency());
    (days, frequency.unwrap_or_default() as u8)
}

fn unpacked((days, frequency): PackedPeriod) -> Option<Period> {
    let first = Date::constant(1970, 1, 1).checked_add(days.days()).ok()?;
    Some(Period::of(first, *Frequency::ALL.get(usize::from(frequency))?))
}

fn packed_parts(parts: &Parts) -> PackedParts {
    [parts.count, parts.sum, parts.sum_of_squares, parts.numerator, parts.denominator]
}

fn unpacked_parts([count, sum, sum_of_squares, numerator, denominator]: PackedParts) -> Parts {
    Parts { count, sum, sum_of_squares, numerator, denominator }
}

impl PackedValue {
    fn of(value: &Value) -> Self {
        Self {
            number: value.number,
            interval: value.interval,
            coverage: value.coverage,
            status: Status::ALL.iter().position(|status| *status == value.status).unwrap_or_default() as u8,
            parts: packed_parts(&value.parts),
            simulated: value.simulated,
        }
    }

    fn unpacked(self) -> Option<Value> {
        Some(Value {
            number: self.number,
            interval: self.interval,
            coverage: self.coverage,
            status: *Status::ALL.get(usize::from(self.status))?,
            parts: unpacked_parts(self.parts),
            simulated: self.simulated,
        })
    }
}

impl PackedLeaf {
    fn unpacked(self) -> Option<Leaf> {
        let names = self.names.into_iter().map(Into::into).collect();
        let mut reader = Reader { names, areas: HashMap::new() };
        let mut leaf = Leaf::default();
        for (slot, cells) in self.cells {
            let slot = reader.slot(slot)?;
            let cells = cells.into_iter().map(|(period, cell)| Some((unpacked(period)?, reader.cell(cell)?)));
            leaf.cells.insert(slot, cells.collect::<Option<_>>()?);
        }
        for (slot, period, value) in self.published {
            leaf.published.insert((reader.slot(slot)?, unpacked(period)?), value.unpacked()?);
        }
        Some(leaf)
    }
}

/// Gives names and areas back, each kept once.
struct Reader {
    names: Vec<Arc<str>>,
    areas: HashMap<u32, EntityId>,
}

impl Reader {
    fn name(&self, place: u32) -> Option<Arc<str>> {
        self.names.get(place as usize).map(Arc::clone)
    }

    fn slot(&mut self, (area, slice): PackedSlot) -> Option<Slot> {
        let name = self.name(area)?;
        let area = self.areas.entry(area).or_insert_with(|| EntityId::trusted(&name)).clone();
        let slice = match slice {
            Some((dimension, value)) => {
                Some(Slice { dimension: self.name(dimension)?, value: self.name(value)? })
            }
            None => None,
        };
        Some(Slot { area, slice })
    }

    fn cell(&self, cell: PackedCell) -> Option<Cell> {
        let mut pieces = Pieces::default();
        for (piece, parts) in cell.pieces {
            let piece = match piece {
                PackedPiece::Period(period) => Piece::Period(unpacked(period)?),
                PackedPiece::Cluster(name) => Piece::Cluster(self.name(name)?),
            };
            pieces.add(piece, unpacked_parts(parts));
        }
        Some(Cell {
            parts: unpacked_parts(cell.parts),
            pieces,
            covered: cell.covered,
            given: cell.given,
            simulated: cell.simulated,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf() -> Leaf {
        let slot = |area: &str, slice: Option<(&str, &str)>| Slot {
            area: EntityId::trusted(area),
            slice: slice.map(|(dimension, value)| Slice { dimension: dimension.into(), value: value.into() }),
        };
        let period = |text: &str| text.parse::<Period>().unwrap();
        let parts = |sum: f64| Parts { count: 3.0, sum, sum_of_squares: sum * sum, ..Parts::default() };
        let mut pieces = Pieces::default();
        pieces.add(Piece::Cluster("urn:station:1".into()), parts(0.1));
        pieces.add(Piece::Period(period("2024-02-29")), parts(1e-300));
        let full = Cell {
            parts: parts(1.0 / 3.0),
            pieces,
            covered: 0.75,
            given: Some((-1.0, f64::INFINITY)),
            simulated: true,
        };
        let value = Value {
            number: Some(0.1 + 0.2),
            interval: Some((0.0, 1.0)),
            coverage: 0.5,
            status: Status::Revised,
            parts: parts(7.0),
            simulated: true,
        };
        let hidden = Value { status: Status::Suppressed, ..Value::default() };
        Leaf {
            cells: HashMap::from([
                (slot("urn:a", None), [(period("1969-12-31"), full.clone())].into()),
                (slot("urn:a", Some(("sex", "F"))), [(period("2024-02-29"), Cell::default())].into()),
                (slot("urn:b", None), BTreeMap::new()),
            ]),
            published: Frequency::ALL
                .into_iter()
                .map(|frequency| Period::of(jiff::civil::date(2024, 12, 31), frequency))
                .map(|period| ((slot("urn:a", None), period), value.clone()))
                .chain([((slot("urn:b", Some(("sex", "F"))), period("2024")), hidden)])
                .collect(),
        }
    }

    #[test]
    fn what_is_packed_comes_back_to_the_last_digit() {
        let leaf = leaf();
        assert_eq!(Leaf::unpack(&leaf.pack().unwrap()).unwrap(), leaf);
        assert_eq!(leaf.size(), 2 + 2 + 6);
    }

    #[test]
    fn what_is_damaged_is_not_taken_for_a_leaf() {
        let good = leaf().pack().unwrap();
        for cut in 0..good.len() {
            assert!(Leaf::unpack(&good[..cut]).is_err(), "cut at {cut}");
        }
        for place in 0..good.len() {
            let mut bad = good.clone();
            bad[place] ^= 0x10;
            if let Ok(found) = Leaf::unpack(&bad) {
                assert_eq!(found, leaf(), "flipped at {place}");
            }
        }
    }
}
