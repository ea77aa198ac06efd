//! The page of one dataset.

use askama::Template;
use vitrina_app::{
    App,
    directory::{Name, Neighbours},
};
use vitrina_domain::{
    language::Text,
    metadata::{Concept, ContactPoint, Dataset, Distribution, Email, Iri, LegalResource, Location},
    record::Record,
    vocabulary::Vocabulary,
};

use super::{Frame, Rendered};

/// A value, and where it leads if it is a link of the web.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Link {
    pub(super) text: String,
    pub(super) href: Option<String>,
}

/// One line of the table of properties.
struct Property {
    name: &'static str,
    values: Vec<Link>,
}

/// One file or service.
struct File {
    title: String,
    description: String,
    format: String,
    size: String,
    href: Option<String>,
    action: &'static str,
}

/// The record in another format.
struct Representation {
    label: &'static str,
    href: String,
    media_type: &'static str,
}

#[derive(Template)]
#[template(path = "dataset.html")]
struct Page<'a> {
    frame: Frame<'a>,
    title: &'a str,
    title_lang: &'a str,
    paragraphs: Vec<&'a str>,
    properties: Vec<Property>,
    files: Vec<File>,
    hidden_files: usize,
    api: String,
    permanent: String,
    revision: u32,
    representations: Vec<Representation>,
}

/// Renders the page of a dataset.
pub(crate) fn dataset(
    app: &App,
    frame: Frame<'_>,
    record: &Record,
    dataset: &Dataset,
    all_files: usize,
    beside: &Neighbours,
) -> Rendered {
    let languages = frame.languages();
    let (title_lang, title) =
        dataset.title.pick(&languages).map_or(("", dataset.display_title(&languages)), |(tag, title)| {
            (if tag.is_undetermined() { "" } else { tag.as_str() }, title)
        });
    let description = dataset.description.pick(&languages).map_or("", |(_, text)| text);
    let files = dataset.distribution.iter().map(|distribution| file(app, &frame, distribution));
    let representations = vitrina_formats::Format::ALL
        .iter()
        .filter_map(|format| {
            Some(Representation {
                label: format.name(),
                href: format!("/dataset/{}.{}", record.slug, format.extension()?),
                media_type: format.media_type(),
            })
        })
        .collect();
    Page {
        title,
        title_lang,
        paragraphs: description.split("\n\n").map(str::trim).filter(|text| !text.is_empty()).collect(),
        properties: properties(app, &frame, dataset, beside),
        files: files.collect(),
        hidden_files: all_files.saturating_sub(dataset.distribution.len()),
        api: format!("/api/v1/datasets/{}", record.id),
        permanent: app.address(&format!("/id/dataset/{}", record.id)),
        revision: record.revision,
        representations,
        frame,
    }
    .render()
}

/// The catalog that a record is at home in, and what else is in it.
pub(super) fn catalog(frame: &Frame<'_>, name: &Name) -> Link {
    Link {
        text: name.display(&frame.languages()).to_owned(),
        href: Some(format!("/search?catalog={}", name.slug)),
    }
}

fn properties(app: &App, frame: &Frame<'_>, dataset: &Dataset, beside: &Neighbours) -> Vec<Property> {
    let t = frame.t;
    let lists = app.vocabularies();
    let languages = frame.languages();
    let text = |value: &Text| value.pick(&languages).map(|(_, text)| plain(text));
    let date = |date: &Option<vitrina_domain::date::Date>| date.as_ref().map(|date| plain(date.as_str()));
    let publisher = dataset.publisher.as_ref().and_then(|agent| text(&agent.name));
    let organization = beside.organization.as_ref().map(|name| plain(name.display(&languages)));
    let dictionary =
        dataset.data_dictionary.as_ref().or(dataset.described_by.as_ref()).and_then(|reference| {
            let href = reference.iri.as_ref().or(reference.access_url.as_ref()).and_then(web);
            Some(Link { text: text(&reference.title).map(|link| link.text).or_else(|| href.clone())?, href })
        });
    let concept = |list: &Vocabulary, concept: &Concept| labelled(frame, list, concept);
    let rows: Vec<(&'static str, Vec<Link>)> = vec![
        (t.publisher, publisher.or(organization).into_iter().collect()),
        (t.issued, date(&dataset.issued).into_iter().collect()),
        (t.modified, date(&dataset.modified).into_iter().collect()),
        (
            t.frequency,
            dataset.accrual_periodicity.iter().filter_map(|c| concept(&lists.frequency, c)).collect(),
        ),
        (t.temporal, dataset.temporal.iter().map(|period| plain(&period.to_interval())).collect()),
        (t.spatial, dataset.spatial.iter().filter_map(|one| place(app, frame, one)).collect()),
        (t.themes, dataset.theme.iter().filter_map(|c| concept(&lists.theme, c)).collect()),
        (t.keywords, dataset.keyword.iter().map(|(_, word)| plain(word)).collect()),
        (t.language, dataset.language.iter().filter_map(|c| concept(&lists.language, c)).collect()),
        (t.license, dataset.license.iter().filter_map(|c| concept(&lists.licence, c)).collect()),
        (
            t.legislation,
            dataset.applicable_legislation.iter().filter_map(|basis| legal(frame, basis)).collect(),
        ),
        (t.dictionary, dictionary.into_iter().collect()),
        (
            t.landing_page,
            dataset
                .landing_page
                .iter()
                .filter_map(|iri| Some(Link { text: iri.to_string(), href: Some(web(iri)?) }))
                .collect(),
        ),
        (t.contact, dataset.contact_point.iter().filter_map(|point| contact(frame, point)).collect()),
        (t.remarks, text(&dataset.comments).into_iter().collect()),
        (t.in_catalog, beside.catalog.iter().map(|name| catalog(frame, name)).collect()),
        (t.identifier, dataset.identifier.iter().map(|identifier| plain(identifier)).collect()),
    ];
    rows.into_iter()
        .filter(|(_, values)| !values.is_empty())
        .map(|(name, values)| Property { name, values })
        .collect()
}

