//! Getting a file, whole and in parts.

use hyper::Method;
use rstest::rstest;
use vitrina_tests::Engine;

use crate::Site;

/// Lines that fill three blocks.
fn long() -> String {
    (0..200_000).flat_map(|line| [format!("{line:06},"), format!("{:06}\n", line * 7 % 999_983)]).collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn parts_are_parts_of_the_whole(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let Some(site) = Site::on(engine).await.unwrap() else { return };
    let (_, distribution) = site.dataset("serie", "").await.unwrap();
    let bytes = long();
    let put = site.put(&distribution, "?filename=serie.csv", &[], bytes.clone()).await.unwrap();
    let tag = put.expect(201).unwrap().header("etag").to_owned();
    let whole = site.download(&distribution, &[("accept-encoding", "gzip, br, zstd")]).await.unwrap();
    let whole = whole.expect(200).unwrap();
    assert!(whole.body == bytes.as_bytes());
    for (name, value) in [
        ("etag", tag.as_str()),
        ("accept-ranges", "bytes"),
        ("content-type", "text/csv"),
        ("content-disposition", "attachment; filename=\"serie.csv\"; filename*=UTF-8''serie.csv"),
        ("content-security-policy", "sandbox; default-src 'none'"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("access-control-allow-origin", "*"),
        ("cache-control", "public, no-cache"),
        ("content-encoding", ""),
        ("content-range", ""),
    ] {
        assert_eq!(whole.header(name), value, "{name}");
    }
    assert_eq!(whole.header("content-length"), bytes.len().to_string());

    let mebibyte = 1 << 20;
    for (range, expected) in [
        ("bytes=0-9", 0..10),
        (&*format!("bytes={}-{}", mebibyte - 3, mebibyte + 2), mebibyte - 3..mebibyte + 3),
        ("bytes=2799990-", 2_799_990..2_800_000),
        ("bytes=-5", 2_799_995..2_800_000),
    ] {
        let part = site.download(&distribution, &[("range", range)]).await.unwrap().expect(206).unwrap();
        assert!(part.body == bytes.as_bytes()[expected.clone()], "{range}");
        let told = format!("bytes {}-{}/2800000", expected.start, expected.end - 1);
        assert_eq!((part.header("content-range"), part.header("etag")), (told.as_str(), tag.as_str()));
    }
    for headers in
        [[("range", "bytes=0-1,5-6"), ("x-none", "")], [("range", "bytes=0-1"), ("if-range", "\"x\"")]]
    {
        let answer = site.download(&distribution, &headers).await.unwrap().expect(200).unwrap();
        assert_eq!(answer.body.len(), bytes.len());
    }
    let part = [("range", "bytes=0-1"), ("if-range", tag.as_str())];
    assert_eq!(site.download(&distribution, &part).await.unwrap().expect(206).unwrap().body, "00");
    let behind =
        site.download(&distribution, &[("range", "bytes=2800000-")]).await.unwrap().expect(416).unwrap();
    assert_eq!(behind.header("content-range"), "bytes */2800000");
    assert_eq!(behind.json()["code"], "range-not-satisfiable");

    let known = site.download(&distribution, &[("if-none-match", &tag)]).await.unwrap();
    assert_eq!((known.status.as_u16(), known.body.len()), (304, 0));
    let path = format!("/api/v1/distributions/{distribution}/download");
    let head = site.reader.send(Method::HEAD, &path, &[], "".into()).await.unwrap().expect(200).unwrap();
    assert_eq!((head.header("content-length"), head.header("etag")), ("2800000", tag.as_str()));
}
