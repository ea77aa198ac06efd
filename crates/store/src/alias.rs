//! What sources call the organizations.

use sea_orm::{
    ConnectionTrait as _, DeriveIden,
    sea_query::{Expr, ExprTrait as _, OnConflict, Query},
};
use vitrina_domain::id::{RecordId, SourceId};

use crate::{StoreError, Tx, bulk::Rows, plain::key};

/// The table and its columns.
#[derive(Debug, Clone, Copy, DeriveIden)]
enum OrganizationAliases {
    Table,
    SourceId,
    Alias,
    OrganizationId,
}

impl Tx {
    /// The organization that goes by an identifier, or by a folded name within a source.
    pub async fn organization_alias(
        &mut self,
        source_id: SourceId,
        alias: &str,
    ) -> Result<Option<RecordId>, StoreError> {
        self.take_turn().await?;
        let query = Query::select()
            .column(OrganizationAliases::OrganizationId)
            .from(OrganizationAliases::Table)
            .and_where(Expr::col(OrganizationAliases::SourceId).eq(source_id.uuid()))
            .and_where(Expr::col(OrganizationAliases::Alias).eq(key(alias)))
            .take();
        let row = self.transaction.query_one(&query).await?;
        Ok(row.map(|row| row.try_get_by_index(0).map(RecordId::new)).transpose()?)
    }

    /// Remembers what a source calls an organization; a later word overrides an earlier one.
    pub async fn add_organization_alias(
        &mut self,
        source_id: SourceId,
        alias: &str,
        organization_id: RecordId,
    ) -> Result<(), StoreError> {
        self.take_turn().await?;
        let both = [OrganizationAliases::SourceId, OrganizationAliases::Alias];
        let replacing =
            OnConflict::columns(both).update_column(OrganizationAliases::OrganizationId).to_owned();
        let columns =
            [OrganizationAliases::SourceId, OrganizationAliases::Alias, OrganizationAliases::OrganizationId];
        let mut rows = Rows::new(OrganizationAliases::Table, columns).on_conflict(replacing);
        rows.push([source_id.uuid().into(), key(alias).into(), organization_id.uuid().into()]);
        rows.insert(&self.transaction).await?;
        Ok(())
    }
}
