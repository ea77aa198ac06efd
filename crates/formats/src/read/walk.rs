//! Walking the outer levels of a JSON document, value by value, in constant memory.
//!
//! The caller's policy says of each value whether to go into it, to keep its bytes or to pass over it.
//! What is gone into is held to the grammar of JSON; the extent of the rest is found by [`Extent`].

use std::io::Read;

use super::{
    ReadError,
    extent::{Extent, Flaw, Progress},
    position::Position,
    source::Source,
};

/// How many bytes the name of a member that is gone into may have.
const NAME_BYTES: usize = 1 << 16;

/// One step of the way to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Segment {
    Key(String),
    Index(u64),
}

/// What to do with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Treatment {
    /// Go into it, if it is an array or an object.
    Descend,
    /// Hand its bytes over, up to so many.
    Capture(usize),
    /// Pass over it.
    Skip,
}

/// What is handed over of a value.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// It was gone into: its parts follow.
    Opened,
    /// It was passed over.
    Skipped,
    /// Its bytes.
    Captured(Vec<u8>),
    /// It has more bytes than were asked for.
    TooLong,
}

/// A value and its place.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) path: Vec<Segment>,
    pub(super) first: u8,
    pub(super) at: Position,
    pub(super) body: Body,
}

/// Why the walk stopped.
#[derive(Debug)]
pub(super) enum Stop {
    /// Something follows the end of the document's only value.
    Trailing(Position),
    /// The document cannot be read on.
    Failed(ReadError),
}

impl From<ReadError> for Stop {
    fn from(error: ReadError) -> Self {
        Self::Failed(error)
    }
}

impl From<Stop> for ReadError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Trailing(at) => at.broken("something follows the end of the document"),
            Stop::Failed(error) => error,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    FirstElement,
    FirstKey,
    Key,
    AfterValue,
    End,
}

/// A walk through a document.
#[derive(Debug)]
pub(super) struct Walker<R> {
    source: Source<R>,
    path: Vec<Segment>,
    containers: Vec<u8>,
    expect: Expect,
    depth: usize,
    oddity: Option<Position>,
}

impl<R: Read> Walker<R> {
    /// A walk through a document of UTF-8 that may nest `depth` levels.
    pub(super) fn new(reader: R, depth: usize) -> Self {
        Self {
            source: Source::new(reader),
            path: Vec::new(),
            containers: Vec::new(),
            expect: Expect::Value,
            depth,
            oddity: None,
        }
    }

    /// The next value, in the order of the document.
    pub(super) fn next_node(
        &mut self,
        policy: impl Fn(&[Segment], u8) -> Treatment,
    ) -> Result<Option<Node>, Stop> {
        loop {
            let token = self.source.token()?;
            match (self.expect, token) {
                (Expect::End, None) => return Ok(None),
                (Expect::End, Some(_)) => return Err(Stop::Trailing(self.source.position())),
                (Expect::AfterValue, _) if self.containers.is_empty() => self.expect = Expect::End,
                (_, None) => return Err(self.broken("the document ends too early").into()),
                (Expect::FirstElement, Some(b']')) | (Expect::FirstKey, Some(b'}')) => self.close(),
                (Expect::AfterValue, Some(byte)) => self.after_value(byte)?,
                (Expect::FirstKey | Expect::Key, Some(b'"')) => self.key()?,
                (Expect::FirstKey | Expect::Key, Some(_)) => {
                    return Err(self.broken("expected a member name in quotation marks").into());
                }
                (Expect::Value | Expect::FirstElement, Some(first)) => {
                    return self.value(first, &policy).map(Some).map_err(Stop::Failed);
                }
            }
        }
    }

    fn close(&mut self) {
        self.source.consume(1);
        self.containers.pop();
        self.path.pop();
        self.expect = Expect::AfterValue;
    }

