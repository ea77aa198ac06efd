//! How a member of a JSON document becomes a typed field and back.

use serde_json::{Map, Value};

use super::Notes;
use crate::{
    date::Date,
    language::{Keywords, LanguageTag, Text},
};

/// A type that a member of a document can have.
pub trait Member: Sized {
    /// Whether a list is a value of this type, and not several values.
    const TAKES_LISTS: bool = false;

    /// Takes the value if it fits, else gives it back.
    fn read(value: Value, notes: &mut Notes) -> Result<Self, Value>;

    /// The value as JSON, or nothing when the member is absent.
    fn write(&self) -> Option<Value>;
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
