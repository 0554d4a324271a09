import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkDatabases } from "../../../src/postgres/check/check-databases.ts";
import { readSelectedObjects } from "../../../src/postgres/check/select.ts";
import { resolveConnection } from "../../../src/postgres/connect/options.ts";
import { openSession, type Session } from "../../../src/postgres/connect/session.ts";
import { Secret } from "../../../src/core/secret.ts";
import { postgresLocation, postgresSync } from "../../support/sync-plans.ts";
import { look, makeDatabase, makeRole } from "./look.ts";

describe("what is there already", () => {
  test("identical passes, different fails, not looked at says nothing", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    const ends = { from: source.url, to: target.url };
    const identical = { key: "table public.a", identical: true };
    expect((await look({ ...ends, more: { existing: [identical] } })).of("EXISTING_DIFFERENT").message).toBe("1 object, all as at the source.");
    const found = await look({ ...ends, more: { existing: [identical, { key: "table public.b", identical: false }] } });
    expect(found.problems).toEqual(["EXISTING_DIFFERENT fail"]);
    expect(found.of("EXISTING_DIFFERENT").message).toContain("1 object of the same kind and name differ from the source's: table public.b.");
    expect((await look(ends)).all.some(({ code }) => code === "EXISTING_DIFFERENT")).toBe(false);
  });
});

test("`resume: inconsistent` is to be confirmed", async () => {
  await using source = await makeDatabase(15);
  await using target = await makeDatabase(15);
  expect((await look({ from: source.url, to: target.url, sync: { resume: "inconsistent" } })).problems).toEqual(["RESUME_INCONSISTENT confirm"]);
  expect((await look({ from: source.url, to: target.url })).status("RESUME_INCONSISTENT")).toBe("pass");
});

describe("the checks themselves", () => {
  test("one that may not be made is to be confirmed, and stops no other", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    await using role = await makeRole([target]);
    await source.sql("CREATE EXTENSION hstore");
    await target.sql(`ALTER DATABASE "${target.name}" OWNER TO ${role.name}; REVOKE EXECUTE ON FUNCTION pg_available_extensions() FROM PUBLIC`);
    const found = await look({ from: source.url, to: target.urlAs(role.name), sync: { resume: "inconsistent" } });
    expect(found.problems).toEqual(["RESUME_INCONSISTENT confirm", "CHECK_INCOMPLETE confirm"]);
    expect(found.of("CHECK_INCOMPLETE").message).toContain("pg_available_extensions");
    expect(found.status("DATABASE_SPACE")).toBe("pass");
  });

  test("write nothing", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    await source.sql("CREATE TABLE t (id int)");
    const before: string[] = [];
    const watched = (session: Session): Session => ({
      ...session,
      async query(sql, parameters) {
        before.push(sql);
        await session.query("BEGIN READ ONLY");
        try {
          return await session.query(sql, parameters);
        } finally {
          await session.query("COMMIT");
        }
      },
    });
    // Each query does in a transaction that may not write what it does without.
    expect((await look({ from: source.url, to: target.url, as: { source: watched, destination: watched } })).problems).toEqual([]);
    expect(before.every((sql) => /^\s*(?:SELECT|WITH)\b/.test(sql))).toBe(true);
  });

  test("leave a session as it was", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    const options = await resolveConnection(postgresLocation("end", { url: new Secret(source.url, "${URL}") }), { env: {} });
    const session = await openSession({ ...options, lockTimeoutMs: 12_000 });
    const settings = () => session.query("SELECT name, setting FROM pg_settings ORDER BY name");
    const before = await settings();
    expect((await look({ from: source.url, to: target.url, more: { source: session } })).problems).toEqual([]);
    expect(await settings()).toEqual(before);
    await session.close();
  });

  test("do not wait for whoever has locked what they ask about", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    const table = "CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE u (id int REFERENCES t); INSERT INTO t VALUES (1); INSERT INTO u VALUES (1)";
    await source.sql(table);
    await target.sql(`${table}; TRUNCATE u`);
    const holder = await target.connect();
    await holder.query("BEGIN; LOCK u IN ACCESS EXCLUSIVE MODE");
    expect((await look({ from: source.url, to: target.url })).problems).toEqual(["CHECK_INCOMPLETE confirm"]);
    await holder.query("ROLLBACK");
    expect((await look({ from: source.url, to: target.url })).problems).toEqual([]);
  });

  test("ask as often for many tables as for one", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    const count = async () => {
      let queries = 0;
      const counting = (session: Session): Session => ({
        ...session,
        query(sql, parameters) {
          queries += 1;
          return session.query(sql, parameters);
        },
      });
      await look({ from: source.url, to: target.url, as: { source: counting, destination: counting } });
      return queries;
    };
    await source.sql("CREATE TABLE first (id serial PRIMARY KEY)");
    const few = await count();
    await source.sql(
      "DO $$ BEGIN FOR i IN 1..300 LOOP EXECUTE 'CREATE TABLE t' || i || ' (id serial PRIMARY KEY, first int REFERENCES first)'; END LOOP; END $$",
    );
    expect(await count()).toBe(few);
    expect(few).toBeLessThan(80);
  });

  test("stop when they are told to", async () => {
    await using source = await makeDatabase(15);
    const options = await resolveConnection(postgresLocation("end", { url: new Secret(source.url, "${URL}") }), { env: {} });
    const session = await openSession(options);
    const stop = new AbortController();
    const sync = postgresSync({ from: { location: postgresLocation("old") }, to: { location: postgresLocation("new") } });
    const checks = checkDatabases({ sync, source: session, destination: undefined, maintenance: session, signal: stop.signal });
    await checks.next();
    stop.abort(new Error("stopped"));
    await expect(Array.fromAsync(checks)).rejects.toThrow("stopped");
    await session.close();
  });

  test("hostile names travel through every query", async () => {
    await using source = await makeDatabase(18);
    await using target = await makeDatabase(18);
    for (const file of ["names.sql"]) await source.sql(readFileSync(join(import.meta.dirname, "../corpus", file), "utf8"));
    const found = await look({ from: source.url, to: target.url });
    expect(found.problems).toEqual([]);
    const tables = await look({ from: source.url, to: target.url, sync: { level: "table" } });
    expect(tables.all.some(({ code }) => code === "CHECK_INCOMPLETE")).toBe(false);
  });
});

