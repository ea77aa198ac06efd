//! What every route works with.

use std::sync::Arc;

use axum::body::Bytes;
use vitrina_app::App;

use crate::{conditional::EntityTag, kept::Answers, limit::Gates, listen::Lifecycle, site::Site};

/// The state of the routes. Cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// The use cases.
    pub app: App,
    /// Where the server is reached.
    pub site: Arc<Site>,
    /// The limits in force.
    pub gates: Arc<Gates>,
    /// Whether the server is stopping.
    pub lifecycle: Lifecycle,
    /// The answers that are kept.
    pub(crate) answers: Arc<Answers>,
    /// The contract of the API.
    pub contract: Arc<Contract>,
    /// The same in OpenAPI 3.0.
    pub contract_3_0: Arc<Contract>,
}

/// The OpenAPI document as it is served.
#[derive(Debug, Clone, Default)]
pub struct Contract {
    /// Its bytes.
    pub bytes: Bytes,
    /// The tag of the bytes.
    pub tag: Option<EntityTag>,
}
