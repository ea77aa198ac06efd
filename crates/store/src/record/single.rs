//! The statements that read one record by its id.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use sea_orm::{Condition, DbBackend, Statement, Value, Values};
use vitrina_domain::{id::RecordId, record::Kind, scope::Scope};

use super::{
    Extent,
    read::{named, selected},
    visible,
};

/// The statements that were built for one database: there are a few, and building one takes longer than the database
/// needs to answer it.
#[derive(Debug, Default)]
pub(crate) struct Single(RwLock<HashMap<Question, Statement>>);

/// What a statement depends on beside the id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Question {
    sees_all: bool,
    kind: Kind,
    extent: Extent,
}

impl Single {
    /// The statement for a record that a scope finds.
    pub(crate) fn statement(
        &self,
        scope: &Scope,
        kind: Kind,
        id: RecordId,
        extent: Extent,
        backend: DbBackend,
    ) -> Statement {
        let sees_all = match scope {
            Scope::Public => false,
            Scope::All => true,
            Scope::Organizations(_) => return build(visible::found(scope), kind, id, extent, backend),
        };
        let question = Question { sees_all, kind, extent };
        let built = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&question).cloned();
        let mut statement = built.unwrap_or_else(|| {
            let statement = build(visible::found(scope), kind, id, extent, backend);
            self.0.write().unwrap_or_else(PoisonError::into_inner).insert(question, statement.clone());
            statement
        });
        // Beside the id, these scopes have nothing but constants in their statements.
        statement.values = Some(Values(vec![Value::from(id.uuid())]));
        statement
    }
}

fn build(found: Condition, kind: Kind, id: RecordId, extent: Extent, backend: DbBackend) -> Statement {
    backend.build(&selected(named(kind, id).add(found), extent, backend))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_statement_that_is_kept_asks_for_each_record_as_one_made_for_it() {
        for backend in [DbBackend::Sqlite, DbBackend::Postgres] {
            let single = Single::default();
            for scope in [Scope::Public, Scope::All, Scope::Organizations(vec![RecordId::new(Uuid::max())])] {
                for extent in [Extent::Whole, Extent::HEAD, Extent::First(3)] {
                    for (kind, number) in [(Kind::Dataset, 1), (Kind::Catalog, 1), (Kind::Dataset, 2)] {
                        let id = RecordId::new(Uuid::from_u128(number));
                        let kept = single.statement(&scope, kind, id, extent, backend);
                        assert_eq!(
                            kept,
                            build(visible::found(&scope), kind, id, extent, backend),
                            "{scope:?}"
                        );
                    }
                }
            }
        }
    }
}
