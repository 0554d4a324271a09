import { expect, test } from "vitest";
import { readSequences } from "../../../src/postgres/catalog/sequences.ts";
import { compareSequences } from "../../../src/postgres/compare/compare-sequences.ts";
import { makeDatabase } from "../../support/postgres/databases.ts";
import { sessionTo } from "./compare-databases.ts";

const NAMES = ["same", "fresh", "ahead", "behind", "down", "gone"];

test("sequences are equal by value and whether it was given out, or ahead by a margin in their direction", async () => {
  await using source = await makeDatabase(10);
  await using destination = await makeDatabase(18);
  const setup = `${NAMES.map((name) => `CREATE SEQUENCE ${name};`).join("")} ALTER SEQUENCE down INCREMENT -1 MINVALUE -9000000000000000000 MAXVALUE -1 START -1 RESTART -1;
    SELECT setval('same', 9007199254740993), setval('fresh', 5, false), setval('ahead', 100), setval('behind', 100), setval('down', -100)`;
  for (const db of [source, destination]) await db.sql(setup);
  await destination.sql("SELECT setval('fresh', 5, true), setval('ahead', 150), setval('behind', 99), setval('down', -150); DROP SEQUENCE gone");
  const sessions = await Promise.all([sessionTo(source), sessionTo(destination)]);
  const [from, to] = await Promise.all(sessions.map((session) => readSequences(session)));
  await Promise.all(sessions.map((session) => session.close()));
  const pairs = NAMES.map((name) => ({ key: name, source: { schema: "public", name }, destination: { schema: "public", name } }));
  const compare = (margin: number) =>
    compareSequences({ pairs, source: from ?? [], destination: to ?? [], margin }).map(({ key, difference }) => `${key} ${difference}`);
  expect(compare(0)).toEqual(["same equal", "fresh different", "ahead different", "behind different", "down different", "gone missing"]);
  expect(compare(50)).toEqual(["same equal", "fresh equal", "ahead equal", "behind different", "down equal", "gone missing"]);
});
