//! What a developer does with the client that progenitor makes of the contract, against a running server.

use std::collections::BTreeSet;

use anyhow::{Context as _, bail, ensure};
use futures_util::TryStreamExt as _;
use progenitor_client::{ByteStream, Error};

/// What is generated, from the OpenAPI 3.0 form of the contract: the generator reads nothing newer.
#[expect(clippy::all, clippy::pedantic, reason = "the generator writes it")]
mod generated {
    progenitor::generate_api!(spec = "generated/openapi-3.0.json", interface = Builder);
}

use generated::{
    Client,
    types::{self, Problem},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let url = std::env::var("CATALOG_URL").context("CATALOG_URL says whom to ask")?;
    let token = std::env::var("CATALOG_TOKEN").context("CATALOG_TOKEN lets it write")?;
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert("authorization", format!("Bearer {token}").parse()?);
    let with_token = reqwest::Client::builder().default_headers(headers).build()?;
    let (reader, writer) = (Client::new(&url), Client::new_with_client(&url, with_token));
    reads(&reader).await?;
    writes(&reader, &writer).await?;
    println!("rust: ok");
    Ok(())
}

/// The problem that an operation was refused with: the client hands over the bytes of what is not plain JSON.
async fn problem<T: std::fmt::Debug>(answer: Result<T, Error<ByteStream>>) -> anyhow::Result<Problem> {
    let Err(Error::ErrorResponse(response)) = answer else { bail!("a problem was expected: {answer:?}") };
    ensure!(response.headers()["content-type"] == "application/problem+json");
    let bytes: Vec<_> = response.into_inner().into_inner().try_collect().await?;
    Ok(serde_json::from_slice(&bytes.concat())?)
}

/// The cursor of the next page, which `next` holds as an address.
fn cursor_of(next: &str) -> anyhow::Result<String> {
    let query = reqwest::Url::parse(next)?;
    let cursor = query.query_pairs().find(|(name, _)| name == "cursor");
    Ok(cursor.context("no cursor")?.1.into_owned())
}

async fn reads(reader: &Client) -> anyhow::Result<()> {
    let mut ids = BTreeSet::new();
    let mut slug_of_first = None;
    let mut cursor: Option<String> = None;
    loop {
        let mut request = reader.list_datasets().limit(15);
        if let Some(cursor) = &cursor {
            request = request.cursor(cursor.as_str());
        }
        let page = request.send().await?.into_inner();
        for summary in &page.items {
            slug_of_first = slug_of_first.or_else(|| Some((summary.id, summary.slug.clone())));
            ensure!(ids.insert(summary.id), "twice: {summary:?}");
        }
        let Some(next) = &page.next else {
            ensure!(page.total == Some(i64::try_from(ids.len())?), "{:?}", page.total);
            break;
        };
        cursor = Some(cursor_of(next)?);
    }
    ensure!(ids.len() > 15, "more than one page was expected");

    let tables = reader.list_datasets().format(vec!["CSV".parse()?]).limit(100).send().await?;
    ensure!(!tables.items.is_empty());
    ensure!(tables.items.iter().all(|summary| summary.format.iter().any(|format| format == "CSV")));

    let (id, slug) = slug_of_first.context("no dataset")?;
    let one = reader.get_dataset().id(id).send().await?;
    ensure!(one.slug == slug);
    ensure!(one.headers()["etag"].to_str()?.starts_with("\"r"));

    let found = reader.search_records().facets("format:5,publisher").send().await?;
    let fields: Vec<&str> = found.facets.iter().map(|facet| facet.field.as_str()).collect();
    ensure!(fields == ["format", "publisher"], "{fields:?}");
    ensure!(found.facets[0].buckets[0].count > 0);

    let missing = problem(reader.get_dataset().id("no-hay-tal").send().await).await?;
    ensure!(missing.code == "not-found", "{missing:?}");
    Ok(())
}

async fn writes(reader: &Client, writer: &Client) -> anyhow::Result<()> {
    let before = reader.list_changes().limit(1000).send().await?;
    ensure!(before.next.is_none());

    let title = serde_json::json!({"identifier": "cliente-rust", "title": {"es": "Hecho por un cliente de Rust"}});
    let body: types::Dataset = serde_json::from_value(title)?;
    let refused = problem(reader.create_dataset().body(body.clone()).send().await).await?;
    ensure!(refused.code == "token-required", "{refused:?}");
    let made = writer.create_dataset().body(body.clone()).send().await?;
    let (id, tag) = (made.id, made.headers()["etag"].to_str()?.to_owned());

    let mut longer = body.clone();
    longer.description = Some(serde_json::from_value(serde_json::json!({"es": "Y cambiado por él."}))?);
    let changed = writer.replace_dataset().id(id).if_match(&tag).body(longer).send().await?;
    ensure!(changed.revision.map(|number| number.get()) == Some(2), "{:?}", changed.revision);
    let late = problem(writer.replace_dataset().id(id).if_match(&tag).body(body).send().await).await?;
    ensure!(late.code == "precondition-failed", "{late:?}");

    let tag = changed.headers()["etag"].to_str()?.to_owned();
    let deleted = writer.delete_dataset().id(id).if_match(&tag).reason("fin de la prueba").send().await?;
    ensure!(deleted.reason == "fin de la prueba");
    let gone = problem(reader.get_dataset().id(id).send().await).await?;
    ensure!(gone.code == "gone" && gone.tombstone.is_some_and(|tombstone| tombstone.id == id));

    let after = reader.list_changes().from(before.token.as_str()).send().await?;
    let last = after.items.iter().rfind(|change| change.id == id).context("no change")?;
    ensure!(last.op.to_string() == "delete", "{last:?}");
    Ok(())
}
