import type { DatabaseSelector } from "../../core/sync-plan.ts";
import type { Session } from "../connect/session.ts";
import { confirm, type Finding, listed, pass } from "./findings.ts";
import { type SourceScope, sourceName } from "./scope.ts";

/** Kinds whose names are told by pg_class. Of the others a selector may name none, and nobody is told. */
const RELATIONS: ReadonlySet<string> = new Set(["table", "foreign-table", "view", "materialized-view", "sequence", "index"]);

/**
 * Whether what a plan renames or leaves out by its name is there. A slip of the pen renames nothing, or
 * takes along what was to stay behind.
 */
export async function checkNamedObjects(scope: SourceScope): Promise<readonly Finding[]> {
  const { map, objects } = scope.sync;
  const excluded = objects.exclude.filter(isExact);
  const schemas = [...Object.keys(map.schemas), ...excluded.filter(({ kind }) => kind === "schema").map(({ name }) => name)];
  const relations = excluded.filter(({ kind }) => kind !== "schema");
  const tables = [...Object.keys(map.tables), ...relations.map(wordOf)];
  if (schemas.length + tables.length === 0) return [];
  const there = await readNames(scope.source, schemas, tables);
  const subject = `${sourceName(scope)}: names in the plan`;
  const unmapped = [...Object.keys(map.schemas), ...Object.keys(map.tables)].filter((name) => !there.has(name));
  const unmet = excluded.filter((selector) => !there.has(wordOf(selector)));
  const problems: readonly Finding[] = [
    ...(unmapped.length === 0
      ? []
      : [
          confirm(
            "MAP_WITHOUT_OBJECT",
            subject,
            `The source has no such schema or table, so nothing is renamed: ${listed(unmapped)}.`,
            "Correct the name under `map`, or confirm that it is not there.",
          ),
        ]),
    ...(unmet.length === 0
      ? []
      : [
          confirm(
            "EXCLUDE_WITHOUT_OBJECT",
            subject,
            `The source has nothing of this kind and name, so nothing is left out: ${listed(unmet.map((selector) => `${selector.kind} ${wordOf(selector)}`))}.`,
            "Correct it under `objects.exclude`, or confirm that it is not there.",
          ),
        ]),
  ];
  return problems.length > 0 ? problems : [pass("MAP_WITHOUT_OBJECT", subject, "All of them are there.")];
}

/** Without a pattern: that may match nothing today and something tomorrow. */
function isExact({ kind, schema, name }: DatabaseSelector): boolean {
  return (kind === "schema" || RELATIONS.has(kind)) && !`${schema ?? ""}${name}`.includes("*");
}

function wordOf({ schema, name }: DatabaseSelector): string {
  return schema === undefined ? name : `${schema}.${name}`;
}

/** @returns those of the names that are there: of schemas, and of relations with or without their schema */
async function readNames(source: Session, schemas: readonly string[], relations: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await source.query<{ name: string }>(
    `SELECT nspname::text AS name FROM pg_catalog.pg_namespace WHERE nspname::text = ANY ($1::text[])
     UNION SELECT n.nspname || '.' || c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname || '.' || c.relname = ANY ($2::text[])
     UNION SELECT relname::text FROM pg_catalog.pg_class WHERE relname::text = ANY ($2::text[])`,
    [schemas, relations],
  );
  return new Set(rows.map(({ name }) => name));
}
