import { statfs } from "node:fs/promises";
import pg from "pg";
import { describe, expect, test } from "vitest";
import { spaceFinding } from "../../../src/postgres/check/space.ts";
import { startPostgres } from "../../support/postgres/servers.ts";
import { look, makeDatabase, makeRole } from "./look.ts";
import { startStandby } from "./standby.ts";

describe("locks of others", () => {
  test("one that keeps readers out is to be confirmed, others are not", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(15);
    await source.sql("CREATE TABLE busy (id int); CREATE TABLE other (id int)");
    const holder = await source.connect();
    await holder.query("BEGIN; LOCK busy IN EXCLUSIVE MODE");
    expect((await look({ from: source.url, to: target.url })).problems).toEqual([]);
    await holder.query("LOCK busy IN ACCESS EXCLUSIVE MODE");
    const found = await look({ from: source.url, to: target.url });
    expect(found.problems).toEqual(["LOCKS_HELD confirm"]);
    expect(found.of("LOCKS_HELD").message).toMatch(/public\.busy by process \d+ of postgres\.$/);
    const sync = { objects: { include: "default", exclude: [{ kind: "table", schema: "public", name: "busy" }] } } as const;
    expect((await look({ from: source.url, to: target.url, sync })).problems).toEqual([]);
    await holder.query("ROLLBACK");
    expect((await look({ from: source.url, to: target.url })).problems).toEqual([]);
  });

  test("a prepared transaction has nobody who would end it", async () => {
    const server = await startPostgres(15, { settings: ["max_prepared_transactions=5"] });
    try {
      await run(server.url(), "CREATE TABLE busy (id int)", "CREATE DATABASE other");
      await run(server.url(), "BEGIN; LOCK busy IN ACCESS EXCLUSIVE MODE; PREPARE TRANSACTION 'left behind'");
      const found = await look({ from: server.url(), to: server.url("other") });
      expect(found.problems).toEqual(["PREPARED_TRANSACTIONS confirm"]);
      expect(found.of("PREPARED_TRANSACTIONS").message).toContain("public.busy, and last until somebody ends them: 'left behind'");
    } finally {
      await server.stop();
    }
  });
});

test("more tables than the server has room for locks", async () => {
  const server = await startPostgres(15, { settings: ["max_locks_per_transaction=10", "max_connections=20"] });
  try {
    await run(server.url(), "CREATE DATABASE other");
    for (let at = 0; at < 120; at += 40) {
      await run(server.url(), `DO $$ BEGIN FOR i IN ${at} .. ${at + 39} LOOP EXECUTE 'CREATE TABLE t' || i || ' ()'; END LOOP; END $$`);
      // 80 tables by two sessions are the last that fit into 200.
      const found = await look({ from: server.url(), to: server.url("other") });
      expect(found.problems).toEqual(at < 80 ? [] : ["LOCKS_SHORT confirm"]);
      if (at === 80) expect(found.of("LOCKS_SHORT").hint).toMatch(/max_locks_per_transaction = 1[23] /);
    }
  } finally {
    await server.stop();
  }
});

describe("connections", () => {
  test("more than the server has", async () => {
    await using source = await makeDatabase(15);
    await using target = await makeDatabase(18);
    const found = await look({ from: source.url, to: target.url, sync: { sessions: 64 } });
    expect(found.problems).toEqual(["CONNECTIONS_SHORT fail", "CONNECTIONS_SHORT fail"]);
    expect(found.of("CONNECTIONS_SHORT").message).toMatch(/^66 are needed \(64 sessions and 2 beside them\), and \d+ are free by max_connections = 60/);
    expect(found.of("CONNECTIONS_SHORT").hint).toMatch(/^Write `sessions: \d+`/);
  });

  test("both ends on one server share its limit", async () => {
    const server = await startPostgres(15, { settings: ["max_connections=20", "superuser_reserved_connections=3"] });
    try {
      await run(server.url(), "CREATE ROLE plain LOGIN", "CREATE DATABASE a OWNER plain", "CREATE DATABASE b OWNER plain");
      const url = (name: string) => server.url(name).replace("postgres@", "plain@");
      // 17 are not reserved, one of two sessions of the check is counted away.
      expect((await look({ from: url("a"), to: url("b"), sync: { sessions: 6 } })).problems).toEqual([]);
      const found = await look({ from: url("a"), to: url("b"), sync: { sessions: 7 } });
      expect(found.problems).toEqual(["CONNECTIONS_SHORT fail", "CONNECTIONS_SHORT fail"]);
      expect(found.of("CONNECTIONS_SHORT").message).toContain(
        "18 are needed (7 sessions and 2 beside them, at both ends, which are one server), and 16 are free",
      );
      expect(found.of("CONNECTIONS_SHORT").hint).toContain("`sessions: 6`");
      expect((await look({ from: server.url("a"), to: server.url("b"), sync: { sessions: 7 } })).problems).toEqual([]);
    } finally {
      await server.stop();
    }
  });

  test("the limits of a role and of a database", async () => {
    await using source = await makeDatabase(13);
    await using target = await makeDatabase(15);
    await using role = await makeRole([source], "LOGIN CONNECTION LIMIT 4");
    const found = await look({ from: source.urlAs(role.name), to: target.url });
    expect(found.problems).toEqual(["CONNECTIONS_SHORT fail"]);
    expect(found.of("CONNECTIONS_SHORT").message).toContain(`4 are free by the limit of ${role.name}, 4.`);
    await source.sql(`ALTER ROLE ${role.name} CONNECTION LIMIT -1; ALTER DATABASE "${source.name}" CONNECTION LIMIT 5`);
    // The test itself has a connection too.
    expect((await look({ from: source.urlAs(role.name), to: target.url })).of("CONNECTIONS_SHORT").message).toContain(
      "4 are free by the database's limit of 5",
    );
    expect((await look({ from: source.url, to: target.url })).problems).toEqual([]);
  });
});

