//! The parameters of the API that are no filters: one name, one meaning, everywhere.

/// The shape of a parameter's value, for its documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Text.
    Text,
    /// A whole number, at least one.
    Number,
    /// True or false.
    Truth,
    /// An instant.
    Instant,
    /// One of these words.
    Words(&'static [&'static str]),
}

macro_rules! parameters {
    ($($variant:ident = $name:literal, $shape:expr, $doc:literal;)*) => {
        /// A parameter with a meaning of its own.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Parameter { $(#[doc = $doc] $variant,)* }

        impl Parameter {
            /// Every parameter.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its name in the address.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it does, for the documentation.
            pub const fn description(self) -> &'static str {
                match self { $(Self::$variant => $doc,)* }
            }

            /// The shape of its value.
            pub const fn shape(self) -> Shape {
                match self { $(Self::$variant => $shape,)* }
            }
        }
    };
}

parameters! {
    Q = "q", Shape::Text, "Free text: words, \"phrases\", -not, OR, parentheses, field:value, prefix agu*.";
    Limit = "limit", Shape::Number, "How many items a page holds.";
    Cursor = "cursor", Shape::Text, "Where the page starts; taken from `next` of the page before, never made up.";
    Sort = "sort", Shape::Text, "The order: one key, with a hyphen before it for descending.";
    Count = "count", Shape::Words(&["exact", "estimate", "none"]), "Whether to count the whole list.";
    Fields = "fields", Shape::Text, "The members to return, separated by commas; dots reach into members.";
    Expand = "expand", Shape::Text, "The references to follow, separated by commas.";
    Facets = "facets", Shape::Text, "The fields to count by, separated by commas: `field`, `field:20` or `field:20:count_desc` (also `value_asc`).";
    At = "at", Shape::Instant, "The instant whose state is asked for. A list of an instant is filtered by organization, catalog and source only.";
    Lang = "lang", Shape::Text, "The language to prefer, before Accept-Language.";
    F = "f", Shape::Text, "The representation, by name or extension; before Accept.";
    Bom = "bom", Shape::Truth, "Whether CSV begins with a byte order mark.";
    Kind = "kind", Shape::Text, "The kinds of record, repeated or separated by commas.";
    Outcome = "outcome", Shape::Text, "Only items with this outcome.";
    State = "state", Shape::Text, "Only items in this state.";
    From = "from", Shape::Text, "Where it starts: a revision number or a change token.";
    To = "to", Shape::Text, "Where it ends: a revision number.";
    Source = "source", Shape::Text, "The name of the source that the records come from.";
    Extension = "extension", Shape::Text, "The extension of the file's name, such as `csv`: a hint where its bytes leave open what it is.";
    Profile = "profile", Shape::Text, "The profile to check against.";
    DryRun = "dry_run", Shape::Truth, "Whether to stop before anything is stored and only report.";
    Replace = "replace", Shape::Truth, "Whether records of the source that are not in the document are deleted.";
    FetchedAt = "fetched_at", Shape::Instant, "When the document was fetched; older ones than the last applied are refused.";
    Reason = "reason", Shape::Text, "Why, for the tombstone.";
    Organization = "organization", Shape::Text, "The organization that answers for the records, by id or slug.";
    Catalog = "catalog", Shape::Text, "The catalog that the records are at home in, by id or slug.";
    FileName = "filename", Shape::Text, "What the file is called; without it, after its distribution.";
    Sha256 = "sha256", Shape::Text, "The SHA-256 that the bytes should have, in hexadecimal; other bytes are refused.";
    Prefix = "prefix", Shape::Text, "The beginning of what is looked for.";
}
