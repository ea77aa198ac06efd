//! Formats of distributions: open, machine-readable, in agreement with the media type.

use serde_json::Value;
use vitrina_domain::vocabulary::Term;

use super::{Observation, Subject, subject};
use crate::message::{self, Details};

/// The formats that the national platform of open data takes.
const PLATFORM: &[&str] = &["CSV", "SHP"];

/// Stars of openness from which on a format is advised.
const ADVISED_STARS: u64 = 3;

/// E-DS-8: some distribution is in an open and machine-readable format.
pub(super) fn one_is_open(subject: &Subject<'_>, observed: &mut Vec<Observation>) {
    let mut distributions = subject.distributions().peekable();
    if distributions.peek().is_none() {
        return;
    }
    let is_open = |term: &Term| term.flag("open") == Some(true) && term.flag("machineReadable") == Some(true);
    if !distributions.any(|(_, members)| subject.file_type(members).is_some_and(is_open)) {
        observed.push(Observation::new("E-DS-8", "/distribution", Details::default()));
    }
}

/// E-DI-2: format and media type name the same kind of file.
pub(super) fn agrees_with_media_type(subject: &Subject<'_>, observed: &mut Vec<Observation>) {
    let list = &subject.vocabularies.file_type;
    for (index, members) in subject.distributions() {
        let spelling = |name: &str| members.get(name).and_then(subject::spelling);
        let (Some(format), Some(media)) = (spelling("format"), spelling("mediaType")) else { continue };
        let (Some(format_term), Some(media_term)) = (list.resolve(format), list.resolve(media)) else {
            continue;
        };
        if !agree(format_term, media_term) {
            let details = Details::default()
                .with_both("value", message::excerpt(&media.into()))
                .with_both("limit", message::excerpt(&format.into()));
            observed.push(Observation::new("E-DI-2", format!("/distribution/{index}/mediaType"), details));
        }
    }
}

/// Whether a file of one format may come under the media type of the other.
fn agree(format: &Term, media: &Term) -> bool {
    let is = |term: &Term, attribute: &str| term.flag(attribute) == Some(true);
    format.code == media.code
        || broader(format).any(|code| code == media.code)
        || broader(media).any(|code| code == format.code)
        // An archive may be named by what it holds, and a service answers in many types.
        || [format, media].into_iter().any(|term| is(term, "container") || is(term, "service"))
}

fn broader(term: &Term) -> impl Iterator<Item = &str> {
    term.attributes.get("broader").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// W-DI-10: the data can be had in a format that the national platform takes.
pub(super) fn is_taken_by_the_platform(subject: &Subject<'_>, observed: &mut Vec<Observation>) {
    let taken = |term: &Term| {
        PLATFORM.contains(&term.code.as_str()) || broader(term).any(|code| PLATFORM.contains(&code))
    };
    if subject.distributions().any(|(_, members)| subject.file_type(members).is_some_and(taken)) {
        return;
    }
    observe_file_types(subject, observed, "W-DI-10", |_| Some(Details::default()));
}

/// W-DI-13: a format has three stars of openness or more.
pub(super) fn has_stars(subject: &Subject<'_>, observed: &mut Vec<Observation>) {
    observe_file_types(subject, observed, "W-DI-13", |term| {
        let stars =
            term.attributes.get("stars").and_then(Value::as_u64).filter(|stars| *stars < ADVISED_STARS)?;
        Some(Details::default().with("limit", stars.to_string()))
    });
}

/// Observes each distribution of a known file type that `judge` has something to say of.
fn observe_file_types(
    subject: &Subject<'_>,
    observed: &mut Vec<Observation>,
    code: &'static str,
    judge: impl Fn(&Term) -> Option<Details>,
) {
    for (index, members) in subject.distributions() {
        let Some(term) = subject.file_type(members) else { continue };
        let Some(details) = judge(term) else { continue };
        let name = if members.contains_key("format") { "format" } else { "mediaType" };
        let details = details.with_both("value", term.label.clone());
        observed.push(Observation::new(code, format!("/distribution/{index}/{name}"), details));
    }
}

/// W-DI-11: the characters are encoded in UTF-8.
pub(super) fn is_utf_8(subject: &Subject<'_>, observed: &mut Vec<Observation>) {
    for (pointer, value) in subject.of_distributions("characterEncoding") {
        let is_utf_8 =
            |name: &str| matches!(name.trim().to_ascii_lowercase().as_str(), "utf-8" | "utf8" | "us-ascii");
        if let Some(other) = subject::texts(value).find(|name| !is_utf_8(name)) {
            let details = Details::default().with_both("value", message::excerpt(&other.into()));
            observed.push(Observation::new("W-DI-11", pointer, details));
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use vitrina_domain::vocabulary::Vocabularies;

    use super::*;

    #[rstest]
    #[case("CSV", "text/csv", true)]
    #[case("CSV", "application/pdf", false)]
    #[case("GeoJSON", "application/json", true)]
    #[case("KML", "text/xml", true)]
    #[case("Shapefile", "application/zip", true)]
    #[case("CSV", "application/zip", true)]
    #[case("ArcGIS GeoServices REST API", "application/json", true)]
    #[case("Excel", "application/vnd.ms-excel", false)]
    #[case("Web Page", "text/html", true)]
    #[case("PDF", "text/html", false)]
    fn formats_and_media_types(#[case] format: &str, #[case] media: &str, #[case] expected: bool) {
        let vocabularies = Vocabularies::embedded().unwrap();
        let term = |spelling| vocabularies.file_type.resolve(spelling).unwrap();
        assert_eq!(agree(term(format), term(media)), expected);
    }
}
