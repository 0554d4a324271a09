import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Secret } from "../../../src/core/secret.ts";
import type { PostgresSync } from "../../../src/core/sync-plan.ts";
import { resolveConnection } from "../../../src/postgres/connect/options.ts";
import { temporaryPrefix, withNamedShadow } from "../../../src/postgres/mapping/shadow-database.ts";
import { DatabaseWorkplace, listed } from "../../support/postgres/database-workplace.ts";
import { makeDatabase, type TestDatabase, uniqueName } from "../../support/postgres/databases.ts";
import { postgresLocation } from "../../support/sync-plans.ts";

const MAP: Partial<PostgresSync> = {
  map: { database: undefined, schemas: { public: "shop" }, tables: { "public.users": "crm.people" }, rename: [] },
  accounts: { include: "none", exclude: [] },
};
const never = new AbortController().signal;

function shadowAt(url: string) {
  return postgresLocation("scratch", { url: new Secret(url, "${SHADOW}") });
}

/** Databases in which names are tried out for a destination. */
async function shadowsOf(db: TestDatabase): Promise<readonly string[]> {
  return (await db.sql<{ name: string }>(`SELECT datname AS name FROM pg_database WHERE starts_with(datname::text, '${temporaryPrefix(db.name)}')`)).map(
    ({ name }) => name,
  );
}

function contentOf(db: TestDatabase) {
  return db.sql(`SELECT nspname AS name FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$' UNION ALL
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace`);
}

const EMPTY = [{ name: "public" }];
const SOURCE = "CREATE TABLE users (id serial PRIMARY KEY, name text); CREATE VIEW names AS SELECT name FROM users; INSERT INTO users (name) VALUES ('a')";

describe("a database that the plan names as shadow", () => {
  test("is refused where something is in it, which stays", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    await using scratch = await makeDatabase(15);
    await source.sql(SOURCE);
    await scratch.sql("CREATE TABLE precious (id int); INSERT INTO precious VALUES (1)");
    await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
    await expect(work.plan({ ...MAP, shadow: shadowAt(scratch.url) })).rejects.toMatchObject({ code: "SHADOW_NOT_EMPTY" });
    expect(await scratch.sql("SELECT id FROM precious")).toEqual([{ id: 1 }]);
    await expect(work.plan({ ...MAP, shadow: shadowAt(target.url) })).rejects.toMatchObject({ code: "SHADOW_NOT_EMPTY" });
  });

  test("is refused while another process uses it, and emptied once that has gone without a word", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    await using scratch = await makeDatabase(15);
    await source.sql(SOURCE);
    await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
    const over = { ...MAP, shadow: shadowAt(scratch.url) };
    const options = await resolveConnection(over.shadow, { env: {} });
    await withNamedShadow(options, never, async () => {
      await expect(work.plan(over)).rejects.toMatchObject({ code: "SHADOW_BUSY" });
    });
    // What a killed process leaves: its mark, half of the definitions, and public under another name.
    await scratch.sql(
      "CREATE SCHEMA tidemark_shadow; ALTER SCHEMA public RENAME TO shop; CREATE TABLE shop.users (id int); CREATE TYPE shop.half AS ENUM ('a')",
    );
    expect(listed(await work.plan(over), "notSynced", "conflict")).toEqual([]);
    expect(await contentOf(scratch)).toEqual(EMPTY);
    // Rows are none of ours, whatever mark is beside them.
    await scratch.sql("CREATE SCHEMA tidemark_shadow; CREATE TABLE mine AS SELECT 1 AS id");
    await expect(work.plan(over)).rejects.toMatchObject({ code: "SHADOW_NOT_EMPTY" });
    expect(await scratch.sql("SELECT id FROM mine")).toEqual([{ id: 1 }]);
  });

  test("is empty again after an error and after an abort", async () => {
    await using scratch = await makeDatabase(15);
    const options = await resolveConnection(shadowAt(scratch.url), { env: {} });
    const abort = new AbortController();
    const broken = withNamedShadow(options, abort.signal, async () => {
      await scratch.sql(
        "CREATE SCHEMA x; CREATE TABLE x.a (id int PRIMARY KEY); CREATE TABLE public.b (a int REFERENCES x.a); CREATE EXTENSION hstore SCHEMA x; CREATE CAST (x.hstore AS int) WITH INOUT",
      );
      abort.abort(new Error("enough"));
      abort.signal.throwIfAborted();
    });
    await expect(broken).rejects.toThrow("enough");
    expect(await contentOf(scratch)).toEqual(EMPTY);
    expect(await scratch.sql("SELECT 1 FROM pg_cast WHERE oid >= 16384")).toEqual([]);
  });

  test("serves a role that may create no database", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    await using scratch = await makeDatabase(15);
    const owner = uniqueName("role");
    await target.sql(`CREATE ROLE ${owner} LOGIN; ALTER DATABASE ${target.name} OWNER TO ${owner}`);
    await target.sql(`ALTER DATABASE ${scratch.name} OWNER TO ${owner}`);
    try {
      await source.sql(`ALTER DATABASE ${source.name} OWNER TO ${owner}`);
      await source.sql(SOURCE);
      await source.sql(`ALTER TABLE users OWNER TO ${owner}; ALTER VIEW names OWNER TO ${owner}`);
      await using work = await DatabaseWorkplace.make({ from: source.urlAs(owner), to: target.urlAs(owner) });
      const over = { ...MAP, shadow: shadowAt(scratch.urlAs(owner)) };
      expect((await work.run(over)).status, work.problems.join("\n")).toBe("applied");
      expect(await target.sql("SELECT p.name, n.name AS other, tableowner FROM crm.people p, shop.names n, pg_tables WHERE tablename = 'people'")).toEqual([
        { name: "a", other: "a", tableowner: owner },
      ]);
      expect(await contentOf(scratch)).toEqual(EMPTY);
      expect(listed(await work.plan(over), "create", "copyRows", "conflict")).toEqual([]);
    } finally {
      for (const db of [source, target, scratch]) await db.sql(`ALTER DATABASE ${db.name} OWNER TO postgres`);
      for (const db of [source, target, scratch]) await db.sql(`REASSIGN OWNED BY ${owner} TO postgres; DROP OWNED BY ${owner}`);
      await target.sql(`DROP ROLE ${owner}`);
    }
  });
});

