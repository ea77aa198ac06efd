//! The pages for people: plain HTML that works without scripts, in Spanish and English.
//!
//! A page is a view made from what the use cases give, and a template checked at compile time. Pages know no
//! HTTP: routes call [`home`], [`dataset`], [`search`], [`tombstone`] and [`unsubscribe`] and send what they render.
//! Texts stand in [`text`], both languages side by side.

mod dataset;
mod home;
mod problem;
mod search;
mod text;
mod tombstone;
mod unsubscribe;

use vitrina_app::site::Site;
use vitrina_domain::finding::Locale;

pub(crate) use dataset::dataset;
pub(crate) use home::{Home, home};
pub(crate) use problem::{codes, problem};
pub(crate) use search::{Results, search};
pub(crate) use text::{Texts, texts};
pub(crate) use tombstone::tombstone;
pub(crate) use unsubscribe::{Farewell, unsubscribe};

/// The style sheet of every page.
pub(crate) const STYLE: &str = include_str!("../../assets/style.css");

/// What every page shows around its content.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame<'a> {
    /// The language of the page.
    pub(crate) locale: Locale,
    /// The texts in that language.
    pub(crate) t: &'static Texts,
    /// The site's name.
    pub(crate) site: &'a str,
    /// The path and query of the page, for the link to the other language.
    pub(crate) path: &'a str,
}

impl<'a> Frame<'a> {
    /// The frame of a page at a path.
    pub(crate) fn new(site: &'a Site, locale: Locale, path: &'a str) -> Self {
        Self { locale, t: texts(locale), site: site.title.get(locale), path }
    }

    /// The language tag of the page.
    pub(crate) fn lang(&self) -> &'static str {
        self.locale.as_str()
    }

    /// The tag of the other language.
    pub(crate) fn other_lang(&self) -> &'static str {
        match self.locale {
            Locale::Es => "en",
            Locale::En => "es",
        }
    }

    /// The languages to choose one string by.
    pub(crate) fn languages(&self) -> [&'static str; 2] {
        [self.lang(), self.other_lang()]
    }
}

/// A page that cannot be rendered: a fault of the template, never of the data.
pub(crate) type Rendered = Result<String, askama::Error>;
