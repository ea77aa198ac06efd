//! The routes, the limits and the edge, put together.

use std::{
    num::NonZeroUsize,
    sync::{Arc, LazyLock},
};

use axum::{Router, routing};
use serde_json::Value;
use tokio::runtime::Handle;
use utoipa::openapi::OpenApi;
use vitrina_app::App;

use crate::{
    around::{Inside, Next as _},
    conditional::EntityTag,
    edge::Edge,
    headers::{HostPolicy, RequestIds},
    idempotency::Once,
    kept::Answers,
    limit::{Admit, Allowances, Exposure, Gates, Proxies},
    listen::{Lifecycle, Limits, Responder},
    metrics, openapi,
    problem::ProblemBody,
    routes,
    site::Site,
    state::{AppState, Contract, Parts},
};

/// What the operator chose.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whom the server is for.
    pub exposure: Exposure,
    /// The proxies whose word about the client is believed.
    pub proxies: Proxies,
    /// Names the server answers to beside its own.
    pub hosts: Vec<String>,
    /// Where the figures are.
    pub metrics: MetricsPlace,
    /// The limits of each class of routes.
    pub allowances: Allowances,
    /// The threads for what computes; without them it runs on those of the connections.
    pub workers: Option<Handle>,
}

/// Where the figures for the operator are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricsPlace {
    /// Beside everything else.
    Here,
    /// At an address of their own, or nowhere: see [`metrics_router`].
    Elsewhere,
}

impl Options {
    /// The options of a server at this base address: a loopback address is for this machine alone.
    pub fn of(site: &Site) -> Self {
        let (exposure, metrics) = if site.is_loopback() {
            (Exposure::Loopback, MetricsPlace::Here)
        } else {
            (Exposure::Public, MetricsPlace::Elsewhere)
        };
        Self {
            exposure,
            proxies: Proxies::default(),
            hosts: Vec::new(),
            metrics,
            allowances: Allowances::new(cores(), &[]),
            workers: None,
        }
    }
}

/// How many cores this process may use.
pub fn cores() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// The figures for the operator alone, for an address that the public does not reach.
pub fn metrics_router() -> Router {
    // Taken now, so that nothing is missed until somebody asks.
    let _exporter = metrics::exporter();
    Router::new().route("/metrics", routing::get(metrics::show))
}

/// The whole server as a service, for the accept loop and for tests.
pub fn router(app: App, lifecycle: Lifecycle) -> impl Responder {
    let options = Options::of(&site(&app, &CONTRACT));
    router_with(app, lifecycle, options)
}

/// As [`router`], with options of the operator's.
pub fn router_with(app: App, lifecycle: Lifecycle, options: Options) -> impl Responder {
    let Options { exposure, proxies, hosts, metrics: place, allowances, workers } = options;
    // First, or the measures that others keep would be measures of nothing.
    let is_measured = metrics::exporter().is_some();
    let site = Arc::new(site(&app, &CONTRACT));
    let gates = Arc::new(Gates::new(exposure, proxies, allowances, workers.as_ref()));
    let ids = {
        let app = app.clone();
        RequestIds::new(move || app.new_id())
    };
    let state = AppState::new(Parts {
        app,
        site: Arc::clone(&site),
        gates: Arc::clone(&gates),
        lifecycle,
        answers: Answers::default(),
        contract: contract(openapi_json()),
        contract_3_0: contract(openapi_3_0_json()),
    });
    let (api, _document) = routes::api().split_for_parts();
    let mut all = api.merge(routes::beside());
    if is_measured && place == MetricsPlace::Here {
        all = all.route("/metrics", routing::get(metrics::show));
    }
    let all = Inside(all.with_state(state.clone())).within(Once(state)).within(Admit(gates));
    let hosts = Arc::new(HostPolicy::of(&site, exposure, &hosts));
    Edge { site, limits: Arc::new(Limits::default()), hosts, ids }.around(all)
}

/// The contract of the API as it is checked in; needs no database.
pub fn openapi_json() -> String {
    openapi::text(&CONTRACT)
}

/// The same contract in OpenAPI 3.0, for generators that read nothing newer.
pub fn openapi_3_0_json() -> String {
    openapi::text(&openapi::projection(&CONTRACT))
}

static CONTRACT: LazyLock<Value> = LazyLock::new(|| {
    let (_router, mut api) = routes::api().split_for_parts();
    add_problem(&mut api);
    let mut document = openapi::document(&api);
    openapi::without_null_parameters(&mut document);
    openapi::add_representations(&mut document);
    openapi::add_bytes(&mut document);
    openapi::add_answers(&mut document);
    openapi::add_links(&mut document);
    openapi::add_examples(&mut document);
    openapi::share_parameters(&mut document);
    document
});

/// The problem is named by every operation, and by none of the handlers.
fn add_problem(api: &mut OpenApi) {
    use utoipa::{PartialSchema as _, ToSchema as _};
    let components = api.components.get_or_insert_default();
    let mut schemas = vec![(ProblemBody::name().into_owned(), ProblemBody::schema())];
    ProblemBody::schemas(&mut schemas);
    components.schemas.extend(schemas);
}

fn contract(text: String) -> Contract {
    Contract { tag: Some(EntityTag::of([&text])), bytes: text.into() }
}

fn site(app: &App, contract: &Value) -> Site {
    let paths = contract.get("paths").and_then(Value::as_object);
    let site = app.site();
    Site {
        base_url: site.base_url.clone(),
        locale: site.language,
        title: site.title.clone(),
        paths: paths.map(|paths| paths.keys().cloned().collect()).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_contract_that_is_checked_in_is_that_of_the_code() {
        let kept = include_str!("../../../openapi/openapi.json");
        assert!(kept == openapi_json(), "write it again: vitrina openapi > openapi/openapi.json");
    }

    #[test]
    fn operations_have_an_id_of_their_own_one_known_tag_and_described_parameters() {
        let tags: HashSet<&str> = openapi::TAGS.iter().map(|(name, _)| *name).collect();
        let mut ids = HashSet::new();
        let methods = CONTRACT["paths"]
            .as_object()
            .unwrap()
            .values()
            .flat_map(|item| item.as_object().unwrap().values());
        for operation in methods {
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id), "{id} is there twice");
            let own: Vec<&str> =
                operation["tags"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            assert!(matches!(own.as_slice(), [tag] if tags.contains(tag)), "{id}: {own:?}");
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let is_told = parameter.get("$ref").is_some() || parameter["description"].as_str().is_some();
                assert!(is_told, "{id}: {parameter}");
            }
        }
        assert!(ids.len() > 60, "{}", ids.len());
    }

    #[test]
    fn every_reference_of_the_contract_leads_somewhere() {
        let mut pending = vec![&*CONTRACT];
        while let Some(value) = pending.pop() {
            match value {
                Value::Object(object) => {
                    if let Some(reference) = object.get("$ref").and_then(Value::as_str) {
                        let target =
                            reference.strip_prefix('#').and_then(|pointer| CONTRACT.pointer(pointer));
                        assert!(target.is_some(), "{reference}");
                        assert_ne!(target, Some(value), "{reference} leads to itself");
                    }
                    pending.extend(object.values());
                }
                Value::Array(values) => pending.extend(values),
                _ => {}
            }
        }
    }
}
