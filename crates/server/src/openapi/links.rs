//! Links between operations: what an answer gives that another operation takes.

use serde_json::{Map, Value, json};

use super::answers::RECORDS;

/// Adds to lists, to what is made and to what is read the operations that go on from there.
pub fn add_links(document: &mut Value) {
    for collection in RECORDS {
        let base = format!("/api/v1/{collection}");
        let of_item = links(document, &base, "$response.body#/items/0/id", None);
        let tag = Some("$response.header.ETag");
        let of_record = links(document, &base, "$response.body#/id", tag);
        let item = format!("{base}/{{id}}");
        for (path, method, status, links) in [
            (&base, "get", "200", &of_item),
            (&base, "post", "201", &of_record),
            (&item, "get", "200", &of_record),
            (&item, "put", "200", &of_record),
        ] {
            let response =
                document.pointer_mut(&format!("/paths/{}/{method}/responses/{status}", escaped(path)));
            if let Some(response) = response {
                response["links"] = Value::Object(links.clone());
            }
        }
    }
}

fn escaped(path: &str) -> String {
    path.replace('~', "~0").replace('/', "~1")
}

/// The operations under a collection that take an id; those that change a record need its entity tag too.
fn links(document: &Value, base: &str, id: &str, tag: Option<&str>) -> Map<String, Value> {
    let mut links = Map::new();
    let item = format!("{base}/{{id}}");
    let under = document["paths"].as_object().into_iter().flatten();
    let under = under.filter(|(path, _)| path.starts_with(&item) && path.matches('{').count() == 1);
    for operation in under.flat_map(|(_, methods)| methods.as_object().into_iter().flat_map(Map::values)) {
        let Some(name) = operation["operationId"].as_str() else { continue };
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let is_conditional = parameters.clone().any(|parameter| parameter["name"] == "If-Match");
        let link = match (is_conditional, tag) {
            (false, _) => json!({"operationId": name, "parameters": {"path.id": id}}),
            (true, Some(tag)) => {
                json!({"operationId": name, "parameters": {"path.id": id, "header.If-Match": tag}})
            }
            (true, None) => continue,
        };
        links.insert(name.to_owned(), link);
    }
    links
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_record_leads_to_its_change_and_a_list_to_its_first_record() {
        let conditional =
            json!({"operationId": "replace_dataset", "parameters": [{"name": "If-Match"}], "responses": {}});
        let mut document = json!({"paths": {
            "/api/v1/datasets": {
                "get": {"operationId": "list_datasets", "responses": {"200": {}}},
                "post": {"operationId": "create_dataset", "responses": {"201": {}}},
            },
            "/api/v1/datasets/{id}": {"get": {"operationId": "get_dataset", "responses": {"200": {}}}, "put": conditional},
        }});
        add_links(&mut document);
        let made =
            &document["paths"]["/api/v1/datasets"]["post"]["responses"]["201"]["links"]["replace_dataset"];
        assert_eq!(made["parameters"]["header.If-Match"], "$response.header.ETag");
        let listed = &document["paths"]["/api/v1/datasets"]["get"]["responses"]["200"]["links"];
        assert_eq!(listed["get_dataset"]["parameters"]["path.id"], "$response.body#/items/0/id");
        assert_eq!(listed.get("replace_dataset"), None);
    }
}
