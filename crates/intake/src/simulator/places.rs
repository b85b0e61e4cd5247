//! Streets and squares of Brussels that carry the simulated stations: public facts, to some 100 m.

/// How busy the place is: decides its traffic, and with it its air.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Street {
    /// A main road of two or three lanes in each direction.
    Boulevard,
    /// A road that joins quarters.
    Avenue,
    /// A street where people live.
    Local,
    /// A park: no motor traffic.
    Park,
}

/// One place.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Place {
    /// The NIS code of its commune.
    pub nis: u32,
    /// A short name for identifiers.
    pub key: &'static str,
    /// The French name.
    pub name_fr: &'static str,
    /// The Dutch name.
    pub name_nl: &'static str,
    /// Longitude, latitude (WGS 84).
    pub position: (f64, f64),
    /// How busy it is.
    pub street: Street,
}

use Street::{Avenue, Boulevard, Local, Park};

const fn at(
    nis: u32,
    key: &'static str,
    name_fr: &'static str,
    name_nl: &'static str,
    position: (f64, f64),
    street: Street,
) -> Place {
    Place { nis, key, name_fr, name_nl, position, street }
}

/// The places, by commune; within a commune in the order in which stations are set up.
#[rustfmt::skip]
pub const PLACES: [Place; 116] = [
    at(21001, "aumale", "Rue d'Aumale", "Aumalestraat", (4.3124, 50.8396), Avenue),
    at(21001, "parc-astrid", "Parc Astrid", "Astridpark", (4.2972, 50.8341), Park),
    at(21001, "bizet", "Place Bizet", "Bizetplein", (4.2976, 50.8252), Boulevard),
    at(21001, "vaillance", "Place de la Vaillance", "Dapperheidsplein", (4.3065, 50.8366), Local),
    at(21001, "veeweyde", "Rue de Veeweyde", "Veeweidestraat", (4.3002, 50.8292), Local),
    at(21001, "erasme", "Route de Lennik", "Lennikse Baan", (4.2663, 50.8152), Avenue),
    at(21002, "herrmann-debroux", "Avenue Herrmann-Debroux", "Herrmann-Debrouxlaan", (4.4288, 50.8123), Boulevard),
    at(21002, "transvaal", "Avenue du Parc de Woluwe", "Woluweparklaan", (4.4356, 50.8200), Local),
    at(21002, "delta", "Boulevard du Triomphe", "Triomflaan", (4.4044, 50.8181), Boulevard),
    at(21002, "demey", "Chaussée de Wavre", "Waversesteenweg", (4.4225, 50.8130), Avenue),
    at(21002, "rouge-cloitre", "Rouge-Cloître", "Rood-Klooster", (4.4475, 50.8080), Park),
    at(21003, "schweitzer", "Place Schweitzer", "Schweitzerplein", (4.2970, 50.8645), Avenue),
    at(21003, "hunderenveld", "Hunderenveld", "Hunderenveld", (4.2815, 50.8670), Local),
    at(21003, "gare-berchem", "Chaussée de Gand", "Gentsesteenweg", (4.2905, 50.8660), Boulevard),
    at(21003, "wilder", "Bois du Wilder", "Wilderbos", (4.2885, 50.8705), Park),
    at(21004, "arts-loi", "Carrefour Arts-Loi", "Kruispunt Kunst-Wet", (4.3689, 50.8456), Boulevard),
    at(21004, "parc-de-bruxelles", "Parc de Bruxelles", "Warandepark", (4.3640, 50.8450), Park),
    at(21004, "de-brouckere", "Place De Brouckère", "De Brouckèreplein", (4.3525, 50.8509), Avenue),
    at(21004, "schuman", "Rond-point Schuman", "Schumanplein", (4.3822, 50.8430), Boulevard),
    at(21004, "bockstael", "Place Bockstael", "Bockstaelplein", (4.3474, 50.8776), Avenue),
    at(21004, "sablon", "Place du Grand Sablon", "Grote Zavel", (4.3553, 50.8405), Local),
    at(21004, "heembeek", "Rue de Heembeek", "Heembeekstraat", (4.3772, 50.8872), Local),
    at(21004, "haren", "Rue de Verdun", "Verdunstraat", (4.4200, 50.8920), Local),
    at(21004, "bourse", "Place de la Bourse", "Beursplein", (4.3495, 50.8480), Local),
    at(21004, "louise", "Avenue Louise", "Louizalaan", (4.3590, 50.8320), Boulevard),
    at(21004, "heysel", "Place de Belgique", "Belgiëplein", (4.3390, 50.8990), Avenue),
    at(21004, "poelaert", "Place Poelaert", "Poelaertplein", (4.3530, 50.8365), Avenue),
    at(21005, "montgomery", "Avenue de Tervueren", "Tervurenlaan", (4.4010, 50.8389), Boulevard),
    at(21005, "jourdan", "Place Jourdan", "Jourdanplein", (4.3815, 50.8372), Local),
    at(21005, "la-chasse", "La Chasse", "De Jacht", (4.3895, 50.8332), Avenue),
    at(21005, "thieffry", "Rue Aviateur Thieffry", "Vliegenier Thieffrystraat", (4.3995, 50.8325), Local),
    at(21005, "gare-etterbeek", "Boulevard Louis Schmidt", "Louis Schmidtlaan", (4.3978, 50.8285), Boulevard),
    at(21006, "bordet", "Avenue Jules Bordet", "Jules Bordetlaan", (4.4130, 50.8748), Boulevard),
    at(21006, "place-de-la-paix", "Place de la Paix", "Vredeplein", (4.4010, 50.8769), Local),
    at(21006, "leopold-iii", "Boulevard Léopold III", "Leopold III-laan", (4.4085, 50.8660), Boulevard),
    at(21006, "conscience", "Avenue Henri Conscience", "Hendrik Consciencelaan", (4.3975, 50.8735), Avenue),
    at(21006, "bon-pasteur", "Parc du Bon Pasteur", "Goede Herderpark", (4.4000, 50.8715), Park),
    at(21007, "wiels", "Avenue Van Volxem", "Van Volxemlaan", (4.3263, 50.8242), Avenue),
    at(21007, "parc-de-forest", "Parc de Forest", "Park van Vorst", (4.3375, 50.8215), Park),
    at(21007, "altitude-cent", "Place de l'Altitude Cent", "Hoogte Honderdplein", (4.3363, 50.8165), Avenue),
    at(21007, "saint-denis", "Place Saint-Denis", "Sint-Denijsplein", (4.3183, 50.8110), Local),
    at(21007, "albert", "Avenue Albert", "Albertlaan", (4.3435, 50.8180), Avenue),
    at(21007, "deuxieme-armee", "Boulevard de la Deuxième Armée Britannique", "Britse Tweedelegerlaan", (4.3100, 50.8165), Boulevard),
    at(21008, "charles-quint", "Avenue Charles-Quint", "Keizer Karellaan", (4.3085, 50.8700), Boulevard),
    at(21008, "van-overbeke", "Avenue Van Overbeke", "Van Overbekelaan", (4.3060, 50.8745), Local),
    at(21008, "reine-fabiola", "Place Reine Fabiola", "Koningin Fabiolaplein", (4.3060, 50.8770), Avenue),
    at(21008, "marais", "Marais de Ganshoren", "Moeras van Ganshoren", (4.3020, 50.8800), Park),
    at(21009, "bailli", "Rue du Bailli", "Baljuwstraat", (4.3603, 50.8262), Avenue),
    at(21009, "flagey", "Place Flagey", "Flageyplein", (4.3719, 50.8276), Avenue),
    at(21009, "chatelain", "Place du Châtelain", "Kasteleinsplein", (4.3600, 50.8240), Local),
    at(21009, "porte-de-namur", "Chaussée d'Ixelles", "Elsensesteenweg", (4.3635, 50.8365), Avenue),
    at(21009, "fernand-cocq", "Place Fernand Cocq", "Fernand Cocqplein", (4.3665, 50.8333), Local),
    at(21009, "boulevard-general-jacques", "Boulevard Général Jacques", "Generaal Jacqueslaan", (4.3867, 50.8213), Boulevard),
    at(21009, "cimetiere-ixelles", "Cimetière d'Ixelles", "Begraafplaats van Elsene", (4.3905, 50.8163), Local),
    at(21009, "tenbosch", "Parc Tenbosch", "Tenboschpark", (4.3605, 50.8195), Park),
    at(21010, "miroir", "Place Reine Astrid", "Koningin Astridplein", (4.3240, 50.8712), Avenue),
    at(21010, "parc-roi-baudouin", "Parc Roi Baudouin", "Koning Boudewijnpark", (4.3130, 50.8830), Park),
    at(21010, "woeste", "Avenue Charles Woeste", "Charles Woestelaan", (4.3320, 50.8745), Avenue),
    at(21010, "smet-de-naeyer", "Boulevard de Smet de Naeyer", "De Smet de Naeyerlaan", (4.3325, 50.8785), Boulevard),
    at(21010, "uz-brussel", "Avenue du Laerbeek", "Laarbeeklaan", (4.3114, 50.8865), Local),
    at(21010, "belgica", "Boulevard du Jubilé", "Jubelfeestlaan", (4.3355, 50.8675), Avenue),
    at(21011, "simonis", "Place Eugène Simonis", "Eugène Simonisplein", (4.3302, 50.8634), Boulevard),
    at(21011, "parc-elisabeth", "Parc Élisabeth", "Elisabethpark", (4.3250, 50.8650), Park),
    at(21011, "bastogne", "Avenue de la Basilique", "Basilieklaan", (4.3170, 50.8630), Avenue),
    at(21011, "vanhuffel", "Place Henri Vanhuffel", "Henri Vanhuffelplein", (4.3280, 50.8600), Local),
    at(21012, "leopold-ii", "Boulevard Léopold II", "Leopold II-laan", (4.3390, 50.8605), Boulevard),
    at(21012, "bonnevie", "Parc Bonnevie", "Bonneviepark", (4.3360, 50.8555), Park),
    at(21012, "gare-de-l-ouest", "Chaussée de Ninove", "Ninoofsesteenweg", (4.3235, 50.8478), Avenue),
    at(21012, "osseghem", "Rue Osseghem", "Ossegemstraat", (4.3235, 50.8575), Local),
    at(21012, "place-communale", "Place Communale", "Gemeenteplaats", (4.3390, 50.8550), Local),
    at(21012, "machtens", "Boulevard Edmond Machtens", "Edmond Machtenslaan", (4.3150, 50.8535), Avenue),
    at(21013, "porte-de-hal", "Avenue Henri Jaspar", "Henri Jasparlaan", (4.3450, 50.8321), Boulevard),
    at(21013, "parvis", "Parvis de Saint-Gilles", "Sint-Gillisvoorplein", (4.3446, 50.8300), Local),
    at(21013, "barriere", "Barrière de Saint-Gilles", "Bareel van Sint-Gillis", (4.3442, 50.8270), Avenue),
    at(21013, "ma-campagne", "Chaussée de Charleroi", "Charleroisesteenweg", (4.3530, 50.8262), Avenue),
    at(21013, "gare-du-midi", "Avenue Fonsny", "Fonsnylaan", (4.3375, 50.8352), Boulevard),
    at(21013, "pierre-paulus", "Parc Pierre Paulus", "Pierre Pauluspark", (4.3435, 50.8283), Park),
    at(21014, "madou", "Place Madou", "Madouplein", (4.3694, 50.8492), Boulevard),
    at(21014, "saint-josse", "Place Saint-Josse", "Sint-Joostplein", (4.3744, 50.8499), Local),
    at(21014, "botanique", "Boulevard du Jardin Botanique", "Kruidtuinlaan", (4.3650, 50.8535), Boulevard),
    at(21014, "houwaert", "Place Houwaert", "Houwaertplein", (4.3737, 50.8530), Local),
    at(21014, "armand-steurs", "Square Armand Steurs", "Armand Steurssquare", (4.3808, 50.8512), Park),
    at(21015, "meiser", "Place Général Meiser", "Generaal Meiserplein", (4.3978, 50.8549), Boulevard),
    at(21015, "josaphat", "Parc Josaphat", "Josaphatpark", (4.3850, 50.8615), Park),
    at(21015, "liedts", "Place Liedts", "Liedtsplein", (4.3660, 50.8643), Avenue),
    at(21015, "colignon", "Place Colignon", "Colignonplein", (4.3737, 50.8668), Local),
    at(21015, "dailly", "Place Dailly", "Daillyplein", (4.3877, 50.8527), Avenue),
    at(21015, "verboekhoven", "Place Verboekhoven", "Verboekhovenplein", (4.3759, 50.8712), Avenue),
    at(21015, "diamant", "Boulevard Auguste Reyers", "Auguste Reyerslaan", (4.4015, 50.8500), Boulevard),
    at(21015, "gare-du-nord", "Rue d'Aerschot", "Aarschotstraat", (4.3620, 50.8615), Local),
    at(21016, "vanderkindere", "Place Vanderkindere", "Vanderkindereplein", (4.3482, 50.8132), Avenue),
    at(21016, "wolvendael", "Parc de Wolvendael", "Wolvendaelpark", (4.3450, 50.7990), Park),
    at(21016, "globe", "Chaussée d'Alsemberg", "Alsembergsesteenweg", (4.3369, 50.8002), Avenue),
    at(21016, "saint-job", "Place Saint-Job", "Sint-Jobsplein", (4.3655, 50.7939), Local),
    at(21016, "vivier-d-oie", "Vivier d'Oie", "Diesdelle", (4.3731, 50.7953), Boulevard),
    at(21016, "churchill", "Avenue Winston Churchill", "Winston Churchilllaan", (4.3540, 50.8118), Avenue),
    at(21016, "heros", "Square des Héros", "Heldensquare", (4.3421, 50.8034), Avenue),
    at(21016, "calevoet", "Gare de Calevoet", "Station Kalevoet", (4.3326, 50.7916), Local),
    at(21017, "wiener", "Place Léopold Wiener", "Leopold Wienerplein", (4.4190, 50.7984), Avenue),
    at(21017, "keym", "Place Keym", "Keymplein", (4.4030, 50.8101), Local),
    at(21017, "souverain-boitsfort", "Chaussée de La Hulpe", "Terhulpsesteenweg", (4.4074, 50.7955), Boulevard),
    at(21017, "trois-tilleuls", "Les Trois Tilleuls", "Drie Linden", (4.4119, 50.8027), Local),
    at(21017, "tournay-solvay", "Parc Tournay-Solvay", "Tournay-Solvaypark", (4.4130, 50.7935), Park),
    at(21018, "tomberg", "Place du Tomberg", "Tombergplein", (4.4253, 50.8438), Avenue),
    at(21018, "georges-henri", "Avenue Georges Henri", "Georges Henrilaan", (4.4062, 50.8426), Local),
    at(21018, "roodebeek", "Boulevard de la Woluwe", "Woluwedal", (4.4375, 50.8465), Boulevard),
    at(21018, "gribaumont", "Avenue Slegers", "Slegerslaan", (4.4205, 50.8425), Local),
    at(21018, "alma", "Avenue Emmanuel Mounier", "Emmanuel Mounierlaan", (4.4535, 50.8515), Avenue),
    at(21018, "malou", "Parc Malou", "Maloupark", (4.4405, 50.8440), Park),
    at(21018, "marcel-thiry", "Avenue Marcel Thiry", "Marcel Thirylaan", (4.4396, 50.8556), Avenue),
    at(21019, "square-leopold-ii", "Square Léopold II", "Leopold II-square", (4.4140, 50.8362), Boulevard),
    at(21019, "stockel", "Place Dumon", "Dumonplein", (4.4645, 50.8411), Avenue),
    at(21019, "parc-de-woluwe", "Parc de Woluwe", "Park van Woluwe", (4.4220, 50.8300), Park),
    at(21019, "chien-vert", "Chien Vert", "Groene Hond", (4.4276, 50.8348), Boulevard),
    at(21019, "sainte-alix", "Parvis Sainte-Alix", "Sint-Aleidisvoorplein", (4.4629, 50.8285), Local),
    at(21019, "madoux", "Avenue Madoux", "Madouxlaan", (4.4448, 50.8272), Avenue),
];

/// The places in the order in which a network grows: the first of each commune, the second of each, ….
pub(super) fn spread(fits: impl Fn(&Place) -> bool) -> Vec<&'static Place> {
    let mut ranked: Vec<(usize, &'static Place)> = Vec::with_capacity(PLACES.len());
    for place in PLACES.iter().filter(|p| fits(p)) {
        let rank = ranked.iter().filter(|(_, other)| other.nis == place.nis).count();
        ranked.push((rank, place));
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, place)| place).collect()
}
