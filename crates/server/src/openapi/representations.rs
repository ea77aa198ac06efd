//! In which representations an operation answers, as `?f=` and `Accept` choose them.

use serde_json::{Map, Value, json};
use vitrina_domain::record::Kind;

use crate::{
    negotiate::Representation,
    routes::record::{get::offered, list::LIST_OFFER},
};

/// Adds the words of `f` and the media types of the answer wherever a representation can be chosen.
pub fn add_representations(document: &mut Value) {
    for kind in Kind::ALL {
        let collection = format!("/api/v1/{}", kind.collection());
        for (path, offer) in
            [(collection.clone(), LIST_OFFER), (format!("{collection}/{{id}}"), offered(kind))]
        {
            let operation = document["paths"].get_mut(&path).and_then(|item| item.get_mut("get"));
            if let Some(operation) = operation {
                choose(operation, offer);
            }
        }
    }
}

/// Says that bodies of any format are bytes, in the word that generators know for that.
pub fn add_bytes(document: &mut Value) {
    const BYTES: [(&str, &str); 4] = [
        ("/api/v1/import", "post"),
        ("/api/v1/inspect", "post"),
        ("/api/v1/validate", "post"),
        ("/api/v1/distributions/{id}/file", "put"),
    ];
    for (path, method) in BYTES {
        let operation = document["paths"].get_mut(path).and_then(|item| item.get_mut(method));
        let content = operation.and_then(|operation| operation.pointer_mut("/requestBody/content"));
        if let Some(media) = content.and_then(|content| content.get_mut("application/octet-stream")) {
            media["schema"] = json!({"type": "string", "format": "binary"});
        }
    }
}

fn choose(operation: &mut Value, offer: &[Representation]) {
    let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
    let parameter = parameters.into_iter().flatten().find(|parameter| parameter["name"] == "f");
    if let Some(parameter) = parameter {
        let mut words: Vec<&str> =
            offer.iter().flat_map(|one| [Some(one.name()), one.extension()]).flatten().collect();
        words.sort_unstable();
        words.dedup();
        parameter["schema"] = json!({"type": "string", "enum": words});
    }
    let content = operation.pointer_mut("/responses/200/content").and_then(Value::as_object_mut);
    if let Some(content) = content {
        content.extend(others(offer, content));
    }
}

/// The media types beside JSON; two formats can share one.
fn others(offer: &[Representation], there: &Map<String, Value>) -> Map<String, Value> {
    offer
        .iter()
        .map(|one| one.media_type())
        .filter(|media_type| !there.contains_key(*media_type))
        .map(|media_type| (media_type.to_owned(), json!({"schema": {"type": "string"}})))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_can_be_read_as_a_table() {
        let mut document = json!({"paths": {"/api/v1/catalogs": {"get": {
            "parameters": [{"name": "f"}],
            "responses": {"200": {"content": {"application/json": {}}}},
        }}}});
        add_representations(&mut document);
        let operation = &document["paths"]["/api/v1/catalogs"]["get"];
        assert!(operation["responses"]["200"]["content"].get("text/csv").is_some());
        let words = operation["parameters"][0]["schema"]["enum"].as_array().unwrap();
        assert!(words.contains(&json!("ndjson")), "{words:?}");
    }
}
