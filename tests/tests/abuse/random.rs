//! Requests made by chance. Each is made from the seed and its own number, so that any can be made again alone.

use fastrand::Rng;
use serde_json::{Map, Value, json};

use crate::{
    case::Case,
    queries::{Operation, encoded, operations},
    wire::Body,
    words,
};

/// One request in so many writes.
const WRITES: u64 = 8;

/// Makes requests.
pub(crate) struct Chance {
    seed: u64,
    operations: Vec<Operation>,
}

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, operations: operations() }
    }

    /// The request of a number.
    pub(crate) fn case(&self, number: u64) -> Case {
        // Neighbouring numbers must not make alike requests.
        let mut rng =
            Rng::with_seed((self.seed ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15)).rotate_left(17));
        let name = format!("seed {} number {number}", self.seed);
        if number.is_multiple_of(WRITES) { write(&mut rng, name) } else { self.read(&mut rng, name) }
    }

    fn read(&self, rng: &mut Rng, name: String) -> Case {
        let operation = &self.operations[rng.usize(..self.operations.len())];
        let mut target = match rng.u8(..10) {
            0 => ["/search", "/data.json", "/catalog", "/dataset/{{slug}}", "/", "/catalog.ttl"]
                [rng.usize(..6)]
            .to_owned(),
            1 => format!("/{}", encoded(&text(rng))),
            2 => format!("{}/{}", operation.path, encoded(&text(rng))),
            _ => operation.path.clone(),
        };
        for n in 0..rng.usize(..4) {
            let name = match operation.parameters.as_slice() {
                [] => encoded(&text(rng)),
                parameters if rng.u8(..8) > 0 => parameters[rng.usize(..parameters.len())].clone(),
                _ => encoded(&text(rng)),
            };
            let value = value(rng);
            target = format!("{target}{}{name}={value}", if n == 0 { '?' } else { '&' });
        }
        let mut headers: Vec<(&str, Vec<u8>)> = Vec::new();
        for _ in 0..rng.usize(..3) {
            headers.push((NAMES[rng.usize(..NAMES.len())], header(rng)));
        }
        let headers: Vec<(&str, &[u8])> =
            headers.iter().map(|(name, value)| (*name, value.as_slice())).collect();
        let method = ["GET", "GET", "GET", "GET", "HEAD", "OPTIONS"][rng.usize(..6)];
        Case::of("random", name, method, target.as_bytes(), &headers)
    }
}

const NAMES: [&str; 10] = [
    "Accept",
    "Accept-Language",
    "Accept-Encoding",
    "Range",
    "If-None-Match",
    "If-Modified-Since",
    "Authorization",
    "Origin",
    "X-Forwarded-For",
    "X-Request-Id",
];

fn header(rng: &mut Rng) -> Vec<u8> {
    const KNOWN: [&str; 12] = [
        "text/html",
        "application/json",
        "text/csv",
        "text/turtle",
        "*/*;q=0.1",
        "es",
        "en;q=0.5,*;q=0",
        "gzip, br",
        "bytes=0-10",
        "*",
        "Bearer {{reader}}",
        "W/\"r1\"",
    ];
    let mut bytes: Vec<u8> = (0..rng.usize(1..4))
        .map(|_| if rng.bool() { KNOWN[rng.usize(..KNOWN.len())].to_owned() } else { text(rng) })
        .collect::<Vec<_>>()
        .join([",", ";", " ", ""][rng.usize(..4)])
        .into_bytes();
    bytes.retain(|byte| !matches!(byte, b'\r' | b'\n' | 0));
    bytes
}

/// A value of a parameter, encoded or not.
fn value(rng: &mut Rng) -> String {
    match rng.u8(..6) {
        0 => words::FILTERS[rng.usize(..words::FILTERS.len())].replace(' ', "%20"),
        1 => encoded(words::QUERIES[rng.usize(..words::QUERIES.len())]),
        2 => rng.i64(..).to_string(),
        3 => {
            let unit = text(rng);
            encoded(&unit.repeat(rng.usize(..40)).chars().take(700).collect::<String>())
        }
        4 => [
            "{{cursor}}",
            "{{marked}}",
            "{{slug}}",
            "title",
            "-created",
            "csv",
            "json",
            "es",
            "1",
            "theme:5",
            "dataset",
        ][rng.usize(..11)]
        .to_owned(),
        _ => encoded(&text(rng)),
    }
}

