import { describe, expect, test } from "vitest";
import pg from "pg";
import { TidemarkError } from "../../src/core/errors.ts";
import { DatabaseWorkplace, listed } from "../support/postgres/database-workplace.ts";
import { makeDatabase } from "../support/postgres/databases.ts";
import { type PostgresServer, startPostgres } from "../support/postgres/servers.ts";
import { NO_SMALL_DISK, smallDisk } from "../support/postgres/small-disk.ts";

/** 32 MiB of rows that cannot be compressed, and a few beside. */
const TABLES = `
  CREATE TABLE big (id int PRIMARY KEY, body text);
  INSERT INTO big SELECT i, (SELECT string_agg(md5(i || '-' || j), '') FROM generate_series(1, 16) j) FROM generate_series(1, 56000) i;
  CREATE TABLE small (id int PRIMARY KEY REFERENCES big);
  INSERT INTO small SELECT i FROM generate_series(1, 100) i;`;
/** One table at a time: with two, the small one too may meet the full disk. */
const OVER = { accounts: { include: "none" as const, exclude: [] }, sessions: 1 };

describe.skipIf(NO_SMALL_DISK !== undefined)(`a destination whose disk is full${NO_SMALL_DISK === undefined ? "" : ` (${NO_SMALL_DISK})`}`, () => {
  test("tells which table did not fit, holds no part of it, and takes it once there is room", async () => {
    await using source = await makeDatabase(15);
    await source.sql(TABLES);
    await using disk = await smallDisk(28);
    await using server = await disposable(startPostgres(15));
    await sql(server.url(), `CREATE TABLESPACE small LOCATION '${disk.path}'`);
    await sql(server.url(), "CREATE DATABASE copy TABLESPACE small");
    await using work = await DatabaseWorkplace.make({ from: source.url, to: server.url("copy") });

    expect((await work.run(OVER)).status).toBe("partly");
    // Its rows are what did not fit, and a key that refers to them cannot be.
    expect(work.problems.map((problem) => problem.split(" ").slice(0, 3).join(" "))).toEqual([
      "rows public.big: POSTGRES_DISK_FULL",
      "foreign-key public.small small_id_fkey:",
    ]);
    expect(work.problems[0]).toMatch(/the destination does not take its rows: could not .* No space left on device \(53100\)/);
    const [big] = await sql(server.url("copy"), "SELECT count(*)::int AS rows, pg_relation_size('big')::int AS bytes FROM big");
    expect(big).toEqual({ rows: 0, bytes: 0 });
    expect(await sql(server.url("copy"), "SELECT count(*)::int AS rows FROM small")).toEqual([{ rows: 100 }]);

    disk.grow(160);
    work.events.length = 0;
    expect((await work.run(OVER)).status).toBe("applied");
    expect(work.problems).toEqual([]);
    await expectEqualRows(work);
  });

  test("whose log does not fit stops as a whole, and holds no part of the table once it runs again", async () => {
    await using source = await makeDatabase(15);
    await source.sql(TABLES);
    await using disk = await smallDisk(16);
    // The log is cut into files of 1 MiB, and nothing of it is given back before the disk is full.
    const initdb = ["-E", "UTF8", "--locale=C.UTF-8", "--wal-segsize=1", "-X", disk.path];
    await using server = await disposable(startPostgres(15, { initdb, settings: ["min_wal_size=2MB", "max_wal_size=1GB", "autovacuum=off"] }));
    await using work = await DatabaseWorkplace.make({ from: source.url, to: server.url() });

    const failed = await work.run(OVER).catch((error: unknown) => error);
    const said = failed instanceof TidemarkError ? [failed.code] : work.problems;
    expect(said.join("\n")).toMatch(/POSTGRES_(CONNECTION_LOST|DISK_FULL|UNREACHABLE|STARTING)/);

    disk.grow(256);
    await server.restart();
    expect(await sql(server.url(), "SELECT count(*)::int AS rows FROM big")).toEqual([{ rows: 0 }]);
    work.events.length = 0;
    expect((await work.run(OVER)).status).toBe("applied");
    expect(work.problems).toEqual([]);
    await expectEqualRows(work);
  });
});

test("what a copy that failed left in a table's file makes room for the rows of the next", async () => {
  await using source = await makeDatabase(15);
  await using target = await makeDatabase(15);
  await source.sql("CREATE TABLE t (id int); INSERT INTO t VALUES (1)");
  await target.sql("CREATE TABLE t (id int) WITH (autovacuum_enabled = false)");
  await target.sql("BEGIN; INSERT INTO t SELECT generate_series(1, 5000); ROLLBACK");
  await source.sql("ALTER TABLE t SET (autovacuum_enabled = false)");
  await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
  expect((await work.run(OVER)).status).toBe("applied");
  expect(await target.sql("SELECT id, pg_relation_size('t')::int AS bytes FROM t")).toEqual([{ id: 1, bytes: 8192 }]);
});

async function expectEqualRows(work: DatabaseWorkplace): Promise<void> {
  const again = await work.plan(OVER, { compare: true });
  expect(listed(again, "create", "copyRows", "replace", "conflict")).toEqual([]);
  expect(again.summary.syncs[0]?.reasons).toMatchObject({ "rows-equal": 2 });
}

async function disposable(starting: Promise<PostgresServer>): Promise<PostgresServer & AsyncDisposable> {
  const server = await starting;
  return { ...server, [Symbol.asyncDispose]: () => server.stop() };
}

async function sql(url: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}
