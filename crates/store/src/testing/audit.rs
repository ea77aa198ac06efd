//! Whether a database and its files hold together: for tests that kill the program or cut its power.

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use sea_orm::{ConnectionTrait as _, DbBackend, QueryResult, Statement};
use vitrina_domain::canonical::Digest;

use super::Error;
use crate::{Backend, Store, StoreError};

/// What must not be there, and how it would be counted; both databases understand it.
const FAULTS: [(&str, &str); 13] = [
    (
        "records without the revision that they are at",
        "SELECT COUNT(*) FROM records r LEFT JOIN revisions v ON v.record_id = r.id AND v.number = r.revision \
         WHERE v.record_id IS NULL OR v.hash <> r.hash OR v.valid_to IS NOT NULL",
    ),
    (
        "records with a gap in their revisions",
        "SELECT COUNT(*) FROM (SELECT r.id FROM records r JOIN revisions v ON v.record_id = r.id \
         GROUP BY r.id, r.revision HAVING COUNT(*) <> r.revision OR MIN(v.number) <> 1) AS gaps",
    ),
    (
        "revisions without a record",
        "SELECT COUNT(*) FROM revisions v LEFT JOIN records r ON r.id = v.record_id WHERE r.id IS NULL",
    ),
    (
        "revisions without exactly one change",
        "SELECT COUNT(*) FROM (SELECT v.record_id FROM revisions v LEFT JOIN changes c \
         ON c.entity_id = v.record_id AND c.revision = v.number AND c.hash = v.hash \
         GROUP BY v.record_id, v.number HAVING COUNT(c.seq) <> 1) AS unlogged",
    ),
    (
        "changes without their revision",
        "SELECT COUNT(*) FROM changes c LEFT JOIN revisions v \
         ON v.record_id = c.entity_id AND v.number = c.revision AND v.hash = c.hash WHERE v.record_id IS NULL",
    ),
    (
        "records whose creation is not in the log",
        "SELECT COUNT(*) FROM records r LEFT JOIN changes c ON c.seq = r.created_seq AND c.entity_id = r.id \
         WHERE c.seq IS NULL",
    ),
    (
        "distributions without a dataset",
        "SELECT COUNT(*) FROM distributions d LEFT JOIN records r ON r.id = d.dataset_id AND r.kind = 'dataset' \
         WHERE r.id IS NULL",
    ),
    (
        "records whose slug is not theirs",
        "SELECT COUNT(*) FROM records r LEFT JOIN slugs s ON s.kind = r.kind AND s.slug = r.slug \
         WHERE s.record_id IS NULL OR s.record_id <> r.id",
    ),
    (
        "records without a source",
        "SELECT COUNT(*) FROM records r LEFT JOIN sources s ON s.id = r.source_id WHERE s.id IS NULL",
    ),
    (
        "items without a run",
        "SELECT COUNT(*) FROM import_items i LEFT JOIN import_runs r ON r.id = i.run_id WHERE r.id IS NULL",
    ),
    (
        "items whose record is not there",
        "SELECT COUNT(*) FROM import_items i LEFT JOIN records r ON r.id = i.record_id \
         WHERE i.record_id IS NOT NULL AND r.id IS NULL",
    ),
    (
        "distributions with a gap in their files",
        "SELECT COUNT(*) FROM (SELECT distribution_id FROM files GROUP BY distribution_id \
         HAVING MAX(number) <> COUNT(*) OR MIN(number) <> 1) AS gaps",
    ),
    (
        "ended runs that still run",
        "SELECT COUNT(*) FROM import_runs WHERE (ended IS NULL) <> (state = 'running')",
    ),
];

/// Every file that a row points to, and how much of it.
const FILES: &str = "SELECT raw_digest, MAX(until) FROM (\
     SELECT raw_digest, raw_offset + raw_length AS until FROM revisions WHERE raw_digest IS NOT NULL \
     UNION ALL SELECT raw_digest, 0 FROM import_runs \
     UNION ALL SELECT digest, length FROM files) AS files GROUP BY raw_digest";

