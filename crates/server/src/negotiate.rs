//! Which representation a reader gets: `Accept`, file extension and `?f=` are equal ways to ask.

use axum::http::{HeaderMap, HeaderValue, header};
use mediatype::{MediaType, ReadParams as _, names};
use vitrina_domain::finding::Bilingual;
use vitrina_formats::Format;

use crate::{
    locale::quality,
    nearest::nearest,
    problem::{Code, Problem},
};

/// The most media ranges that are looked at in one header.
const MAX_RANGES: usize = 64;

/// A representation: one of the formats, or a page for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Representation {
    /// A page.
    Html,
    /// A document.
    Data(Format),
}

impl Representation {
    /// Every representation, pages first.
    pub fn all() -> impl Iterator<Item = Self> {
        std::iter::once(Self::Html).chain(Format::ALL.iter().copied().map(Self::Data))
    }

    /// The word in `?f=`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Data(format) => format.name(),
        }
    }

    /// The file extension, where it has one.
    pub const fn extension(self) -> Option<&'static str> {
        match self {
            Self::Html => Some("html"),
            Self::Data(format) => format.extension(),
        }
    }

    /// The media type, without parameters.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Html => "text/html",
            Self::Data(format) => format.media_type(),
        }
    }

    /// The value of `Content-Type`.
    pub fn content_type(self) -> HeaderValue {
        let media_type = self.media_type();
        if media_type.starts_with("text/") {
            return HeaderValue::from_str(&format!("{media_type}; charset=utf-8"))
                .unwrap_or_else(|_error| HeaderValue::from_static("application/octet-stream"));
        }
        HeaderValue::from_static(media_type)
    }

    fn named(name: &str, offered: &[Self]) -> Option<Self> {
        offered.iter().copied().find(|one| one.name() == name || one.extension() == Some(name))
    }
}

/// How a reader asked for a representation.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wish<'a> {
    /// `?f=`.
    pub parameter: Option<&'a str>,
    /// The file extension of the path.
    pub extension: Option<&'a str>,
}

/// Chooses among what a route offers, its default first. The most explicit wish wins: `?f=`, then the extension,
/// then `Accept`.
pub fn choose(
    offered: &[Representation],
    wish: Wish<'_>,
    headers: &HeaderMap,
) -> Result<Representation, Problem> {
    if let Some(name) = wish.parameter {
        return Representation::named(name, offered).ok_or_else(|| unknown_name(name, offered));
    }
    if let Some(extension) = wish.extension {
        return Representation::named(extension, offered).ok_or_else(|| not_acceptable(offered));
    }
    let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges: Vec<Range<'_>> =
        values.flat_map(split_outside_quotes).take(MAX_RANGES).filter_map(Range::parse).collect();
    if ranges.is_empty() {
        return offered.first().copied().ok_or_else(|| not_acceptable(offered));
    }
    let mut best: Option<(u16, Representation)> = None;
    for one in offered {
        let quality = quality_of(*one, &ranges);
        // Equal wishes go to what the route prefers, which comes first.
        if quality > 0 && best.is_none_or(|(highest, _)| quality > highest) {
            best = Some((quality, *one));
        }
    }
    best.map(|(_, one)| one).ok_or_else(|| not_acceptable(offered))
}

fn unknown_name(name: &str, offered: &[Representation]) -> Problem {
    let names = || offered.iter().map(|one| one.name());
    let shown: String = name.chars().take(40).collect();
    let text = Bilingual::new(
        format!("«{shown}» no es un formato de esta operación"),
        format!("\"{shown}\" is not a format of this operation"),
    );
    Problem::parameter(Code::InvalidParameter, "f", text)
        .with_nearest(nearest(name, names()))
        .with_allowed(names())
}

fn not_acceptable(offered: &[Representation]) -> Problem {
    Problem::new(Code::NotAcceptable).with_allowed(offered.iter().map(|one| one.media_type()))
}

/// One media range of an `Accept` header.
#[derive(Debug)]
struct Range<'a> {
    media: MediaType<'a>,
    quality: u16,
}

impl<'a> Range<'a> {
    /// Malformed ranges are left out: clients in the field send `*; q=.2` beside good ones.
    fn parse(text: &'a str) -> Option<Self> {
        let media = MediaType::parse(text.trim()).ok()?;
        let quality = media.get_param(names::Q).map_or(Some(1000), |value| quality(value.as_str()))?;
        Some(Self { media, quality })
    }

    /// How closely the range names a media type: exactly (2), by its type (1), by anything (0), or not at all.
    /// Parameters such as `profile` and `charset` do not keep a range from matching.
    fn closeness(&self, offered: &MediaType<'_>) -> Option<u8> {
        let any = names::_STAR;
        if self.media.ty == any {
            return (self.media.subty == any).then_some(0);
        }
        if self.media.ty != offered.ty {
            return None;
        }
        if self.media.subty == any {
            return Some(1);
        }
        (self.media.subty == offered.subty && self.media.suffix == offered.suffix).then_some(2)
    }
}

