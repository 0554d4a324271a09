import { ItemError } from "../../core/errors.ts";
import type { Session } from "../connect/session.ts";
import { qualifiedName, quoteName, shownName } from "../names.ts";
import type { TableCopy } from "./copy-table.ts";

/** Whether triggers and foreign keys can be kept from firing: from 15 on the right to can be granted. */
export async function mayBeReplica(session: Session): Promise<boolean> {
  if (session.isSuperuser) return true;
  if (session.version < 150_000) return false;
  const [row] = await session.query<{ may: boolean }>("SELECT pg_catalog.has_parameter_privilege('session_replication_role', 'SET') AS may");
  return row?.may === true;
}

interface ForeignKey {
  readonly name: string;
  readonly columns: readonly string[];
  readonly parent_schema: string;
  readonly parent_name: string;
  readonly parent_columns: readonly string[];
  readonly parent_partitioned: boolean;
}

/**
 * Looks whether a table's rows keep to its foreign keys, which did not fire while they were copied: the
 * constraint itself would go on to say that it holds.
 *
 * @returns the first that does not hold; undefined where all do
 */
export async function brokenForeignKey(session: Session, { to }: Pick<TableCopy, "to">): Promise<ItemError | undefined> {
  const keys = await session.query<ForeignKey & Record<string, unknown>>(
    `SELECT k.conname AS name, k.columns, pn.nspname AS parent_schema, p.relname AS parent_name, k.parent_columns, p.relkind = 'p' AS parent_partitioned
     FROM (SELECT c.conname, c.confrelid,
         (SELECT array_agg(a.attname::text ORDER BY u.at) FROM unnest(c.conkey) WITH ORDINALITY u(num, at) JOIN pg_catalog.pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = u.num) AS columns,
         (SELECT array_agg(a.attname::text ORDER BY u.at) FROM unnest(c.confkey) WITH ORDINALITY u(num, at) JOIN pg_catalog.pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = u.num) AS parent_columns
       FROM pg_catalog.pg_constraint c WHERE c.conrelid = $1::regclass AND c.contype = 'f' AND c.convalidated) k
     JOIN pg_catalog.pg_class p ON p.oid = k.confrelid JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace ORDER BY 1`,
    [qualifiedName(to.schema, to.name)],
  );
  for (const key of keys) {
    const [row] = await session.query<{ broken: boolean }>(orphans(to, key));
    if (row?.broken !== true) continue;
    return new ItemError(
      "failed",
      "FOREIGN_KEY_BROKEN",
      `Rows of ${shownName(to.schema, to.name)} refer by ${key.name} to rows of ${shownName(key.parent_schema, key.parent_name)} that are not at the destination.`,
      {
        hint: "Copy the other table too, in the same sync, or remove these rows: the constraint itself does not say so.",
      },
    );
  }
  return undefined;
}

function orphans(child: TableCopy["to"], { columns, parent_schema, parent_name, parent_columns, parent_partitioned }: ForeignKey): string {
  const present = columns.map((column) => `c.${quoteName(column)} IS NOT NULL`);
  const equal = columns.map((column, at) => `p.${quoteName(parent_columns[at] ?? "")} = c.${quoteName(column)}`);
  const parent = `${parent_partitioned ? "" : "ONLY "}${qualifiedName(parent_schema, parent_name)}`;
  return `SELECT EXISTS (SELECT FROM ONLY ${qualifiedName(child.schema, child.name)} c WHERE ${present.join(" AND ")} AND NOT EXISTS (SELECT FROM ${parent} p WHERE ${equal.join(" AND ")})) AS broken`;
}
