//! The one envelope of lists.

use axum::{
    Json,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::notice::Notice;

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// The items of the page.
    pub items: Vec<T>,
    /// The address of the next page, or null on the last one.
    #[schema(format = "uri", required = true)]
    pub next: Option<String>,
    /// How many items the whole list has, when it was counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// Whether `total` is exact.
    pub total_is_exact: bool,
    /// What the reader should know of this list.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
}

impl<T> Page<T> {
    /// A page of a list that was not counted.
    pub fn uncounted(items: Vec<T>, next: Option<String>) -> Self {
        Self { items, next, total: None, total_is_exact: false, notices: Vec::new() }
    }

    /// The only page of a list that is short.
    pub fn whole(items: Vec<T>) -> Self {
        let total = u64::try_from(items.len()).ok();
        Self::uncounted(items, None).counted(total)
    }

    /// The same page of a list that was counted.
    #[must_use]
    pub fn counted(mut self, total: Option<u64>) -> Self {
        self.total = total;
        self.total_is_exact = total.is_some();
        self
    }

    /// The same page with what the reader should know of the list.
    #[must_use]
    pub fn noticed(mut self, notices: Vec<Notice>) -> Self {
        self.notices = notices;
        self
    }
}

impl<T: Serialize> IntoResponse for Page<T> {
    /// The page as JSON, with a link to the next one.
    fn into_response(self) -> Response {
        let mut headers = HeaderMap::new();
        link_next(&mut headers, self.next.as_deref());
        (headers, Json(self)).into_response()
    }
}

/// Takes away what a page does not hold of the rows that were read for it, and says whether it was anything.
///
/// One row more than the page holds is read, because it tells whether there is a next page.
pub fn cut<T>(rows: &mut Vec<T>, limit: u64) -> bool {
    let held = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > held;
    rows.truncate(held);
    more
}

/// Adds `Link: <…>; rel="next"`.
pub fn link_next(headers: &mut HeaderMap, next: Option<&str>) {
    if let Some(value) = next.and_then(|next| HeaderValue::from_str(&format!("<{next}>; rel=\"next\"")).ok())
    {
        headers.append(header::LINK, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_page_with_another_after_it_links_to_it() {
        let mut headers = HeaderMap::new();
        link_next(&mut headers, None);
        assert!(headers.is_empty());
        link_next(&mut headers, Some("https://datos.example.org/api/v1/datasets?cursor=new"));
        assert_eq!(headers["link"], "<https://datos.example.org/api/v1/datasets?cursor=new>; rel=\"next\"");
    }

    #[test]
    fn one_row_more_tells_of_a_next_page() {
        for (rows, more) in [(0, false), (2, false), (3, true)] {
            let mut read = vec![(); rows];
            assert_eq!((cut(&mut read, 2), read.len()), (more, rows.min(2)));
        }
    }

    #[test]
    fn a_page_says_whether_it_was_counted() {
        let page = Page::uncounted(vec![1], None);
        assert_eq!(
            serde_json::to_string(&page).unwrap(),
            r#"{"items":[1],"next":null,"total_is_exact":false}"#
        );
        let page = page.counted(Some(1));
        assert_eq!(
            serde_json::to_string(&page).unwrap(),
            r#"{"items":[1],"next":null,"total":1,"total_is_exact":true}"#
        );
    }
}
