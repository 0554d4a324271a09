import { DatabaseSync, type DatabaseSyncOptions } from "node:sqlite";
import { SQLITE_ERROR, sqliteCode } from "../core/sqlite.ts";
import { StateDatabase } from "./database.ts";
import { MIGRATIONS } from "./schema.ts";
import { damaged } from "./state-error.ts";

export const FILE_OPTIONS: DatabaseSyncOptions = {
  timeout: 0,
  defensive: true,
  allowExtension: false,
  enableForeignKeyConstraints: false,
  enableDoubleQuotedStringLiterals: false,
};

export function pragma(db: StateDatabase, name: "application_id" | "user_version"): number {
  return Number(db.statement(`PRAGMA ${name}`).get()?.[name]);
}

/** @throws TidemarkError `STATE_DAMAGED` where SQLite finds its pages broken */
export function mustBeSound(db: StateDatabase): void {
  const found = db.statement("PRAGMA quick_check(1)").get()?.["quick_check"];
  if (found !== "ok") throw damaged(db.path, String(found));
}

/**
 * Makes sure that a file holds a state's tables and nothing else, and reads its lineage.
 *
 * @throws TidemarkError `STATE_DAMAGED`
 */
export function lineageOf(db: StateDatabase): string {
  if (layoutOf(db) !== wantedLayout()) throw damaged(db.path, "its tables are not those of a state");
  const lineage = db.statement("SELECT value FROM meta WHERE name = 'lineage'").get()?.["value"];
  if (typeof lineage !== "string") throw damaged(db.path, "it has no lineage");
  return lineage;
}

/** Every table, index, view and trigger, as SQL. A file from elsewhere may hold more than was made. */
function layoutOf(db: StateDatabase): string {
  try {
    return JSON.stringify(db.statement("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name LIMIT 100").all());
  } catch (error) {
    if (sqliteCode(error) === SQLITE_ERROR) throw damaged(db.path, "its tables cannot be read", error);
    throw error;
  }
}

function wantedLayout(): string {
  const fresh = new DatabaseSync(":memory:");
  try {
    fresh.exec(MIGRATIONS.join(";"));
    return layoutOf(new StateDatabase(fresh, ":memory:", { now: Date.now, patienceMs: 0, refusal: undefined }));
  } finally {
    fresh.close();
  }
}
