import { TidemarkError } from "../../core/errors.ts";
import { sqlStateOf } from "../connect/errors.ts";
import type { Session } from "../connect/session.ts";
import type { DumpEntry } from "../dump/archive.ts";
import { qualifiedName, quoteName, shownName } from "../names.ts";
import type { QualifiedName } from "./names.ts";
import { partRenames } from "./rename-parts.ts";
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
  for (const [from, to] of inOrder(names, entries, schemas)) {
    if (schemas.mayRename(from) && !schemas.has(to)) {
      await steps.run([`ALTER SCHEMA ${quoteName(from)} RENAME TO ${quoteName(to)}`]);
      schemas.renamed(from, to);
    } else {
      await steps.run(schemas.create(to));
      await steps.run(await memberMoves({ session, entries, from, to, moved }));
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
  await steps.run(parts.must);
  await steps.attempt(parts.may);
  return warnings;
}

export interface TableMove {
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

/**
 * Schemas to be renamed, those first whose new name is free, or becomes free. Of several that become one,
 * the first in the dump is it, and the others join it; `public`, which no dump lists, comes last.
 */
function inOrder(names: SourceNames, entries: readonly DumpEntry[], schemas: Schemas): readonly (readonly [string, string])[] {
  const listed = entries.flatMap(({ type, tag }) => (type === "SCHEMA" ? [tag] : []));
  const all = new Set([...listed, ...Object.keys(names.map.schemas)]);
  const waiting = new Map([...all].map((from) => [from, names.schemaOf(from)] as const).filter(([from, to]) => from !== to && schemas.has(from)));
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
const TYPES: ReadonlySet<string> = new Set(["TYPE", "SHELL TYPE", "DOMAIN"]);
/** Types of what else lies in a schema by itself. */
const OTHERS: ReadonlySet<string> = new Set([
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
/** ALTER ROUTINE, which takes the arguments of any aggregate. */
const ROUTINES_FROM = 110_000;

interface MemberMoves {
  readonly session: Session;
  readonly entries: readonly DumpEntry[];
  readonly from: string;
  readonly to: string;
  /** Tables that go their own way. */
  readonly moved: ReadonlySet<string>;
}

/** Moves all in a schema one by one, where the schema's name is taken already, or it is not ours to rename. */
async function memberMoves({ session, entries, from, to, moved }: MemberMoves): Promise<readonly string[]> {
  const byId = new Map(entries.map((entry) => [entry.dumpId, entry]));
  const isOwned = ({ type, dependencies }: DumpEntry) =>
    type === "SEQUENCE" && dependencies.some((id) => byId.get(id)?.type === "TABLE" || byId.get(id)?.type === "FOREIGN TABLE");
  const members = entries.filter(({ schema }) => schema === from);
  // A sequence that belongs to a column goes with its table, wherever that goes.
  const relations = members.filter((entry) => RELATIONS.has(entry.type) && !isOwned(entry) && !moved.has(qualifiedName(from, entry.tag)));
  // Arguments are named by their types: what has some is moved before them, under the names of now.
  const others = [...members.filter(({ type }) => OTHERS.has(type)), ...members.filter(({ type }) => TYPES.has(type))];
  const identities = await session.query<{ identity: string }>(
    "SELECT (pg_catalog.pg_identify_object(e.class, e.oid, 0)).identity FROM unnest($1::oid[], $2::oid[]) WITH ORDINALITY AS e(class, oid, at) ORDER BY e.at",
    [`{${others.map(({ classOid }) => classOid).join(",")}}`, `{${others.map(({ oid }) => oid).join(",")}}`],
  );
  const word = (type: string) => (type === "AGGREGATE" && session.version >= ROUTINES_FROM ? "ROUTINE" : type === "SHELL TYPE" ? "TYPE" : type);
  return [
    ...others.map(({ type }, at) => `ALTER ${word(type)} ${identities[at]?.identity ?? ""} SET SCHEMA ${quoteName(to)}`),
    ...relations.map(({ tag }) => `ALTER TABLE ${qualifiedName(from, tag)} SET SCHEMA ${quoteName(to)}`),
  ];
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

  /** What is not done stays undone. */
  async attempt(statements: readonly string[]): Promise<void> {
    for (let from = 0; from < statements.length; from += BATCH) {
      this.#signal.throwIfAborted();
      const batch = statements.slice(from, from + BATCH);
      const tried = async (sql: string) => {
        try {
          await this.#session.query(sql);
          return true;
        } catch (error) {
          keepGoing(this.#session, error);
          return false;
        }
      };
      if (!(await tried(batch.join(";\n")))) for (const statement of batch) await tried(statement);
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
