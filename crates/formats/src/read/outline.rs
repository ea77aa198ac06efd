//! The first pass, from bytes to what a document is.

use std::io::{Read, Seek, SeekFrom};

use serde_json::{Map, Value};
use vitrina_domain::finding::{Bilingual, Finding, Severity};

use super::{
    InputFormat, Limits, Outline, ReadError, data_json,
    encoding::{decoded, detect},
    lines,
    recognise::{Records, recognise},
    refusal::no_catalog,
    shape::{is_ckan_package, is_dataset, is_own_record, list_members},
    sniff,
    survey::{Survey, survey},
    walk::Stop,
};

/// How much of a document is looked at to tell what it is, when it is no JSON.
const HEAD: u64 = 4096;

/// Passes over a document and says what it is.
pub(super) fn outline<R: Read + Seek>(document: &mut R, limits: Limits) -> Result<Outline, ReadError> {
    if document.seek(SeekFrom::End(0))? > limits.document_bytes {
        return Err(ReadError::TooLarge { limit: limits.document_bytes });
    }
    sniff::refuse_binary(&beginning(&mut *document)?)?;
    let detected = detect(document)?;
    let encoding = detected.encoding.name();
    document.seek(SeekFrom::Start(0))?;
    sniff::refuse_other_text(&String::from_utf8_lossy(&head(decoded(&mut *document, encoding))?))?;

    document.seek(SeekFrom::Start(0))?;
    let found = match survey(decoded(&mut *document, encoding), limits.depth) {
        Ok(survey) => of_survey(survey)?,
        Err(stopped) => {
            let (survey, stop) = *stopped;
            of_lines(document, encoding, limits, &survey, stop)?
        }
    };
    let Found { format, records, header, items, mut findings } = found;
    if items > limits.items {
        return Err(ReadError::TooMany { items, limit: limits.items });
    }
    findings.extend(detected.finding);
    let source_name = data_json::source_name(&header);
    Ok(Outline {
        format,
        catalog: data_json::catalog(header),
        source_name,
        items,
        encoding,
        findings,
        records,
    })
}

/// What a pass found out.
struct Found {
    format: InputFormat,
    records: Records,
    header: Map<String, Value>,
    items: u64,
    findings: Vec<Finding>,
}

fn beginning<R: Read + Seek>(document: &mut R) -> Result<Vec<u8>, ReadError> {
    document.seek(SeekFrom::Start(0))?;
    head(document)
}

fn head(document: impl Read) -> Result<Vec<u8>, ReadError> {
    let mut head = Vec::new();
    document.take(HEAD).read_to_end(&mut head)?;
    Ok(head)
}

fn of_survey(survey: Survey) -> Result<Found, ReadError> {
    let (format, records) = recognise(&survey)?;
    let items = match records {
        Records::List(place) => survey.list(place).map_or(0, |list| list.count),
        Records::Single(_) | Records::Lines => 1,
    };
    let findings = findings(&survey, records);
    let mut header = match (format, records) {
        (InputFormat::CkanPackage, Records::Single([])) | (_, Records::Lines) => Map::new(),
        (InputFormat::VitrinaList, _) => match survey.members.get("catalog") {
            Some(Value::Object(catalog)) => catalog.clone(),
            _ => Map::new(),
        },
        _ => survey.members,
    };
    header.remove("dataset");
    Ok(Found { format, records, header, items, findings })
}

/// A document that is no single JSON value: lines of records, or broken.
fn of_lines<R: Read + Seek>(
    document: &mut R,
    encoding: &str,
    limits: Limits,
    survey: &Survey,
    stop: Stop,
) -> Result<Found, ReadError> {
    if survey.first != b'{' || matches!(stop, Stop::Failed(ReadError::Io(_))) {
        return Err(stop.into());
    }
    document.seek(SeekFrom::Start(0))?;
    let count = lines::count(decoded(document, encoding), limits.item_bytes, limits.depth)?;
    if !count.is_ndjson() {
        return Err(stop.into());
    }
    let objects = || count.samples.iter().filter_map(Value::as_object);
    let is_record = |object: &Map<String, Value>| {
        is_own_record(object) || is_ckan_package(object) || is_dataset(object) || object.contains_key("title")
    };
    if !objects().any(is_record)
        && let Some(first) = objects().next()
    {
        let (lines, members) = (count.lines, list_members(first));
        return Err(no_catalog(
            format!("{lines} renglones de objetos JSON con {}", members.es),
            format!("{lines} lines of JSON objects with {}", members.en),
        ));
    }
    Ok(Found {
        format: InputFormat::Ndjson,
        records: Records::Lines,
        header: Map::new(),
        items: count.lines,
        findings: Vec::new(),
    })
}

/// What is odd about a document that could be read in spite of it.
fn findings(survey: &Survey, records: Records) -> Vec<Finding> {
    let warning = |code: &str, pointer: String, es: String, en: String| {
        Finding::new(Severity::Warning, code, pointer, Bilingual::new(es, en))
    };
    let mut findings = Vec::new();
    if records == Records::Single(&["dataset"]) {
        findings.push(warning(
            "W-GEN-NOT-A-LIST",
            "/dataset".to_owned(),
            "«dataset» debe ser una lista; se leyó como una lista con un solo conjunto".to_owned(),
            "\"dataset\" should be a list; it was read as a list of one".to_owned(),
        ));
    }
    for name in &survey.repeated {
        findings.push(warning(
            "W-GEN-REPEATED",
            format!("/{}", vitrina_domain::finding::pointer_segment(name)),
            format!("«{name}» aparece más de una vez"),
            format!("\"{name}\" occurs more than once"),
        ));
    }
    if matches!(records, Records::List(_)) {
        for name in &survey.left_out {
            findings.push(warning(
                "W-GEN-TOO-LONG",
                format!("/{}", vitrina_domain::finding::pointer_segment(name)),
                format!("«{name}» es demasiado grande y no se leyó"),
                format!("\"{name}\" is too large and was not read"),
            ));
        }
    }
    findings
}
