//! Why a method was chosen, for people.

use senne_impact::Reason;

use crate::Wording;

/// The reason in each language.
pub(crate) fn why(reason: Reason) -> Wording {
    let [en, fr, nl] = match reason {
        Reason::DrawnByLot => [
            "it was drawn by lot who is treated",
            "les unités traitées ont été tirées au sort",
            "het lot bepaalde wie behandeld wordt",
        ],
        Reason::DecidedByThreshold => [
            "a threshold decides who is treated",
            "un seuil détermine qui est traité",
            "een drempelwaarde bepaalt wie behandeld wordt",
        ],
        Reason::DifferentStarts => [
            "units begin at different times, and there are units to compare with",
            "les unités commencent à des dates différentes et des unités de comparaison existent",
            "de eenheden starten op verschillende momenten en er zijn vergelijkingseenheden",
        ],
        Reason::FewTreatedWithDonors => [
            "few units are treated, with a long past and enough donors",
            "peu d’unités sont traitées, avec un long historique et assez d’unités de comparaison",
            "weinig eenheden zijn behandeld, met een lange voorgeschiedenis en voldoende vergelijkingseenheden",
        ],
        Reason::OneStartWithDonors => [
            "units begin at one time, and there are donors",
            "toutes les unités commencent à la même date et des unités de comparaison existent",
            "alle eenheden starten op hetzelfde moment en er zijn vergelijkingseenheden",
        ],
        Reason::NoDonorsButSeries => [
            "there are no donors, but series that the project does not touch",
            "il n’y a pas d’unités de comparaison, mais bien des séries que le projet ne touche pas",
            "er zijn geen vergelijkingseenheden, wel reeksen waarop het project geen invloed heeft",
        ],
        Reason::NothingToCompare => [
            "there is nothing to compare with but the series' own past",
            "la série ne peut être comparée qu’à son propre passé",
            "de reeks is enkel met haar eigen verleden te vergelijken",
        ],
        Reason::ShortPast => [
            "there are too few times before the treatment to see a trend",
            "trop peu de périodes précèdent le projet pour dégager une tendance",
            "er zijn te weinig perioden vóór het project om een trend te zien",
        ],
        Reason::PlainTwoWayMisleads => [
            "plain two-way fixed effects would take treated units for untreated",
            "une double différence simple prendrait pour témoins des unités déjà traitées",
            "een gewone dubbele verschilschatting zou behandelde eenheden als controle gebruiken",
        ],
        Reason::PlacebosTellChance => [
            "few units are treated, so that only placebos among the others tell how large chance is",
            "peu d’unités sont touchées : seuls des placebos parmi les autres disent l’ampleur du hasard",
            "er zijn weinig behandelde eenheden: alleen placebo’s onder de andere zeggen hoe groot het toeval is",
        ],
    };
    Wording::fixed(en, fr, nl)
}
