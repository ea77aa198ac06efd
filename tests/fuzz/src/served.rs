//! A whole Vitrina that answers requests without a socket.

use axum::{
    Router,
    body::Body,
    http::{Method, Request, header},
};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt as _;
use vitrina_app::{
    App,
    auth::{Actor, Grant, Privilege},
};
use vitrina_server::Lifecycle;
use vitrina_tests::World;

use crate::Answer;

/// A Vitrina on SQLite in a temporary folder, with somebody who may write.
pub struct Served {
    /// What may be written with, as the value of `Authorization`.
    pub bearer: String,
    router: Router,
    world: World,
    // One thread: what one input covers does not hang on how threads are scheduled.
    runtime: Runtime,
}

impl Served {
    /// An empty one.
    pub fn empty() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
        let world = runtime.block_on(World::new()).expect("a catalog can be made");
        let bearer = runtime.block_on(bearer(&world.app));
        let served = vitrina_server::router(world.app.clone(), Lifecycle::default());
        let router = Router::new().fallback_service(served);
        Self { bearer, router, world, runtime }
    }

    /// One with the demonstration in it.
    pub fn demo() -> Self {
        const DEMO: &[u8] = include_bytes!("../../../crates/cli/demo/catalog.json");
        let served = Self::empty();
        let import = served.world.import("demo", DEMO);
        served.runtime.block_on(import).expect("the demonstration is a catalog");
        served.follow();
        served
    }

    /// Brings the index to the end of the log.
    pub fn follow(&self) {
        self.runtime.block_on(self.world.app.drain()).expect("the index takes whatever the store took");
    }

    /// Answers a request; a bad answer ends the run.
    pub fn ask(&self, request: Request<Body>) -> Answer {
        let asked = format!("{} {}", request.method(), request.uri());
        let answer = self.runtime.block_on(async {
            let Ok(response) = self.router.clone().oneshot(request).await;
            let (parts, body) = response.into_parts();
            let body = body.collect().await.unwrap_or_else(|error| panic!("{asked}: cut off: {error}"));
            Answer { status: parts.status, headers: parts.headers, body: body.to_bytes() }
        });
        answer.check(&asked);
        answer
    }

    /// Answers a plain reader.
    pub fn get(&self, address: &str) -> Answer {
        self.ask(Request::get(address).body(Body::empty()).expect("addresses are encoded"))
    }

    /// Takes a document or a patch from somebody who may write, whatever the revision.
    pub fn write(&self, method: &Method, address: &str, body: &[u8]) -> Answer {
        let media =
            if *method == Method::PATCH { "application/merge-patch+json" } else { "application/json" };
        let request = Request::builder()
            .method(method)
            .uri(address)
            .header(header::AUTHORIZATION, &self.bearer)
            .header(header::CONTENT_TYPE, media);
        let request = if *method == Method::POST { request } else { request.header(header::IF_MATCH, "*") };
        self.ask(request.body(Body::from(body.to_vec())).expect("addresses are encoded"))
    }

    /// The first dataset.
    pub fn dataset(&self) -> Value {
        self.get("/api/v1/datasets?limit=1").json()["items"][0].take()
    }
}

async fn bearer(app: &App) -> String {
    let write = Grant { privilege: Privilege::WriteDatasets, organization: None };
    let token = app.create_token(&Actor::Operator, "fuzz", &[write], 1).await.expect("a token can be made");
    format!("Bearer {}", token.0.reveal())
}
