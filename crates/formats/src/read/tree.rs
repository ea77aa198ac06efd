//! JSON as a tree of values, and which members of it were given more than once.
//!
//! JSON says nothing of two members with one name; readers keep the last one, and nobody learns of the
//! others. Here the last one counts too, and the rest is told.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use vitrina_domain::finding::{Bilingual, Finding, Severity, pointer_segment};

/// How many repeated members are told of one record.
const MOST: usize = 100;

/// A document as a tree, with a finding for each name that one of its objects holds twice.
///
/// `root` is where the document stands in what the findings are about.
pub(super) fn read(json: &[u8], root: &str) -> Result<(Value, Vec<Finding>), serde_json::Error> {
    let mut repeated = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let value = Branch(&mut repeated).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok((value, repeated.into_iter().map(|pointer| finding(format!("{root}{pointer}"))).collect()))
}

fn finding(pointer: String) -> Finding {
    Finding::new(
        Severity::Warning,
        "W-GEN-REPEATED",
        pointer,
        Bilingual::new(
            "el miembro aparece más de una vez; se leyó el último",
            "the member occurs more than once; the last one was read",
        ),
    )
}

/// A value under way, and the pointers of what is repeated in it.
struct Branch<'a>(&'a mut Vec<String>);

impl Branch<'_> {
    /// Reads what stands one step further down; the step goes before the pointers found there.
    fn below<T>(&mut self, step: impl FnOnce() -> String, read: impl FnOnce(Branch<'_>) -> T) -> T {
        let known = self.0.len();
        let read = read(Branch(self.0));
        if self.0.len() > known {
            let step = step();
            for pointer in self.0.iter_mut().skip(known) {
                pointer.insert_str(0, &step);
            }
        }
        read
    }
}

impl<'de> DeserializeSeed<'de> for Branch<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Branch<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        Number::from_f64(number).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        loop {
            let step = || format!("/{}", values.len());
            match self.below(step, |branch| list.next_element_seed(branch))? {
                Some(value) => values.push(value),
                None => return Ok(Value::Array(values)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut object: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = object.next_key::<String>()? {
            let step = || format!("/{}", pointer_segment(&name));
            let value = self.below(step, |branch| object.next_value_seed(branch))?;
            if self.0.len() < MOST && members.contains_key(&name) {
                self.0.push(step());
            }
            members.insert(name, value);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn repeated(json: &str) -> Vec<String> {
        read(json.as_bytes(), "/ckan").unwrap().1.into_iter().map(|finding| finding.pointer).collect()
    }

    #[test]
    fn the_last_of_equal_members_counts_and_each_is_told() {
        let json = r#"{"a": 1, "b": [{"c": 2}, {"c/d": 3, "c/d": {"e": 4, "e": 5}}], "a": 6}"#;
        let (value, _) = read(json.as_bytes(), "").unwrap();
        assert_eq!(value, json!({"a": 6, "b": [{"c": 2}, {"c/d": {"e": 5}}]}));
        assert_eq!(repeated(json), ["/ckan/b/1/c~1d/e", "/ckan/b/1/c~1d", "/ckan/a"]);
    }

    #[test]
    fn a_tree_is_what_the_reader_of_serde_makes() {
        for json in [
            r#"{"a": [null, true, -1, 18446744073709551615, 0.5, 1e3, "ñ\u00e1\n"], "": {}}"#,
            "[]",
            "-0",
            "-0.0",
            "\"\"",
        ] {
            assert_eq!(read(json.as_bytes(), "").unwrap().0, serde_json::from_str::<Value>(json).unwrap());
        }
        for json in ["", "{", "[1,]", "1 2", "\"\\ud800\"", "nul", "1e400"] {
            let expected = serde_json::from_str::<Value>(json).unwrap_err().to_string();
            assert_eq!(read(json.as_bytes(), "").unwrap_err().to_string(), expected, "{json}");
        }
    }

    #[test]
    fn a_million_repetitions_are_not_a_million_findings() {
        let json = format!("{{{}\"a\": 0}}", "\"a\": 0,".repeat(1_000_000));
        assert_eq!(repeated(&json).len(), MOST);
    }
}
