CREATE TABLE "blobs" ( "digest" blob(1) NOT NULL PRIMARY KEY,
  "length" integer NOT NULL,
  "blocks" blob(1) NOT NULL,
  "expected" integer NOT NULL ,
  "checked" integer NOT NULL DEFAULT 0);
CREATE INDEX "blobs_checked" ON "blobs" ("checked", "digest");
CREATE TRIGGER changes_no_delete BEFORE DELETE ON changes BEGIN SELECT RAISE(ABORT, 'the change log is append-only'); END;
CREATE TRIGGER changes_no_update BEFORE UPDATE ON changes BEGIN SELECT RAISE(ABORT, 'the change log is append-only'); END;
CREATE TABLE "changes" ( "seq" integer NOT NULL PRIMARY KEY,
  "at" integer NOT NULL,
  "actor" text NOT NULL,
  "audience" text NOT NULL,
  "kind" text NOT NULL,
  "entity_id" uuid_text NOT NULL,
  "op" text NOT NULL,
  "revision" integer NOT NULL,
  "hash" blob(1) NOT NULL,
  "changed" text NOT NULL );
CREATE INDEX "changes_audience" ON "changes" ("audience", "seq");
CREATE INDEX "changes_audience_kind" ON "changes" ("audience", "kind", "seq");
CREATE TABLE "distributions" ( "id" uuid_text NOT NULL PRIMARY KEY,
  "dataset_id" uuid_text NOT NULL,
  "position" integer NOT NULL,
  "match_key" text,
  "document" text NOT NULL, FOREIGN KEY ("dataset_id") REFERENCES "records" ("id") );
CREATE UNIQUE INDEX "distributions_position" ON "distributions" ("dataset_id", "position");
CREATE TABLE "files" ( "distribution_id" uuid_text NOT NULL,
  "number" integer NOT NULL,
  "dataset_id" uuid_text NOT NULL,
  "digest" blob(1) NOT NULL,
  "length" integer NOT NULL,
  "media_type" text NOT NULL,
  "name" text NOT NULL,
  "actor" text NOT NULL,
  "uploaded" integer NOT NULL, PRIMARY KEY ("distribution_id",
  "number"), FOREIGN KEY ("dataset_id") REFERENCES "records" ("id"), FOREIGN KEY ("digest") REFERENCES "blobs" ("digest") );
CREATE INDEX "files_dataset" ON "files" ("dataset_id");
CREATE INDEX "files_digest" ON "files" ("digest");
CREATE TABLE "idempotency_keys" ( "owner" text NOT NULL,
  "key" blob(1) NOT NULL,
  "request" blob(1) NOT NULL,
  "claimed" integer NOT NULL,
  "status" integer,
  "headers" text NOT NULL,
  "body" blob(1) NOT NULL, PRIMARY KEY ("owner",
  "key") );
CREATE INDEX "idempotency_keys_claimed" ON "idempotency_keys" ("claimed");
CREATE TABLE "import_items" ( "run_id" uuid_text NOT NULL,
  "position" integer NOT NULL,
  "pointer" text NOT NULL,
  "identifier" text,
  "title" text,
  "outcome" text NOT NULL,
  "record_id" uuid_text,
  "findings" text NOT NULL, PRIMARY KEY ("run_id",
  "position"), FOREIGN KEY ("run_id") REFERENCES "import_runs" ("id") );
CREATE INDEX "import_items_outcome" ON "import_items" ("run_id", "outcome", "position");
CREATE INDEX "import_items_record" ON "import_items" ("record_id", "run_id", "position");
CREATE TABLE "import_runs" ( "id" uuid_text NOT NULL PRIMARY KEY,
  "source_id" uuid_text NOT NULL,
  "format" text NOT NULL,
  "raw_digest" blob(1) NOT NULL,
  "actor" text NOT NULL,
  "fetched" integer NOT NULL,
  "started" integer NOT NULL,
  "ended" integer,
  "state" text NOT NULL,
  "error_code" text,
  "error_detail" text,
  "tally" text NOT NULL,
  "findings" text NOT NULL, FOREIGN KEY ("source_id") REFERENCES "sources" ("id") );
