//! The records on their way to the threads that index them, bounded in number.
//!
//! Tantivy's own queue is bounded in batches, however large they are; a rebuild that is read faster than it
//! is indexed would fill the memory.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

use tantivy::{Document, TantivyDocument};

/// Counts the records on their way and makes whoever brings more wait.
#[derive(Debug)]
pub(crate) struct Backlog {
    waiting: Mutex<usize>,
    room: Condvar,
    limit: usize,
}

/// One place in the backlog, given back when it is dropped.
#[derive(Debug)]
struct Place(Arc<Backlog>);

/// A document with its place in the backlog.
pub(crate) struct Queued {
    document: TantivyDocument,
    _place: Place,
}

impl Backlog {
    pub(crate) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self { waiting: Mutex::new(0), room: Condvar::new(), limit })
    }

    /// Queues a document that was already handed over or is about to be, without waiting.
    pub(crate) fn queue(self: &Arc<Self>, document: TantivyDocument) -> Queued {
        *self.waiting.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        Queued { document, _place: Place(Arc::clone(self)) }
    }

    /// Waits until fewer documents than the limit are on their way.
    ///
    /// Only documents that the threads can reach may be counted by then, else nobody makes room.
    pub(crate) fn wait_for_room(&self) {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let has_no_room = |waiting: &mut usize| *waiting >= self.limit;
        drop(self.room.wait_while(waiting, has_no_room).unwrap_or_else(PoisonError::into_inner));
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        *self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.0.room.notify_one();
    }
}

impl Document for Queued {
    type Value<'a> = <TantivyDocument as Document>::Value<'a>;
    type FieldsValuesIter<'a> = <TantivyDocument as Document>::FieldsValuesIter<'a>;

    fn iter_fields_and_values(&self) -> Self::FieldsValuesIter<'_> {
        self.document.iter_fields_and_values()
    }

    fn into_tantivy_document(self) -> TantivyDocument {
        self.document
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_made_by_what_leaves() {
        let backlog = Backlog::new(2);
        let first = backlog.queue(TantivyDocument::new());
        backlog.wait_for_room();
        let second = backlog.queue(TantivyDocument::new());
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| backlog.wait_for_room());
            drop(first);
            waiting.join().unwrap();
        });
        let _document = second.into_tantivy_document();
        assert_eq!(*backlog.waiting.lock().unwrap(), 0);
    }
}