describe("what is selected", () => {
  test.each([10, 13, 15, 18] as const)("objects with names of their own, on %i", async (major) => {
    await using source = await makeDatabase(major);
    await source.sql(`
      CREATE SCHEMA app; CREATE EXTENSION hstore; CREATE TYPE mood AS ENUM ('x'); CREATE TYPE pair AS (a int, b int); CREATE TYPE span AS RANGE (subtype = int); CREATE DOMAIN d AS int;
      CREATE TABLE t (id serial PRIMARY KEY, g int GENERATED ALWAYS AS IDENTITY); CREATE VIEW v AS SELECT 1 AS a; CREATE MATERIALIZED VIEW m AS SELECT 1 AS a;
      CREATE FUNCTION f(a span DEFAULT span(1, 2)) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE AGGREGATE app.agg (int) (SFUNC = int4pl, STYPE = int); CREATE FUNCTION c() RETURNS int LANGUAGE internal AS 'pg_backend_pid';
      CREATE PUBLICATION p`);
    const options = await resolveConnection(postgresLocation("end", { url: new Secret(source.url, "${URL}") }), { env: {} });
    const session = await openSession(options);
    const shown = (objects: readonly { kind: string; schema: string | undefined; name: string }[]) =>
      objects.map(({ kind, schema, name }) => `${kind} ${schema === undefined ? "" : `${schema}.`}${name}`).toSorted();
    const all = await readSelectedObjects(session, postgresSync());
    // What the server makes for a range by itself is no object of its own.
    expect(shown(all.objects)).toEqual([
      "aggregate app.agg",
      "domain public.d",
      "extension hstore",
      "function public.f",
      "materialized-view public.m",
      "schema app",
      "sequence public.t_id_seq",
      "table public.t",
      "type public.mood",
      "type public.pair",
      "type public.span",
      "view public.v",
    ]);
    expect(shown(all.neverSynced)).toEqual(["function public.c", "publication p"]);
    const tables = await readSelectedObjects(session, postgresSync({ level: "table" }));
    expect(shown(tables.objects)).toEqual(["materialized-view public.m", "sequence public.t_id_seq", "table public.t", "view public.v"]);
    const one = await readSelectedObjects(session, postgresSync({ objects: { include: [{ kind: "schema", schema: undefined, name: "app" }], exclude: [] } }));
    expect(shown(one.objects)).toEqual(["aggregate app.agg", "schema app"]);
    await session.close();
  });
});
