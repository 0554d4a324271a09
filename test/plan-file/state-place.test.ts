import { expect, test } from "vitest";
import type { PostgresSync } from "../../src/core/sync-plan.ts";
import { load } from "./support.ts";

const LOCATIONS = `locations:
  one: { type: s3, bucket: one }
  two: { type: s3, bucket: two }
  db1: { type: postgres, host: db1, database: app }
  db2: { type: postgres, host: db2, database: app }
  again: { type: postgres, host: db1, database: app }
`;

function excludedOf(state: string): PostgresSync["objects"]["exclude"] | undefined {
  const { plan, diagnostics, unsupported } = load(`version: 1\nname: nightly\nstate: ${state}\n${LOCATIONS}syncs:\n  shop: { from: db1, to: db2 }\n`);
  expect([...diagnostics, ...unsupported]).toEqual([]);
  const [sync] = plan?.syncs ?? [];
  return sync?.kind === "postgres" ? sync.objects.exclude : undefined;
}

test.each(["{ location: one }", "{ location: one, prefix: states/ }", "{ location: db1 }", "{ location: db1, schema: odd }", "./state"])(
  "a state at %s is one that is executed",
  (state) => {
    const { plan, diagnostics, unsupported } = load(`version: 1\nname: nightly\nstate: ${state}\n${LOCATIONS}syncs:\n  media: { from: one, to: two }\n`);
    expect([diagnostics, unsupported]).toEqual([[], []]);
    expect(plan?.state.kind).toBe(state.startsWith("{") ? "location" : "folder");
  },
);

test.each([
  ["{ location: db1 }", "tidemark"],
  ["{ location: db2, schema: odd }", "odd"],
  ["{ location: again }", "tidemark"],
])("its schema at %s is no part of a sync of that database", (state, schema) => {
  expect(excludedOf(state)).toEqual([{ kind: "schema", schema: undefined, name: schema }]);
});

test.each(["{ location: one }", ".tidemark"])("a state at %s takes nothing from a database sync", (state) => {
  expect(excludedOf(state)).toEqual([]);
});
