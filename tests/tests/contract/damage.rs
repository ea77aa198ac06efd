//! A database that was damaged by hand.

use anyhow::anyhow;
use vitrina_store::testing::Session;

use crate::{elsewhere::owed, place, recorder::Recorder, staged};

/// Text where there are numbers, and words that no list has: in every table that an answer is made of.
const DAMAGE: &str = "
    UPDATE records SET created = '?';
    UPDATE records SET kind = '?' WHERE identifier = 'a';
    UPDATE sources SET last_fetched = '?';
    UPDATE import_runs SET started = '?';
    UPDATE tokens SET expires = '?';
    UPDATE jobs SET progress = '?';
    UPDATE schedules SET cron = '?';
    UPDATE inspections SET outcome = '?';
    UPDATE suppressions SET reason = '?';
    UPDATE settings SET value = '?' WHERE key = 'mail_key';
    UPDATE webhooks SET state = '?';
    INSERT INTO changes
        SELECT seq + 1, '?', actor, audience, kind, entity_id, op, revision, hash, changed
        FROM changes ORDER BY seq DESC LIMIT 1;
";

#[tokio::test]
async fn what_nobody_wrote_is_an_error_of_the_server() {
    let setup = place().await.unwrap();
    let (server, stage) = staged(&setup).await.unwrap();
    damage(&format!("sqlite:{}", setup.data_dir().join("vitrina.db").display())).await.unwrap();
    let owed = owed("what_nobody_wrote_is_an_error_of_the_server", "internal").unwrap();
    let mut recorder = Recorder::new(server.http());
    for operation in &owed {
        let mut request = stage.request(operation, &stage.id_of(operation));
        if operation.id == "count_facets" {
            request = request.asking("facets=theme");
        }
        recorder.send(operation, &request).await.unwrap();
    }
    recorder.settle(&owed, "internal");
}

async fn damage(address: &str) -> anyhow::Result<()> {
    let session = Session::open(address).await.map_err(|error| anyhow!(error))?;
    session.run(DAMAGE).await.map_err(|error| anyhow!(error))
}
