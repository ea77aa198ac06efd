//! The bytes of an answer: counted as they arrive, never waited for too long.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream};
use http_body_util::BodyExt as _;
use hyper::{
    HeaderMap,
    body::{Body as _, Incoming},
};
use tokio::time::{Instant, timeout, timeout_at};
use vitrina_app::ports::{FetchBody, FetchError, Rule};

use super::{exchange, exchange::Line, turn::Turn, unpack::Packing};
use crate::guard::Target;

/// How much of a body is taken and how long is waited for it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) max_bytes: u64,
    pub(super) idle: Duration,
    pub(super) deadline: Instant,
}

/// A body on its way, with what must stay until it has arrived.
pub(super) struct Arriving {
    pub(super) target: Target,
    pub(super) incoming: Incoming,
    #[expect(dead_code, reason = "it is dropped with the body, not before")]
    pub(super) line: Line,
    #[expect(dead_code, reason = "it is dropped with the body, not before")]
    pub(super) turn: Turn,
}

/// The body of an answer, unpacked. It is refused at once when it says itself that it is too large.
pub(super) fn read(arriving: Arriving, headers: &HeaderMap, bounds: Bounds) -> Result<FetchBody, FetchError> {
    // An answer without a body has nothing to unpack, whatever its headers say.
    if arriving.incoming.is_end_stream() {
        return Ok(stream::empty().boxed());
    }
    let packing = Packing::of(headers)
        .map_err(|detail| FetchError::new(Rule::Encoding, format!("{}: {detail}", arriving.target)))?;
    let declared = arriving.incoming.size_hint().exact();
    if declared.is_some_and(|length| length > bounds.max_bytes) {
        return Err(too_large(Rule::Length, &arriving.target, bounds.max_bytes));
    }
    let target = arriving.target.clone();
    let raw = counted(received(arriving, bounds), Rule::Length, target.clone(), bounds.max_bytes);
    Ok(match packing {
        Packing::None => raw.boxed(),
        packed => {
            let unpacked = packed.unpack(raw.boxed(), &target);
            counted(unpacked, Rule::Inflated, target, bounds.max_bytes).boxed()
        }
    })
}

/// The bytes as the other side sends them. The connection is closed, and the turn given back, with the stream.
fn received(arriving: Arriving, bounds: Bounds) -> impl Stream<Item = Result<Bytes, FetchError>> + Send {
    stream::try_unfold(arriving, move |mut arriving| async move {
        Ok(next(&mut arriving, bounds).await?.map(|bytes| (bytes, arriving)))
    })
}

async fn next(arriving: &mut Arriving, bounds: Bounds) -> Result<Option<Bytes>, FetchError> {
    let Arriving { target, incoming, line: _, turn: _ } = arriving;
    let slow = |rule| FetchError::new(rule, format!("{target}: the body did not go on"));
    loop {
        let frame = timeout_at(bounds.deadline, timeout(bounds.idle, incoming.frame()))
            .await
            .map_err(|_elapsed| slow(Rule::Total))?
            .map_err(|_elapsed| slow(Rule::Idle))?;
        match frame.transpose().map_err(|error| exchange::describe(target, &error))? {
            None => return Ok(None),
            // What follows the body is not wanted.
            Some(frame) => {
                if let Ok(bytes) = frame.into_data() {
                    return Ok(Some(bytes));
                }
            }
        }
    }
}

/// The same bytes, as long as they are not too many.
fn counted(
    bytes: impl Stream<Item = Result<Bytes, FetchError>> + Send,
    rule: Rule,
    target: Target,
    max: u64,
) -> impl Stream<Item = Result<Bytes, FetchError>> + Send {
    let bytes = Box::pin(bytes);
    stream::try_unfold((bytes, 0_u64), move |(mut bytes, before)| {
        let target = target.clone();
        async move {
            let Some(piece) = bytes.try_next().await? else { return Ok(None) };
            let count = before.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
            if count > max { Err(too_large(rule, &target, max)) } else { Ok(Some((piece, (bytes, count)))) }
        }
    })
}

fn too_large(rule: Rule, target: &Target, max: u64) -> FetchError {
    FetchError::new(rule, format!("{target}: more than {max} bytes"))
}
