import { TidemarkError } from "../../core/errors.ts";
import { sqlStateOf } from "../connect/errors.ts";
import type { Session } from "../connect/session.ts";
import type { DumpEntry } from "../dump/archive.ts";
import { qualifiedName, quoteName, shownName } from "../names.ts";
import { mappedConstraintName, mappedIndexName, MOST_NAME_BYTES, type QualifiedName } from "./names.ts";
import type { SourceNames } from "./source-names.ts";

export interface RenameOptions {
  /** Of the shadow. */
  readonly session: Session;
  readonly names: SourceNames;
  /** A dump of the shadow, still under the source's names. */
  readonly entries: readonly DumpEntry[];
  readonly signal: AbortSignal;
}

const BATCH = 100;
const DUPLICATES: ReadonlySet<string> = new Set(["42P07", "42P06", "42710", "42723"]);

/**
 * Gives everything in a shadow the names that it is to have at the destination. PostgreSQL itself then
 * writes whatever refers to it anew.
 *
 * @returns what stayed where it was, as sentences
 * @throws TidemarkError `MAPPING_CLASH` where two objects would have one name, `MAPPING_FAILED` for anything else
 */
export async function renameAll({ session, names, entries, signal }: RenameOptions): Promise<readonly string[]> {
  const steps = new Steps(session, signal);
  const warnings: string[] = [];
  const moves = await tableMoves(session, names, entries);
  // First out of the way, so that a name that another table gives up can be taken.
  await steps.run(moves.map(({ from, temporary }) => `ALTER TABLE ${qualifiedName(from.schema, from.name)} RENAME TO ${quoteName(temporary)}`));
  const parts = await partRenames(session, moves, names);

  const schemas = new Schemas(await readSchemas(session));
  const moved = new Set(moves.map(({ from }) => qualifiedName(from.schema, from.name)));
  for (const [from, to] of inOrder(names, schemas)) {
    if (schemas.mayRename(from) && !schemas.has(to)) {
      await steps.run([`ALTER SCHEMA ${quoteName(from)} RENAME TO ${quoteName(to)}`]);
      schemas.renamed(from, to);
    } else {
      await steps.run(schemas.create(to));
      await steps.run(memberMoves(entries, from, moved).map((what) => `ALTER ${what} SET SCHEMA ${quoteName(to)}`));
      warnings.push(...(await moveExtensions(session, from, to)));
      // What an extension has left there keeps it.
      if (from !== "public") await session.query(`DROP SCHEMA ${quoteName(from)}`).catch((error: unknown) => keepGoing(session, error));
    }
  }
  await steps.run(moves.flatMap(({ to }) => schemas.create(to.schema)));
  await steps.run(
    moves.flatMap(({ from, temporary, to }) => {
      const now = schemas.now(from.schema);
      const name = qualifiedName(to.schema, temporary);
      return [
        ...(now === to.schema ? [] : [`ALTER TABLE ${qualifiedName(now, temporary)} SET SCHEMA ${quoteName(to.schema)}`]),
        `ALTER TABLE ${name} RENAME TO ${quoteName(to.name)}`,
      ];
    }),
  );
  await steps.run(parts);
  return warnings;
}

interface TableMove {
  readonly oid: number;
  readonly from: QualifiedName;
  readonly to: QualifiedName;
  /** In between. */
  readonly temporary: string;
}

/** Tables that go elsewhere than their schema, or have another name. */
async function tableMoves(session: Session, names: SourceNames, entries: readonly DumpEntry[]): Promise<readonly TableMove[]> {
  const there = new Map(entries.map((entry) => [qualifiedName(entry.schema, entry.tag), entry]));
  const taken = new Set((await session.query<{ name: string }>("SELECT relname AS name FROM pg_catalog.pg_class")).map(({ name }) => name));
  let number = 0;
  const unused = () => {
    do number += 1;
    while (taken.has(`tidemark_${number}`));
    return `tidemark_${number}`;
  };
  return names.moved.flatMap(({ from, to }): TableMove[] => {
    const entry = there.get(qualifiedName(from.schema, from.name));
    if (entry === undefined || (to.name === from.name && to.schema === names.schemaOf(from.schema))) return [];
    return [{ oid: entry.oid, from, to, temporary: unused() }];
  });
}

