//! A worker dies while the mail server has a letter in its hands.

use std::process::{Child, Stdio};

use anyhow::{Context as _, ensure};
use rstest::rstest;
use vitrina_app::{App, Parts, auth::Actor, jobs::Kinds};
use vitrina_domain::job::JobState;
use vitrina_tests::{Engine, Setup, audit, parts};

use crate::{
    office::{FROM, notice, postman, until},
    server::{Answers, Encryption, MailServer, friendly},
};

/// A worker process; it is killed when it is dropped.
struct Worker(Child);

impl Worker {
    fn start(setup: &Setup) -> anyhow::Result<Self> {
        let mut command = setup.command(&["worker"])?;
        Ok(Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Has all of a letter, and says nothing to it.
fn undecided() -> Answers {
    std::sync::Arc::new(|command| (command != ".").then(|| "250 so be it".to_owned()))
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_letter_whose_worker_died_is_sent_again_as_the_same_letter(#[case] engine: Engine) {
    let Some(setup) = Setup::on(engine).await.unwrap() else { return };
    died(setup).await.unwrap();
}

async fn died(mut setup: Setup) -> anyhow::Result<()> {
    let server = MailServer::start(Encryption::None, undecided()).await?;
    setup
        .environment
        .push(("VITRINA_MAIL_URL".to_owned(), format!("smtp+plain://127.0.0.1:{}", server.port)));
    setup.environment.push(("VITRINA_MAIL_FROM".to_owned(), FROM.to_owned()));
    ensure!(setup.run(&["migrate"])?.status.success(), "no schema");
    let store = audit::open(&setup).await?;
    let folder = tempfile::tempdir()?;
    let parts = parts(store.clone(), folder.path(), Kinds::standard())?;
    let app = App::new(Parts { mail: Some(postman(server.port)?), ..parts });
    let worker = Worker::start(&setup)?;
    let job = app.write_to(&Actor::System, &notice("ana@example.org")?).await?;
    server.next().await;
    drop(worker);
    server.answer(friendly());
    let _worker = Worker::start(&setup)?;
    let job = until(&store, job.id, |job| job.state.is_final()).await?;
    ensure!((job.state, job.attempt) == (JobState::Succeeded, 2), "{job:?}");
    let handed = server.inbox();
    ensure!(handed.len() == 2, "{} letters", handed.len());
    let id = handed.first().context("none")?.header("Message-ID").context("no id")?;
    for letter in &handed {
        ensure!(
            letter.header("Message-ID").as_ref() == Some(&id),
            "{id} and {:?}",
            letter.header("Message-ID")
        );
        ensure!(letter.to == "ana@example.org", "{}", letter.to);
    }
    Ok(())
}
