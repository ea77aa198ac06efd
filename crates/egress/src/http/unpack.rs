//! Content codings: what was packed for the way.

use std::{io, pin::Pin};

use async_compression::{
    tokio::bufread::{BrotliDecoder, GzipDecoder, ZstdDecoder},
    zstd::DParameter,
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream::BoxStream};
use hyper::{HeaderMap, header::CONTENT_ENCODING};
use tokio::io::AsyncRead;
use tokio_util::io::{ReaderStream, StreamReader};
use vitrina_app::ports::{FetchError, Rule};

use crate::guard::Target;

/// The largest window that zstd may ask for, as a power of two: what RFC 9659 grants to the web.
const ZSTD_WINDOW_LOG: u32 = 23;

/// The size of the pieces that are unpacked at a time.
const PIECE: usize = 64 << 10;

/// How a body is packed. One coding is understood, not a row of them: nobody packs twice but to do harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    None,
    Gzip,
    Brotli,
    Zstd,
}

impl Packing {
    /// Reads the header; the error says what is not understood.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, String> {
        let mut values = headers.get_all(CONTENT_ENCODING).iter();
        let (first, more) = (values.next(), values.next());
        let Some(first) = first else { return Ok(Self::None) };
        let word = String::from_utf8_lossy(first.as_bytes()).trim().to_ascii_lowercase();
        match word.as_str() {
            _ if more.is_some() => Err("the body is packed more than once".into()),
            "" | "identity" => Ok(Self::None),
            "gzip" | "x-gzip" => Ok(Self::Gzip),
            "br" => Ok(Self::Brotli),
            "zstd" => Ok(Self::Zstd),
            other => Err(format!("the body is packed with {other:?}")),
        }
    }

    /// Unpacks a body piece by piece.
    pub(super) fn unpack(
        self,
        packed: BoxStream<'static, Result<Bytes, FetchError>>,
        target: &Target,
    ) -> impl Stream<Item = Result<Bytes, FetchError>> + Send + use<> {
        let packed = StreamReader::new(packed.map_err(io::Error::other));
        let reader: Pin<Box<dyn AsyncRead + Send>> = match self {
            Self::None => Box::pin(packed),
            Self::Gzip => {
                let mut decoder = GzipDecoder::new(packed);
                decoder.multiple_members(true);
                Box::pin(decoder)
            }
            Self::Brotli => Box::pin(BrotliDecoder::new(packed)),
            Self::Zstd => {
                let window = [DParameter::window_log_max(ZSTD_WINDOW_LOG)];
                Box::pin(ZstdDecoder::with_params(packed, &window))
            }
        };
        let target = target.clone();
        ReaderStream::with_capacity(reader, PIECE)
            .map(move |piece| piece.map_err(|error| describe(&target, error)))
    }
}

/// An error of unpacking; one of receiving is given back as it was.
fn describe(target: &Target, error: io::Error) -> FetchError {
    error.downcast::<FetchError>().unwrap_or_else(|error| {
        let cut = error.kind() == io::ErrorKind::UnexpectedEof;
        let rule = if cut { Rule::Truncated } else { Rule::Encoding };
        FetchError::new(rule, format!("{target}: {error}"))
    })
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(&[], Ok(Packing::None))]
    #[case(&["identity"], Ok(Packing::None))]
    #[case(&["GZIP"], Ok(Packing::Gzip))]
    #[case(&["x-gzip"], Ok(Packing::Gzip))]
    #[case(&["br"], Ok(Packing::Brotli))]
    #[case(&["zstd"], Ok(Packing::Zstd))]
    #[case(&["gzip, gzip"], Err(()))]
    #[case(&["gzip", "gzip"], Err(()))]
    #[case(&["deflate"], Err(()))]
    fn one_coding_is_understood(#[case] values: &[&'static str], #[case] expected: Result<Packing, ()>) {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(CONTENT_ENCODING, HeaderValue::from_static(value));
        }
        assert_eq!(Packing::of(&headers).map_err(|_detail| ()), expected);
    }
}
