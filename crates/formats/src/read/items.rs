//! The second pass: the records one by one.

use std::io::Read;

use super::{
    ItemError, Limits, RawItem, ReadError,
    extent::has_more_values,
    lines::{Line, Lines, check},
    recognise::Records,
    survey::Place,
    walk::{Body, Node, Segment, Treatment, Walker},
};

/// The records of a document.
#[derive(Debug)]
pub(super) struct Items<R> {
    walk: Walk<R>,
    limits: Limits,
    position: u64,
    failed: bool,
}

#[derive(Debug)]
enum Walk<R> {
    List(Box<Walker<R>>, Place),
    Single(Box<Walker<R>>, &'static [&'static str]),
    Lines(Lines<R>),
}

impl<R: Read> Items<R> {
    /// The records of a document of UTF-8.
    pub(super) fn new(document: R, records: Records, limits: Limits) -> Self {
        let walk = match records {
            Records::List(place) => Walk::List(Box::new(Walker::new(document, limits.depth)), place),
            Records::Single(path) => Walk::Single(Box::new(Walker::new(document, limits.depth)), path),
            Records::Lines => Walk::Lines(Lines::new(document, limits.item_bytes)),
        };
        Self { walk, limits, position: 0, failed: false }
    }

    fn next_item(&mut self) -> Result<Option<RawItem>, ReadError> {
        let longest = self.limits.item_bytes;
        let found = match &mut self.walk {
            Walk::List(walker, place) => next_in_list(walker, *place, longest)?,
            Walk::Single(walker, path) => next_at(walker, path, longest)?,
            Walk::Lines(lines) => lines.next_line()?.map(|line| of_line(line, self.limits)),
        };
        let Some(mut item) = found else { return Ok(None) };
        if item.json.as_ref().is_ok_and(|json| has_more_values(json, self.limits.item_values)) {
            item.json = Err(ItemError::TooMany { limit: self.limits.item_values });
        }
        item.position = self.position;
        self.position += 1;
        Ok(Some(item))
    }
}

impl<R: Read> Iterator for Items<R> {
    type Item = Result<RawItem, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let next = self.next_item().transpose();
        self.failed = matches!(next, None | Some(Err(_)));
        next
    }
}

fn next_in_list<R: Read>(
    walker: &mut Walker<R>,
    place: Place,
    longest: usize,
) -> Result<Option<RawItem>, ReadError> {
    let policy = |path: &[Segment], first: u8| match path {
        [] => Treatment::Descend,
        [parents @ .., Segment::Index(_)] if Place::of(parents) == Some(place) => Treatment::Capture(longest),
        _ if path.len() <= place.path().len() && leads_to(path, place.path()) => {
            // `dataset: {…}` beside `dataset: […]` is passed over: the list holds the records.
            if path.len() == place.path().len() && first != b'[' {
                Treatment::Skip
            } else {
                Treatment::Descend
            }
        }
        _ => Treatment::Skip,
    };
    while let Some(node) = walker.next_node(policy)? {
        if let [parents @ .., Segment::Index(_)] = node.path.as_slice()
            && Place::of(parents) == Some(place)
        {
            return Ok(of_node(node, longest));
        }
    }
    Ok(None)
}

fn next_at<R: Read>(
    walker: &mut Walker<R>,
    wanted: &[&str],
    longest: usize,
) -> Result<Option<RawItem>, ReadError> {
    let policy = |path: &[Segment], _first: u8| {
        if path.len() == wanted.len() && leads_to(path, wanted) {
            Treatment::Capture(longest)
        } else if leads_to(path, wanted) {
            Treatment::Descend
        } else {
            Treatment::Skip
        }
    };
    while let Some(node) = walker.next_node(policy)? {
        if node.path.len() == wanted.len() && leads_to(&node.path, wanted) {
            return Ok(of_node(node, longest));
        }
    }
    Ok(None)
}

/// Whether every step of a path is the way to a place.
fn leads_to(path: &[Segment], wanted: &[&str]) -> bool {
    path.len() <= wanted.len()
        && path.iter().zip(wanted).all(|(step, name)| matches!(step, Segment::Key(key) if key == name))
}

fn of_node(node: Node, longest: usize) -> Option<RawItem> {
    let json = match node.body {
        Body::Captured(bytes) => Ok(bytes),
        Body::TooLong => Err(ItemError::TooLong { limit: longest }),
        Body::Opened | Body::Skipped => return None,
    };
    let mut pointer = String::new();
    for segment in &node.path {
        pointer.push('/');
        match segment {
            Segment::Key(key) => pointer.push_str(key),
            Segment::Index(index) => pointer.push_str(&index.to_string()),
        }
    }
    Some(RawItem { position: 0, pointer, offset: node.at.offset, json })
}

fn of_line(line: Line, limits: Limits) -> RawItem {
    let longest = limits.item_bytes;
    let json = match line.text {
        Some(text) if text.len() <= longest => {
            check(&text, limits.depth).map(|()| text).map_err(|error| match error {
                ItemError::Json { reason, offset } => {
                    ItemError::Json { reason, offset: offset.saturating_add(line.offset) }
                }
                other => other,
            })
        }
        _ => Err(ItemError::TooLong { limit: longest }),
    };
    RawItem { position: 0, pointer: format!("/{}", line.number), offset: line.offset, json }
}
