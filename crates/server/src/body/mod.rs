//! Bodies of requests: JSON within limits, and streams of any length to disk.

mod depth;
mod json;
mod stream;

pub use depth::{MAX_DEPTH, exceeds_depth};
pub(crate) use json::broken_body;
pub use json::{JsonBody, MergePatch};
pub use stream::spool;
