//! A running Vitrina with somebody who may write, and what the journeys put into it.

use std::time::{Duration, Instant};

use bytes::Bytes;
use hyper::Method;
use serde_json::{Value, json};
use vitrina_tests::{Answer, Engine, Http, Program, Setup};

/// How soon everybody finds what was written.
pub(crate) const SOON: Duration = Duration::from_secs(1);

/// How long a journey waits before it calls something lost.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running server, somebody who reads and somebody who writes.
pub(crate) struct Showcase {
    pub(crate) server: Program,
    pub(crate) reader: Http,
    pub(crate) editor: Http,
    pub(crate) setup: Setup,
    token: String,
}

impl Showcase {
    /// An empty one; nothing when it is to be on `PostgreSQL` and none is installed.
    pub(crate) async fn open(engine: Engine) -> Option<Self> {
        let setup = Setup::on(engine).await.unwrap()?;
        let token = setup.token(&["write:datasets", "import"]).unwrap();
        let server = Program::serve(&setup).await.unwrap();
        let reader = server.http();
        Some(Self { editor: reader.with_token(&token), reader, server, setup, token })
    }

    /// One that holds the datasets of [`datasets`], from the source `tesoro`.
    pub(crate) async fn filled(engine: Engine) -> Option<Self> {
        let showcase = Self::open(engine).await?;
        showcase.import("?source=tesoro", data_json(&datasets())).await;
        Some(showcase)
    }

    /// Stops it, does something to what it leaves behind, and starts it again.
    pub(crate) async fn restarted(self, meanwhile: impl FnOnce(&Setup)) -> Self {
        let Self { server, setup, token, .. } = self;
        assert_eq!(server.terminate().unwrap().code(), Some(0));
        meanwhile(&setup);
        let server = Program::serve(&setup).await.unwrap();
        let reader = server.http();
        Self { editor: reader.with_token(&token), reader, server, setup, token }
    }

    /// What the editor shows.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// Imports a document; gives the run.
    pub(crate) async fn import(&self, query: &str, document: impl Into<Bytes>) -> Value {
        let answer = self.send_import(query, document).await;
        assert!(answer.status.is_success(), "{}", answer.text());
        answer.json()
    }

    pub(crate) async fn send_import(&self, query: &str, document: impl Into<Bytes>) -> Answer {
        self.editor.send(Method::POST, &format!("/api/v1/import{query}"), &[], document.into()).await.unwrap()
    }

    /// Makes a dataset; gives the answer, which holds it.
    pub(crate) async fn create(&self, document: &Value) -> Answer {
        let made = self.editor.write(Method::POST, "/api/v1/datasets", &[], document).await.unwrap();
        made.expect(201).unwrap()
    }

    /// What a reader gets as JSON.
    pub(crate) async fn json(&self, target: &str) -> Value {
        self.reader.get(target).await.unwrap().expect(200).unwrap().json()
    }

    /// The titles that a search finds, in order.
    pub(crate) async fn titles(&self, target: &str) -> Vec<String> {
        strings(&self.json(target).await["items"], "title")
    }

    /// The dataset with an identifier.
    pub(crate) async fn dataset(&self, identifier: &str) -> Value {
        let list = self.json("/api/v1/datasets?limit=100").await;
        let items = list["items"].as_array().unwrap();
        items.iter().find(|item| item["identifier"] == identifier).unwrap().clone()
    }

    /// Every change there is, as (operation, id).
    pub(crate) async fn changes(&self, kind: &str) -> Vec<(String, String)> {
        let list = self.json(&format!("/api/v1/changes?kind={kind}&limit=1000")).await;
        assert_eq!(list["next"], Value::Null);
        strings(&list["items"], "op").into_iter().zip(strings(&list["items"], "id")).collect()
    }
}

/// Waits until a search finds as many as wanted; gives how long that took.
pub(crate) async fn until_found(http: &Http, target: &str, wanted: u64) -> Duration {
    let begun = Instant::now();
    loop {
        let answer = http.get(target).await.unwrap().expect(200).unwrap();
        if answer.json()["total"] == wanted {
            return begun.elapsed();
        }
        assert!(begun.elapsed() < PATIENCE, "{target}: {wanted} expected, got {}", answer.text());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// One member of every object of a list.
pub(crate) fn strings(list: &Value, member: &str) -> Vec<String> {
    let items = list.as_array().unwrap().iter();
    items
        .map(|item| item[member].as_str().unwrap_or_else(|| panic!("no {member}: {item}")).to_owned())
        .collect()
}

/// A dataset as an entry of `data.json`.
pub(crate) fn entry(identifier: &str, title: &str) -> Value {
    json!({
        "@type": "dcat:Dataset",
        "identifier": identifier,
        "title": title,
        "description": format!("Qué hay en {identifier}"),
        "keyword": ["prueba"],
        "publisher": {"name": "Tesorería de Ejemplo"},
        "distribution": [{"title": "Tabla", "downloadURL": format!("https://datos.example/{identifier}.csv"), "mediaType": "text/csv"}],
    })
}

/// A few datasets that differ in what is searched for.
pub(crate) fn datasets() -> Vec<Value> {
    let about = |identifier: &str, title: &str, description: &str, keywords: &[&str], publisher: &str| {
        let mut one = entry(identifier, title);
        one["description"] = description.into();
        one["keyword"] = json!(keywords);
        one["publisher"] = json!({"name": publisher});
        one
    };
    vec![
        about(
            "presupuesto",
            "Presupuesto de egresos",
            "Gasto autorizado por dependencia",
            &["gasto", "finanzas"],
            "Tesorería de Ejemplo",
        ),
        about(
            "camiones",
            "Camiones de basura",
            "Rutas y horarios de recolección",
            &["limpia", "rutas"],
            "Servicios Públicos",
        ),
        about(
            "ninez",
            "Niñas y niños inscritos",
            "Matrícula escolar por municipio",
            &["educación"],
            "Secretaría de Educación",
        ),
        about(
            "escuelas",
            "Escuelas públicas",
            "Directorio con la educación que imparten",
            &["educación", "directorio"],
            "Secretaría de Educación",
        ),
        about(
            "agua",
            "Agua potable",
            "Tomas domiciliarias y gasto de cada pozo",
            &["agua"],
            "Servicios Públicos",
        ),
        about(
            "aguacate",
            "Aguacates exportados",
            "Toneladas por empacadora",
            &["campo"],
            "Servicios Públicos",
        ),
    ]
}

/// A catalog as `data.json`.
pub(crate) fn data_json(datasets: &[Value]) -> String {
    json!({
        "conformsTo": "https://project-open-data.cio.gov/v1.1/schema",
        "title": "Datos de ejemplo",
        "dataset": datasets,
    })
    .to_string()
}
