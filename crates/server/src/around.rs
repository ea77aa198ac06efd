//! What stands around the routes, one thing around the other.
//!
//! Axum's own middleware boxes what is below it, and copies all the boxes below, at every layer and for every request.
//! Here nothing is copied, and each layer has one box: futures without any would be moved whole, layer by layer. Things
//! that wait for nothing are a [`Passage`] each, and as many of them as follow one another are one layer.

use std::{
    convert::Infallible,
    ops::ControlFlow,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use futures_util::future::BoxFuture;
use tower::{Service, ServiceExt as _};

/// Does something before and after a request is answered, or answers it itself.
pub(crate) trait Around: Send + Sync + 'static {
    /// Answers a request; `next` is what stands inside.
    fn answer<N: Next>(&self, request: Request, next: &N) -> impl Future<Output = Response> + Send;
}

/// Sees a request go in and its answer come out, and waits for nothing.
pub(crate) trait Passage: Send + Sync + 'static {
    /// What is remembered of a request until there is an answer.
    type Memory: Send;

    /// Looks at a request and may change it, or answers it itself.
    fn enter(&self, request: &mut Request) -> ControlFlow<Response, Self::Memory>;

    /// Looks at the answer and may change it, unless it is its own.
    fn leave(&self, _memory: Self::Memory, _response: &mut Response) {}

    /// This one, and the other one inside of it.
    fn then<P: Passage>(self, inside: P) -> Both<Self, P>
    where
        Self: Sized,
    {
        Both(self, inside)
    }
}

/// Two passages, one after the other.
#[derive(Debug, Clone)]
pub(crate) struct Both<A, B>(A, B);

impl<A: Passage, B: Passage> Passage for Both<A, B> {
    type Memory = (A::Memory, B::Memory);

    fn enter(&self, request: &mut Request) -> ControlFlow<Response, Self::Memory> {
        let Self(outside, inside) = self;
        let outer = outside.enter(request)?;
        match inside.enter(request) {
            ControlFlow::Continue(inner) => ControlFlow::Continue((outer, inner)),
            ControlFlow::Break(mut response) => {
                outside.leave(outer, &mut response);
                ControlFlow::Break(response)
            }
        }
    }

    fn leave(&self, (outer, inner): Self::Memory, response: &mut Response) {
        let Self(outside, inside) = self;
        inside.leave(inner, response);
        outside.leave(outer, response);
    }
}

impl<P: Passage> Around for P {
    async fn answer<N: Next>(&self, mut request: Request, next: &N) -> Response {
        match self.enter(&mut request) {
            ControlFlow::Continue(memory) => {
                let mut response = next.run(request).await;
                self.leave(memory, &mut response);
                response
            }
            ControlFlow::Break(response) => response,
        }
    }
}

/// Answers requests.
pub(crate) trait Next: Clone + Send + Sync + 'static {
    /// Answers a request.
    fn run(&self, request: Request) -> BoxFuture<'_, Response>;

    /// The same with something around it.
    fn within<A: Around>(self, around: A) -> Within<A, Self> {
        Within(Arc::new((around, self)))
    }

    /// The same as a service.
    fn into_service(self) -> Stack<Self> {
        Stack(self)
    }
}

/// Something with something around it.
#[derive(Debug)]
pub(crate) struct Within<A, N>(Arc<(A, N)>);

impl<A, N> Clone for Within<A, N> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<A: Around, N: Next> Next for Within<A, N> {
    fn run(&self, request: Request) -> BoxFuture<'_, Response> {
        let (around, inside) = &*self.0;
        Box::pin(around.answer(request, inside))
    }
}

/// A service of others, as what stands inside.
#[derive(Debug, Clone)]
pub(crate) struct Inside<S>(pub(crate) S);

impl<S> Next for Inside<S>
where
    S: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Response: IntoResponse,
    S::Future: Send,
{
    fn run(&self, request: Request) -> BoxFuture<'_, Response> {
        let answer = self.0.clone().oneshot(request);
        Box::pin(async move {
            match answer.await {
                Ok(response) => response.into_response(),
                Err(never) => match never {},
            }
        })
    }
}

/// A whole stack as a service.
#[derive(Debug, Clone)]
pub(crate) struct Stack<N>(N);

impl<N: Next> Service<Request> for Stack<N> {
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let next = self.0.clone();
        Box::pin(async move { Ok(next.run(request).await) })
    }
}

/// One thing as a layer around the routes of a test.
#[cfg(test)]
#[derive(Debug, Clone)]
pub(crate) struct AsLayer<A>(pub(crate) A);

#[cfg(test)]
impl<A: Around + Clone, S> tower::Layer<S> for AsLayer<A> {
    type Service = Stack<Within<A, Inside<S>>>;

    fn layer(&self, service: S) -> Self::Service {
        Stack(Within(Arc::new((self.0.clone(), Inside(service)))))
    }
}
