//! The tables of a dump and how their cells are written, the same for both databases.

use sea_orm::{QueryResult, sea_query::Expr};
use serde_json::Value;
use uuid::Uuid;

use crate::{Backend, StoreError, column::Cell};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Integer,
    Boolean,
    Uuid,
    Bytes,
}

/// A table: its name, its columns, and how many of them, from the first, are its key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: &'static [(&'static str, Kind)],
    key: usize,
}

use Kind::{Boolean, Bytes, Integer, Text, Uuid as Id};

/// Every table but the migrator's, each after those that it refers to. The key stands first.
pub(super) const TABLES: [Table; 22] = [
    Table { name: "settings", key: 1, columns: &[("key", Text), ("value", Text)] },
    Table {
        name: "sources",
        key: 1,
        columns: &[
            ("id", Id),
            ("name", Text),
            ("name_digest", Bytes),
            ("kind", Text),
            ("catalog_id", Id),
            ("organization_id", Id),
            ("last_fetched", Integer),
        ],
    },
    Table {
        name: "records",
        key: 1,
        columns: &[
            ("id", Id),
            ("kind", Text),
            ("slug", Text),
            ("source_id", Id),
            ("identifier", Text),
            ("identity", Bytes),
            ("catalog_id", Id),
            ("organization_id", Id),
            ("visibility", Text),
            ("visibility_reason", Text),
            ("was_published", Boolean),
            ("created_seq", Integer),
            ("revision", Integer),
            ("created", Integer),
            ("updated", Integer),
            ("hash", Bytes),
            ("document", Text),
        ],
    },
    Table {
        name: "distributions",
        key: 1,
        columns: &[
            ("id", Id),
            ("dataset_id", Id),
            ("position", Integer),
            ("match_key", Text),
            ("document", Text),
        ],
    },
    Table {
        name: "revisions",
        key: 2,
        columns: &[
            ("record_id", Id),
            ("number", Integer),
            ("kind", Text),
            ("source_id", Id),
            ("catalog_id", Id),
            ("organization_id", Id),
            ("created_seq", Integer),
            ("valid_from", Integer),
            ("valid_to", Integer),
            ("visibility", Text),
            ("visibility_reason", Text),
            ("access", Text),
            ("actor", Text),
            ("hash", Bytes),
            ("distribution_ids", Text),
            ("document", Text),
            ("raw_digest", Bytes),
            ("raw_encoding", Text),
            ("raw_offset", Integer),
            ("raw_length", Integer),
        ],
    },
    Table {
        name: "changes",
        key: 1,
        columns: &[
            ("seq", Integer),
            ("at", Integer),
            ("actor", Text),
            ("audience", Text),
            ("kind", Text),
            ("entity_id", Id),
            ("op", Text),
            ("revision", Integer),
            ("hash", Bytes),
            ("changed", Text),
        ],
    },
    Table {
        name: "slugs",
        key: 2,
        columns: &[("kind", Text), ("slug", Text), ("record_id", Id), ("stem", Text), ("number", Integer)],
    },
    Table {
        name: "organization_aliases",
        key: 2,
        columns: &[("source_id", Id), ("alias", Bytes), ("organization_id", Id)],
    },
    Table {
        name: "import_runs",
        key: 1,
        columns: &[
            ("id", Id),
            ("source_id", Id),
            ("format", Text),
            ("raw_digest", Bytes),
            ("actor", Text),
            ("fetched", Integer),
            ("started", Integer),
            ("ended", Integer),
            ("state", Text),
            ("error_code", Text),
            ("error_detail", Text),
            ("tally", Text),
            ("findings", Text),
        ],
    },
    Table {
        name: "import_items",
        key: 2,
        columns: &[
            ("run_id", Id),
            ("position", Integer),
            ("pointer", Text),
            ("identifier", Text),
            ("title", Text),
            ("outcome", Text),
            ("record_id", Id),
            ("findings", Text),
        ],
    },
    Table {
        name: "tokens",
        key: 1,
        columns: &[
            ("id", Id),
            ("name", Text),
            ("hash", Bytes),
            ("scopes", Text),
            ("created", Integer),
            ("expires", Integer),
            ("revoked", Integer),
            ("last_used", Integer),
        ],
    },
    Table {
        name: "idempotency_keys",
        key: 2,
        columns: &[
            ("owner", Text),
            ("key", Bytes),
            ("request", Bytes),
            ("claimed", Integer),
            ("status", Integer),
            ("headers", Text),
            ("body", Bytes),
        ],
    },
    Table {
        name: "blobs",
        key: 1,
        columns: &[
            ("digest", Bytes),
            ("length", Integer),
            ("blocks", Bytes),
            ("expected", Integer),
            ("checked", Integer),
        ],
    },
    Table {
        name: "files",
        key: 2,
        columns: &[
            ("distribution_id", Id),
            ("number", Integer),
            ("dataset_id", Id),
            ("digest", Bytes),
            ("length", Integer),
            ("media_type", Text),
            ("name", Text),
            ("actor", Text),
            ("uploaded", Integer),
        ],
    },
    Table {
        name: "inspections",
        key: 1,
        columns: &[("digest", Bytes), ("outcome", Text), ("inspected", Integer), ("program", Text)],
    },
    Table {
        name: "jobs",
        key: 1,
        columns: &[
            ("id", Id),
            ("kind", Text),
            ("key", Text),
            ("priority", Integer),
            ("payload", Text),
            ("actor", Text),
            ("schedule", Text),
            ("created", Integer),
            ("due", Integer),
            ("attempt", Integer),
            ("attempts", Integer),
            ("time_limit", Integer),
            ("state", Text),
            ("cancelling", Boolean),
            ("worker", Text),
            ("lease", Id),
            ("lease_until", Integer),
            ("started", Integer),
            ("ended", Integer),
            ("progress", Text),
            ("result", Text),
            ("failure", Text),
        ],
    },
    Table {
        name: "job_log",
        key: 2,
        columns: &[
            ("job_id", Id),
            ("position", Integer),
            ("at", Integer),
            ("attempt", Integer),
            ("text", Text),
        ],
    },
    Table {
        name: "schedules",
        key: 1,
        columns: &[
            ("name", Text),
            ("kind", Text),
            ("payload", Text),
            ("cron", Text),
            ("zone", Text),
            ("missed", Text),
            ("enabled", Boolean),
            ("next", Integer),
        ],
    },
    Table { name: "letters", key: 1, columns: &[("id", Id), ("filed", Integer), ("document", Text)] },
    Table {
        name: "suppressions",
        key: 1,
        columns: &[
            ("id", Id),
            ("address", Bytes),
            ("list", Text),
            ("reason", Text),
            ("domain", Text),
            ("created", Integer),
            ("actor", Text),
        ],
    },
    Table {
        name: "webhooks",
        key: 1,
        columns: &[
            ("id", Id),
            ("owner", Text),
            ("address", Text),
            ("kinds", Text),
            ("organization_id", Id),
            ("secret", Text),
            ("former_secret", Text),
            ("former_until", Integer),
            ("state", Text),
            ("position", Integer),
            ("created", Integer),
            ("accepted", Integer),
            ("failing_since", Integer),
            ("tries", Integer),
            ("last_status", Integer),
            ("last_reason", Text),
        ],
    },
    Table {
        name: "webhook_tries",
        key: 2,
        columns: &[
            ("webhook_id", Id),
            ("position", Integer),
            ("event", Text),
            ("kind", Text),
            ("at", Integer),
            ("attempt", Integer),
            ("took", Integer),
            ("status", Integer),
            ("reason", Text),
        ],
    },
];

