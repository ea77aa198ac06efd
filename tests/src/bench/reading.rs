//! Reading: records, lists, searches, pages.

use std::time::Duration;

use hyper::Method;

use super::{
    Options,
    corpus::Corpus,
    in_process::{InProcess, Pass},
    load::Ask,
    probe::Probe,
    report::{Row, median, ratio},
    verification::parameters,
    walk::{self, Walked},
    yardstick,
};
use crate::{Http, Program};

const FACETS: &str = "facets=theme:10,format:10,publisher:10";

/// The probes, in the order of the table.
struct Probes {
    fixed: Probe,
    bare: Probe,
    select: Probe,
    stored: Probe,
    again: Probe,
    unchanged: Probe,
    first_page: Probe,
    deep_page: Probe,
    first_changes: Probe,
    deep_changes: Probe,
    search: Probe,
    suggest: Probe,
    facets: Probe,
    page: Probe,
    page_json: Probe,
    results: Probe,
}

/// The queries of the corpus as requests.
fn searches(corpus: &Corpus, path: &str, shape: &str) -> Vec<Ask> {
    let ask = |asked| Ask::get(format!("{path}?{shape}&{}", parameters(asked)));
    corpus.queries.iter().map(ask).collect()
}

impl Probes {
    async fn prepare(
        corpus: &Corpus,
        walked: &Walked,
        http: &Http,
        options: &Options,
    ) -> anyhow::Result<Self> {
        let many = options.requests;
        let ids: Vec<&str> = spread(&walked.ids, 500).collect();
        let get = |id: &str| Ask::get(format!("/api/v1/datasets/{id}"));
        let one = get(ids.first().copied().unwrap_or_default());
        let tag =
            http.send(Method::HEAD, &one.target, &[], bytes::Bytes::new()).await?.header("etag").to_owned();
        let searches = |path: &str, shape: &str| searches(corpus, path, shape);
        let slugs = |prefix: &str| -> Vec<Ask> {
            spread(&walked.slugs, 200).map(|slug| Ask::get(format!("{prefix}{slug}"))).collect()
        };
        let (start, depth) = walk::changes(http, corpus.size).await?;
        let queries = corpus.queries.len();
        Ok(Self {
            fixed: Probe::small("static answer (the style sheet)", many, vec![Ask::get("/assets/style.css")]),
            bare: Probe::small("axum, 3 KB", many, vec![Ask::get("/static")]),
            select: Probe::small(
                "axum and one SQLite select, 3 KB",
                many,
                (0..yardstick::ROWS).map(|row| Ask::get(format!("/select/{row}"))).collect(),
            ),
            stored: Probe::of_new(
                "get one dataset, from the store (500 different)",
                many,
                ids.iter().map(|id| get(id)).collect(),
            ),
            again: Probe::small("get one dataset, the same again", many, vec![one.clone()]),
            unchanged: Probe::small("get one dataset, 304", many, vec![one.having(&tag)]),
            first_page: Probe::new("list, page 1", many / 10, vec![Ask::get("/api/v1/datasets?limit=20")]),
            deep_page: Probe::new("list, deep page", many / 10, vec![Ask::get(walked.deep.0.clone())]),
            first_changes: Probe::new(
                "changes, a page of 1,000 at the start",
                many / 100,
                vec![Ask::get(start)],
            ),
            deep_changes: Probe::new(
                "changes, a page of 1,000 at the end",
                many / 100,
                vec![Ask::get(depth)],
            ),
            search: Probe::new(
                "search, 3 facets and filters",
                queries,
                searches("/api/v1/search", &format!("kind=dataset&{FACETS}")),
            ),
            suggest: Probe::new("suggest", many / 4, suggestions(&walked.titles)),
            facets: Probe::new(
                "facets only",
                queries,
                searches("/api/v1/facets", &format!("kind=dataset&{FACETS}")),
            ),
            page: Probe::new("dataset as a page", many / 4, slugs("/dataset/")),
            page_json: Probe::new("the same datasets as JSON", many / 4, slugs("/api/v1/datasets/")),
            results: Probe::new("results as a page", queries, searches("/search", "kind=dataset")),
        })
    }

