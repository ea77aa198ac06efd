//! Records of every kind: the same operations, declared once per kind.
//!
//! Each file holds one operation for any kind; [`record_routes!`] gives each kind its paths and operation ids.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod diff;
pub(crate) mod get;
pub(crate) mod identified;
pub(crate) mod list;
pub(crate) mod past;
pub(crate) mod patch;
pub(crate) mod raw;
pub(crate) mod replace;
pub(crate) mod revisions;
pub(crate) mod written;

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use vitrina_app::AppError;
use vitrina_domain::{
    query::{Field, SortKey},
    record::{Kind, Record},
};

use crate::{
    conditional::{EntityTag, Validators, revision_stem},
    filter::{PageSize, Parameter, Spec},
    negotiate::Representation,
    problem::Problem,
    site::Site,
};

/// Declares what a route takes, for its parser and for its documentation.
macro_rules! asks {
    ($($(#[$doc:meta])* $name:ident = $spec:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $name;

        impl $crate::filter::Asks for $name {
            const SPEC: $crate::filter::Spec = $spec;
        }

        impl utoipa::IntoParams for $name {
            fn into_params(
                _parameter_in: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>,
            ) -> Vec<utoipa::openapi::path::Parameter> {
                $crate::openapi::parameters(&<Self as $crate::filter::Asks>::SPEC)
            }
        }
    )*};
}
pub(crate) use asks;

asks! {
    /// What lists of records take.
    ListAsks = Spec {
        parameters: &[
            Parameter::Q, Parameter::At, Parameter::Limit, Parameter::Cursor, Parameter::Sort, Parameter::Count,
            Parameter::Fields, Parameter::Lang, Parameter::F, Parameter::Bom,
        ],
        filters: Field::ALL,
        sorts: &[SortKey::Relevance, SortKey::Created, SortKey::Updated, SortKey::Issued, SortKey::Modified, SortKey::Title],
        expansions: &[],
        page: PageSize::RECORDS,
    };
    /// What one record takes.
    GetAsks = Spec {
        parameters: &[Parameter::Fields, Parameter::Expand, Parameter::At, Parameter::Lang, Parameter::F],
        filters: &[],
        sorts: &[],
        expansions: &["organization", "catalog"],
        page: PageSize::RECORDS,
    };
    /// What a new record takes.
    CreateAsks = Spec { parameters: &[Parameter::Organization, Parameter::Catalog, Parameter::Lang], ..Spec::NONE };
    /// What a write of a record takes.
    WriteAsks = Spec { parameters: &[Parameter::Lang], ..Spec::NONE };
    /// What a deletion takes.
    DeleteAsks = Spec { parameters: &[Parameter::Reason, Parameter::Lang], ..Spec::NONE };
    /// What a list of revisions takes.
    RevisionsAsks = Spec { parameters: &[Parameter::Limit, Parameter::Cursor], ..Spec::NONE };
    /// What a comparison takes.
    DiffAsks = Spec { parameters: &[Parameter::From, Parameter::To], ..Spec::NONE };
    /// What routes take that take nothing.
    NothingAsks = Spec::NONE;
}

/// The representations of lists and records, the default first.
pub(crate) const LIST_OFFER: &[Representation] = &[
    Representation::Data(vitrina_formats::Format::Json),
    Representation::Data(vitrina_formats::Format::Ndjson),
    Representation::Data(vitrina_formats::Format::Csv),
];

/// The validators of one representation of a record.
pub(crate) fn validators(record: &Record, representation: &str, look: &[&str]) -> Validators {
    let hash = record.hash.to_string();
    let state = record.visibility.state();
    let updated = record.updated.micros().to_string();
    let parts = [hash.as_str(), state, &updated, representation].into_iter().chain(look.iter().copied());
    Validators {
        tag: EntityTag::with_stem(&revision_stem(record.revision), parts),
        modified: Some(record.updated),
    }
}

/// An error of a use case, or the permanent redirect that an old slug is.
pub(crate) fn or_moved(error: AppError, address: impl FnOnce(&str) -> String) -> Result<Response, Problem> {
    match error {
        AppError::Moved(slug) => {
            Ok((StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, address(slug.as_str()))]).into_response())
        }
        other => Err(Problem::from(other)),
    }
}

