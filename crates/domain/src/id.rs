//! Identifiers, one type per entity, so that an organization's id cannot be passed for a dataset's.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A text that is no identifier of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier: {0:?}")]
pub struct InvalidId(pub String);

macro_rules! typed_ids {
    ($($(#[$doc:meta])* $name:ident = $kind:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// The word for this kind of entity in permanent IRIs.
            pub const KIND: &'static str = $kind;

            /// Wraps a UUID made by the `Ids` port or read from the store.
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID behind the type.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                // Only the canonical form: braces, URNs and unhyphenated text would be second names.
                if text.len() != 36 {
                    return Err(InvalidId(text.to_owned()));
                }
                Uuid::try_parse(text).map(Self).map_err(|_error| InvalidId(text.to_owned()))
            }
        }
    )*};
}

typed_ids! {
    /// A record of any kind: dataset, catalog, organization, data service, dataset series.
    RecordId = "record";
    /// A distribution of a dataset.
    DistributionId = "distribution";
    /// A place that records come from: a file name, a portal, the API.
    SourceId = "source";
    /// One run of an import.
    RunId = "run";
    /// An API token.
    TokenId = "token";
    /// A job.
    JobId = "job";
    /// A letter.
    LetterId = "letter";
    /// Somebody who is not written to any more.
    SuppressionId = "suppression";
    /// A subscriber's address for events.
    WebhookId = "webhook";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_only_the_canonical_form() {
        let text = "0190b6a5-7e2a-7c3e-8f10-000000000001";
        let id: RecordId = text.parse().unwrap();
        assert_eq!(id.to_string(), text);
        for odd in
            ["", "0190b6a57e2a7c3e8f10000000000001", "{0190b6a5-7e2a-7c3e-8f10-000000000001}", "presupuesto"]
        {
            assert_eq!(odd.parse::<RecordId>(), Err(InvalidId(odd.to_owned())));
        }
    }
}
