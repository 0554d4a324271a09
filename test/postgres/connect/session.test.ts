import { expect, test } from "vitest";
import { Secret } from "../../../src/core/secret.ts";
import type { ConnectionOptions } from "../../../src/postgres/connect/options.ts";
import { openSession } from "../../../src/postgres/connect/session.ts";
import { quoteName } from "../../../src/postgres/names.ts";
import { makeDatabase, type TestDatabase, uniqueName } from "../../support/postgres/databases.ts";
import { MAJORS } from "../../support/postgres/servers.ts";

function optionsOf(db: TestDatabase, more: Partial<ConnectionOptions> = {}): ConnectionOptions {
  return { location: "here", host: "127.0.0.1", port: db.port, database: db.name, user: "postgres", password: undefined, ...more };
}

test.each(MAJORS)("PostgreSQL %s: settings that a database has of its own change nothing", async (major) => {
  await using db = await makeDatabase(major);
  const role = uniqueName("role");
  await db.sql(`
    CREATE SCHEMA evil;
    CREATE FUNCTION evil.set_config(text, text, boolean) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'evil'; END $$;
    CREATE FUNCTION evil.current_setting(text) RETURNS text LANGUAGE sql AS $$ SELECT '1'::text $$;
    CREATE ROLE ${role} LOGIN;
    GRANT USAGE ON SCHEMA evil TO ${role};
    ALTER ROLE ${role} SET statement_timeout = '59s';
    ALTER ROLE ${role} SET array_nulls = off;
  `);
  for (const setting of [
    "datestyle = 'SQL, DMY'",
    "search_path = evil, pg_catalog",
    "timezone = 'Asia/Tokyo'",
    "intervalstyle = 'sql_standard'",
    "extra_float_digits = 0",
    "bytea_output = 'escape'",
    "standard_conforming_strings = off",
    "client_encoding = 'LATIN1'",
    "row_security = on",
  ]) {
    await db.sql(`ALTER DATABASE ${quoteName(db.name)} SET ${setting}`);
  }
  await using _ = { [Symbol.asyncDispose]: async () => void (await db.sql(`DROP OWNED BY ${role}; DROP ROLE ${role}`)) };
  const session = await openSession(optionsOf(db, { user: role }));
  try {
    expect(session.version).toBeGreaterThanOrEqual(major * 10_000);
    const [row] =
      await session.query(`SELECT '2001-02-01'::date::text AS date, '1 day 2 hours'::interval::text AS interval, '2001-02-01 00:00Z'::timestamptz::text AS time,
      0.30000000000000004::float8::text AS float, '\\xff'::bytea::text AS bytes, current_setting('search_path') AS path, current_setting('client_encoding') AS encoding,
      current_setting('row_security') AS rows, current_setting('statement_timeout') AS timeout, ('{NULL}'::text[])[1] IS NULL AS nulls, 'a\\b' AS text, 1.5::money::text AS money`);
    expect(row).toEqual({
      date: "2001-02-01",
      interval: "1 day 02:00:00",
      time: "2001-02-01 00:00:00+00",
      // Below 12 the shortest text is not known; this one is exact too.
      float: major < 12 ? "0.300000000000000044" : "0.30000000000000004",
      bytes: "\\xff",
      path: "",
      encoding: "UTF8",
      rows: "off",
      timeout: "0",
      nulls: true,
      text: "a\\b",
      money: "$1.50",
    });
    const [activity] = await db.sql(`SELECT application_name FROM pg_stat_activity WHERE pid = ${session.pid}`);
    expect(activity).toEqual({ application_name: "tidemark" });
  } finally {
    await session.close();
  }
});

test("says what a session is", async () => {
  await using db = await makeDatabase(15);
  const session = await openSession(optionsOf(db));
  expect(session).toMatchObject({
    database: db.name,
    host: "127.0.0.1",
    user: "postgres",
    isSuperuser: true,
    isStandby: false,
    isPooled: false,
    isLost: false,
  });
  expect(await session.query("SELECT 9007199254740993::int8 AS big, 1 AS small")).toEqual([{ big: "9007199254740993", small: 1 }]);
  expect(await session.query("SELECT $1::text AS name", ["x"])).toEqual([{ name: "x" }]);
  expect(await session.query("SELECT 1 AS a; SELECT 2 AS b")).toEqual([{ b: 2 }]);
  await session.close();
  await session.close();
  await expect(session.query("SELECT 1")).rejects.toMatchObject({ code: "POSTGRES_CONNECTION_LOST" });
});

