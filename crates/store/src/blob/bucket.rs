//! Files in a bucket of an object store that speaks S3.

use std::{fmt, fs::File, io::Read as _, ops::Range, path::Path, str::FromStr, time::Duration};

use bytes::Bytes;
use object_store::{
    ObjectStoreExt as _, PutPayload, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder},
    path::Path as Key,
};
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize, Serializer};
use url::Url;
use vitrina_domain::canonical::Digest;

use super::blocking;
use crate::StoreError;

/// A file that is larger is sent in parts of this length, the least that S3 takes.
const PART: u64 = 5 << 20;

/// How long a request that fails is tried again; whoever waits is told then.
const PATIENCE: Duration = Duration::from_secs(15);

/// The region of a store that has none.
const REGION: &str = "us-east-1";

/// The address of a bucket: `s3://KEY:SECRET@host[:port]/bucket[/prefix][?region=…]`, and `s3+http://…` without
/// encryption. The secret shows nowhere.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct BucketUrl(Url);

/// What no address of a bucket can be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an object store is written s3://KEY:SECRET@host/bucket, with KEY and SECRET percent-encoded")]
pub struct InvalidBucketUrl;

impl FromStr for BucketUrl {
    type Err = InvalidBucketUrl;

    fn from_str(text: &str) -> Result<Self, InvalidBucketUrl> {
        let url = Url::parse(text).map_err(|_error| InvalidBucketUrl)?;
        let is_known = |(name, _): (_, _)| name == "region";
        let fits = matches!(url.scheme(), "s3" | "s3+http")
            && url.has_host()
            && !url.username().is_empty()
            && url.password().is_some()
            && url.fragment().is_none()
            && url.query_pairs().all(is_known);
        let address = Self(url);
        if fits && !address.bucket().is_empty() { Ok(address) } else { Err(InvalidBucketUrl) }
    }
}

impl TryFrom<String> for BucketUrl {
    type Error = InvalidBucketUrl;

    fn try_from(text: String) -> Result<Self, InvalidBucketUrl> {
        text.parse()
    }
}

impl fmt::Display for BucketUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = self.0.clone();
        if shown.set_password(Some("***")).is_err() {
            return f.write_str("(masked)");
        }
        f.write_str(shown.as_str())
    }
}

impl fmt::Debug for BucketUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BucketUrl({self})")
    }
}

impl Serialize for BucketUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl BucketUrl {
    fn bucket(&self) -> &str {
        self.segments().next().unwrap_or_default()
    }

    fn prefix(&self) -> String {
        self.segments().skip(1).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
    }

    fn segments(&self) -> impl Iterator<Item = &str> {
        self.0.path_segments().into_iter().flatten()
    }

    fn endpoint(&self) -> String {
        let scheme = if self.is_plain() { "http" } else { "https" };
        let port = self.0.port().map(|port| format!(":{port}")).unwrap_or_default();
        format!("{scheme}://{}{port}", self.0.host_str().unwrap_or_default())
    }

    fn is_plain(&self) -> bool {
        self.0.scheme() == "s3+http"
    }

    fn region(&self) -> String {
        let told = self.0.query_pairs().find(|(name, _)| name == "region");
        told.map_or_else(|| REGION.to_owned(), |(_, region)| region.into_owned())
    }

    fn connect(&self) -> Result<AmazonS3, object_store::Error> {
        let plain = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
        AmazonS3Builder::new()
            .with_endpoint(self.endpoint())
            .with_region(self.region())
            .with_bucket_name(self.bucket())
            .with_access_key_id(plain(self.0.username()))
            .with_secret_access_key(plain(self.0.password().unwrap_or_default()))
            .with_virtual_hosted_style_request(false)
            .with_allow_http(self.is_plain())
            .with_retry(RetryConfig { max_retries: 3, retry_timeout: PATIENCE, ..RetryConfig::default() })
            .build()
    }
}

/// A bucket, whose objects are named by their SHA-256.
#[derive(Debug, Clone)]
pub(super) struct Bucket {
    store: AmazonS3,
    prefix: String,
}

impl Bucket {
    pub(super) fn open(address: &BucketUrl) -> Result<Self, StoreError> {
        let store = address.connect().map_err(unavailable)?;
        Ok(Self { store, prefix: address.prefix() })
    }

