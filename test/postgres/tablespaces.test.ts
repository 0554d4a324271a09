import { chownSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DatabaseWorkplace, listed } from "../support/postgres/database-workplace.ts";
import { makeDatabase, type TestDatabase, uniqueName } from "../support/postgres/databases.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temp.ts";
import { look } from "./check/look.ts";

const ACCOUNTS = { include: "none" as const, exclude: [] };
const NOBODY = 65_534;

/** Where each relation lies; null: where its database does. */
const PLACES = `SELECT c.relname AS name, t.spcname AS place FROM pg_class c LEFT JOIN pg_tablespace t ON t.oid = c.reltablespace
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind <> 'S' ORDER BY 1`;

describe("objects that lie in a tablespace", () => {
  let folder: TemporaryFolder;
  /** At both ends, under a name that has to be quoted; the second is the source's only. */
  const both = `${uniqueName("Both")} "disks"`;
  const lonely = uniqueName("lonely");
  const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
  let old: TestDatabase;
  let young: TestDatabase;

  beforeAll(async () => {
    folder = await temporaryFolder("tidemark-tablespaces-");
    chownAsServer(folder.path);
    [old, young] = [await makeDatabase(13), await makeDatabase(18)];
    await makeTablespace(old, both, "old-both");
    await makeTablespace(old, lonely, "old-lonely");
    await makeTablespace(young, both, "young-both");
  });
  afterAll(async () => {
    await old.sql(`DROP TABLESPACE ${quoted(both)}`);
    await old.sql(`DROP TABLESPACE ${lonely}`);
    await young.sql(`DROP TABLESPACE ${quoted(both)}`);
    for (const database of [old, young]) await database[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  const objects = () => `
    CREATE TABLE near (id int PRIMARY KEY USING INDEX TABLESPACE ${quoted(both)}, body text) TABLESPACE ${quoted(both)};
    CREATE INDEX near_body ON near (body) TABLESPACE ${lonely};
    CREATE TABLE far (id int PRIMARY KEY) TABLESPACE ${lonely};
    CREATE TABLE usual (id int PRIMARY KEY);
    CREATE MATERIALIZED VIEW counted TABLESPACE ${quoted(both)} AS SELECT count(*) AS n FROM near;
    CREATE TABLE parted (id int, at date) PARTITION BY RANGE (at) TABLESPACE ${quoted(both)};
    CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
    INSERT INTO near SELECT i, 'body ' || i FROM generate_series(1, 100) i;
    INSERT INTO far SELECT generate_series(1, 10); INSERT INTO parted VALUES (1, '2020-06-01');
    REFRESH MATERIALIZED VIEW counted;`;

  test("go to the one of that name, else to the usual one, and the plan and the check say so", async () => {
    await using source = await makeDatabase(13);
    await using target = await makeDatabase(18);
    await source.sql(objects());
    await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
    const changeset = await work.plan({ accounts: ACCOUNTS });
    const details = Array.from(changeset.actions({ kinds: ["create"] }), ({ key, detail }) => `${key} ${detail}`);
    // The index of its key is in the usual one at the source too.
    expect(details.filter((each) => each.includes("has no tablespace")).map((each) => each.split(" {")[0])).toEqual([
      "table public.far",
      "index public.near_body",
    ]);
    const result = await work.apply(changeset, { accounts: ACCOUNTS });
    expect(work.problems).toEqual([]);
    expect(result.status).toBe("applied");
    expect(await target.sql(PLACES)).toEqual([
      { name: "counted", place: both },
      { name: "far", place: null },
      { name: "far_pkey", place: null },
      { name: "near", place: both },
      { name: "near_body", place: null },
      { name: "near_pkey", place: both },
      { name: "parted", place: both },
      { name: "parted_1", place: both },
      { name: "usual", place: null },
      { name: "usual_pkey", place: null },
    ]);

    // Where it lies is nobody's difference.
    const again = await work.plan({ accounts: ACCOUNTS }, { compare: true });
    expect(again.summary.hasChanges).toBe(false);
    expect(listed(again, "conflict")).toEqual([]);

    const found = await look({ from: source.url, to: target.url });
    expect(found.of("TABLESPACE_MISSING")).toMatchObject({ status: "confirm" });
    expect(found.of("TABLESPACE_MISSING").message).toContain(`another disk: ${lonely} (2 objects).`);
    expect(found.of("TABLESPACE_MISSING").message).not.toContain("Both");
  });

  test("go there under their new names too", async () => {
    await using source = await makeDatabase(13);
    await using target = await makeDatabase(18);
    await source.sql(objects());
    await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
    const over = { accounts: ACCOUNTS, map: { database: undefined, schemas: {}, tables: { "public.near": "public.close" }, rename: [] } };
    expect((await work.run(over)).status).toBe("applied");
    expect(work.problems).toEqual([]);
    const places = await target.sql<{ name: string; place: string | null }>(PLACES);
    expect(places.filter(({ place }) => place === both).map(({ name }) => (name.startsWith("c_") ? "c_…_key" : name))).toEqual([
      "c_…_key",
      "close",
      "counted",
      "parted",
      "parted_1",
    ]);
    // What was created after an object in a tablespace does not follow it there.
    expect(places.find(({ name }) => name === "usual")).toEqual({ name: "usual", place: null });
  });

  test.for([
    { placed: "both", of: () => both, lies: () => both, remark: false },
    { placed: "the source only", of: () => lonely, lies: () => "pg_default", remark: true },
  ])("a database that lies in one of $placed is created", async ({ of, lies, remark }) => {
    const name = uniqueName("placed");
    await old.sql(`CREATE DATABASE ${name} TABLESPACE ${quoted(of())}`);
    await using source = await makeDatabase(13, { name, create: false });
    await source.sql("CREATE TABLE t (id int); INSERT INTO t VALUES (1)");
    await using target = await makeDatabase(18, { name: uniqueName("copy"), create: false });
    const found = await look({ from: source.url, to: target.url });
    expect(found.of("TABLESPACE_MISSING").status).toBe(remark ? "confirm" : "pass");
    await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
    const changeset = await work.plan({ accounts: ACCOUNTS });
    const [database] = [...changeset.actions({ kinds: ["create"] })].filter(({ key }) => key === "database");
    expect(database?.detail?.includes("has no tablespace")).toBe(remark);
    expect((await work.apply(changeset, { accounts: ACCOUNTS })).status).toBe("applied");
    expect(work.problems).toEqual([]);
    const lying = "SELECT t.spcname AS place FROM pg_database d JOIN pg_tablespace t ON t.oid = d.dattablespace WHERE d.datname = current_database()";
    expect(await target.sql(lying)).toEqual([{ place: lies() }]);
  });

  test("in which the role may not create go to the usual one", async () => {
    const role = uniqueName("weak");
    await using source = await makeDatabase(13);
    await using target = await makeDatabase(18);
    await source.sql(`CREATE TABLE near (id int) TABLESPACE ${quoted(both)}; INSERT INTO near VALUES (1)`);
    await target.sql(`CREATE ROLE ${role} LOGIN; ALTER DATABASE ${target.name} OWNER TO ${role}`);
    try {
      const found = await look({ from: source.url, to: target.urlAs(role) });
      expect(found.of("TABLESPACE_MISSING").message).toContain(`${role} may not create in it`);
      await using work = await DatabaseWorkplace.make({ from: source.url, to: target.urlAs(role) });
      expect((await work.run({ accounts: ACCOUNTS })).status).toBe("applied");
      expect(await target.sql("SELECT id FROM near")).toEqual([{ id: 1 }]);
      expect(await target.sql(PLACES)).toEqual([{ name: "near", place: null }]);
    } finally {
      await target.sql(`REASSIGN OWNED BY ${role} TO postgres; DROP OWNED BY ${role}; DROP ROLE ${role}`);
    }
  });

  async function makeTablespace(database: TestDatabase, name: string, place: string): Promise<void> {
    const path = folder.join(place);
    await mkdir(path, { mode: 0o700 });
    chownAsServer(path);
    await database.sql(`CREATE TABLESPACE ${quoted(name)} LOCATION '${path}'`);
  }
});

/** Servers run as another user where the tests run as root. */
function chownAsServer(path: string): void {
  if (process.getuid?.() === 0) chownSync(path, NOBODY, NOBODY);
}
