//! Why a project is amber or red.

use super::{
    Language, Speaker,
    figures::{day, euros},
    grammar::counted,
};
use crate::{
    following::Reason,
    types::{Colour, Gate, MilestoneId, RiskId},
};

impl Speaker<'_> {
    /// A reason for a computed colour, in one sentence.
    pub fn reason(&self, reason: &Reason) -> String {
        let language = self.language;
        match reason {
            Reason::Drift { days, .. } => {
                let days = self.days(*days);
                match language {
                    Language::Fr => format!("La fin est {days} plus tard que convenu au départ."),
                    Language::Nl => format!("Het einde valt {days} later dan eerst afgesproken."),
                    Language::En => format!("The end is {days} later than first agreed."),
                }
            }
            Reason::Overspend { year, planned, outlook, .. } => {
                let [planned, outlook] = [*planned, *outlook].map(|amount| euros(language, amount));
                match language {
                    Language::Fr => format!("En {year}, il faut {outlook} au lieu de {planned}."),
                    Language::Nl => format!("In {year} is {outlook} nodig in plaats van {planned}."),
                    Language::En => format!("In {year}, {outlook} are needed instead of {planned}."),
                }
            }
            Reason::Risk { risk, probability, severity, .. } => {
                let name = self.quoted(self.risk_name(risk));
                match language {
                    Language::Fr => format!(
                        "Un risque pèse\u{a0}: {name}, probabilité {probability} sur 5, gravité {severity} sur 5."
                    ),
                    Language::Nl => format!(
                        "Een risico weegt: {name}, waarschijnlijkheid {probability} op 5, ernst {severity} op 5."
                    ),
                    Language::En => format!(
                        "A risk weighs: {name}, probability {probability} of 5, severity {severity} of 5."
                    ),
                }
            }
            Reason::MissedGate { milestone, gate, days, .. } => {
                let name = self.quoted(self.milestone_name(milestone));
                let (gate, days) = (self.gate(*gate), self.days(*days));
                match language {
                    Language::Fr => format!("Passage obligé manqué depuis {days}\u{a0}: {name} ({gate})."),
                    Language::Nl => format!("Verplichte toets sinds {days} niet gehaald: {name} ({gate})."),
                    Language::En => format!("A gate has been missed for {days}: {name} ({gate})."),
                }
            }
            Reason::Stale { last: Some(last), .. } => {
                let last = day(language, *last);
                match language {
                    Language::Fr => format!("Le responsable n’a plus rien confirmé depuis le {last}."),
                    Language::Nl => format!("De verantwoordelijke bevestigde niets meer sinds {last}."),
                    Language::En => format!("The owner has not confirmed anything since {last}."),
                }
            }
            Reason::Stale { last: None, .. } => {
                let said = language.pick(
                    "Le responsable n’a encore rien confirmé.",
                    "De verantwoordelijke heeft nog niets bevestigd.",
                    "The owner has not confirmed anything yet.",
                );
                said.to_owned()
            }
        }
    }

    /// The word for a colour.
    pub fn colour(&self, colour: Colour) -> &'static str {
        match colour {
            Colour::Green => self.language.pick("vert", "groen", "green"),
            Colour::Amber => self.language.pick("orange", "oranje", "amber"),
            Colour::Red => self.language.pick("rouge", "rood", "red"),
        }
    }

    /// The word for a gate.
    pub fn gate(&self, gate: Gate) -> &'static str {
        match gate {
            Gate::None => self.language.pick("étape", "mijlpaal", "milestone"),
            Gate::Procurement => self.language.pick("marché public", "overheidsopdracht", "procurement"),
            Gate::Dpia => self.language.pick(
                "analyse d’impact sur la vie privée",
                "gegevensbeschermingseffectbeoordeling",
                "data protection impact assessment",
            ),
            Gate::Accessibility => self.language.pick("accessibilité", "toegankelijkheid", "accessibility"),
            Gate::Security => self.language.pick("sécurité", "veiligheid", "security"),
        }
    }

    pub(super) fn risk_name<'b>(&'b self, id: &'b RiskId) -> &'b str {
        let found = self.programme.risks.get(id);
        self.programme.called(found.map(|one| &one.name), id.as_str(), self.language.tag())
    }

    pub(super) fn milestone_name<'b>(&'b self, id: &'b MilestoneId) -> &'b str {
        let found = self.programme.milestones.get(id);
        self.programme.called(found.map(|one| &one.name), id.as_str(), self.language.tag())
    }

    fn days(&self, days: i64) -> String {
        let size = usize::try_from(days.unsigned_abs()).unwrap_or(usize::MAX);
        match self.language {
            Language::Fr => counted(self.language, size, "jour", "jours"),
            Language::Nl => counted(self.language, size, "dag", "dagen"),
            Language::En => counted(self.language, size, "day", "days"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Programme, says::test_city::each, types::Euros};

    #[test]
    fn reasons_have_their_figures() {
        let programme = Programme::default();
        let say = |reason: &Reason| each(|language| Speaker::new(&programme, language).reason(reason));
        assert_eq!(
            say(&Reason::Drift { colour: Colour::Amber, days: 45, last: "m".into() }),
            [
                "La fin est 45 jours plus tard que convenu au départ.",
                "Het einde valt 45 dagen later dan eerst afgesproken.",
                "The end is 45 days later than first agreed."
            ]
        );
        let over = Reason::Overspend {
            colour: Colour::Red,
            year: 2026,
            planned: Euros(100_000),
            outlook: Euros(120_000),
        };
        assert_eq!(say(&over)[0], "En 2026, il faut 120 000 euros au lieu de 100 000 euros.");
        let gate = Reason::MissedGate {
            colour: Colour::Red,
            milestone: "urn:x:m1".into(),
            gate: Gate::Dpia,
            days: 1,
        };
        assert_eq!(
            say(&gate),
            [
                "Passage obligé manqué depuis 1 jour : « m1 » (analyse d’impact sur la vie privée).",
                "Verplichte toets sinds 1 dag niet gehaald: ‘m1’ (gegevensbeschermingseffectbeoordeling).",
                "A gate has been missed for 1 day: “m1” (data protection impact assessment)."
            ]
        );
        assert_eq!(
            say(&Reason::Stale { colour: Colour::Amber, last: None, days: None })[1],
            "De verantwoordelijke heeft nog niets bevestigd."
        );
    }
}
