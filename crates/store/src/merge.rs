//! The first rows of several ordered selections together.

use sea_orm::sea_query::{Asterisk, IntoIden, Order, Query, SelectStatement, UnionType};

/// Selections of which each walks an index in order, as one in the same order.
///
/// Each is limited by itself: a condition over all of them (`visibility IN (…)`) would have to read and sort
/// everything that fits. So a page costs its own length, times the number of selections, wherever it begins.
pub(crate) fn merged(
    selections: impl IntoIterator<Item = SelectStatement>,
    column: impl IntoIden,
    order: &Order,
    limit: u64,
) -> Option<SelectStatement> {
    let column = column.into_iden();
    let mut selections = selections
        .into_iter()
        .map(|mut selection| selection.order_by(column.clone(), order.clone()).limit(limit).take());
    let first = selections.next()?;
    let mut rest = selections.peekable();
    if rest.peek().is_none() {
        return Some(first);
    }
    let mut united = whole(first);
    united.unions(rest.map(|selection| (UnionType::All, whole(selection))));
    Some(
        Query::select()
            .column(Asterisk)
            .from_subquery(united, "together")
            .order_by(column, order.clone())
            .limit(limit)
            .take(),
    )
}

/// A selection with order and limit may stand in a union only as the source of another.
fn whole(selection: SelectStatement) -> SelectStatement {
    Query::select().column(Asterisk).from_subquery(selection, "stretch").take()
}