CREATE INDEX "import_runs_raw" ON "import_runs" ("raw_digest");
CREATE TABLE "inspections" ( "digest" blob(1) NOT NULL PRIMARY KEY,
  "outcome" text NOT NULL,
  "inspected" integer NOT NULL,
  "program" text NOT NULL, FOREIGN KEY ("digest") REFERENCES "blobs" ("digest") ON DELETE CASCADE );
CREATE TABLE "job_log" ( "job_id" uuid_text NOT NULL,
  "position" integer NOT NULL,
  "at" integer NOT NULL,
  "attempt" integer NOT NULL,
  "text" text NOT NULL, PRIMARY KEY ("job_id",
  "position"), FOREIGN KEY ("job_id") REFERENCES "jobs" ("id") );
CREATE TABLE "jobs" ( "id" uuid_text NOT NULL PRIMARY KEY,
  "kind" text NOT NULL,
  "key" text,
  "priority" integer NOT NULL,
  "payload" text NOT NULL,
  "actor" text NOT NULL,
  "schedule" text,
  "created" integer NOT NULL,
  "due" integer NOT NULL,
  "attempt" integer NOT NULL,
  "attempts" integer NOT NULL,
  "time_limit" integer NOT NULL,
  "state" text NOT NULL,
  "cancelling" boolean NOT NULL,
  "worker" text,
  "lease" uuid_text,
  "lease_until" integer,
  "started" integer,
  "ended" integer,
  "progress" text NOT NULL,
  "result" text,
  "failure" text );
CREATE INDEX "jobs_key" ON "jobs" ("key", "kind");
CREATE INDEX "jobs_waiting" ON "jobs" ("state", "priority", "due", "id");
CREATE TABLE "letters" ( "id" uuid_text NOT NULL PRIMARY KEY,
  "filed" integer NOT NULL,
  "document" text NOT NULL );
CREATE INDEX "letters_filed" ON "letters" ("filed");
CREATE TABLE "organization_aliases" ( "source_id" uuid_text NOT NULL,
  "alias" blob(1) NOT NULL,
  "organization_id" uuid_text NOT NULL, PRIMARY KEY ("source_id",
  "alias"), FOREIGN KEY ("source_id") REFERENCES "sources" ("id"), FOREIGN KEY ("organization_id") REFERENCES "records" ("id") );
CREATE TABLE "records" ( "id" uuid_text NOT NULL PRIMARY KEY,
  "kind" text NOT NULL,
  "slug" text NOT NULL,
  "source_id" uuid_text NOT NULL,
  "identifier" text NOT NULL,
  "identity" blob(1) NOT NULL,
  "catalog_id" uuid_text,
  "organization_id" uuid_text,
  "visibility" text NOT NULL,
  "visibility_reason" text,
  "was_published" boolean NOT NULL,
  "created_seq" integer NOT NULL,
  "revision" integer NOT NULL,
  "created" integer NOT NULL,
  "updated" integer NOT NULL,
  "hash" blob(1) NOT NULL,
  "document" text NOT NULL, FOREIGN KEY ("source_id") REFERENCES "sources" ("id") );
CREATE UNIQUE INDEX "records_identity" ON "records" ("kind", "source_id", "identity");
CREATE INDEX "records_list" ON "records" ("kind", "visibility", "created_seq");
CREATE INDEX "records_list_by_catalog" ON "records" ("catalog_id", "kind", "visibility", "created_seq");
CREATE INDEX "records_list_by_organization" ON "records" ("organization_id", "kind", "visibility", "created_seq");
CREATE INDEX "records_list_by_source" ON "records" ("source_id", "kind", "visibility", "created_seq");
CREATE TABLE "revisions" ( "record_id" uuid_text NOT NULL,
  "number" integer NOT NULL,
  "kind" text NOT NULL,
  "source_id" uuid_text NOT NULL,
  "catalog_id" uuid_text,
  "organization_id" uuid_text,
  "created_seq" integer NOT NULL,
  "valid_from" integer NOT NULL,
  "valid_to" integer,
  "visibility" text NOT NULL,
  "visibility_reason" text,
  "access" text NOT NULL,
  "actor" text NOT NULL,
  "hash" blob(1) NOT NULL,
  "distribution_ids" text NOT NULL,
  "document" text NOT NULL,
  "raw_digest" blob(1),
  "raw_encoding" text,
  "raw_offset" integer,
  "raw_length" integer, PRIMARY KEY ("record_id",
  "number"), FOREIGN KEY ("record_id") REFERENCES "records" ("id") );
