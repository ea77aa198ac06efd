//! The only way out: every address that stood in data or was given by a user is asked here and nowhere else.
//!
//! What may be asked is decided by [`guard`], which does no I/O.
//!
//! This crate must not know the store, the formats or what an answer means.
//!
//! - To forbid a range: one row in the table of `guard::range`, a rule in `app::ports::Rule`, its spellings in the tests.

pub mod guard;
