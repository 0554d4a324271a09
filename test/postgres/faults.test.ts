import { afterAll, beforeAll, describe, expect, test } from "vitest";
import pg from "pg";
import { DatabaseWorkplace, listed } from "../support/postgres/database-workplace.ts";
import { makeDatabase } from "../support/postgres/databases.ts";
import { type PostgresServer, startPostgres } from "../support/postgres/servers.ts";

const TABLES = `
  CREATE TABLE big (id int PRIMARY KEY, body text);
  INSERT INTO big SELECT i, repeat('x' || i, 40) FROM generate_series(1, 60000) i;
  CREATE TABLE small (id int PRIMARY KEY REFERENCES big);
  INSERT INTO small SELECT i FROM generate_series(1, 100) i;`;
const OVER = { accounts: { include: "none" as const, exclude: [] }, sessions: 2 };

describe("a destination of its own", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres(15);
  });
  afterAll(() => server.stop());

  test("that restarts while rows arrive: the run ends with problems, and the next one converges", async () => {
    await using source = await makeDatabase(15);
    await source.sql(TABLES);
    await using work = await DatabaseWorkplace.make({ from: source.url, to: server.url("copy") });
    let restarted: Promise<void> | undefined;
    const changeset = await work.plan(OVER);
    const failed = await work
      .apply(changeset, OVER, {
        emit: (event) => {
          if (event.type === "transferred") restarted ??= server.restart("immediate");
        },
      })
      .catch((error: unknown) => error);
    await restarted;
    expect(restarted).toBeDefined();
    expect(failed instanceof Error || (failed as { status: string }).status !== "applied").toBe(true);

    const result = await work.run(OVER);
    expect(result.status).toBe("applied");
    const again = await work.plan(OVER, { compare: true });
    expect(listed(again, "create", "copyRows", "replace", "conflict")).toEqual([]);
    expect(again.summary.syncs[0]?.reasons).toMatchObject({ "rows-equal": 2 });
  });
});

test("a lost source ends the run; rows of two snapshots are never mixed unless that is asked for", async () => {
  await using source = await makeDatabase(13);
  await using target = await makeDatabase(15);
  await source.sql(TABLES);
  await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
  const changeset = await work.plan(OVER);
  let cut: Promise<unknown> | undefined;
  await work
    .apply(changeset, OVER, {
      emit: (event) => {
        if (event.type === "transferred")
          cut ??= source.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'tidemark'");
      },
    })
    .catch((error: unknown) => error);
  await cut;
  expect(cut).toBeDefined();

  await source.sql("DELETE FROM small WHERE id > 50; INSERT INTO big VALUES (100000, 'new'); INSERT INTO small VALUES (100000)");
  const next = await work.plan(OVER);
  expect(listed(next, "copyRows").map((line) => line.split(" ").slice(0, 2).join(" "))).toEqual(
    expect.arrayContaining(["rows public.big", "rows public.small"]),
  );
  expect((await work.apply(next, OVER)).status).toBe("applied");
  const again = await work.plan(OVER, { compare: true });
  expect(again.summary.syncs[0]?.reasons).toMatchObject({ "rows-equal": 2 });
});

test("a lock that somebody holds on a table of the source: that table fails, the others arrive", async () => {
  await using source = await makeDatabase(15);
  await using target = await makeDatabase(15);
  await source.sql("CREATE TABLE free (id int); INSERT INTO free VALUES (1); CREATE TABLE held (id int); INSERT INTO held VALUES (1)");
  await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
  const { from } = work.sync();
  const over = { ...OVER, from: { location: { ...from.location, options: { ...from.location.options, lockTimeout: 300 } } } };
  const changeset = await work.plan(over);
  const holder = new pg.Client({ connectionString: source.url });
  await holder.connect();
  try {
    await holder.query("BEGIN; LOCK TABLE held IN ACCESS EXCLUSIVE MODE");
    const result = await work.apply(changeset, over);
    expect(result.status).toBe("partly");
    expect(work.problems.filter((problem) => problem.startsWith("rows public.held"))).toHaveLength(1);
    expect(await target.sql("SELECT id FROM free")).toEqual([{ id: 1 }]);
  } finally {
    await holder.end();
  }
  expect((await work.run(OVER)).status).toBe("applied");
  expect(await target.sql("SELECT id FROM held")).toEqual([{ id: 1 }]);
});

test("a right that is missing at the destination is a refusal of that object, with what to do", async () => {
  await using source = await makeDatabase(15);
  await using target = await makeDatabase(15);
  await source.sql("CREATE TABLE t (id int); INSERT INTO t VALUES (1); CREATE SCHEMA other; CREATE TABLE other.u (id int)");
  await target.sql("CREATE ROLE faults_weak LOGIN; GRANT CREATE ON SCHEMA public TO faults_weak");
  try {
    await using work = await DatabaseWorkplace.make({ from: source.url, to: target.urlAs("faults_weak") });
    const result = await work.run(OVER);
    expect(result.status).toBe("partly");
    expect(work.problems.find((problem) => problem.startsWith("schema other"))).toContain("POSTGRES_PERMISSION");
    expect(await target.sql("SELECT id FROM t")).toEqual([{ id: 1 }]);
  } finally {
    await target.sql("DROP OWNED BY faults_weak; DROP ROLE faults_weak");
  }
});
