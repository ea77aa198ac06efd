//! What is said of a file.

use serde::Serialize;
use vitrina_app::FileRow;

use crate::site::Site;

/// The file of a distribution.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = DataFile)]
pub(super) struct FileBody {
    /// The distribution.
    distribution_id: String,
    /// The dataset.
    dataset_id: String,
    /// How many files the distribution has had, this one included.
    number: u32,
    /// What the file is called.
    name: String,
    /// What its bytes are, whatever their sender said.
    media_type: String,
    /// Its length in bytes.
    byte_size: u64,
    /// The SHA-256 of its bytes, in hexadecimal; also its entity tag.
    sha256: String,
    /// When it was uploaded.
    uploaded_at: String,
    /// Where it is given.
    download_url: String,
}

impl FileBody {
    pub(super) fn of(site: &Site, file: &FileRow) -> Self {
        let FileRow {
            distribution_id,
            number,
            dataset_id,
            digest,
            length,
            media_type,
            name,
            // Who sent it is the business of those who may read the audit.
            actor: _,
            uploaded,
        } = file;
        Self {
            distribution_id: distribution_id.to_string(),
            dataset_id: dataset_id.to_string(),
            number: *number,
            name: name.clone(),
            media_type: media_type.clone(),
            byte_size: *length,
            sha256: digest.to_string(),
            uploaded_at: uploaded.to_string(),
            download_url: site.url(&format!("/api/v1/distributions/{distribution_id}/download")),
        }
    }
}
