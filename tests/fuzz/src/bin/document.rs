//! Any bytes as a document: read, converted, checked, written in every format, and read again.
#![no_main]

use std::{io::Cursor, sync::LazyLock};

use libfuzzer_sys::fuzz_target;
use oxttl::TurtleParser;
use serde_json::Value;
use vitrina_domain::{
    canonical::Digest,
    guideline::Guidelines,
    record::{Kind, Metadata, Record, Sealed, Stored},
    time::Timestamp,
};
use vitrina_formats::{
    Format,
    read::{self, InputFormat, Limits, ReadError, identity, items, outline, source_pointer},
    write::{self, Context, ListWriter},
};
use vitrina_fuzz::{CATALOG, LANGUAGES, VOCABULARIES, record};
use vitrina_validation::{Shape, Validator};

static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| {
    let guidelines = Guidelines::embedded().expect("the embedded guidelines can be used");
    Validator::embedded(&VOCABULARIES, &guidelines).expect("the embedded rules can be used")
});

fuzz_target!(init: LazyLock::force(&VALIDATOR), |bytes: &[u8]| {
    // Less deep than what is read back may be: some formats put a document one level down.
    let limits = Limits { depth: 32, ..Limits::default() };
    let Ok(documents) = documents(bytes, limits) else { return };
    let records: Vec<Record> = documents.into_iter().map(checked).map(record).collect();
    for format in Format::ALL {
        let whole = listed(*format, &records);
        is_sound(*format, &whole);
        if matches!(format, Format::Ndjson | Format::DataJson) && !records.is_empty() {
            comes_back(*format, &whole, &records);
        }
        for record in &records {
            let (alone, _) = write::record(*format, context(), record.clone().stored()).expect("it is whole");
            is_sound(*format, &alone);
        }
    }
});

/// What a document holds that could be stored.
fn documents(bytes: &[u8], limits: Limits) -> Result<Vec<Metadata>, ReadError> {
    let outline = outline(&mut Cursor::new(bytes), limits)?;
    let mut documents = Vec::new();
    for item in items(Cursor::new(bytes), &outline, limits)? {
        let item = item?;
        documents.extend(item.json.ok().and_then(|json| document(outline.format, item.position, &json)));
    }
    Ok(documents)
}

fn document(format: InputFormat, position: u64, json: &[u8]) -> Option<Metadata> {
    let names = identity(format, json);
    let parsed = read::parse(format, json).ok()?;
    for finding in &parsed.findings {
        source_pointer(format, &finding.pointer);
    }
    let (mut metadata, _) = Metadata::from_document(Kind::Dataset, parsed.document).ok()?;
    if metadata.identifier().is_none_or(|identifier| identifier.trim().is_empty()) {
        // As an import does; here by the place, so that two without a name are two.
        metadata.set_identifier(names.iri.unwrap_or_else(|| format!("record-{position}")));
    }
    Some(metadata)
}

/// The same document, after every profile had its say, and the store.
fn checked(metadata: Metadata) -> Metadata {
    let document = metadata.to_document();
    for profile in VALIDATOR.profiles() {
        let shown = match profile.shape {
            Shape::Core => document.clone(),
            Shape::DataJson => data_json(&metadata),
        };
        VALIDATOR.check(&profile.id, Kind::Dataset, &shown, Timestamp::default());
    }
    let sealed = Sealed::of(&metadata, &document);
    assert_eq!(sealed.digest, metadata.digest(), "the store keeps another document");
    let kept = record(metadata.clone()).stored();
    kept.outline().expect("what was sealed can be looked at");
    let kept = kept.read().expect("what was sealed can be read");
    assert_eq!(kept.metadata.digest(), sealed.digest, "{document}\n{}", kept.metadata.to_document());
    let whole = Stored::from_whole(Kind::Dataset, &sealed.whole);
    assert!(whole.is_ok(), "a revision cannot be read: {}", sealed.whole);
    metadata
}

fn data_json(metadata: &Metadata) -> Value {
    let dataset = metadata.as_dataset().expect("every record of a document is a dataset");
    write::data_json_dataset(dataset, &LANGUAGES, &VOCABULARIES)
}

fn context() -> Context<'static> {
    let base_url = "https://datos.example.org";
    Context { base_url, catalog: &CATALOG, vocabularies: &VOCABULARIES, languages: &LANGUAGES }
}

fn listed(format: Format, records: &[Record]) -> Vec<u8> {
    let mut whole = Vec::new();
    let mut writer = ListWriter::new(format, context());
    writer.begin(&mut whole);
    for record in records {
        writer.record(record.clone().stored(), &mut whole).expect("it is whole");
    }
    writer.end(&mut whole);
    whole
}

/// Whether others can read what was written.
fn is_sound(format: Format, written: &[u8]) {
    let shown = || String::from_utf8_lossy(written);
    match format {
        Format::Json | Format::Ndjson | Format::DataJson => {
            for value in serde_json::Deserializer::from_slice(written).into_iter::<Value>() {
                value.unwrap_or_else(|error| panic!("{error}\n{}", shown()));
            }
        }
        Format::Csv => {
            // A table with rows of different lengths is an error of this reader.
            for row in csv::Reader::from_reader(written).into_records() {
                row.unwrap_or_else(|error| panic!("{error}\n{}", shown()));
            }
        }
        Format::Turtle => {
            for triple in TurtleParser::new().for_slice(written) {
                triple.unwrap_or_else(|error| panic!("{error}\n{}", shown()));
            }
        }
        _ => unreachable!("a format that nobody checks: {format:?}"),
    }
}

/// Whether Vitrina reads what it wrote as the same documents.
fn comes_back(format: Format, written: &[u8], records: &[Record]) {
    let again = documents(written, Limits::default()).unwrap_or_else(|error| panic!("{format:?}: {error}"));
    let digests = |documents: &mut dyn Iterator<Item = &Metadata>| -> Vec<Digest> {
        documents.map(Metadata::digest).collect()
    };
    let before = digests(&mut records.iter().map(|record| &record.metadata));
    assert!(before == digests(&mut again.iter()), "{format:?}:\n{}", told(records, written, &again));
}

fn told(records: &[Record], written: &[u8], again: &[Metadata]) -> String {
    let shown = |metadata: &Metadata| metadata.to_document().to_string();
    let before: Vec<String> = records.iter().map(|record| shown(&record.metadata)).collect();
    let after: Vec<String> = again.iter().map(shown).collect();
    let written = String::from_utf8_lossy(written);
    format!("before {}\nwritten {written}\nafter {}", before.join("\n"), after.join("\n"))
}
