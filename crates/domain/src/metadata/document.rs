//! JSON objects with known members: their fields are declared once, in a table of names and types.

use serde_json::{Map, Value};

use super::Notes;

/// A JSON object with a fixed list of known members and any number of others.
pub trait Document: Sized + Default + PartialEq {
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

    /// The short form that may say everything the node holds.
    fn short_form(&self) -> Option<String> {
        None
    }

    /// The short form, when it does say everything.
    fn as_text(&self) -> Option<String> {
        self.short_form().filter(|short| Self::from_text(short).as_ref() == Some(self))
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
                $crate::metadata::document::read(value, notes)
            }

            fn write(&self) -> Option<serde_json::Value> {
                Some($crate::metadata::document::write(self))
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

pub(crate) fn read<D: Document>(value: Value, notes: &mut Notes) -> Result<D, Value> {
    match value {
        Value::Object(object) => Ok(D::from_object(object, notes)),
        Value::String(text) => D::from_text(&text).ok_or(Value::String(text)),
        other => Err(other),
    }
}

pub(crate) fn write<D: Document>(document: &D) -> Value {
    document.as_text().map_or_else(|| Value::Object(document.to_object()), Value::String)
}
