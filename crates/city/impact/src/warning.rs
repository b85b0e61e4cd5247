//! What could be wrong with an estimate, for people: one function a warning, each in every language.

use senne_impact::StatisticsError;

use crate::{
    Wording,
    sentence::{Language, figure},
    wording::cause,
};

use Language::{Dutch, English, French};

/// A warning that ends with why statistics could not answer.
fn because(error: &StatisticsError, en: &str, fr: &str, nl: &str) -> Wording {
    let why = cause(error);
    Wording {
        en: format!("{en}: {}", why.en),
        fr: format!("{fr} : {}", why.fr),
        nl: format!("{nl}: {}", why.nl),
    }
}

pub(crate) fn no_error(error: &StatisticsError) -> Wording {
    because(
        error,
        "there is no standard error",
        "l’erreur type n’a pu être calculée",
        "de standaardfout kon niet worden berekend",
    )
}

pub(crate) fn neighbours_unknown(error: &StatisticsError) -> Wording {
    because(
        error,
        "what neighbours feel cannot be told",
        "l’effet sur le voisinage n’a pu être estimé",
        "het effect op de omgeving kon niet worden geschat",
    )
}

pub(crate) fn past_not_taken_out(error: &StatisticsError) -> Wording {
    because(
        error,
        "what was known before is not taken out",
        "l’estimation n’est pas corrigée des caractéristiques connues avant le projet",
        "de schatting is niet gecorrigeerd voor wat vóór het project bekend was",
    )
}

pub(crate) fn group_left_out(group: &str, time: &str, error: &StatisticsError) -> Wording {
    because(
        error,
        &format!("group {group} at {time} is left out"),
        &format!("le groupe {group} à la date {time} est écarté"),
        &format!("groep {group} op {time} is weggelaten"),
    )
}

pub(crate) fn negative_weights(sum: f64) -> Wording {
    Wording::each(|language| {
        let sum = figure(sum, language);
        match language {
            English => format!(
                "weights below zero sum to {sum}: what would have been is told from far outside the donors"
            ),
            French => format!(
                "les poids négatifs totalisent {sum} : la situation sans projet est extrapolée bien au-delà des unités de comparaison"
            ),
            Dutch => format!(
                "de negatieve gewichten tellen op tot {sum}: de situatie zonder het project is ver buiten de vergelijkingseenheden geëxtrapoleerd"
            ),
        }
    })
}

/// A part of a two-way estimate, from 0 to 1, and what that part alone says.
pub(crate) fn treated_as_untreated(weight: f64, says: f64) -> Wording {
    Wording::each(|language| {
        let (part, says) = (format!("{:.0}", weight * 100.0), figure(says, language));
        match language {
            English => format!(
                "{part} % of this estimate takes units that are treated already for untreated (their part says {says}); \
                 where effects grow or differ, ask callaway-santanna"
            ),
            French => format!(
                "{part} % de cette estimation prennent pour témoins des unités déjà traitées (cette part donne {says}) ; \
                 si les effets évoluent ou diffèrent d’une unité à l’autre, utilisez callaway-santanna"
            ),
            Dutch => format!(
                "{part} % van deze schatting gebruikt reeds behandelde eenheden als controle (dat deel geeft {says}); \
                 gebruik callaway-santanna als effecten groeien of tussen eenheden verschillen"
            ),
        }
    })
}

pub(crate) fn few_drawn() -> Wording {
    Wording::fixed(
        "few units were drawn: rely on the chance by lots drawn again",
        "peu d’unités ont été tirées au sort : fiez-vous à la probabilité obtenue en répétant le tirage",
        "er zijn weinig eenheden geloot: ga uit van de kans die uit herhaalde lotingen volgt",
    )
}

pub(crate) fn no_other_series() -> Wording {
    Wording::fixed(
        "without a series that the project does not touch, whatever else happened counts as its effect",
        "sans série que le projet ne touche pas, tout autre événement est compté comme un effet du projet",
        "zonder een reeks waarop het project geen invloed heeft, telt al wat verder gebeurde mee als effect",
    )
}

