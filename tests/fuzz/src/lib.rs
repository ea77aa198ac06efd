//! What the targets share: a Vitrina in this process ([`Served`]), what must hold of everything it answers ([`Answer`]),
//! a record around any document ([`record`]), and a look into any file ([`looked`]).
//!
//! - To add a target: a file in `src/bin`, named by what it reads; a few inputs of our own making in `seeds/<target>`;
//!   where the words matter, a dictionary `words/<target>.dict`. `run` and `just prove-input` find it by its file.
//! - To keep an input that broke something: as a request in `tests/corpus`, which every run of the tests sends to both
//!   databases, or, where no request shows the fault, as a test beside the code that was mended.

mod answer;
mod looked;
mod record;
mod served;

pub use answer::Answer;
pub use looked::{bear_the_library, looked};
pub use record::{CATALOG, LANGUAGES, VOCABULARIES, record};
pub use served::Served;

/// Percent-encodes a text for a query string.
pub fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
