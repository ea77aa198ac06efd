//! What somebody made, and only they and the operator may look at.

use super::{Action, Actor, Object, authorize};
use crate::AppError;

/// What was found, if the actor made it or runs the site; whoever else asks is not told whether it is there.
pub(crate) fn own<T>(
    actor: &Actor,
    found: Option<T>,
    maker: impl FnOnce(&T) -> &str,
    what: &'static str,
) -> Result<T, AppError> {
    match found {
        // Nobody in particular made nothing: all who are nobody in particular have one name.
        Some(found) if *actor != Actor::Anonymous && maker(&found) == actor.audit_name() => Ok(found),
        other => {
            authorize(actor, Action::Operate, &Object::Site)?;
            other.ok_or(AppError::NotFound(what))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Denied;

    #[test]
    fn the_maker_and_the_operator_have_it_and_nobody_else_hears_of_it() {
        let look = |actor: Actor, found: Option<&'static str>| own(&actor, found, |maker| maker, "thing");
        assert_eq!(look(Actor::System, Some("system")).unwrap(), "system");
        assert_eq!(look(Actor::Operator, Some("system")).unwrap(), "system");
        assert!(matches!(look(Actor::Operator, None), Err(AppError::NotFound("thing"))));
        for found in [Some("anonymous"), Some("system"), None] {
            let denied = look(Actor::Anonymous, found);
            assert!(matches!(denied, Err(AppError::Denied(Denied::Unauthenticated))), "{denied:?}");
        }
    }
}
