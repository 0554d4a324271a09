import { expect, test } from "vitest";
import { DatabaseWorkplace, listed } from "../../support/postgres/database-workplace.ts";
import { loadCorpus, makeRoles } from "../../support/postgres/corpus.ts";
import { makeDatabase } from "../../support/postgres/databases.ts";
import type { Major } from "../../support/postgres/servers.ts";

/** Servers from 14 on print the signature of a procedure in another way, so that a comment on one is not found again. */
const SIGNATURES = /^comment PROCEDURE /;

/**
 * What no rename reaches: values that are names (a text search configuration, a table), and the text of
 * functions that are called while rows are checked or a view is filled.
 */
const TEXTS = /^(rows c_search\.texts|rows c_types\.identifiers|rows c_constraints\.amounts|refresh c_matviews\.by_function)\b/;

test.for<[Major, Major]>([
  [13, 15],
  [15, 18],
])("the corpus arrives with every schema and many tables under other names, from %i to %i", { timeout: 120_000 }, async ([from, to]) => {
  await using roles = await makeRoles({ on: [from, to] });
  await using source = await makeDatabase(from);
  await using target = await makeDatabase(to);
  await loadCorpus(source, { major: from, roles });
  const schemas = await source.sql<{ name: string }>(
    "SELECT nspname AS name FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$|sys$|utl_raw$|dbms_)'",
  );
  await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
  const over = {
    // Extensions do not take schemas of every name.
    map: {
      database: undefined,
      schemas: Object.fromEntries(schemas.map(({ name }) => [name, `${name.slice(0, 20)} Ü`])),
      tables: {},
      rename: [{ from: "^([^]{1,12})$", to: "$1 'y'" }],
    },
    // Subscriptions would hinder the drop of the copy, and roles are there at both ends.
    objects: { include: "all", exclude: [{ kind: "subscription", schema: undefined, name: "*" }] },
    accounts: { include: "none", exclude: [] },
  } as const;
  const changeset = await work.plan(over);
  await work.apply(changeset, over);
  expect(work.problems.filter((line) => !TEXTS.test(line))).toEqual([]);
  const again = await work.plan(over);
  // A run that could not copy all rows copies them all again, of one moment.
  expect(listed(again, "create", "replace", "conflict").filter((line) => !TEXTS.test(line) && !SIGNATURES.test(line))).toEqual([]);
});