pub(crate) fn nothing_compared() -> Wording {
    Wording::fixed(
        "nothing is compared with: whatever else began at that time counts as the effect",
        "il n’y a pas de comparaison : tout ce qui a commencé au même moment est compté comme un effet du projet",
        "er is geen vergelijking: al wat op hetzelfde moment begon, telt mee als effect",
    )
}

pub(crate) fn newey_west() -> Wording {
    Wording::fixed(
        "Newey–West intervals of an interrupted series are too narrow (they held 87 % instead of 95 % in trials); the usual errors allow for memory",
        "les intervalles de Newey–West d’une série interrompue sont trop étroits (87 % au lieu de 95 % lors d’essais) ; les erreurs par défaut tiennent compte de l’autocorrélation",
        "Newey-West-intervallen van een onderbroken reeks zijn te smal (87 % in plaats van 95 % bij proeven); de standaardfouten houden rekening met autocorrelatie",
    )
}

/// Columns that were given and that the method does not look at.
pub(crate) fn not_used(columns: &str) -> Wording {
    Wording {
        en: format!("this method does not use {columns}: the estimate is the same without"),
        fr: format!("cette méthode n’utilise pas {columns} : l’estimation serait la même sans"),
        nl: format!("deze methode gebruikt {columns} niet: zonder is de schatting dezelfde"),
    }
}

/// Times since treatment that others explain.
pub(crate) fn steps_left_out(steps: &str) -> Wording {
    Wording {
        en: format!(
            "effects {steps} after treatment cannot be told beside the others and are left out; where no unit is never treated the others \
             may then be a trend alone: ask callaway-santanna with not-yet-treated units"
        ),
        fr: format!(
            "les effets au pas {steps} après le traitement ne se distinguent pas des autres et sont écartés ; si aucune unité n’est jamais \
             traitée, les autres peuvent n’être qu’une tendance : utilisez callaway-santanna avec les unités pas encore traitées"
        ),
        nl: format!(
            "effecten op stap {steps} na de behandeling zijn niet van de andere te onderscheiden en zijn weggelaten; als elke eenheid ooit \
             behandeld wordt, kunnen de andere louter een trend zijn: gebruik callaway-santanna met nog niet behandelde eenheden"
        ),
    }
}

/// The group treated last stands for units that are never treated.
pub(crate) fn last_group_compared(group: &str) -> Wording {
    Wording {
        en: format!(
            "every unit is treated in the end: those treated last ({group}) stand for the untreated, and effects are told up to then only"
        ),
        fr: format!(
            "toutes les unités finissent par être traitées : les dernières ({group}) tiennent lieu de témoins, et les effets ne sont mesurés que jusque-là"
        ),
        nl: format!(
            "alle eenheden worden uiteindelijk behandeld: de laatste ({group}) dienen als controle, en effecten zijn alleen tot dan gemeten"
        ),
    }
}

pub(crate) fn uneven_steps() -> Wording {
    Wording::fixed(
        "times are missing from the series: its steps are counted as if they were not, which shifts trend, season and memory",
        "il manque des dates dans la série : les pas sont comptés comme si elles se suivaient, ce qui décale tendance, saisons et autocorrélation",
        "er ontbreken tijdstippen in de reeks: de stappen zijn geteld alsof ze op elkaar volgen, wat trend, seizoen en autocorrelatie verschuift",
    )
}

/// A group of one treated unit.
pub(crate) fn lone_group() -> Wording {
    Wording::fixed(
        "a group is a single unit: its spread is taken from units that are never treated",
        "un groupe ne compte qu’une unité : sa dispersion est reprise des unités jamais traitées",
        "een groep telt maar één eenheid: haar spreiding is overgenomen van de nooit behandelde eenheden",
    )
}

pub(crate) fn residuals_remember(autocorrelation: f64) -> Wording {
    Wording::each(|language| {
        let memory = figure(autocorrelation, language);
        match language {
            English => format!("residuals remember (autocorrelation {memory}): intervals are too narrow"),
            French => format!("les résidus sont autocorrélés ({memory}) : les intervalles sont trop étroits"),
            Dutch => {
                format!("de residuen zijn gecorreleerd in de tijd ({memory}): de intervallen zijn te smal")
            }
        }
    })
}

