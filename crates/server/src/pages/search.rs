//! The list of what was found.

use askama::Template;
use vitrina_app::{App, directory::Neighbours, facet::LabelledFacet};
use vitrina_domain::{
    query::Field,
    record::{Kind, Record, Stored},
};

use super::{Frame, Rendered};

/// What a page of results is made from.
pub(crate) struct Results<'a> {
    /// What was asked, as it was typed.
    pub(crate) query: &'a str,
    /// How many there are in all.
    pub(crate) total: u64,
    /// The records with their neighbours and, where words were found, a marked snippet (escaped HTML).
    pub(crate) hits: Vec<(Record<Stored>, Neighbours, Option<String>)>,
    /// Counts to narrow the search by.
    pub(crate) facets: Vec<LabelledFacet>,
    /// The path and query that facet links extend, ending in `?` or `&`.
    pub(crate) narrow: String,
    /// The path and query of the next page.
    pub(crate) next: Option<String>,
}

/// One record in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Card {
    pub(super) href: String,
    pub(super) title: String,
    pub(super) lang: String,
    pub(super) organization: String,
    pub(super) modified: String,
    /// Plain text, to be escaped.
    pub(super) summary: String,
    /// HTML made by the index: escaped, with `<mark>`.
    pub(super) snippet: Option<String>,
    pub(super) formats: Vec<String>,
}

/// One value to narrow by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(super) label: String,
    pub(super) count: u64,
    pub(super) href: String,
}

#[derive(Template)]
#[template(path = "search.html")]
struct Page<'a> {
    frame: Frame<'a>,
    query: &'a str,
    total: u64,
    hits: Vec<Card>,
    facets: Vec<(&'static str, Vec<Choice>)>,
    next: Option<&'a str>,
}

/// Renders a page of results.
pub(crate) fn search(app: &App, frame: Frame<'_>, results: &Results<'_>) -> Rendered {
    let card = |(record, beside, snippet): &(Record<Stored>, Neighbours, Option<String>)| {
        Card::new(app, &frame, record, beside, snippet.clone())
    };
    Page {
        query: results.query,
        total: results.total,
        hits: results.hits.iter().map(card).collect::<Result<_, _>>()?,
        facets: results.facets.iter().map(|facet| choices(&frame, facet, &results.narrow)).collect(),
        next: results.next.as_deref(),
        frame,
    }
    .render()
}

/// The values of a facet as links, under the facet's name for people.
pub(super) fn choices(frame: &Frame<'_>, facet: &LabelledFacet, narrow: &str) -> (&'static str, Vec<Choice>) {
    let heading = match facet.field {
        Field::Format => frame.t.formats,
        Field::Organization => frame.t.organizations,
        _ => frame.t.themes,
    };
    let choices = facet
        .buckets
        .iter()
        .map(|bucket| {
            let value: String = url::form_urlencoded::byte_serialize(bucket.value.as_bytes()).collect();
            Choice {
                label: bucket.label.get(frame.locale).to_owned(),
                count: bucket.count,
                href: format!("{narrow}{}={value}", facet.field.as_str()),
            }
        })
        .collect();
    (heading, choices)
}

impl Card {
    pub(super) fn new(
        app: &App,
        frame: &Frame<'_>,
        record: &Record<Stored>,
        beside: &Neighbours,
        snippet: Option<String>,
    ) -> Result<Self, askama::Error> {
        let languages = frame.languages();
        let outline = record.outline().map_err(askama::Error::custom)?;
        let (lang, title) = outline
            .title()
            .pick(&languages)
            .map_or(("", record.slug.as_str()), |(tag, title)| (tag.as_str(), title));
        let summary = outline.description().pick(&languages).map_or("", |(_, text)| text);
        let dataset = outline.as_dataset();
        let mut formats: Vec<String> = dataset
            .map(|dataset| dataset.distribution.as_slice())
            .unwrap_or_default()
            .iter()
            .filter_map(|distribution| distribution.format.as_ref()?.code())
            .map(|code| {
                app.vocabularies()
                    .file_type
                    .resolve(code)
                    .map_or_else(|| code.to_owned(), |term| term.code.clone())
            })
            .collect();
        formats.sort_unstable();
        formats.dedup();
        formats.truncate(5);
        let prefix = if record.kind() == Kind::Dataset { "/dataset/" } else { "/api/v1/" };
        let path = match record.kind() {
            Kind::Dataset => format!("{prefix}{}", record.slug),
            other => format!("{prefix}{}/{}", other.collection(), record.slug),
        };
        Ok(Self {
            href: path,
            title: title.to_owned(),
            lang: if lang == "und" { String::new() } else { lang.to_owned() },
            organization: beside
                .organization
                .as_ref()
                .map_or_else(String::new, |name| name.display(&languages).to_owned()),
            modified: dataset
                .and_then(|dataset| dataset.modified.as_ref())
                .map_or_else(String::new, |date| date.as_str().chars().take(10).collect()),
            summary: shorten(summary, 220),
            snippet,
            formats,
        })
    }
}

/// The beginning of a text, cut at a word.
pub(super) fn shorten(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let cut: String = text.chars().take(longest).collect();
    let end = cut.rfind(char::is_whitespace).unwrap_or(cut.len());
    format!("{}…", cut.get(..end).unwrap_or(&cut).trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_at_a_word() {
        assert_eq!(shorten("agua potable", 20), "agua potable");
        assert_eq!(shorten("agua potable y drenaje", 14), "agua potable…");
        assert_eq!(shorten("ñandúñandúñandú", 5), "ñandú…");
    }
}