describe("without a shadow of its own", () => {
  test("whoever may create databases tries names out on the destination, also on 13 where public is not theirs", async () => {
    await using source = await makeDatabase(13);
    await using target = await makeDatabase(13);
    const owner = uniqueName("role");
    await target.sql(`CREATE ROLE ${owner} LOGIN CREATEDB; ALTER DATABASE ${target.name} OWNER TO ${owner}`);
    try {
      await source.sql(`${SOURCE}; CREATE FUNCTION f(users) RETURNS int LANGUAGE sql AS 'SELECT 1'; GRANT SELECT ON users, users_id_seq, names TO ${owner}`);
      await using work = await DatabaseWorkplace.make({ from: source.urlAs(owner), to: target.urlAs(owner) });
      expect((await work.run(MAP)).status, work.problems.join("\n")).toBe("applied");
      expect(await target.sql("SELECT p.name, shop.f(p) FROM crm.people p")).toEqual([{ name: "a", f: 1 }]);
      expect(await shadowsOf(target)).toEqual([]);
      // What is granted to the owner of the copy is no privilege there.
      expect(listed(await work.plan(MAP), "create", "copyRows", "conflict").filter((line) => !line.startsWith("privilege "))).toEqual([]);
    } finally {
      for (const db of [source, target]) await db.sql(`ALTER DATABASE ${db.name} OWNER TO postgres`);
      for (const db of [source, target]) await db.sql(`REASSIGN OWNED BY ${owner} TO postgres; DROP OWNED BY ${owner}`);
      await target.sql(`DROP ROLE ${owner}`);
    }
  });

  test("a run that may create none says so for each object, and writes nothing", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    const owner = uniqueName("role");
    await target.sql(`CREATE ROLE ${owner} LOGIN; ALTER DATABASE ${target.name} OWNER TO ${owner}`);
    try {
      await source.sql(`${SOURCE}; GRANT SELECT ON users, users_id_seq TO ${owner}`);
      await using work = await DatabaseWorkplace.make({ from: source.urlAs(owner), to: target.urlAs(owner) });
      expect((await work.run(MAP)).syncs["shop"]?.outcomes).toMatchObject({ applied: 0 });
      expect(work.problems[0]).toContain("permission denied to create database");
      expect(await contentOf(target)).toEqual(EMPTY);
    } finally {
      await target.sql(`ALTER DATABASE ${target.name} OWNER TO postgres; DROP OWNED BY ${owner}`);
      await source.sql(`DROP OWNED BY ${owner}`);
      await target.sql(`DROP ROLE ${owner}`);
    }
  });

  test("the temporary database is gone after an abort in the middle", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    await source.sql(SOURCE);
    await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
    const changeset = await work.plan(MAP);
    const abort = new AbortController();
    const stop = new AbortController();
    const running = work.apply(changeset, MAP, { stop: stop.signal, abort: abort.signal });
    await seen(target);
    stop.abort();
    abort.abort();
    const result = await running;
    expect(result.syncs["shop"]?.outcomes).toMatchObject({ applied: 0, failed: 0, refused: 0 });
    expect(await shadowsOf(target)).toEqual([]);
    expect((await work.run(MAP)).status, work.problems.join("\n")).toBe("applied");
  });

  test("what a killed run left is dropped by the next one", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    await source.sql(SOURCE);
    await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
    await work.plan(MAP);
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, "../../support/postgres/killed-run.ts"), source.url, target.url, work.folder.path, JSON.stringify(MAP)],
      { stdio: "ignore" },
    );
    const ended = once(child, "exit");
    const name = await Promise.race([seen(target), ended.then(() => undefined)]);
    child.kill("SIGKILL");
    await ended;
    expect(name).toBeDefined();
    expect(await shadowsOf(target)).toEqual([name]);
    expect((await work.run(MAP)).status, work.problems.join("\n")).toBe("applied");
    expect(await shadowsOf(target)).toEqual([]);
    expect(await target.sql("SELECT name FROM crm.people")).toEqual([{ name: "a" }]);
  });
});

/** @returns the name of a database in which names are tried out, as soon as there is one */
async function seen(db: TestDatabase): Promise<string> {
  for (;;) {
    const [found] = await shadowsOf(db);
    if (found !== undefined) return found;
  }
}
