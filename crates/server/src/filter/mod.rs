//! The one parser of what readers ask in the address: free text, filters, order, paging, representation.
//!
//! Each route declares what it takes as a [`Spec`]; the same declaration gives the parser and the OpenAPI
//! parameters. Nothing here recurses over user text.
//!
//! - To add a parameter: one line in the table of [`Parameter`], and its meaning in [`Parameters`].
//! - To add a filter: one line in `domain::query::Field`; every route that takes all fields has it.

use std::{fmt, marker::PhantomData};

use axum::{extract::FromRequestParts, http::request::Parts};

use crate::problem::Problem;

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

/// What a reader asked of a route, checked against the route's declaration.
pub struct Asked<T>(pub Parameters, pub PhantomData<T>);

impl<T> fmt::Debug for Asked<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Asked").field(&self.0).finish()
    }
}

impl<T: Asks, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        Parameters::parse(&T::SPEC, parts.uri.query().unwrap_or_default())
            .map(|asked| Self(asked, PhantomData))
    }
}
