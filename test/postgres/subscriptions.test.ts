import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { quoteLiteral, quoteName } from "../../src/postgres/names.ts";
import { DatabaseWorkplace, listed } from "../support/postgres/database-workplace.ts";
import { makeDatabase, uniqueName } from "../support/postgres/databases.ts";

const OVER = { accounts: { include: "none" as const, exclude: [] }, objects: { include: "all" as const, exclude: [] } };
const SECRET = "p4ss of the publisher";
/** Nobody listens there. */
const PUBLISHER = `host=127.0.0.1 port=1 dbname=shop user=reader password='${SECRET}'`;

test.for([
  [15, 18],
  [18, 18],
] as const)("a subscription arrives disabled from PostgreSQL %i to %i, with its password, which is shown nowhere", async ([from, to]) => {
  await using source = await makeDatabase(from);
  await using target = await makeDatabase(to);
  const [tied, free] = [uniqueName("tied"), `${uniqueName("Free")} "one"`];
  await source.sql(`
    CREATE SUBSCRIPTION ${tied} CONNECTION ${quoteLiteral(PUBLISHER)} PUBLICATION p1, "P 2" WITH (connect = false, slot_name = '${tied}_slot', binary = true);
    CREATE SUBSCRIPTION ${quoteName(free)} CONNECTION 'host=127.0.0.1 port=1' PUBLICATION p1 WITH (connect = false, slot_name = NONE);
    COMMENT ON SUBSCRIPTION ${tied} IS 'a subscription'`);
  await source.sql(`ALTER SUBSCRIPTION ${tied} ENABLE`);
  await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });

  // Left behind unless the plan asks for it.
  const usual = await work.plan({ accounts: OVER.accounts });
  expect(listed(usual, "notSynced")).toEqual(expect.arrayContaining([`subscription ${tied} replication`]));

  const changeset = await work.plan(OVER);
  const planned = Array.from(changeset.actions({ kinds: ["create"] }), ({ key, detail }) => ({ key, detail: detail ?? "" }));
  expect(planned.find(({ key }) => key === `subscription ${tied}`)?.detail).toContain("names the slot of the source's");
  expect(planned.find(({ key }) => key === `subscription ${free}`)?.detail).not.toContain("names the slot");
  const result = await work.apply(changeset, OVER);
  expect(work.problems).toEqual([]);
  expect(result.status).toBe("applied");
  expect(writtenIn(work.folder.path)).not.toContain(SECRET);
  expect(JSON.stringify(work.events)).not.toContain(SECRET);

  const kept = `SELECT subname AS name, subconninfo AS connection, subslotname AS slot, subbinary AS binary, subpublications AS publications
    FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY subname`;
  const [arrived, original] = [await target.sql(kept), await source.sql(kept)];
  expect(arrived).toEqual(original);
  expect(arrived.find(({ name }) => name === tied)).toMatchObject({ slot: `${tied}_slot`, publications: ["p1", "P 2"] });
  const enabled = "SELECT DISTINCT subenabled AS enabled FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())";
  expect(await target.sql(enabled)).toEqual([{ enabled: false }]);
  expect(String(arrived.find(({ name }) => name === tied)?.["connection"])).toContain(SECRET);
  expect(listed(await work.plan(OVER), "create", "conflict")).toEqual([]);

  // To drop one that has a slot, its publisher is asked to drop that first.
  await expect(target.sql(`DROP SUBSCRIPTION ${tied}`)).rejects.toThrow(/could not connect to publisher/);
  await target.sql(`ALTER SUBSCRIPTION ${tied} SET (slot_name = NONE)`);
  await target.sql(`DROP SUBSCRIPTION ${tied}`);
  await target.sql(`DROP SUBSCRIPTION ${quoteName(free)}`);
  expect(await target.sql(kept)).toEqual([]);
});

test("the password of one that cannot be created is not in what is said about it", async () => {
  await using source = await makeDatabase(15);
  await using target = await makeDatabase(18);
  const [name, role] = [uniqueName("secret"), uniqueName("weak")];
  await source.sql(
    `CREATE SUBSCRIPTION ${name} CONNECTION 'host=127.0.0.1 port=1 user=u password=hunter2-of-subscription' PUBLICATION p WITH (connect = false, slot_name = NONE)`,
  );
  await target.sql(`CREATE ROLE ${role} LOGIN; ALTER DATABASE ${target.name} OWNER TO ${role}`);
  try {
    await using work = await DatabaseWorkplace.make({ from: source.url, to: target.urlAs(role) });
    expect((await work.run(OVER)).status).toBe("partly");
    expect(work.problems).toHaveLength(1);
    expect(work.problems[0]).toMatch(new RegExp(`^subscription ${name}: POSTGRES_PERMISSION `));
    expect(JSON.stringify(work.events) + writtenIn(work.folder.path)).not.toContain("hunter2");
  } finally {
    await target.sql(`REASSIGN OWNED BY ${role} TO postgres; DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
});

/** Everything that files beneath a folder hold. */
function writtenIn(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), "latin1")).join("\n");
}
