//! The one parser of what readers ask in the address: free text, filters, order, paging, representation.
//!
//! Each route declares what it takes as a [`Spec`]; the same declaration gives the parser and the OpenAPI
//! parameters. Nothing here recurses over user text.
//!
//! - To add a parameter: one line in the table of [`Parameter`], and its meaning in [`Parameters`].
//! - To add a filter: one line in `domain::query::Field`; every route that takes all fields has it.

mod date;
mod facet;
mod field;
mod lexer;
mod page;
mod pairs;
mod parameter;
mod parameters;
mod refusal;
mod spec;
mod term;
mod tree;
mod words;

pub use field::Operator;
pub use page::Count;
pub use pairs::{decode_path, pairs};
pub use parameter::{Parameter, Shape};
pub use parameters::Parameters;
pub use spec::{PageSize, Spec};
pub use words::parse as parse_words;

/// A route's declaration of what it takes.
pub trait Asks {
    /// What it takes.
    const SPEC: Spec;
}
