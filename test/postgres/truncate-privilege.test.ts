import { expect, test } from "vitest";
import { makeDatabase, uniqueName } from "../support/postgres/databases.ts";
import { DatabaseWorkplace } from "../support/postgres/database-workplace.ts";

/** More than a MiB: from there on rows would be frozen, for which the table is truncated. */
const TABLE = "CREATE TABLE big (id int PRIMARY KEY, pad text)";
const FILLING = "INSERT INTO big SELECT i, repeat('x', 1000) FROM generate_series(1, 3000) i";

test.for([{ there: 0 }, { there: 5 }])("a role that may delete and not truncate fills a table with $there rows", { timeout: 60_000 }, async ({ there }) => {
  await using source = await makeDatabase(15);
  await source.sql(`${TABLE}; ${FILLING}; ANALYZE big`);
  await using target = await makeDatabase(15);
  const role = uniqueName("filler");
  await target.sql(`${TABLE}; INSERT INTO big SELECT i, 'old' FROM generate_series(1, ${there}) i;
    CREATE ROLE ${role} LOGIN; GRANT SELECT, INSERT, UPDATE, DELETE ON big TO ${role}`);
  try {
    await using work = await DatabaseWorkplace.make({ from: source.url, to: target.urlAs(role) });
    await work.run({ rows: { onDifferent: "replace" }, sessions: 1 });
    expect(work.problems.filter((problem) => problem.startsWith("rows "))).toEqual([]);
    expect(await target.sql("SELECT count(*)::int AS rows, count(*) FILTER (WHERE pad = 'old')::int AS old FROM big")).toEqual([{ rows: 3000, old: 0 }]);
  } finally {
    await target.sql(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
});
