//! One request of the suite, with places to fill in for each server.

use std::collections::BTreeMap;

use crate::wire::Body;

/// The values that differ from server to server: ids, tokens, entity tags.
pub(crate) type Facts = BTreeMap<&'static str, String>;

/// A request as bytes. `{{name}}` in its head stands for a fact of the server it goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Case {
    pub(crate) family: &'static str,
    pub(crate) name: String,
    pub(crate) head: Vec<u8>,
    pub(crate) body: Body,
}

impl Case {
    /// A request without a body.
    pub(crate) fn get(family: &'static str, name: impl Into<String>, target: &str) -> Self {
        Self::of(family, name, "GET", target.as_bytes(), &[])
    }

    /// A request without a body, with further header lines and any bytes as its target.
    pub(crate) fn of(
        family: &'static str,
        name: impl Into<String>,
        method: &str,
        target: &[u8],
        headers: &[(&str, &[u8])],
    ) -> Self {
        let mut head = [method.as_bytes(), b" ", target, b" HTTP/1.1\r\n"].concat();
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            head.extend_from_slice(b"Host: localhost\r\n");
        }
        head.extend_from_slice(b"Connection: close\r\n");
        for (name, value) in headers {
            head.extend_from_slice(&[name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        head.extend_from_slice(b"\r\n");
        Self { family, name: name.into(), head, body: Body::Bytes(Vec::new()) }
    }

    /// A write by somebody who may, of the current revision where there is one.
    pub(crate) fn write(
        family: &'static str,
        name: impl Into<String>,
        (method, target): (&str, &str),
        body: Body,
    ) -> Self {
        let media: &[u8] = match (method, target) {
            ("PATCH", _) => b"application/merge-patch+json",
            (_, target) if target.starts_with("/api/v1/validate") || target.starts_with("/api/v1/import") => {
                b"application/octet-stream"
            }
            _ => b"application/json",
        };
        let length = body.len().to_string();
        let mut headers: Vec<(&str, &[u8])> = vec![
            ("Authorization", b"Bearer {{token}}"),
            ("Content-Type", media),
            ("Content-Length", length.as_bytes()),
        ];
        if method != "POST" && target.contains("{{dataset}}") {
            headers.push(("If-Match", b"{{etag}}"));
        }
        let case = Self::of(family, name, method, target.as_bytes(), &headers);
        Self { body, ..case }
    }

    /// Bytes that may be no HTTP at all.
    pub(crate) fn raw(family: &'static str, name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { family, name: name.into(), head: bytes.into(), body: Body::Bytes(Vec::new()) }
    }

    /// Whether the request could change something.
    pub(crate) fn is_write(&self) -> bool {
        [&b"GET "[..], b"HEAD ", b"OPTIONS "].iter().all(|method| !self.head.starts_with(method))
    }

    /// Whether it asks for a page rather than for data.
    pub(crate) fn wants_page(&self) -> bool {
        self.head.to_ascii_lowercase().windows(9).any(|part| part == b"text/html")
    }

    /// The head for one server.
    pub(crate) fn head_for(&self, facts: &Facts) -> Vec<u8> {
        let mut head = self.head.clone();
        for (name, value) in facts {
            let place = format!("{{{{{name}}}}}").into_bytes();
            while let Some(at) = head.windows(place.len()).position(|window| window == place) {
                head.splice(at..at + place.len(), value.bytes());
            }
        }
        head
    }

    /// The request as a file of the corpus, when it is small enough.
    pub(crate) fn to_file(&self) -> Option<Vec<u8>> {
        const LARGEST: usize = 64 * 1024;
        let Body::Bytes(body) = &self.body else { return None };
        let bytes = [&self.head[..], body].concat();
        (bytes.len() <= LARGEST).then_some(bytes)
    }

    /// The request in a file of the corpus.
    pub(crate) fn from_file(name: String, bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").map_or(bytes.len(), |at| at + 4);
        let (head, body) = bytes.split_at(end);
        Self { family: "corpus", name, head: head.to_vec(), body: Body::Bytes(body.to_vec()) }
    }
}

mod tests {
    use super::*;

    #[test]
    fn places_are_filled_in_and_files_give_the_request_back() {
        let case =
            Case::write("t", "n", ("PUT", "/api/v1/datasets/{{dataset}}"), Body::Bytes(b"{}".to_vec()));
        let facts = Facts::from([("dataset", "d1".to_owned()), ("etag", "\"r1\"".to_owned())]);
        let head = String::from_utf8(case.head_for(&facts)).unwrap();
        assert!(
            head.starts_with("PUT /api/v1/datasets/d1 HTTP/1.1\r\n") && head.contains("If-Match: \"r1\"")
        );
        let again = Case::from_file("n".to_owned(), &case.to_file().unwrap());
        assert_eq!((again.head, again.body), (case.head, case.body));
        assert_eq!(Case { body: Body::repeat("", "x", 2, ""), ..Case::get("t", "n", "/") }.to_file(), None);
    }
}