    fn after_value(&mut self, byte: u8) -> Result<(), ReadError> {
        match (byte, self.containers.last()) {
            (b',', Some(b'[')) => {
                if let Some(Segment::Index(index)) = self.path.last_mut() {
                    *index += 1;
                }
                self.expect = Expect::Value;
                self.source.consume(1);
            }
            (b',', Some(b'{')) => {
                self.expect = Expect::Key;
                self.source.consume(1);
            }
            (b']', Some(b'[')) | (b'}', Some(b'{')) => self.close(),
            (_, Some(b'[')) => return Err(self.broken("expected a comma or the end of the list")),
            _ => return Err(self.broken("expected a comma or the end of the object")),
        }
        Ok(())
    }

    fn key(&mut self) -> Result<(), ReadError> {
        let at = self.source.position();
        let mut extent = Extent::new(0);
        let Body::Captured(bytes) = self.extent(&mut extent, Treatment::Capture(NAME_BYTES), at)? else {
            return Err(at.broken("the member name is too long"));
        };
        let name = serde_json::from_slice(&bytes)
            .map_err(|error| super::position::broken_document(&bytes, &error, at))?;
        if let Some(last) = self.path.last_mut() {
            *last = Segment::Key(name);
        }
        if self.source.token()? != Some(b':') {
            return Err(self.broken("expected a colon"));
        }
        self.source.consume(1);
        self.expect = Expect::Value;
        Ok(())
    }

    fn value(&mut self, first: u8, policy: impl Fn(&[Segment], u8) -> Treatment) -> Result<Node, ReadError> {
        let at = self.source.position();
        if matches!(first, b',' | b':' | b']' | b'}') {
            return Err(at.broken("expected a value"));
        }
        let treatment = policy(&self.path, first);
        let path = self.path.clone();
        if treatment == Treatment::Descend && matches!(first, b'{' | b'[') {
            if self.containers.len() >= self.depth {
                return Err(self.too_deep());
            }
            self.source.consume(1);
            self.containers.push(first);
            let (segment, expect) = match first {
                b'[' => (Segment::Index(0), Expect::FirstElement),
                _ => (Segment::Key(String::new()), Expect::FirstKey),
            };
            self.path.push(segment);
            self.expect = expect;
            return Ok(Node { path, first, at, body: Body::Opened });
        }
        let mut extent = Extent::new(self.depth.saturating_sub(self.containers.len()));
        let body = self.extent(&mut extent, treatment, at)?;
        self.expect = Expect::AfterValue;
        Ok(Node { path, first, at, body })
    }

    /// Passes over a value, keeping its bytes where that was asked for.
    fn extent(&mut self, extent: &mut Extent, treatment: Treatment, at: Position) -> Result<Body, ReadError> {
        let limit = match treatment {
            Treatment::Capture(limit) => Some(limit),
            Treatment::Descend | Treatment::Skip => None,
        };
        let mut kept = Vec::new();
        let mut length = 0_usize;
        loop {
            let chunk = self.source.chunk()?;
            if chunk.is_empty() && extent.may_end() {
                break;
            }
            if chunk.is_empty() {
                self.note_control(extent, at);
                let reason = if extent.is_in_text() {
                    "a string is not closed"
                } else {
                    "the document ends too early"
                };
                return Err(self.broken(reason));
            }
            let progress = extent.feed(chunk);
            let taken = match progress {
                Ok(Progress::Ends(count)) | Err((count, _)) => count,
                Ok(Progress::Unfinished) => chunk.len(),
            };
            length = length.saturating_add(taken);
            if limit.is_some_and(|limit| length <= limit) {
                kept.extend_from_slice(chunk.get(..taken).unwrap_or_default());
            } else {
                kept = Vec::new();
            }
            self.source.consume(taken);
            match progress {
                Ok(Progress::Unfinished) => {}
                Ok(Progress::Ends(_)) => break,
                Err((_, Flaw::TooDeep)) => return Err(self.too_deep()),
                Err((_, Flaw::Mismatch)) => {
                    self.note_control(extent, at);
                    return Err(self.broken("a bracket closes what was not opened"));
                }
            }
        }
        self.note_control(extent, at);
        Ok(match limit {
            None => Body::Skipped,
            Some(limit) if length > limit => Body::TooLong,
            Some(_) => Body::Captured(kept),
        })
    }

