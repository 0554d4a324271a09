import { expect, test } from "vitest";
import { loadCorpus, makeRoles } from "../support/postgres/corpus.ts";
import { makeDatabase, uniqueName } from "../support/postgres/databases.ts";
import { DatabaseWorkplace, listed } from "../support/postgres/database-workplace.ts";
import { expectSameDatabase } from "../support/postgres/judge.ts";
import type { Major } from "../support/postgres/servers.ts";

const PAIRS: readonly (readonly [Major, Major])[] = [
  [10, 18],
  [13, 15],
  [15, 15],
  [15, 18],
  [18, 18],
];

/** What pg_dump and any restore of it leave different, and what this plan leaves out. */
const INHERENT: readonly RegExp[] = [
  /^database \|/,
  // A table that inherits gets its parents' columns first.
  /^(column order|published) \|/,
  /^collation \|.*"encoding"/,
  // A partition's key is made before the partition is attached.
  /^constraint \|.*"inherited": 1.*"no_inherit"/,
  // Owners and grantors that are superusers are not carried over.
  /of_super/,
  /^public \|/,
  // Left out by this plan.
  /subscri|c no Slot/,
  // A role's setting that looks like a secret stays behind.
  /^database setting \|.*custom\.secret/,
  // A check over a list of varchar is read back in other words.
  /^definition \| checks_kind_check/,
];

test.for(PAIRS)("every kind of object, each with data, from PostgreSQL %i to %i", { timeout: 120_000 }, async ([from, to]) => {
  await using roles = await makeRoles({ on: from === to ? [from] : [from, to] });
  await using source = await makeDatabase(from);
  await loadCorpus(source, { major: from, roles });
  await using target = await makeDatabase(to, { name: uniqueName("copy"), create: false });
  await using work = await DatabaseWorkplace.make({ from: source.url, to: target.url });
  // Subscriptions would hinder the drop of the copy, and roles are there at both ends.
  const over = {
    objects: { include: "all" as const, exclude: [{ kind: "subscription", schema: undefined, name: "*" }] },
    accounts: { include: Object.values(roles.names), exclude: [] },
  };

  const result = await work.run(over);
  expect(work.problems).toEqual([]);
  expect(result.status).toBe("applied");
  await expectSameDatabase(source, target, { except: (line) => INHERENT.some((pattern) => pattern.test(line)) });

  const again = await work.plan(over, { compare: true });
  expect(listed(again, "create", "copyRows", "replace", "conflict")).toEqual([]);
});
