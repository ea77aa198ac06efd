//! Going through lists page by page, to learn ids, slugs and deep positions.

use anyhow::{Context as _, ensure};
use serde_json::Value;

use crate::Http;

/// What a walk through all datasets found.
#[derive(Debug)]
pub(super) struct Walked {
    pub(super) ids: Vec<String>,
    pub(super) slugs: Vec<String>,
    pub(super) titles: Vec<String>,
    /// The address of a page of 20 far down the list, and its number.
    pub(super) deep: (String, usize),
}

/// The page that is compared with the first.
const DEEP_PAGE: usize = 5_000;

const PAGE: usize = 20;

/// Walks down to the deep page, or to the last full one of a shorter list.
pub(super) async fn datasets(http: &Http, size: usize) -> anyhow::Result<Walked> {
    let number = DEEP_PAGE.min(size / PAGE);
    let skipped = (number - 1) * PAGE;
    let mut walked =
        Walked { ids: Vec::new(), slugs: Vec::new(), titles: Vec::new(), deep: (String::new(), number) };
    let mut cursor = None;
    while walked.ids.len() < skipped {
        let limit = (skipped - walked.ids.len()).min(100);
        let target = at(limit, cursor.as_deref()) + "&count=none";
        let page = http.get(&target).await?.expect(200)?.json();
        let text = |item: &Value, name: &str| item[name].as_str().unwrap_or_default().to_owned();
        for item in page["items"].as_array().context("no items")? {
            walked.ids.push(text(item, "id"));
            walked.slugs.push(text(item, "slug"));
            walked.titles.push(text(item, "title"));
        }
        let next = page["next"].as_str().context("the list ends early")?;
        cursor = next.split(['?', '&']).find_map(|pair| pair.strip_prefix("cursor=")).map(str::to_owned);
    }
    ensure!(walked.ids.iter().all(|id| !id.is_empty()), "summaries have no ids");
    walked.deep.0 = at(PAGE, cursor.as_deref());
    let page = http.get(&walked.deep.0).await?.expect(200)?.json();
    ensure!(page["items"].as_array().map(Vec::len) == Some(PAGE), "the deep page is not full");
    Ok(walked)
}

fn at(limit: usize, cursor: Option<&str>) -> String {
    let cursor = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
    format!("/api/v1/datasets?limit={limit}{cursor}")
}

/// The addresses of the first and of the last full page of the change log.
pub(super) async fn changes(http: &Http, size: usize) -> anyhow::Result<(String, String)> {
    let limit = (size / 4).min(1_000);
    let first = format!("/api/v1/changes?limit={limit}");
    let (mut current, mut deep) = (first.clone(), first.clone());
    loop {
        let page = http.get(&current).await?.expect(200)?.json();
        if page["items"].as_array().map(Vec::len) != Some(limit) {
            return Ok((first, deep));
        }
        deep = current;
        let Some(next) = page["next"].as_str() else { return Ok((first, deep)) };
        current = path(http, next);
    }
}

/// An absolute address of the server as a path.
pub(super) fn path(http: &Http, address: &str) -> String {
    address.strip_prefix(&format!("http://{}", http.address())).unwrap_or(address).to_owned()
}