/// A text: hostile, of any characters, or of signs only.
fn text(rng: &mut Rng) -> String {
    match rng.u8(..4) {
        0 => words::HOSTILE[rng.usize(..words::HOSTILE.len())].1.to_owned(),
        1 => (0..rng.usize(..12)).map(|_| rng.char(..)).collect(),
        2 => (0..rng.usize(..30)).map(|_| char::from(rng.u8(32..127))).collect(),
        _ => {
            let signs: Vec<char> = "()\"'\\*:-+^~[]{}<>&|!?/%;,.=#@$_ ".chars().collect();
            (0..rng.usize(..20)).map(|_| signs[rng.usize(..signs.len())]).collect()
        }
    }
}

const MEMBERS: [&str; 24] = [
    "title",
    "description",
    "identifier",
    "keyword",
    "theme",
    "publisher",
    "contactPoint",
    "issued",
    "modified",
    "language",
    "spatial",
    "temporal",
    "license",
    "landingPage",
    "conformsTo",
    "distribution",
    "inSeries",
    "@id",
    "@type",
    "name",
    "downloadURL",
    "byteSize",
    "accrualPeriodicity",
    "id",
];

fn tree(rng: &mut Rng, depth: usize) -> Value {
    match rng.u8(..if depth == 0 { 5 } else { 8 }) {
        0 => Value::Null,
        1 => Value::Bool(rng.bool()),
        2 => json!(rng.i64(..)),
        3 => json!(rng.f64() * 1e300),
        4 | 5 => Value::String(text(rng)),
        6 => (0..rng.usize(..4)).map(|_| tree(rng, depth - 1)).collect(),
        _ => Value::Object(object(rng, depth - 1)),
    }
}

fn object(rng: &mut Rng, depth: usize) -> Map<String, Value> {
    (0..rng.usize(..6))
        .map(|_| {
            let name =
                if rng.u8(..4) > 0 { MEMBERS[rng.usize(..MEMBERS.len())].to_owned() } else { text(rng) };
            (name, tree(rng, depth))
        })
        .collect()
}

fn write(rng: &mut Rng, name: String) -> Case {
    const TARGETS: [(&str, &str); 12] = [
        ("POST", "/api/v1/datasets"),
        ("PUT", "/api/v1/datasets/{{dataset}}"),
        ("PATCH", "/api/v1/datasets/{{dataset}}"),
        ("DELETE", "/api/v1/datasets/{{dataset}}"),
        ("POST", "/api/v1/validate"),
        ("POST", "/api/v1/import?source=azar"),
        ("POST", "/api/v1/import?source=azar&dry_run=true"),
        ("POST", "/api/v1/organizations"),
        ("POST", "/api/v1/catalogs"),
        ("POST", "/api/v1/series"),
        ("POST", "/api/v1/data-services"),
        ("PUT", "/api/v1/organizations/{{organization}}/datasets/by-identifier/azar"),
    ];
    let (method, target) = TARGETS[rng.usize(..TARGETS.len())];
    let mut document = object(rng, 4);
    if rng.u8(..4) > 0 {
        document.insert("title".to_owned(), json!(format!("Azar {}", text(rng))));
    }
    let is_list = target.contains("import") && rng.bool();
    let document =
        if is_list { json!({"dataset": [document, tree(rng, 3)]}) } else { Value::Object(document) };
    let mut bytes = document.to_string().into_bytes();
    if rng.u8(..3) == 0 {
        damage(rng, &mut bytes);
    }
    Case::write("random", name, (method, target), Body::Bytes(bytes))
}

/// Changes, drops, doubles or cuts bytes.
fn damage(rng: &mut Rng, bytes: &mut Vec<u8>) {
    for _ in 0..rng.usize(1..4) {
        if bytes.is_empty() {
            return;
        }
        let at = rng.usize(..bytes.len());
        match rng.u8(..5) {
            0 => bytes[at] = rng.u8(..),
            1 => bytes.truncate(at),
            2 => bytes.insert(at, b"[]{}\",:0\\\xff"[rng.usize(..10)]),
            3 => {
                let copy: Vec<u8> = bytes[at..].iter().copied().take(40).collect();
                bytes.splice(at..at, copy);
            }
            _ => {
                bytes.remove(at);
            }
        }
    }
}

mod tests {
    use super::*;

    #[test]
    fn a_number_makes_the_same_request_again_and_another_seed_another() {
        let (one, same, other) = (Chance::new(7), Chance::new(7), Chance::new(8));
        for number in 0..200 {
            assert_eq!(one.case(number), same.case(number));
        }
        let differ = (0..200).filter(|number| one.case(*number).head != other.case(*number).head).count();
        assert!(differ > 150, "{differ}");
    }
}
