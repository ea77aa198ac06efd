//! The policy table.

use vitrina_domain::id::RecordId;

use super::{Actor, Grant, Privilege};

/// What an actor wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Make, change or delete a record.
    WriteRecord,
    /// Import a catalog into a source.
    Import,
    /// Read runs of imports with everything that was found in them.
    ReadImports,
    /// Make, list and revoke tokens.
    ManageTokens,
    /// Rebuild the index and the like.
    Operate,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 5] =
        [Self::WriteRecord, Self::Import, Self::ReadImports, Self::ManageTokens, Self::Operate];

    /// The privilege that allows it; `None` means that anybody may.
    const fn privilege(self) -> Option<Privilege> {
        match self {
            Self::WriteRecord => Some(Privilege::WriteDatasets),
            Self::Import => Some(Privilege::Import),
            // Every record's fate is public: only its place of origin says more, and that is no secret.
            Self::ReadImports => None,
            Self::ManageTokens | Self::Operate => Some(Privilege::Admin),
        }
    }
}

/// What the action is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Object {
    /// A record, or a source, of an organization (or of none).
    OwnedBy(Option<RecordId>),
    /// The site as a whole.
    Site,
}

/// Why an actor may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// Nobody is logged in.
    #[error("this needs a token")]
    Unauthenticated,
    /// The token does not allow it.
    #[error("the token lacks the scope {}", .0.as_str())]
    Missing(Privilege),
}

/// Says whether an actor may do something to an object.
pub fn authorize(actor: &Actor, action: Action, object: &Object) -> Result<(), Denied> {
    let Some(needed) = action.privilege() else { return Ok(()) };
    match actor {
        Actor::Operator | Actor::System => Ok(()),
        Actor::Anonymous => Err(Denied::Unauthenticated),
        Actor::Token { grants, .. } => {
            if grants.iter().any(|grant| allows(grant, needed, object)) {
                Ok(())
            } else {
                Err(Denied::Missing(needed))
            }
        }
    }
}

fn allows(grant: &Grant, needed: Privilege, object: &Object) -> bool {
    let covers = match (grant.organization, object) {
        (None, _) => true,
        (Some(own), Object::OwnedBy(Some(owner))) => own == *owner,
        (Some(_), Object::OwnedBy(None) | Object::Site) => false,
    };
    covers && (grant.privilege == needed || grant.privilege == Privilege::Admin)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use vitrina_domain::id::TokenId;

    use super::*;

    const OWN: &str = "0190b6a5-7e2a-7c3e-8f10-000000000001";
    const OTHER: &str = "0190b6a5-7e2a-7c3e-8f10-000000000002";

    fn token(grant: &str) -> Actor {
        Actor::Token {
            id: TokenId::new(uuid::Uuid::from_u128(1)),
            name: "robot".to_owned(),
            grants: vec![grant.parse().unwrap()],
        }
    }

    fn owned_by(id: &str) -> Object {
        Object::OwnedBy(Some(id.parse().unwrap()))
    }

    #[rstest]
    #[case("write:datasets", Action::WriteRecord, owned_by(OTHER), true)]
    #[case("write:datasets", Action::Import, owned_by(OWN), false)]
    #[case("import", Action::Import, Object::OwnedBy(None), true)]
    #[case("read:private", Action::WriteRecord, owned_by(OWN), false)]
    #[case("harvest", Action::Import, Object::OwnedBy(None), false)]
    #[case("admin", Action::ManageTokens, Object::Site, true)]
    #[case("write:datasets", Action::ManageTokens, Object::Site, false)]
    fn site_wide_tokens(
        #[case] grant: &str,
        #[case] action: Action,
        #[case] object: Object,
        #[case] may: bool,
    ) {
        assert_eq!(authorize(&token(grant), action, &object).is_ok(), may);
    }

    #[rstest]
    #[case(Action::WriteRecord, owned_by(OWN), true)]
    #[case(Action::WriteRecord, owned_by(OTHER), false)]
    #[case(Action::WriteRecord, Object::OwnedBy(None), false)]
    #[case(Action::WriteRecord, Object::Site, false)]
    fn a_bound_token_stays_in_its_organization(
        #[case] action: Action,
        #[case] object: Object,
        #[case] may: bool,
    ) {
        assert_eq!(authorize(&token(&format!("write:datasets@{OWN}")), action, &object).is_ok(), may);
        // Administration of one organization is not administration of the site.
        assert!(authorize(&token(&format!("admin@{OWN}")), Action::ManageTokens, &Object::Site).is_err());
    }

    #[test]
    fn nobody_writes_without_a_token() {
        for action in Action::ALL {
            let denied = authorize(&Actor::Anonymous, action, &Object::Site);
            assert_eq!(denied.is_ok(), action == Action::ReadImports, "{action:?}");
            assert_eq!(authorize(&Actor::Operator, action, &Object::Site), Ok(()));
        }
    }
}
