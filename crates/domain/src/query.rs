//! What a reader asks for: one tree of conditions for lists, search, facets, exports and subscriptions.
//!
//! Surface syntaxes (the `q` of the API, filters in the query string, later CKAN's and CQL2) are front ends
//! that build this tree; `search` answers it. The tree is bounded when it is built: at most
//! [`MAX_TERMS`] conditions, nested at most [`MAX_DEPTH`] deep.

use serde::{Deserialize, Serialize};

use crate::{date::Date, record::Kind};

/// The longest `q`, in characters.
pub const MAX_QUERY_CHARS: usize = 512;
/// The most conditions a query may hold.
pub const MAX_TERMS: usize = 32;
/// The deepest nesting of a query.
pub const MAX_DEPTH: usize = 8;

/// A condition on records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Query {
    /// Every record.
    All,
    /// All of these.
    And(Vec<Self>),
    /// At least one of these.
    Or(Vec<Self>),
    /// Not this.
    Not(Box<Self>),
    /// One word, anywhere in the text of the record; stemmed, exact forms first.
    Word(String),
    /// These words in this order.
    Phrase(String),
    /// Words that begin so.
    Prefix(String),
    /// A condition on one field.
    Field(Field, Test),
}

/// What is asked of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// One of these values (exact for keyword fields, all words for text fields).
    AnyOf(Vec<String>),
    /// All words of this text occur in the field.
    Contains(String),
    /// A value that begins so.
    StartsWith(String),
    /// A value between two bounds.
    Range(Range),
    /// The field has a value, or has none.
    Exists(bool),
}

/// Bounds of dates or numbers; an absent bound is open.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Range {
    /// The lower bound.
    pub from: Option<Bound>,
    /// The upper bound.
    pub to: Option<Bound>,
}

/// One bound of a range, in the unit of the field (microseconds for dates).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    /// The value.
    pub value: i64,
    /// Whether the value itself is inside.
    pub inclusive: bool,
}

impl Bound {
    /// A bound at the first instant of a date.
    pub fn at(date: &Date, inclusive: bool) -> Self {
        Self { value: date.start().micros(), inclusive }
    }
}

/// How the values of a field are stored and compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldType {
    /// Analysed text.
    Text,
    /// Whole values: codes, ids, names.
    Keyword,
    /// Instants, in microseconds.
    Date,
    /// Whole numbers.
    Number,
}

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident = $word:literal: $type:ident $($facet:ident)?,)*) => {
        /// A field that can be filtered.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Field { $($(#[$doc])* $name,)* }

        impl Field {
            /// Every field.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The word in query strings and in `field:value`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// How its values are compared.
            pub const fn field_type(self) -> FieldType {
                match self { $(Self::$name => FieldType::$type,)* }
            }

            /// Whether records can be counted by its values.
            pub const fn is_facet(self) -> bool {
                match self { $(Self::$name => fields!(@facet $($facet)?),)* }
            }

            /// The field with this word.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|field| field.as_str() == word)
            }
        }
    };
    (@facet facet) => { true };
    (@facet) => { false };
}

