import type { DatabaseKind } from "../../driver/database-action.ts";
import type { DumpEntry } from "./archive.ts";
import { kindOfEntry } from "./classify.ts";

const TABLE_TYPES: ReadonlySet<string> = new Set(["TABLE", "FOREIGN TABLE", "VIEW", "MATERIALIZED VIEW"]);
/** Belong to a table, a view or a materialized view. */
export const OF_TABLES: ReadonlySet<DatabaseKind> = new Set<DatabaseKind>([
  "index",
  "constraint",
  "foreign-key",
  "default",
  "rule",
  "trigger",
  "policy",
  "row-security",
  "partition",
  "statistics",
]);

/** The table that an index, a trigger and the like belong to. */
export function tableOf(entry: DumpEntry, byId: ReadonlyMap<number, DumpEntry>): { readonly schema: string; readonly name: string } | undefined {
  const kind = kindOfEntry(entry);
  if (kind === undefined || !OF_TABLES.has(kind)) return undefined;
  const tables = entry.dependencies.flatMap((id) => byId.get(id) ?? []).filter(({ type }) => TABLE_TYPES.has(type));
  // Where there are several, as with a foreign key, it is the one in whose schema the entry is and with which its tag begins.
  const named = tables.filter(({ tag }) => entry.tag.startsWith(`${tag} `));
  const own = named.find(({ schema }) => schema === entry.schema) ?? named[0] ?? tables[0];
  return own?.schema === undefined ? undefined : { schema: own.schema, name: own.tag };
}
