//! The full-text index: derived from the store, rebuilt at will, never the truth.
//!
//! One index per data folder. Whoever holds its lock ([`Index::writer`]) follows the change log; everyone can
//! search. The position in the change log is kept inside the index's own commit. Other processes see a commit
//! after [`Index::reload`], which costs next to nothing when there was none.
//!
//! A record becomes a document in `document`; a [`Request`] becomes query objects in `condition` and `words`,
//! built from the bounded tree of `vitrina_domain::query`: no user text reaches a parser. What matches is
//! ordered by `rank`, collected by `collect`, counted by `facet` and marked by `highlight`.
//!
//! This crate knows no database, no HTTP and no async runtime, and it keeps no documents: only ids, titles and
//! the beginnings of descriptions.
//!
//! - To make a field filterable: one line in `domain::query`, one in `document` that gives its values.
//! - To change how text is analysed: `analysis`, and count up its `VERSION`, so that indexes are rebuilt.
#![warn(missing_docs)]

mod analysis;
mod answer;
mod backlog;
mod code;
mod collect;
mod condition;
mod described;
mod document;
mod entry;
mod error;
mod facet;
mod fact;
mod fold;
mod folder;
mod highlight;
mod index;
mod rank;
mod request;
mod schema;
mod sealed;
mod stop_word;
mod suggest;
mod view;
mod words;
mod writer;

pub use answer::{After, AfterKey, Answer, Facet, Hit, Suggestion};
pub use entry::Entry;
pub use error::SearchError;
pub use index::Index;
pub use request::Request;
pub use writer::Writer;
