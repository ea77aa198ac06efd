//! Taking a file for a distribution.

use std::io::Read as _;

use serde_json::{Value, json};
use vitrina_domain::{
    canonical::Digest,
    id::{DistributionId, RecordId},
    record::{Kind, Record, Stored},
};
use vitrina_formats::{FileType, SNIFFED};
use vitrina_store::{FileRow, NewFile, Tx};

use super::Quota;
use crate::{
    App, AppError,
    auth::{Action, Actor, Object, authorize},
    import::Spooled,
    record::{Effect, revised, store_one},
};

/// Which file an upload may replace, as `If-Match` and `If-None-Match` say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// None is named: only a file that is the same, or the first one, passes.
    Absent,
    /// Any that is there.
    Any,
    /// None may be there.
    Nothing,
    /// One of these.
    Files(Vec<Digest>),
}

/// What is said of a file that is uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// What it is called; nothing means that it is called after its distribution.
    pub name: Option<String>,
    /// The digest that its bytes should have.
    pub announced: Option<Digest>,
    /// Which file it may replace.
    pub condition: Condition,
}

/// A file that was taken, or that was there.
#[derive(Debug, Clone, PartialEq)]
pub struct Uploaded {
    /// The file.
    pub file: FileRow,
    /// Its dataset, as it is now.
    pub dataset: Record<Stored>,
    /// What the upload did.
    pub effect: Effect,
}

/// The longest name that is kept.
const LONGEST_NAME: usize = 200;

impl Condition {
    /// Whether a file may stand in the place of the current one.
    fn check(&self, current: Option<Digest>, new: Digest) -> Result<(), AppError> {
        match (self, current) {
            (Self::Nothing | Self::Absent, None) | (Self::Any, Some(_)) => Ok(()),
            (Self::Absent, Some(current)) if current == new => Ok(()),
            (Self::Absent, Some(_)) => Err(AppError::PreconditionRequired),
            (Self::Files(known), Some(current)) if known.contains(&current) => Ok(()),
            // RFC 9110 section 13.1.1 lets a change that is there already pass.
            (Self::Files(_), Some(current)) if current == new => Ok(()),
            (Self::Nothing | Self::Files(_), Some(_)) => Err(AppError::FileChanged),
            (Self::Any | Self::Files(_), None) => Err(AppError::NothingToReplace),
        }
    }
}

impl App {
    /// Refuses an upload that cannot succeed before its body is sent; `length` is what the sender says.
    pub async fn may_upload(
        &self,
        actor: &Actor,
        id: DistributionId,
        length: Option<u64>,
    ) -> Result<(), AppError> {
        let (_, dataset) = self.distribution(actor, id).await?;
        authorize(actor, Action::WriteRecord, &Object::OwnedBy(dataset.organization_id))?;
        let length = length.unwrap_or_default();
        for (quota, limit, owner) in self.quotas(dataset.organization_id) {
            quota.admit(limit, self.store().uploaded_bytes(owner).await?, length)?;
        }
        Ok(())
    }

    /// Makes a file the one of its distribution.
    pub async fn upload(
        &self,
        actor: &Actor,
        id: DistributionId,
        upload: Upload,
        spooled: Spooled,
    ) -> Result<Uploaded, AppError> {
        let digest = spooled.digest();
        if upload.announced.is_some_and(|announced| announced != digest) {
            return Err(AppError::DigestMismatch { found: digest });
        }
        let (row, _) = self.distribution(actor, id).await?;
        // What would be refused below is refused before its bytes are put in place.
        let current = self.store().file_of(&row).await?;
        upload.condition.check(current.map(|file| file.digest), digest)?;
        let name = upload.name.as_deref().map(plain_name).filter(|name| !name.is_empty());
        let (mut spooled, kind) = self.sniff(spooled, name.clone().unwrap_or_default()).await?;
        let new = NewFile {
            distribution_id: id,
            dataset_id: row.dataset_id,
            digest,
            length: spooled.len(),
            media_type: kind.media_type().to_owned(),
            name: name.unwrap_or_else(|| format!("{id}.{kind}")),
        };
        self.keep(actor, &mut spooled).await?;
        let mut tx = self.store().begin(&actor.audit_name(), self.now()).await?;
        let uploaded = self.settle_file(&mut tx, actor, new, &upload.condition).await?;
        let is_filed = self.ask_for_inspection(&mut tx, actor, &uploaded.file).await?;
        if uploaded.effect != Effect::Unchanged {
            self.commit(tx).await?;
        } else if is_filed {
            tx.commit().await?;
        }
        if is_filed {
            self.call_workers();
        }
        Ok(uploaded)
    }