    /// Remembers the first raw control character inside a string, where a missing quotation mark shows.
    fn note_control(&mut self, extent: &Extent, at: Position) {
        if let (None, Some(ahead)) = (self.oddity, extent.first_control()) {
            // The line of a place that has passed is no longer known; its offset is.
            self.oddity = Some(Position { offset: at.offset.saturating_add(ahead), ..at });
        }
    }

    fn too_deep(&mut self) -> ReadError {
        let Position { line, column, offset } = self.source.position();
        ReadError::TooDeep { limit: self.depth, line, column, offset }
    }

    fn broken(&mut self, reason: &str) -> ReadError {
        let here = self.source.position();
        match self.oddity.take() {
            Some(odd) => here.broken(format!(
                "{reason}; a string that begins after line {} holds a line break or another control character \
                 (byte {}), so a quotation mark may be missing there",
                odd.line, odd.offset
            )),
            None => here.broken(reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn paths(json: &str, depth: usize) -> Result<Vec<String>, ReadError> {
        let mut walker = Walker::new(json.as_bytes(), depth);
        let mut seen = Vec::new();
        let policy = |path: &[Segment], _: u8| {
            if path.len() < 2 { Treatment::Descend } else { Treatment::Capture(100) }
        };
        while let Some(node) = walker.next_node(policy)? {
            let path: String = node
                .path
                .iter()
                .map(|segment| match segment {
                    Segment::Key(key) => format!("/{key}"),
                    Segment::Index(index) => format!("/{index}"),
                })
                .collect();
            let text = match node.body {
                Body::Captured(bytes) => String::from_utf8(bytes).unwrap(),
                body => format!("{body:?}"),
            };
            seen.push(format!("{path}={text}"));
        }
        Ok(seen)
    }

    #[test]
    fn values_come_with_their_paths() {
        assert_eq!(
            paths(r#" {"a": [1, {"b": [ ]}], "c\u0064": {"e": "f"}, "g": null} "#, 8).unwrap(),
            [
                "=Opened",
                "/a=Opened",
                "/a/0=1",
                "/a/1={\"b\": [ ]}",
                "/cd=Opened",
                "/cd/e=\"f\"",
                "/g=Skipped"
            ]
        );
        assert_eq!(paths("[]", 8).unwrap(), ["=Opened"]);
    }

    #[rstest]
    #[case("", "the document ends too early", 1, 1)]
    #[case("{\"a\": 1,}", "expected a member name in quotation marks", 1, 9)]
    #[case("[1 2]", "expected a comma or the end of the list", 1, 4)]
    #[case("{\"a\"\n 1}", "expected a colon", 2, 2)]
    #[case("{\"a\": [{\n\"b\": 1]}", "a bracket closes what was not opened", 2, 7)]
    #[case("[1,]", "expected a value", 1, 4)]
    #[case("{\"a\": \"b", "a string is not closed", 1, 9)]
    #[case("{} x", "something follows the end of the document", 1, 4)]
    fn broken_json_is_told_with_its_place(
        #[case] json: &str,
        #[case] expected: &str,
        #[case] at_line: u64,
        #[case] at_column: u64,
    ) {
        match paths(json, 8) {
            Err(ReadError::Json { reason, line, column, .. }) => {
                assert_eq!((reason.as_str(), line, column), (expected, at_line, at_column));
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_missing_quotation_mark_is_traced_back() {
        let error = paths("[\"a, \n\"b\"]", 8).unwrap_err().to_string();
        assert!(error.contains("a quotation mark may be missing there"), "{error}");
    }

    #[rstest]
    #[case(64, true)]
    #[case(65, false)]
    #[case(100_000, false)]
    fn depth_is_limited(#[case] levels: usize, #[case] fits: bool) {
        let json = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        let outcome = paths(&json, 64);
        assert_eq!(outcome.is_ok(), fits);
        assert!(
            fits || matches!(outcome, Err(ReadError::TooDeep { limit: 64, line: 1, column: 65, offset: 64 }))
        );
    }
}
