//! Division by what makes units comparable: people, area, income.

use crate::{CompositeError, Hierarchy, Table, Value};

/// An indicator that was divided.
#[derive(Clone, Debug, PartialEq)]
pub struct Division {
    /// The indicator.
    pub indicator: String,
    /// By what.
    pub denominator: String,
    /// The units whose value was lost, since the denominator is missing or zero.
    pub lost: Vec<String>,
}

/// What is left after division.
#[derive(Clone, Debug, PartialEq)]
pub struct Denominated {
    /// Units by indicators; those without a denominator are unchanged.
    pub table: Table,
    /// What was divided, in the order of the columns.
    pub record: Vec<Division>,
}

/// Divides each indicator by the denominator that the hierarchy names, unit by unit.
///
/// The unit of a result is that of the indicator by that of the denominator. `denominators` may have other units too, in any order.
///
/// # Errors
/// When a denominator, or a unit of it, is not there.
pub fn denominate(
    table: &Table,
    hierarchy: &Hierarchy,
    denominators: &Table,
) -> Result<Denominated, CompositeError> {
    let mut record = Vec::new();
    let table = table.try_map(|code, column| {
        let element = hierarchy.need(code, "the table")?;
        let Some(by) = &element.denominator else { return Ok(column.to_vec()) };
        let divisor = aligned(table, denominators, by, code)?;
        let mut lost = Vec::new();
        let divided = column.iter().zip(divisor).zip(table.units()).map(|((value, divisor), unit)| {
            let value = (*value)?;
            let quotient = divisor.map(|divisor| value / divisor).filter(|quotient| quotient.is_finite());
            if quotient.is_none() {
                lost.push(unit.clone());
            }
            quotient
        });
        let divided = divided.collect();
        record.push(Division { indicator: code.to_owned(), denominator: by.clone(), lost });
        Ok(divided)
    })?;
    Ok(Denominated { table, record })
}

/// The values of a denominator in the order of the table's units.
fn aligned(table: &Table, denominators: &Table, by: &str, code: &str) -> Result<Vec<Value>, CompositeError> {
    let column = denominators.need(by, &format!("the indicator `{code}`"))?;
    let place = |unit: &String| {
        denominators.place_of_unit(unit).map(|place| column[place]).ok_or_else(|| {
            CompositeError::unknown(format!("the indicator `{code}`, divided by `{by}`,"), unit)
        })
    };
    table.units().iter().map(place).collect()
}