fn contact(frame: &Frame<'_>, contact: &ContactPoint) -> Option<Link> {
    let email = contact.email.as_ref();
    let name = contact.name.pick(&frame.languages()).map(|(_, name)| name.to_owned());
    Some(Link {
        text: name.or_else(|| email.map(|email| email.as_str().to_owned()))?,
        href: email.map(Email::to_mailto),
    })
}

fn legal(frame: &Frame<'_>, basis: &LegalResource) -> Option<Link> {
    let title = basis.title.pick(&frame.languages()).map(|(_, title)| title.to_owned());
    let article = basis.article.as_ref().map(|article| format!("art. {article}"));
    let words: Vec<String> = [title, article].into_iter().flatten().collect();
    let iri = basis.iri.as_ref();
    Some(Link {
        text: if words.is_empty() { iri?.to_string() } else { words.join(", ") },
        href: iri.and_then(web),
    })
}

fn place(app: &App, frame: &Frame<'_>, place: &Location) -> Option<Link> {
    let key = place.identifier.as_deref().or(place.iri.as_ref().map(Iri::as_str));
    let known = key.and_then(|key| app.vocabularies().municipality.resolve(key));
    let label = place.label.pick(&frame.languages()).map(|(_, label)| label);
    known.map(|term| term.label.get(frame.locale)).or(label).or(key).map(plain)
}

fn file(app: &App, frame: &Frame<'_>, distribution: &Distribution) -> File {
    let languages = frame.languages();
    let text = |value: &Text| value.pick(&languages).map_or_else(String::new, |(_, text)| text.to_owned());
    let format = distribution.format.as_ref().or(distribution.media_type.as_ref());
    let format = format.and_then(|concept| labelled(frame, &app.vocabularies().file_type, concept));
    let href = distribution.url().and_then(web);
    let title = text(&distribution.title);
    File {
        title: if title.is_empty() { href.clone().unwrap_or_default() } else { title },
        description: text(&distribution.description),
        format: format.map(|link| link.text).unwrap_or_default(),
        size: distribution.byte_size.map(size).unwrap_or_default(),
        action: if distribution.download_url.is_some() { frame.t.download } else { frame.t.open },
        href,
    }
}

fn plain(text: &str) -> Link {
    Link { text: text.to_owned(), href: None }
}

/// The address, if a browser may follow it: other schemes than those of the web are shown, never linked.
fn web(iri: &Iri) -> Option<String> {
    iri.is_web().then(|| iri.to_string())
}

fn labelled(frame: &Frame<'_>, list: &Vocabulary, concept: &Concept) -> Option<Link> {
    let code = concept.code()?;
    let href = concept.iri.as_ref().and_then(web);
    let label = list.resolve(code).map(|term| term.label.get(frame.locale).to_owned());
    let own = concept.label.pick(&frame.languages()).map(|(_, label)| label.to_owned());
    Some(Link { text: label.or(own).unwrap_or_else(|| code.to_owned()), href })
}

/// A size for people, in units of 1,000 bytes.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut scaled = bytes;
    let mut rest = 0;
    let mut unit = 0;
    while scaled >= 1000 && unit + 1 < UNITS.len() {
        rest = scaled % 1000;
        scaled /= 1000;
        unit += 1;
    }
    let name = UNITS.get(unit).copied().unwrap_or_default();
    if unit == 0 || scaled >= 100 {
        format!("{scaled} {name}")
    } else {
        format!("{scaled}.{} {name}", rest / 100)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0, "0 B")]
    #[case(999, "999 B")]
    #[case(1_500, "1.5 kB")]
    #[case(123_456_789, "123 MB")]
    #[case(u64::MAX, "18446744 TB")]
    fn sizes(#[case] bytes: u64, #[case] text: &str) {
        assert_eq!(size(bytes), text);
    }

    #[rstest]
    #[case("https://example.org/", true)]
    #[case("javascript:alert(1)", false)]
    #[case("data:text/html,x", false)]
    #[case("ftp://example.org/", false)]
    fn only_the_web_is_linked(#[case] iri: &str, #[case] linked: bool) {
        assert_eq!(web(&iri.parse().unwrap()).is_some(), linked);
    }
}
