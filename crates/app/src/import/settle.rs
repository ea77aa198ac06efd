//! Deciding and writing candidates, one batch a transaction.

use vitrina_domain::{
    change::Op,
    finding::Finding,
    id::RecordId,
    import::{Item, Outcome},
    record::{Kind, RawSpan, Source},
};
use vitrina_store::{Current, RecordWrite, Tx, Written};

use super::{
    Mode,
    organization::Organizations,
    policy::{self, Decision, Places},
    prepare::{Candidate, Verdict},
};
use crate::{
    AppError,
    ports::Ids,
    record::{Intake, match_distributions},
};

/// Where the records of a run go and what their bytes are.
#[derive(Debug, Clone)]
pub(super) struct Destination {
    pub(super) source: Source,
    /// Whether anything is written.
    pub(super) mode: Mode,
    /// The catalog of the records.
    pub(super) catalog_id: Option<RecordId>,
    /// The organization that the request names: it answers for every record.
    pub(super) organization_id: Option<RecordId>,
    /// Digest and encoding of the document.
    pub(super) raw: RawSpan,
}

/// A batch after its decisions: items with their fate, and the writes that make it true.
pub(super) struct Settled {
    pub(super) items: Vec<Item>,
    pub(super) seen: Vec<RecordId>,
}

/// Decides a batch and, unless it is a dry run, writes it inside the transaction; does not commit.
pub(super) async fn settle(
    tx: &mut Tx,
    ids: &dyn Ids,
    organizations: &mut Organizations,
    destination: &Destination,
    batch: Vec<Candidate>,
) -> Result<Settled, AppError> {
    let source = &destination.source;
    let current = tx.current(Kind::Dataset, source.id, &identifiers(&batch)).await?;
    let mut settled = Settled { items: Vec::with_capacity(batch.len()), seen: Vec::new() };
    let mut writes = Vec::new();
    let mut written_items = Vec::new();
    for candidate in batch {
        let Candidate { position, pointer, offset, length, identifier, title, verdict } = candidate;
        let mut item = Item {
            position,
            pointer,
            identifier,
            title,
            outcome: Outcome::Rejected,
            record_id: None,
            findings: Vec::new(),
        };
        match verdict {
            Verdict::Refused(outcome, findings) => (item.outcome, item.findings) = (outcome, findings),
            Verdict::Ready(mut intake) => {
                let publisher = intake.metadata.publisher();
                let organization_id = match destination.organization_id {
                    Some(id) => Some(id),
                    None => organizations.of(tx, ids, destination, publisher).await?,
                };
                item.findings = std::mem::take(&mut intake.findings);
                let there = current.get(intake.identifier());
                let (decision, outcome) =
                    policy::decide(there, &intake.sealed.digest, places(there, destination, organization_id));
                item.outcome = outcome;
                item.record_id = there.map(|current| current.id);
                if let Decision::Write(op) = decision {
                    let span = RawSpan { offset, length, ..destination.raw.clone() };
                    let write = write(ids, destination, there, organization_id, *intake, op, span);
                    item.record_id = Some(write.id);
                    writes.push(write);
                    written_items.push(settled.items.len());
                }
                settled.seen.extend(item.record_id);
            }
        }
        settled.items.push(item);
    }
    let answers = match destination.mode {
        Mode::Apply if !writes.is_empty() => tx.write(writes).await?,
        Mode::Apply | Mode::DryRun => Vec::new(),
    };
    for (index, answer) in written_items.into_iter().zip(answers) {
        if let (Written::Conflict { .. }, Some(item)) = (answer, settled.items.get_mut(index)) {
            item.outcome = Outcome::Failed;
            item.findings.push(overtaken());
        }
    }
    Ok(settled)
}

/// The identifiers of the candidates that may be stored.
fn identifiers(batch: &[Candidate]) -> Vec<String> {
    let ready = batch.iter().filter_map(|candidate| match &candidate.verdict {
        Verdict::Ready(intake) => Some(intake.identifier().to_owned()),
        Verdict::Refused(..) => None,
    });
    ready.collect()
}

fn places(there: Option<&Current>, destination: &Destination, organization_id: Option<RecordId>) -> Places {
    let same = there.is_none_or(|current| {
        current.catalog_id == destination.catalog_id && current.organization_id == organization_id
    });
    if same { Places::Same } else { Places::Moved }
}

fn write(
    ids: &dyn Ids,
    destination: &Destination,
    there: Option<&Current>,
    organization_id: Option<RecordId>,
    intake: Intake,
    op: Op,
    raw: RawSpan,
) -> RecordWrite {
    let before = there.map(|current| current.distributions.as_slice()).unwrap_or_default();
    let visibility = policy::visibility(there);
    RecordWrite {
        id: there.map_or_else(|| RecordId::new(ids.next()), |current| current.id),
        source_id: destination.source.id,
        identifier: intake.identifier().to_owned(),
        slug: there.map_or_else(|| intake.slug.clone(), |current| current.slug.clone()),
        catalog_id: destination.catalog_id,
        organization_id,
        audience: crate::record::audience(&visibility, organization_id),
        visibility,
        expected_revision: there.map_or(0, |current| current.revision),
        distribution_ids: match_distributions(before, &intake.sealed.distributions, ids),
        document: intake.sealed,
        raw: Some(raw),
        op,
    }
}

fn overtaken() -> Finding {
    use vitrina_domain::finding::{Bilingual, Severity};

    Finding::new(
        Severity::Error,
        "E-GEN-OVERTAKEN",
        "",
        Bilingual::new(
            "otra persona cambió el registro mientras se importaba; impórtelo de nuevo",
            "somebody else changed the record during the import; import it again",
        ),
    )
}
