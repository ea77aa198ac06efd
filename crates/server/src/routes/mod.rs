//! One module for each resource, one file for each operation.

use axum::Router;
use utoipa_axum::router::OpenApiRouter;

pub(crate) mod asks;
pub(crate) mod catalog;
pub(crate) mod change;
pub(crate) mod contract;
pub(crate) mod data_service;
pub(crate) mod dataset;
pub(crate) mod distribution;
pub(crate) mod export;
pub(crate) mod file;
pub(crate) mod guideline;
pub(crate) mod health;
pub(crate) mod import;
pub(crate) mod inspect;
pub(crate) mod job;
pub(crate) mod limit;
pub(crate) mod organization;
pub(crate) mod page;
pub(crate) mod record;
pub(crate) mod run;
pub(crate) mod schedule;
pub(crate) mod schema;
pub(crate) mod search;
pub(crate) mod series;
pub(crate) mod source;
pub(crate) mod status;
pub(crate) mod suppression;
pub(crate) mod unsubscribe;
pub(crate) mod validate;
pub(crate) mod vocabulary;
pub(crate) mod webhook;

use crate::state::AppState;

/// The API: what the contract describes.
pub(crate) fn api() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(crate::openapi::base())
        .merge(dataset::routes())
        .merge(distribution::routes())
        .merge(file::routes())
        .merge(catalog::routes())
        .merge(organization::routes())
        .merge(series::routes())
        .merge(data_service::routes())
        .merge(search::routes())
        .merge(change::routes())
        .merge(webhook::routes())
        .merge(import::routes())
        .merge(run::routes())
        .merge(source::routes())
        .merge(validate::routes())
        .merge(inspect::routes())
        .merge(guideline::routes())
        .merge(vocabulary::routes())
        .merge(schema::routes())
        .merge(export::routes())
        .merge(job::routes())
        .merge(schedule::routes())
        .merge(suppression::routes())
        .merge(unsubscribe::routes())
        .merge(limit::routes())
        .merge(status::routes())
}

/// Everything else: pages, documentation, health.
pub(crate) fn beside() -> Router<AppState> {
    page::routes().merge(contract::routes()).merge(health::routes())
}