impl Table {
    /// Every row, in an order that does not hang on the database or its language.
    pub(super) fn query(&self, backend: Backend) -> String {
        let quoted = |(name, _): &(&str, Kind)| format!("\"{name}\"");
        let ordered = |column: &(&str, Kind)| match (backend, column.1) {
            (Backend::Postgres, Text) => format!("{} COLLATE \"C\"", quoted(column)),
            _ => quoted(column),
        };
        let columns: Vec<String> = self.columns.iter().map(quoted).collect();
        let key: Vec<String> = self.columns.iter().take(self.key).map(ordered).collect();
        format!("SELECT {} FROM \"{}\" ORDER BY {}", columns.join(", "), self.name, key.join(", "))
    }

    /// A row as one line of JSON: its cells in the order of the columns.
    pub(super) fn line(&self, row: &QueryResult) -> Result<String, StoreError> {
        let cells: Result<Vec<Value>, StoreError> = (0..)
            .zip(self.columns)
            .map(|(index, (_, kind))| {
                Ok(match kind {
                    Text => row.try_get_by_index::<Option<String>>(index)?.into(),
                    Integer => row.try_get_by_index::<Option<i64>>(index)?.into(),
                    Boolean => row.try_get_by_index::<Option<bool>>(index)?.into(),
                    Id => row.try_get_by_index::<Option<Uuid>>(index)?.map(|id| id.to_string()).into(),
                    Bytes => row.try_get_by_index::<Option<Vec<u8>>>(index)?.map(hex::encode).into(),
                })
            })
            .collect();
        Ok(Value::Array(cells?).to_string())
    }

    /// The cells of a line, to be written; what no dump holds is refused.
    pub(super) fn cells(&self, line: &str) -> Result<Vec<Expr>, StoreError> {
        let odd =
            || Cell { table: self.name, column: "(dump)", row: line.chars().take(40).collect::<String>() };
        let cells: Vec<Value> = serde_json::from_str(line).map_err(|_error| odd().inconsistent())?;
        if cells.len() != self.columns.len() {
            return Err(odd().inconsistent());
        }
        let written = cells.into_iter().zip(self.columns).map(|(cell, (_, kind))| expression(cell, *kind));
        written.collect::<Option<_>>().ok_or_else(|| odd().inconsistent())
    }
}

fn expression(cell: Value, kind: Kind) -> Option<Expr> {
    let text = |cell: Value| match cell {
        Value::Null => Some(None),
        Value::String(text) => Some(Some(text)),
        _ => None,
    };
    Some(match kind {
        Text => text(cell)?.into(),
        Integer if cell.is_null() => None::<i64>.into(),
        Integer => cell.as_i64()?.into(),
        Boolean => cell.as_bool()?.into(),
        Id => text(cell)?.map(|text| text.parse::<Uuid>()).transpose().ok()?.into(),
        Bytes => match text(cell)? {
            None => None::<Vec<u8>>.into(),
            Some(text) => hex::decode(text).ok()?.into(),
        },
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// A table or a column that a migration adds must be added here, or a backup would be without it.
    #[test]
    fn every_column_of_the_schema_is_in_the_dump() {
        let schema = include_str!("../../../../migrations/schema.sql");
        let mut there: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for statement in schema.split("CREATE TABLE ").skip(1) {
            let statement = statement.split(';').next().unwrap();
            let mut names = statement.split('"').skip(1).step_by(2);
            let table = names.next().unwrap();
            let body =
                statement.split(", PRIMARY KEY").next().unwrap().split(", FOREIGN KEY").next().unwrap();
            there.insert(table, body.split('"').skip(3).step_by(2).collect());
        }
        let ours: BTreeMap<&str, Vec<&str>> = TABLES
            .iter()
            .map(|table| (table.name, table.columns.iter().map(|(name, _)| *name).collect()))
            .collect();
        assert_eq!(ours, there);
    }
}
