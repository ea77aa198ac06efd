//! Measures writing: `cargo run --release -p vitrina-store --example throughput -- FOLDER [DATABASE_URL]`.
//!
//! The folder must be new, or the database empty. 20,000 datasets of three distributions are written in batches
//! of 500, then 1,000 in a transaction each, which is what one edit after the other costs.

use std::{error::Error, io::Write as _, path::PathBuf, time::Instant};

use serde_json::json;
use uuid::Uuid;
use vitrina_domain::{
    change::{Audience, Op},
    id::{DistributionId, RecordId, SourceId},
    record::{Kind, Metadata, Sealed, Visibility},
    scope::Scope,
    slug::Slug,
    time::Timestamp,
};
use vitrina_store::{Config, Extent, ListFilter, RecordWrite, Store, Walk};

const BULK: u128 = 20_000;
const BATCH: usize = 500;
const SINGLE: u128 = 1_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let data_dir = PathBuf::from(arguments.next().ok_or("which folder?")?);
    let config = Config { data_dir, database_url: arguments.next(), files_url: None, max_connections: 4 };
    let store = Store::open(&config).await?;
    store.migrate().await?;
    let source_id = SourceId::new(Uuid::from_u128(1));
    let mut tx = store.begin("throughput", Timestamp::from_micros(0)).await?;
    tx.ensure_source(source_id, "synthetic", "file").await?;
    tx.commit().await?;

    let writes = (0..BULK).map(|number| dataset(source_id, number)).collect::<Result<Vec<_>, _>>()?;
    let begun = Instant::now();
    for batch in writes.chunks(BATCH) {
        write(&store, batch.to_vec()).await?;
    }
    report("records/s in batches", BULK, begun)?;

    let writes =
        (BULK..BULK + SINGLE).map(|number| dataset(source_id, number)).collect::<Result<Vec<_>, _>>()?;
    let begun = Instant::now();
    for one in writes {
        write(&store, vec![one]).await?;
    }
    report("transactions/s of one record", SINGLE, begun)?;

    let begun = Instant::now();
    let (mut after, mut pages) = (None, 0);
    loop {
        let page = store
            .page(
                &Scope::Public,
                Kind::Dataset,
                &ListFilter::default(),
                Walk { after, ..Walk::first(100) },
                Extent::Whole,
            )
            .await?;
        let Some(last) = page.last() else { break };
        after = Some(last.created_seq);
        pages += 1;
    }
    report("pages/s of 100 records", pages, begun)?;
    read_past(&store).await?;

    let begun = Instant::now();
    for number in 0..2_000 {
        store
            .record(&Scope::Public, Kind::Dataset, RecordId::new(Uuid::from_u128(number)), Extent::Whole)
            .await?;
    }
    report("records/s read by id", 2_000, begun)?;
    store.close().await;
    Ok(())
}

/// The whole list as it was at its end, and the answer that there was nothing before its beginning.
async fn read_past(store: &Store) -> Result<(), Box<dyn Error>> {
    let filter = ListFilter::default();
    let page = async |at, after| {
        let at = Timestamp::from_micros(at);
        store.page_at(&Scope::Public, Kind::Dataset, &filter, at, Walk { after, ..Walk::first(100) }).await
    };
    let begun = Instant::now();
    let (mut after, mut pages) = (None, 0);
    while let Some(last) = page(1, after).await?.last() {
        after = Some(last.created_seq);
        pages += 1;
    }
    report("pages/s of 100 records of the past", pages, begun)?;
    let begun = Instant::now();
    for _ in 0..20 {
        page(0, None).await?;
    }
    report("empty pages/s of before everything", 20, begun)
}

async fn write(store: &Store, writes: Vec<RecordWrite>) -> Result<(), Box<dyn Error>> {
    let mut tx = store.begin("throughput", Timestamp::from_micros(1)).await?;
    tx.write(writes).await?;
    Ok(tx.commit().await?)
}

fn report(what: &str, count: u128, begun: Instant) -> Result<(), Box<dyn Error>> {
    let micros = begun.elapsed().as_micros().max(1);
    Ok(writeln!(std::io::stdout(), "{:>8} {what}", count * 1_000_000 / micros)?)
}

fn dataset(source_id: SourceId, number: u128) -> Result<RecordWrite, Box<dyn Error>> {
    let identifier = format!("synthetic-{number}");
    // One title in fifty is shared, as in real catalogs.
    let title = format!("Indicadores municipales {}", if number.is_multiple_of(50) { 0 } else { number });
    let distribution = |format: &str| {
        json!({
            "title": {"es": format!("Datos en {format}")},
            "downloadURL": format!("https://datos.example/archivos/{number}/indicadores.{format}"),
            "mediaType": format!("text/{format}"),
            "byteSize": 48_123,
        })
    };
    let distributions = ["csv", "json", "xml"].map(distribution);
    let (metadata, _) = Metadata::from_document(
        Kind::Dataset,
        json!({
            "title": {"es": title, "en": "Municipal indicators"},
            "identifier": identifier,
            "description": {"es": "Indicadores de servicios públicos por municipio y año. ".repeat(12)},
            "keyword": ["agua", "drenaje", "municipios", "indicadores"],
            "publisher": {"name": "Instituto de Ejemplo", "identifier": "IE"},
            "issued": "2026-01-15",
            "modified": "2026-11-01T10:00:00-06:00",
            "landingPage": format!("https://datos.example/dataset/{number}"),
            "distribution": distributions,
        }),
    )?;
    Ok(RecordWrite {
        id: RecordId::new(Uuid::from_u128(number)),
        source_id,
        identifier,
        slug: Slug::from_title(&title, "dataset"),
        catalog_id: Some(RecordId::new(Uuid::from_u128(1 << 80))),
        organization_id: Some(RecordId::new(Uuid::from_u128((1 << 81) + number % 20))),
        visibility: Visibility::Published,
        expected_revision: 0,
        document: Sealed::from(&metadata),
        distribution_ids: [1, 2, 3].map(|n| DistributionId::new(Uuid::from_u128(number << 32 | n))).to_vec(),
        raw: None,
        op: Op::Create,
        audience: Audience::Public,
    })
}
