// What a developer does with the client that openapi-typescript makes of the contract, against a running server.

import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "../generated/api.js";

const baseUrl = process.env["CATALOG_URL"];
const token = process.env["CATALOG_TOKEN"];
assert(baseUrl && token, "CATALOG_URL and CATALOG_TOKEN say whom to ask");

// Lists and records can be had as tables, too: this client asks for JSON, and for nothing else.
type Json = "application/json" | "application/problem+json";

const reader = createClient<paths, Json>({ baseUrl });
const writer = createClient<paths, Json>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });

/** The cursor of the next page, which `next` holds as an address. */
function cursorOf(next: string): string {
  const cursor = new URL(next).searchParams.get("cursor");
  assert(cursor, next);
  return cursor;
}

async function pagesToTheEnd(): Promise<components["schemas"]["Summary"][]> {
  const all: components["schemas"]["Summary"][] = [];
  let cursor: string | undefined;
  for (;;) {
    const query = cursor === undefined ? { limit: 15 } : { limit: 15, cursor };
    const { data, error } = await reader.GET("/api/v1/datasets", { params: { query } });
    assert(data, JSON.stringify(error));
    all.push(...data.items);
    if (data.next === null) {
      assert.equal(data.total, all.length);
      return all;
    }
    cursor = cursorOf(data.next);
  }
}

async function reads(): Promise<void> {
  const all = await pagesToTheEnd();
  assert(all.length > 15, "more than one page");
  assert.equal(new Set(all.map((summary) => summary.id)).size, all.length);

  const tables = await reader.GET("/api/v1/datasets", { params: { query: { format: ["CSV"], limit: 100 } } });
  assert(tables.data && tables.data.items.length > 0 && tables.data.items.length <= all.length);
  assert(tables.data.items.every((summary) => summary.format?.includes("CSV")));

  const first = all[0];
  assert(first);
  const one = await reader.GET("/api/v1/datasets/{id}", { params: { path: { id: first.id } } });
  assert.equal(one.data?.slug, first.slug);
  assert.equal(one.response.headers.get("ETag")?.startsWith('"r'), true);

  const query = { kind: ["dataset" as const], facets: "format:5,publisher" };
  const found = await reader.GET("/api/v1/search", { params: { query } });
  assert.deepEqual(found.data?.facets.map((facet) => facet.field), ["format", "publisher"]);
  const bucket = found.data?.facets[0]?.buckets[0];
  assert(bucket && bucket.count > 0 && bucket.url.includes("format="));

  const missing = await reader.GET("/api/v1/datasets/{id}", { params: { path: { id: "no-hay-tal" } } });
  assert.equal(missing.response.status, 404);
  assert.equal(missing.error?.code, "not-found");
}

async function writes(): Promise<void> {
  const before = await reader.GET("/api/v1/changes", { params: { query: { limit: 1000 } } });
  assert(before.data && before.data.next === null);

  const body: components["schemas"]["Dataset"] = {
    identifier: "cliente-typescript",
    title: { es: "Hecho por un cliente de TypeScript" },
  };
  const refused = await reader.POST("/api/v1/datasets", { body });
  assert.equal(refused.error?.code, "token-required");
  const made = await writer.POST("/api/v1/datasets", { body });
  assert(made.data, JSON.stringify(made.error));
  const path = { id: made.data.id };
  const tag = made.response.headers.get("ETag");
  assert(tag);

  const longer = { ...body, description: { es: "Y cambiado por él." } };
  const changed = await writer.PUT("/api/v1/datasets/{id}", { params: { path, header: { "If-Match": tag } }, body: longer });
  assert.equal(changed.data?.revision, 2);
  const late = await writer.PUT("/api/v1/datasets/{id}", { params: { path, header: { "If-Match": tag } }, body });
  assert.equal(late.error?.code, "precondition-failed");

  const current = changed.response.headers.get("ETag");
  assert(current);
  const deleted = await writer.DELETE("/api/v1/datasets/{id}", {
    params: { path, header: { "If-Match": current }, query: { reason: "fin de la prueba" } },
  });
  assert.equal(deleted.data?.reason, "fin de la prueba");
  const gone = await reader.GET("/api/v1/datasets/{id}", { params: { path } });
  assert.equal(gone.error?.code, "gone");
  assert.equal(gone.error?.tombstone?.id, path.id);

  const after = await reader.GET("/api/v1/changes", { params: { query: { from: before.data.token } } });
  const own = after.data?.items.filter((change) => change.id === path.id).map((change) => change.op);
  assert.equal(own?.at(-1), "delete");
}

await reads();
await writes();
console.log("typescript: ok");
