import { describe, expect, test } from "vitest";
import { fateOf } from "../../../src/postgres/connect/errors.ts";
import type { Session } from "../../../src/postgres/connect/session.ts";
import { holdSnapshot, importSnapshot } from "../../../src/postgres/copy/snapshot.ts";
import { makeDatabase, type TestDatabase, uniqueName } from "../../support/postgres/databases.ts";
import { MAJORS, startPostgres } from "../../support/postgres/servers.ts";
import { sessionTo, statusOf } from "./sessions.ts";
import { startStandby } from "./standby.ts";

const PATIENT = { lockTimeoutMs: 20_000 };
const table = (name: string) => ({ schema: "public", name });

async function count(session: Session, name: string): Promise<number> {
  const [row] = await session.query<{ n: number }>(`SELECT count(*)::int AS n FROM public.${name}`);
  return row?.n ?? -1;
}

/** Two tables of 1000 rows. */
async function fill(db: TestDatabase): Promise<void> {
  await db.sql("CREATE TABLE public.t AS SELECT i FROM generate_series(1, 1000) i; CREATE TABLE public.u AS SELECT i FROM generate_series(1, 1000) i");
}

/** Resolves when a session waits for a lock. */
async function waiting(db: TestDatabase, { pid }: Session): Promise<void> {
  for (;;) {
    const [row] = await db.sql<{ waits: boolean }>(`SELECT wait_event_type = 'Lock' AS waits FROM pg_stat_activity WHERE pid = ${pid}`);
    if (row?.waits === true) return;
  }
}

