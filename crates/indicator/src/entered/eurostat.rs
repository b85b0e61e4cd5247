//! The tab-separated files of Eurostat: `freq,unit,geo\TIME_PERIOD`, then one column for each period; flags follow the number.

use super::{AreaCodes, EnteredError, EnteredValue, Given, period, whole};
use crate::Declaration;

pub(super) fn read(
    text: &str,
    declaration: &Declaration,
    areas: AreaCodes<'_>,
    filters: &[(String, String)],
) -> Result<Vec<(usize, EnteredValue)>, EnteredError> {
    let mut lines = text.lines().enumerate();
    let at = |line: usize| move |message: String| EnteredError { line: line + 1, message };
    let header = lines.next().map_or("", |(_, line)| line);
    let mut columns = header.split('\t');
    let dimensions = columns.next().unwrap_or_default().split('\\').next().unwrap_or_default();
    let dimensions: Vec<&str> = dimensions.split(',').map(str::trim).collect();
    let place = |name: &str| dimensions.iter().position(|dimension| dimension.eq_ignore_ascii_case(name));
    let geo = place("geo").ok_or_else(|| at(0)("there is no dimension `geo`".to_owned()))?;
    let mut chosen = Vec::new();
    for (name, wanted) in filters {
        let place =
            place(name).ok_or_else(|| at(0)(format!("there is no dimension `{name}` to choose by")))?;
        chosen.push((place, wanted));
    }
    let periods: Vec<&str> = columns.map(str::trim).collect();
    let mut values = Vec::new();
    for (line, row) in lines.filter(|(_, row)| !row.trim().is_empty()) {
        let mut cells = row.split('\t');
        let codes: Vec<&str> = cells.next().unwrap_or_default().split(',').map(str::trim).collect();
        if chosen.iter().any(|(place, wanted)| codes.get(*place) != Some(&wanted.as_str())) {
            continue;
        }
        // A file has the whole of Europe; only what lies in this city is meant.
        let Some(area) = codes.get(geo).and_then(|code| areas(code)) else { continue };
        for (text, cell) in periods.iter().zip(cells) {
            let mut words = cell.split_whitespace();
            let number = words.next().unwrap_or_default();
            let flags: String = words.collect();
            let given = Given { number, flags: &flags };
            let Some(value) = whole(declaration, &given).map_err(at(line))? else { continue };
            let period = period(declaration, text).map_err(at(line))?;
            values.push((line + 1, EnteredValue { area: area.clone(), period, value }));
        }
    }
    Ok(values)
}
