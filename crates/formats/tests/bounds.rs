//! What reading hostile documents costs, in time and memory.
//!
//! The documents are made while they are read, so that the memory measured is the reader's own. One test
//! alone stands in this file: the peak that the system tells is that of the whole process.

#![cfg(test)]

use std::{
    fs,
    io::{Read, Result, Seek, SeekFrom},
    time::Duration,
};

use vitrina_formats::read::{ItemError, Limits, ReadError, items, outline, parse};

const MEGABYTE: u64 = 1 << 20;

/// A head, a filling repeated up to a length, and a tail.
#[derive(Clone)]
struct Made {
    head: &'static [u8],
    filling: &'static [u8],
    repeats: u64,
    tail: &'static [u8],
    at: u64,
}

impl Made {
    fn new(head: &'static str, filling: &'static str, bytes: u64, tail: &'static str) -> Self {
        let (head, filling, tail) = (head.as_bytes(), filling.as_bytes(), tail.as_bytes());
        Self { head, filling, repeats: bytes / filling.len() as u64, tail, at: 0 }
    }

    fn filled(&self) -> u64 {
        self.head.len() as u64 + self.repeats * self.filling.len() as u64
    }

    /// The bytes that stand together at the present place.
    fn here(&self) -> &'static [u8] {
        let from =
            |part: &'static [u8], at: u64| part.get(usize::try_from(at).unwrap()..).unwrap_or_default();
        if self.at < self.head.len() as u64 {
            from(self.head, self.at)
        } else if self.at < self.filled() {
            from(self.filling, (self.at - self.head.len() as u64) % self.filling.len() as u64)
        } else {
            from(self.tail, self.at - self.filled())
        }
    }
}

impl Read for Made {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let mut done = 0;
        while done < buffer.len() {
            let here = self.here();
            let count = here.len().min(buffer.len() - done);
            if count == 0 {
                break;
            }
            buffer[done..done + count].copy_from_slice(&here[..count]);
            done += count;
            self.at += count as u64;
        }
        Ok(done)
    }
}

impl Seek for Made {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::End(0) => self.filled() + self.tail.len() as u64,
            other => panic!("{other:?}"),
        };
        Ok(self.at)
    }
}

/// The most memory that the process held since it was last asked, in bytes.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().unwrap();
    // From now on the peak is counted anew.
    fs::write("/proc/self/clear_refs", "5").unwrap();
    kilobytes * 1024
}

/// How long the process has computed: what other processes do at the time is not in it.
fn computed() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    // The times of user and system, in hundredths of a second.
    let ticks: u64 =
        fields.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 10)
}

/// What became of a document.
#[derive(Debug, PartialEq)]
enum Outcome {
    Refused(String),
    /// How many records can be read, and how many are too long.
    Read(usize, usize),
}

fn read(document: &Made) -> Outcome {
    let limits = Limits::default();
    let outline = match outline(&mut document.clone(), limits) {
        Ok(outline) => outline,
        Err(ReadError::Io(error)) => panic!("{error}"),
        Err(refused) => return Outcome::Refused(refused.to_string()),
    };
    let (mut whole, mut too_long) = (0, 0);
    for item in items(document.clone(), &outline, limits).unwrap() {
        match item.unwrap().json {
            Ok(json) => {
                parse(outline.format, &json).unwrap();
                whole += 1;
            }
            Err(ItemError::TooLong { .. }) => too_long += 1,
            Err(error) => panic!("{error}"),
        }
    }
    Outcome::Read(whole, too_long)
}

fn refused(said: &str) -> Outcome {
    Outcome::Refused(said.to_owned())
}

/// More than a record may hold.
const LARGE: u64 = 64 * MEGABYTE;
/// As much as a test has time for where every byte costs.
const SOME: u64 = 16 * MEGABYTE;

/// A name, a document, what becomes of it, and how many megabytes that may take.
type Case = (&'static str, Made, Outcome, u64);

/// Large documents that hold no records.
fn without_records() -> Vec<Case> {
    vec![
        ("a text", Made::new("\"", "agua ", LARGE, "\""), refused("not a catalog: a single JSON text"), 16),
        ("a number", Made::new("1", "0", SOME, ""), refused("not a catalog: a single JSON number"), 16),
        (
            "a member",
            Made::new("{\"agua\": \"", "agua ", LARGE, "\"}"),
            refused("not a catalog: a JSON object with the members agua"),
            16,
        ),
        (
            "an object in a member",
            Made::new("{\"agua\": {\"a\": 0", ", \"agua\": [1, 2]", LARGE, "}}"),
            refused("not a catalog: a JSON object with the members agua"),
            16,
        ),
        (
            "a list of numbers",
            Made::new("[0", ", 1", SOME, "]"),
            refused("not a catalog: a list of 5592406 JSON values"),
            16,
        ),
    ]
}

/// Large records, many records, and documents that break off before they show any.
fn with_records() -> Vec<Case> {
    vec![
        (
            "one record too long among others",
            Made::new(
                "{\"dataset\": [{\"title\": \"a\"}, {\"title\": \"",
                "agua ",
                LARGE,
                "\"}, {\"title\": \"c\"}]}",
            ),
            Outcome::Read(2, 1),
            // What was kept of the record until it was too long.
            96,
        ),
        (
            "a line too long among others",
            Made::new(
                "{\"title\": \"a\", \"keyword\": []}\n{\"title\": \"",
                "agua ",
                LARGE,
                "\"}\n{\"title\": \"c\"}\n",
            ),
            Outcome::Read(2, 1),
            96,
        ),
        (
            "a million records",
            Made::new("{\"dataset\": [{\"title\": \"a\"}", ", {\"title\": \"agua\"}", SOME, "]}"),
            Outcome::Read(883_012, 0),
            16,
        ),
        (
            "brackets",
            Made::new("{\"dataset\": ", "[", SOME, ""),
            refused("lists and objects nested deeper than 64 levels at line 1, column 76 (byte 75)"),
            // It might be lines of records, the first of them broken: that line is held up to its limit.
            48,
        ),
        (
            "a name",
            Made::new("{\"", "agua ", SOME, "\": 1}"),
            refused("not JSON: the member name is too long at line 1, column 2 (byte 1)"),
            48,
        ),
        (
            "more than a document may be",
            Made::new("[0", ", 1", 1100 * MEGABYTE, "]"),
            refused("over the limit of 1073741824 bytes"),
            16,
        ),
    ]
}

#[test]
fn hostile_documents_cost_no_more_than_the_limits_say() {
    for (name, document, expected, megabytes) in without_records().into_iter().chain(with_records()) {
        peak();
        let before = peak();
        let started = computed();
        assert_eq!(read(&document), expected, "{name}");
        let (took, grew) = (computed().saturating_sub(started), peak().saturating_sub(before));
        println!("{name}: {took:?}, {} MB", grew / MEGABYTE);
        assert!(grew <= megabytes * MEGABYTE, "{name} took {grew} bytes");
        // Many times what a debug build takes on a slow machine; endless work is what it excludes.
        assert!(took < Duration::from_mins(1), "{name} took {took:?}");
    }
}
