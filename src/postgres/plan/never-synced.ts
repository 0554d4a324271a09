import type { DatabaseKind } from "../../driver/database-action.ts";
import type { SpecialObjects } from "../catalog/special.ts";
import type { DumpEntry } from "../dump/archive.ts";

/** Why an object stays behind: a word to count by, and a sentence. */
export interface LeftBehind {
  readonly reason: string;
  readonly remark: string;
}

/** Schemas that other databases' emulations bring along. */
const FOREIGN_SCHEMAS: ReadonlySet<string> = new Set(["sys", "utl_raw", "dbms_lob", "dbms_output", "dbms_random"]);

const KINDS: Partial<Record<DatabaseKind, LeftBehind>> = {
  "foreign-data-wrapper": { reason: "foreign-data", remark: "Foreign-data wrappers reach outside of the database." },
  "foreign-server": { reason: "foreign-data", remark: "Foreign servers reach outside of the database." },
  "user-mapping": { reason: "foreign-data", remark: "User mappings hold passwords of other servers." },
  "foreign-table": { reason: "foreign-data", remark: "The rows of a foreign table are elsewhere." },
  publication: { reason: "replication", remark: "Publications belong to the source's own replication." },
  subscription: { reason: "replication", remark: "A subscription would fetch from its publisher twice." },
};

/**
 * What is never synced by default: whatever reaches outside of the database, belongs to the server, or
 * could bring it down.
 *
 * @returns undefined for an object that is synced
 */
export function neverSynced(entry: DumpEntry, kind: DatabaseKind, special: SpecialObjects): LeftBehind | undefined {
  const schema = entry.type === "SCHEMA" ? entry.tag : entry.schema;
  if (schema !== undefined && FOREIGN_SCHEMAS.has(schema))
    return { reason: "system-schema", remark: `The schema ${schema} belongs to an emulation of another database.` };
  const byKind = KINDS[kind];
  if (byKind) return byKind;
  if (kind === "function" || kind === "procedure" || kind === "aggregate") return neverSyncedFunction(entry.oid, special);
  if (kind === "type" && (entry.type === "SHELL TYPE" || special.baseTypes.has(entry.oid)))
    return { reason: "base-type", remark: "A base type is made of C functions." };
  if (kind === "cast" && special.binaryCasts.has(entry.oid))
    return { reason: "binary-cast", remark: "A cast WITHOUT FUNCTION takes one type's bytes for another's." };
  return undefined;
}

function neverSyncedFunction(oid: number, special: SpecialObjects): LeftBehind | undefined {
  if (special.compiled.has(oid)) return { reason: "c-function", remark: "Its code is a library on the source's server." };
  if (special.leakproof.has(oid)) return { reason: "leakproof", remark: "Only a superuser may vouch that a function is leakproof." };
  if (special.support.has(oid)) return { reason: "support-function", remark: "It tells the planner what only a superuser may." };
  return undefined;
}
