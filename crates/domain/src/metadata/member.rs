//! How a member of a JSON document becomes a typed field and back.

use serde_json::{Map, Value};

use crate::{
    date::Date,
    finding::{Bilingual, Finding, Severity, pointer_segment},
    language::{Keywords, LanguageTag, Text},
};

/// The place being read and what was changed on the way.
#[derive(Debug, Default)]
pub struct Notes {
    path: String,
    findings: Vec<Finding>,
}

impl Notes {
    /// What was noted so far.
    pub fn into_findings(self) -> Vec<Finding> {
        self.findings
    }

    /// Notes that a value was understood in spite of its form.
    pub fn coerced(&mut self, from: &str, to: &str) {
        self.note(
            "W-GEN-COERCED",
            Bilingual::new(
                format!("se esperaba {to} y se leyó un valor de tipo {from}"),
                format!("expected {to}, read from a value of type {from}"),
            ),
        );
    }

    /// Notes a warning at the place being read.
    pub fn note(&mut self, code: &str, message: Bilingual) {
        self.findings.push(Finding::new(Severity::Warning, code, self.path.clone(), message));
    }

    /// Reads a member; what was noted of a value that does not fit after all is forgotten.
    pub(crate) fn attempt<T: Member>(&mut self, member: &str, value: Value) -> Result<T, Value> {
        let noted = self.findings.len();
        let result = self.within(member, |notes| T::read(value, notes));
        if result.is_err() {
            self.findings.truncate(noted);
        }
        result
    }

    /// Reads something one step further down the document.
    pub fn within<T>(&mut self, segment: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.path.len();
        self.path.push('/');
        self.path.push_str(&pointer_segment(segment));
        let result = read(self);
        self.path.truncate(outer);
        result
    }
}

/// A type that a member of a document can have.
pub trait Member: Sized {
    /// Whether a list is a value of this type, and not several values.
    const TAKES_LISTS: bool = false;

    /// Takes the value if it fits, else gives it back.
    fn read(value: Value, notes: &mut Notes) -> Result<Self, Value>;

    /// The value as JSON, or nothing when the member is absent.
    fn write(&self) -> Option<Value>;
}

/// A JSON object with a fixed list of known members and any number of others.
pub trait Document: Sized + Default {
    /// The names of the known members.
    const MEMBERS: &'static [&'static str];

    /// Takes every known member out of the object; the rest stays in `additional`.
    fn from_object(object: Map<String, Value>, notes: &mut Notes) -> Self;

    /// The document as a JSON object.
    fn to_object(&self) -> Map<String, Value>;

    /// The members that the model does not know, or whose values did not fit.
    fn additional(&self) -> &Map<String, Value>;

    /// Reads the short form some nodes have: a bare text in place of an object.
    fn from_text(_text: &str) -> Option<Self> {
        None
    }

    /// The short form, when it says everything the node holds.
    fn as_text(&self) -> Option<String> {
        None
    }
}

/// Declares a document: its fields, their types and their names in JSON.
macro_rules! document {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty = $member:literal,)* } $($short:item)*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Default)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)*
            /// Members that the model does not know, or whose values did not fit, as they came.
            pub additional: serde_json::Map<String, serde_json::Value>,
        }

        impl $crate::metadata::Document for $name {
            const MEMBERS: &'static [&'static str] = &[$($member),*];

            fn from_object(
                mut object: serde_json::Map<String, serde_json::Value>,
                notes: &mut $crate::metadata::Notes,
            ) -> Self {
                let mut document = Self::default();
                $(if let Some(value) = object.remove($member) {
                    match notes.attempt($member, value) {
                        Ok(read) => document.$field = read,
                        Err(value) => { document.additional.insert($member.to_owned(), value); }
                    }
                })*
                document.additional.append(&mut object);
                document
            }

            fn to_object(&self) -> serde_json::Map<String, serde_json::Value> {
                let mut object = self.additional.clone();
                $(if let Some(value) = $crate::metadata::Member::write(&self.$field) {
                    object.insert($member.to_owned(), value);
                })*
                object
            }

            fn additional(&self) -> &serde_json::Map<String, serde_json::Value> {
                &self.additional
            }

            $($short)*
        }

        impl $crate::metadata::Member for $name {
            fn read(
                value: serde_json::Value,
                notes: &mut $crate::metadata::Notes,
            ) -> Result<Self, serde_json::Value> {
                $crate::metadata::member::read_document(value, notes)
            }

            fn write(&self) -> Option<serde_json::Value> {
                Some($crate::metadata::member::write_document(self))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serde::Serialize::serialize(&$crate::metadata::Document::to_object(self), serializer)
            }
        }
    };
}
pub(crate) use document;

