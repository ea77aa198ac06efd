//! What happens to a candidate, given what is there already.

use vitrina_domain::{canonical::Digest, change::Op, import::Outcome, record::Visibility};
use vitrina_store::Current;

/// What to write for a candidate that may be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// Write it with this operation.
    Write(Op),
    /// It is there already.
    Keep,
}

/// Decides by the current state under the same identity.
pub(super) fn decide(
    current: Option<&Current>,
    hash: &Digest,
    replaces_places: Places,
) -> (Decision, Outcome) {
    match current {
        None => (Decision::Write(Op::Create), Outcome::Created),
        Some(current) => match current.visibility {
            Visibility::Deleted { .. } => (Decision::Write(Op::Create), Outcome::Restored),
            _ if current.hash == *hash && replaces_places == Places::Same => {
                (Decision::Keep, Outcome::Unchanged)
            }
            _ => (Decision::Write(Op::Update), Outcome::Updated),
        },
    }
}

/// Whether catalog and organization stay what they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Places {
    /// They do.
    Same,
    /// One of them is another one now.
    Moved,
}

/// The visibility after an import: a source brings its own deletions back, but nothing that a person took down.
pub(super) fn visibility(current: Option<&Current>) -> Visibility {
    match current.map(|current| &current.visibility) {
        Some(kept @ (Visibility::Draft | Visibility::Held { .. } | Visibility::Withdrawn { .. })) => {
            kept.clone()
        }
        Some(Visibility::Published | Visibility::Deleted { .. }) | None => Visibility::Published,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use vitrina_domain::{id::RecordId, slug::Slug};

    use super::*;

    fn current(visibility: Visibility, document: &[u8]) -> Current {
        Current {
            id: RecordId::new(uuid::Uuid::from_u128(1)),
            slug: Slug::from_title("agua", "dataset"),
            visibility,
            revision: 3,
            hash: Digest::of(document),
            catalog_id: None,
            organization_id: None,
            distributions: Vec::new(),
        }
    }

    #[rstest]
    #[case(None, Outcome::Created, Visibility::Published)]
    #[case(Some((Visibility::Published, b"same")), Outcome::Unchanged, Visibility::Published)]
    #[case(Some((Visibility::Published, b"else")), Outcome::Updated, Visibility::Published)]
    #[case(Some((Visibility::Deleted { reason: String::new() }, b"same")), Outcome::Restored, Visibility::Published)]
    #[case(Some((Visibility::Draft, b"else")), Outcome::Updated, Visibility::Draft)]
    fn outcomes(
        #[case] there: Option<(Visibility, &[u8; 4])>,
        #[case] outcome: Outcome,
        #[case] after: Visibility,
    ) {
        let there = there.map(|(visibility, document)| current(visibility, document));
        let (decision, decided) = decide(there.as_ref(), &Digest::of(b"same"), Places::Same);
        assert_eq!(decided, outcome);
        assert_eq!(decision == Decision::Keep, outcome == Outcome::Unchanged);
        assert_eq!(visibility(there.as_ref()), after);
    }

    #[test]
    fn a_withdrawn_record_stays_withdrawn() {
        let withdrawn = Visibility::Withdrawn { reason: "datos personales".to_owned() };
        let there = current(withdrawn.clone(), b"old!");
        assert_eq!(visibility(Some(&there)), withdrawn);
    }
}
