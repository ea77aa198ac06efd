//! Exports: every record that answers a query, in any format, in constant memory.

use tokio::sync::mpsc;
use vitrina_domain::{
    finding::Locale,
    query::{Query, Sort},
    record::Kind,
};
use vitrina_formats::{
    Format,
    write::{Context, ListWriter},
};
use vitrina_store::Extent;

use crate::{
    App, AppError,
    auth::Actor,
    list::{Count, ListRequest},
};

/// How many records are read at a time.
const PAGE: usize = 200;

/// How many bytes are handed over at a time.
const CHUNK: usize = 64 << 10;

/// An export asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportRequest {
    /// The kind of record.
    pub kind: Kind,
    /// The condition.
    pub query: Query,
    /// The format.
    pub format: Format,
    /// The language to choose one string by, where the format has room for one.
    pub locale: Locale,
}

impl App {
    /// Exports in creation order, which misses nothing while records are written. The chunks end early with an
    /// error when the store fails; a receiver that goes away ends the export.
    pub fn export(&self, actor: &Actor, request: ExportRequest) -> mpsc::Receiver<Result<Vec<u8>, AppError>> {
        let (sender, receiver) = mpsc::channel(2);
        let (app, actor) = (self.clone(), actor.clone());
        tokio::spawn(async move {
            if let Err(error) = app.write_export(&actor, &request, &sender).await
                && sender.send(Err(error)).await.is_err()
            {
                tracing::debug!("the reader of an export went away");
            }
        });
        receiver
    }

    async fn write_export(
        &self,
        actor: &Actor,
        request: &ExportRequest,
        sender: &mpsc::Sender<Result<Vec<u8>, AppError>>,
    ) -> Result<(), AppError> {
        let catalog = self.site().catalog();
        let languages = self.site().languages(request.locale);
        let context = Context {
            base_url: &self.site().base_url,
            catalog: &catalog,
            vocabularies: self.vocabularies(),
            languages: &languages,
        };
        let mut writer = ListWriter::new(request.format, context);
        let mut buffer = Vec::with_capacity(CHUNK * 2);
        writer.begin(&mut buffer);
        let mut after = None;
        loop {
            let page = ListRequest {
                kind: request.kind,
                query: request.query.clone(),
                at: None,
                sort: Sort::CREATED,
                after: after.take(),
                limit: PAGE,
                count: Count::No,
                extent: Extent::Whole,
            };
            let page = self.list(actor, page).await?;
            for record in page.records {
                let id = record.id;
                for finding in writer.record(record, &mut buffer)? {
                    tracing::debug!(record = %id, code = finding.code, "left out of an export");
                }
                if buffer.len() >= CHUNK {
                    let chunk = std::mem::replace(&mut buffer, Vec::with_capacity(CHUNK * 2));
                    if sender.send(Ok(chunk)).await.is_err() {
                        return Ok(());
                    }
                }
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        writer.end(&mut buffer);
        if sender.send(Ok(buffer)).await.is_err() {
            tracing::debug!("the reader of an export went away");
        }
        Ok(())
    }
}
