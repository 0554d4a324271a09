import type { DatabaseSelector, PostgresSync } from "../../core/sync-plan.ts";
import type { DatabaseKind } from "../../driver/database-action.ts";
import type { DumpEntry } from "../dump/archive.ts";
import { OF_TABLES } from "../dump/table-of.ts";
import { patternOf } from "../patterns.ts";

/** Whether an object is part of a sync, by what the plan says. What belongs to a table goes with it. */
export type Select = (kind: DatabaseKind, schema: string | undefined, name: string, table: TableName | undefined) => boolean;

export interface TableName {
  readonly schema: string;
  readonly name: string;
}

/** At table level only these, and what belongs to a table. */
const TABLE_LEVEL: ReadonlySet<DatabaseKind> = new Set<DatabaseKind>(["table", "view", "materialized-view", "sequence", "schema"]);
const NOT_AT_TABLE_LEVEL: ReadonlySet<DatabaseKind> = new Set<DatabaseKind>(["trigger", "default-privilege", "event-trigger", "database-setting"]);

export function makeSelect({ objects, level, synchronize }: Pick<PostgresSync, "objects" | "level" | "synchronize">): Select {
  const excluded = objects.exclude.map(matcherOf);
  const included = typeof objects.include === "string" ? undefined : objects.include.map(matcherOf);
  return (kind, schema, name, table) => {
    if (level === "table" && NOT_AT_TABLE_LEVEL.has(kind)) return false;
    if (kind === "index" && !synchronize.indexes) return false;
    const matches = (matchers: readonly Matcher[]) => matchers.some((matcher) => matcher(kind, schema, name));
    if (matches(excluded)) return false;
    if (table !== undefined && OF_TABLES.has(kind)) {
      // Selected with its table; may be excluded by itself.
      const ofTable = (matchers: readonly Matcher[]) =>
        matchers.some((matcher) => ["table", "view", "materialized-view"].some((each) => matcher(each, table.schema, table.name)));
      return !ofTable(excluded) && (included === undefined || matches(included) || ofTable(included));
    }
    if (included !== undefined) return kind === "schema" ? true : matches(included);
    return level === "database" || TABLE_LEVEL.has(kind);
  };
}

type Matcher = (kind: string, schema: string | undefined, name: string) => boolean;

/** A selected schema takes along what is in it. */
function matcherOf(selector: DatabaseSelector): Matcher {
  const schema = selector.schema === undefined ? undefined : patternOf(selector.schema);
  const name = patternOf(selector.name);
  const isTextSearch = selector.kind === "text-search";
  return (kind, inSchema, called) => {
    if (selector.kind === "schema") return kind === "schema" ? name.test(called) : inSchema !== undefined && name.test(inSchema);
    if (kind !== selector.kind && !(isTextSearch && kind.startsWith("text-search-"))) return false;
    return (schema === undefined || (inSchema !== undefined && schema.test(inSchema))) && name.test(called);
  };
}

/** The name by which an entry is selected: without the arguments of a function, and without the table of what belongs to one. */
export function selectedName({ type, tag }: DumpEntry, table: TableName | undefined): string {
  if (table !== undefined && tag.startsWith(`${table.name} `)) return tag.slice(table.name.length + 1);
  return ["FUNCTION", "PROCEDURE", "AGGREGATE"].includes(type) ? tag.replace(/\([^]*\)$/, "") : tag;
}
