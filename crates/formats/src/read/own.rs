//! Records as Vitrina writes them: the document, and beside it what the server says of it.

use serde_json::{Map, Value};

use crate::write::SERVED;

/// The document of a record that Vitrina wrote.
pub(super) fn document(mut record: Map<String, Value>) -> Value {
    for name in SERVED {
        record.remove(*name);
    }
    if let Some(Value::Array(files)) = record.get_mut("distribution") {
        for file in files {
            if let Value::Object(file) = file {
                file.remove("id");
            }
        }
    }
    Value::Object(record)
}
