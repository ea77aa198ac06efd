//! Which records and which of their revisions a scope sees, as conditions.

use sea_orm::{
    Condition,
    sea_query::{DynIden, Expr, ExprTrait as _, IntoIden as _},
};
use vitrina_domain::{id::RecordId, scope::Scope};

use super::{ListFilter, Records};
use crate::revision::Revisions;

/// Where readers look: at the records of today, or at the revisions of the past.
///
/// Both tables name the columns alike by which they are listed; only who may read stands in another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shelf {
    /// The records as they are.
    Today,
    /// The records as they were.
    Past,
}

impl Shelf {
    pub(crate) fn table(self) -> DynIden {
        match self {
            Self::Today => Records::Table.into_iden(),
            Self::Past => Revisions::Table.into_iden(),
        }
    }

    /// A column that both tables have.
    pub(crate) fn column(self, column: Records) -> Expr {
        Expr::col((self.table(), column))
    }

    fn access(self) -> Expr {
        match self {
            Self::Today => self.column(Records::Visibility),
            Self::Past => Expr::col((Revisions::Table, Revisions::Access)),
        }
    }
}

/// A stretch of one of the list indexes: records of one visibility, of one organization or of any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stretch {
    visibility: &'static str,
    organization: Option<RecordId>,
}

const PUBLISHED: &str = "published";
const UNPUBLISHED: [&str; 2] = ["draft", "held"];
const GONE: [&str; 2] = ["withdrawn", "deleted"];

/// A word of ours as a part of a statement: statements that ask the same are the same text, and the database plans each
/// once.
pub(super) fn constant(word: &'static str) -> Expr {
    Expr::Constant(word.into())
}

impl Stretch {
    pub(crate) fn condition(self, shelf: Shelf) -> Condition {
        let theirs = |id: RecordId| shelf.column(Records::OrganizationId).eq(id.uuid());
        Condition::all()
            .add(shelf.access().eq(constant(self.visibility)))
            .add_option(self.organization.map(theirs))
    }
}

/// The stretches whose union is what the scope finds in lists; no record is in two of them.
pub(crate) fn stretches(scope: &Scope, filter: &ListFilter) -> Vec<Stretch> {
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
    listed_on(Shelf::Today, scope)
}

/// What the scope finds in lists of today or of the past.
pub(crate) fn listed_on(shelf: Shelf, scope: &Scope) -> Condition {
    stretches(scope, &ListFilter::default())
        .into_iter()
        .fold(Condition::any(), |any, stretch| any.add(stretch.condition(shelf)))
}

/// What the scope finds in the history of a record: what it finds in lists, and that there were public ends.
pub(crate) fn remembered(scope: &Scope) -> Condition {
    listed_on(Shelf::Past, scope).add(Shelf::Past.access().eq(constant("deleted")))
}

/// What the scope finds by name: what it finds in lists, and the tombstones of what it could have found.
pub(crate) fn found(scope: &Scope) -> Condition {
    let gone = || Expr::col((Records::Table, Records::Visibility)).is_in(GONE.map(constant));
    let was_published = Expr::col((Records::Table, Records::WasPublished)).eq(Expr::Constant(true.into()));
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
