//! Files of strangers are read by a process of their own: this same program as `vitrina parse-worker`.
//!
//! Both ends stand here. [`Pool`] is the server's end: it starts a worker for each file, reads its answer within limits,
//! and ends it when its time is over. The worker's end gives up what it does not need ([`confine`]) before it looks at
//! the first byte. The file is the worker's standard input, opened for reading: it is never copied and never in the
//! server's memory. What is asked stands in an argument, and the answer comes as lines of JSON, the last of which says
//! that it is the last.
//!
//! A worker is not trusted: its answer is bounded and read like any other text from outside.

#[cfg(unix)]
mod child;
#[cfg(unix)]
pub mod confine;
mod here;
#[cfg(unix)]
mod pool;
mod protocol;

#[cfg(unix)]
pub(crate) use child::run;
pub use here::Here;
#[cfg(unix)]
pub use pool::{Pool, this_program};
