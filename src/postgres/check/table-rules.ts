import type { TableRules } from "../../core/sync-plan.ts";
import { TidemarkError } from "../../core/errors.ts";
import { sqlStateOf } from "../connect/errors.ts";
import type { Session } from "../connect/session.ts";
import { qualifiedName, shownName } from "../names.ts";
import { confirm, counted, fail, type Finding, listed, pass } from "./findings.ts";
import { type SourceScope, sourceName } from "./scope.ts";

interface Column {
  readonly name: string;
  /** A row without it is refused. */
  readonly needed: boolean;
}

interface RuledTable {
  readonly key: string;
  readonly schema: string;
  readonly name: string;
  readonly partitioned: boolean;
  readonly columns: readonly Column[];
  readonly rules: TableRules;
}

/**
 * Whether the rules of single tables do what they say. One that meets no table leaves nothing out: all rows
 * and all columns would travel. A condition that the server refuses would stop a run half-way.
 */
export async function checkTableRules(scope: SourceScope): Promise<readonly Finding[]> {
  const { source, sync } = scope;
  const keys = Object.keys(sync.tables);
  if (keys.length === 0) return [];
  const tables = await readRuledTables(source, sync.tables);
  const there = new Set(tables.map(({ key }) => key));
  const missing = keys.filter((key) => !there.has(key));
  const rowless = tables.filter(({ partitioned, rules }) => partitioned && (rules.where !== undefined || rules.columns !== undefined || !rules.rows));
  const plain = tables.filter(({ partitioned, rules }) => !partitioned && rules.rows);
  const unknown = plain.flatMap((table) => {
    const names = new Set(table.columns.map(({ name }) => name));
    return (table.rules.columns ?? []).filter((column) => !names.has(column)).map((column) => columnOf(table, column));
  });
  const needed = plain.flatMap((table) => {
    const { columns } = table.rules;
    return columns === undefined ? [] : table.columns.filter((each) => each.needed && !columns.includes(each.name)).map(({ name }) => columnOf(table, name));
  });
  const subject = `${sourceName(scope)}: rules of tables`;
  const problems: readonly Finding[] = [
    ...(missing.length === 0
      ? []
      : [
          confirm(
            "TABLE_RULES_WITHOUT_TABLE",
            subject,
            `The source has no such table, so nothing is left out for: ${listed(missing)}.`,
            "Correct the name under `tables`, written `schema.table` without quotes, or confirm that the table is not there.",
          ),
        ]),
    ...(rowless.length === 0
      ? []
      : [
          fail(
            "TABLE_RULES_PARTITIONED",
            subject,
            `A partitioned table has no rows of its own, so its rules would change nothing: ${listed(rowless.map(({ key }) => key))}.`,
            "Give the rules to each of its partitions.",
          ),
        ]),
    ...(unknown.length === 0
      ? []
      : [fail("TABLE_RULES_COLUMNS", subject, `There is no such column: ${listed(unknown)}.`, "Correct the name under `columns`, or remove it.")]),
    ...(needed.length === 0
      ? []
      : [
          fail(
            "TABLE_RULES_NOT_NULL",
            subject,
            `The destination would take no row without a column that is NOT NULL and has no default: ${listed(needed)}.`,
            "Add it to `columns`, or give it a default at the source.",
          ),
        ]),
    ...(await refusedConditions(source, plain, subject)),
  ];
  return problems.length > 0 ? problems : [pass("TABLE_RULES_WITHOUT_TABLE", subject, `Each has its table: ${counted(tables.length, "table")}.`)];
}

function columnOf({ schema, name }: RuledTable, column: string): string {
  return `${shownName(schema, name)}.${shownName(undefined, column)}`;
}

/** Ordinary, partitioned and foreign tables. */
async function readRuledTables(source: Session, rules: Readonly<Record<string, TableRules>>): Promise<readonly RuledTable[]> {
  const found = await source.query<Omit<RuledTable, "rules">>(
    `SELECT n.nspname || '.' || c.relname AS key, n.nspname::text AS schema, c.relname::text AS name, c.relkind = 'p' AS partitioned,
      (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('name', a.attname,
          'needed', a.attnotnull AND NOT a.atthasdef AND a.attidentity = '') ORDER BY a.attnum), '[]')
        FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f') AND n.nspname || '.' || c.relname = ANY ($1::text[]) ORDER BY 1`,
    [Object.keys(rules)],
  );
  return found.flatMap((table) => {
    const own = rules[table.key];
    return own === undefined ? [] : [{ ...table, rules: own }];
  });
}

/** The server plans each condition, and reads no row. */
async function refusedConditions(source: Session, tables: readonly RuledTable[], subject: string): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { key, schema, name, rules } of tables) {
    if (rules.where === undefined) continue;
    try {
      await source.query(`EXPLAIN SELECT FROM ONLY ${qualifiedName(schema, name)} WHERE (\n${rules.where}\n)`);
    } catch (error) {
      const state = sqlStateOf(error);
      // What may not be read is told of by another check.
      if (state === "42501") continue;
      if (!(error instanceof TidemarkError) || state === undefined || !/^(?:0A|22|42|P0)/.test(state)) throw error;
      findings.push(
        fail(
          "TABLE_RULES_WHERE",
          subject,
          `The server does not take the condition of ${key}: ${error.message}.`,
          "Correct `where`. Functions, types and other tables need their schema: the search path is empty.",
        ),
      );
    }
  }
  return findings;
}
