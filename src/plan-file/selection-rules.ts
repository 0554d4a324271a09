import type { PostgresSync as PostgresSyncFile } from "./generated/plan.ts";
import type { Path } from "./node.ts";
import type { Part } from "./part.ts";
import { conditionProblem } from "./sql-condition.ts";

type PostgresPart = Part<PostgresSyncFile>;
type Selector = NonNullable<NonNullable<PostgresSyncFile["objects"]>["exclude"]>[number];
type Kind = Selector["kind"];

/** Kinds that lie in the database itself (manual, chapter 53: their catalogs have no namespace column). */
const WITHOUT_SCHEMA: ReadonlySet<Kind> = new Set<Kind>([
  "schema",
  "extension",
  "language",
  "cast",
  "transform",
  "access-method",
  "foreign-data-wrapper",
  "foreign-server",
  "user-mapping",
  "publication",
  "subscription",
  "event-trigger",
  "large-object",
]);

/** What a sync of tables can have, with what belongs to them. Triggers are none of it. */
const TABLE_LEVEL: ReadonlySet<Kind> = new Set<Kind>([
  "schema",
  "table",
  "view",
  "materialized-view",
  "sequence",
  "index",
  "constraint",
  "foreign-key",
  "rule",
  "policy",
  "statistics",
]);

/** Checks which objects of a database are chosen, and the rules of single tables. */
export function checkSelection(part: PostgresPart): void {
  const { objects, level = "database", accounts } = part.value;
  const { include, exclude = [] } = objects ?? {};
  if (typeof include === "object") {
    for (const [at, selector] of include.entries()) checkSelector(part, ["objects", "include", at], selector, level, "error");
  }
  if (include === "all" && level === "table") {
    part.complain(["objects", "include"], {
      code: "LEVEL_KIND",
      message: "`all` is every kind of object, and `level: table` has tables, views, materialized views and sequences only.",
      hint: "Remove `level: table`, or `include: all`.",
    });
  }
  for (const [at, selector] of exclude.entries()) checkSelector(part, ["objects", "exclude", at], selector, level, "warning");
  if (accounts?.include === "none" && (accounts.exclude?.length ?? 0) > 0) {
    part.complainOfKey(["accounts", "exclude"], unused("`accounts.exclude` changes nothing beside `include: none`.", "Remove it."));
  }
  checkTables(part);
}

function checkSelector(part: PostgresPart, path: Path, { kind, schema }: Selector, level: "database" | "table", severity: "error" | "warning"): void {
  if (schema !== undefined && WITHOUT_SCHEMA.has(kind)) {
    part.complainOfKey([...path, "schema"], {
      code: "SELECTOR_SCHEMA",
      message: kind === "schema" ? "A schema lies in no other." : `What is of the kind \`${kind}\` lies in no schema: this chooses nothing.`,
      hint: kind === "schema" ? "Its name belongs into `name`." : "Remove `schema`, and choose it by its name.",
    });
  }
  if (level === "table" && !TABLE_LEVEL.has(kind)) {
    part.complain([...path, "kind"], {
      code: "LEVEL_KIND",
      severity,
      message: `\`level: table\` never syncs what is of the kind \`${kind}\`.`,
      hint: "It has tables, views, materialized views and sequences with what belongs to them, but no triggers. Remove the line, or `level: table`.",
    });
  }
}

function checkTables(part: PostgresPart): void {
  for (const [name, rules] of Object.entries(part.value.tables ?? {})) {
    if (rules === undefined) continue;
    const path = ["tables", name];
    if (name.includes("*")) {
      part.complainOfKey(path, {
        code: "TABLE_PATTERN",
        severity: "warning",
        message: "`*` stands for itself here: the rules are those of one table of exactly this name.",
        hint: "Write each table by its name. `objects.exclude` takes patterns.",
      });
    }
    const { where, columns, rows = true } = rules;
    const problem = where === undefined ? undefined : conditionProblem(where);
    if (problem) part.complain([...path, "where"], { code: "WHERE_CONDITION", ...problem });
    if (rows) continue;
    for (const [key, value] of Object.entries({ where, columns })) {
      if (value !== undefined) part.complainOfKey([...path, key], unused(`\`${key}\` changes nothing without rows.`, "Remove it, or `rows: false`."));
    }
  }
}

function unused(message: string, hint: string) {
  return { code: "KEY_UNUSED", severity: "warning", message, hint } as const;
}
