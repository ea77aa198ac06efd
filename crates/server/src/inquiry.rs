//! What a route is asked, as one value: by whom, for what, in which language, and what the reader holds already.

use std::marker::PhantomData;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Uri, request::Parts},
    response::{IntoResponse as _, Response},
};
use serde::{Serialize, de::DeserializeOwned};
use vitrina_app::auth::Actor;
use vitrina_formats::write::Context;

use crate::{
    actor::{Asker, Caller},
    conditional::{EntityTag, Validators},
    cursor,
    filter::{Asks, Parameter, Parameters},
    instead::Instead,
    kept::Made,
    locale::Reader,
    negotiate::{self, Representation, Wish},
    paging::{cut, link_next},
    problem::{Answer, Problem},
    state::AppState,
};

/// A request whose asker is known and whose parameters are checked.
pub(crate) struct Inquiry {
    pub(crate) state: AppState,
    pub(crate) actor: Actor,
    pub(crate) asked: Parameters,
    /// The reader, after `lang`.
    pub(crate) reader: Reader,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
}

/// The inquiry of a route that takes `T` and may be asked by `W`. Who asks is checked before what is asked.
pub(crate) struct Ask<T, W = Caller>(pub(crate) Inquiry, pub(crate) PhantomData<fn() -> (T, W)>);

impl<T: Asks, W: Asker> FromRequestParts<AppState> for Ask<T, W> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let actor = W::actor(&parts.headers, state).await?;
        let asked = Parameters::parse(&T::SPEC, parts.uri.query().unwrap_or_default())?;
        let inquiry = Inquiry {
            state: state.clone(),
            actor,
            reader: asked.reader(Reader::behind(parts)),
            asked,
            uri: parts.uri.clone(),
            headers: parts.headers.clone(),
        };
        Ok(Self(inquiry, PhantomData))
    }
}

/// A body with the address of the page after it.
pub(crate) struct Reply<B> {
    pub(crate) body: B,
    pub(crate) next: Option<String>,
}

impl Inquiry {
    /// The representation that the reader wants of those offered; the extension is that of the address.
    pub(crate) fn representation(
        &self,
        offered: &[Representation],
        extension: Option<&str>,
    ) -> Answer<Representation> {
        let wish = Wish { parameter: self.asked.text(Parameter::F), extension };
        negotiate::choose(offered, wish, &self.headers)
    }

    /// What `write` writes with all that a format needs to know beside the records.
    pub(crate) fn write<T>(&self, write: impl FnOnce(Context<'_>) -> T) -> T {
        let Self { state, reader, .. } = self;
        write(Context {
            base_url: &state.site.base_url,
            catalog: &state.app.site().catalog(),
            vocabularies: state.app.vocabularies(),
            languages: &reader.tags(),
        })
    }

    /// The validators of an answer over many records: they change with every change that its reader could see, and
    /// when the index catches up.
    pub(crate) async fn validators(&self, representation: &str) -> Answer<Validators> {
        let Self { state, actor, reader, uri, .. } = self;
        let index = state.app.index_position().to_string();
        let (log, modified) = state.app.last_change(actor).await?;
        let address = uri.path_and_query().map_or("", |address| address.as_str());
        let languages = reader.languages.join(",");
        let parts = [address, representation, &languages, &log.to_string(), &index, &actor.audit_name()];
        Ok(Validators { tag: EntityTag::of(parts), modified })
    }

    /// The reply as JSON, where any change that the reader could see may change it.
    pub(crate) async fn answer<B: Serialize>(
        &self,
        make: impl AsyncFnOnce() -> Answer<Reply<B>>,
    ) -> Answer<Response> {
        let validators = self.validators("json").await?;
        self.reply(&validators, make).await
    }

    /// The reply as JSON with its validators and links; nothing is made for a reader who has it already.
    pub(crate) async fn reply<B: Serialize>(
        &self,
        validators: &Validators,
        make: impl AsyncFnOnce() -> Answer<Reply<B>>,
    ) -> Answer<Response> {
        if let Some(response) = validators.not_modified(&self.headers) {
            return Ok(response);
        }
        let Reply { body, next } = make().await?;
        let mut response = axum::Json(body).into_response();
        validators.apply(response.headers_mut());
        link_next(response.headers_mut(), next.as_deref());
        Ok(response)
    }

    /// The answer of this inquiry that was kept, or the one that `make` makes, which is kept. Only answers to readers
    /// without credentials are.
    pub(crate) async fn kept(
        &self,
        representation: Representation,
        make: impl AsyncFnOnce() -> Result<Made, Instead>,
    ) -> Result<Response, Instead> {
        let Self { state, actor, reader, uri, headers, .. } = self;
        if *actor != Actor::Anonymous {
            return Ok(make().await?.answer(headers));
        }
        let address = uri.path_and_query().map_or("", |address| address.as_str());
        let key = [address, representation.name(), &reader.languages.join(",")].join("\n");
        let moment = state.app.moment().await.map_err(Problem::from)?;
        if let Some(response) = state.answers.give(&state.app, &key, headers) {
            return Ok(response);
        }
        let made = make().await?;
        state.answers.keep(key, moment, &made);
        Ok(made.answer(headers))
    }

    /// The position where the page starts, unless it is the first page.
    pub(crate) fn position<P: DeserializeOwned>(&self) -> Answer<Option<P>> {
        let binding = self.asked.binding(self.uri.path());
        self.asked.cursor.as_deref().map(|text| cursor::decode(binding, text)).transpose()
    }

    /// The cursor of a position in what is asked for.
    pub(crate) fn cursor<P: Serialize>(&self, position: &P) -> String {
        cursor::encode(self.asked.binding(self.uri.path()), position)
    }

    /// The absolute address of the page that starts at a position.
    pub(crate) fn next_url<P: Serialize>(&self, position: &P) -> String {
        let cursor = Parameter::Cursor.name();
        self.address(&[cursor], (cursor, &self.cursor(position)))
    }

    /// The address of the page after this one, if there is one; of the rows, one of which more was read than the page
    /// holds, those are left that it holds. `position` is where a page after a row starts.
    pub(crate) fn next_of<T, P: Serialize>(
        &self,
        rows: &mut Vec<T>,
        position: impl FnOnce(&T) -> P,
    ) -> Option<String> {
        let has_more = cut(rows, self.asked.limit);
        rows.last().filter(|_| has_more).map(|last| self.next_url(&position(last)))
    }

    /// The absolute address of the same inquiry with some parameters left out and one given at the end.
    pub(crate) fn address(&self, left_out: &[&str], given: (&str, &str)) -> String {
        let query = self.asked.query_string(left_out, Some(given));
        format!("{}?{query}", self.state.site.url(self.uri.path()))
    }
}
