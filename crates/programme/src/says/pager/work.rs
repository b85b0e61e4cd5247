//! The money and the work in one sentence each.

use crate::{
    portfolio::Totals,
    says::{
        Language, Speaker,
        figures::{euros, share},
        grammar::counted,
    },
    types::Euros,
};

impl Speaker<'_> {
    pub(super) fn all_money(&self, totals: &Totals) -> String {
        let language = self.language;
        let money = totals.money;
        if money == crate::portfolio::Money::default() {
            return self.money(money);
        }
        let [planned, committed, spent, forecast] =
            [money.planned, money.committed, money.spent, money.forecast].map(|one| euros(language, one));
        let over = money.forecast - money.planned;
        let compared = if money.planned <= Euros::ZERO {
            String::new()
        } else if over == Euros::ZERO {
            language.pick(", comme prévu", ", zoals gepland", ", as planned").to_owned()
        } else {
            let part = share(language, (over.as_f64() / money.planned.as_f64()).abs());
            let more = over > Euros::ZERO;
            match language {
                Language::Fr => format!(", {part} de {} que prévu", if more { "plus" } else { "moins" }),
                Language::Nl => format!(", {part} {} dan gepland", if more { "meer" } else { "minder" }),
                Language::En => format!(", {part} {} than planned", if more { "more" } else { "less" }),
            }
        };
        match language {
            Language::Fr => format!(
                "Argent prévu\u{a0}: {planned}\u{a0}; engagé\u{a0}: {committed}\u{a0}; dépensé\u{a0}: {spent}\u{a0}; total attendu\u{a0}: {forecast}{compared}."
            ),
            Language::Nl => format!(
                "Geld gepland: {planned}; vastgelegd: {committed}; uitgegeven: {spent}; verwacht totaal: {forecast}{compared}."
            ),
            Language::En => format!(
                "Money planned: {planned}; committed: {committed}; spent: {spent}; expected in all: {forecast}{compared}."
            ),
        }
    }

    pub(super) fn all_work(&self, totals: &Totals) -> String {
        let language = self.language;
        let active = totals.active();
        if active == 0 {
            let said = language.pick(
                "Aucun projet n’est choisi ni en cours.",
                "Er is geen enkel project gekozen of lopend.",
                "No project is chosen or under way.",
            );
            return said.to_owned();
        }
        let status = &totals.status;
        let late = self.late(totals);
        if status.money == Euros::ZERO {
            let said = language.pick(
                "Les montants des projets choisis ou en cours ne sont pas connus",
                "De bedragen van gekozen of lopende projecten zijn niet bekend",
                "The money of projects that are chosen or under way is not known",
            );
            return format!("{said}{late}.");
        }
        let [green, amber, red] = status.shares.map(|one| share(language, one.part));
        match language {
            Language::Fr => {
                let of = if active == 1 {
                    "du seul projet choisi ou en cours".to_owned()
                } else {
                    format!("des {active} projets choisis ou en cours")
                };
                format!("De l’argent {of}, {green} sont au vert, {amber} à l’orange et {red} au rouge{late}.")
            }
            Language::Nl => {
                let of = if active == 1 {
                    "het enige gekozen of lopende project".to_owned()
                } else {
                    format!("de {active} gekozen of lopende projecten")
                };
                format!(
                    "Van het geld in {of} staat {green} op groen, {amber} op oranje en {red} op rood{late}."
                )
            }
            Language::En => {
                let of = if active == 1 {
                    "the only project that is chosen or under way".to_owned()
                } else {
                    format!("the {active} projects that are chosen or under way")
                };
                format!("Of the money in {of}, {green} is green, {amber} amber and {red} red{late}.")
            }
        }
    }

    fn late(&self, totals: &Totals) -> String {
        let language = self.language;
        let days = totals.median_drift_days.and_then(|days| usize::try_from(days).ok()).unwrap_or(0);
        let days = match language {
            Language::Fr => counted(language, days, "jour", "jours"),
            Language::Nl => counted(language, days, "dag", "dagen"),
            Language::En => counted(language, days, "day", "days"),
        };
        match (language, totals.late) {
            (Language::Fr, 0) => "\u{a0}; aucun ne finira plus tard que convenu".to_owned(),
            (Language::Fr, 1) => format!("\u{a0}; 1 finira plus tard que convenu, de {days}"),
            (Language::Fr, n) => format!("\u{a0}; {n} finiront plus tard que convenu, de {days} en médiane"),
            (Language::Nl, 0) => "; geen enkel eindigt later dan afgesproken".to_owned(),
            (Language::Nl, 1) => format!("; 1 eindigt later dan afgesproken, met {days}"),
            (Language::Nl, n) => format!("; {n} eindigen later dan afgesproken, met een mediaan van {days}"),
            (Language::En, 0) => "; none will end later than agreed".to_owned(),
            (Language::En, 1) => format!("; 1 will end later than agreed, by {days}"),
            (Language::En, n) => format!("; {n} will end later than agreed, by a median of {days}"),
        }
    }
}