    /// Copies a filled file to its place, where it is seen whole or not at all.
    pub(super) async fn put(&self, file: &Path, digest: &Digest) -> Result<(), StoreError> {
        let source = File::open(file).map_err(StoreError::file(file))?;
        let length = source.metadata().map_err(StoreError::file(file))?.len();
        let mut parts = Parts { source, path: file.to_owned() };
        let key = self.key(digest);
        if length <= PART {
            let payload = parts.next().await?;
            self.store.put(&key, payload).await.map_err(unavailable)?;
            return Ok(());
        }
        let mut upload = self.store.put_multipart(&key).await.map_err(unavailable)?;
        let sent = async {
            for _ in 0..length.div_ceil(PART) {
                upload.put_part(parts.next().await?).await.map_err(unavailable)?;
            }
            upload.complete().await.map_err(unavailable)
        };
        match sent.await {
            Ok(_) => Ok(()),
            Err(error) => {
                // What was sent is paid for until it is taken back; the first failure is the one to tell.
                if let Err(error) = upload.abort().await {
                    tracing::warn!(%error, "parts of a broken upload stay in the bucket");
                }
                Err(error)
            }
        }
    }

    /// These bytes of an object; nothing when it is not there, or is shorter.
    pub(super) async fn read(&self, digest: &Digest, span: Range<u64>) -> Result<Option<Bytes>, StoreError> {
        match self.store.get_range(&self.key(digest), span.clone()).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => match self.length(digest).await? {
                // A range behind the end is refused in as many ways as there are stores.
                Some(length) if length >= span.end => Err(unavailable(error)),
                _ => Ok(None),
            },
        }
    }

    /// Takes an object away for good; one that is not there is gone already.
    pub(super) async fn remove(&self, digest: &Digest) -> Result<(), StoreError> {
        match self.store.delete(&self.key(digest)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(unavailable(error)),
        }
    }

    async fn length(&self, digest: &Digest) -> Result<Option<u64>, StoreError> {
        match self.store.head(&self.key(digest)).await {
            Ok(about) => Ok(Some(about.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(unavailable(error)),
        }
    }

    fn key(&self, digest: &Digest) -> Key {
        self.prefix.split('/').chain(["sha256", digest.to_string().as_str()]).collect()
    }
}

/// A file read part by part.
struct Parts {
    source: File,
    path: std::path::PathBuf,
}

impl Parts {
    async fn next(&mut self) -> Result<PutPayload, StoreError> {
        let source = self.source.try_clone().map_err(StoreError::file(&self.path))?;
        let path = self.path.clone();
        blocking(move || {
            let mut part = Vec::with_capacity(usize::try_from(PART).unwrap_or_default());
            source.take(PART).read_to_end(&mut part).map_err(StoreError::file(&path))?;
            Ok(PutPayload::from(part))
        })
        .await
    }
}

fn unavailable(error: object_store::Error) -> StoreError {
    StoreError::Files(Box::new(error))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("s3://KEY:SE%2FCRET@s3.example.org/datos", Some(("https://s3.example.org", "datos", "", "us-east-1")))]
    #[case(
        "s3+http://KEY:SECRET@10.0.0.1:9000/datos/vitrina/a/?region=mx-1",
        Some(("http://10.0.0.1:9000", "datos", "vitrina/a", "mx-1"))
    )]
    #[case("https://KEY:SECRET@s3.example.org/datos", None)]
    #[case("s3://s3.example.org/datos", None)]
    #[case("s3://KEY@s3.example.org/datos", None)]
    #[case("s3://KEY:SECRET@s3.example.org/", None)]
    #[case("s3://KEY:SECRET@s3.example.org/datos?endpoint=x", None)]
    #[case("s3:KEY", None)]
    fn an_address_names_all_that_is_needed(
        #[case] text: &str,
        #[case] expected: Option<(&str, &str, &str, &str)>,
    ) {
        let address = text.parse::<BucketUrl>().ok();
        let told = address.as_ref().map(|url| (url.endpoint(), url.bucket(), url.prefix(), url.region()));
        let told = told.as_ref().map(|(a, b, c, d)| (a.as_str(), *b, c.as_str(), d.as_str()));
        assert_eq!(told, expected);
    }

    #[test]
    fn the_secret_shows_nowhere() {
        let address: BucketUrl = "s3://KEY:hunter2@s3.example.org/datos".parse().unwrap();
        let shown = format!("{address} {address:?} {}", serde_json::to_string(&address).unwrap());
        assert!(shown.contains("KEY") && !shown.contains("hunter2"), "{shown}");
    }
}
