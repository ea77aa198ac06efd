//! The first pass over a JSON document: what stands around its records, how many there are, and a few of
//! them to recognise the rest by.

use std::{collections::BTreeMap, io::Read};

use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::{
    ReadError,
    position::{Position, broken_document, length_of},
    walk::{Body, Node, Segment, Stop, Treatment, Walker},
};

/// How many bytes one member around the records may have.
const MEMBER_BYTES: usize = 1 << 20;
/// How many bytes all members around the records may have.
const HEADER_BYTES: usize = 4 << 20;
/// How many bytes the names of these members may have in all; a document with more is no catalog.
const NAMES_BYTES: usize = 4 << 20;
/// What a member takes beside its name, however short.
const MEMBER_COST: usize = 256;
/// How many records are looked at to recognise the document, and how large they may be.
const SAMPLES: u64 = 8;
const SAMPLE_BYTES: usize = 1 << 20;

/// Where records may stand in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Place {
    /// The elements of the document itself.
    Root,
    /// The elements of `dataset`.
    Dataset,
    /// The elements of `items`.
    Items,
    /// The elements of `result`.
    Result,
    /// The elements of `result.results`.
    Results,
    /// The elements of `result.packages`.
    Packages,
}

impl Place {
    pub(super) const fn path(self) -> &'static [&'static str] {
        match self {
            Self::Root => &[],
            Self::Dataset => &["dataset"],
            Self::Items => &["items"],
            Self::Result => &["result"],
            Self::Results => &["result", "results"],
            Self::Packages => &["result", "packages"],
        }
    }

    /// The list that a path names, if records may stand in it.
    pub(super) fn of(path: &[Segment]) -> Option<Self> {
        let is =
            |segment: Option<&Segment>, name: &str| matches!(segment, Some(Segment::Key(key)) if key == name);
        let places = [Self::Root, Self::Dataset, Self::Items, Self::Result, Self::Results, Self::Packages];
        places.into_iter().find(|place| {
            place.path().len() == path.len()
                && place.path().iter().enumerate().all(|(index, name)| is(path.get(index), name))
        })
    }
}

/// A list of records.
#[derive(Debug, Default)]
pub(super) struct List {
    pub(super) count: u64,
    pub(super) samples: Vec<Value>,
}

/// What the first pass found.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// The first byte of the document's value.
    pub(super) first: u8,
    /// The members around the records.
    pub(super) members: Map<String, Value>,
    /// The members of `result`.
    pub(super) result: Map<String, Value>,
    /// The lists that records may stand in.
    pub(super) lists: BTreeMap<Place, List>,
    /// Members that are there but too large to be kept.
    pub(super) left_out: Vec<String>,
    /// Members that occur more than once.
    pub(super) repeated: Vec<String>,
    /// The line of the last value.
    pub(super) lines: u64,
    /// What the names of the members take.
    names: usize,
}

/// Passes over a document, or stops where a second value begins.
pub(super) fn survey(document: impl Read, depth: usize) -> Result<Survey, Box<(Survey, Stop)>> {
    let mut walker = Walker::new(document, depth);
    let mut survey = Survey::default();
    let mut budget = HEADER_BYTES;
    loop {
        match walker.next_node(|path, first| treatment(path, first, budget)) {
            Ok(Some(node)) => {
                survey.lines = node.at.line;
                match survey.take(node) {
                    Ok(used) => budget = budget.saturating_sub(used),
                    Err(error) => return Err(Box::new((survey, Stop::Failed(error)))),
                }
            }
            Ok(None) => return Ok(survey),
            Err(stop) => return Err(Box::new((survey, stop))),
        }
    }
}

fn treatment(path: &[Segment], first: u8, budget: usize) -> Treatment {
    let list = first == b'[';
    match path {
        [] if matches!(first, b'[' | b'{') => Treatment::Descend,
        [] => Treatment::Capture(MEMBER_BYTES),
        [.., Segment::Index(index)] => {
            if *index < SAMPLES {
                Treatment::Capture(SAMPLE_BYTES)
            } else {
                Treatment::Skip
            }
        }
        [Segment::Key(name)] if name == "result" => Treatment::Descend,
        _ if list && Place::of(path).is_some() => Treatment::Descend,
        [.., Segment::Key(_)] => Treatment::Capture(MEMBER_BYTES.min(budget)),
    }
}

impl Survey {
    /// Keeps a value; how many bytes of the header it takes.
    fn take(&mut self, node: Node) -> Result<usize, ReadError> {
        let Node { path, first, at, body } = node;
        match path.as_slice() {
            [] => {
                if let Body::Captured(word) = &body {
                    serde_json::from_slice::<IgnoredAny>(word)
                        .map_err(|error| broken_document(word, &error, at))?;
                }
                self.first = first;
                if first == b'[' {
                    self.lists.entry(Place::Root).or_default();
                }
            }
            [parents @ .., Segment::Index(_)] => {
                if let Some(place) = Place::of(parents) {
                    self.sample(place, body);
                }
            }
            [parents @ .., Segment::Key(name)] => {
                if body == Body::Opened
                    && first == b'['
                    && let Some(place) = Place::of(&path)
                {
                    self.lists.entry(place).or_default();
                }
                return self.member(parents.is_empty(), name, body, at);
            }
        }
        Ok(0)
    }

    fn sample(&mut self, place: Place, body: Body) {
        let list = self.lists.entry(place).or_default();
        list.count += 1;
        if let Body::Captured(bytes) = body {
            // A broken record is reported when it is read; here it only tells nothing.
            list.samples.extend(serde_json::from_slice::<Value>(&bytes));
        }
    }

    fn member(&mut self, outer: bool, name: &str, body: Body, at: Position) -> Result<usize, ReadError> {
        self.names = self.names.saturating_add(name.len()).saturating_add(MEMBER_COST);
        if self.names > NAMES_BYTES {
            return Err(ReadError::TooLarge { limit: length_of(NAMES_BYTES) });
        }
        let mut used = 0;
        let value = match body {
            Body::Opened => Value::Null,
            Body::Captured(bytes) => {
                used = bytes.len();
                serde_json::from_slice(&bytes).map_err(|error| broken_document(&bytes, &error, at))?
            }
            Body::TooLong | Body::Skipped => {
                self.left_out.push(name.to_owned());
                Value::Null
            }
        };
        let members = if outer { &mut self.members } else { &mut self.result };
        if members.insert(name.to_owned(), value).is_some() && outer {
            self.repeated.push(name.to_owned());
        }
        Ok(used)
    }

    /// A list of records, if the document has it.
    pub(super) fn list(&self, place: Place) -> Option<&List> {
        self.lists.get(&place)
    }
}
