//! Finding out which character encoding a document is in, and reading it as UTF-8.

use std::io::{Read, Seek, SeekFrom};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use encoding_rs_io::DecodeReaderBytesBuilder;
use vitrina_domain::finding::{Bilingual, Finding, Severity};

use super::refusal::{ReadError, unsupported};

const CHUNK: usize = 1 << 16;

/// How much of a document the guess is made from.
const GUESSED_FROM: u64 = 8 << 20;

/// Reads a document as UTF-8, without a byte order mark, the way offsets of records are counted.
///
/// `encoding` is the name that [`super::Outline::encoding`] gave; bytes that mean nothing in it become
/// U+FFFD.
pub fn decoded<R: Read>(document: R, encoding: &str) -> impl Read + use<R> {
    let encoding = Encoding::for_label(encoding.as_bytes()).unwrap_or(UTF_8);
    DecodeReaderBytesBuilder::new().encoding(Some(encoding)).strip_bom(true).build(document)
}

/// The encoding of a document and what is odd about it.
#[derive(Debug)]
pub(super) struct Detected {
    pub(super) encoding: &'static Encoding,
    pub(super) finding: Option<Finding>,
    /// Whether the end cuts a character off.
    is_cut: bool,
}

/// How the text of a document is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoded {
    /// The encoding, as the Encoding Standard names it.
    pub name: &'static str,
    /// Whether some of the bytes mean nothing in it.
    pub is_spoilt: bool,
}

/// Looks at a whole text of any kind, from its start.
pub fn encoding<R: Read + Seek>(text: &mut R) -> Result<Encoded, ReadError> {
    let Detected { encoding, finding, is_cut } = detect(text)?;
    Ok(Encoded { name: encoding.name(), is_spoilt: encoding == UTF_8 && (finding.is_some() || is_cut) })
}

/// Looks at a whole document, from its start.
pub(super) fn detect<R: Read + Seek>(document: &mut R) -> Result<Detected, ReadError> {
    document.seek(SeekFrom::Start(0))?;
    let mut head = Vec::new();
    document.by_ref().take(4).read_to_end(&mut head)?;
    if let Some(encoding) = wide(&head)? {
        return Ok(Detected { encoding, finding: Some(told(encoding)), is_cut: false });
    }
    document.seek(SeekFrom::Start(0))?;
    if let Some(Utf8 { is_cut }) = utf8(document)? {
        return Ok(Detected { encoding: UTF_8, finding: None, is_cut });
    }
    document.seek(SeekFrom::Start(0))?;
    guess(document)
}

/// UTF-16, by its mark or by the zero bytes beside the ASCII that JSON begins with.
fn wide(head: &[u8]) -> Result<Option<&'static Encoding>, ReadError> {
    match head {
        [0xff, 0xfe, 0, 0] | [0, 0, 0xfe, 0xff] | [_, 0, 0, 0] | [0, 0, 0, _] => {
            Err(unsupported("texto en UTF-32; guárdelo como UTF-8", "text in UTF-32; save it as UTF-8"))
        }
        [0xff, 0xfe, ..] => Ok(Some(UTF_16LE)),
        [0xfe, 0xff, ..] => Ok(Some(UTF_16BE)),
        [first, 0, second, 0] if first.is_ascii() && second.is_ascii() => Ok(Some(UTF_16LE)),
        [0, first, 0, second] if first.is_ascii() && second.is_ascii() => Ok(Some(UTF_16BE)),
        _ => Ok(None),
    }
}

/// Text whose every byte belongs to a UTF-8 sequence; the end may cut off the last one.
struct Utf8 {
    is_cut: bool,
}

/// Whether text is in UTF-8.
fn utf8(document: &mut impl Read) -> Result<Option<Utf8>, ReadError> {
    let mut buffer = vec![0; CHUNK];
    let mut kept = 0;
    loop {
        let space = buffer.get_mut(kept..).unwrap_or_default();
        let read = document.read(space)?;
        let filled = kept + read;
        if read == 0 {
            return Ok(Some(Utf8 { is_cut: kept > 0 }));
        }
        let bytes = buffer.get(..filled).unwrap_or_default();
        match std::str::from_utf8(bytes) {
            Ok(_) => kept = 0,
            Err(error) if error.error_len().is_none() => {
                let start = error.valid_up_to();
                buffer.copy_within(start..filled, 0);
                kept = filled - start;
            }
            Err(_) => return Ok(None),
        }
    }
}