describe("a standby", () => {
  test("as the source needs hot_standby_feedback, and has no unlogged tables; as the destination it takes nothing", async () => {
    const primary = await startPostgres(15);
    try {
      await run(primary.url(), "CREATE DATABASE shop", "CREATE DATABASE other");
      await run(primary.url("shop"), "CREATE TABLE t (id int); INSERT INTO t VALUES (1)");
      await using standby = await startStandby(primary);
      await using target = await makeDatabase(15);
      const found = await look({ from: standby.url("shop"), to: target.url });
      expect(found.problems).toEqual(["STANDBY_FEEDBACK fail"]);
      await run(standby.url("shop"), "ALTER SYSTEM SET hot_standby_feedback = on", "SELECT pg_reload_conf()");
      // A reload is not at once: a new session has what the server has read by then.
      await expect.poll(async () => (await look({ from: standby.url("shop"), to: target.url })).problems).toEqual([]);
      const told = (await look({ from: standby.url("shop"), to: target.url })).of("STANDBY_FEEDBACK");
      expect(told.message).toContain("max_standby_streaming_delay");

      await run(primary.url("shop"), "CREATE UNLOGGED TABLE lost (id int)");
      const position = (await run(primary.url("shop"), "SELECT pg_current_wal_insert_lsn() AS lsn"))["lsn"];
      await expect.poll(async () => (await run(standby.url("shop"), `SELECT pg_last_wal_replay_lsn() >= '${String(position)}' AS done`))["done"]).toBe(true);
      const unlogged = await look({ from: standby.url("shop"), to: target.url });
      expect(unlogged.problems).toEqual(["STANDBY_UNLOGGED confirm"]);
      expect(unlogged.of("STANDBY_UNLOGGED").message).toContain("public.lost");

      // The destination is its own primary; another database of that is none of its concern.
      const own = await look({ from: standby.url("shop"), to: primary.url("shop") });
      expect(own.status("DATABASES_SAME")).toBe("confirm");
      expect((await look({ from: standby.url("shop"), to: primary.url("other") })).status("DATABASES_SAME")).toBe("pass");
      expect((await look({ from: target.url, to: standby.url("other") })).problems).toEqual(["DESTINATION_READ_ONLY fail"]);
    } finally {
      await primary.stop();
    }
  });
});

describe("disk space", () => {
  test("is known where the server is on this machine and its folder may be read", async () => {
    const server = await startPostgres(15);
    try {
      await run(server.url(), "CREATE DATABASE shop", "CREATE TABLE t AS SELECT repeat('x', 100) FROM generate_series(1, 10000)");
      const found = await look({ from: server.url(), to: server.url("shop") });
      const { bavail } = await statfs(server.data);
      expect(bavail).toBeGreaterThan(0);
      expect(found.of("DATABASE_SPACE").message).toMatch(/^Selected tables take 1\.\d MB at the source, with their indexes; .* are free\.$/);
      const elsewhere = await look({ from: server.url(), to: server.url("shop"), as: { destination: (session) => ({ ...session, host: "db.example.org" }) } });
      expect(elsewhere.of("DATABASE_SPACE").message).toContain("is not known");
    } finally {
      await server.stop();
    }
  });

  test("that does not suffice", () => {
    expect(spaceFinding("x", 2000, 1000)).toMatchObject({ code: "DATABASE_SPACE", status: "fail" });
    expect(spaceFinding("x", 2000, 1000).message).toContain("2 kB");
    expect(spaceFinding("x", 1000, 1000).status).toBe("pass");
    expect(spaceFinding("x", 1000, undefined).status).toBe("pass");
  });
});

/** Runs statements one by one. @returns the last one's first row */
async function run(url: string, ...statements: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let row: Readonly<Record<string, unknown>> = {};
    for (const statement of statements) {
      const result: unknown = await client.query(statement);
      const last = (Array.isArray(result) ? result.at(-1) : result) as pg.QueryResult<Record<string, unknown>>;
      row = last.rows[0] ?? {};
    }
    return row;
  } finally {
    await client.end();
  }
}
