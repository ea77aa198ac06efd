//! What every route works with.

use std::{ops::Deref, sync::Arc};

use axum::body::Bytes;
use vitrina_app::App;

use crate::{conditional::EntityTag, kept::Answers, limit::Gates, listen::Lifecycle, site::Site};

/// The state of the routes. Cheap to clone: every request does, several times.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

impl AppState {
    /// Shares the parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// What the state is made of.
pub struct Parts {
    /// The use cases.
    pub app: App,
    /// Where the server is reached.
    pub site: Arc<Site>,
    /// The limits in force.
    pub gates: Arc<Gates>,
    /// Whether the server is stopping.
    pub lifecycle: Lifecycle,
    /// The answers that are kept.
    pub(crate) answers: Answers,
    /// The contract of the API.
    pub contract: Contract,
    /// The same in OpenAPI 3.0.
    pub contract_3_0: Contract,
}

/// The OpenAPI document as it is served.
#[derive(Debug, Clone, Default)]
pub struct Contract {
    /// Its bytes.
    pub bytes: Bytes,
    /// The tag of the bytes.
    pub tag: Option<EntityTag>,
}
