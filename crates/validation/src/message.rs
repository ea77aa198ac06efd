//! Messages: templates filled with what was found.

use serde_json::Value;
use vitrina_domain::finding::Bilingual;

/// Longest piece of a document that a message repeats, in characters.
const EXCERPT: usize = 80;

/// What goes into the places of a message: `{expected}`, `{found}`, `{value}`, `{limit}`, `{near}`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Details(Vec<(&'static str, Bilingual)>);

impl Details {
    /// The same details with one more, equal in both languages.
    #[must_use]
    pub(crate) fn with(self, place: &'static str, text: impl Into<String>) -> Self {
        let text = text.into();
        self.with_both(place, Bilingual::new(text.clone(), text))
    }

    /// The same details with one more.
    #[must_use]
    pub(crate) fn with_both(mut self, place: &'static str, text: Bilingual) -> Self {
        self.0.push((place, text));
        self
    }

    /// Whether something goes into a place.
    pub(crate) fn has(&self, place: &str) -> bool {
        self.0.iter().any(|(name, _)| *name == place)
    }

    fn get(&self, place: &str) -> Option<&Bilingual> {
        self.0.iter().find(|(name, _)| *name == place).map(|(_, text)| text)
    }
}

/// A template with its places filled; a place that nothing goes into is left empty.
pub(crate) fn fill(template: &Bilingual, member: &str, details: &Details) -> Bilingual {
    let one = |template: &str, pick: fn(&Bilingual) -> &str| {
        let mut filled = String::with_capacity(template.len() + 32);
        let mut rest = template;
        // One pass, so that a brace in a value is never taken for a place.
        while let Some((before, place, after)) = next_place(rest) {
            filled.push_str(before);
            match place {
                "member" => filled.push_str(member),
                _ => filled.push_str(details.get(place).map_or("", pick)),
            }
            rest = after;
        }
        filled.push_str(rest);
        filled
    };
    Bilingual::new(one(&template.es, |text| &text.es), one(&template.en, |text| &text.en))
}

/// The first place of a template, with what stands before and after it.
fn next_place(template: &str) -> Option<(&str, &str, &str)> {
    let (before, tail) = template.split_once('{')?;
    let (place, after) = tail.split_once('}')?;
    Some((before, place, after))
}

/// The last segment of a pointer, unescaped; for an item of a list, the list's name and the position.
pub(crate) fn last_segment(pointer: &str) -> String {
    let unescaped = |segment: &str| segment.replace("~1", "/").replace("~0", "~");
    let mut segments = pointer.rsplit('/').filter(|segment| !segment.is_empty());
    let last = segments.next().unwrap_or_default();
    match segments.next() {
        Some(list) if !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit()) => {
            format!("{}[{last}]", unescaped(list))
        }
        _ => unescaped(last),
    }
}

/// A value as a message repeats it: short, on one line.
pub(crate) fn excerpt(value: &Value) -> Bilingual {
    match value {
        Value::String(text) if text.trim().is_empty() => Bilingual::new("un texto vacío", "an empty text"),
        Value::String(text) => {
            let shown = shorten(text);
            Bilingual::new(format!("«{shown}»"), format!("\"{shown}\""))
        }
        Value::Array(items) => Bilingual::new(
            format!("una lista de {} elementos", items.len()),
            format!("a list of {} items", items.len()),
        ),
        Value::Object(members) => Bilingual::new(
            format!("un objeto de {} miembros", members.len()),
            format!("an object of {} members", members.len()),
        ),
        scalar => Bilingual::new(scalar.to_string(), scalar.to_string()),
    }
}

/// At most [`EXCERPT`] characters of a text, control characters left out.
pub(crate) fn shorten(text: &str) -> String {
    let mut shown: String = text.chars().filter(|c| !c.is_control()).take(EXCERPT).collect();
    if text.chars().nth(EXCERPT).is_some() {
        shown.push('…');
    }
    shown
}

/// What people call a JSON type.
pub(crate) fn type_word(name: &str) -> Bilingual {
    match name {
        "string" => Bilingual::new("un texto", "a text"),
        "integer" => Bilingual::new("un número entero", "a whole number"),
        "number" => Bilingual::new("un número", "a number"),
        "boolean" => Bilingual::new("verdadero o falso", "true or false"),
        "array" => Bilingual::new("una lista", "a list"),
        "object" => Bilingual::new("un objeto", "an object"),
        "null" => Bilingual::new("nulo", "null"),
        other => Bilingual::new(other, other),
    }
}

/// What people call a format of JSON Schema.
pub(crate) fn format_word(name: &str) -> Bilingual {
    match name {
        "uri" | "iri" => Bilingual::new("una dirección absoluta (IRI)", "an absolute IRI"),
        "date" => Bilingual::new("una fecha AAAA-MM-DD", "a date YYYY-MM-DD"),
        "partial-date" => Bilingual::new(
            "una fecha ISO 8601 que exista (AAAA, AAAA-MM, AAAA-MM-DD o con hora)",
            "an ISO 8601 date that exists (YYYY, YYYY-MM, YYYY-MM-DD or with a time)",
        ),
        "date-time" => {
            Bilingual::new("una fecha con hora y zona (RFC 3339)", "a date with time and zone (RFC 3339)")
        }
        "duration" => Bilingual::new("una duración ISO 8601 como P1D", "an ISO 8601 duration such as P1D"),
        "email" => Bilingual::new("una dirección de correo electrónico", "an e-mail address"),
        "uuid" => Bilingual::new("un UUID", "a UUID"),
        other => Bilingual::new(format!("el formato {other}"), format!("the format {other}")),
    }
}

/// Words joined by "or".
pub(crate) fn any_of(words: impl Iterator<Item = Bilingual>) -> Bilingual {
    let words: Vec<Bilingual> = words.collect();
    let join = |pick: fn(&Bilingual) -> &str, or: &str| match words.as_slice() {
        [] => String::new(),
        [only] => pick(only).to_owned(),
        [first @ .., last] => {
            let listed: Vec<&str> = first.iter().map(pick).collect();
            format!("{} {or} {}", listed.join(", "), pick(last))
        }
    };
    Bilingual::new(join(|word| &word.es, "o"), join(|word| &word.en, "or"))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[test]
    fn places_are_filled_once_and_values_stay_as_they_are() {
        let template = Bilingual::new("«{member}»: {value} {nada}{", "{member} {value}");
        let details = Details::default().with("value", "{member}{found}");
        let filled = fill(&template, "title", &details);
        assert_eq!(filled, Bilingual::new("«title»: {member}{found} {", "title {member}{found}"));
    }

    #[rstest]
    #[case("/distribution/3", "distribution[3]")]
    #[case("/a~1b/c~0d", "c~d")]
    #[case("/a~1b", "a/b")]
    #[case("", "")]
    fn members_are_named(#[case] pointer: &str, #[case] name: &str) {
        assert_eq!(last_segment(pointer), name);
    }

    #[test]
    fn excerpts_are_short_and_on_one_line() {
        let long = excerpt(&json!(format!("uno\ndos{}", "ñ".repeat(500))));
        assert!(long.es.chars().count() <= EXCERPT + 3 && !long.es.contains('\n'), "{}", long.es);
        assert_eq!(excerpt(&json!([1, 2])).en, "a list of 2 items");
        assert_eq!(excerpt(&json!(null)).es, "null");
    }

    #[test]
    fn alternatives_are_joined() {
        let words = |names: &[&str]| any_of(names.iter().copied().map(type_word)).en;
        assert_eq!(words(&["string"]), "a text");
        assert_eq!(words(&["string", "array", "object"]), "a text, a list or an object");
    }
}
