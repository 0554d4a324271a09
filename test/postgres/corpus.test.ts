import { expect, test } from "vitest";
import { corpusFiles, corpusFilesOf, loadCorpus, makeRoles } from "../support/postgres/corpus.ts";
import { makeDatabase } from "../support/postgres/databases.ts";
import { MAJORS } from "../support/postgres/servers.ts";

const NEWEST = 18;

test.for(corpusFilesOf({ major: NEWEST }).map(({ name }) => name))("%s loads by itself", async (name) => {
  await using roles = await makeRoles({ on: [NEWEST] });
  await using db = await makeDatabase(NEWEST);
  const files = await loadCorpus(db, { major: NEWEST, files: [name], roles });
  expect(files).toHaveLength(1);
});

test.for(MAJORS)("all of it loads into one database of PostgreSQL %i", async (major) => {
  await using roles = await makeRoles({ on: [major] });
  await using db = await makeDatabase(major);
  const files = await loadCorpus(db, { major, roles });
  expect(files.length).toBeGreaterThan(30);
});

test("each placeholder of a file is said at its top", () => {
  for (const file of corpusFiles()) {
    const used = new Set(file.parts.flatMap(({ sql }) => [...sql.matchAll(/__ROLE_([A-Z]+)__/g)].map(([, key = ""]) => key)));
    expect([...used].sort(), file.name).toEqual([...file.roles].sort());
  }
});