/// The address of a record in the API.
pub(crate) fn api_url(site: &Site, kind: Kind, key: &str) -> String {
    site.url(&format!("/api/v1/{}/{key}", kind.collection()))
}

/// The operations of one kind of record.
macro_rules! record_routes {
    (
        $kind:expr, $tag:literal, $document:ident, $record:ident,
        $collection:literal, $one:literal, $revisions:literal, $revision:literal, $diff:literal, $raw:literal,
        list $list_id:literal, get $get_id:literal, create $create_id:literal, replace $replace_id:literal,
        patch $patch_id:literal, delete $delete_id:literal, revisions $revisions_id:literal,
        revision $revision_id:literal, diff $diff_id:literal, raw $raw_id:literal
    ) => {
        use axum::{extract::{Path, State}, http::{HeaderMap, Uri}, response::Response};
        use utoipa_axum::{router::OpenApiRouter, routes};
        use vitrina_domain::record::Kind;

        use $crate::{
            actor::{Bearer, Caller},
            body::{JsonBody, MergePatch},
            filter::Asked,
            locale::Reader,
            openapi::component,
            paging::Page,
            problem::Answer,
            routes::record::{
                self, CreateAsks, DeleteAsks, DiffAsks, GetAsks, ListAsks, NothingAsks, RevisionsAsks, WriteAsks,
            },
            state::AppState,
            view::Summary,
        };

        const KIND: Kind = $kind;

        /// Lists records, filtered, ordered and paged.
        ///
        /// Every filter can be combined with any other: repeated values of one parameter mean any of them, different
        /// parameters mean all of them. Follow `next` until it is null; in the default order (creation) nothing is
        /// missed while others write. Texts come as one string in the reader's language; read one record for all.
        ///
        /// With `at` the list is that of an instant: the records that everyone could see then, each in its state of
        /// then, in creation order. It is narrowed by `organization` and `catalog` (by id or slug) and by `source` (by
        /// name), as they were then; any other condition or order is `400 at-not-supported`. What was deleted since is in
        /// it; what is held or withdrawn today is not, nor are its earlier states once it is published again with other
        /// contents.
        #[utoipa::path(
            get, path = $collection, operation_id = $list_id, tag = $tag, params(ListAsks),
            responses((status = 200, description = "A page of records.", body = Page<Summary>))
        )]
        async fn list(
            State(state): State<AppState>, Caller(actor): Caller, Asked(asked, _): Asked<ListAsks>, reader: Reader,
            uri: Uri, headers: HeaderMap,
        ) -> Answer<Response> {
            record::list::list(&state, &actor, KIND, &asked, reader, &uri, &headers).await
        }

        /// Gives one record by id or slug.
        ///
        /// Texts are maps from language tag to text. The entity tag of the answer is what `If-Match` of a change takes.
        /// A record that was withdrawn or deleted is answered 410 with its tombstone, for ever.
        ///
        /// With `at` it is given as it was at an instant, also when it was deleted since. What is held or withdrawn today
        /// is closed for the past as well.
        #[utoipa::path(
            get, path = $one, operation_id = $get_id, tag = $tag,
            params(("id" = String, Path, description = "The record's id or slug."), GetAsks),
            responses(
                (status = 200, description = "The record.", content_type = "application/json", body = component::$record),
                (status = 304, description = "The reader has this representation already."),
            )
        )]
        async fn get(
            State(state): State<AppState>, Caller(actor): Caller, Path(id): Path<String>,
            Asked(asked, _): Asked<GetAsks>, reader: Reader, headers: HeaderMap,
        ) -> Answer<Response> {
            record::get::get(&state, &actor, KIND, &id, &asked, reader, &headers).await
        }

        /// Makes a record from a document.
        ///
        /// The document needs a title or an identifier; what else is odd in it is kept and told in `findings`. A member
        /// that the server owns (`id`, `slug`, `revision`, …) is ignored. With an `Idempotency-Key` header the request
        /// can be repeated for 24 hours and is done once. Needs the scope `write:datasets`.
        #[utoipa::path(
            post, path = $collection, operation_id = $create_id, tag = $tag, params(CreateAsks),
            request_body(content = component::$document, content_type = "application/json"),
            responses((status = 201, description = "The record, and what was found in its document.", content_type = "application/json", body = component::$record)),
            security(("token" = []))
        )]
        async fn create(
            State(state): State<AppState>, Bearer(actor): Bearer, Asked(asked, _): Asked<CreateAsks>, reader: Reader,
            JsonBody(document): JsonBody,
        ) -> Answer<Response> {
            record::create::create(&state, &actor, KIND, &asked, reader, document).await
        }

        /// Replaces the document of a record; `If-Match` says which revision.
        ///
        /// The whole document is replaced: members that are not sent are gone. A document that says the same makes no
        /// new revision. Needs the scope `write:datasets`.
        #[utoipa::path(
            put, path = $one, operation_id = $replace_id, tag = $tag,
            params(
                ("id" = String, Path, description = "The record's id or slug."),
                ("If-Match" = String, Header, description = "The entity tag that was read."),
                WriteAsks,
            ),
            request_body(content = component::$document, content_type = "application/json"),
            responses((status = 200, description = "The record as it is now.", content_type = "application/json", body = component::$record)),
            security(("token" = []))
        )]
        async fn replace(
            State(state): State<AppState>, Bearer(actor): Bearer, Path(id): Path<String>,
            Asked(asked, _): Asked<WriteAsks>, reader: Reader, headers: HeaderMap, JsonBody(document): JsonBody,
        ) -> Answer<Response> {
            record::replace::replace(&state, &actor, KIND, &id, &asked, reader, &headers, document).await
        }

        /// Changes members of a document by JSON Merge Patch (RFC 7396).
        ///
        /// Members that are sent replace those that are there, null takes a member away, and lists are replaced whole.
        /// Needs the scope `write:datasets`.
        #[utoipa::path(
            patch, path = $one, operation_id = $patch_id, tag = $tag,
            params(
                ("id" = String, Path, description = "The record's id or slug."),
                ("If-Match" = String, Header, description = "The entity tag that was read."),
                WriteAsks,
            ),
            request_body(content((record::PatchBody = "application/merge-patch+json"), (record::PatchBody = "application/json"))),
            responses((status = 200, description = "The record as it is now.", content_type = "application/json", body = component::$record)),
            security(("token" = []))
        )]
        async fn patch(
            State(state): State<AppState>, Bearer(actor): Bearer, Path(id): Path<String>,
            Asked(asked, _): Asked<WriteAsks>, reader: Reader, headers: HeaderMap, MergePatch(patch): MergePatch,
        ) -> Answer<Response> {
            record::patch::patch(&state, &actor, KIND, &id, &asked, reader, &headers, &patch).await
        }

        /// Deletes a record; its tombstone and its history stay.
        ///
        /// From then on the record is answered 410 with the tombstone that is returned here, and `/api/v1/changes` tells
        /// of it for ever. Needs the scope `write:datasets`.
        #[utoipa::path(
            delete, path = $one, operation_id = $delete_id, tag = $tag,
            params(
                ("id" = String, Path, description = "The record's id or slug."),
                ("If-Match" = String, Header, description = "The entity tag that was read."),
                DeleteAsks,
            ),
            responses((status = 200, description = "The tombstone.", body = $crate::problem::TombstoneBody)),
            security(("token" = []))
        )]
        async fn delete(
            State(state): State<AppState>, Bearer(actor): Bearer, Path(id): Path<String>,
            Asked(asked, _): Asked<DeleteAsks>, headers: HeaderMap,
        ) -> Answer<Response> {
            record::delete::delete(&state, &actor, KIND, &id, &asked, &headers).await
        }

        /// Lists the revisions of a record, newest first.
        ///
        /// Every change of the document made one; nothing is ever taken out.
        #[utoipa::path(
            get, path = $revisions, operation_id = $revisions_id, tag = $tag,
            params(("id" = String, Path, description = "The record's id or slug."), RevisionsAsks),
            responses((status = 200, description = "A page of revisions.", body = Page<record::RevisionBody>))
        )]
        async fn revisions(
            State(state): State<AppState>, Caller(actor): Caller, Path(id): Path<String>,
            Asked(asked, _): Asked<RevisionsAsks>, uri: Uri, headers: HeaderMap,
        ) -> Answer<Response> {
            record::revisions::list(&state, &actor, KIND, &id, &asked, &uri, &headers).await
        }

        /// Gives one revision with its document.
        ///
        /// The document is as it was, member by member; its hash tells whether a copy is the same.
        #[utoipa::path(
            get, path = $revision, operation_id = $revision_id, tag = $tag,
            params(
                ("id" = String, Path, description = "The record's id or slug."),
                ("number" = u32, Path, description = "The number of the revision.", minimum = 1),
                NothingAsks,
            ),
            responses((status = 200, description = "The revision.", body = record::RevisionBody))
        )]
        async fn revision(
            State(state): State<AppState>, Caller(actor): Caller, Path((id, number)): Path<(String, u32)>,
            _asked: Asked<NothingAsks>, headers: HeaderMap,
        ) -> Answer<Response> {
            record::revisions::get(&state, &actor, KIND, &id, number, &headers).await
        }

        /// Compares two revisions member by member.
        ///
        /// Without `to` the current revision is meant, without `from` the one before `to`; a record that never changed
        /// has nothing to compare, and is answered 400.
        #[utoipa::path(
            get, path = $diff, operation_id = $diff_id, tag = $tag,
            params(("id" = String, Path, description = "The record's id or slug."), DiffAsks),
            responses((status = 200, description = "The members that differ.", body = record::DiffBody))
        )]
        async fn diff(
            State(state): State<AppState>, Caller(actor): Caller, Path(id): Path<String>,
            Asked(asked, _): Asked<DiffAsks>, headers: HeaderMap,
        ) -> Answer<Response> {
            record::diff::diff(&state, &actor, KIND, &id, &asked, &headers).await
        }

        /// Gives the bytes that the current revision was made from.
        ///
        /// They are what its source wrote, in the source's own members, as JSON in UTF-8; of what was not JSON (CSV,
        /// RDF), it is how the record was read. A record that was made here has none, and is answered 404.
        #[utoipa::path(
            get, path = $raw, operation_id = $raw_id, tag = $tag,
            params(("id" = String, Path, description = "The record's id or slug."), NothingAsks),
            responses((status = 200, description = "The original, as JSON in UTF-8, in whatever shape its source gave it.", content_type = "application/json", body = Value))
        )]
        async fn raw(
            State(state): State<AppState>, Caller(actor): Caller, Path(id): Path<String>,
            _asked: Asked<NothingAsks>, headers: HeaderMap,
        ) -> Answer<Response> {
            record::raw::raw(&state, &actor, KIND, &id, &headers).await
        }

        fn record_routes() -> OpenApiRouter<AppState> {
            OpenApiRouter::new()
                .routes(routes!(list, create))
                .routes(routes!(get, replace, patch, delete))
                .routes(routes!(revisions))
                .routes(routes!(revision))
                .routes(routes!(diff))
                .routes(routes!(raw))
        }
    };
}
pub(crate) use record_routes;

