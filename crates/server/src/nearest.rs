//! The known name most like a mistaken one.

/// The likeness from which a candidate is worth saying.
const ENOUGH: f64 = 0.75;

/// The candidate that is most like `given`, if any is like it enough to be worth saying.
pub(crate) fn nearest<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Long inputs are hostile or hopeless; the distance costs the product of both lengths.
    if given.len() > 100 {
        return None;
    }
    let given = given.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (likeness(&given, &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness >= ENOUGH)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, candidate)| candidate)
}

/// How like two names are, from 0 to 1. One slip in a short code (`CVS`) counts as likeness enough, which the measure
/// for longer names does not see.
fn likeness(given: &str, candidate: &str) -> f64 {
    let likeness = strsim::jaro_winkler(given, candidate);
    let is_a_slip = candidate.len() > 2 && strsim::osa_distance(given, candidate) == 1;
    if is_a_slip { likeness.max(ENOUGH) } else { likeness }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_slips_and_leaves_strangers_alone() {
        let names = ["theme", "title", "publisher", "limit"];
        assert_eq!(nearest("Themes", names), Some("theme"));
        assert_eq!(nearest("limt", names), Some("limit"));
        assert_eq!(nearest("publsher", names), Some("publisher"));
        assert_eq!(nearest("cvs", ["CSV", "XLSX"]), Some("CSV"));
        assert_eq!(nearest("xyzzy", names), None);
        assert_eq!(nearest(&"a".repeat(10_000), names), None);
    }
}
