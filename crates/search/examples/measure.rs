//! Measures the index on a catalog: `measure DATASETS.ndjson QUERIES.tsv`.
//!
//! The datasets are one JSON document per line in the shape of DCAT-US; a query is `words⇥theme⇥format`.
//! Build it with `--release`: other builds say nothing.

use std::{
    error::Error,
    fs::{self, File},
    io::{BufRead as _, BufReader},
    time::{Duration, Instant},
};

use serde_json::Value;
use vitrina_domain::{
    canonical::Digest,
    change::Seq,
    id::{RecordId, SourceId},
    query::{Direction, FacetOrder, FacetRequest, Field, Query, Selection, Sort, SortKey, Test},
    record::{Kind, Metadata, Record, Visibility},
    scope::Scope,
    slug::Slug,
    time::Timestamp,
    vocabulary::Vocabularies,
};
use vitrina_search::{Entry, Index, Request};

type Outcome<T> = Result<T, Box<dyn Error>>;

#[expect(clippy::print_stdout, reason = "what was measured is the output")]
fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(datasets), Some(queries)) = (arguments.next(), arguments.next()) else {
        return Err("usage: measure DATASETS.ndjson QUERIES.tsv".into());
    };
    let dir = std::env::temp_dir().join(format!("vitrina-measure-{}", std::process::id()));
    let index = Index::open(&dir, &Vocabularies::embedded()?)?;
    let records = read(&datasets)?;

    let (started, worked) = (Instant::now(), process_time()?);
    fill(&index, &records)?;
    let (taken, worked) = (started.elapsed(), process_time()?.saturating_sub(worked));
    let rate = f64::from(u32::try_from(records.len())?) / taken.as_secs_f64();
    println!(
        "indexed {} records in {taken:.2?} ({worked:.2?} of CPU): {rate:.0}/s, {} MB",
        records.len(),
        size(&dir)? / 1_000_000
    );

    let selections = selections(&queries)?;
    for (what, facets) in [("cold, 3 facets", &FACETS[..]), ("warm, 3 facets", &FACETS), ("no facets", &[])] {
        let measured = measure(&selections, |selection| search(&index, selection, Sort::RELEVANCE, facets))?;
        println!("top 20 + count, {what}: {measured}");
    }
    let all = Selection { kinds: Vec::new(), query: Query::All };
    let sorts = [SortKey::Created, SortKey::Issued, SortKey::Title].repeat(20);
    let measured = measure(&sorts, |key| {
        search(&index, &all, Sort { key: *key, direction: Direction::Descending }, &[])
    })?;
    println!("first page of everything, three orders: {measured}");
    let typed = ["a", "pr", "presu", "calidad del a", "contratos menores por m"].repeat(10);
    let measured =
        measure(&typed, |typed| Ok(u64::try_from(index.suggest(&Scope::Public, typed, 10)?.len())?))?;
    println!("suggest: {measured}");
    drop(index);
    let started = Instant::now();
    let index = Index::open(&dir, &Vocabularies::embedded()?)?;
    println!("opened {} records in {:.2?}", index.len(), started.elapsed());
    fs::remove_dir_all(&dir)?;
    Ok(())
}

const FACETS: [FacetRequest; 3] = [facet(Field::Theme), facet(Field::Format), facet(Field::Publisher)];

const fn facet(field: Field) -> FacetRequest {
    FacetRequest { field, limit: 10, order: FacetOrder::CountDescending }
}

