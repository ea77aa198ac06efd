//! The security headers of every answer, and the content security policies of pages.

use std::{ops::ControlFlow, sync::Arc};

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::Response,
};

use crate::around::Passage;
use crate::site::Site;

/// The policy of our own pages: nothing from other hosts, nothing inline.
pub const HTML_CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; \
    object-src 'none'; require-trusted-types-for 'script'";

/// The policy of the interactive API documentation: its script builds HTML without trusted types and sets
/// style attributes; scripts still come from this host only.
pub const DOCS_CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; \
    base-uri 'none'; object-src 'none'";

/// The policy of everything that is not a page, in case a browser shows it as one.
const DATA_CSP: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; sandbox";

const PERMISSIONS: &str = "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), \
    fullscreen=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), \
    picture-in-picture=(), publickey-credentials-get=(), screen-wake-lock=(), usb=(), \
    xr-spatial-tracking=()";

const ALWAYS: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), PERMISSIONS),
];

/// Adds the security headers.
#[derive(Debug, Clone)]
pub(crate) struct Security(pub(crate) Arc<Site>);

impl Passage for Security {
    type Memory = ();

    fn enter(&self, _request: &mut Request) -> ControlFlow<Response> {
        ControlFlow::Continue(())
    }

    fn leave(&self, (): (), response: &mut Response) {
        let headers = response.headers_mut();
        for (name, value) in ALWAYS {
            headers.insert(name, HeaderValue::from_static(value));
        }
        if self.0.is_https() {
            headers.insert(
                header::STRICT_TRANSPORT_SECURITY,
                HeaderValue::from_static("max-age=63072000; includeSubDomains"),
            );
        }
        if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
            let policy = if is_page(headers) { HTML_CSP } else { DATA_CSP };
            headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
        }
        headers.remove(header::SERVER);
    }
}

fn is_page(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"))
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, http::Request, response::Html, routing::get};
    use rstest::rstest;
    use tower::ServiceExt as _;

    use super::*;
    use crate::around::AsLayer;

    #[rstest]
    #[case("/page", HTML_CSP)]
    #[case("/data", DATA_CSP)]
    #[case("/none", DATA_CSP)]
    #[tokio::test]
    async fn every_answer_carries_them(#[case] path: &str, #[case] policy: &str) {
        let app = Router::new()
            .route("/page", get(|| async { Html("<p>") }))
            .route("/data", get(|| async { ([(header::SERVER, "x")], "{}") }))
            .layer(AsLayer(Security(Arc::new(Site::sample()))));
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        let headers = app.oneshot(request).await.unwrap().headers().clone();
        assert_eq!(headers["content-security-policy"], policy);
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["referrer-policy"], "no-referrer");
        assert_eq!(headers["cross-origin-opener-policy"], "same-origin");
        assert_eq!(headers["strict-transport-security"], "max-age=63072000; includeSubDomains");
        assert!(headers.contains_key("permissions-policy") && !headers.contains_key("server"));
        assert!(!policy.contains("script-src 'unsafe"));
    }
}
