//! How a parameter is refused: what was expected, what is near, what would do.

use vitrina_domain::finding::Bilingual;

use super::{Parameter, Spec};
use crate::{
    nearest::nearest,
    problem::{Code, Problem},
};

/// A value that cannot be read.
pub(super) fn invalid(parameter: Parameter, message: Bilingual) -> Problem {
    Problem::parameter(Code::InvalidParameter, parameter.name(), message)
}

fn shown(text: &str) -> String {
    text.chars().take(60).collect()
}

/// A name that the route does not take.
pub(super) fn unknown(spec: &Spec, name: &str) -> Problem {
    if name == Parameter::At.name() {
        return Problem::new(Code::AtNotSupported);
    }
    let names = spec.names();
    let text = Bilingual::new(
        format!("esta operación no tiene el parámetro «{}»", shown(name)),
        format!("this operation has no parameter \"{}\"", shown(name)),
    );
    Problem::parameter(Code::UnknownParameter, &shown(name), text)
        .with_nearest(nearest(name, names.iter().map(String::as_str)))
}

/// A word that is none of those that would do.
pub(super) fn not_in_list(
    parameter: Parameter,
    word: &str,
    names: impl Iterator<Item = &'static str> + Clone,
) -> Problem {
    let text = Bilingual::new(
        format!("«{}» no está en la lista", shown(word)),
        format!("\"{}\" is not in the list", shown(word)),
    );
    invalid(parameter, text).with_nearest(nearest(word, names.clone())).with_allowed(names)
}
