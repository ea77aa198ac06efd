//! Whether the server finds what it must: nothing is measured before this holds.

use std::collections::BTreeSet;

use anyhow::{Context as _, ensure};
use url::form_urlencoded;

use super::{
    corpus::{Asked, Corpus},
    in_process::InProcess,
    load::{Ask, stream},
    reference::Reference,
};
use crate::{Http, Program};

/// How many text queries are exported and counted line by line.
const EXPORTED: usize = 20;

/// Exports of more lines than this prove nothing more.
const LONGEST: u64 = 2_000;

/// The parameters of a query, without those that only shape the answer.
pub(super) fn parameters(asked: &Asked) -> String {
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    if !asked.words.is_empty() {
        pairs.append_pair("q", &asked.words.join(" "));
    }
    pairs.extend_pairs(asked.theme.iter().map(|theme| ("theme", theme)));
    pairs.extend_pairs(asked.format.iter().map(|format| ("format", format)));
    pairs.finish()
}

/// Compares hit counts; the sentence says with what.
pub(super) async fn verify(
    corpus: &Corpus,
    program: &Program,
    beside: Option<&InProcess>,
) -> anyhow::Result<String> {
    let reference = Reference::of(corpus)?;
    let http = program.http();
    ensure!(count(&http, "").await? == u64::try_from(corpus.size)?, "not every dataset is listed");
    let filters = verify_filters(corpus, &reference, &http).await?;
    let (mut exported, mut hits) = (0, 0);
    for asked in &corpus.queries {
        let asking = parameters(asked);
        let total = count(&http, &asking).await?;
        hits += total;
        let least = u64::try_from(reference.at_least(asked))?;
        let most = u64::try_from(reference.filtered(asked))?;
        ensure!((least..=most).contains(&total), "{asking}: {total} hits, {least} to {most} are right");
        if let Some(beside) = beside {
            let inside = beside.total(asked)?;
            ensure!(inside == total, "{asking}: {total} hits over HTTP, {inside} in the index");
        }
        if exported < EXPORTED && (1..=LONGEST).contains(&total) {
            let lines = exported_lines(program, &asking).await?;
            ensure!(lines == total, "{asking}: {total} hits, {lines} lines exported");
            exported += 1;
        }
    }
    ensure!(hits > 0, "no query finds anything");
    Ok(format!(
        "Hit counts verified: {filters} filters exactly against a filter in memory; {} text queries ({hits} hits) between \
         the records with the very words and those with the filters, equal to the index in process; {exported} of them \
         exported and counted.",
        corpus.queries.len()
    ))
}

/// Every filter of the queries by itself, which the reference counts exactly.
async fn verify_filters(corpus: &Corpus, reference: &Reference, http: &Http) -> anyhow::Result<usize> {
    let filters: BTreeSet<_> =
        corpus.queries.iter().map(|asked| (asked.theme.clone(), asked.format.clone())).collect();
    for (theme, format) in &filters {
        let asked = Asked { words: Vec::new(), theme: theme.clone(), format: format.clone() };
        let asking = parameters(&asked);
        let (found, right) = (count(http, &asking).await?, reference.filtered(&asked));
        ensure!(found == u64::try_from(right)?, "{asking}: {found} hits, {right} are right");
    }
    Ok(filters.len())
}

async fn count(http: &Http, asking: &str) -> anyhow::Result<u64> {
    let answer = http.get(&format!("/api/v1/search?kind=dataset&limit=1&{asking}")).await?.expect(200)?;
    let page = answer.json();
    ensure!(page["total_is_exact"] == true, "{asking}: the total is not exact");
    page["total"].as_u64().with_context(|| format!("{asking}: no total"))
}

async fn exported_lines(program: &Program, asking: &str) -> anyhow::Result<u64> {
    let mut lines = 0;
    let ask = Ask::get(format!("/api/v1/exports/datasets.ndjson?{asking}"));
    stream(program.address(), &ask, |data| lines += data.split(|byte| *byte == b'\n').count() - 1).await?;
    Ok(u64::try_from(lines)?)
}
