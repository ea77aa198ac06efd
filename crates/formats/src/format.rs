//! The formats records can be written in.

/// A representation of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Our own JSON: the record with its document.
    Json,
    /// Our own JSON, one record a line.
    Ndjson,
    /// A table with one row per dataset.
    Csv,
    /// DCAT-US 1.1 `data.json`.
    DataJson,
    /// DCAT-AP 3 as Turtle.
    Turtle,
}

impl Format {
    /// Every format, the default first.
    pub const ALL: &'static [Self] = &[Self::Json, Self::Ndjson, Self::Csv, Self::DataJson, Self::Turtle];

    /// The word in `?f=` and `--format`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
            Self::DataJson => "data-json",
            Self::Turtle => "ttl",
        }
    }

    /// The file extension, where the format has one of its own.
    pub const fn extension(self) -> Option<&'static str> {
        match self {
            Self::Json => Some("json"),
            Self::Ndjson => Some("ndjson"),
            Self::Csv => Some("csv"),
            Self::DataJson => None,
            Self::Turtle => Some("ttl"),
        }
    }

    /// The media type, without parameters.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Ndjson => "application/x-ndjson",
            Self::Csv => "text/csv",
            Self::DataJson => "application/vnd.data-json+json",
            Self::Turtle => "text/turtle",
        }
    }

    /// The format with this name or extension.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.name() == name || format.extension() == Some(name))
    }
}
