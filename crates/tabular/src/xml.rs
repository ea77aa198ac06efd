//! A look over XML before a parser sees it: what parsers stumble over is refused, and tags are shown as they pass.
//!
//! The look is flat: it keeps one tag at a time and calls nothing by itself. What declares entities, tags of any
//! length and elements of any depth are the ways by which XML of a few bytes exhausts its reader.

use memchr::memchr2;
use vitrina_app::ports::parser::{Refusal, part_pointer};
use vitrina_domain::finding::Bilingual;

use crate::limit;

/// Looks over XML that comes in pieces.
#[derive(Debug)]
pub(crate) struct Scan {
    part: String,
    state: State,
    tag: Vec<u8>,
    attributes: usize,
    depth: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Text,
    /// After `<`, up to `>`.
    Tag,
    /// Within a value of a tag, up to the same quotation mark.
    Quoted(u8),
    /// Up to an end that begins with the byte that ends it, of which so many bytes were seen.
    Skip(&'static [u8], usize),
}

/// A tag that passes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tag<'a> {
    /// The name without its prefix.
    pub(crate) name: &'a [u8],
    attributes: &'a [u8],
}

impl<'a> Tag<'a> {
    /// The value of an attribute as it is written, by its name without prefix.
    pub(crate) fn attribute(&self, wanted: &str) -> Option<&'a [u8]> {
        let mut rest = self.attributes;
        loop {
            let equals = rest.iter().position(|b| *b == b'=')?;
            let (name, after) = rest.split_at(equals);
            let open = after.iter().position(|b| matches!(b, b'"' | b'\''))?;
            let quote = *after.get(open)?;
            let value = after.get(open + 1..)?;
            let close = value.iter().position(|b| *b == quote)?;
            if local(name.trim_ascii()) == wanted.as_bytes() {
                return value.get(..close);
            }
            rest = value.get(close + 1..)?;
        }
    }

    /// Whether it is an element by itself, without content.
    pub(crate) fn is_whole(&self) -> bool {
        self.attributes.ends_with(b"/")
    }

    /// Whether an attribute has one of the spellings of yes.
    pub(crate) fn says(&self, wanted: &str) -> bool {
        matches!(self.attribute(wanted), Some(b"1" | b"true"))
    }
}

/// A name without its prefix.
fn local(name: &[u8]) -> &[u8] {
    name.rsplit(|b| *b == b':').next().unwrap_or(name)
}

impl Scan {
    /// A look over the part of a package with this name.
    pub(crate) fn of(part: &str) -> Self {
        Self { part: part.to_owned(), state: State::Text, tag: Vec::new(), attributes: 0, depth: 0 }
    }

