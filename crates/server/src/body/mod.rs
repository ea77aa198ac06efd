//! Bodies: JSON within limits, streams of any length to disk, and answers that hold something until they are out.

mod depth;
mod held;
mod json;
mod stream;

pub use depth::{MAX_DEPTH, exceeds_depth};
pub(crate) use held::Held;
pub(crate) use json::broken_body;
pub use json::{JsonBody, MergePatch};
pub use stream::spool;
