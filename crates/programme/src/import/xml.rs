//! XML read once from front to back, as far as a plan needs it: texts with the way to them.

use quick_xml::{Reader, escape::resolve_xml_entity, events::Event};

use super::fault::{ImportFault, Place};

/// Deeper than any plan.
const DEPTH_MOST: usize = 32;

/// A text and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Leaf<'a> {
    /// Names from the root, without prefixes.
    pub(super) path: &'a [String],
    /// How many elements have begun before the one that stands at each depth: apart for two of one name beside each other.
    pub(super) numbers: &'a [u64],
    pub(super) text: &'a str,
}

/// Gives each element that has no element within to `each`, in order, with its text.
pub(super) fn leaves(
    text: &str,
    mut each: impl FnMut(&Leaf<'_>) -> Result<(), ImportFault>,
) -> Result<(), ImportFault> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let (mut path, mut numbers): (Vec<String>, Vec<u64>) = (Vec::new(), Vec::new());
    let mut count = 0;
    let mut content = String::new();
    // Whether the element that is open has no other within.
    let mut leaf = false;
    loop {
        let line = |reader: &Reader<&[u8]>| {
            let before = text.as_bytes().get(..reader.error_position() as usize).unwrap_or_default();
            Place::Line(before.split(|byte| *byte == b'\n').count() as u64)
        };
        let fault = |reader: &Reader<&[u8]>, why: String| {
            ImportFault::new(line(reader), why, "save the plan as XML anew, and change nothing by hand")
        };
        let event = reader.read_event().map_err(|error| fault(&reader, error.to_string()))?;
        match event {
            Event::Start(start) => {
                if path.len() >= DEPTH_MOST {
                    return Err(fault(&reader, format!("elements stand more than {DEPTH_MOST} deep")));
                }
                path.push(String::from_utf8_lossy(start.local_name().as_ref()).into_owned());
                count += 1;
                numbers.push(count);
                content.clear();
                leaf = true;
            }
            Event::End(_) => {
                if leaf {
                    each(&Leaf { path: &path, numbers: &numbers, text: content.trim() })?;
                }
                leaf = false;
                path.pop();
                numbers.pop();
                content.clear();
            }
            Event::Text(part) => {
                content.push_str(&part.decode().map_err(|error| fault(&reader, error.to_string()))?);
            }
            Event::CData(part) => {
                content.push_str(&part.decode().map_err(|error| fault(&reader, error.to_string()))?);
            }
            Event::GeneralRef(reference) => {
                let name = reference.decode().map_err(|error| fault(&reader, error.to_string()))?;
                let letter =
                    reference.resolve_char_ref().map_err(|error| fault(&reader, error.to_string()))?;
                match (letter, resolve_xml_entity(&name)) {
                    (Some(letter), _) => content.push(letter),
                    (None, Some(text)) => content.push_str(text),
                    (None, None) => return Err(fault(&reader, format!("the entity `{name}` is not known"))),
                }
            }
            // Entities of one's own can grow without bound.
            Event::DocType(_) => return Err(fault(&reader, "it declares a document type".to_owned())),
            Event::Eof if path.is_empty() => return Ok(()),
            Event::Eof => return Err(fault(&reader, "it ends before its last element does".to_owned())),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(String, String)>, ImportFault> {
        let mut out = Vec::new();
        leaves(text, |leaf| {
            out.push((leaf.path.join("/"), leaf.text.to_owned()));
            Ok(())
        })?;
        Ok(out)
    }

    #[test]
    fn texts_with_their_way() {
        let found = read("<a><b>1 &amp; &#50;</b><c/><d><e><![CDATA[<x>]]></e></d></a>").unwrap();
        let wanted = [("a/b", "1 & 2"), ("a/c", ""), ("a/d/e", "<x>")];
        assert_eq!(found, wanted.map(|(path, text)| (path.to_owned(), text.to_owned())));
    }

    #[test]
    fn what_is_broken_or_may_grow_is_refused() {
        assert_eq!(read("<a>\n<b></a>").unwrap_err().place, Place::Line(2));
        assert!(read("<a><b>").is_err());
        assert!(read("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>").is_err());
        assert!(read("<a>&x;</a>").is_err());
        assert!(read(&"<a>".repeat(40)).is_err());
    }
}
