//! How far the work has come, when it will end and what it costs.

use jiff::civil::Date;

use super::{
    Language, Speaker,
    figures::{day, euros, share},
    grammar::{counted, plural},
};
use crate::{
    portfolio::Money,
    types::{Euros, Milestone},
};

impl Speaker<'_> {
    /// How far the work has come by milestones, as of `today`.
    pub fn progress(&self, milestones: &[Milestone], today: Date) -> String {
        let language = self.language;
        let all = milestones.len();
        let done = milestones.iter().filter(|one| one.done_on.is_some_and(|day| day <= today)).count();
        let fixed = match (all, done) {
            (0, _) => Some([
                "Aucune étape n’est définie\u{a0}: l’avancement n’est pas connu.",
                "Er zijn geen mijlpalen: de voortgang is niet bekend.",
                "It has no milestones, so that its progress is not known.",
            ]),
            (1, 0) => Some([
                "Sa seule étape n’est pas encore franchie.",
                "De enige mijlpaal is nog niet bereikt.",
                "Its only milestone is not reached yet.",
            ]),
            (1, _) => Some([
                "Sa seule étape est franchie.",
                "De enige mijlpaal is bereikt.",
                "Its only milestone is reached.",
            ]),
            _ => None,
        };
        if let Some([fr, nl, en]) = fixed {
            return language.pick(fr, nl, en).to_owned();
        }
        if done == 0 {
            return match language {
                Language::Fr => format!("Aucune de ses {all} étapes n’est encore franchie."),
                Language::Nl => format!("Van de {all} mijlpalen is er nog geen bereikt."),
                Language::En => format!("None of its {all} milestones is reached yet."),
            };
        }
        if done == all {
            return match language {
                Language::Fr => format!("Les {all} étapes sont franchies."),
                Language::Nl => format!("Alle {all} mijlpalen zijn bereikt."),
                Language::En => format!("All {all} milestones are reached."),
            };
        }
        let one = done == 1;
        let reached = match language {
            Language::Fr => {
                let reached = if one { "est franchie" } else { "sont franchies" };
                format!("{} sur {all} {reached}", counted(language, done, "étape", "étapes"))
            }
            Language::Nl => {
                let verb = if one { "is" } else { "zijn" };
                format!("{done} van de {all} mijlpalen {verb} bereikt")
            }
            Language::En => {
                let verb = if one { "is" } else { "are" };
                format!("{done} of {all} milestones {verb} reached")
            }
        };
        let Some(found) = crate::following::progress(milestones, today) else { return format!("{reached}.") };
        let [part, due] = [found.part, found.due_part].map(|part| share(language, part));
        match language {
            Language::Fr => {
                format!("{reached}\u{a0}: {part} du travail selon leur poids, pour {due} prévus à ce jour.")
            }
            Language::Nl => {
                format!("{reached}: {part} van het werk naar gewicht, tegen {due} gepland tot nu.")
            }
            Language::En => format!("{reached}: {part} of the work by weight, against {due} planned by now."),
        }
    }

    /// When it will end, or ended, and how many days that is after what was first agreed. Nothing when the end is not known.
    pub fn end(&self, ends_on: Option<Date>, drift_days: Option<i64>, ended: bool) -> String {
        let Some(ends_on) = ends_on else { return String::new() };
        let language = self.language;
        let on = day(language, ends_on);
        let drift = drift_days.map(|days| self.drift(days)).unwrap_or_default();
        match (language, ended) {
            (Language::Fr, false) => format!("Fin attendue le {on}{drift}."),
            (Language::Fr, true) => format!("Le projet s’est terminé le {on}{drift}."),
            (Language::Nl, false) => format!("Het einde wordt verwacht op {on}{drift}."),
            (Language::Nl, true) => format!("Het project eindigde op {on}{drift}."),
            (Language::En, false) => format!("It is expected to end on {on}{drift}."),
            (Language::En, true) => format!("It ended on {on}{drift}."),
        }
    }

    fn drift(&self, days: i64) -> String {
        let language = self.language;
        if days == 0 {
            return language
                .pick(", comme convenu au départ", ", zoals eerst afgesproken", ", as first agreed")
                .to_owned();
        }
        let size = usize::try_from(days.unsigned_abs()).unwrap_or(usize::MAX);
        let late = days > 0;
        match language {
            Language::Fr => {
                let way = if late { "plus tard" } else { "plus tôt" };
                format!(", {} {way} que convenu au départ", counted(language, size, "jour", "jours"))
            }
            Language::Nl => {
                let way = if late { "later" } else { "vroeger" };
                format!(", {} {way} dan eerst afgesproken", counted(language, size, "dag", "dagen"))
            }
            Language::En => {
                let way = if late { "later" } else { "earlier" };
                format!(", {} {way} than first agreed", counted(language, size, "day", "days"))
            }
        }
    }

    /// What is spent of what was planned, and what is thought to be needed.
    pub fn money(&self, money: Money) -> String {
        let language = self.language;
        if money == Money::default() {
            let said = language.pick(
                "Aucun montant n’est enregistré.",
                "Er zijn geen bedragen geregistreerd.",
                "No money is recorded.",
            );
            return said.to_owned();
        }
        let [planned, spent] = [money.planned, money.spent].map(|amount| euros(language, amount));
        let nothing = money.spent == Euros::ZERO;
        let used = match (language, nothing) {
            (Language::Fr, true) => format!("Rien n’est encore dépensé\u{a0}; prévu\u{a0}: {planned}."),
            (Language::Fr, false) => format!("Dépensé à ce jour\u{a0}: {spent}, sur {planned} au plan."),
            (Language::Nl, true) => format!("Er is nog niets uitgegeven; gepland: {planned}."),
            (Language::Nl, false) => format!("Tot nu uitgegeven: {spent}, van {planned} in het plan."),
            (Language::En, true) => format!("Nothing is spent yet; planned: {planned}."),
            (Language::En, false) => format!("Spent so far: {spent}, of {planned} in the plan."),
        };
        format!("{used} {}", self.outlook(money))
    }

    fn outlook(&self, money: Money) -> String {
        let language = self.language;
        let forecast = euros(language, money.forecast);
        let over = money.forecast - money.planned;
        let compared = if over == Euros::ZERO {
            language.pick(", comme prévu", ", zoals gepland", ", as planned").to_owned()
        } else if money.planned <= Euros::ZERO {
            String::new()
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
            Language::Fr => format!("Total attendu\u{a0}: {forecast}{compared}."),
            Language::Nl => format!("Verwacht totaal: {forecast}{compared}."),
            Language::En => format!("Expected in all: {forecast}{compared}."),
        }
    }

    /// `3 projects`.
    pub(super) fn projects(&self, count: usize) -> String {
        let language = self.language;
        match language {
            Language::Fr => counted(language, count, "projet", "projets"),
            Language::Nl => counted(language, count, "project", "projecten"),
            Language::En => counted(language, count, "project", "projects"),
        }
    }

    /// The verb for so many.
    pub(super) fn are<'w>(&self, count: usize, one: &'w str, more: &'w str) -> &'w str {
        plural(self.language, count as f64, one, more)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::{Programme, says::test_city::each};

    fn milestones(done: usize, all: usize) -> Vec<Milestone> {
        let milestone = |place: usize| {
            let mut one = Milestone::new(format!("m{place}"), "p");
            one.planned_on = Some(date(2026, 3, 1));
            one.done_on = (place < done).then(|| date(2026, 3, 1));
            one
        };
        (0..all).map(milestone).collect()
    }

    fn progress(done: usize, all: usize) -> [String; 3] {
        let programme = Programme::default();
        each(|language| Speaker::new(&programme, language).progress(&milestones(done, all), date(2026, 6, 1)))
    }

    #[test]
    fn progress_is_said_for_none_one_some_and_all() {
        assert_eq!(progress(0, 0)[2], "It has no milestones, so that its progress is not known.");
        assert_eq!(
            progress(0, 1),
            [
                "Sa seule étape n’est pas encore franchie.",
                "De enige mijlpaal is nog niet bereikt.",
                "Its only milestone is not reached yet."
            ]
        );
        assert_eq!(
            progress(1, 4),
            [
                "1 étape sur 4 est franchie : 25 % du travail selon leur poids, pour 100 % prévus à ce jour.",
                "1 van de 4 mijlpalen is bereikt: 25% van het werk naar gewicht, tegen 100% gepland tot nu.",
                "1 of 4 milestones is reached: 25% of the work by weight, against 100% planned by now."
            ]
        );
        assert_eq!(
            progress(3, 4),
            [
                "3 étapes sur 4 sont franchies : 75 % du travail selon leur poids, pour 100 % prévus à ce jour.",
                "3 van de 4 mijlpalen zijn bereikt: 75% van het werk naar gewicht, tegen 100% gepland tot nu.",
                "3 of 4 milestones are reached: 75% of the work by weight, against 100% planned by now."
            ]
        );
        assert_eq!(
            progress(4, 4),
            [
                "Les 4 étapes sont franchies.",
                "Alle 4 mijlpalen zijn bereikt.",
                "All 4 milestones are reached."
            ]
        );
        assert_eq!(progress(0, 2)[1], "Van de 2 mijlpalen is er nog geen bereikt.");
    }

    #[test]
    fn ends_are_late_early_and_as_agreed() {
        let programme = Programme::default();
        let say = |days, ended| {
            each(|language| Speaker::new(&programme, language).end(Some(date(2027, 5, 1)), days, ended))
        };
        assert_eq!(
            say(Some(1), false),
            [
                "Fin attendue le 1er mai 2027, 1 jour plus tard que convenu au départ.",
                "Het einde wordt verwacht op 1 mei 2027, 1 dag later dan eerst afgesproken.",
                "It is expected to end on 1 May 2027, 1 day later than first agreed."
            ]
        );
        assert_eq!(
            say(Some(-20), true),
            [
                "Le projet s’est terminé le 1er mai 2027, 20 jours plus tôt que convenu au départ.",
                "Het project eindigde op 1 mei 2027, 20 dagen vroeger dan eerst afgesproken.",
                "It ended on 1 May 2027, 20 days earlier than first agreed."
            ]
        );
        assert_eq!(say(Some(0), false)[0], "Fin attendue le 1er mai 2027, comme convenu au départ.");
        assert_eq!(Speaker::new(&programme, Language::Fr).end(None, None, false), "");
    }

    #[test]
    fn money_is_said_with_its_outlook() {
        let programme = Programme::default();
        let say = |planned, spent, forecast| {
            let money = Money {
                planned: Euros(planned),
                committed: Euros(spent),
                spent: Euros(spent),
                forecast: Euros(forecast),
            };
            each(|language| Speaker::new(&programme, language).money(money))
        };
        assert_eq!(
            say(4_500_000, 900_000, 4_950_000),
            [
                "Dépensé à ce jour : 900 000 euros, sur 4,5 millions d’euros au plan. Total attendu : 5 millions d’euros, 10 % de plus que prévu.",
                "Tot nu uitgegeven: 900.000 euro, van 4,5 miljoen euro in het plan. Verwacht totaal: 5 miljoen euro, 10% meer dan gepland.",
                "Spent so far: 900,000 euros, of 4.5 million euros in the plan. Expected in all: 5 million euros, 10% more than planned."
            ]
        );
        assert_eq!(
            say(400, 0, 400)[2],
            "Nothing is spent yet; planned: 400 euros. Expected in all: 400 euros, as planned."
        );
        assert_eq!(
            say(0, 0, 0),
            [
                "Aucun montant n’est enregistré.",
                "Er zijn geen bedragen geregistreerd.",
                "No money is recorded."
            ]
        );
    }
}
