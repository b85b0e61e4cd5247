//! Text as it came: other encodings than UTF-8, byte order marks, and text that was decoded wrongly before.

use std::io::{self, Read};

use csv::ByteRecord;
use encoding_rs::{CoderResult, Decoder, UTF_8, WINDOWS_1252};
use senne_model::Json;

/// The encoding of a source.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Encoding {
    pub(crate) charset: &'static encoding_rs::Encoding,
    /// Undo UTF-8 that was read as windows-1252 (`Ã©` for `é`).
    pub(crate) mojibake: bool,
}

impl Encoding {
    /// UTF-8 as it should be.
    pub(crate) const UTF_8: Self = Self { charset: UTF_8, mojibake: false };

    /// By its label (WHATWG Encoding Standard), e.g. `windows-1252`, `latin1`, `utf-16le`.
    pub(crate) fn find(label: &str) -> Option<&'static encoding_rs::Encoding> {
        encoding_rs::Encoding::for_label(label.as_bytes())
    }

    /// A reader that gives UTF-8 without a byte order mark.
    pub(crate) fn decoding(self, inner: Box<dyn Read + Send>) -> Box<dyn Read + Send> {
        if self.charset == UTF_8 {
            return Box::new(WithoutMark { inner, held: Vec::new(), begun: false });
        }
        Box::new(Decoding {
            inner,
            decoder: self.charset.new_decoder(),
            raw: vec![0; 16 * 1024],
            text: Vec::new(),
            given: 0,
            ended: false,
        })
    }

    /// Repairs the cells of a row where that is asked for.
    pub(crate) fn repair_record(self, record: &mut ByteRecord) {
        if !self.mojibake || record.as_slice().is_ascii() {
            return;
        }
        let position = record.position().cloned();
        let repaired = record.iter().map(|cell| match std::str::from_utf8(cell).ok().and_then(repair) {
            Some(text) => text.into_bytes(),
            None => cell.to_vec(),
        });
        *record = repaired.collect();
        record.set_position(position);
    }

    /// Repairs the texts of a JSON value where that is asked for.
    pub(crate) fn repair_json(self, value: &mut Json) {
        if !self.mojibake {
            return;
        }
        match value {
            Json::Text(text) => {
                if let Some(repaired) = repair(text) {
                    *text = repaired.into_boxed_str();
                }
            }
            Json::Array(items) => items.iter_mut().for_each(|item| self.repair_json(item)),
            Json::Object(members) => members.iter_mut().for_each(|(_, value)| self.repair_json(value)),
            _ => {}
        }
    }
}

/// What the text was before its UTF-8 was read as windows-1252; `None` when it was not.
fn repair(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let (bytes, _, unmappable) = WINDOWS_1252.encode(text);
    if unmappable {
        return None;
    }
    String::from_utf8(bytes.into_owned()).ok()
}

/// Takes the UTF-8 byte order mark away; all other bytes pass, so that a row with a broken byte can be named.
struct WithoutMark {
    inner: Box<dyn Read + Send>,
    held: Vec<u8>,
    begun: bool,
}

impl Read for WithoutMark {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.begun {
            self.begun = true;
            let mut start = [0; 3];
            let mut n = 0;
            while n < 3 {
                match self.inner.read(&mut start[n..])? {
                    0 => break,
                    more => n += more,
                }
            }
            if start[..n] != *b"\xEF\xBB\xBF" {
                self.held = start[..n].to_vec();
            }
        }
        if self.held.is_empty() {
            return self.inner.read(buffer);
        }
        let n = self.held.len().min(buffer.len());
        buffer[..n].copy_from_slice(&self.held[..n]);
        self.held.drain(..n);
        Ok(n)
    }
}

/// Decodes another encoding into UTF-8, piece by piece.
struct Decoding {
    inner: Box<dyn Read + Send>,
    decoder: Decoder,
    raw: Vec<u8>,
    text: Vec<u8>,
    given: usize,
    ended: bool,
}

impl Read for Decoding {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() && !self.ended {
            let n = self.inner.read(&mut self.raw)?;
            self.ended = n == 0;
            self.fill(n);
        }
        let n = (self.text.len() - self.given).min(buffer.len());
        buffer[..n].copy_from_slice(&self.text[self.given..self.given + n]);
        self.given += n;
        Ok(n)
    }
}

impl Decoding {
    fn fill(&mut self, n: usize) {
        let room = self.decoder.max_utf8_buffer_length(n).unwrap_or(n * 3 + 16);
        self.text.resize(room, 0);
        self.given = 0;
        let (mut read, mut written) = (0, 0);
        loop {
            let (result, r, w, _) =
                self.decoder.decode_to_utf8(&self.raw[read..n], &mut self.text[written..], self.ended);
            read += r;
            written += w;
            if result == CoderResult::InputEmpty {
                break;
            }
            let longer = self.text.len() * 2 + 16;
            self.text.resize(longer, 0);
        }
        self.text.truncate(written);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decoded(charset: &str, bytes: &[u8]) -> String {
        let encoding = Encoding { charset: Encoding::find(charset).unwrap(), mojibake: false };
        let mut text = String::new();
        encoding.decoding(Box::new(io::Cursor::new(bytes.to_vec()))).read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn encodings_become_utf_8() {
        assert_eq!(decoded("utf-8", b"\xEF\xBB\xBFa"), "a");
        assert_eq!(decoded("utf-8", b"ab"), "ab");
        assert_eq!(decoded("windows-1252", b"caf\xE9 \x80"), "café €");
        assert_eq!(decoded("latin1", b"\xE9"), "é");
        assert_eq!(decoded("utf-16le", b"\xFF\xFEa\0\xE9\0"), "aé");
    }

    #[test]
    fn wrongly_decoded_text_is_repaired_and_right_text_is_left() {
        assert_eq!(repair("ChaussÃ©e").as_deref(), Some("Chaussée"));
        assert_eq!(repair("l’Ã©tÃ©"), None, "a text that mixes both cannot be undone as a whole");
        assert_eq!(repair("Chaussée"), None);
        assert_eq!(repair("plain"), None);
    }

    proptest! {
        #[test]
        fn what_was_spoiled_comes_back(text in "[a-zé-ü€ ]{0,30}") {
            let (spoiled, _) = WINDOWS_1252.decode_without_bom_handling(text.as_bytes());
            prop_assert_eq!(repair(&spoiled).unwrap_or_else(|| spoiled.into_owned()), text);
        }

        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            decoded("utf-16be", &bytes);
            decoded("windows-1252", &bytes);
        }
    }
}