test("timeouts are those of the location, and what a run asks for", async () => {
  await using db = await makeDatabase(18);
  await db.sql("CREATE TABLE t (); ");
  const session = await openSession(optionsOf(db, { statementTimeoutMs: 60_000, lockTimeoutMs: 1, serverOptions: "-c work_mem=5MB" }), {
    settings: { synchronize_seqscans: "off" },
  });
  const other = await db.connect();
  await other.query("BEGIN; LOCK TABLE t");
  const error = await session.query("SELECT FROM public.t").catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "POSTGRES_LOCK_TIMEOUT", sqlState: "55P03", fate: "failed" });
  expect(
    await session.query("SELECT current_setting('statement_timeout') AS a, current_setting('synchronize_seqscans') AS b, current_setting('work_mem') AS c"),
  ).toEqual([{ a: "1min", b: "off", c: "5MB" }]);
  await session.query("SET statement_timeout = 1");
  await expect(session.query("SELECT pg_sleep(60)")).rejects.toMatchObject({ code: "POSTGRES_STATEMENT_TIMEOUT", fate: "failed" });
  await session.close();
});

test("queries at the same time wait for each other", async () => {
  await using db = await makeDatabase(15);
  const session = await openSession(optionsOf(db));
  const warned: string[] = [];
  const warn = ({ message }: Error) => void warned.push(message);
  process.on("warning", warn);
  const results = await Promise.allSettled([session.query("SELECT 1 AS n"), session.query("SELECT nothing"), session.query("SELECT 3 AS n")]);
  process.off("warning", warn);
  expect(results.map((each) => (each.status === "fulfilled" ? each.value : "refused"))).toEqual([[{ n: 1 }], "refused", [{ n: 3 }]]);
  expect(warned).toEqual([]);
  await session.close();
});

test.each(MAJORS)("PostgreSQL %s: a connection that is lost rejects the query under way and those after", async (major) => {
  await using db = await makeDatabase(major);
  const session = await openSession(optionsOf(db));
  const running = session.query("SELECT pg_sleep(600)").catch((error: unknown) => error);
  const later = session.query("SELECT 1").catch((error: unknown) => error);
  await untilRunning(db, session.pid);
  await db.sql(`SELECT pg_terminate_backend(${session.pid})`);
  expect(await running).toMatchObject({ code: "POSTGRES_CONNECTION_LOST", fate: "failed", sqlState: "57P01" });
  expect(await later).toMatchObject({ code: "POSTGRES_CONNECTION_LOST" });
  expect(session.isLost).toBe(true);
  await session.close();
});

test("a connection that is lost while nobody waits is noticed by the next query", async () => {
  await using db = await makeDatabase(15);
  const session = await openSession(optionsOf(db));
  const gone = new Promise((resolve) => session.client.once("end", resolve as () => void));
  await db.sql(`SELECT pg_terminate_backend(${session.pid})`);
  await gone;
  expect(session.isLost).toBe(true);
  await expect(session.query("SELECT 1")).rejects.toMatchObject({ code: "POSTGRES_CONNECTION_LOST" });
  await session.close();
});

test("a socket that breaks rejects the query under way", async () => {
  await using db = await makeDatabase(15);
  const session = await openSession(optionsOf(db));
  const running = session.query("SELECT pg_sleep(600)").catch((error: unknown) => error);
  await untilRunning(db, session.pid);
  session.client.connection.stream.destroy();
  expect(await running).toMatchObject({ code: "POSTGRES_CONNECTION_LOST" });
  await session.close();
});

test("cancels what is under way, and goes on", async () => {
  await using db = await makeDatabase(15);
  const session = await openSession(optionsOf(db));
  const running = session.query("SELECT pg_sleep(600)").catch((error: unknown) => error);
  await untilRunning(db, session.pid);
  await session.cancel();
  expect(await running).toMatchObject({ code: "POSTGRES_CANCELLED", fate: "cancelled", sqlState: "57014" });
  expect(await session.query("SELECT 1 AS n")).toEqual([{ n: 1 }]);
  await session.close();
});

test("a signal stops the opening", async () => {
  await using db = await makeDatabase(15);
  const reason = new Error("stop");
  await expect(openSession(optionsOf(db), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

test("asks for what the server has to be", async () => {
  await using db = await makeDatabase(15);
  await expect(openSession(optionsOf(db, { target: "standby" }))).rejects.toMatchObject({ code: "POSTGRES_TARGET" });
  await (await openSession(optionsOf(db, { target: "primary" }))).close();
  await db.sql(`ALTER DATABASE ${quoteName(db.name)} SET default_transaction_read_only = on`);
  await expect(openSession(optionsOf(db, { target: "read-write" }))).rejects.toMatchObject({ code: "POSTGRES_TARGET" });
  const session = await openSession(optionsOf(db, { target: "read-only", password: new Secret("unused", "${P}") }));
  await expect(session.query("CREATE TABLE public.t ()")).rejects.toMatchObject({ code: "POSTGRES_READ_ONLY", fate: "refused" });
  await session.close();
});

async function untilRunning(db: TestDatabase, pid: number): Promise<void> {
  const [row] = await db.sql(`SELECT FROM pg_stat_activity WHERE pid = ${pid} AND wait_event = 'PgSleep'`);
  if (!row) await untilRunning(db, pid);
}
