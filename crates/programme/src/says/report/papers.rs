//! The memorandum, the decisions, and how the report is made.

use super::{Align, ReportTable, Section, UNKNOWN, head};
use crate::{
    says::{Speaker, day},
    types::DecisionRecord,
};

impl Speaker<'_> {
    /// The newest memorandum; nothing when none is signed.
    pub(super) fn memorandum_section(&self) -> Option<Section> {
        let language = self.language;
        let signed = self.signed();
        if signed.is_empty() {
            return None;
        }
        let newest = self.programme.memoranda.values().max_by_key(|one| one.signed_on)?;
        let text = newest.text.get(language.tag()).map(ToOwned::to_owned);
        let hash = newest.file_hash.as_ref().map(|hash| format!("SHA-256: {hash}"));
        let heading = language.pick("L’engagement", "De verbintenis", "The commitment").to_owned();
        let paragraphs = std::iter::once(signed).chain(text).chain(hash).collect();
        Some(Section { depth: 1, heading, paragraphs, tables: Vec::new() })
    }

    /// Decisions with their minutes and digests.
    pub(super) fn decisions_section(&self) -> Option<Section> {
        let language = self.language;
        let decisions = &self.programme.decisions;
        if decisions.is_empty() {
            return None;
        }
        let columns = [
            (["Décision", "Beslissing", "Decision"], Align::Text),
            (["Date", "Datum", "Date"], Align::Text),
            (["Empreinte du choix", "Vingerafdruk van de keuze", "Digest of the choice"], Align::Text),
        ];
        let name = |one: &DecisionRecord| {
            self.programme.called(Some(&one.name), one.id.as_str(), language.tag()).to_owned()
        };
        let row = |one: &DecisionRecord| {
            vec![
                name(one),
                one.decided_on.map_or_else(|| UNKNOWN.to_owned(), |date| day(language, date)),
                one.digest.clone().unwrap_or_else(|| UNKNOWN.to_owned()),
            ]
        };
        let minutes = decisions.values().filter_map(|one| {
            let minutes = one.minutes.get(language.tag())?;
            Some(format!("{}{} {minutes}", name(one), crate::says::grammar::colon(language)))
        });
        let table = ReportTable {
            caption: language.pick("Décisions", "Beslissingen", "Decisions").to_owned(),
            head: head(language, &columns),
            rows: decisions.values().map(row).collect(),
        };
        let heading = language.pick("Les décisions", "De beslissingen", "The decisions").to_owned();
        Some(Section { depth: 1, heading, paragraphs: minutes.collect(), tables: vec![table] })
    }

    /// How the report is made.
    pub(super) fn method_section(&self) -> Section {
        let language = self.language;
        let [heading, progress, level, effect, confidence] = language.pick(
            [
                "Comment lire ces chiffres",
                "L’avancement est la part des étapes franchies, selon leur poids. Aucune mesure n’y entre.",
                "La valeur d’un indicateur dit où en est la ville, quelle qu’en soit la cause.",
                "Un effet est mesuré par comparaison et donné avec sa marge. «\u{a0}Aucun effet ne se distingue du hasard\u{a0}» ne veut pas dire qu’il n’y en a pas.",
                "La confiance calculée vient des dates, de l’argent, des risques et des confirmations\u{a0}; le jugement signé est celui d’une personne. Aucun des deux ne remplace l’autre.",
            ],
            [
                "Hoe deze cijfers te lezen",
                "Voortgang is het deel van de mijlpalen dat bereikt is, naar gewicht. Er komt geen meting bij te pas.",
                "De waarde van een indicator zegt waar de stad staat, wat ook de oorzaak is.",
                "Een effect wordt gemeten door te vergelijken en staat met zijn marge vermeld. ‘Geen effect is van toeval te onderscheiden’ zegt niet dat er geen is.",
                "Het berekende vertrouwen komt uit datums, geld, risico’s en bevestigingen; het ondertekende oordeel is dat van een persoon. Geen van beide vervangt het andere.",
            ],
            [
                "How to read these figures",
                "Progress is the part of milestones that are reached, by their weight. Nothing that was measured enters it.",
                "The value of an indicator tells where the city stands, whatever the cause.",
                "An effect is measured by comparison and given with its margin. “No effect can be told from chance” does not say that there is none.",
                "Computed confidence comes from dates, money, risks and confirmations; the signed judgement is that of a person. Neither replaces the other.",
            ],
        );
        let paragraphs = [progress, level, effect, confidence].map(ToOwned::to_owned).into();
        Section { depth: 1, heading: heading.to_owned(), paragraphs, tables: Vec::new() }
    }
}
