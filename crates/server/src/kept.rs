//! Answers that are kept: made once, and given again until something changes that they show.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, header},
    response::Response,
};
use lru::LruCache;
use vitrina_app::{App, recent::Moment};
use vitrina_domain::id::RecordId;

use crate::conditional::Validators;

/// As much as is kept, in bytes.
const MOST: usize = 32 << 20;

/// The longest body that is kept; of longer answers only what a `304` needs.
const LONGEST: usize = 256 << 10;

/// About what an answer takes beside its body and its key.
const OVERHEAD: usize = 2_048;

/// An answer to a reader without credentials.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    /// The records that it shows: a change of any of them makes it old.
    pub(crate) shows: Vec<RecordId>,
    pub(crate) validators: Validators,
    /// What describes the body and where else it is to be had.
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Made {
    /// The answer, or `304` to a reader who has it already.
    pub(crate) fn answer(self, request: &HeaderMap) -> Response {
        let Self { shows: _, validators, headers, body } = self;
        not_modified(&validators, &headers, request).unwrap_or_else(|| whole(&validators, headers, body))
    }
}

/// An answer as it is kept.
#[derive(Debug)]
struct Kept {
    /// How far the log had come when it was made, or before.
    made: Moment,
    shows: Vec<RecordId>,
    validators: Validators,
    headers: HeaderMap,
    /// Nothing where it is too long to be kept.
    body: Option<Bytes>,
    weight: usize,
}

/// The answers that are kept, the least used of them first to go.
#[derive(Debug)]
pub(crate) struct Answers(Mutex<Shelf>);

#[derive(Debug)]
struct Shelf {
    kept: LruCache<String, Arc<Kept>>,
    weight: usize,
}

impl Default for Answers {
    fn default() -> Self {
        Self(Mutex::new(Shelf { kept: LruCache::unbounded(), weight: 0 }))
    }
}

impl Answers {
    /// The answer that is kept under a key, if all that it shows is as it was.
    pub(crate) fn give(&self, app: &App, key: &str, request: &HeaderMap) -> Option<Response> {
        let kept = {
            let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(shelf.kept.get(key)?)
        };
        if !app.are_as_of(kept.made, &kept.shows) {
            return None;
        }
        let unchanged = not_modified(&kept.validators, &kept.headers, request);
        unchanged.or_else(|| Some(whole(&kept.validators, kept.headers.clone(), kept.body.clone()?)))
    }

    /// Keeps an answer; `made` is a moment from before anything was read for it.
    pub(crate) fn keep(&self, key: String, made: Moment, answer: &Made) {
        let Made { shows, validators, headers, body } = answer;
        let body = (body.len() <= LONGEST).then(|| body.clone());
        let weight = OVERHEAD + key.len() + body.as_ref().map_or(0, Bytes::len);
        let kept = Kept {
            made,
            shows: shows.clone(),
            validators: validators.clone(),
            headers: headers.clone(),
            body,
            weight,
        };
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.weight += weight;
        if let Some(before) = shelf.kept.put(key, Arc::new(kept)) {
            shelf.weight = shelf.weight.saturating_sub(before.weight);
        }
        while shelf.weight > MOST {
            let Some((_, least_used)) = shelf.kept.pop_lru() else { break };
            shelf.weight = shelf.weight.saturating_sub(least_used.weight);
        }
    }
}

/// `304`, for a reader who has the answer already.
fn not_modified(validators: &Validators, headers: &HeaderMap, request: &HeaderMap) -> Option<Response> {
    let mut response = validators.not_modified(request)?;
    let of_no_body = headers.iter().filter(|(name, _)| **name != header::CONTENT_TYPE);
    response.headers_mut().extend(of_no_body.map(|(name, value)| (name.clone(), value.clone())));
    Some(response)
}

fn whole(validators: &Validators, headers: HeaderMap, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.headers_mut() = headers;
    validators.apply(response.headers_mut());
    response
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, StatusCode};

    use super::*;
    use crate::conditional::EntityTag;

    fn made(body: &'static str) -> Made {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.append(header::LINK, HeaderValue::from_static("<a>"));
        headers.append(header::LINK, HeaderValue::from_static("<b>"));
        let validators = Validators { tag: EntityTag::of([body]), modified: None };
        Made { shows: Vec::new(), validators, headers, body: Bytes::from_static(body.as_bytes()) }
    }

    fn weight(answers: &Answers) -> (usize, usize) {
        let shelf = answers.0.lock().unwrap();
        (shelf.kept.len(), shelf.weight)
    }

    #[test]
    fn a_reader_who_has_it_gets_no_body() {
        let answer = made("{}");
        let mut request = HeaderMap::new();
        assert_eq!(answer.clone().answer(&request).status(), StatusCode::OK);
        request.insert(header::IF_NONE_MATCH, answer.validators.tag.header());
        let unchanged = answer.answer(&request);
        assert_eq!(unchanged.status(), StatusCode::NOT_MODIFIED);
        assert!(!unchanged.headers().contains_key(header::CONTENT_TYPE));
        assert_eq!(unchanged.headers().get_all(header::LINK).iter().count(), 2);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let answers = Answers::default();
        answers.keep("a".to_owned(), Moment::default(), &made("{}"));
        let (_, one) = weight(&answers);
        answers.keep("a".to_owned(), Moment::default(), &made("{}"));
        assert_eq!(weight(&answers), (1, one), "the same key again");
        for number in 0..MOST / OVERHEAD + 10 {
            answers.keep(number.to_string(), Moment::default(), &made("{}"));
        }
        let (count, weight) = weight(&answers);
        assert!(weight <= MOST && count > 1_000, "{count} {weight}");
    }

    #[test]
    fn a_long_body_is_not_kept() {
        let answers = Answers::default();
        let long = Made { body: Bytes::from(vec![b' '; LONGEST + 1]), ..made("{}") };
        answers.keep("a".to_owned(), Moment::default(), &long);
        assert!(weight(&answers).1 < LONGEST);
    }
}