fn read(path: &str) -> Outcome<Vec<Record>> {
    let mut records = Vec::new();
    for (number, line) in (1..).zip(BufReader::new(File::open(path)?).lines()) {
        let document: Value = serde_json::from_str(&line?)?;
        let (metadata, _findings) = Metadata::from_document(Kind::Dataset, document)?;
        let id = uuid(number);
        records.push(Record {
            id: RecordId::new(id),
            slug: Slug::from_title("registro", &number.to_string()),
            source_id: SourceId::new(uuid(0)),
            identifier: metadata.identifier().unwrap_or_default().to_owned(),
            catalog_id: None,
            organization_id: None,
            visibility: Visibility::Published,
            was_published: true,
            created_seq: Seq(number),
            revision: 1,
            created: Timestamp::from_micros(number),
            updated: Timestamp::from_micros(number),
            hash: Digest::of(b""),
            metadata,
            distribution_ids: Vec::new(),
        });
    }
    Ok(records)
}

fn uuid(number: i64) -> uuid::Uuid {
    // Spread, as the random part of real identifiers is.
    let low = number.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15);
    uuid::Uuid::from_u64_pair(0x0190_b6a5_7e2a_7c3e, low)
}

fn fill(index: &Index, records: &[Record]) -> Outcome<()> {
    let mut writer = index.writer()?.ok_or("someone else writes")?;
    for record in records {
        writer.upsert(&Entry { record, organization: None, catalog: None, source: "medida" })?;
    }
    writer.commit(Seq(i64::try_from(records.len())?))?;
    index.reload()?;
    Ok(())
}

fn selections(path: &str) -> Outcome<Vec<Selection>> {
    let lines = fs::read_to_string(path)?;
    let is = |field, value: &str| Query::Field(field, Test::AnyOf(vec![value.to_owned()]));
    let selection = |line: &str| {
        let mut columns = line.split('\t');
        let words = columns.next().unwrap_or_default().split_whitespace();
        let mut parts: Vec<Query> = words.map(|word| Query::Word(word.to_owned())).collect();
        for (field, value) in [Field::Theme, Field::Format].into_iter().zip(columns) {
            parts.extend((!value.is_empty()).then(|| is(field, value)));
        }
        Selection { kinds: vec![Kind::Dataset], query: Query::And(parts) }
    };
    Ok(lines.lines().map(selection).collect())
}

fn search(index: &Index, selection: &Selection, sort: Sort, facets: &[FacetRequest]) -> Outcome<u64> {
    let highlight = sort.key == SortKey::Relevance;
    let request = Request {
        scope: &Scope::Public,
        selection,
        sort,
        after: None,
        limit: 20,
        facets,
        highlight,
        count: true,
    };
    Ok(index.search(&request)?.total.unwrap_or_default())
}

/// The time that this thread was at work: on a busy machine the clock on the wall says little.
fn thread_time() -> Outcome<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(Duration::from_nanos(text.split_whitespace().next().unwrap_or_default().parse()?))
}

/// The time that all threads, those that ended too, were at work; in hundredths of a second.
fn process_time() -> Outcome<Duration> {
    let text = fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| -> Outcome<u64> { Ok(fields.get(at).ok_or("no such field")?.parse()?) };
    Ok(Duration::from_millis((ticks(11)? + ticks(12)?) * 10))
}

/// Runs every case once and tells how long it took.
fn measure<T>(cases: &[T], mut run: impl FnMut(&T) -> Outcome<u64>) -> Outcome<String> {
    let (mut times, mut hits) = (Vec::with_capacity(cases.len()), 0);
    let worked = thread_time()?;
    for case in cases {
        let started = Instant::now();
        hits += run(case)?;
        times.push(started.elapsed());
    }
    let worked = thread_time()?.saturating_sub(worked) / u32::try_from(cases.len().max(1))?;
    times.sort();
    let at =
        |percent: usize| times.get(times.len() * percent / 100).or(times.last()).copied().unwrap_or_default();
    Ok(format!(
        "median {:.2?}, p95 {:.2?}, most {:.2?}, mean of CPU {worked:.2?}, {hits} hits",
        at(50),
        at(95),
        at(100)
    ))
}

fn size(path: &std::path::Path) -> Outcome<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        bytes += if entry.file_type()?.is_dir() { size(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(bytes)
}
