//! Examples of what is sent: they are tried by the tests of the contract, and copied by everybody else.

use serde_json::{Value, json};
use vitrina_domain::record::Kind;

/// Adds an example to every body and to the parameters that have a language of their own.
pub fn add_examples(document: &mut Value) {
    for kind in Kind::ALL {
        let collection = format!("/api/v1/{}", kind.collection());
        let item = format!("{collection}/{{id}}");
        for (path, method) in [(&collection, "post"), (&item, "put")] {
            set(document, path, method, "application/json", &sample(kind));
        }
        let patch = json!({"description": {"es": "Una descripción nueva."}, "keyword": null});
        for media_type in ["application/merge-patch+json", "application/json"] {
            set(document, &item, "patch", media_type, &patch);
        }
    }
    let timetable = json!({"cron": "15 4 * * *"});
    for media_type in ["application/merge-patch+json", "application/json"] {
        set(document, "/api/v1/schedules/{name}", "patch", media_type, &timetable);
    }
    let person = json!({"address": "ana@example.org"});
    set(document, "/api/v1/suppressions", "post", "application/json", &person);
    let webhook = json!({"address": "https://avisos.example.org/vitrina", "kinds": ["dataset"]});
    set(document, "/api/v1/webhooks", "post", "application/json", &webhook);
    for media_type in ["application/merge-patch+json", "application/json"] {
        set(document, "/api/v1/webhooks/{id}", "patch", media_type, &json!({"state": "paused"}));
    }
    let by_identifier = "/api/v1/organizations/{id}/datasets/by-identifier/{identifier}";
    set(document, by_identifier, "put", "application/json", &sample(Kind::Dataset));
    let catalog = json!({"conformsTo": "https://project-open-data.cio.gov/v1.1/schema", "dataset": [sample(Kind::Dataset)]});
    for path in ["/api/v1/import", "/api/v1/validate"] {
        set(document, path, "post", "application/octet-stream", &Value::from(catalog.to_string()));
    }
    let table = Value::from("clave,municipio,poblacion\n19039,Monterrey,1142994\n");
    set(document, "/api/v1/inspect", "post", "application/octet-stream", &table);
    let file = Value::from("estacion,pm10\nobispado,42\n");
    set(document, "/api/v1/distributions/{id}/file", "put", "application/octet-stream", &file);
    for item in document
        .get_mut("paths")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flat_map(|paths| paths.values_mut())
    {
        for operation in item.as_object_mut().into_iter().flat_map(|methods| methods.values_mut()) {
            let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
            for parameter in parameters.into_iter().flatten() {
                if let Some(example) = of_parameter(parameter["name"].as_str().unwrap_or_default()) {
                    parameter["example"] = example;
                }
            }
        }
    }
}

fn set(document: &mut Value, path: &str, method: &str, media_type: &str, example: &Value) {
    let operation = document["paths"].get_mut(path).and_then(|item| item.get_mut(method));
    let content = operation.and_then(|operation| operation.pointer_mut("/requestBody/content"));
    if let Some(media) = content.and_then(|content| content.get_mut(media_type)) {
        media["example"] = example.clone();
    }
}

fn of_parameter(name: &str) -> Option<Value> {
    Some(match name {
        "q" => json!("agua \"calidad del aire\" -borrador"),
        "facets" => json!("theme:20:count_desc,publisher"),
        "fields" => json!("title,publisher"),
        "lang" => json!("es"),
        "extension" => json!("csv"),
        "modified__gte" => json!("2026-01"),
        "If-Match" => json!("\"r1-0123456789abcdef01234567\""),
        _ => return None,
    })
}

fn sample(kind: Kind) -> Value {
    match kind {
        Kind::Dataset => json!({
            "identifier": "calidad-del-aire",
            "title": {"es": "Calidad del aire", "en": "Air quality"},
            "description": {"es": "Mediciones por hora de cada estación."},
            "keyword": {"es": ["aire", "estaciones"]},
            "accrualPeriodicity": "R/P1D",
            "modified": "2026-01-31",
            "distribution": [{
                "title": {"es": "Mediciones de 2026"},
                "downloadURL": "https://datos.example.org/aire/2026.csv",
                "format": "CSV",
                "mediaType": "text/csv",
            }],
        }),
        Kind::Organization => {
            json!({"identifier": "secretaria-de-ejemplo", "name": {"es": "Secretaría de Ejemplo"}})
        }
        Kind::Catalog => json!({"identifier": "catalogo-de-ejemplo", "title": {"es": "Catálogo de ejemplo"}}),
        Kind::DatasetSeries => {
            json!({"identifier": "presupuestos", "title": {"es": "Presupuestos de cada año"}})
        }
        Kind::DataService => json!({
            "identifier": "servicio-de-ejemplo",
            "title": {"es": "Servicio de ejemplo"},
            "endpointURL": "https://datos.example.org/servicio",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_and_parameters_have_examples() {
        let mut document = json!({"paths": {"/api/v1/series": {"post": {
            "parameters": [{"name": "lang"}, {"name": "organization"}],
            "requestBody": {"content": {"application/json": {}}},
        }}}});
        add_examples(&mut document);
        let operation = &document["paths"]["/api/v1/series"]["post"];
        assert_eq!(
            operation["requestBody"]["content"]["application/json"]["example"]["identifier"],
            "presupuestos"
        );
        assert_eq!(
            operation["parameters"],
            json!([{"name": "lang", "example": "es"}, {"name": "organization"}])
        );
    }
}
