//! The promise of a project: what was said, by whom, when, how far it has come, and what it changed.

use jiff::civil::Date;

use super::{
    Language, Promise, Speaker,
    figures::day,
    grammar::{list, sentences},
};
use crate::{
    portfolio::Line,
    types::{Project, ProjectState},
};

impl<'a> Speaker<'a> {
    /// The promise of a project as of `today`; `line` is its line of the portfolio.
    pub fn promise(&self, project: &'a Project, line: &Line, today: Date) -> Promise {
        let effects = self.programme.effects.of(&project.id);
        let said = if effects.is_empty() {
            let said = self.language.pick(
                "Le projet n’a pas dit ce qu’il doit changer.",
                "Het project zei niet wat het moet veranderen.",
                "The project has not said what it is to change.",
            );
            said.to_owned()
        } else {
            sentences(effects.iter().map(|effect| self.expected(effect)))
        };
        Promise {
            said,
            by: self.answers(project),
            when: self.when(project),
            far: self.far(project, line, today),
            changed: self.changed_by(project, line),
        }
    }

    fn answers(&self, project: &'a Project) -> String {
        let language = self.language;
        let Some(owner) = project.owner.as_ref().map(|owner| self.organisation(owner)) else {
            let said = language.pick(
                "Personne n’est nommé responsable.",
                "Er is geen verantwoordelijke genoemd.",
                "Nobody is named as responsible.",
            );
            return said.to_owned();
        };
        let partners: Vec<&str> = project.partners.iter().map(|one| self.organisation(one)).collect();
        let partners = list(language, &partners);
        match (language, partners.is_empty()) {
            (Language::Fr, true) => format!("Responsable\u{a0}: {owner}."),
            (Language::Fr, false) => format!("Responsable\u{a0}: {owner}, avec {partners}."),
            (Language::Nl, true) => format!("Verantwoordelijk: {owner}."),
            (Language::Nl, false) => format!("Verantwoordelijk: {owner}, samen met {partners}."),
            (Language::En, true) => format!("Responsible: {owner}."),
            (Language::En, false) => format!("Responsible: {owner}, with {partners}."),
        }
    }

    /// The call and the decision on it, then from when to when.
    fn when(&self, project: &'a Project) -> String {
        sentences([self.chosen(project), self.span(project)])
    }

    fn chosen(&self, project: &'a Project) -> String {
        let language = self.language;
        let call = project.call.as_ref().map(|id| {
            let found = self.programme.calls.get(id);
            self.quoted(self.programme.called(found.map(|call| &call.name), id.as_str(), language.tag()))
        });
        let decided = project.call.as_ref().and_then(|call| {
            let decisions = self.programme.links.decisions_by_call.get(call)?;
            let days = decisions.iter().filter_map(|id| self.programme.decisions.get(id)?.decided_on);
            days.max().map(|date| day(language, date))
        });
        match (project.state, call, decided) {
            (ProjectState::Proposed, Some(call), _) => match language {
                Language::Fr => format!("Proposé à l’appel {call}\u{a0}; rien n’est encore décidé."),
                Language::Nl => format!("Voorgesteld voor de oproep {call}; er is nog niets beslist."),
                Language::En => format!("Proposed to the call {call}; nothing is decided yet."),
            },
            (ProjectState::Proposed, None, _) => language
                .pick(
                    "Proposé\u{a0}; rien n’est encore décidé.",
                    "Voorgesteld; er is nog niets beslist.",
                    "Proposed; nothing is decided yet.",
                )
                .to_owned(),
            (ProjectState::Rejected, Some(call), Some(on)) => match language {
                Language::Fr => format!("Non retenu le {on} à l’appel {call}."),
                Language::Nl => format!("Niet gekozen op {on} in de oproep {call}."),
                Language::En => format!("Not chosen on {on} in the call {call}."),
            },
            (ProjectState::Rejected, ..) => {
                language.pick("Non retenu.", "Niet gekozen.", "Not chosen.").to_owned()
            }
            (_, Some(call), Some(on)) => match language {
                Language::Fr => format!("Choisi le {on} à l’appel {call}."),
                Language::Nl => format!("Gekozen op {on} in de oproep {call}."),
                Language::En => format!("Chosen on {on} in the call {call}."),
            },
            (_, Some(call), None) => match language {
                Language::Fr => format!("Choisi à l’appel {call}."),
                Language::Nl => format!("Gekozen in de oproep {call}."),
                Language::En => format!("Chosen in the call {call}."),
            },
            _ => String::new(),
        }
    }

