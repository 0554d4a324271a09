import { describe, expect, test } from "vitest";
import type { PostgresSync } from "../../src/core/sync-plan.ts";
import { load, plan } from "./support.ts";

function database(lines: string): PostgresSync {
  const { plan: loaded, diagnostics } = load(plan.database(lines));
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const sync = loaded?.syncs[0];
  if (sync?.kind !== "postgres") throw new Error("It is no database sync.");
  return sync;
}

test("a database sync of two names gets every default", () => {
  const sync = database("");
  expect(sync).toEqual({
    kind: "postgres",
    name: "shop",
    renamedFrom: undefined,
    needs: [],
    priority: 0,
    from: { location: { type: "postgres", name: "db1", options: { host: "db1" } } },
    to: { location: { type: "postgres", name: "db2", options: { host: "db2" } } },
    level: "database",
    objects: { include: "default", exclude: [] },
    synchronize: { indexes: true, populateMaterializedViews: true },
    tables: {},
    map: { database: undefined, schemas: {}, tables: {}, rename: [] },
    shadow: undefined,
    rows: { onDifferent: "report" },
    sequences: { margin: 0 },
    accounts: { include: "all", exclude: [] },
    sessions: 6,
    resume: "consistent",
    flow: { windows: [], outside: "unlimited" },
    startAt: undefined,
  });
});

test("what is written is what it gets", () => {
  const sync = database(`level: table
objects: { include: [{ kind: table, schema: public, name: "o*" }], exclude: [{ kind: table, name: old }] }
synchronize: { indexes: false, populateMaterializedViews: false }
tables: { public.orders: { where: "id > 1", columns: [id, at] }, public.log: { rows: false } }
map: { database: eu, schemas: { a: b }, tables: { public.x: public.y }, rename: [{ from: "^o_", to: "n_" }] }
rows: { onDifferent: replace }
sequences: { margin: 5 }
accounts: { include: [alice], exclude: [bob] }
sessions: 2
resume: inconsistent
schedule: { start: 2030-01-01T02:00:00+02:00 }`);
  expect(sync).toMatchObject({
    level: "table",
    objects: { include: [{ kind: "table", schema: "public", name: "o*" }], exclude: [{ kind: "table", schema: undefined, name: "old" }] },
    synchronize: { indexes: false, populateMaterializedViews: false },
    tables: {
      "public.orders": { where: "id > 1", columns: ["id", "at"], rows: true },
      "public.log": { where: undefined, columns: undefined, rows: false },
    },
    map: { database: "eu", schemas: { a: "b" }, tables: { "public.x": "public.y" }, rename: [{ from: "^o_", to: "n_" }] },
    rows: { onDifferent: "replace" },
    sequences: { margin: 5 },
    accounts: { include: ["alice"], exclude: ["bob"] },
    sessions: 2,
    resume: "inconsistent",
    startAt: Date.UTC(2030, 0, 1),
  });
});

test("the kinds that can be chosen are taken as they are", () => {
  const kinds = [
    "constraint",
    "foreign-key",
    "access-method",
    "large-object",
    "subscription",
    "user-mapping",
    "foreign-data-wrapper",
    "operator-class",
    "transform",
  ];
  const { objects } = database(`objects: { exclude: [${kinds.map((kind) => `{ kind: ${kind}, name: "*" }`).join(", ")}] }`);
  expect(objects.exclude.map(({ kind }) => kind)).toEqual(kinds);
});

test("a shadow is the location that it names", () => {
  const text = plan
    .locations("  db3: { type: postgres, host: db3 }\n")
    .replace("media: { from: one, to: two }", "shop: { from: db1, to: db2, shadow: db3, map: { database: a } }");
  expect(load(text).plan?.syncs[0]).toMatchObject({ shadow: { name: "db3" } });
});

test("names are data: one that JavaScript knows is a name like others", () => {
  const { map } = database("map: { schemas: { __proto__: a, constructor: b } }");
  expect(Object.entries(map.schemas)).toEqual([
    ["__proto__", "a"],
    ["constructor", "b"],
  ]);
});

test("the same schema in both maps is told apart by its name at the destination", () => {
  const { map } = database("map: { schemas: { public: shop }, tables: { public.users: shop.customers, public.log: audit.log } }");
  expect(map.tables).toEqual({ "public.users": "shop.customers", "public.log": "audit.log" });
});

test("defaults of database syncs hold for each", () => {
  const text = plan
    .top("defaults: { postgres: { sessions: 3, rate: { bytes: 2 MB/s } } }\n")
    .replace("media: { from: one, to: two }", "shop: { from: db1, to: db2, sessions: 4 }");
  expect(load(text).plan?.syncs[0]).toMatchObject({ sessions: 4, flow: { windows: [], outside: 2_000_000 } });
});

describe("flow", () => {
  const FLOW = `flow:
  - { between: "08:00-18:00", days: [fri, mon], timezone: Europe/Berlin, maxRate: 50 MB/s }
  - { between: "22:00-24:00", maxRate: 5 MB/s }
`;
  const office = { start: 480, end: 1080, days: [0, 4], timezone: "Europe/Berlin", bytesPerSecond: 50_000_000 };
  const night = { start: 1320, end: 1440, days: [0, 1, 2, 3, 4, 5, 6], timezone: "UTC", bytesPerSecond: 5_000_000 };

  test("windows are numbers, and days begin with Monday", () => {
    expect(database(FLOW).flow).toEqual({ windows: [office, night], outside: "unlimited" });
  });

  test("without `between` it is all day", () => {
    expect(database("flow: [{ maxRate: 1 MiB/s }]").flow.windows).toEqual([{ ...night, start: 0, bytesPerSecond: 2 ** 20 }]);
  });

  test.each([
    ["pause", "pause"],
    ["unlimited", "unlimited"],
    ["20 MB/s", 20_000_000],
  ])("outside of them: %s", (written, outside) => {
    expect(database(`${FLOW}flowOutside: ${written}`).flow).toEqual({ windows: [office, night], outside });
  });

  test("`rate` is never exceeded, whatever the windows say", () => {
    expect(database(`${FLOW}rate: { bytes: 10 MB/s }`).flow).toEqual({ windows: [{ ...office, bytesPerSecond: 10_000_000 }, night], outside: 10_000_000 });
    expect(database(`${FLOW}flowOutside: pause\nrate: { bytes: 10 MB/s }`).flow.outside).toBe("pause");
  });

  test("objects have the same", () => {
    expect(load(plan.sync(`${FLOW}flowOutside: pause`)).plan?.syncs[0]).toMatchObject({ flow: { windows: [office, night], outside: "pause" } });
  });
});
