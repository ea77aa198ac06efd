//! The table: one row per record, for spreadsheets.

use std::borrow::Borrow;

use csv::{Terminator, WriterBuilder};
use vitrina_domain::{
    date::Date,
    language::{Keywords, Text},
    metadata::{Concept, Dataset, Distribution, Iri, Location},
    record::Record,
};

use super::{Context, own};

/// The columns, in order.
pub(super) const COLUMNS: &[&str] = &[
    "id",
    "kind",
    "slug",
    "identifier",
    "title",
    "description",
    "publisher",
    "keywords",
    "themes",
    "license",
    "access_level",
    "update_frequency",
    "issued",
    "modified",
    "temporal",
    "spatial",
    "language",
    "contact_name",
    "contact_email",
    "landing_page",
    "distributions",
    "formats",
    "download_urls",
    "visibility",
    "created_at",
    "updated_at",
    "url",
    "iri",
];

/// The names of the columns.
pub(super) fn header(out: &mut Vec<u8>) {
    line(COLUMNS.iter().map(|name| (*name).to_owned()), out);
}

/// One record.
pub(super) fn row(record: &Record, context: Context<'_>, out: &mut Vec<u8>) {
    let empty = Dataset::default();
    let dataset = record.metadata.as_dataset().unwrap_or(&empty);
    let text =
        |text: &Text| text.pick(context.languages).map(|(_, text)| text.to_owned()).unwrap_or_default();
    let contact = dataset.contact_point.first();
    let email = contact.and_then(|contact| contact.email.as_ref()).map(|email| email.as_str().to_owned());
    let cells = [
        record.id.to_string(),
        record.kind().as_str().to_owned(),
        record.slug.to_string(),
        record.metadata.identifier().unwrap_or_default().to_owned(),
        text(record.metadata.title()),
        text(record.metadata.description()),
        record.metadata.publisher().map(|agent| text(&agent.name)).unwrap_or_default(),
        words(&dataset.keyword),
        concepts(dataset.theme.iter()),
        concepts(
            dataset
                .license
                .iter()
                .chain(dataset.distribution.iter().filter_map(|file| file.license.as_ref())),
        ),
        dataset.access_level.clone().unwrap_or_default(),
        concepts(dataset.accrual_periodicity.iter()),
        date(dataset.issued.as_ref()),
        date(dataset.modified.as_ref()),
        join(dataset.temporal.iter().map(vitrina_domain::metadata::PeriodOfTime::to_interval)),
        join(dataset.spatial.iter().map(|place| self::place(place, context))),
        concepts(dataset.language.iter()),
        contact.map(|contact| text(&contact.name)).unwrap_or_default(),
        email.unwrap_or_default(),
        dataset.landing_page.as_ref().map(Iri::to_string).unwrap_or_default(),
        dataset.distribution.len().to_string(),
        concepts(
            dataset.distribution.iter().filter_map(|file| file.format.as_ref().or(file.media_type.as_ref())),
        ),
        join(dataset.distribution.iter().filter_map(Distribution::url).map(Iri::to_string)),
        record.visibility.state().to_owned(),
        record.created.to_string(),
        record.updated.to_string(),
        own::page(record, context.base_url),
        own::iri(record, context.base_url),
    ];
    line(cells.into_iter().map(guarded), out);
}

fn line(cells: impl Iterator<Item = String>, out: &mut Vec<u8>) {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    // Writing into memory cannot fail.
    let _infallible = writer.write_record(cells);
}

/// Several values in one cell: with a separator that words and addresses do not hold, each value once.
fn join(values: impl Iterator<Item = String>) -> String {
    let mut once: Vec<String> = Vec::new();
    for value in values.filter(|value| !value.is_empty()) {
        if !once.contains(&value) {
            once.push(value);
        }
    }
    once.join(" | ")
}

fn words(keywords: &Keywords) -> String {
    join(keywords.iter().map(|(_, word)| word.to_owned()))
}

fn concepts<C: Borrow<Concept>>(concepts: impl IntoIterator<Item = C>) -> String {
    join(concepts.into_iter().filter_map(|concept| concept.borrow().code().map(str::to_owned)))
}

fn date(date: Option<&Date>) -> String {
    date.map(Date::to_string).unwrap_or_default()
}

fn place(place: &Location, context: Context<'_>) -> String {
    let label = place.label.pick(context.languages).map(|(_, text)| text.to_owned());
    label
        .or_else(|| place.identifier.clone())
        .or_else(|| place.iri.as_ref().map(Iri::to_string))
        .unwrap_or_default()
}

/// A cell that no spreadsheet takes for a formula.
fn guarded(cell: String) -> String {
    const STARTS: &[char] = &['=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠'];
    if cell.starts_with(STARTS) && !is_number(&cell) { format!("'{cell}") } else { cell }
}

/// A plain decimal number: digits, and at most one sign before and one point between them.
fn is_number(cell: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = cell.strip_prefix(['-', '+']).unwrap_or(cell);
    match unsigned.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(unsigned),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("=1+1", "'=1+1")]
    #[case("+52 81 2020 0000", "'+52 81 2020 0000")]
    #[case("-25.67", "-25.67")]
    #[case("-25.67.1", "'-25.67.1")]
    #[case("@SUM(A1)", "'@SUM(A1)")]
    #[case("\tx", "'\tx")]
    #[case("\0x", "'\0x")]
    #[case("＝1", "'＝1")]
    #[case("Agua = vida", "Agua = vida")]
    #[case("", "")]
    fn formulas_are_disarmed(#[case] cell: &str, #[case] expected: &str) {
        assert_eq!(guarded(cell.to_owned()), expected);
    }

    #[test]
    fn a_cell_with_separators_is_quoted() {
        let mut out = Vec::new();
        line(["a,b".to_owned(), "c\"d".to_owned(), "e".to_owned()].into_iter(), &mut out);
        assert_eq!(out, b"\"a,b\",\"c\"\"d\",e\r\n");
    }
}
