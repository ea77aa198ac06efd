//! The catalog of a source: what the document says of itself, or just the source's name.

use serde_json::{Value, json};
use vitrina_domain::{
    change::Op,
    id::RecordId,
    record::{Kind, Source, Visibility},
};
use vitrina_formats::read::Outline;
use vitrina_store::{RecordWrite, Tx};

use crate::{
    App, AppError,
    record::{Judge, audience},
};

/// Writes the source's catalog as the document describes it, if that is news; gives its id.
pub(super) async fn settle(
    app: &App,
    tx: &mut Tx,
    source: &Source,
    outline: &Outline,
) -> Result<Option<RecordId>, AppError> {
    let mut document = outline.catalog.clone().unwrap_or_else(|| json!({}));
    if let Some(object) = document.as_object_mut() {
        // Within its source the catalog is the one: its identity is the source's name.
        object.insert("identifier".to_owned(), Value::String(source.name.clone()));
        object.entry("title").or_insert_with(|| json!({ "und": source.name }));
    }
    let judge = Judge {
        validator: app.validator(),
        now: app.now(),
        languages: &app.site().languages(app.site().language),
    };
    let Ok(intake) = judge
        .take(Kind::Catalog, document, |_| (source.name.clone(), super::identity::made_up(&source.name)))
    else {
        // A catalog that cannot be described does not keep its datasets out.
        return Ok(source.catalog_id);
    };
    let current = tx.current(Kind::Catalog, source.id, std::slice::from_ref(&source.name)).await?;
    let there = current.get(&source.name);
    if let Some(there) =
        there.filter(|there| there.hash == intake.sealed.digest && !there.visibility.is_gone())
    {
        return Ok(Some(there.id));
    }
    let id = there.map_or_else(|| RecordId::new(app.new_id()), |there| there.id);
    let visibility = Visibility::Published;
    let op = if there.is_some_and(|there| !there.visibility.is_gone()) { Op::Update } else { Op::Create };
    tx.write(vec![RecordWrite {
        id,
        source_id: source.id,
        identifier: source.name.clone(),
        slug: there.map_or(intake.slug, |there| there.slug.clone()),
        catalog_id: None,
        organization_id: source.organization_id,
        audience: audience(&visibility, source.organization_id),
        visibility,
        expected_revision: there.map_or(0, |there| there.revision),
        document: intake.sealed,
        distribution_ids: Vec::new(),
        raw: None,
        op,
    }])
    .await?;
    Ok(Some(id))
}