pub(crate) fn not_alike_before(p: f64) -> Wording {
    Wording::each(|language| {
        let p = figure(p, language);
        match language {
            English => {
                format!("before treatment the groups did not run alike (p {p}): trends may not be parallel")
            }
            French => format!(
                "avant le projet, les groupes n’évoluaient pas de la même façon (p {p}) : les tendances pourraient ne pas être parallèles"
            ),
            Dutch => format!(
                "vóór het project liepen de groepen niet gelijk (p {p}): de trends zijn mogelijk niet evenwijdig"
            ),
        }
    })
}

pub(crate) fn at_the_threshold_only() -> Wording {
    Wording::fixed(
        "the effect is that at the threshold; further from it, it may be another",
        "l’effet mesuré est celui au seuil ; il peut être différent plus loin",
        "dit is het effect aan de drempel; verder ervan kan het anders zijn",
    )
}

pub(crate) fn weak_threshold() -> Wording {
    Wording::fixed(
        "the threshold hardly changes who is treated: the estimate is not to be relied on",
        "le seuil ne change guère qui est traité : l’estimation n’est pas fiable",
        "de drempel bepaalt nauwelijks wie behandeld wordt: de schatting is niet betrouwbaar",
    )
}

pub(crate) fn heaped() -> Wording {
    Wording::fixed(
        "many units share their running values: the threshold is not approached smoothly",
        "beaucoup d’unités partagent la même valeur de la variable d’assignation : le seuil n’est pas approché de façon continue",
        "veel eenheden delen dezelfde waarde van de toewijzingsvariabele: de drempel wordt niet geleidelijk benaderd",
    )
}

pub(crate) fn sorted_at_threshold(p: f64) -> Wording {
    Wording::each(|language| {
        let p = figure(p, language);
        match language {
            English => format!(
                "more units lie on one side of the threshold than on the other (p {p}): some may have placed themselves"
            ),
            French => format!(
                "les unités sont plus nombreuses d’un côté du seuil que de l’autre (p {p}) : certaines ont pu se placer elles-mêmes"
            ),
            Dutch => format!(
                "aan de ene kant van de drempel liggen meer eenheden dan aan de andere (p {p}): sommige plaatsten zich mogelijk zelf"
            ),
        }
    })
}

pub(crate) fn jumps_elsewhere(at: f64, p: f64) -> Wording {
    Wording::each(|language| {
        let (at, p) = (figure(at, language), figure(p, language));
        match language {
            English => format!("at {at}, where nothing is decided, the outcome jumps too (p {p})"),
            French => format!("à {at}, où rien ne se décide, le résultat saute également (p {p})"),
            Dutch => format!("bij {at}, waar niets wordt beslist, verspringt de uitkomst ook (p {p})"),
        }
    })
}

pub(crate) fn trends_break_at(bound: f64) -> Wording {
    Wording::each(|language| {
        let bound = figure(bound, language);
        match language {
            English => format!(
                "if the difference of trends grew after treatment by more than {bound} times the most that it did before, \
                 the effect could be none (Rambachan and Roth 2023)"
            ),
            French => format!(
                "si l’écart entre les tendances s’est creusé, après le début du projet, de plus de {bound} fois son maximum antérieur, \
                 l’effet pourrait être nul (Rambachan et Roth 2023)"
            ),
            Dutch => format!(
                "als het verschil in trend na de start meer dan {bound} keer zo sterk groeide als het daarvoor ooit deed, \
                 kan er geen effect zijn (Rambachan en Roth 2023)"
            ),
        }
    })
}

