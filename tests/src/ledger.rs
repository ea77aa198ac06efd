//! What the writers know: every write that was acknowledged, and every one that may or may not have happened.

use serde_json::{Value, json};
use vitrina_domain::{canonical::Digest, change::Op, id::RecordId};

/// How an object is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// One by one: POST, PUT, PATCH, DELETE.
    Single,
    /// By the identifier that its organization gives it.
    Identified,
    /// By imports of the object's source.
    Import,
    /// Made once; then one file after the other is uploaded for its distribution.
    File,
}

/// One write of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// What the write does.
    pub op: Op,
    /// A word that no other version of any object holds.
    pub word: String,
    /// The hash of the document, where the acknowledgement told it.
    pub hash: Option<Digest>,
}

/// An object that one writer writes.
#[derive(Debug, Clone)]
pub struct Object {
    /// Its identifier; no other object has it.
    pub identifier: String,
    /// How it is written.
    pub way: Way,
    /// Its id, once it is known.
    pub id: Option<RecordId>,
    /// The entity tag of its current revision, when the last acknowledgement told it.
    pub tag: Option<String>,
    /// The acknowledged writes; the number of a revision is its place, from 1.
    pub versions: Vec<Version>,
    /// A write that was sent and not acknowledged.
    pub pending: Option<Version>,
    /// How many of the versions were found in the catalog before.
    pub audited: usize,
    /// Its distribution, where files are uploaded for it.
    pub distribution: Option<String>,
    /// The file whose upload was acknowledged last.
    pub file: Option<Digest>,
    /// A file that was sent and not acknowledged.
    pub pending_file: Option<Digest>,
}

impl Object {
    /// An object that is yet to be written.
    pub fn new(identifier: String, way: Way) -> Self {
        Self {
            identifier,
            way,
            id: None,
            tag: None,
            versions: Vec::new(),
            pending: None,
            audited: 0,
            distribution: None,
            file: None,
            pending_file: None,
        }
    }

    /// Whether it was written and not deleted.
    pub fn is_live(&self) -> bool {
        self.versions.last().is_some_and(|version| version.op != Op::Delete)
    }

    /// Whether it can be written now.
    pub fn is_free(&self) -> bool {
        self.is_live() && self.pending.is_none()
    }

    /// What the next write of the object does.
    pub fn next(&self, word: String) -> Version {
        let op = if self.versions.is_empty() { Op::Create } else { Op::Update };
        Version { op, word, hash: None }
    }

    /// The document of a version: some distributions, and the word in the title, where searches find it.
    pub fn document(&self, word: &str) -> Value {
        let parts = match self.way {
            Way::File => 1,
            _ => word.bytes().last().map_or(1, |last| usize::from(last % 4)),
        };
        let distributions: Vec<Value> = (0..parts)
            .map(|part| {
                json!({
                    "title": format!("Parte {part}"),
                    "downloadURL": format!("https://datos.example.org/{}/{word}/{part}.csv", self.identifier),
                    "mediaType": "text/csv",
                })
            })
            .collect();
        json!({
            "identifier": self.identifier,
            "title": format!("Serie {word}"),
            "description": "Escrita por una prueba; su título cambia con cada revisión.",
            "keyword": ["prueba", "durabilidad"],
            "distribution": distributions,
        })
    }

    /// The next file, which no other upload sends: mostly short, sometimes of several blocks.
    pub fn next_file(word: &str, lines: usize) -> String {
        format!("palabra,{word}\n") + &format!("{word},{lines}\n").repeat(lines)
    }

    /// The write that was under way is acknowledged.
    pub fn acknowledge(&mut self, hash: Option<Digest>, tag: Option<String>) {
        if let Some(version) = self.pending.take() {
            self.versions.push(Version { hash, ..version });
            self.tag = tag;
        }
    }
}

/// Words that are never given twice, of one length, so that none begins another.
#[derive(Debug)]
pub struct Words(std::sync::atomic::AtomicU64);

impl Words {
    /// Words from the beginning.
    pub fn new() -> Self {
        Self(std::sync::atomic::AtomicU64::new(0))
    }

    /// The next one.
    pub fn next(&self) -> String {
        format!("7{:011}", self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
    }
}

impl Default for Words {
    fn default() -> Self {
        Self::new()
    }
}
