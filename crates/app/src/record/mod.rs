//! Reading and writing single records, whatever their kind.

mod intake;
mod merge_patch;
mod precondition;
mod read;
mod remove;
mod revision;
mod write;

pub(crate) use intake::{BASE_PROFILE, Intake, Judge, Refusal, match_distributions};
pub use precondition::Precondition;
pub use read::Reference;
pub(crate) use remove::deletion;
pub use vitrina_store::Extent;
pub use write::{Effect, NewRecord, Saved, Target};
pub(crate) use write::{audience, revised, store_one};
