//! The site: its address, its name, and the catalog that lists everything published here.

use vitrina_domain::{
    finding::{Bilingual, Locale},
    language::{LanguageTag, Text},
    metadata::{Agent, Catalog, Concept, Document as _},
};

use crate::{App, AppError};

/// What this site is called and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The public base of every IRI and address, without a slash at the end. Permanent.
    pub base_url: String,
    /// The name.
    pub title: Bilingual,
    /// What it offers.
    pub description: Bilingual,
    /// Who runs it.
    pub publisher: String,
    /// The language for readers who ask for none.
    pub language: Locale,
}

impl Site {
    /// The languages to choose one string by, the reader's first.
    pub fn languages(&self, reader: Locale) -> [&'static str; 2] {
        match reader {
            Locale::Es => ["es", "en"],
            Locale::En => ["en", "es"],
        }
    }

    /// The description of the catalog that lists everything published here.
    pub fn catalog(&self) -> Catalog {
        Catalog {
            iri: format!("{}/catalog", self.base_url).parse().ok(),
            title: bilingual(&self.title),
            description: bilingual(&self.description),
            homepage: format!("{}/", self.base_url).parse().ok(),
            language: ["es", "en"].iter().filter_map(|code| Concept::from_text(code)).collect(),
            publisher: Some(Agent { name: Text::plain(self.publisher.clone()), ..Agent::default() }),
            ..Catalog::default()
        }
    }
}

fn bilingual(text: &Bilingual) -> Text {
    [("es", &text.es), ("en", &text.en)]
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .filter_map(|(tag, text)| Some((tag.parse::<LanguageTag>().ok()?, text.clone())))
        .collect()
}

/// The base address that IRIs were made with, and the one that is configured now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this catalog was published under {kept}, but the base URL is now {configured}")]
pub struct BaseUrlChanged {
    /// The address in every IRI published so far.
    pub kept: String,
    /// The address that is configured.
    pub configured: String,
}

/// Keeps the base address at first start; later another one is refused unless IRIs are to be rebased.
pub async fn settle_base_url(
    store: &vitrina_store::Store,
    configured: &str,
    rebase: Rebase,
    now: vitrina_domain::time::Timestamp,
) -> Result<Result<(), BaseUrlChanged>, AppError> {
    const KEY: &str = "base_url";
    let kept = store.setting(KEY).await?;
    match kept {
        Some(kept) if kept == configured => Ok(Ok(())),
        Some(kept) if rebase == Rebase::Refuse => {
            Ok(Err(BaseUrlChanged { kept, configured: configured.to_owned() }))
        }
        _ => {
            let mut tx = store.begin("system", now).await?;
            tx.set_setting(KEY, configured).await?;
            tx.commit().await?;
            Ok(Ok(()))
        }
    }
}

/// What to do when the base address is another one than at first start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rebase {
    /// Refuse: IRIs are permanent.
    Refuse,
    /// Take the new one; every IRI changes.
    Accept,
}

impl App {
    /// The public address of a page or document of this site.
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.site().base_url)
    }
}
