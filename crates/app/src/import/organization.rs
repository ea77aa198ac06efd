//! Which organization a record belongs to: by its publisher's identifier, then by the publisher's name.

use std::collections::HashMap;

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};
use vitrina_domain::{
    change::{Audience, Op},
    id::RecordId,
    language::Text,
    metadata::{Agent, Concept, Document as _, Organization},
    record::{Metadata, Sealed, Source, Visibility},
    slug::Slug,
};
use vitrina_store::{RecordWrite, Tx};

use super::{Mode, settle::Destination};
use crate::{AppError, ports::Ids};

/// The organizations that a run has met, so that each is looked up once.
#[derive(Debug, Default)]
pub(super) struct Organizations(HashMap<String, RecordId>);

/// What an organization is remembered by at its source.
pub(super) fn alias(publisher: &Agent) -> Option<String> {
    if let Some(iri) = &publisher.iri {
        return Some(format!("id:{iri}"));
    }
    if let Some(identifier) = publisher.identifier.as_deref().map(str::trim).filter(|id| !id.is_empty()) {
        return Some(format!("id:{identifier}"));
    }
    let (_, name) = publisher.name.pick(&["es", "en"])?;
    let folded = fold(name);
    (!folded.is_empty()).then(|| format!("name:{folded}"))
}

/// A name without case, accents and doubled blanks.
fn fold(name: &str) -> String {
    let plain: String = name.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Organizations {
    /// The organization of a publisher, made when the source has not named it before.
    pub(super) async fn of(
        &mut self,
        tx: &mut Tx,
        ids: &dyn Ids,
        destination: &Destination,
        publisher: Option<&Agent>,
    ) -> Result<Option<RecordId>, AppError> {
        let source = &destination.source;
        let Some((publisher, alias)) = publisher.and_then(|p| Some((p, alias(p)?))) else {
            return Ok(source.organization_id);
        };
        if let Some(id) = self.0.get(&alias) {
            return Ok(Some(*id));
        }
        let id = match (tx.organization_alias(source.id, &alias).await?, destination.mode) {
            (Some(id), _) => id,
            (None, Mode::Apply) => make(tx, ids, source, publisher, &alias).await?,
            (None, Mode::DryRun) => RecordId::new(ids.next()),
        };
        self.0.insert(alias, id);
        Ok(Some(id))
    }
}

async fn make(
    tx: &mut Tx,
    ids: &dyn Ids,
    source: &Source,
    publisher: &Agent,
    alias: &str,
) -> Result<RecordId, AppError> {
    let name = if publisher.name.is_empty() {
        Text::plain(
            publisher
                .identifier
                .clone()
                .or_else(|| publisher.iri.as_ref().map(ToString::to_string))
                .unwrap_or_default(),
        )
    } else {
        publisher.name.clone()
    };
    let slug =
        Slug::from_title(name.pick(&["es", "en"]).map(|(_, name)| name).unwrap_or_default(), "organization");
    let organization = Organization {
        iri: publisher.iri.clone(),
        identifier: Some(alias.to_owned()),
        name,
        homepage: publisher.homepage.clone(),
        category: Concept::from_text("other"),
        is_verified: Some(false),
        ..Organization::default()
    };
    let metadata = Metadata::Organization(Box::new(organization));
    let id = RecordId::new(ids.next());
    tx.write(vec![RecordWrite {
        id,
        source_id: source.id,
        identifier: alias.to_owned(),
        slug,
        catalog_id: None,
        organization_id: None,
        visibility: Visibility::Published,
        expected_revision: 0,
        document: Sealed::from(&metadata),
        distribution_ids: Vec::new(),
        raw: None,
        op: Op::Create,
        audience: Audience::Public,
    }])
    .await?;
    tx.add_organization_alias(source.id, alias, id).await?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_folded_and_identifiers_come_first() {
        let named = |name: &str| Agent { name: Text::plain(name), ..Agent::default() };
        assert_eq!(alias(&named(" Secretaría  de Salud")), alias(&named("SECRETARIA DE SALUD")));
        assert_eq!(alias(&named("  ")), None);
        let identified = Agent { identifier: Some("org-7".to_owned()), ..named("Secretaría de Salud") };
        assert_eq!(alias(&identified).as_deref(), Some("id:org-7"));
    }
}