pub(crate) fn read_document<D: Document>(value: Value, notes: &mut Notes) -> Result<D, Value> {
    match value {
        Value::Object(object) => Ok(D::from_object(object, notes)),
        Value::String(text) => D::from_text(&text).ok_or(Value::String(text)),
        other => Err(other),
    }
}

pub(crate) fn write_document<D: Document>(document: &D) -> Value {
    document.as_text().map_or_else(|| Value::Object(document.to_object()), Value::String)
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

/// A string, or a number or boolean where a string was due.
fn read_string(value: Value, notes: &mut Notes) -> Result<String, Value> {
    match value {
        Value::String(text) => Ok(text),
        Value::Number(_) | Value::Bool(_) => {
            notes.coerced(type_name(&value), "string");
            Ok(value.to_string())
        }
        other => Err(other),
    }
}

impl Member for String {
    fn read(value: Value, notes: &mut Notes) -> Result<Self, Value> {
        read_string(value, notes)
    }

    fn write(&self) -> Option<Value> {
        Some(Value::String(self.clone()))
    }
}

impl Member for bool {
    fn read(value: Value, notes: &mut Notes) -> Result<Self, Value> {
        match &value {
            Value::Bool(flag) => Ok(*flag),
            Value::String(text) if matches!(text.as_str(), "true" | "false") => {
                notes.coerced("string", "boolean");
                Ok(text == "true")
            }
            _ => Err(value),
        }
    }

    fn write(&self) -> Option<Value> {
        Some(Value::Bool(*self))
    }
}

impl Member for u64 {
    fn read(value: Value, notes: &mut Notes) -> Result<Self, Value> {
        let whole = |number: f64| (number.fract() == 0.0 && (0.0..9e15).contains(&number)).then_some(number);
        match &value {
            Value::Number(number) => number
                .as_u64()
                .or_else(|| number.as_f64().and_then(whole).and_then(|n| format!("{n:.0}").parse().ok()))
                .ok_or(value),
            Value::String(text) => match text.trim().parse() {
                Ok(number) => {
                    notes.coerced("string", "number");
                    Ok(number)
                }
                Err(_) => Err(value),
            },
            _ => Err(value),
        }
    }

    fn write(&self) -> Option<Value> {
        Some(Value::from(*self))
    }
}

impl Member for Date {
    fn read(value: Value, _notes: &mut Notes) -> Result<Self, Value> {
        match &value {
            Value::String(text) => text.parse().map_err(|_error| value),
            Value::Number(number) => number.to_string().parse().map_err(|_error| value),
            _ => Err(value),
        }
    }

    fn write(&self) -> Option<Value> {
        Some(Value::String(self.as_str().to_owned()))
    }
}

/// Any JSON value, kept as it is.
impl Member for Value {
    const TAKES_LISTS: bool = true;

    fn read(value: Value, _notes: &mut Notes) -> Result<Self, Value> {
        Ok(value)
    }

    fn write(&self) -> Option<Value> {
        Some(self.clone())
    }
}

impl<T: Member> Member for Option<T> {
    fn read(value: Value, notes: &mut Notes) -> Result<Self, Value> {
        match value {
            Value::Null => Ok(None),
            Value::Array(mut values) if values.len() == 1 && !T::TAKES_LISTS => {
                // One value in a list, where the property takes one: common in JSON made from RDF.
                match values.pop().map(|only| Self::read(only, notes)) {
                    Some(Ok(read)) => {
                        notes.coerced("array", "single value");
                        Ok(read)
                    }
                    Some(Err(only)) => Err(Value::Array(vec![only])),
                    None => Ok(None),
                }
            }
            value => T::read(value, notes).map(Some),
        }
    }

    fn write(&self) -> Option<Value> {
        self.as_ref().and_then(T::write)
    }
}

impl<T: Member> Member for Box<T> {
    fn read(value: Value, notes: &mut Notes) -> Result<Self, Value> {
        T::read(value, notes).map(Self::new)
    }

    fn write(&self) -> Option<Value> {
        T::write(self)
    }
}

impl<T: Member + Clone> Member for Vec<T> {
    /// Reads a list, or one value where a list was due; one element that does not fit gives all back.
    fn read(value: Value, notes: &mut Notes) -> Result<Self, Value> {
        let values = match value {
            Value::Null => return Ok(Self::new()),
            Value::Array(values) => values,
            single => return T::read(single, notes).map(|one| vec![one]),
        };
        let whole = values.clone();
        let mut read = Self::with_capacity(values.len());
        for (index, value) in values.into_iter().enumerate() {
            if value.is_null() {
                continue;
            }
            match notes.within(&index.to_string(), |notes| T::read(value, notes)) {
                Ok(one) => read.push(one),
                Err(_) => return Err(Value::Array(whole)),
            }
        }
        Ok(read)
    }

    fn write(&self) -> Option<Value> {
        (!self.is_empty()).then(|| Value::Array(self.iter().filter_map(T::write).collect()))
    }
}

fn language_map(object: &Map<String, Value>) -> Option<Vec<(LanguageTag, &Value)>> {
    object.iter().map(|(tag, value)| Some((tag.parse().ok()?, value))).collect()
}

impl Member for Text {
    /// Reads a language map, or a bare text without a language; empty texts are absent.
    fn read(value: Value, notes: &mut Notes) -> Result<Self, Value> {
        let filled = |text: &str| !text.trim().is_empty();
        match value {
            Value::Null => Ok(Self::default()),
            Value::Object(object) => {
                let texts = language_map(&object).and_then(|entries| {
                    entries
                        .into_iter()
                        .filter(|(_, value)| !value.is_null())
                        .map(|(tag, value)| Some((tag, value.as_str()?.to_owned())))
                        .collect::<Option<Vec<_>>>()
                });
                match texts {
                    Some(texts) => Ok(texts.into_iter().filter(|(_, text)| filled(text)).collect()),
                    None => Err(Value::Object(object)),
                }
            }
            value => read_string(value, notes)
                .map(|text| if filled(&text) { Self::plain(text) } else { Self::default() }),
        }
    }

    fn write(&self) -> Option<Value> {
        (!self.is_empty())
            .then(|| Value::Object(self.iter().map(|(tag, text)| (tag.to_string(), text.into())).collect()))
    }
}

impl Member for Keywords {
    /// Reads a map of lists, a list, or a single word.
    fn read(value: Value, notes: &mut Notes) -> Result<Self, Value> {
        match value {
            Value::Object(object) => {
                let words = language_map(&object).and_then(|entries| {
                    let mut words = Vec::new();
                    for (tag, value) in entries {
                        let list = match value {
                            Value::String(word) => vec![word.clone()],
                            Value::Array(list) => list
                                .iter()
                                .map(|word| word.as_str().map(str::to_owned))
                                .collect::<Option<_>>()?,
                            _ => return None,
                        };
                        words.extend(list.into_iter().map(|word| (tag.clone(), word)));
                    }
                    Some(words)
                });
                words.map(Self::from_iter).ok_or(Value::Object(object))
            }
            value => Vec::<String>::read(value, notes).map(Self::plain),
        }
    }

    fn write(&self) -> Option<Value> {
        (!self.is_empty()).then(|| {
            Value::Object(
                self.by_language().map(|(tag, words)| (tag.to_string(), words.to_vec().into())).collect(),
            )
        })
    }
}
