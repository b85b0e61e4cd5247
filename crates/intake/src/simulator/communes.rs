//! The 19 communes of the Brussels-Capital Region: public facts, written down.
//!
//! NIS codes and names: Statbel (REFNIS). Population: Statbel, 1 January 2020, all 19 adding up to
//! 1,218,255. Area: land registry. Position: the town hall; the historic building where the services have
//! since moved elsewhere.

/// The day for which the populations are stated.
pub(crate) const POPULATION_DAY: &str = "2020-01-01T00:00:00+01:00";

/// One commune.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Commune {
    /// The NIS code, e.g. 21009.
    pub nis: u32,
    /// The French name.
    pub name_fr: &'static str,
    /// The Dutch name.
    pub name_nl: &'static str,
    /// Inhabitants on 1 January 2020 (Statbel).
    pub population: u32,
    /// Area in km² (land registry).
    pub area_km2: f64,
    /// Where its town hall stands: longitude, latitude (WGS 84).
    pub town_hall: (f64, f64),
}

const fn commune(
    nis: u32,
    name_fr: &'static str,
    name_nl: &'static str,
    population: u32,
    area_km2: f64,
    town_hall: (f64, f64),
) -> Commune {
    Commune { nis, name_fr, name_nl, population, area_km2, town_hall }
}

/// All 19, by NIS code.
pub const COMMUNES: [Commune; 19] = [
    commune(21001, "Anderlecht", "Anderlecht", 120_887, 17.74, (4.3288, 50.8411)),
    commune(21002, "Auderghem", "Oudergem", 34_404, 9.03, (4.4270, 50.8146)),
    commune(21003, "Berchem-Sainte-Agathe", "Sint-Agatha-Berchem", 25_502, 2.95, (4.2938, 50.8650)),
    commune(21004, "Bruxelles", "Brussel", 185_103, 32.61, (4.3524, 50.8466)),
    commune(21005, "Etterbeek", "Etterbeek", 48_473, 3.15, (4.3890, 50.8340)),
    commune(21006, "Evere", "Evere", 42_656, 5.02, (4.4035, 50.8722)),
    commune(21007, "Forest", "Vorst", 56_581, 6.25, (4.3190, 50.8122)),
    commune(21008, "Ganshoren", "Ganshoren", 25_234, 2.46, (4.3096, 50.8705)),
    commune(21009, "Ixelles", "Elsene", 87_632, 6.34, (4.3668, 50.8330)),
    commune(21010, "Jette", "Jette", 52_728, 5.04, (4.3243, 50.8768)),
    commune(21011, "Koekelberg", "Koekelberg", 21_959, 1.17, (4.3283, 50.8606)),
    commune(21012, "Molenbeek-Saint-Jean", "Sint-Jans-Molenbeek", 97_979, 5.89, (4.3387, 50.8546)),
    commune(21013, "Saint-Gilles", "Sint-Gillis", 49_678, 2.52, (4.3455, 50.8249)),
    commune(21014, "Saint-Josse-ten-Noode", "Sint-Joost-ten-Node", 27_497, 1.14, (4.3695, 50.8512)),
    commune(21015, "Schaerbeek", "Schaarbeek", 132_799, 8.14, (4.3733, 50.8672)),
    commune(21016, "Uccle", "Ukkel", 83_980, 22.91, (4.3336, 50.8036)),
    commune(21017, "Watermael-Boitsfort", "Watermaal-Bosvoorde", 25_332, 12.93, (4.4160, 50.7990)),
    commune(21018, "Woluwe-Saint-Lambert", "Sint-Lambrechts-Woluwe", 57_712, 7.22, (4.4268, 50.8448)),
    commune(21019, "Woluwe-Saint-Pierre", "Sint-Pieters-Woluwe", 42_119, 8.85, (4.4280, 50.8340)),
];

impl Commune {
    /// The commune with this NIS code.
    pub fn by_nis(nis: u32) -> Option<&'static Self> {
        COMMUNES.iter().find(|c| c.nis == nis)
    }

    /// The id of its entity, e.g. `urn:ngsi-ld:AdministrativeArea:BE:21009`; the feed of the real
    /// boundaries writes to the same one.
    pub fn entity(&self) -> String {
        format!("urn:ngsi-ld:AdministrativeArea:BE:{}", self.nis)
    }
}