/// The quality of a representation: that of the range that names it most closely (RFC 9110 section 12.5.1).
fn quality_of(one: Representation, ranges: &[Range<'_>]) -> u16 {
    let Ok(media) = MediaType::parse(one.media_type()) else { return 0 };
    let closest = ranges.iter().filter_map(|range| Some((range.closeness(&media)?, range.quality)));
    closest.max_by_key(|(closeness, quality)| (*closeness, *quality)).map_or(0, |(_, quality)| quality)
}

/// The parts of a comma-separated header; commas inside quotes do not part.
fn split_outside_quotes(text: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let mut escaped = false;
    text.split(move |c: char| {
        let was_escaped = std::mem::take(&mut escaped);
        match c {
            '\\' if quoted && !was_escaped => escaped = true,
            '"' if !was_escaped => quoted = !quoted,
            ',' => return !quoted,
            _ => {}
        }
        false
    })
}

/// What answers of negotiating routes depend on.
const VARY: &str = "Accept, Accept-Language, Accept-Encoding";

/// Says in the headers what the body is, and what the choice depended on.
pub fn label(headers: &mut HeaderMap, chosen: Representation) {
    headers.insert(header::CONTENT_TYPE, chosen.content_type());
    headers.insert(header::VARY, HeaderValue::from_static(VARY));
    if chosen == Representation::Data(Format::Csv) {
        // Cells that a spreadsheet would take for formulas are marked as text.
        headers.insert("x-export-escaped", HeaderValue::from_static("1"));
    }
}

/// About as long as the link to a representation.
const LINK: usize = 160;

/// Says in the headers which representation this is and where the others are.
///
/// `address` gives the absolute address of a representation.
pub fn describe(
    headers: &mut HeaderMap,
    chosen: Representation,
    offered: &[Representation],
    address: impl Fn(Representation) -> String,
) {
    label(headers, chosen);
    let mut links = String::with_capacity(offered.len() * LINK);
    for one in offered {
        let separator = if links.is_empty() { "<" } else { ", <" };
        for part in [separator, &address(*one), ">; rel=\"alternate\"; type=\"", one.media_type(), "\""] {
            links.push_str(part);
        }
    }
    if let Ok(value) = HeaderValue::try_from(links) {
        headers.append(header::LINK, value);
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const HTML: Representation = Representation::Html;
    const JSON: Representation = Representation::Data(Format::Json);
    const TURTLE: Representation = Representation::Data(Format::Turtle);
    const CSV: Representation = Representation::Data(Format::Csv);
    const OFFERED: &[Representation] = &[JSON, HTML, CSV, TURTLE];

    fn by_accept(accept: &str) -> Result<Representation, Code> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_str(accept).unwrap());
        choose(OFFERED, Wish::default(), &headers).map_err(|problem| problem.code())
    }

    #[rstest]
    #[case::nothing("", Ok(JSON))]
    #[case::anything("*/*", Ok(JSON))]
    #[case::browser("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Ok(HTML))]
    #[case::quality("text/turtle;q=0.4, text/csv;q=0.5", Ok(CSV))]
    #[case::quality_order("text/csv;q=0.3, text/turtle;q=0.5, text/html;q=0.2", Ok(TURTLE))]
    #[case::by_type("text/*", Ok(HTML))]
    #[case::refused("application/json;q=0, */*;q=0.1", Ok(HTML))]
    #[case::exact_beats_any("*/*, application/json;q=0.1", Ok(HTML))]
    #[case::profile("text/turtle;profile=\"http://a,b/c\"", Ok(TURTLE))]
    #[case::charset("application/json; charset=utf-8", Ok(JSON))]
    #[case::old_java("text/turtle, *; q=.2, */*; q=.2", Ok(TURTLE))]
    #[case::case_free("Text/Turtle", Ok(TURTLE))]
    #[case::unknown("image/png", Err(Code::NotAcceptable))]
    #[case::all_refused("*/*;q=0", Err(Code::NotAcceptable))]
    fn chooses_by_accept(#[case] accept: &str, #[case] chosen: Result<Representation, Code>) {
        assert_eq!(by_accept(accept), chosen);
    }

    #[rstest]
    #[case(Some("ttl"), None, Ok(TURTLE))]
    #[case(Some("csv"), Some("ttl"), Ok(CSV))]
    #[case(None, Some("html"), Ok(HTML))]
    #[case(Some("turtle"), None, Err(Code::InvalidParameter))]
    #[case(None, Some("exe"), Err(Code::NotAcceptable))]
    fn parameter_and_extension_go_before_accept(
        #[case] parameter: Option<&str>,
        #[case] extension: Option<&str>,
        #[case] chosen: Result<Representation, Code>,
    ) {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        let made = choose(OFFERED, Wish { parameter, extension }, &headers);
        assert_eq!(made.map_err(|problem| problem.code()), chosen);
    }

    #[test]
    fn a_mistaken_name_gets_the_nearest() {
        let wish = Wish { parameter: Some("jsn"), extension: None };
        let problem = choose(OFFERED, wish, &HeaderMap::new()).unwrap_err();
        assert_eq!(problem.nearest(), Some("json"));
    }

    #[test]
    fn ten_thousand_types_cost_little() {
        assert_eq!(by_accept(&"image/png,".repeat(10_000)), Err(Code::NotAcceptable));
    }

    #[test]
    fn the_answer_names_its_alternates() {
        let mut headers = HeaderMap::new();
        describe(&mut headers, TURTLE, OFFERED, |one| {
            format!("https://x/dataset/a.{}", one.extension().unwrap())
        });
        assert_eq!(headers["content-type"], "text/turtle; charset=utf-8");
        assert_eq!(headers["vary"], VARY);
        let links: Vec<_> = headers["link"].to_str().unwrap().split(", ").collect();
        assert_eq!(links.len(), OFFERED.len());
        assert!(links.contains(&"<https://x/dataset/a.csv>; rel=\"alternate\"; type=\"text/csv\""));
    }
}
