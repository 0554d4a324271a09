import { expect, test } from "vitest";
import { makeDatabase, uniqueName } from "../support/postgres/databases.ts";
import { DatabaseWorkplace, listed } from "../support/postgres/database-workplace.ts";

/** An enum's hash is made from OIDs: of sixteen partitions, others than at the source hold the three rows. */
const SPREAD = `
  CREATE TYPE before AS ENUM ('other OIDs');
  CREATE TYPE color AS ENUM ('red', 'green', 'blue');
  CREATE TABLE paint (c color, n integer) PARTITION BY HASH (c);
  ${Array.from({ length: 16 }, (_, at) => `CREATE TABLE paint_${at} PARTITION OF paint FOR VALUES WITH (MODULUS 16, REMAINDER ${at});`).join("\n")}
  INSERT INTO paint VALUES ('red', 1), ('green', 2), ('blue', 3);`;

test.for([
  [13, 15],
  [18, 18],
] as const)("partitions that hold other rows at the destination are planned together, from PostgreSQL %i to %i", { timeout: 60_000 }, async ([from, to]) => {
  await using source = await makeDatabase(from);
  await source.sql(SPREAD);
  await using target = await makeDatabase(to, { name: uniqueName("copy"), create: false });
  await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
  expect((await work.run()).status).toBe("applied");
  expect(work.problems).toEqual([]);

  for (const compare of [false, true]) expect(listed(await work.plan({}, { compare }), "create", "copyRows", "replace", "conflict")).toEqual([]);

  const anew = await DatabaseWorkplace.make({ from: source.url, to: target.url });
  await using _ = anew;
  await anew.run({ rows: { onDifferent: "replace" } });
  expect(anew.problems).toEqual([]);
  expect(await target.sql("SELECT c::text, n FROM paint ORDER BY n")).toEqual([
    { c: "red", n: 1 },
    { c: "green", n: 2 },
    { c: "blue", n: 3 },
  ]);
});