/// The members to change; null takes a member away.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
#[schema(value_type = Object)]
pub(crate) struct PatchBody(serde_json::Value);

/// A revision of a record.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
#[schema(as = Revision)]
pub(crate) struct RevisionBody {
    /// Its number, from 1.
    number: u32,
    /// From when it held.
    #[schema(format = "date-time")]
    valid_from: String,
    /// Until when it held; null while it is current.
    #[schema(format = "date-time", required = true)]
    valid_to: Option<String>,
    /// Who made it.
    actor: String,
    /// The SHA-256 of its document in the form of RFC 8785.
    hash: String,
    /// Its address.
    #[schema(format = "uri")]
    url: String,
    /// Its document; only where one revision is asked for.
    #[schema(value_type = Option<Object>)]
    document: Option<serde_json::Value>,
}

/// The members in which two revisions differ.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
#[schema(as = Diff)]
pub(crate) struct DiffBody {
    /// The older revision.
    pub(crate) from: u32,
    /// The newer revision.
    pub(crate) to: u32,
    /// The members that differ.
    pub(crate) differences: Vec<DifferenceBody>,
}

/// One member in which two revisions differ.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
#[schema(as = Difference)]
pub(crate) struct DifferenceBody {
    /// JSON pointer to the member.
    pub(crate) pointer: String,
    /// Its value in the older revision, of any type; null where it was absent.
    #[schema(value_type = Value)]
    pub(crate) from: serde_json::Value,
    /// Its value in the newer one, of any type; null where it is absent.
    #[schema(value_type = Value)]
    pub(crate) to: serde_json::Value,
}
