//! Units of measurement: UN/CEFACT common codes (UNECE Recommendation 20) with the UCUM code and what
//! pages show.

use crate::Localised;

/// A unit of the table [`Unit::ALL`].
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Unit {
    /// The UN/CEFACT common code, e.g. `GQ`.
    pub code: &'static str,
    /// The UCUM code, e.g. `ug/m3`.
    pub ucum: &'static str,
    /// The symbol that pages show, e.g. `µg/m³`; empty for plain numbers.
    pub symbol: &'static str,
    /// The name in French, Dutch and English.
    names: [&'static str; 3],
    /// The quantity: units of the same one convert into each other.
    quantity: &'static str,
    /// What one of it is in the base unit of its quantity.
    factor: f64,
    /// What is added after the factor, for temperatures.
    offset: f64,
}

const fn unit(
    code: &'static str,
    ucum: &'static str,
    symbol: &'static str,
    names: [&'static str; 3],
    quantity: &'static str,
    factor: f64,
) -> Unit {
    Unit { code, ucum, symbol, names, quantity, factor, offset: 0.0 }
}

impl Unit {
    /// The units that contracts may name.
    pub const ALL: [Self; 46] = [
        unit("C62", "1", "", ["un", "een", "one"], "number", 1.0),
        unit("EUR", "[EUR]", "€", ["euro", "euro", "euro"], "money", 1.0),
        unit("P1", "%", "%", ["pour cent", "procent", "per cent"], "number", 0.01),
        unit(
            "59",
            "[ppm]",
            "ppm",
            ["partie par million", "deel per miljoen", "part per million"],
            "number",
            1e-6,
        ),
        unit(
            "61",
            "[ppb]",
            "ppb",
            ["partie par milliard", "deel per miljard", "part per billion"],
            "number",
            1e-9,
        ),
        unit(
            "GQ",
            "ug/m3",
            "µg/m³",
            ["microgramme par mètre cube", "microgram per kubieke meter", "microgram per cubic metre"],
            "concentration",
            1.0,
        ),
        unit(
            "GP",
            "mg/m3",
            "mg/m³",
            ["milligramme par mètre cube", "milligram per kubieke meter", "milligram per cubic metre"],
            "concentration",
            1e3,
        ),
        unit(
            "A93",
            "g/m3",
            "g/m³",
            ["gramme par mètre cube", "gram per kubieke meter", "gram per cubic metre"],
            "concentration",
            1e6,
        ),
        unit("CEL", "Cel", "°C", ["degré Celsius", "graad Celsius", "degree Celsius"], "temperature", 1.0),
        Self {
            code: "KEL",
            ucum: "K",
            symbol: "K",
            names: ["kelvin", "kelvin", "kelvin"],
            quantity: "temperature",
            factor: 1.0,
            offset: -273.15,
        },
        Self {
            code: "FAH",
            ucum: "[degF]",
            symbol: "°F",
            names: ["degré Fahrenheit", "graad Fahrenheit", "degree Fahrenheit"],
            quantity: "temperature",
            factor: 5.0 / 9.0,
            offset: -160.0 / 9.0,
        },
        unit("PAL", "Pa", "Pa", ["pascal", "pascal", "pascal"], "pressure", 1.0),
        unit("A97", "hPa", "hPa", ["hectopascal", "hectopascal", "hectopascal"], "pressure", 100.0),
        unit("MBR", "mbar", "mbar", ["millibar", "millibar", "millibar"], "pressure", 100.0),
        unit("KPA", "kPa", "kPa", ["kilopascal", "kilopascal", "kilopascal"], "pressure", 1000.0),
        unit(
            "MTS",
            "m/s",
            "m/s",
            ["mètre par seconde", "meter per seconde", "metre per second"],
            "speed",
            1.0,
        ),
        unit(
            "KMH",
            "km/h",
            "km/h",
            ["kilomètre par heure", "kilometer per uur", "kilometre per hour"],
            "speed",
            1.0 / 3.6,
        ),
        unit("KNT", "[kn_i]", "kn", ["nœud", "knoop", "knot"], "speed", 1852.0 / 3600.0),
        unit(
            "HM",
            "[mi_i]/h",
            "mph",
            ["mille par heure", "mijl per uur", "mile per hour"],
            "speed",
            0.447_04,
        ),
        unit("DD", "deg", "°", ["degré", "graad", "degree"], "angle", 1.0),
        unit("C81", "rad", "rad", ["radian", "radiaal", "radian"], "angle", 57.295_779_513_082_32),
        unit("MMT", "mm", "mm", ["millimètre", "millimeter", "millimetre"], "length", 1e-3),
        unit("CMT", "cm", "cm", ["centimètre", "centimeter", "centimetre"], "length", 1e-2),
        unit("MTR", "m", "m", ["mètre", "meter", "metre"], "length", 1.0),
        unit("KMT", "km", "km", ["kilomètre", "kilometer", "kilometre"], "length", 1e3),
        unit("MTK", "m2", "m²", ["mètre carré", "vierkante meter", "square metre"], "area", 1.0),
        unit("HAR", "har", "ha", ["hectare", "hectare", "hectare"], "area", 1e4),
        unit(
            "KMK",
            "km2",
            "km²",
            ["kilomètre carré", "vierkante kilometer", "square kilometre"],
            "area",
            1e6,
        ),
        unit("MTQ", "m3", "m³", ["mètre cube", "kubieke meter", "cubic metre"], "volume", 1.0),
        unit("LTR", "L", "l", ["litre", "liter", "litre"], "volume", 1e-3),
        unit(
            "MQS",
            "m3/s",
            "m³/s",
            ["mètre cube par seconde", "kubieke meter per seconde", "cubic metre per second"],
            "flow",
            1.0,
        ),
        unit("SEC", "s", "s", ["seconde", "seconde", "second"], "time", 1.0),
        unit("MIN", "min", "min", ["minute", "minuut", "minute"], "time", 60.0),
        unit("HUR", "h", "h", ["heure", "uur", "hour"], "time", 3600.0),
        unit("DAY", "d", "d", ["jour", "dag", "day"], "time", 86_400.0),
        unit("KGM", "kg", "kg", ["kilogramme", "kilogram", "kilogram"], "mass", 1.0),
        unit("TNE", "t", "t", ["tonne", "ton", "tonne"], "mass", 1e3),
        unit("WTT", "W", "W", ["watt", "watt", "watt"], "power", 1.0),
        unit("KWT", "kW", "kW", ["kilowatt", "kilowatt", "kilowatt"], "power", 1e3),
        unit("KWH", "kW.h", "kWh", ["kilowattheure", "kilowattuur", "kilowatt hour"], "energy", 1.0),
        unit("MWH", "MW.h", "MWh", ["mégawattheure", "megawattuur", "megawatt hour"], "energy", 1e3),
        unit(
            "D54",
            "W/m2",
            "W/m²",
            ["watt par mètre carré", "watt per vierkante meter", "watt per square metre"],
            "irradiance",
            1.0,
        ),
        unit("VLT", "V", "V", ["volt", "volt", "volt"], "voltage", 1.0),
        unit("2N", "dB", "dB", ["décibel", "decibel", "decibel"], "level", 1.0),
        unit("LUX", "lx", "lx", ["lux", "lux", "lux"], "illuminance", 1.0),
        unit("HTZ", "Hz", "Hz", ["hertz", "hertz", "hertz"], "frequency", 1.0),
    ];

    /// The unit with a UN/CEFACT code.
    pub fn find(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.code == code)
    }

    /// Its name in the three languages.
    pub fn name(&self) -> Localised {
        let [fr, nl, en] = self.names.map(str::to_owned);
        Localised { fr, nl, en, de: None }
    }

    /// How a number in this unit becomes one in `other`: multiply by the first, add the second.
    /// `None` when the quantities differ.
    pub fn conversion_to(&self, other: &Self) -> Option<(f64, f64)> {
        (self.quantity == other.quantity)
            .then(|| (self.factor / other.factor, (self.offset - other.offset) / other.factor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_stand_once() {
        for unit in Unit::ALL {
            assert_eq!(Unit::ALL.iter().filter(|u| u.code == unit.code).count(), 1, "{}", unit.code);
        }
    }

    #[test]
    fn units_of_one_quantity_convert() {
        let convert = |value: f64, from: &str, to: &str| {
            let (factor, add) = Unit::find(from).unwrap().conversion_to(&Unit::find(to).unwrap())?;
            Some((value * factor + add) * 1e6).map(|v| v.round() / 1e6)
        };
        assert_eq!(convert(0.04, "GP", "GQ"), Some(40.0));
        assert_eq!(convert(98.6, "FAH", "CEL"), Some(37.0));
        assert_eq!(convert(0.0, "CEL", "FAH"), Some(32.0));
        assert_eq!(convert(300.0, "KEL", "CEL"), Some(26.85));
        assert_eq!(convert(36.0, "KMH", "MTS"), Some(10.0));
        assert_eq!(convert(84.0, "P1", "C62"), Some(0.84));
        assert_eq!(convert(1.0, "GQ", "CEL"), None);
    }
}
