//! Which members of an entity are wanted (GS CIM 009 clause 4.21, `pick` and `omit`).

use senne_model::{Entity, Name, Problem};

use crate::{Expand, LINKS_MAX, scan::Scan};

/// How deep braces may be nested: that many relationships are followed.
const DEPTH_MAX: usize = LINKS_MAX;
/// The most members in all.
const MEMBERS_MAX: usize = 1_000;

/// A member of an entity that is picked or left out.
#[derive(Clone, Debug, PartialEq)]
pub enum Member {
    /// `id`
    Id,
    /// `type`
    Type,
    /// `scope`
    Scope,
    /// `createdAt` of the entity
    CreatedAt,
    /// `modifiedAt` of the entity
    ModifiedAt,
    /// An attribute by its expanded name, and members of the entities that it links to (`sensor{humidity}`).
    Attribute(Name, Vec<Member>),
}

/// Which members are wanted. The default wants all of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Projection {
    /// Only these; `None` means no restriction.
    pub pick: Option<Vec<Member>>,
    /// All but these.
    pub omit: Vec<Member>,
}

impl Projection {
    /// Reads `pick` and `omit`; members are separated by `,` or `|`. Both may be given: what is picked is then
    /// reduced by what is omitted. A member named twice, an empty list and an empty member are refused.
    pub fn parse(pick: Option<&str>, omit: Option<&str>, expand: Expand) -> Result<Self, Problem> {
        let pick = pick.map(|text| whole(text, "pick", expand)).transpose()?;
        let omit = omit.map_or(Ok(Vec::new()), |text| whole(text, "omit", expand))?;
        if pick.iter().flatten().any(|member| omit.contains(member)) {
            return Err(Problem::bad("a member is picked and omitted; name it once").field("omit"));
        }
        Ok(Self { pick, omit })
    }

    /// Only these attributes, with id, type and scope (the deprecated parameter `attrs`).
    pub fn attributes(names: impl IntoIterator<Item = Name>) -> Self {
        let mut pick = vec![Member::Id, Member::Type, Member::Scope, Member::CreatedAt, Member::ModifiedAt];
        pick.extend(names.into_iter().map(|name| Member::Attribute(name, Vec::new())));
        Self { pick: Some(pick), omit: Vec::new() }
    }

    /// Whether nothing is left out.
    pub fn is_everything(&self) -> bool {
        self.pick.is_none() && self.omit.is_empty()
    }

    /// Whether the entity's `id` is wanted.
    pub fn keeps_id(&self) -> bool {
        self.keeps_member(&Member::Id)
    }

    /// Whether the entity's `type` is wanted.
    pub fn keeps_type(&self) -> bool {
        self.keeps_member(&Member::Type)
    }

    /// Whether the entity's `scope` is wanted.
    pub fn keeps_scope(&self) -> bool {
        self.keeps_member(&Member::Scope)
    }

    /// Whether a member that is no attribute is wanted.
    pub fn keeps_member(&self, member: &Member) -> bool {
        self.pick.as_ref().is_none_or(|pick| pick.contains(member)) && !self.omit.contains(member)
    }

    /// Whether an attribute is wanted.
    pub fn keeps(&self, name: &str) -> bool {
        let named = |member: &Member| matches!(member, Member::Attribute(own, _) if &**own == name);
        // An omitted attribute with braces loses members of what it links to, not itself.
        let omitted = |member: &Member| matches!(member, Member::Attribute(own, inner) if &**own == name && inner.is_empty());
        self.pick.as_ref().is_none_or(|pick| pick.iter().any(named)) && !self.omit.iter().any(omitted)
    }

    /// What is wanted of the entities that a relationship links to.
    pub fn linked(&self, name: &str) -> Self {
        let inner = |members: &[Member]| {
            members.iter().find_map(|member| match member {
                Member::Attribute(own, inner) if &**own == name && !inner.is_empty() => Some(inner.clone()),
                _ => None,
            })
        };
        Self { pick: self.pick.as_deref().and_then(inner), omit: inner(&self.omit).unwrap_or_default() }
    }

    /// How many relationships are followed one after the other.
    pub fn link_depth(&self) -> usize {
        fn depth(members: &[Member]) -> usize {
            let of_one = |member: &Member| match member {
                Member::Attribute(_, inner) if !inner.is_empty() => 1 + depth(inner),
                _ => 0,
            };
            members.iter().map(of_one).max().unwrap_or(0)
        }
        depth(self.pick.as_deref().unwrap_or_default()).max(depth(&self.omit))
    }

    /// The picked attributes, when nothing else is picked.
    pub fn nothing_but_attributes(&self) -> Option<Vec<Name>> {
        let all = self.pick.as_ref()?.iter().all(|member| matches!(member, Member::Attribute(..)));
        if all { self.picked_attributes() } else { None }
    }

    /// Whether there is anything of an entity that is wanted.
    pub fn leaves_something(&self, entity: &Entity) -> bool {
        self.keeps_id()
            || self.keeps_type()
            || (self.keeps_scope() && !entity.scopes.is_empty())
            || entity.attributes.iter().any(|attribute| self.keeps(&attribute.name))
    }

