import { expect, test } from "vitest";
import type { PostgresSync } from "../../../src/core/sync-plan.ts";
import { type Findings, look, makeDatabase, uniqueName } from "./look.ts";

test("what is renamed and left out by its name is there", async () => {
  await using source = await makeDatabase(15);
  await source.sql("CREATE SCHEMA app; CREATE TABLE app.users (id int); CREATE VIEW app.names AS SELECT 1; CREATE TABLE a (id int)");
  const found = await lookAt(source, {
    map: { database: undefined, schemas: { app: "application" }, tables: { "public.a": "public.b" }, rename: [] },
    objects: { include: "default", exclude: [selector("view", "app", "names"), selector("table", undefined, "nothing*")] },
  });
  expect(found.problems).toEqual([]);
});

test("names that the source does not have are told, each where it stands", async () => {
  await using source = await makeDatabase(15);
  await source.sql("CREATE TABLE events (id int); CREATE TABLE password (id int)");
  const found = await lookAt(source, {
    map: { database: undefined, schemas: { ap: "application" }, tables: { "public.evnets": "public.happenings" }, rename: [] },
    objects: { include: "default", exclude: [selector("table", "public", "pasword"), selector("schema", undefined, "secret")] },
  });
  expect(found.problems.toSorted()).toEqual(["EXCLUDE_WITHOUT_OBJECT confirm", "MAP_WITHOUT_OBJECT confirm"]);
  expect(found.of("MAP_WITHOUT_OBJECT").message).toContain("ap, public.evnets");
  expect(found.of("EXCLUDE_WITHOUT_OBJECT").message).toContain("table public.pasword, schema secret");
});

function selector(kind: string, schema: string | undefined, name: string) {
  return { kind, schema, name };
}

async function lookAt(source: { readonly url: string }, sync: Partial<PostgresSync>): Promise<Findings> {
  await using target = await makeDatabase(15, { create: false, name: uniqueName("new") });
  return await look({ from: source.url, to: target.url, sync });
}