/// What the bytes most likely are, when they are not UTF-8 throughout.
fn guess(document: &mut impl Read) -> Result<Detected, ReadError> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let (mut letters, mut broken) = (0_usize, 0_usize);
    let mut buffer = vec![0; CHUNK];
    let mut document = document.take(GUESSED_FROM);
    loop {
        let read = document.read(&mut buffer)?;
        let bytes = buffer.get(..read).unwrap_or_default();
        detector.feed(bytes, read == 0);
        if read == 0 {
            break;
        }
        for chunk in bytes.utf8_chunks() {
            letters += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
            broken += usize::from(!chunk.invalid().is_empty());
        }
    }
    // Many sequences that are UTF-8 by chance are less likely than a few bytes that were spoilt.
    if letters > broken.saturating_mul(4) {
        return Ok(Detected { encoding: UTF_8, finding: Some(spoilt()), is_cut: false });
    }
    let guessed = detector.guess(None, Utf8Detection::Deny);
    // A decoder that reads anything as windows-1252 keeps more than one that loses bytes.
    let encoding = if guessed == UTF_8 { WINDOWS_1252 } else { guessed };
    Ok(Detected { encoding, finding: Some(told(encoding)), is_cut: false })
}

fn warning(message: Bilingual) -> Finding {
    Finding::new(Severity::Warning, "W-GEN-ENCODING", "", message).with_hint(Bilingual::new(
        "guarde el archivo en UTF-8, la codificación de JSON (RFC 8259, sección 8.1)",
        "save the file as UTF-8, the encoding of JSON (RFC 8259, section 8.1)",
    ))
}

fn told(encoding: &'static Encoding) -> Finding {
    let name = encoding.name();
    warning(Bilingual::new(
        format!("el archivo no está en UTF-8; se leyó como {name}"),
        format!("the file is not in UTF-8; it was read as {name}"),
    ))
}

fn spoilt() -> Finding {
    warning(Bilingual::new(
        "el archivo está en UTF-8 pero tiene bytes inválidos; se leyeron como U+FFFD",
        "the file is in UTF-8 but holds invalid bytes; they were read as U+FFFD",
    ))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use rstest::rstest;

    use super::*;

    fn utf16(text: &str, little: bool) -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() })
            .collect()
    }

    #[rstest]
    #[case(b"{\"a\": \"\xc3\xb1\"}".to_vec(), "UTF-8", false)]
    #[case(b"\xef\xbb\xbf{\"a\": \"\xc3\xb1\"}".to_vec(), "UTF-8", false)]
    #[case(b"{\"title\": \"Educaci\xf3n y ni\xf1ez\", \"d\": \"a\xf1o\"}".to_vec(), "windows-1252", true)]
    #[case(utf16("\u{feff}{\"a\": \"ñ\"}", true), "UTF-16LE", true)]
    #[case(utf16("\u{feff}{\"a\": \"ñ\"}", false), "UTF-16BE", true)]
    #[case(utf16("{\"a\": \"ñ\"}", true), "UTF-16LE", true)]
    #[case(utf16("{\"a\": \"ñ\"}", false), "UTF-16BE", true)]
    #[case("{\"a\": \"ñ\"}".as_bytes().get(..8).unwrap().to_vec(), "UTF-8", false)]
    fn encodings_are_told_apart(#[case] bytes: Vec<u8>, #[case] name: &str, #[case] noted: bool) {
        let detected = detect(&mut Cursor::new(&bytes)).unwrap();
        assert_eq!((detected.encoding.name(), detected.finding.is_some()), (name, noted));
    }

    #[test]
    fn a_spoilt_byte_does_not_spoil_the_accents() {
        let mut bytes = "{\"a\": \"áéíóúñ ¿qué? informó el año\"".repeat(3).into_bytes();
        bytes.extend(b"\xf1}");
        let detected = detect(&mut Cursor::new(&bytes)).unwrap();
        let mut text = String::new();
        decoded(Cursor::new(&bytes), detected.encoding.name()).read_to_string(&mut text).unwrap();
        assert!(text.contains("áéíóúñ") && text.ends_with("\u{fffd}}"));
        assert_eq!(detected.finding.unwrap().code, "W-GEN-ENCODING");
    }

    #[test]
    fn marks_are_not_counted() {
        for bytes in [b"\xef\xbb\xbf{}".to_vec(), utf16("\u{feff}{}", true)] {
            let encoding = detect(&mut Cursor::new(&bytes)).unwrap().encoding;
            let mut text = String::new();
            decoded(Cursor::new(&bytes), encoding.name()).read_to_string(&mut text).unwrap();
            assert_eq!(text, "{}");
        }
    }

    #[test]
    fn a_sequence_across_two_reads_is_utf8() {
        let text = format!("{}ñ", "a".repeat(CHUNK - 1));
        assert!(!utf8(&mut text.as_bytes()).unwrap().unwrap().is_cut);
        let cut = text.as_bytes().split_last().unwrap().1;
        assert!(utf8(&mut &*cut).unwrap().unwrap().is_cut);
        assert!(encoding(&mut Cursor::new(cut)).unwrap().is_spoilt);
    }
}
