//! A disk that forgets.

use std::path::PathBuf;

use rstest::rstest;
use vitrina_tests::Engine;

use crate::{Site, table};

const BLOCK: usize = 1 << 20;

impl Site {
    /// Where the bytes of a digest lie.
    pub(crate) fn path(&self, sha256: &str) -> PathBuf {
        if let Some(bucket) = &self.setup.bucket {
            return bucket.path(sha256).unwrap();
        }
        let (outer, inner) = (sha256.get(..2).unwrap(), sha256.get(2..4).unwrap());
        self.setup.data_dir().join("blobs/sha256").join(outer).join(inner).join(sha256)
    }
}

pub(crate) fn flip(path: &PathBuf, at: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[at] ^= 0b100;
    std::fs::write(path, bytes).unwrap();
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_bit_is_never_given_as_good(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let Some(site) = Site::on(engine).await.unwrap() else { return };
    let (_, small) = site.dataset("chica", "").await.unwrap();
    let (_, large) = site.dataset("grande", "").await.unwrap();
    let put = site.put(&small, "", &[], table(1)).await.unwrap().expect(201).unwrap().json();
    let lines = b"a,b\n".repeat(3 * BLOCK / 4);
    let long = site.put(&large, "", &[], lines.clone()).await.unwrap().expect(201).unwrap().json();
    let sound = site.setup.run(&["files", "check"]).unwrap();
    assert_eq!((sound.status.code(), sound.stdout.len()), (Some(0), 0), "{sound:?}");

    let digests = [&put, &long].map(|file| file["sha256"].as_str().unwrap().to_owned());
    flip(&site.path(&digests[0]), 5);
    flip(&site.path(&digests[1]), 2 * BLOCK + 5);
    let refused = site.download(&small, &[]).await.unwrap().expect(500).unwrap();
    assert_eq!((&refused.json()["code"], refused.text().contains("obispado")), (&"internal".into(), false));
    // Before the damage everything is given, and the answer breaks off where it begins.
    assert!(site.download(&large, &[]).await.is_err());
    let good = format!("bytes=0-{}", 2 * BLOCK - 1);
    let part = site.download(&large, &[("range", &good)]).await.unwrap().expect(206).unwrap();
    assert!(part.body == lines[..2 * BLOCK]);
    let bad = format!("bytes={}-{}", 2 * BLOCK + 99, 2 * BLOCK + 100);
    assert_eq!(site.download(&large, &[("range", &bad)]).await.unwrap().status.as_u16(), 500);

    let checked = site.setup.run(&["files", "check"]).unwrap();
    let named = String::from_utf8(checked.stdout).unwrap();
    assert_eq!(checked.status.code(), Some(1), "{named}");
    assert_eq!(named.lines().count(), 2);
    assert!(digests.iter().all(|digest| named.contains(digest)), "{named}");
    // The same files sent again mend it.
    site.put(&small, "", &[], table(1)).await.unwrap().expect(200).unwrap();
    site.put(&large, "", &[], lines.clone()).await.unwrap().expect(200).unwrap();
    assert_eq!(site.download(&small, &[]).await.unwrap().text(), table(1));
    assert!(site.download(&large, &[]).await.unwrap().body == lines);
    assert_eq!(site.setup.run(&["files", "check", "--rate", "1000"]).unwrap().status.code(), Some(0));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_gone_is_an_error_of_the_server(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let Some(site) = Site::on(engine).await.unwrap() else { return };
    let (_, distribution) = site.dataset("aire", "").await.unwrap();
    let put = site.put(&distribution, "", &[], table(1)).await.unwrap().expect(201).unwrap().json();
    std::fs::remove_file(site.path(put["sha256"].as_str().unwrap())).unwrap();
    assert_eq!(site.download(&distribution, &[]).await.unwrap().status.as_u16(), 500);
    assert_eq!(site.setup.run(&["files", "check"]).unwrap().status.code(), Some(1));
}
