//! The members in which `data.json` carries what DCAT-US 1.1 has too little room for.
//!
//! Where the profile wants one text, one address or one object and the record says more (texts in several
//! languages, several periods, a licence with its label), the member holds what the profile wants, and
//! [`FULL`], beside it, holds the whole value under the same name. Readers of DCAT-US 1.1 pass over it;
//! Vitrina's reader puts the whole values back.
//!
//! Whoever edits the file edits the plain member. [`SEALS`] holds a digest of each plain member as it was
//! written, so that a whole value is put back only where the member beside it is still the same.

use serde_json::{Map, Value};
use vitrina_domain::canonical;

/// The name of the member with the whole values.
pub(crate) const FULL: &str = "vitrina";

/// The name of the member with the seals.
pub(crate) const SEALS: &str = "vitrinaSeals";

/// How long a seal is; it tells an edit from none and protects nothing.
const SEAL_CHARS: usize = 16;

/// The seals of the members that stand beside whole values.
pub(crate) fn seals(entry: &Map<String, Value>, full: &Map<String, Value>) -> Map<String, Value> {
    let sealed = full.keys().filter_map(|name| Some((name.clone(), seal(entry.get(name)?).into())));
    sealed.collect()
}

/// Takes the whole values whose members were not edited.
pub(crate) fn take(entry: &mut Map<String, Value>) -> Map<String, Value> {
    let seals = entry.remove(SEALS);
    let mut full = match entry.remove(FULL) {
        Some(Value::Object(full)) => full,
        // Somebody else uses the name.
        other => other.map(|other| (FULL.to_owned(), other)).into_iter().collect(),
    };
    match seals {
        Some(Value::Object(seals)) if !full.is_empty() => full.retain(|name, _| {
            let now = entry.get(name).map(seal);
            is_ours(name) || now.as_deref() == seals.get(name).and_then(Value::as_str)
        }),
        other => full.extend(other.map(|other| (SEALS.to_owned(), other))),
    }
    full
}

/// Whether a member of the record has a name that the file uses for itself; such a one has nothing beside it.
pub(crate) fn is_ours(name: &str) -> bool {
    name == FULL || name == SEALS
}

fn seal(value: &Value) -> String {
    canonical::digest(value).to_string().chars().take(SEAL_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn object(value: &Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    #[rstest]
    #[case::as_written(json!({"title": "Agua"}), json!({"title": {"es": "Agua", "en": "Water"}, "temporal": [1, 2]}))]
    #[case::edited(json!({"title": "Agua potable"}), json!({"temporal": [1, 2]}))]
    #[case::taken_away(json!({}), json!({"temporal": [1, 2]}))]
    #[case::added(json!({"title": "Agua", "temporal": "2026/2027"}), json!({"title": {"es": "Agua", "en": "Water"}}))]
    fn a_whole_value_counts_while_the_member_beside_it_is_as_written(
        #[case] now: Value,
        #[case] taken: Value,
    ) {
        let full = object(&json!({"title": {"es": "Agua", "en": "Water"}, "temporal": [1, 2]}));
        let seals = seals(&object(&json!({"title": "Agua"})), &full);
        let mut entry = object(&now);
        entry.insert(FULL.to_owned(), Value::Object(full));
        entry.insert(SEALS.to_owned(), Value::Object(seals));
        assert_eq!(Value::Object(take(&mut entry)), taken);
        assert_eq!(Value::Object(entry), now);
    }

    #[rstest]
    #[case::none(json!({}), json!({}))]
    #[case::unsealed(json!({"vitrina": {"title": 1}}), json!({"title": 1}))]
    #[case::of_others(json!({"vitrina": 7, "vitrinaSeals": 8}), json!({"vitrina": 7, "vitrinaSeals": 8}))]
    #[case::alone(json!({"vitrinaSeals": {"title": "x"}}), json!({"vitrinaSeals": {"title": "x"}}))]
    fn what_others_mean_by_the_names_is_kept(#[case] entry: Value, #[case] taken: Value) {
        assert_eq!(Value::Object(take(&mut object(&entry))), taken);
    }
}
