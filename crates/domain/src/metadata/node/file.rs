//! What is said of a file.

use super::{super::document::document, Concept};
use crate::language::Text;

document! {
    /// A digest of a file (`spdx:Checksum`).
    Checksum {
        /// `spdx:algorithm`.
        algorithm: Option<Concept> = "algorithm",
        /// `spdx:checksumValue`, hexadecimal.
        value: Option<String> = "checksumValue",
    }
}

document! {
    /// A column of a table, as data dictionaries describe it (the `field` of the Argentine profile).
    Column {
        /// The column's name.
        title: Option<String> = "title",
        /// Its type.
        kind: Option<String> = "type",
        /// What it holds.
        description: Text = "description",
        /// A stable identifier.
        identifier: Option<String> = "id",
        /// Unit of measure.
        units: Option<String> = "units",
    }
}

document! {
    /// A restriction of access or use (DCAT-US 3).
    Restriction {
        /// `restrictionStatus`.
        status: Option<Concept> = "restrictionStatus",
        /// `specificRestriction`.
        specific: Option<Concept> = "specificRestriction",
        /// `restrictionNote`.
        note: Text = "restrictionNote",
        /// `cuiBannerMarking`.
        banner: Option<String> = "cuiBannerMarking",
        /// `designationIndicator`.
        indicator: Option<String> = "designationIndicator",
        /// `requiredIndicatorPerAuthority`.
        authority_indicator: Vec<String> = "requiredIndicatorPerAuthority",
    }
}