fields! {
    /// The title, in any language.
    Title = "title": Text,
    /// The description, in any language.
    Description = "description": Text,
    /// Keywords.
    Keyword = "keyword": Keyword facet,
    /// Theme codes (EU list), and themes that no list knows as they came.
    Theme = "theme": Keyword facet,
    /// The publisher's name, as the document has it.
    Publisher = "publisher": Keyword facet,
    /// The organization's slug or id.
    Organization = "organization": Keyword facet,
    /// The home catalog's slug or id.
    Catalog = "catalog": Keyword facet,
    /// The source's name.
    Source = "source": Keyword facet,
    /// Format codes of the distributions.
    Format = "format": Keyword facet,
    /// Media types of the distributions.
    MediaType = "media_type": Keyword facet,
    /// Licence codes of the dataset and its distributions.
    License = "license": Keyword facet,
    /// Languages of the data, as codes.
    Language = "language": Keyword facet,
    /// Update frequency, as a code.
    Frequency = "frequency": Keyword facet,
    /// Access rights, as a code.
    AccessRights = "access_rights": Keyword facet,
    /// Level of government.
    GovType = "gov_type": Keyword facet,
    /// INEGI key, place name or IRI.
    Spatial = "spatial": Keyword facet,
    /// Legal basis: IRI, title or article.
    Legislation = "legislation": Keyword facet,
    /// The series it belongs to.
    Series = "series": Keyword,
    /// The identifier at the source.
    Identifier = "identifier": Keyword,
    /// Names and descriptions of columns.
    Column = "column": Text,
    /// `dct:issued`.
    Issued = "issued": Date,
    /// `dct:modified`.
    Modified = "modified": Date,
    /// When the record last changed here.
    Updated = "updated": Date,
    /// When the record was created here.
    Created = "created": Date,
    /// How many distributions there are.
    Distributions = "distributions": Number,
}

/// What lists can be ordered by; every order ends in the creation sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SortKey {
    /// How well the record answers the words of the query.
    Relevance,
    /// Creation order.
    Created,
    /// When the record last changed here.
    Updated,
    /// `dct:issued`.
    Issued,
    /// `dct:modified`.
    Modified,
    /// The title, folded.
    Title,
}

impl SortKey {
    /// Every key.
    pub const ALL: [Self; 6] =
        [Self::Relevance, Self::Created, Self::Updated, Self::Issued, Self::Modified, Self::Title];

    /// The word in `sort=`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Relevance => "relevance",
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Issued => "issued",
            Self::Modified => "modified",
            Self::Title => "title",
        }
    }
}

/// Which way a list runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From small to large, old to new, A to Z.
    Ascending,
    /// The other way.
    Descending,
}

/// An order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Sort {
    /// What it goes by.
    pub key: SortKey,
    /// Which way.
    pub direction: Direction,
}

impl Sort {
    /// Creation order, the default of lists.
    pub const CREATED: Self = Self { key: SortKey::Created, direction: Direction::Ascending };
    /// Best answers first, the default of searches with words.
    pub const RELEVANCE: Self = Self { key: SortKey::Relevance, direction: Direction::Descending };
}

/// A facet to count: which field, how many values, in which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FacetRequest {
    /// The field.
    pub field: Field,
    /// How many values at most.
    pub limit: usize,
    /// In which order.
    pub order: FacetOrder,
}

/// The order of the values of a facet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum FacetOrder {
    /// Most frequent first.
    #[default]
    CountDescending,
    /// By value.
    ValueAscending,
}

/// What is asked of which records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// The kinds of record; empty means every kind.
    pub kinds: Vec<Kind>,
    /// The condition.
    pub query: Query,
}

impl Query {
    /// This condition and another one.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::All, one) | (one, Self::All) => one,
            (Self::And(mut all), Self::And(more)) => {
                all.extend(more);
                Self::And(all)
            }
            (Self::And(mut all), one) => {
                all.push(one);
                Self::And(all)
            }
            (one, other) => Self::And(vec![one, other]),
        }
    }

    /// Whether the condition holds words to rank by.
    pub fn has_words(&self) -> bool {
        let mut pending = vec![self];
        while let Some(query) = pending.pop() {
            match query {
                Self::Word(_) | Self::Phrase(_) | Self::Prefix(_) => return true,
                Self::And(parts) | Self::Or(parts) => pending.extend(parts),
                Self::All | Self::Not(_) | Self::Field(..) => {}
            }
        }
        false
    }

    /// The condition without any test of this field at its top level, for that field's own facet.
    #[must_use]
    pub fn without_field(&self, field: Field) -> Self {
        let is_field = |query: &Self| matches!(query, Self::Field(f, _) if *f == field);
        match self {
            query if is_field(query) => Self::All,
            Self::And(parts) => Self::And(parts.iter().filter(|part| !is_field(part)).cloned().collect()),
            other => other.clone(),
        }
    }
}