impl Store {
    /// What is wrong with the store: nothing, when it is sound.
    ///
    /// The database checks itself, every row has those it belongs to, and every file that a row points to is
    /// whole.
    pub async fn faults(&self) -> Result<Vec<String>, Error> {
        let mut faults = Vec::new();
        if self.backend() == Backend::Sqlite {
            for row in self.rows("PRAGMA integrity_check").await? {
                let said: String = row.try_get_by_index(0)?;
                if said != "ok" {
                    faults.push(format!("integrity_check: {said}"));
                }
            }
            let dangling = self.rows("PRAGMA foreign_key_check").await?.len();
            if dangling > 0 {
                faults.push(format!("foreign_key_check: {dangling} rows"));
            }
        }
        for (what, query) in FAULTS {
            let row = self.rows(query).await?.pop().ok_or("a count has a row")?;
            let count: i64 = row.try_get_by_index(0)?;
            if count > 0 {
                faults.push(format!("{count} {what}"));
            }
        }
        faults.extend(self.torn_files().await?);
        Ok(faults)
    }

    /// How many of these files no row points to.
    pub async fn orphaned_files(&self, stored: &[Digest]) -> Result<usize, Error> {
        let mut known = std::collections::HashSet::new();
        for row in self.rows(FILES).await? {
            known.insert(digest(&row)?);
        }
        Ok(stored.iter().filter(|digest| !known.contains(digest)).count())
    }

    async fn torn_files(&self) -> Result<Vec<String>, Error> {
        let mut faults = Vec::new();
        for row in self.rows(FILES).await? {
            let (digest, until) = (digest(&row)?, row.try_get_by_index::<i64>(1)?);
            let Some(seal) = self.seal(&digest).await? else {
                faults.push(format!("the file {digest} is missing from the list of files"));
                continue;
            };
            let (length, whole) = (seal.length, 0..seal.length);
            let read: Result<Vec<Bytes>, _> = self.blobs().read(seal, whole).try_collect().await;
            match read {
                Ok(blocks) if Digest::of(&blocks.concat()) == digest => {}
                Ok(_) => faults.push(format!("the file {digest} is another one")),
                Err(StoreError::Damaged { .. }) => {
                    faults.push(format!("the file {digest} is missing or torn"));
                }
                Err(error) => return Err(error.into()),
            }
            if until > i64::try_from(length)? {
                faults.push(format!("a row points behind the end of the file {digest}"));
            }
        }
        Ok(faults)
    }

    async fn rows(&self, sql: &str) -> Result<Vec<QueryResult>, Error> {
        let backend = match self.backend() {
            Backend::Sqlite => DbBackend::Sqlite,
            Backend::Postgres => DbBackend::Postgres,
        };
        Ok(self.connections.writer.query_all_raw(Statement::from_string(backend, sql)).await?)
    }
}

fn digest(row: &QueryResult) -> Result<Digest, Error> {
    let bytes: Vec<u8> = row.try_get_by_index(0)?;
    Ok(Digest::from_bytes(bytes.try_into().map_err(|_long| "a digest has 32 bytes")?))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use sea_orm::ConnectionTrait as _;

    use crate::testing::{Engine, TestStore};

    /// The check itself is checked: each of these must be found.
    #[rstest]
    #[case(
        "INSERT INTO import_runs (id, source_id, format, raw_digest, actor, fetched, started, state, tally, findings) \
            SELECT id, id, 'ndjson', zeroblob(32), 'a', 0, 0, 'running', '{}', '[]' FROM sources",
        "is missing"
    )]
    #[case(
        "INSERT INTO changes VALUES (9, 0, 'a', 'public', 'dataset', '01a20845-82ca-766a-82e7-96e10c3dd72d', \
            'update', 4, zeroblob(32), '[]')",
        "changes without their revision"
    )]
    #[case(
        "INSERT INTO records SELECT '01a20845-82ca-766a-82e7-96e10c3dd72d', 'dataset', 'agua', id, 'i', zeroblob(32), \
            NULL, NULL, 'published', NULL, 1, 1, 1, 0, 0, zeroblob(32), '{}' FROM sources",
        "records without the revision"
    )]
    #[tokio::test]
    async fn damage_is_found(#[case] damage: &str, #[case] fault: &str) {
        let test = TestStore::open(Engine::Sqlite).await.unwrap().unwrap();
        let mut tx = test.store.begin("test", vitrina_domain::time::Timestamp::default()).await.unwrap();
        let id = vitrina_domain::id::SourceId::new(uuid::Uuid::from_u128(1));
        tx.ensure_source(id, "fuente", "file").await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(test.store.faults().await.unwrap(), Vec::<String>::new());
        test.store.connections.writer.execute_unprepared(damage).await.unwrap();
        let faults = test.store.faults().await.unwrap();
        assert!(faults.iter().any(|found| found.contains(fault)), "{faults:?}");
    }
}
