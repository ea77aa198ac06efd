//! The page that ends a subscription.

use askama::Template;

use super::{Frame, Rendered};

/// Where the end of a subscription stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Farewell {
    /// The reader is asked whether it shall end.
    Asked,
    /// It has ended.
    Done,
}

#[derive(Template)]
#[template(path = "unsubscribe.html")]
struct Page<'a> {
    frame: Frame<'a>,
    list: &'a str,
    is_done: bool,
}

/// Renders the question, or the answer.
pub(crate) fn unsubscribe(frame: Frame<'_>, list: &str, farewell: Farewell) -> Rendered {
    Page { frame, list, is_done: farewell == Farewell::Done }.render()
}