pub(crate) fn trends_hold_beyond(bound: f64) -> Wording {
    Wording::each(|language| {
        let bound = figure(bound, language);
        match language {
            English => format!(
                "the difference of trends could have grown after treatment by {bound} times the most that it did before, \
                 and the effect would still not be none (Rambachan and Roth 2023)"
            ),
            French => format!(
                "même si l’écart entre les tendances s’était creusé, après le début du projet, de {bound} fois son maximum antérieur, \
                 l’effet ne serait pas nul (Rambachan et Roth 2023)"
            ),
            Dutch => format!(
                "zelfs als het verschil in trend na de start {bound} keer zo sterk groeide als het daarvoor ooit deed, \
                 is er nog een effect (Rambachan en Roth 2023)"
            ),
        }
    })
}

/// So many of the donors follow their own past too closely; the chance without them.
pub(crate) fn over_fitted(count: usize, donors: usize, p: f64) -> Wording {
    Wording::each(|language| {
        let p = figure(p, language);
        match language {
            English => format!(
                "{count} of {donors} donors follow their own past so closely that their ratios mislead; without them p is {p}"
            ),
            French => format!(
                "{count} des {donors} unités de comparaison sont si proches de leur propre passé que leurs rapports trompent ; sans elles, p vaut {p}"
            ),
            Dutch => format!(
                "{count} van de {donors} vergelijkingseenheden volgen hun eigen verleden zo nauw dat hun verhoudingen misleiden; zonder hen is p {p}"
            ),
        }
    })
}

pub(crate) fn too_few_donors(donors: usize) -> Wording {
    Wording::each(|language| match language {
        English => {
            format!("with {donors} donors no effect, however large, can be told from chance at this level")
        }
        French => format!(
            "avec {donors} unités de comparaison, aucun effet, si grand soit-il, ne peut être distingué du hasard à ce niveau"
        ),
        Dutch => format!(
            "met {donors} vergelijkingseenheden is op dit niveau geen enkel effect, hoe groot ook, van toeval te onderscheiden"
        ),
    })
}

/// A course of so many times has no interval of this level by shifts.
pub(crate) fn unbounded(times: usize, level: f64) -> Wording {
    // As many shifts as there are times; one of them is the course itself.
    let needed = (1.0 / (1.0 - level) - 1e-9).ceil();
    Wording::each(|language| {
        let level = figure(100.0 * level, language);
        match language {
            English => format!(
                "{times} times do not bound the effect at {level} % by shifts (at least {needed} are needed, and gaps that stand out); \
                 ask for conservative errors"
            ),
            French => format!(
                "{times} périodes ne suffisent pas à borner l’effet à {level} % par décalages (il en faut au moins {needed}, et des écarts nets) ; \
                 demandez l’intervalle prudent (conservative)"
            ),
            Dutch => format!(
                "{times} perioden volstaan niet om het effect op {level} % met verschuivingen te begrenzen (minstens {needed} nodig, met duidelijke \
                 afwijkingen); vraag het voorzichtige interval (conservative)"
            ),
        }
    })
}

/// In a past without a project the method saw one so often, where so often was allowed.
pub(crate) fn false_alarms(often: f64, allowed: f64) -> Wording {
    Wording::each(|language| {
        let [often, allowed] = [often, allowed].map(|part| figure(100.0 * part, language));
        match language {
            English => format!(
                "in the past, where nothing happened, this method saw an effect in {often} % of cases ({allowed} % is allowed): \
                 take another method for this panel"
            ),
            French => format!(
                "dans le passé, où rien ne s’est produit, cette méthode a vu un effet dans {often} % des cas ({allowed} % admis) : \
                 choisissez une autre méthode pour ces données"
            ),
            Dutch => format!(
                "in het verleden, toen er niets gebeurde, zag deze methode in {often} % van de gevallen een effect ({allowed} % is toegelaten): \
                 kies voor deze gegevens een andere methode"
            ),
        }
    })
}

pub(crate) fn few_placebos(placebos: usize) -> Wording {
    Wording::each(|language| match language {
        English => format!(
            "this rests on {placebos} ends of the past, which overlap: read it as an order of magnitude"
        ),
        French => format!(
            "ce calcul repose sur {placebos} fins de période passées qui se recouvrent : à lire comme un ordre de grandeur"
        ),
        Dutch => format!(
            "dit steunt op {placebos} overlappende eindperioden uit het verleden: lees het als een grootteorde"
        ),
    })
}
