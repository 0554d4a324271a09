import type { FixtureSync } from "./changeset-fixture.ts";
import { databaseAction, HOSTILE_KEYS } from "./changeset-fixture.ts";

/** A sync of a small shop, with something of everything. */
export function shopSync(): FixtureSync {
  return {
    name: "shop",
    kind: "postgres",
    from: "postgres://old:5432/shop",
    to: "postgres://new:5432/shop",
    actions: [
      databaseAction({ kind: "role", name: "clerk", ddl: "CREATE ROLE clerk;" }),
      databaseAction({ kind: "table", schema: "public", name: "orders", ddl: "CREATE TABLE public.orders (\n\tid bigint NOT NULL\n);", owner: "clerk" }),
      databaseAction({ kind: "table", schema: "public", name: "items", ddl: "CREATE TABLE public.items (\n    id bigint\n);" }),
      databaseAction({
        kind: "index",
        schema: "public",
        name: "orders_at",
        table: "public.orders",
        ddl: "CREATE INDEX orders_at ON public.orders USING btree (at);",
      }),
      databaseAction(
        { kind: "view", schema: "public", name: "totals", difference: " SELECT\n-  sum(a)\n+  sum(b)" },
        { action: "conflict", reason: "different" },
      ),
      databaseAction(
        { kind: "function", schema: "public", name: "c(integer)", remark: "Its code is a library on the source's server." },
        { action: "notSynced", reason: "c-function" },
      ),
      databaseAction(
        { kind: "function", schema: "public", name: "d()", remark: "Its code is a library on the source's server." },
        { action: "notSynced", reason: "c-function" },
      ),
      databaseAction({ kind: "rows", schema: "public", name: "orders", columns: ["id"], where: "id > 10" }, { action: "copyRows", rows: 4000, bytes: 700_000 }),
      databaseAction({ kind: "rows", schema: "public", name: "items", columns: ["id"] }, { action: "copyRows", rows: 1000, bytes: 80_000 }),
      databaseAction({ kind: "rows", schema: "public", name: "prices", columns: ["id"] }, { action: "replace", reason: "rows-exist", rows: 50, bytes: 400 }),
      databaseAction({ kind: "sequence-value", schema: "public", name: "orders_id_seq" }, { action: "copyRows", reason: "value" }),
      databaseAction({ kind: "rows", schema: "public", name: "old" }, { action: "skip", reason: "rows-not-compared" }),
      databaseAction({ kind: "schema", name: "public" }, { action: "skip", reason: "same" }),
    ],
  };
}

/** Names, definitions, differences and remarks that try to end what they stand in. */
export function hostileSync(): FixtureSync {
  const code = (text: string) => `CREATE TABLE "${text}" ();\n\`\`\`\`\`\n</details>\n${text}`;
  return {
    name: "hostile",
    kind: "postgres",
    actions: [
      ...HOSTILE_KEYS.map((name) => databaseAction({ kind: "table", schema: "public", name, ddl: code(name), owner: name })),
      ...HOSTILE_KEYS.map((name) =>
        databaseAction({ kind: "view", schema: "public", name, difference: `-${code(name)}` }, { action: "conflict", reason: "different" }),
      ),
      ...HOSTILE_KEYS.map((name) =>
        databaseAction({ kind: "rows", schema: "public", name, columns: [name], where: name, remark: name }, { action: "notSynced", reason: name }),
      ),
    ],
  };
}

/** A fourth each of tables, indexes, rows, and of what is not synced for fifty-five reasons. */
export function manySync(count: number): FixtureSync {
  return {
    name: "many",
    kind: "postgres",
    actions: Array.from({ length: count }, (_, at) => {
      const name = `n${at}`;
      if (at % 4 === 0) return databaseAction({ kind: "table", schema: "public", name, ddl: `CREATE TABLE public.${name} ();` });
      if (at % 4 === 1) return databaseAction({ kind: "index", schema: "public", name, ddl: `CREATE INDEX ${name} ON t (a);` });
      if (at % 4 === 2) return databaseAction({ kind: "rows", schema: "public", name }, { action: "copyRows", rows: 1, bytes: 1 });
      return databaseAction({ kind: "function", schema: "public", name }, { action: "notSynced", reason: `reason-${at % 55}` });
    }),
  };
}