    /// The picked attributes, when there are picked ones: a store then need not read the others.
    pub fn picked_attributes(&self) -> Option<Vec<Name>> {
        let attribute = |member: &Member| match member {
            Member::Attribute(name, _) => Some(name.clone()),
            _ => None,
        };
        self.pick.as_ref().map(|pick| pick.iter().filter_map(attribute).collect())
    }
}

fn whole(text: &str, field: &'static str, expand: Expand) -> Result<Vec<Member>, Problem> {
    let mut scan = Scan::new(text, field)?;
    let mut count = 0;
    let members = list(&mut scan, expand, &mut count, 0)?;
    if scan.done() { Ok(members) } else { Err(scan.problem("expected `,` or the end")) }
}

fn list(scan: &mut Scan, expand: Expand, count: &mut usize, depth: usize) -> Result<Vec<Member>, Problem> {
    if depth > DEPTH_MAX {
        return Err(scan.problem(&format!("at most {DEPTH_MAX} relationships are followed")));
    }
    let mut members: Vec<Member> = Vec::new();
    loop {
        *count += 1;
        if *count > MEMBERS_MAX {
            return Err(scan.too_complex(&format!("more than {MEMBERS_MAX} members are named")));
        }
        let member = one(scan, expand, count, depth)?;
        let same = |other: &Member| match (other, &member) {
            (Member::Attribute(a, _), Member::Attribute(b, _)) => a == b,
            (a, b) => a == b,
        };
        if members.iter().any(same) {
            return Err(scan.problem("the member before this place is named twice; name it once"));
        }
        members.push(member);
        if !(scan.eat(",") || scan.eat("|")) {
            return Ok(members);
        }
    }
}

fn one(scan: &mut Scan, expand: Expand, count: &mut usize, depth: usize) -> Result<Member, Problem> {
    scan.blanks();
    let term = scan.take_while(|c| {
        !c.is_whitespace() && !matches!(c, ',' | '|' | '{' | '}' | '(' | ')' | ';' | '"' | '<' | '>' | '=')
    });
    if term.is_empty() || !term.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '@') {
        return Err(scan.problem("expected the name of an attribute, or id, type or scope"));
    }
    let mut inner = Vec::new();
    if scan.eat("{") {
        inner = list(scan, expand, count, depth + 1)?;
        if !scan.eat("}") {
            return Err(scan.problem("expected `}`"));
        }
    }
    scan.blanks();
    Ok(match term {
        "id" | "@id" if inner.is_empty() => Member::Id,
        "type" | "@type" if inner.is_empty() => Member::Type,
        "scope" if inner.is_empty() => Member::Scope,
        "createdAt" if inner.is_empty() => Member::CreatedAt,
        "modifiedAt" if inner.is_empty() => Member::ModifiedAt,
        term => Member::Attribute(expand(term), inner),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn expand(term: &str) -> Name {
        Name::new(&format!("https://x.org/{term}"))
    }

    fn parse(pick: Option<&str>, omit: Option<&str>) -> Result<Projection, Problem> {
        Projection::parse(pick, omit, &expand)
    }

    #[test]
    fn picking_keeps_what_is_named_and_nothing_else() {
        let some = parse(Some("id,temperature|humidity"), None).unwrap();
        assert!(some.keeps_id() && !some.keeps_type());
        assert!(some.keeps("https://x.org/humidity") && !some.keeps("https://x.org/NO2"));
        assert_eq!(some.picked_attributes().unwrap().len(), 2);
    }

    #[test]
    fn omitting_drops_what_is_named() {
        let some = parse(None, Some("scope,NO2")).unwrap();
        assert!(some.keeps_id() && !some.keeps_scope());
        assert!(!some.keeps("https://x.org/NO2") && some.keeps("https://x.org/humidity"));
        assert!(parse(None, None).unwrap().is_everything());
    }

    #[test]
    fn braces_speak_of_linked_entities() {
        let some = parse(Some("sensor{id,humidity}"), None).unwrap();
        let linked = some.linked("https://x.org/sensor");
        assert!(linked.keeps("https://x.org/humidity") && linked.keeps_id() && !linked.keeps_type());
        assert!(some.linked("https://x.org/other").is_everything());
        assert_eq!(some.link_depth(), 1);
        assert_eq!(parse(None, Some("a{b{c}},d")).unwrap().link_depth(), 2);
        let less = parse(None, Some("sensor{humidity}")).unwrap();
        assert!(
            less.keeps("https://x.org/sensor")
                && !less.linked("https://x.org/sensor").keeps("https://x.org/humidity")
        );
    }

    #[test]
    fn errors_name_the_parameter() {
        for bad in ["", ",", "a,", "a,a", "a{b", "a{}", "a}", "1a", "a b"] {
            assert_eq!(parse(Some(bad), None).unwrap_err().field.as_deref(), Some("pick"), "{bad}");
        }
        assert_eq!(parse(None, Some("")).unwrap_err().field.as_deref(), Some("omit"));
        assert!(parse(Some(&"a{".repeat(500)), None).is_err());
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "\\PC*") {
            let _ = parse(Some(&text), Some(&text));
        }
    }
}