    /// All of them, each with the process that it asks.
    fn all<'a>(
        &'a mut self,
        program: &'a Program,
        yardstick: &'a Program,
    ) -> impl Iterator<Item = (&'a mut Probe, &'a Program)> {
        let yardsticks = [&mut self.bare, &mut self.select].map(|probe| (probe, yardstick));
        let records = [&mut self.fixed, &mut self.stored, &mut self.again, &mut self.unchanged];
        let lists =
            [&mut self.first_page, &mut self.deep_page, &mut self.first_changes, &mut self.deep_changes];
        let searches = [&mut self.search, &mut self.suggest, &mut self.facets];
        let pages = [&mut self.page, &mut self.page_json, &mut self.results];
        let ours = records.into_iter().chain(lists).chain(searches).chain(pages);
        yardsticks.into_iter().chain(ours.map(move |probe| (probe, program)))
    }

    fn rows(&self, inside: Pass, deep: usize) -> Vec<Row> {
        let least = self.fixed.cpu();
        let mut rows = vec![self.bare.row(), self.select.row(), self.fixed.row()];
        rows.push(within(&self.stored, self.select.cpu(), 1.3, "axum and one select"));
        rows.push(within(&self.again, least, 1.25, "the static answer"));
        rows.push(within(&self.unchanged, self.again.cpu(), 1.0, "the dataset itself"));
        rows.push(self.first_page.row());
        let mut row = within(&self.deep_page, self.first_page.cpu(), 1.3, "page 1");
        row.what = format!("list, page {deep} by cursor");
        rows.push(row);
        rows.push(self.first_changes.row());
        rows.push(within(&self.deep_changes, self.first_changes.cpu(), 1.3, "the start"));
        let Pass { index, with_records } = inside;
        let figure = format!("{:.2} of the search over HTTP", ratio(index, self.search.cpu()));
        rows.push(Row { cpu: Some(index), ..Row::new("the same queries, index in process", figure) });
        let figure = "20 records of each read from the store";
        rows.push(Row {
            cpu: Some(with_records),
            ..Row::new("the same queries, index in process and records", figure)
        });
        let mut row = within(&self.search, index, 1.5, "the index in process");
        let with_records = ratio(self.search.cpu(), with_records);
        row.figure = format!("{}; {with_records:.2} × index and records", row.figure);
        rows.push(row);
        rows.push(soon(self.suggest.row(), Duration::from_millis(10)));
        rows.push(soon(self.facets.row(), Duration::from_millis(100)));
        rows.push(self.page_json.row());
        rows.push(within(&self.page, self.page_json.cpu(), 3.0, "its JSON"));
        rows.push(within(&self.results, self.search.cpu(), 3.0, "the search as JSON"));
        rows
    }
}

fn within(probe: &Probe, other: Duration, most: f64, whose: &str) -> Row {
    let times = ratio(probe.cpu(), other);
    // What differs by less is not told apart by five runs.
    let is_met = times <= most + 0.05;
    probe.row().wanted(format!("≤ {most} × {whose} (is {times:.2})"), is_met)
}

fn soon(row: Row, most: Duration) -> Row {
    let is_met = row.latency.is_some_and(|[_, most_wait, _]| most_wait < most);
    row.wanted(format!("p95 < {} ms", most.as_millis()), is_met)
}

fn spread(from: &[String], count: usize) -> impl Iterator<Item = &str> {
    let step = (from.len() / count).max(1);
    from.iter().step_by(step).take(count).map(String::as_str)
}

/// The beginnings of titles, as they are typed.
fn suggestions(titles: &[String]) -> Vec<Ask> {
    let typed = |(number, title): (usize, &str)| {
        let begun: String = title.chars().take(1 + number % 12).collect();
        let begun: String = url::form_urlencoded::byte_serialize(begun.as_bytes()).collect();
        Ask::get(format!("/api/v1/suggest?limit=10&prefix={begun}"))
    };
    spread(titles, 200).enumerate().map(typed).collect()
}

/// Measures all reading, in turns.
pub(super) async fn measure(
    corpus: &Corpus,
    program: &Program,
    yardstick: &Program,
    beside: &InProcess,
    options: &Options,
) -> anyhow::Result<Vec<Row>> {
    let http = program.http();
    let walked = walk::datasets(&http, corpus.size).await?;
    let mut probes = Probes::prepare(corpus, &walked, &http, options).await?;
    for (probe, asked) in probes.all(program, yardstick) {
        probe.warm(asked).await?;
    }
    let mut passes: Vec<Pass> = Vec::new();
    for _ in 0..options.repetitions {
        for (probe, asked) in probes.all(program, yardstick) {
            probe.run(asked).await?;
        }
        passes.push(beside.pass(&corpus.queries).await?);
    }
    let middle = |take: fn(&Pass) -> Duration| median(passes.iter().map(take).collect()).unwrap_or_default();
    let inside = Pass { index: middle(|pass| pass.index), with_records: middle(|pass| pass.with_records) };
    Ok(probes.rows(inside, walked.deep.1))
}