/** Schemas to be renamed, those first whose new name is free, or becomes free. */
function inOrder(names: SourceNames, schemas: Schemas): readonly (readonly [string, string])[] {
  const waiting = new Map(Object.entries(names.map.schemas).filter(([from, to]) => from !== to && schemas.has(from)));
  const ordered: (readonly [string, string])[] = [];
  while (waiting.size > 0) {
    const next = [...waiting].find(([, to]) => !waiting.has(to)) ?? [...waiting][0];
    if (next === undefined) break;
    ordered.push(next);
    waiting.delete(next[0]);
  }
  return ordered;
}

const RELATIONS: ReadonlySet<string> = new Set(["TABLE", "FOREIGN TABLE", "VIEW", "MATERIALIZED VIEW", "SEQUENCE"]);
/** Types of what lies in a schema by itself. */
const MEMBERS: ReadonlySet<string> = new Set([
  ...RELATIONS,
  "TYPE",
  "SHELL TYPE",
  "DOMAIN",
  "FUNCTION",
  "PROCEDURE",
  "AGGREGATE",
  "OPERATOR",
  "OPERATOR CLASS",
  "OPERATOR FAMILY",
  "COLLATION",
  "CONVERSION",
  "STATISTICS",
  "TEXT SEARCH PARSER",
  "TEXT SEARCH DICTIONARY",
  "TEXT SEARCH TEMPLATE",
  "TEXT SEARCH CONFIGURATION",
]);

/** `TABLE s.t`, as ALTER names it: all in a schema, where its name is taken already, or it is not ours to rename. */
function memberMoves(entries: readonly DumpEntry[], schema: string, moved: ReadonlySet<string>): readonly string[] {
  const byId = new Map(entries.map((entry) => [entry.dumpId, entry]));
  return entries.flatMap(({ type, schema: inSchema, tag, dropStatement, dependencies }) => {
    if (inSchema !== schema || !MEMBERS.has(type) || moved.has(qualifiedName(schema, tag))) return [];
    // A sequence that belongs to a column goes with its table, wherever that goes.
    if (type === "SEQUENCE" && dependencies.some((id) => byId.get(id)?.type === "TABLE" || byId.get(id)?.type === "FOREIGN TABLE")) return [];
    if (RELATIONS.has(type)) return [`TABLE ${qualifiedName(schema, tag)}`];
    // An operator class that brought its family along cannot be told from one that did not: each is moved by itself.
    return dropStatement.startsWith("DROP ")
      ? [
          dropStatement
            .trimEnd()
            .replace(/^DROP /, "")
            .replace(/;$/, "")
            .replace(/^SHELL /, ""),
        ]
      : [];
  });
}

async function moveExtensions(session: Session, from: string, to: string): Promise<readonly string[]> {
  const extensions = await session.query<{ name: string }>(
    "SELECT e.extname AS name FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE n.nspname = $1 ORDER BY 1",
    [from],
  );
  const warnings: string[] = [];
  for (const { name } of extensions) {
    try {
      await session.query(`ALTER EXTENSION ${quoteName(name)} SET SCHEMA ${quoteName(to)}`);
    } catch (error) {
      keepGoing(session, error);
      warnings.push(`The extension ${shownName(undefined, name)} cannot be moved, and stays in the schema ${shownName(undefined, from)}.`);
    }
  }
  return warnings;
}

interface ConstraintRow extends Record<string, unknown> {
  readonly name: string;
  readonly relation: number;
  readonly type: string;
  readonly column: string | null;
}

/**
 * Renames of indexes and constraints on tables that have another name or schema. Run when the tables have
 * theirs; an index belongs to its table's schema. What is inherited has the name that its parent gives it.
 */
