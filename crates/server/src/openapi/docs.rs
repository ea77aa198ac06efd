//! The interactive documentation: vendored files, nothing from other hosts.

use std::sync::{Arc, LazyLock};

use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Redirect, Response},
};
use utoipa_swagger_ui::Config;

use crate::{
    headers::DOCS_CSP,
    problem::{Code, Problem},
};

static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
    // A validator of another host would be told of every reader.
    Arc::new(Config::new(["/openapi.json"]).validator_url("none").deep_linking(true))
});

/// `/docs` needs the slash, because its files are named relative to it.
pub async fn docs_index() -> Redirect {
    Redirect::permanent("/docs/")
}

/// One file of the documentation.
pub async fn docs_file(path: Option<Path<String>>) -> Result<Response, Problem> {
    let name = path.map(|Path(name)| name).unwrap_or_default();
    let not_found = || Problem::new(Code::UnknownPath);
    let file = utoipa_swagger_ui::serve(&name, Arc::clone(&CONFIG)).map_err(|error| {
        tracing::error!(%error, "a file of the documentation cannot be made");
        Problem::new(Code::Internal)
    })?;
    let file = file.ok_or_else(not_found)?;
    let kind = HeaderValue::try_from(file.content_type).map_err(|_error| not_found())?;
    let headers =
        [(header::CONTENT_TYPE, kind), (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(DOCS_CSP))];
    Ok((headers, file.bytes.into_owned()).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn text(name: &str) -> String {
        let response = docs_file(Some(Path(name.to_owned()))).await.unwrap();
        let bytes = axum::body::to_bytes(response.into_body(), 10 << 20).await.unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn the_page_loads_nothing_from_elsewhere_and_runs_nothing_inline() {
        let page = text("index.html").await;
        assert!(page.contains("swagger-initializer.js"), "{page}");
        for attribute in ["src=\"", "href=\""] {
            for link in page.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(!link.contains("//"), "{link}");
            }
        }
        let scripts = page.split("<script").skip(1).filter_map(|rest| rest.split_once('>'));
        for (attributes, rest) in scripts {
            assert!(
                attributes.contains("src=") && rest.trim_start().starts_with("</script>"),
                "{attributes}"
            );
        }
    }

    #[tokio::test]
    async fn the_initializer_reads_our_document_and_asks_no_validator() {
        let script = text("swagger-initializer.js").await;
        assert!(script.contains("/openapi.json") && script.contains("none"), "{script}");
        assert!(!script.contains("petstore"), "{script}");
    }

    #[tokio::test]
    async fn unknown_files_are_not_found() {
        assert!(docs_file(Some(Path("../Cargo.toml".to_owned()))).await.is_err());
    }
}