describe.each(MAJORS)("PostgreSQL %i", (major) => {
  test("while it is held nobody can empty or alter a table, and every reader sees all rows", async () => {
    await using db = await makeDatabase(major);
    await fill(db);
    await using holder = await sessionTo(db);
    const held = await holdSnapshot(holder, [table("t"), table("u")], PATIENT);
    expect(held.refused).toEqual([]);
    await db.sql("SET lock_timeout = 50");
    for (const statement of [
      "TRUNCATE public.t",
      "ALTER TABLE public.u ALTER i TYPE bigint",
      "DROP TABLE public.t",
      "ALTER TABLE public.t ADD x int",
      "VACUUM FULL public.u",
    ]) {
      await expect(db.sql(statement), statement).rejects.toMatchObject({ code: "55P03" });
    }
    await db.sql("INSERT INTO public.t VALUES (0); DELETE FROM public.u WHERE i > 500");
    await using worker = await sessionTo(db);
    await importSnapshot(worker, held.id, PATIENT);
    expect([await count(worker, "t"), await count(worker, "u")]).toEqual([1000, 1000]);
    await worker.query("ROLLBACK");
    await held.release();
    expect(statusOf(holder)).toBe("I");
    expect(held.lost.aborted).toBe(false);
    await db.sql("TRUNCATE public.t");
  });

  test("a snapshot alone takes no locks: this is what the locks are for", async () => {
    await using db = await makeDatabase(major);
    await fill(db);
    await using holder = await sessionTo(db);
    const held = await holdSnapshot(holder, [], PATIENT);
    await db.sql("TRUNCATE public.t; ALTER TABLE public.u ALTER i TYPE bigint");
    await using worker = await sessionTo(db);
    await importSnapshot(worker, held.id, PATIENT);
    expect([await count(worker, "t"), await count(worker, "u")]).toEqual([0, 0]);
    await held.release();
  });

  test("what is committed while it waits for a lock is in it, also after a lock that failed", async () => {
    await using db = await makeDatabase(major);
    await fill(db);
    const other = await db.connect();
    await other.query("BEGIN; LOCK TABLE public.u; INSERT INTO public.t VALUES (0); INSERT INTO public.u VALUES (0)");
    await using holder = await sessionTo(db);
    const holding = holdSnapshot(holder, [table("t"), table("gone"), table("u")], PATIENT);
    await waiting(db, holder);
    await db.sql("INSERT INTO public.t VALUES (-1)");
    await other.query("COMMIT");
    const held = await holding;
    expect(held.refused.map((each) => each.table.name)).toEqual(["gone"]);
    await using worker = await sessionTo(db);
    await importSnapshot(worker, held.id, PATIENT);
    expect([await count(worker, "t"), await count(worker, "u")]).toEqual([1002, 1001]);
    await held.release();
  });

  test("tables that cannot be locked are told one by one, and the others are locked", async () => {
    await using db = await makeDatabase(major);
    await fill(db);
    const role = uniqueName("role");
    await db.sql(`CREATE ROLE ${role} LOGIN; CREATE TABLE public.secret (i int); CREATE TABLE public.busy (i int); CREATE VIEW public."v w" AS SELECT 1;
      GRANT SELECT ON public.t, public.u, public.busy TO ${role}; CREATE SEQUENCE public.s; GRANT SELECT ON public.s TO ${role}`);
    try {
      const other = await db.connect();
      await other.query("BEGIN; LOCK TABLE public.busy");
      await using holder = await sessionTo(db, { user: role });
      const tables = [table("t"), table("secret"), table("gone"), { schema: "no where", name: "x" }, table("busy"), table("s"), table("u")];
      const held = await holdSnapshot(holder, tables, { lockTimeoutMs: 50 });
      expect(held.refused.map(({ table: { name }, error }) => [name, error.code, fateOf(error)])).toEqual([
        ["secret", "POSTGRES_PERMISSION", "refused"],
        ["gone", "SOURCE_CHANGED", "stale"],
        ["x", "SOURCE_CHANGED", "stale"],
        ["busy", "POSTGRES_LOCK_TIMEOUT", "failed"],
        ["s", "POSTGRES_STATEMENT", "failed"],
      ]);
      expect(held.refused[0]?.error.message).toContain("The source's table public.secret cannot be locked for reading");
      expect(held.refused[2]?.error.message).toBe(`The source's table "no where".x is gone.`);
      await db.sql("SET lock_timeout = 50");
      for (const name of ["t", "u"]) await expect(db.sql(`TRUNCATE public.${name}`)).rejects.toMatchObject({ code: "55P03" });
      await db.sql("TRUNCATE public.secret");
      await held.release();
      await other.query("ROLLBACK");
    } finally {
      await db.sql(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    }
  });

  test("timeouts that a database sets do not end it", async () => {
    await using db = await makeDatabase(major);
    for (const name of [
      "idle_in_transaction_session_timeout",
      ...(major >= 17 ? ["transaction_timeout"] : []),
      ...(major >= 14 ? ["idle_session_timeout"] : []),
    ]) {
      await db.sql(`ALTER DATABASE ${db.name} SET ${name} = '1s'`);
    }
    await using holder = await sessionTo(db);
    await using worker = await sessionTo(db);
    const held = await holdSnapshot(holder, [], PATIENT);
    await importSnapshot(worker, held.id, { lockTimeoutMs: 777 });
    for (const session of [holder, worker]) {
      expect(await session.query("SHOW idle_in_transaction_session_timeout")).toEqual([{ idle_in_transaction_session_timeout: "0" }]);
      if (major >= 17) expect(await session.query("SHOW transaction_timeout")).toEqual([{ transaction_timeout: "0" }]);
    }
    expect(await worker.query("SHOW lock_timeout")).toEqual([{ lock_timeout: "777ms" }]);
    await held.release();
  });

  test("whoever comes too late is told that it is lost", async () => {
    await using db = await makeDatabase(major);
    await using holder = await sessionTo(db);
    await using worker = await sessionTo(db);
    const held = await holdSnapshot(holder, [], PATIENT);
    await held.release();
    for (const id of [held.id, "00000003-0000001B-9", "no'; one"]) {
      await expect(importSnapshot(worker, id, PATIENT)).rejects.toMatchObject({ code: "SNAPSHOT_LOST" });
      expect(statusOf(worker)).toBe("I");
    }
  });

  test("the end of its session is told at once", async () => {
    await using db = await makeDatabase(major);
    await using holder = await sessionTo(db);
    const held = await holdSnapshot(holder, [], PATIENT);
    const told = new Promise((resolve) => held.lost.addEventListener("abort", () => resolve(held.lost.reason)));
    await db.sql(`SELECT pg_terminate_backend(${holder.pid})`);
    expect(await told).toMatchObject({ code: "SNAPSHOT_LOST" });
    await held.release();
  });
});

test("of many tables, one that is gone costs no other its lock", async () => {
  await using db = await makeDatabase(15);
  await db.sql("DO $$ BEGIN FOR i IN 1..1300 LOOP EXECUTE format('CREATE TABLE public.t%s ()', i); END LOOP; END $$");
  await db.sql("DROP TABLE public.t777");
  await using holder = await sessionTo(db);
  const held = await holdSnapshot(
    holder,
    Array.from({ length: 1300 }, (_, at) => table(`t${at + 1}`)),
    PATIENT,
  );
  expect(held.refused.map((each) => each.table.name)).toEqual(["t777"]);
  expect(
    await db.sql(`SELECT count(*)::int AS n FROM pg_locks JOIN pg_class c ON c.oid = relation WHERE pid = ${holder.pid} AND relname ~ '^t[0-9]+$'`),
  ).toEqual([{ n: 1299 }]);
  await held.release();
});

test("tables that many others lock are not each waited for as long as the first", async () => {
  await using db = await makeDatabase(15);
  const names = Array.from({ length: 12 }, (_, at) => `t${at}`);
  for (const name of names) await db.sql(`CREATE TABLE public.${name} ()`);
  const other = await db.connect();
  await other.query(`BEGIN; LOCK TABLE ${names.map((name) => `public.${name}`).join(", ")}`);
  await using holder = await sessionTo(db);
  const asked: string[] = [];
  const { query } = holder;
  const watched: Session = Object.create(holder, { query: { value: (sql: string) => (asked.push(...(/lock_timeout = \d+/.exec(sql) ?? [])), query(sql)) } });
  const held = await holdSnapshot(watched, names.map(table), { lockTimeoutMs: 300 });
  expect(held.refused).toHaveLength(12);
  expect(asked[0]).toBe("lock_timeout = 300");
  expect(asked.at(-1)).toBe("lock_timeout = 100");
  await held.release();
});

test("a server that has no room for so many locks", async () => {
  const server = await startPostgres(15, { settings: ["max_connections=10", "max_locks_per_transaction=10"] });
  try {
    const db = { name: "postgres", port: server.port };
    await using session = await sessionTo(db);
    // A transaction each: creating a table takes locks too.
    for (let at = 0; at < 40; at += 1) {
      await session.query(`DO $$ BEGIN FOR i IN 1..100 LOOP EXECUTE format('CREATE TABLE public.t%s ()', ${at} * 100 + i); END LOOP; END $$`);
    }
    await expect(
      holdSnapshot(
        session,
        Array.from({ length: 4000 }, (_, at) => table(`t${at + 1}`)),
        PATIENT,
      ),
    ).rejects.toMatchObject({ code: "LOCK_TABLE_FULL" });
    expect(statusOf(session)).toBe("I");
  } finally {
    await server.stop();
  }
});

test.each([15, 18] as const)("on a standby of PostgreSQL %i", async (major) => {
  await using pair = await startStandby(major);
  {
    await using primary = await sessionTo({ name: "postgres", port: pair.primary });
    await primary.query("CREATE TABLE public.t AS SELECT i FROM generate_series(1, 1000) i");
    const [row] = await primary.query<{ at: string }>("SELECT pg_current_wal_lsn()::text AS at");
    await pair.caughtUp(row?.at ?? "");
  }
  await using holder = await sessionTo({ name: "postgres", port: pair.standby });
  expect(holder.isStandby).toBe(true);
  const held = await holdSnapshot(holder, [table("t"), table("gone")], PATIENT);
  expect(held.refused.map((each) => each.table.name)).toEqual(["gone"]);
  await using worker = await sessionTo({ name: "postgres", port: pair.standby });
  await importSnapshot(worker, held.id, PATIENT);
  {
    await using primary = await sessionTo({ name: "postgres", port: pair.primary });
    await primary.query("DELETE FROM public.t WHERE i > 10");
    const [row] = await primary.query<{ at: string }>("SELECT pg_current_wal_lsn()::text AS at");
    await pair.caughtUp(row?.at ?? "");
  }
  expect(await count(worker, "t")).toBe(1000);
  await held.release();
});
