//! Actors and what they were granted.

use std::{fmt, str::FromStr};

use vitrina_domain::{
    id::{RecordId, TokenId},
    scope::Scope,
};

/// A kind of permission a token can carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Privilege {
    /// Read what is not public.
    ReadPrivate,
    /// Write records.
    WriteDatasets,
    /// Import catalogs.
    Import,
    /// Run harvests.
    Harvest,
    /// Everything.
    Admin,
}

impl Privilege {
    /// Every privilege.
    pub const ALL: [Self; 5] =
        [Self::ReadPrivate, Self::WriteDatasets, Self::Import, Self::Harvest, Self::Admin];

    /// The word in the scopes of a token.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadPrivate => "read:private",
            Self::WriteDatasets => "write:datasets",
            Self::Import => "import",
            Self::Harvest => "harvest",
            Self::Admin => "admin",
        }
    }
}

/// A privilege, for the whole site or for one organization: `import`, `write:datasets@{id}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Grant {
    /// What may be done.
    pub privilege: Privilege,
    /// On whose records; nothing means on all.
    pub organization: Option<RecordId>,
}

/// A text that is no grant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a scope: {0:?}")]
pub struct InvalidGrant(pub String);

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.privilege.as_str())?;
        self.organization.map_or(Ok(()), |organization| write!(f, "@{organization}"))
    }
}

impl FromStr for Grant {
    type Err = InvalidGrant;

    fn from_str(text: &str) -> Result<Self, InvalidGrant> {
        let invalid = || InvalidGrant(text.to_owned());
        let (word, organization) = match text.split_once('@') {
            Some((word, id)) => (word, Some(id.parse::<RecordId>().map_err(|_error| invalid())?)),
            None => (text, None),
        };
        let privilege = Privilege::ALL.into_iter().find(|p| p.as_str() == word).ok_or_else(invalid)?;
        Ok(Self { privilege, organization })
    }
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Anybody on the network.
    Anonymous,
    /// A program with an API token.
    Token {
        /// The token.
        id: TokenId,
        /// What the operator calls it.
        name: String,
        /// What it may do.
        grants: Vec<Grant>,
    },
    /// The operator at the command line, who owns the data folder anyway.
    Operator,
    /// The server itself.
    System,
}

impl Actor {
    /// How revisions, changes and the audit name the actor.
    pub fn audit_name(&self) -> String {
        match self {
            Self::Anonymous => "anonymous".to_owned(),
            Self::Token { id, .. } => format!("token:{id}"),
            Self::Operator => "operator".to_owned(),
            Self::System => "system".to_owned(),
        }
    }

    /// What the actor may see.
    pub fn scope(&self) -> Scope {
        match self {
            Self::Anonymous => Scope::Public,
            Self::Operator | Self::System => Scope::All,
            Self::Token { grants, .. } => {
                let readable = |grant: &&Grant| {
                    matches!(
                        grant.privilege,
                        Privilege::ReadPrivate | Privilege::WriteDatasets | Privilege::Admin
                    )
                };
                let mut organizations = Vec::new();
                for grant in grants.iter().filter(readable) {
                    match grant.organization {
                        None => return Scope::All,
                        Some(organization) => organizations.push(organization),
                    }
                }
                if organizations.is_empty() { Scope::Public } else { Scope::Organizations(organizations) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(grants: &[&str]) -> Actor {
        Actor::Token {
            id: TokenId::new(uuid::Uuid::from_u128(1)),
            name: "robot".to_owned(),
            grants: grants.iter().map(|grant| grant.parse().unwrap()).collect(),
        }
    }

    #[test]
    fn grants_read_back_as_written() {
        for text in ["read:private", "import", "write:datasets@0190b6a5-7e2a-7c3e-8f10-000000000001"] {
            assert_eq!(text.parse::<Grant>().unwrap().to_string(), text);
        }
        for odd in ["", "root", "import@", "import@monterrey", "write:datasets "] {
            assert_eq!(odd.parse::<Grant>(), Err(InvalidGrant(odd.to_owned())));
        }
    }

    #[test]
    fn a_token_sees_no_more_than_it_was_granted() {
        let organization = "0190b6a5-7e2a-7c3e-8f10-000000000001";
        assert_eq!(token(&[]).scope(), Scope::Public);
        assert_eq!(token(&["import", "harvest"]).scope(), Scope::Public);
        assert_eq!(token(&["read:private"]).scope(), Scope::All);
        assert_eq!(
            token(&[&format!("read:private@{organization}")]).scope(),
            Scope::Organizations(vec![organization.parse().unwrap()])
        );
        assert_eq!(Actor::Anonymous.scope(), Scope::Public);
    }
}