    fn span(&self, project: &Project) -> String {
        let language = self.language;
        let [from, until] =
            [project.span.from, project.span.until].map(|date| date.map(|date| day(language, date)));
        match (project.state, from, until) {
            (ProjectState::Rejected, ..) | (_, None, None) => String::new(),
            (ProjectState::Finished, Some(from), Some(until)) => match language {
                Language::Fr => format!("Mené du {from} au {until}."),
                Language::Nl => format!("Uitgevoerd van {from} tot {until}."),
                Language::En => format!("Carried out from {from} to {until}."),
            },
            (ProjectState::Stopped, Some(from), _) => match language {
                Language::Fr => format!("Commencé le {from}, puis arrêté."),
                Language::Nl => format!("Begonnen op {from} en dan stopgezet."),
                Language::En => format!("Begun on {from} and then stopped."),
            },
            (ProjectState::Running, Some(from), Some(until)) => match language {
                Language::Fr => format!("Commencé le {from}, prévu jusqu’au {until}."),
                Language::Nl => format!("Begonnen op {from}, gepland tot {until}."),
                Language::En => format!("Begun on {from}, planned until {until}."),
            },
            (_, Some(from), Some(until)) => match language {
                Language::Fr => format!("Prévu du {from} au {until}."),
                Language::Nl => format!("Gepland van {from} tot {until}."),
                Language::En => format!("Planned from {from} to {until}."),
            },
            (_, Some(from), None) => match language {
                Language::Fr => format!("À partir du {from}."),
                Language::Nl => format!("Vanaf {from}."),
                Language::En => format!("From {from}."),
            },
            (_, None, Some(until)) => match language {
                Language::Fr => format!("Jusqu’au {until}."),
                Language::Nl => format!("Tot {until}."),
                Language::En => format!("Until {until}."),
            },
        }
    }

    fn far(&self, project: &'a Project, line: &Line, today: Date) -> String {
        if matches!(project.state, ProjectState::Proposed | ProjectState::Rejected) {
            return String::new();
        }
        let work = self.progress(self.programme.milestones.of(&project.id), today);
        let ended = project.state == ProjectState::Finished;
        let end = self.end(line.ends_on, line.drift_days, ended);
        sentences([work, end, self.money(line.money)])
    }

    fn changed_by(&self, project: &'a Project, line: &Line) -> String {
        let mut said = Vec::new();
        for evaluation in self.programme.evaluations_of(&project.id) {
            if evaluation.measured.is_some() {
                said.push(self.measured(evaluation, &line.expected));
            }
        }
        match project.state {
            _ if !said.is_empty() => sentences(said),
            ProjectState::Proposed | ProjectState::Chosen | ProjectState::Rejected => String::new(),
            _ => self.not_measured(),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::{
        portfolio::{LineLimits, line},
        says::test_city::{plain, programme, words},
        types::{CallForProjects, Euros, HelixRole, Organisation, Span},
    };

    fn project(state: ProjectState) -> Project {
        Project {
            id: "urn:ngsi-ld:Project:p".into(),
            name: words("Rue calme", "Rustige straat", "Calm street"),
            owner: Some("urn:o:region".into()),
            partners: vec!["urn:o:university".into()],
            call: Some("urn:c:2025".into()),
            state,
            span: Span::new(date(2025, 9, 1), date(2027, 1, 31)),
            ..Project::default()
        }
    }

    fn promise(state: ProjectState, language: Language) -> Promise {
        let mut programme = programme();
        let organisation = |id: &str, name| Organisation {
            id: id.into(),
            name,
            role: HelixRole::PublicService,
            parent: None,
        };
        for one in [
            organisation("urn:o:region", words("Région", "Gewest", "Region")),
            organisation("urn:o:university", words("Université", "Universiteit", "University")),
        ] {
            programme.organisations.insert(one.id.clone(), one);
        }
        let call = CallForProjects {
            id: "urn:c:2025".into(),
            name: words("Rues 2025", "Straten 2025", "Streets 2025"),
            opens_on: date(2025, 1, 1),
            closes_on: date(2025, 4, 1),
            budget: Euros(1),
            pillars: vec![],
            criteria: vec![],
        };
        programme.calls.insert(call.id.clone(), call);
        let project = project(state);
        let today = date(2026, 11, 30);
        let line = line(&programme, &project, LineLimits::default(), today);
        Speaker::new(&programme, language).promise(&project, &line, today)
    }

    #[test]
    fn a_promise_without_figures_says_what_is_not_known() {
        let found = promise(ProjectState::Running, Language::En);
        assert_eq!(found.said, "The project has not said what it is to change.");
        assert_eq!(found.by, "Responsible: Region, with University.");
        assert_eq!(
            plain(&found.when),
            "Chosen in the call “Streets 2025”. Begun on 1 September 2025, planned until 31 January 2027."
        );
        assert_eq!(
            found.far,
            "It has no milestones, so that its progress is not known. No money is recorded."
        );
        assert_eq!(found.changed, "What it changed has not been measured yet.");
    }

    #[test]
    fn proposals_say_that_nothing_is_decided() {
        let found = promise(ProjectState::Proposed, Language::Fr);
        assert_eq!(
            plain(&found.when),
            "Proposé à l’appel « Rues 2025 » ; rien n’est encore décidé. Prévu du 1er septembre 2025 au 31 janvier 2027."
        );
        assert_eq!((found.far.as_str(), found.changed.as_str()), ("", ""));
        let found = promise(ProjectState::Finished, Language::Nl);
        assert_eq!(found.by, "Verantwoordelijk: Gewest, samen met Universiteit.");
        assert_eq!(
            plain(&found.when),
            "Gekozen in de oproep ‘Straten 2025’. Uitgevoerd van 1 september 2025 tot 31 januari 2027."
        );
    }
}
