import type { Action, ActionKind } from "../../src/changeset/action.ts";
import { databaseAction, type FixtureSync } from "../report/changeset-fixture.ts";
import { compareKeys } from "../../src/core/byte-order.ts";

/** The same at every call: pages are compared, and looked at. */
function randoms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

const FOLDERS = ["photos", "video/raw", "video/cut", "documents/contracts", "documents/invoices", "backups/db", "backups/mail", "web/assets", "music"];
const ENDINGS: Readonly<Record<string, string>> = { photos: "jpg", video: "mov", documents: "pdf", backups: "zst", web: "js", music: "flac" };

/** Objects as a company has them: many small ones, few large ones, some years old. */
export function mediaSync(count: number, name = "media"): FixtureSync {
  const random = randoms(count);
  const actions = Array.from({ length: count }, (_, at): Partial<Action> => {
    const folder = FOLDERS[Math.floor(random() ** 1.6 * FOLDERS.length)] ?? "photos";
    const year = 2016 + Math.floor(Math.sqrt(random()) * 10);
    const month = String(1 + Math.floor(random() * 12)).padStart(2, "0");
    const top = folder.split("/")[0] ?? "";
    const key = `${folder}/${year}/${month}/${top}-${String(at).padStart(6, "0")}.${ENDINGS[top] ?? "bin"}`;
    const size = Math.floor(10 ** (1.5 + random() * (top === "video" || top === "backups" ? 7 : 5)));
    const modified = `${year}-${month}-${String(1 + Math.floor(random() * 28)).padStart(2, "0")}T10:00:00.000Z`;
    const source = { size, modified, etag: String(at) };
    const older = { size: Math.floor(size * 0.9), modified: `${year - 1}-06-01T10:00:00.000Z`, etag: "old" };
    const kind = kindOf(random());
    if (kind === "delete") return { action: kind, key, reason: "not-in-source", bytes: 0, source: undefined, destination: { ...older } };
    if (kind === "overwrite") return { action: kind, key, reason: "newer", bytes: size, source, destination: older };
    if (kind === "conflict") return { action: kind, key, reason: "exists", bytes: size, source, destination: older };
    return { action: kind, key, reason: "absent", bytes: size, source, destination: undefined };
  }).toSorted((a, b) => compareKeys(a.key ?? "", b.key ?? ""));
  return { name, from: "/srv/share/", to: "s3://acme-archive/share/", actions };
}

function kindOf(at: number): ActionKind {
  if (at < 0.78) return "copy";
  if (at < 0.92) return "overwrite";
  return at < 0.985 ? "delete" : "conflict";
}

/** A database as a shop has it. */
export function bigShopSync(): FixtureSync {
  const tables = ["orders", "order_items", "customers", "products", "prices", "addresses", "payments", "refunds", "stock", "events", "sessions", "audit_log"];
  return {
    name: "shop",
    kind: "postgres",
    from: "postgres://db-old:5432/shop",
    to: "postgres://db-new:5432/shop",
    notices: [
      { code: "EXTENSION_OLDER", message: "The extension hstore is older at the destination: 1.4 beside 1.8.", hint: "Update it there, or leave it out." },
    ],
    actions: [
      databaseAction({ kind: "schema", name: "sales", ddl: "CREATE SCHEMA sales;" }),
      ...tables.flatMap((table, at) => [
        databaseAction({
          kind: "table",
          schema: "public",
          name: table,
          ddl: `CREATE TABLE public.${table} (\n    id bigint GENERATED ALWAYS AS IDENTITY,\n    at timestamp with time zone DEFAULT now() NOT NULL,\n    amount numeric(12,2),\n    note text\n);`,
          owner: "shop_owner",
        }),
        databaseAction({
          kind: "index",
          schema: "public",
          name: `${table}_pkey`,
          table: `public.${table}`,
          ddl: `CREATE UNIQUE INDEX ${table}_pkey ON public.${table} USING btree (id);`,
        }),
        databaseAction({
          kind: "index",
          schema: "public",
          name: `${table}_at`,
          table: `public.${table}`,
          ddl: `CREATE INDEX ${table}_at ON public.${table} USING brin (at);`,
        }),
        databaseAction(
          { kind: "rows", schema: "public", name: table, columns: ["id", "at", "amount", "note"] },
          { action: "copyRows", rows: Math.floor(9_000_000 / (at + 1) ** 1.7), bytes: Math.floor(1_900_000_000 / (at + 1) ** 1.6) },
        ),
        ...(at % 3 === 0
          ? [
              databaseAction({
                kind: "foreign-key",
                schema: "public",
                name: `${table}_fk`,
                table: `public.${table}`,
                ddl: `ALTER TABLE public.${table} ADD CONSTRAINT ${table}_fk FOREIGN KEY (id) REFERENCES public.customers (id);`,
              }),
            ]
          : []),
      ]),
      databaseAction(
        { kind: "rows", schema: "public", name: "rates", columns: ["day", "rate"] },
        { action: "replace", reason: "rows-exist", rows: 50_000, bytes: 4_000_000, destination: { fingerprint: "g" } },
      ),
      databaseAction(
        {
          kind: "view",
          schema: "public",
          name: "monthly_totals",
          difference:
            " CREATE VIEW public.monthly_totals AS\n SELECT date_trunc('month', orders.at) AS month,\n-    sum(orders.amount) AS total\n+    sum(orders.amount) FILTER (WHERE NOT orders.cancelled) AS total,\n+    count(*) AS orders\n    FROM orders\n-  GROUP BY (date_trunc('month', orders.at));\n+  GROUP BY (date_trunc('month', orders.at))\n+  ORDER BY 1;",
        },
        { action: "conflict", reason: "different" },
      ),
      databaseAction(
        {
          kind: "function",
          schema: "public",
          name: "order_total(bigint)",
          difference:
            " CREATE FUNCTION public.order_total(bigint) RETURNS numeric\n     LANGUAGE sql STABLE\n-    AS $$SELECT sum(price) FROM order_items WHERE order_id = $1$$;\n+    AS $$SELECT sum(price * quantity) FROM order_items WHERE order_id = $1$$;",
        },
        { action: "conflict", reason: "different" },
      ),
      databaseAction(
        { kind: "function", schema: "public", name: "geo(integer)", remark: "Its code is a library on the source's server." },
        { action: "notSynced", reason: "c-function" },
      ),
      databaseAction(
        { kind: "publication", name: "orders_out", remark: "Publications belong to the source's own replication." },
        { action: "notSynced", reason: "replication" },
      ),
      ...["clerk", "auditor", "shop_owner"].map((role) => databaseAction({ kind: "role", name: role }, { action: "skip", reason: "identical" })),
    ],
  };
}