    /// Looks over the next piece, and shows the tags that begin or are an element.
    pub(crate) fn feed(&mut self, mut bytes: &[u8], mut seen: impl FnMut(Tag<'_>)) -> Result<(), Refusal> {
        while let Some((first, rest)) = bytes.split_first() {
            match self.state {
                State::Text => {
                    let Some(at) = memchr2(b'<', 0, bytes) else { return Ok(()) };
                    if bytes.get(at) == Some(&0) {
                        return Err(self.refuse_encoding());
                    }
                    self.begin_tag();
                    bytes = bytes.get(at + 1..).unwrap_or_default();
                    continue;
                }
                State::Skip(end, matched) => self.state = skipped(end, matched, *first),
                State::Quoted(quote) => {
                    self.keep(*first)?;
                    if *first == quote {
                        self.state = State::Tag;
                    }
                }
                State::Tag if *first == b'>' => self.end_tag(&mut seen)?,
                State::Tag => self.within_tag(*first)?,
            }
            bytes = rest;
        }
        Ok(())
    }

    fn begin_tag(&mut self) {
        self.state = State::Tag;
        self.tag.clear();
        self.attributes = 0;
    }

    fn keep(&mut self, byte: u8) -> Result<(), Refusal> {
        self.tag.push(byte);
        match byte {
            0 => Err(self.refuse_encoding()),
            _ if self.tag.len() > limit::TAG_BYTES => Err(self.refuse_complex(
                "E-FILE-XML-TAG",
                &format!("una etiqueta XML de más de {} bytes", limit::TAG_BYTES),
                &format!("an XML tag of more than {} bytes", limit::TAG_BYTES),
            )),
            _ => Ok(()),
        }
    }

    fn within_tag(&mut self, byte: u8) -> Result<(), Refusal> {
        self.keep(byte)?;
        match self.tag.as_slice() {
            b"!--" => self.state = State::Skip(b"-->", 0),
            b"![CDATA[" => self.state = State::Skip(b"]]>", 0),
            b"?" => self.state = State::Skip(b"?>", 0),
            [b'!', letter, ..] if letter.is_ascii_alphabetic() => {
                let message = Bilingual::new(
                    "XML con DOCTYPE o entidades, que en estos archivos no hacen falta",
                    "XML with a DOCTYPE or entities, which such files have no need of",
                );
                return Err(Refusal::unreadable("E-FILE-XML-DOCTYPE", part_pointer(&self.part), message));
            }
            _ if matches!(byte, b'"' | b'\'') => {
                self.state = State::Quoted(byte);
                self.attributes += 1;
                if self.attributes > limit::ATTRIBUTES {
                    let most = limit::ATTRIBUTES;
                    return Err(self.refuse_complex(
                        "E-FILE-XML-ATTRIBUTES",
                        &format!("una etiqueta XML con más de {most} atributos"),
                        &format!("an XML tag with more than {most} attributes"),
                    ));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn end_tag(&mut self, seen: &mut impl FnMut(Tag<'_>)) -> Result<(), Refusal> {
        self.state = State::Text;
        if self.tag.first() == Some(&b'/') {
            self.depth = self.depth.saturating_sub(1);
            return Ok(());
        }
        let is_whole = self.tag.last() == Some(&b'/');
        self.depth += usize::from(!is_whole);
        if self.depth > limit::DEPTH {
            let most = limit::DEPTH;
            return Err(self.refuse_complex(
                "E-FILE-XML-DEPTH",
                &format!("elementos XML anidados a más de {most} niveles"),
                &format!("XML elements nested deeper than {most} levels"),
            ));
        }
        let end =
            self.tag.iter().position(|b| b.is_ascii_whitespace() || *b == b'/').unwrap_or(self.tag.len());
        let (name, attributes) = self.tag.split_at(end);
        seen(Tag { name: local(name), attributes });
        Ok(())
    }

    fn refuse_complex(&self, code: &str, es: &str, en: &str) -> Refusal {
        Refusal::too_complex(code, part_pointer(&self.part), Bilingual::new(es, en))
    }

    fn refuse_encoding(&self) -> Refusal {
        let message = Bilingual::new(
            "XML que no está en UTF-8, la codificación de estos archivos",
            "XML that is not in UTF-8, the encoding of such files",
        );
        Refusal::unreadable("E-FILE-XML-ENCODING", part_pointer(&self.part), message)
    }
}

/// The state after one more byte of what is passed over.
fn skipped(end: &'static [u8], matched: usize, byte: u8) -> State {
    if end.get(matched) == Some(&byte) {
        return if matched + 1 == end.len() { State::Text } else { State::Skip(end, matched + 1) };
    }
    // The last bytes of `--->` and `]]]>` are an end, too.
    let repeats = matched == 2 && end.get(1) == Some(&byte);
    let begins = end.first() == Some(&byte);
    State::Skip(end, if repeats { matched } else { usize::from(begins) })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn names(xml: &[u8], piece: usize) -> Result<Vec<String>, String> {
        let mut scan = Scan::of("part.xml");
        let mut names = Vec::new();
        for piece in xml.chunks(piece) {
            scan.feed(piece, |tag| names.push(String::from_utf8_lossy(tag.name).into_owned()))
                .map_err(|refusal| refusal.finding.code)?;
        }
        Ok(names)
    }

    #[rstest]
    #[case("<?xml version=\"1.0\"?><a><x:b c='>'/></a>", &["a", "b"])]
    #[case("<a><!-- <b> ---><c/></a>", &["a", "c"])]
    #[case("<a><![CDATA[<b>]]]><c d=\"<\"/></a>", &["a", "c"])]
    #[case("<a>text & more</a>", &["a"])]
    fn tags_are_told_in_pieces_of_any_length(#[case] xml: &str, #[case] expected: &[&str]) {
        for piece in 1..=xml.len() {
            assert_eq!(names(xml.as_bytes(), piece).unwrap(), expected, "{piece}");
        }
    }

    #[rstest]
    #[case("<!DOCTYPE a>".to_owned(), "E-FILE-XML-DOCTYPE")]
    #[case("<a/> <!ENTITY b 'c'>".to_owned(), "E-FILE-XML-DOCTYPE")]
    #[case("<a>".repeat(1_000_000), "E-FILE-XML-DEPTH")]
    #[case(format!("<a {}>", "b='' ".repeat(60_000)), "E-FILE-XML-ATTRIBUTES")]
    #[case(format!("<a b='{}'>", "x".repeat(100_000)), "E-FILE-XML-TAG")]
    #[case(format!("<{}", "x".repeat(100_000)), "E-FILE-XML-TAG")]
    #[case("\u{0}<\u{0}a\u{0}>".to_owned(), "E-FILE-XML-ENCODING")]
    fn what_exhausts_parsers_is_refused(#[case] xml: String, #[case] code: &str) {
        for piece in [1, 7, xml.len()] {
            assert_eq!(names(xml.as_bytes(), piece).unwrap_err(), code, "{piece}");
        }
    }

    #[test]
    fn attributes_are_found_by_their_local_name() {
        let mut found = Vec::new();
        let see = |tag: Tag<'_>| {
            found.push((tag.attribute("id").map(<[u8]>::to_vec), tag.says("hidden")));
        };
        Scan::of("x").feed(b"<row n = 'id=\"1\"' r:id=\"rId7\" hidden='1'/><row/>", see).unwrap();
        assert_eq!(found, [(Some(b"rId7".to_vec()), true), (None, false)]);
    }
}