    /// Names the file in the database, in one transaction with what it changes in the dataset's document.
    async fn settle_file(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        new: NewFile,
        condition: &Condition,
    ) -> Result<Uploaded, AppError> {
        let gone = || AppError::NotFound("distribution");
        // The body took its time: the dataset may have gone, and who answers for it may be another one.
        let stored = tx.record(Kind::Dataset, new.dataset_id).await?.ok_or_else(gone)?;
        let record = self.present(stored)?.read()?;
        authorize(actor, Action::WriteRecord, &Object::OwnedBy(record.organization_id))?;
        let known = record.distribution_ids.iter().position(|id| *id == new.distribution_id);
        let position = known.ok_or_else(gone)?;
        let current = tx.file_of(new.distribution_id).await?;
        condition.check(current.as_ref().map(|file| file.digest), new.digest)?;
        let intake = {
            let mut document = record.metadata.to_document();
            self.describe(&mut document, position, &new);
            self.judge(Kind::Dataset, document, record.id)?
        };
        let same = current.filter(|file| file.digest == new.digest);
        let is_told = intake.sealed.digest == record.hash;
        if let (Some(file), true) = (&same, is_told) {
            return Ok(Uploaded { file: file.clone(), dataset: record.stored(), effect: Effect::Unchanged });
        }
        let (file, effect) = if let Some(file) = same {
            (file, Effect::Updated)
        } else {
            for (quota, limit, owner) in self.quotas(record.organization_id) {
                quota.admit(limit, tx.uploaded_bytes(owner).await?, new.length)?;
            }
            let file = tx.add_file(new).await?;
            let effect = if file.number == 1 { Effect::Created } else { Effect::Updated };
            (file, effect)
        };
        if is_told {
            return Ok(Uploaded { file, dataset: record.stored(), effect });
        }
        let write = revised(&record, intake.sealed, record.distribution_ids.clone());
        let saved = store_one(tx, write, effect, intake.findings).await?;
        Ok(Uploaded { file, dataset: saved.record, effect })
    }

    /// What the document says of a file: where it is had, what it is, and how it is verified.
    fn describe(&self, document: &mut Value, position: usize, file: &NewFile) {
        let distribution = document.get_mut("distribution").and_then(|list| list.get_mut(position));
        let Some(members) = distribution.and_then(Value::as_object_mut) else { return };
        let address =
            format!("{}/api/v1/distributions/{}/download", self.site().base_url, file.distribution_id);
        members.insert("downloadURL".to_owned(), address.into());
        members.insert("byteSize".to_owned(), file.length.into());
        members.insert("mediaType".to_owned(), file.media_type.as_str().into());
        let checksum = json!({"algorithm": "sha256", "checksumValue": file.digest.to_string()});
        members.insert("checksum".to_owned(), checksum);
    }

    async fn sniff(&self, spooled: Spooled, name: String) -> Result<(Spooled, FileType), AppError> {
        let most = u64::try_from(SNIFFED).unwrap_or(u64::MAX);
        let (spooled, head) = tokio::task::spawn_blocking(move || {
            let mut head = Vec::with_capacity(SNIFFED);
            spooled.reopen()?.take(most).read_to_end(&mut head)?;
            Ok((spooled, head))
        })
        .await
        .map_err(AppError::Task)?
        .map_err(AppError::File)?;
        let kind = self.parts.files.admit(&head, &name)?;
        Ok((spooled, kind))
    }

    /// The quotas that a file of an organization's dataset falls under.
    fn quotas(
        &self,
        organization: Option<RecordId>,
    ) -> impl Iterator<Item = (Quota, u64, Option<RecordId>)> + use<> {
        let rules = &self.parts.files;
        let own = rules.organization_quota.zip(organization);
        let own = own.map(|(limit, organization)| (Quota::Organization, limit, Some(organization)));
        own.into_iter().chain(rules.site_quota.map(|limit| (Quota::Site, limit, None)))
    }
}

/// A name without the folders before it and without what no file system bears.
fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last
        .chars()
        .filter(|c| {
            !c.is_control() && !is_invisible(*c) && !matches!(c, '"' | '<' | '>' | ':' | '|' | '?' | '*')
        })
        .take(LONGEST_NAME)
        .collect();
    plain.trim_matches(['.', ' ']).to_owned()
}

/// Characters that turn the direction of writing, by which `fdp.exe` can look like `exe.pdf`, and such without width.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("datos 2026.csv", "datos 2026.csv")]
    #[case("niñez.csv", "niñez.csv")]
    #[case("../../etc/passwd", "passwd")]
    #[case(r"C:\datos\a.csv", "a.csv")]
    #[case("a\u{202e}vsc.exe", "avsc.exe")]
    #[case("a\r\nb\".csv", "ab.csv")]
    #[case("..", "")]
    #[case("", "")]
    fn names_are_plain(#[case] given: &str, #[case] kept: &str) {
        assert_eq!(plain_name(given), kept);
        assert!(plain_name(&"ñ".repeat(1_000)).chars().count() <= LONGEST_NAME);
    }

    #[rstest]
    #[case(Condition::Absent, None, true)]
    #[case(Condition::Absent, Some("new"), true)]
    #[case(Condition::Absent, Some("old"), false)]
    #[case(Condition::Any, Some("old"), true)]
    #[case(Condition::Any, None, false)]
    #[case(Condition::Nothing, None, true)]
    #[case(Condition::Nothing, Some("new"), false)]
    #[case(Condition::Files(vec![Digest::of(b"old")]), Some("old"), true)]
    #[case(Condition::Files(vec![Digest::of(b"older")]), Some("old"), false)]
    #[case(Condition::Files(vec![Digest::of(b"old")]), Some("new"), true)]
    #[case(Condition::Files(vec![Digest::of(b"old")]), None, false)]
    fn a_file_is_replaced_only_by_who_knows_it(
        #[case] condition: Condition,
        #[case] current: Option<&str>,
        #[case] passes: bool,
    ) {
        let current = current.map(|word| Digest::of(word.as_bytes()));
        assert_eq!(condition.check(current, Digest::of(b"new")).is_ok(), passes);
    }
}
