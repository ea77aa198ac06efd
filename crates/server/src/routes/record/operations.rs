//! The operations of a kind of record, with the paths and ids that the kind gives them.

/// The operations of one kind of record.
macro_rules! record_routes {
    (
        $kind:expr, $tag:literal, $document:ident, $record:ident,
        $collection:literal, $one:literal, $revisions:literal, $revision:literal, $diff:literal, $raw:literal,
        list $list_id:literal, get $get_id:literal, create $create_id:literal, replace $replace_id:literal,
        patch $patch_id:literal, delete $delete_id:literal, revisions $revisions_id:literal,
        revision $revision_id:literal, diff $diff_id:literal, raw $raw_id:literal
    ) => {
        use axum::{extract::Path, response::Response};
        use utoipa_axum::{router::OpenApiRouter, routes};
        use vitrina_domain::record::Kind;

        use $crate::{
            actor::Bearer,
            body::{JsonBody, MergePatch},
            inquiry::Ask,
            instead::Instead,
            openapi::component,
            paging::Page,
            problem::Answer,
            routes::{
                asks::NothingAsks,
                record::{
                    self,
                    asks::{CreateAsks, DeleteAsks, DiffAsks, GetAsks, ListAsks, RevisionsAsks, WriteAsks},
                    body::{DiffBody, PatchBody, RevisionBody},
                },
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
        async fn list(Ask(inquiry, _): Ask<ListAsks>) -> Answer<Response> {
            record::list::list(KIND, &inquiry).await
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
        async fn get(Ask(inquiry, _): Ask<GetAsks>, Path(id): Path<String>) -> Result<Response, Instead> {
            record::get::get(KIND, &id, &inquiry).await
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
            Ask(inquiry, _): Ask<CreateAsks, Bearer>, JsonBody(document): JsonBody,
        ) -> Answer<Response> {
            record::create::create(KIND, &inquiry, document).await
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
            Ask(inquiry, _): Ask<WriteAsks, Bearer>, Path(id): Path<String>, JsonBody(document): JsonBody,
        ) -> Answer<Response> {
            record::replace::replace(KIND, &id, &inquiry, document).await
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
            request_body(content((PatchBody = "application/merge-patch+json"), (PatchBody = "application/json"))),
            responses((status = 200, description = "The record as it is now.", content_type = "application/json", body = component::$record)),
            security(("token" = []))
        )]
        async fn patch(
            Ask(inquiry, _): Ask<WriteAsks, Bearer>, Path(id): Path<String>, MergePatch(patch): MergePatch,
        ) -> Answer<Response> {
            record::patch::patch(KIND, &id, &inquiry, &patch).await
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
            Ask(inquiry, _): Ask<DeleteAsks, Bearer>, Path(id): Path<String>,
        ) -> Answer<Response> {
            record::delete::delete(KIND, &id, &inquiry).await
        }

        /// Lists the revisions of a record, newest first.
        ///
        /// Every change of the document made one; nothing is ever taken out.
        #[utoipa::path(
            get, path = $revisions, operation_id = $revisions_id, tag = $tag,
            params(("id" = String, Path, description = "The record's id or slug."), RevisionsAsks),
            responses((status = 200, description = "A page of revisions.", body = Page<RevisionBody>))
        )]
        async fn revisions(
            Ask(inquiry, _): Ask<RevisionsAsks>, Path(id): Path<String>,
        ) -> Result<Response, Instead> {
            record::revisions::list(KIND, &id, &inquiry).await
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
            responses((status = 200, description = "The revision.", body = RevisionBody))
        )]
        async fn revision(
            Ask(inquiry, _): Ask<NothingAsks>, Path((id, number)): Path<(String, u32)>,
        ) -> Result<Response, Instead> {
            record::revisions::get(KIND, &id, number, &inquiry).await
        }

        /// Compares two revisions member by member.
        ///
        /// Without `to` the current revision is meant, without `from` the one before `to`; a record that never changed
        /// has nothing to compare, and is answered 400.
        #[utoipa::path(
            get, path = $diff, operation_id = $diff_id, tag = $tag,
            params(("id" = String, Path, description = "The record's id or slug."), DiffAsks),
            responses((status = 200, description = "The members that differ.", body = DiffBody))
        )]
        async fn diff(Ask(inquiry, _): Ask<DiffAsks>, Path(id): Path<String>) -> Result<Response, Instead> {
            record::diff::diff(KIND, &id, &inquiry).await
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
        async fn raw(Ask(inquiry, _): Ask<NothingAsks>, Path(id): Path<String>) -> Result<Response, Instead> {
            record::raw::raw(KIND, &id, &inquiry).await
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
