//! Why a document cannot be imported, for programs and for people.

use vitrina_domain::finding::Bilingual;

/// Why a document cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Not JSON at all, or broken JSON.
    #[error("not JSON: {reason} at line {line}, column {column} (byte {offset})")]
    Json {
        /// What is wrong, in the words of the JSON reader.
        reason: String,
        /// Line, from 1.
        line: u64,
        /// Column, from 1, in bytes.
        column: u64,
        /// Bytes before it.
        offset: u64,
    },
    /// Read and recognised, but no catalog.
    #[error("not a catalog: {}", found.en)]
    NotACatalog {
        /// What was found instead.
        found: Bilingual,
    },
    /// A catalog in a form that Vitrina does not read yet.
    #[error("not supported yet: {}", found.en)]
    Unsupported {
        /// What was found.
        found: Bilingual,
    },
    /// Lists and objects inside each other, deeper than the limit.
    #[error(
        "lists and objects nested deeper than {limit} levels at line {line}, column {column} (byte {offset})"
    )]
    TooDeep {
        /// The limit in force.
        limit: usize,
        /// Line, from 1.
        line: u64,
        /// Column, from 1, in bytes.
        column: u64,
        /// Bytes before it.
        offset: u64,
    },
    /// More bytes than a document may have.
    #[error("over the limit of {limit} bytes")]
    TooLarge {
        /// The limit in force.
        limit: u64,
    },
    /// More records than are read at once.
    #[error("{items} records, over the limit of {limit}: send it in parts")]
    TooMany {
        /// How many there are.
        items: u64,
        /// The limit in force.
        limit: u64,
    },
    /// The bytes could not be had.
    #[error("cannot read the document")]
    Io(#[from] std::io::Error),
}

impl ReadError {
    /// The same for people; the English is that of `Display`.
    pub fn explain(&self) -> Bilingual {
        let es = match self {
            Self::Json { reason, line, column, offset } => {
                format!("no es JSON: {reason}, en el renglón {line}, columna {column} (byte {offset})")
            }
            Self::NotACatalog { found } => format!("no es un catálogo: {}", found.es),
            Self::Unsupported { found } => format!("todavía no se admite: {}", found.es),
            Self::TooDeep { limit, line, column, offset } => format!(
                "listas y objetos anidados a más de {limit} niveles, en el renglón {line}, columna {column} (byte {offset})"
            ),
            Self::TooLarge { limit } => format!("pasa del límite de {limit} bytes"),
            Self::TooMany { items, limit } => {
                format!("trae {items} registros y el límite es de {limit}: envíelo en partes")
            }
            Self::Io(_) => "no se puede leer el documento".to_owned(),
        };
        Bilingual::new(es, self.to_string())
    }
}

/// What was read is no catalog.
pub(super) fn no_catalog(es: impl Into<String>, en: impl Into<String>) -> ReadError {
    ReadError::NotACatalog { found: Bilingual::new(es, en) }
}

/// What was read is a catalog of a kind that is not read yet.
pub(super) fn unsupported(es: impl Into<String>, en: impl Into<String>) -> ReadError {
    ReadError::Unsupported { found: Bilingual::new(es, en) }
}
