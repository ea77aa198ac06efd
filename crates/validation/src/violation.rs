//! Violations of a JSON Schema, in the words of a finding.

use jsonschema::{
    ValidationError,
    error::{TypeKind, ValidationErrorKind},
};
use serde_json::Value;
use vitrina_domain::finding::{Bilingual, pointer_segment};

use crate::{
    library::Library,
    message::{self, Details},
};

/// One place where a document breaks a schema.
#[derive(Debug)]
pub(crate) struct Violation {
    /// The keyword of JSON Schema.
    pub(crate) keyword: String,
    /// The value that breaks it; for a missing member, where it should stand.
    pub(crate) pointer: String,
    /// What was expected and found.
    pub(crate) details: Details,
    /// Whether the value is null.
    pub(crate) is_null: bool,
}

impl Violation {
    pub(crate) fn new(error: &ValidationError<'_>, library: &Library) -> Self {
        let at = error.instance_path().as_str();
        let found = error.instance().as_ref();
        if let ValidationErrorKind::Required { property } = error.kind() {
            let name = property.as_str().unwrap_or_default();
            return Self {
                keyword: "required".to_owned(),
                pointer: format!("{at}/{}", pointer_segment(name)),
                details: Details::default(),
                is_null: false,
            };
        }
        let pointer = match (error.kind(), found) {
            // The name of a member breaks the schema: the member is the place.
            (ValidationErrorKind::PropertyNames { error }, _) => {
                let name = error.instance().as_str().unwrap_or_default().to_owned();
                format!("{at}/{}", pointer_segment(&name))
            }
            _ => at.to_owned(),
        };
        let (value, expected) = match error.kind() {
            ValidationErrorKind::PropertyNames { error } => {
                (message::excerpt(error.instance()), expectation(error, library))
            }
            _ => (message::excerpt(found), expectation(error, library)),
        };
        Self {
            keyword: error.kind().keyword().to_owned(),
            pointer,
            details: Details::default()
                .with_both("expected", expected)
                .with_both("found", message::type_word(type_name(found)))
                .with_both("value", value),
            is_null: found.is_null(),
        }
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// What would have been right.
fn expectation(error: &ValidationError<'_>, library: &Library) -> Bilingual {
    let stated = error.absolute_keyword_location().and_then(|address| library.expectation(address.as_str()));
    stated.unwrap_or_else(|| from_keyword(error.kind()))
}

fn from_keyword(kind: &ValidationErrorKind) -> Bilingual {
    use ValidationErrorKind as Kind;
    let bound = |es: &str, en: &str, limit: &dyn ToString| {
        let limit = limit.to_string();
        Bilingual::new(es.replace('#', &limit), en.replace('#', &limit))
    };
    match kind {
        Kind::Type { kind: TypeKind::Single(only) } => message::type_word(&only.to_string()),
        Kind::Type { kind: TypeKind::Multiple(several) } => {
            message::any_of(several.iter().map(|one| message::type_word(&one.to_string())))
        }
        Kind::Format { format } => message::format_word(format),
        Kind::Constant { expected_value } => message::excerpt(expected_value),
        Kind::Enum { options } => {
            message::any_of(options.as_array().into_iter().flatten().map(message::excerpt))
        }
        Kind::Minimum { limit } => bound("un número desde #", "a number from # up", limit),
        Kind::Maximum { limit } => bound("un número hasta #", "a number up to #", limit),
        Kind::ExclusiveMinimum { limit } => bound("un número mayor que #", "a number above #", limit),
        Kind::ExclusiveMaximum { limit } => bound("un número menor que #", "a number below #", limit),
        Kind::MinLength { limit } => {
            bound("un texto de # o más caracteres", "a text of # or more characters", limit)
        }
        Kind::MaxLength { limit } => {
            bound("un texto de hasta # caracteres", "a text of up to # characters", limit)
        }
        Kind::MinItems { limit } => {
            bound("una lista de # o más elementos", "a list of # or more items", limit)
        }
        Kind::MaxItems { limit } => bound("una lista de hasta # elementos", "a list of up to # items", limit),
        Kind::MinProperties { limit } => {
            bound("un objeto de # o más miembros", "an object of # or more members", limit)
        }
        _ => Bilingual::new("otro valor", "another value"),
    }
}
