//! The files of distributions over HTTP, on SQLite with a folder and on PostgreSQL with a bucket.
#![cfg(test)]

mod damage;
mod download;
mod inspection;
mod limits;
mod memory;
mod temporary;
mod upload;
mod visibility;
mod wire;

use anyhow::Context as _;
use hyper::Method;
use serde_json::{Value, json};
use vitrina_tests::{Answer, Engine, Http, Program, Setup};

/// A table that is a little different for each number.
pub(crate) fn table(number: usize) -> String {
    format!("estacion,pm10\nobispado,{number}\n")
}

/// A running server with someone who may write.
pub(crate) struct Site {
    pub(crate) setup: Setup,
    pub(crate) server: Program,
    pub(crate) writer: Http,
    pub(crate) reader: Http,
}

impl Site {
    /// A server with settings of its own.
    pub(crate) async fn with(engine: Engine, settings: &[(&str, &str)]) -> anyhow::Result<Option<Self>> {
        let Some(mut setup) = Setup::whole(engine).await? else { return Ok(None) };
        let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        setup.environment.extend(settings);
        Self::serve(setup).await.map(Some)
    }

    pub(crate) async fn on(engine: Engine) -> anyhow::Result<Option<Self>> {
        Self::with(engine, &[]).await
    }

    pub(crate) async fn serve(setup: Setup) -> anyhow::Result<Self> {
        let server = Program::serve(&setup).await?;
        let token = setup.token(&["write:datasets", "read:private", "admin"])?;
        Ok(Self { writer: server.http().with_token(&token), reader: server.http(), server, setup })
    }

    /// A dataset with one distribution, whose id is given beside the dataset's.
    pub(crate) async fn dataset(&self, identifier: &str, query: &str) -> anyhow::Result<(String, String)> {
        let document = json!({
            "identifier": identifier,
            "title": {"es": identifier},
            "distribution": [{"title": {"es": "Tabla"}}],
        });
        let path = format!("/api/v1/datasets{query}");
        let made = self.writer.write(Method::POST, &path, &[], &document).await?.expect(201)?.json();
        let text = |pointer: &str| made.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        Ok((text("/id").context("no id")?, text("/distribution/0/id").context("no distribution")?))
    }

    /// Sends a file for a distribution.
    pub(crate) async fn put(
        &self,
        distribution: &str,
        query: &str,
        headers: &[(&str, &str)],
        bytes: impl Into<bytes::Bytes>,
    ) -> anyhow::Result<Answer> {
        let path = format!("/api/v1/distributions/{distribution}/file{query}");
        self.writer.send(Method::PUT, &path, headers, bytes.into()).await
    }

    /// Asks for the file of a distribution as anybody.
    pub(crate) async fn download(
        &self,
        distribution: &str,
        headers: &[(&str, &str)],
    ) -> anyhow::Result<Answer> {
        let path = format!("/api/v1/distributions/{distribution}/download");
        self.reader.send(Method::GET, &path, headers, bytes::Bytes::new()).await
    }
}
