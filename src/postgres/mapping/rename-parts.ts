import type { Session } from "../connect/session.ts";
import { qualifiedName, quoteName } from "../names.ts";
import { mappedConstraintName, mappedIndexName, MOST_NAME_BYTES, type QualifiedName } from "./names.ts";
import type { TableMove } from "./rename.ts";
import type { SourceNames } from "./source-names.ts";

/** Constraints with an index of their name. */
const INDEXED: ReadonlySet<string> = new Set(["p", "u", "x"]);

interface ConstraintRow extends Record<string, unknown> {
  readonly name: string;
  readonly relation: number;
  readonly type: string;
  readonly column: string | null;
}

export interface PartRenames {
  readonly must: readonly string[];
  /** Of NOT NULL, which is not always renamed: a child may have its own name for what it inherits. */
  readonly may: readonly string[];
}

/**
 * Renames of indexes and constraints on tables that have another name or schema. Run when the tables have
 * theirs; an index belongs to its table's schema. What is inherited has the name that its parent gives it,
 * and what PostgreSQL does not rename keeps its own: checks and foreign keys of a table OF a type.
 */
export async function partRenames(session: Session, moves: readonly TableMove[], names: SourceNames): Promise<PartRenames> {
  const temporary = new Map(moves.map(({ from, temporary: name }) => [qualifiedName(from.schema, from.name), name]));
  const targets = new Map<number, { readonly from: QualifiedName; readonly to: QualifiedName }>();
  const relations = await session.query<{ oid: number; schema: string; name: string }>(
    "SELECT c.oid::int8::float8 AS oid, n.nspname AS schema, c.relname AS name FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'f', 'm')",
  );
  const oids = new Map(relations.map(({ oid, schema, name }) => [qualifiedName(schema, name), oid]));
  for (const { from, to } of names.moved) {
    const oid = oids.get(qualifiedName(from.schema, temporary.get(qualifiedName(from.schema, from.name)) ?? from.name));
    if (oid !== undefined) targets.set(oid, { from, to });
  }
  if (targets.size === 0) return { must: [], may: [] };
  const relids = [`{${[...targets.keys()].join(",")}}`];
  const constraints = await session.query<ConstraintRow>(
    `SELECT c.conname AS name, c.conrelid::int8::float8 AS relation, c.contype::text AS type, a.attname::text AS column
     FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_class r ON r.oid = c.conrelid LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
     WHERE c.conrelid = ANY ($1::oid[]) AND (c.contype IN ('p', 'u', 'x') OR (c.contype IN ('c', 'n', 'f') AND c.coninhcount = 0 AND r.reloftype = 0))
       -- What two parents share cannot be renamed at one of them.
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint d WHERE c.contype IN ('c', 'n') AND d.conname = c.conname AND d.contype = c.contype AND d.coninhcount > 1)
     ORDER BY c.oid`,
    relids,
  );
  const indexes = await session.query<{ name: string; relation: number }>(
    `SELECT c.relname AS name, i.indrelid::int8::float8 AS relation FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
     WHERE i.indrelid = ANY ($1::oid[]) AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conindid = c.oid AND k.contype IN ('p', 'u', 'x')) ORDER BY c.oid`,
    relids,
  );
  const ofConstraints = (isNotNull: boolean) =>
    constraints.flatMap(({ name, relation, type, column }): string[] => {
      if ((type === "n") !== isNotNull) return [];
      const target = targets.get(relation);
      if (target === undefined) return [];
      const { from, to } = target;
      const called = type === "n" ? notNullName(name, column ?? "", target) : mappedConstraintName({ schema: from.schema, table: from.name, name });
      // Its constraint goes with an index, and on a table OF a type there is no other way.
      if (INDEXED.has(type)) return [`ALTER INDEX ${qualifiedName(to.schema, name)} RENAME TO ${quoteName(called)}`];
      return called === name ? [] : [`ALTER TABLE ${qualifiedName(to.schema, to.name)} RENAME CONSTRAINT ${quoteName(name)} TO ${quoteName(called)}`];
    });
  const ofIndexes = indexes.flatMap(({ name, relation }): string[] => {
    const target = targets.get(relation);
    if (target === undefined) return [];
    const called = mappedIndexName({ schema: target.from.schema, table: target.from.name, name });
    return [`ALTER INDEX ${qualifiedName(target.to.schema, name)} RENAME TO ${quoteName(called)}`];
  });
  return { must: [...ofConstraints(false), ...ofIndexes], may: ofConstraints(true) };
}

/**
 * From 18 on, NOT NULL is a constraint. One with the name that it has by itself is written without a name,
 * and goes on to be: before, there was none.
 *
 * @see https://github.com/postgres/postgres/blob/REL_18_STABLE/src/bin/pg_dump/pg_dump.c determineNotNullFlags
 */
function notNullName(name: string, column: string, { from, to }: { readonly from: QualifiedName; readonly to: QualifiedName }): string {
  if (name !== `${from.name}_${column}_not_null`) return mappedConstraintName({ schema: from.schema, table: from.name, name });
  const called = `${to.name}_${column}_not_null`;
  return Buffer.byteLength(called) > MOST_NAME_BYTES ? name : called;
}
