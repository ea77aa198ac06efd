//! The first page: search, what is new, and what there is.

use std::{collections::HashMap, sync::Arc};

use askama::Template;
use vitrina_app::{
    App,
    directory::{Name, Neighbours},
    facet::LabelledFacet,
};
use vitrina_domain::record::{Kind, Record, Stored};

use super::{
    Frame, Rendered,
    dataset::{Link, catalog},
    search::{Card, Choice, choices},
};

/// What the first page is made from.
pub(crate) struct Home {
    /// Public records by kind.
    pub(crate) counts: HashMap<Kind, u64>,
    /// The catalogs that the newest datasets are in.
    pub(crate) catalogs: Vec<Arc<Name>>,
    /// The newest datasets, with their neighbours.
    pub(crate) newest: Vec<(Record<Stored>, Neighbours)>,
    /// Themes and formats with counts.
    pub(crate) facets: Vec<LabelledFacet>,
}

#[derive(Template)]
#[template(path = "home.html")]
struct Page<'a> {
    frame: Frame<'a>,
    description: &'a str,
    counts: Vec<(u64, &'static str)>,
    catalogs: Vec<Link>,
    newest: Vec<Card>,
    facets: Vec<(&'static str, Vec<Choice>)>,
}

/// Renders the first page.
pub(crate) fn home(app: &App, frame: Frame<'_>, home: &Home) -> Rendered {
    let t = frame.t;
    let counted = [
        (Kind::Dataset, t.dataset, t.datasets),
        (Kind::Organization, t.organization, t.organizations),
        (Kind::Catalog, t.catalog, t.catalogs),
    ];
    Page {
        description: app.site().description.get(frame.locale),
        counts: counted
            .into_iter()
            .map(|(kind, one, many)| match home.counts.get(&kind).copied().unwrap_or(0) {
                1 => (1, one),
                count => (count, many),
            })
            .collect(),
        catalogs: home.catalogs.iter().map(|name| catalog(&frame, name)).collect(),
        newest: home
            .newest
            .iter()
            .map(|(record, beside)| Card::new(app, &frame, record, beside, None))
            .collect::<Result<_, _>>()?,
        facets: home.facets.iter().map(|facet| choices(&frame, facet, "/search?")).collect(),
        frame,
    }
    .render()
}
