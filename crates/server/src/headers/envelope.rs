//! Requests whose address or headers are larger than anything sensible, and addresses that are no text.

use std::{ops::ControlFlow, sync::Arc};

use axum::{
    extract::Request,
    response::{IntoResponse as _, Response},
};

use crate::{
    around::Passage,
    listen::Limits,
    problem::{Code, Problem},
};

/// Refuses requests over the limits of address and headers, and paths that are not percent-encoded UTF-8.
#[derive(Debug, Clone)]
pub(crate) struct Envelope(pub(crate) Arc<Limits>);

impl Passage for Envelope {
    type Memory = ();

    fn enter(&self, request: &mut Request) -> ControlFlow<Response> {
        match self.refusal(request) {
            Some(problem) => ControlFlow::Break(problem.into_response()),
            None => ControlFlow::Continue(()),
        }
    }
}

impl Envelope {
    fn refusal(&self, request: &Request) -> Option<Problem> {
        let uri = request.uri();
        let uri_bytes = uri.path().len() + uri.query().map_or(0, |query| query.len() + 1);
        if uri_bytes > self.0.uri_bytes {
            return Some(Problem::new(Code::UriTooLong));
        }
        let headers = request.headers();
        // Each field also takes a colon, a blank and a line end.
        let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
        if headers.len() > self.0.header_fields || bytes > self.0.header_bytes {
            return Some(Problem::new(Code::HeadersTooLarge));
        }
        let is_text = crate::filter::decode_path(uri.path()).is_some();
        (!is_text).then(|| Problem::new(Code::InvalidEncoding))
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, http::Request};
    use rstest::rstest;
    use tower::ServiceExt as _;

    use super::*;
    use crate::around::AsLayer;

    #[rstest]
    #[case::fits("/".to_owned(), 0, 200)]
    #[case::long_address(format!("/{}", "a".repeat(9_000)), 0, 414)]
    #[case::long_query(format!("/?q={}", "a".repeat(9_000)), 0, 414)]
    #[case::many_fields("/".to_owned(), 101, 431)]
    #[case::null("/%00".to_owned(), 0, 400)]
    #[case::latin_1("/%F1".to_owned(), 0, 400)]
    #[case::cut("/%F".to_owned(), 0, 400)]
    #[tokio::test]
    async fn refuses_what_is_too_large(#[case] uri: String, #[case] fields: usize, #[case] status: u16) {
        let app = Router::new().fallback(|| async {}).layer(AsLayer(Envelope(Arc::default())));
        let mut request = Request::builder().uri(uri);
        for n in 0..fields {
            request = request.header(format!("x-{n}"), "1");
        }
        let response = app.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status().as_u16(), status);
    }
}
