//! Which records a scope sees, as conditions.

use sea_orm::{
    Condition,
    sea_query::{Expr, ExprTrait as _},
};
use vitrina_domain::{id::RecordId, scope::Scope};

use super::{ListFilter, Records};

/// A stretch of one of the list indexes: records of one visibility, of one organization or of any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stretch {
    visibility: &'static str,
    organization: Option<RecordId>,
}

const PUBLISHED: &str = "published";
const UNPUBLISHED: [&str; 2] = ["draft", "held"];
const GONE: [&str; 2] = ["withdrawn", "deleted"];

impl Stretch {
    pub(super) fn condition(self) -> Condition {
        Condition::all()
            .add(Expr::col((Records::Table, Records::Visibility)).eq(self.visibility))
            .add_option(self.organization.map(of_organization))
    }
}

fn of_organization(id: RecordId) -> Expr {
    Expr::col((Records::Table, Records::OrganizationId)).eq(id.uuid())
}

/// The stretches whose union is what the scope finds in lists; no record is in two of them.
pub(super) fn stretches(scope: &Scope, filter: &ListFilter) -> Vec<Stretch> {
    let mut stretches = vec![Stretch { visibility: PUBLISHED, organization: None }];
    match scope {
        Scope::Public => {}
        Scope::All => {
            stretches.extend(UNPUBLISHED.map(|visibility| Stretch { visibility, organization: None }));
        }
        Scope::Organizations(ids) => {
            for (index, id) in ids.iter().enumerate() {
                let again = ids.iter().take(index).any(|earlier| earlier == id);
                let elsewhere = filter.organization_id.is_some_and(|wanted| wanted != *id);
                if !again && !elsewhere {
                    stretches.extend(
                        UNPUBLISHED.map(|visibility| Stretch { visibility, organization: Some(*id) }),
                    );
                }
            }
        }
    }
    stretches
}

/// What the scope finds in lists: no tombstones.
pub(crate) fn listed(scope: &Scope) -> Condition {
    stretches(scope, &ListFilter::default())
        .into_iter()
        .fold(Condition::any(), |any, stretch| any.add(stretch.condition()))
}

/// What the scope finds by name: what it finds in lists, and the tombstones of what it could have found.
pub(super) fn found(scope: &Scope) -> Condition {
    let gone = || Expr::col((Records::Table, Records::Visibility)).is_in(GONE);
    let was_published = Expr::col((Records::Table, Records::WasPublished)).eq(true);
    let found = listed(scope).add(Condition::all().add(gone()).add(was_published));
    match scope {
        Scope::Public => found,
        Scope::All => found.add(gone()),
        Scope::Organizations(ids) => {
            let theirs =
                Expr::col((Records::Table, Records::OrganizationId)).is_in(ids.iter().map(|id| id.uuid()));
            found.add(Condition::all().add(gone()).add(theirs))
        }
    }
}
