import type { Action } from "../../src/changeset/action.ts";
import type { PlanNotice } from "../../src/changeset/summary.ts";
import { createChangeset } from "../../src/changeset/write.ts";
import { writeDatabaseDetail } from "../../src/driver/database-action.ts";

const end = (display: string) => ({ location: "place", display, identity: display, resolved: display });
const version = (size: number, etag: string) => ({ size, modified: "2024-05-01T10:00:00.000Z", etag });

export function copy(key: string, bytes = 1000, reason = "absent"): Action {
  return { action: "copy", key, reason, bytes, source: version(bytes, "s"), destination: undefined, detail: undefined };
}

export function overwrite(key: string, bytes = 1000): Action {
  return { action: "overwrite", key, reason: "size", bytes, source: version(bytes, "s"), destination: version(bytes + 1, "d"), detail: undefined };
}

export function remove(key: string, bytes = 1000): Action {
  return { action: "delete", key, reason: "not-in-source", bytes: 0, source: undefined, destination: version(bytes, "d"), detail: undefined };
}

export function conflict(key: string): Action {
  return { action: "conflict", key, reason: "newer", bytes: 0, source: version(1, "s"), destination: version(2, "d"), detail: undefined };
}

export interface WrittenSync {
  readonly name: string;
  readonly kind?: "objects" | "postgres";
  readonly from?: string;
  readonly to?: string;
  readonly actions: Iterable<Action>;
  readonly notices?: readonly PlanNotice[];
}

/** Writes a sealed changeset, of any length. */
export function writeChangeset(path: string, syncs: readonly WrittenSync[], plan = "nightly"): void {
  const writer = createChangeset({ path, origin: { plan, planFile: `${plan}.yaml`, planHash: "sha256:0", lineage: "", tidemark: "0.0.0" }, listSkips: true });
  for (const { name, kind = "objects", from = "s3://archive/", to = "s3://cold/", actions, notices = [] } of syncs) {
    writer.beginSync({ name, kind, from: end(from), to: end(to), destination: to, options: "{}" });
    let page: Action[] = [];
    let count = 0;
    for (const action of actions) {
      page.push(action);
      count += 1;
      if (page.length === 1000) {
        writer.add(page);
        page = [];
      }
    }
    writer.add(page);
    writer.endSync({ source: count, destination: Math.floor(count / 2) }, notices);
  }
  writer.seal({ list: 2, head: 0, read: 0 }).close();
}

/** So many copies, every tenth an overwrite, every hundredth a delete; keys in byte order. */
export function* manyActions(count: number): Generator<Action> {
  for (let at = 0; at < count; at += 1) {
    const key = `photos/${String(Math.floor(at / 1000)).padStart(4, "0")}/img-${String(at).padStart(7, "0")}.jpg`;
    if (at % 100 === 99) yield remove(key, 2000 + (at % 977));
    else if (at % 10 === 9) yield overwrite(key, 2000 + (at % 977));
    else yield copy(key, 2000 + (at % 977));
  }
}

/** A sync of a database: a table, a function in conflict, rows that are replaced, a publication that stays behind. */
export function databaseActions(): Action[] {
  const base = { bytes: 0, source: { fingerprint: "s" }, destination: undefined };
  return [
    {
      ...base,
      action: "create",
      key: "table public.orders",
      reason: "absent",
      detail: writeDatabaseDetail({
        kind: "table",
        schema: "public",
        name: "orders",
        owner: "shop",
        ddl: "CREATE TABLE public.orders (\n\tid bigint NOT NULL,\n\tnote text DEFAULT 'it''s' -- free text\n);",
      }),
    },
    {
      ...base,
      action: "replace",
      key: "rows public.prices",
      reason: "rows-exist",
      bytes: 8200,
      rows: 50,
      destination: { fingerprint: "d" },
      detail: writeDatabaseDetail({ kind: "rows", schema: "public", name: "prices", columns: ["id", "price"] }),
    },
    {
      ...base,
      action: "conflict",
      key: "function public.total()",
      reason: "different",
      destination: { fingerprint: "d" },
      detail: writeDatabaseDetail({
        kind: "function",
        schema: "public",
        name: "total()",
        difference: " CREATE FUNCTION public.total() RETURNS integer\n     LANGUAGE sql\n-    AS $$SELECT 2$$;\n+    AS $$SELECT 1$$;",
      }),
    },
    {
      ...base,
      action: "notSynced",
      key: "publication orders_out",
      reason: "replication",
      detail: writeDatabaseDetail({ kind: "publication", name: "orders_out", remark: "Publications belong to the source's own replication." }),
    },
  ];
}
