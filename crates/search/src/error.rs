//! What can go wrong with the index itself; queries never do.

/// Why the index cannot answer.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The index cannot be opened or written.
    #[error("the search index failed")]
    Engine(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The cursor was made for another query or order.
    #[error("the cursor belongs to another query")]
    CursorMismatch,
}

impl SearchError {
    pub(crate) fn engine(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Engine(Box::new(error))
    }
}

impl From<tantivy::TantivyError> for SearchError {
    fn from(error: tantivy::TantivyError) -> Self {
        Self::engine(error)
    }
}
