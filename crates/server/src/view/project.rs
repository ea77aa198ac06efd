//! `fields=`: the named members of a document and its id, and nothing else.

use serde_json::{Map, Value};

/// Keeps the members that the paths name; lists are reached through. Unknown names give nothing. The id is always
/// there: without it nobody could come back to what was found.
pub(crate) fn project(document: &Value, paths: &[Vec<String>]) -> Value {
    let id = document.get("id").map(|id| ("id".to_owned(), id.clone()));
    let mut kept: Map<String, Value> = id.into_iter().collect();
    for path in paths {
        let Some((name, rest)) = path.split_first() else { continue };
        let Some(value) = document.get(name) else { continue };
        let value = reach(value, rest);
        match (kept.get_mut(name), value) {
            (_, None) => {}
            (Some(Value::Object(there)), Some(Value::Object(more))) => there.extend(more),
            (_, Some(value)) => {
                kept.insert(name.clone(), value);
            }
        }
    }
    Value::Object(kept)
}

/// Paths are at most eight names long, so this recursion is bounded.
fn reach(value: &Value, path: &[String]) -> Option<Value> {
    let Some((name, rest)) = path.split_first() else { return Some(value.clone()) };
    match value {
        Value::Array(values) => Some(values.iter().filter_map(|value| reach(value, path)).collect()),
        Value::Object(object) => {
            let inner = reach(object.get(name)?, rest)?;
            Some(Value::Object(Map::from_iter([(name.clone(), inner)])))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keeps_what_is_named() {
        let document = json!({"id": 1, "publisher": {"name": "A", "mbox": "b"}, "distribution": [{"x": 1, "y": 2}, {"x": 3}]});
        let paths = |list: &[&str]| -> Vec<Vec<String>> {
            list.iter().map(|path| path.split('.').map(str::to_owned).collect()).collect()
        };
        assert_eq!(project(&document, &paths(&["nothing"])), json!({"id": 1}));
        assert_eq!(
            project(&document, &paths(&["publisher.name", "publisher.mbox", "distribution.x"])),
            json!({"id": 1, "publisher": {"name": "A", "mbox": "b"}, "distribution": [{"x": 1}, {"x": 3}]})
        );
    }
}
