//! The kinds of record.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::change::UnknownWord;

/// The kinds of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// `dcat:Dataset`.
    Dataset,
    /// `dcat:Catalog`.
    Catalog,
    /// An organization.
    Organization,
    /// `dcat:DataService`.
    DataService,
    /// `dcat:DatasetSeries`.
    DatasetSeries,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::Dataset, Self::Catalog, Self::Organization, Self::DataService, Self::DatasetSeries];

    /// The word used in JSON, in the store and in permanent IRIs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dataset => "dataset",
            Self::Catalog => "catalog",
            Self::Organization => "organization",
            Self::DataService => "data_service",
            Self::DatasetSeries => "dataset_series",
        }
    }

    /// The segment of API paths: `/api/v1/{collection}`.
    pub const fn collection(self) -> &'static str {
        match self {
            Self::Dataset => "datasets",
            Self::Catalog => "catalogs",
            Self::Organization => "organizations",
            Self::DataService => "data-services",
            Self::DatasetSeries => "series",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .ok_or_else(|| UnknownWord { list: "kind", word: word.to_owned() })
    }
}