CREATE INDEX "revisions_list" ON "revisions" ("kind", "access", "created_seq", "valid_from");
CREATE INDEX "revisions_list_by_catalog" ON "revisions" ("catalog_id", "kind", "access", "created_seq", "valid_from");
CREATE INDEX "revisions_list_by_organization" ON "revisions" ("organization_id", "kind", "access", "created_seq", "valid_from");
CREATE INDEX "revisions_list_by_source" ON "revisions" ("source_id", "kind", "access", "created_seq", "valid_from");
CREATE TABLE "schedules" ( "name" text NOT NULL PRIMARY KEY,
  "kind" text NOT NULL,
  "payload" text NOT NULL,
  "cron" text NOT NULL,
  "zone" text NOT NULL,
  "missed" text NOT NULL,
  "enabled" boolean NOT NULL,
  "next" integer );
CREATE TABLE "settings" ( "key" text NOT NULL PRIMARY KEY,
  "value" text NOT NULL );
CREATE TABLE "slugs" ( "kind" text NOT NULL,
  "slug" text NOT NULL,
  "record_id" uuid_text NOT NULL,
  "stem" text NOT NULL,
  "number" integer NOT NULL, PRIMARY KEY ("kind",
  "slug"), FOREIGN KEY ("record_id") REFERENCES "records" ("id") );
CREATE INDEX "slugs_stem" ON "slugs" ("kind", "stem", "number");
CREATE TABLE "sources" ( "id" uuid_text NOT NULL PRIMARY KEY,
  "name" text NOT NULL,
  "name_digest" blob(1) NOT NULL,
  "kind" text NOT NULL,
  "catalog_id" uuid_text,
  "organization_id" uuid_text,
  "last_fetched" integer );
CREATE UNIQUE INDEX "sources_name" ON "sources" ("name_digest");
CREATE TABLE "suppressions" ( "id" uuid_text NOT NULL PRIMARY KEY,
  "address" blob(1) NOT NULL,
  "list" text NOT NULL,
  "reason" text NOT NULL,
  "domain" text,
  "created" integer NOT NULL,
  "actor" text NOT NULL );
CREATE UNIQUE INDEX "suppressions_address" ON "suppressions" ("address", "list");
CREATE TABLE "tokens" ( "id" uuid_text NOT NULL PRIMARY KEY,
  "name" text NOT NULL,
  "hash" blob(1) NOT NULL,
  "scopes" text NOT NULL,
  "created" integer NOT NULL,
  "expires" integer NOT NULL,
  "revoked" integer,
  "last_used" integer );
CREATE UNIQUE INDEX "tokens_hash" ON "tokens" ("hash");
CREATE TABLE "webhook_tries" ( "webhook_id" uuid_text NOT NULL,
  "position" integer NOT NULL,
  "event" text NOT NULL,
  "kind" text NOT NULL,
  "at" integer NOT NULL,
  "attempt" integer NOT NULL,
  "took" integer NOT NULL,
  "status" integer,
  "reason" text, PRIMARY KEY ("webhook_id",
  "position"), FOREIGN KEY ("webhook_id") REFERENCES "webhooks" ("id") );
CREATE INDEX "webhook_tries_at" ON "webhook_tries" ("at");
CREATE TABLE "webhooks" ( "id" uuid_text NOT NULL PRIMARY KEY,
  "owner" text NOT NULL,
  "address" text NOT NULL,
  "kinds" text NOT NULL,
  "organization_id" uuid_text,
  "secret" text NOT NULL,
  "former_secret" text,
  "former_until" integer,
  "state" text NOT NULL,
  "position" integer NOT NULL,
  "created" integer NOT NULL,
  "accepted" integer,
  "failing_since" integer,
  "tries" integer NOT NULL,
  "last_status" integer,
  "last_reason" text );
CREATE INDEX "webhooks_owner" ON "webhooks" ("owner", "id");
CREATE INDEX "webhooks_position" ON "webhooks" ("state", "position");
