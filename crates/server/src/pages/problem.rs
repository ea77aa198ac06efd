//! What people see of an error, and the page that explains all of them.

use askama::Template;

use super::{Frame, Rendered};
use crate::problem::{Code, ProblemBody};

#[derive(Template)]
#[template(path = "problem.html")]
struct Page<'a> {
    frame: Frame<'a>,
    problem: &'a ProblemBody,
    near: Option<&'a str>,
}

/// Renders an error.
pub(crate) fn problem(frame: Frame<'_>, problem: &ProblemBody) -> Rendered {
    // Only paths lead somewhere; names of parameters are said in the detail.
    let near = problem.nearest.as_deref().filter(|near| near.starts_with('/') && !near.contains('{'));
    Page { frame, problem, near }.render()
}

struct Explained {
    word: &'static str,
    status: u16,
    title: &'static str,
    meaning: String,
}

#[derive(Template)]
#[template(path = "errors.html")]
struct Codes<'a> {
    frame: Frame<'a>,
    codes: Vec<Explained>,
}

/// Renders the list of error codes: what `type` of a problem leads to.
pub(crate) fn codes(frame: Frame<'_>) -> Rendered {
    let explained = |code: &Code| Explained {
        word: code.as_str(),
        status: code.status().as_u16(),
        title: code.title(frame.locale),
        // The backquotes are for the document of the same list.
        meaning: code.meaning(frame.locale).replace('`', ""),
    };
    Codes { codes: Code::ALL.iter().map(explained).collect(), frame }.render()
}