async function partRenames(session: Session, moves: readonly TableMove[], names: SourceNames): Promise<readonly string[]> {
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
  if (targets.size === 0) return [];
  const relids = [`{${[...targets.keys()].join(",")}}`];
  const constraints = await session.query<ConstraintRow>(
    `SELECT c.conname AS name, c.conrelid::int8::float8 AS relation, c.contype::text AS type, a.attname::text AS column
     FROM pg_catalog.pg_constraint c LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
     WHERE c.conrelid = ANY ($1::oid[]) AND (c.contype IN ('p', 'u', 'x') OR (c.contype IN ('c', 'n', 'f') AND c.coninhcount = 0))
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
  return [
    ...constraints.flatMap(({ name, relation, type, column }): string[] => {
      const target = targets.get(relation);
      if (target === undefined) return [];
      const { from, to } = target;
      const called = type === "n" ? notNullName(name, column ?? "", target) : mappedConstraintName({ schema: from.schema, table: from.name, name });
      return called === name ? [] : [`ALTER TABLE ${qualifiedName(to.schema, to.name)} RENAME CONSTRAINT ${quoteName(name)} TO ${quoteName(called)}`];
    }),
    ...indexes.flatMap(({ name, relation }): string[] => {
      const target = targets.get(relation);
      if (target === undefined) return [];
      const called = mappedIndexName({ schema: target.from.schema, table: target.from.name, name });
      return [`ALTER INDEX ${qualifiedName(target.to.schema, name)} RENAME TO ${quoteName(called)}`];
    }),
  ];
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

interface SchemaRow {
  readonly name: string;
  readonly mine: boolean;
}

function readSchemas(session: Session): Promise<readonly SchemaRow[]> {
  return session.query("SELECT nspname AS name, pg_catalog.pg_has_role(nspowner, 'USAGE') AS mine FROM pg_catalog.pg_namespace");
}

/** The schemas of a shadow, while they change. */
class Schemas {
  readonly #mine: Map<string, boolean>;
  readonly #now = new Map<string, string>();

  constructor(rows: readonly SchemaRow[]) {
    this.#mine = new Map(rows.map(({ name, mine }) => [name, mine]));
  }

  has(name: string): boolean {
    return this.#mine.has(name);
  }

  mayRename(name: string): boolean {
    return this.#mine.get(name) === true;
  }

  renamed(from: string, to: string): void {
    this.#mine.delete(from);
    this.#mine.set(to, true);
    this.#now.set(from, to);
  }

  /** What a schema of the source is called by now. */
  now(name: string): string {
    return this.#now.get(name) ?? name;
  }

  /** @returns statements to run */
  create(name: string): readonly string[] {
    if (this.#mine.has(name)) return [];
    this.#mine.set(name, true);
    return [`CREATE SCHEMA ${quoteName(name)}`];
  }
}

/** Runs statements in batches, each one transaction: a lock on each object is held until it ends. */
class Steps {
  readonly #session: Session;
  readonly #signal: AbortSignal;

  constructor(session: Session, signal: AbortSignal) {
    this.#session = session;
    this.#signal = signal;
  }

  async run(statements: readonly string[]): Promise<void> {
    for (let from = 0; from < statements.length; from += BATCH) {
      this.#signal.throwIfAborted();
      await this.#session.query(statements.slice(from, from + BATCH).join(";\n")).catch((error: unknown) => {
        throw this.#failure(error);
      });
    }
  }

  #failure(error: unknown): unknown {
    const state = sqlStateOf(error);
    if (this.#session.isLost || state === undefined || !(error instanceof TidemarkError)) return error;
    if (DUPLICATES.has(state)) {
      return new TidemarkError("MAPPING_CLASH", `Two objects would have the same name at the destination: ${error.message}`, {
        hint: "Give one of them another name under `map`.",
        cause: error,
      });
    }
    return new TidemarkError("MAPPING_FAILED", `The names could not be worked out: ${error.message}`, {
      hint: error.hint,
      cause: error,
    });
  }
}

function keepGoing(session: Session, error: unknown): void {
  if (session.isLost || sqlStateOf(error) === undefined) throw error;
}
