//! Reads the stored files again, because disks forget.

use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::json;
use vitrina_domain::{finding::Bilingual, job::Failure, schedule::Missed};

use crate::{
    App,
    jobs::Task,
    ports::{Done, Routine, Terms, Trouble, Work},
};

/// Within this every file is read once, as long as the time of a day is enough for it.
const ROUND: i64 = 7 * 24 * 60 * 60;

/// How many bytes are read in a second at most: little beside what a disk gives, and a tebibyte in half a day.
const RATE: u64 = 25 << 20;

/// Reads every file that was not read for a week.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CheckFiles;

impl Work for CheckFiles {
    fn terms(&self) -> Terms {
        Terms::of_routine("check-files", Duration::from_hours(20))
    }

    fn routine(&self) -> Option<Routine> {
        Some(Routine { cron: "10 2 * * *", missed: Missed::Once })
    }

    fn run<'a>(&'a self, app: &'a App, task: &'a Task) -> BoxFuture<'a, Result<Done, Trouble>> {
        Box::pin(async move {
            let before = app.now().plus_seconds(-ROUND);
            let checked =
                app.check_files(before, Some(RATE), |checked| task.advance(checked.files, None)).await?;
            for flaw in &checked.flaws {
                let text = Bilingual::new(
                    format!("el archivo {} ({} bytes) está dañado o falta", flaw.digest, flaw.length),
                    format!("the file {} ({} bytes) is damaged or missing", flaw.digest, flaw.length),
                );
                task.say(app, text).await;
            }
            match checked.flaws.len() {
                0 => Ok(json!({ "files": checked.files, "bytes": checked.bytes }).into()),
                flaws => Err(Trouble::GiveUp(damaged(flaws, checked.files))),
            }
        })
    }
}

/// Work that found what it looked for fails, so that somebody sees it among the jobs that need a person.
fn damaged(flaws: usize, files: u64) -> Failure {
    let detail = Bilingual::new(
        format!("{flaws} de {files} archivos están dañados o faltan; la bitácora del trabajo los nombra"),
        format!("{flaws} of {files} files are damaged or missing; the log of the job names them"),
    );
    Failure { code: "files-damaged".to_owned(), detail }
}
