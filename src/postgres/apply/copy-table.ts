import { ItemError } from "../../core/errors.ts";
import type { RateBudget } from "../../core/rate-budget.ts";
import { type Configuration, usersRows, writtenRows } from "../catalog/configuration.ts";
import type { Session } from "../connect/session.ts";
import { type CopiedRows, forwardCopy } from "../copy/forward.ts";
import type { RowRange } from "../copy/statements.ts";
import { copyStatements } from "../copy/statements.ts";
import { qualifiedName, quoteLiteral, shownName } from "../names.ts";

/** A session to each side. */
export interface Pair {
  readonly source: Session;
  readonly destination: Session;
}

export interface TableCopy {
  /** `rows public.users`. */
  readonly item: string;
  readonly from: { readonly schema: string; readonly name: string };
  readonly to: { readonly schema: string; readonly name: string };
  readonly columns: readonly string[];
  readonly where: string | undefined;
  /** Rows travel in PostgreSQL's binary format. */
  readonly binary: boolean;
  /** In which they travel; undefined: UTF-8. */
  readonly encoding: string | undefined;
  /** Of the source's table, to choose how it is copied. */
  readonly bytes: number;
  /** Of a table of an extension at the destination: what came with it goes, and rows that are not its users' are left alone. */
  readonly configuration?: Configuration | undefined;
  /** What is in the destination's table is ours, or is to go: it is removed in the same transaction. */
  readonly replaces: boolean;
  /** Foreign keys refer to the destination's table, so that it cannot be truncated. */
  readonly referenced: boolean;
  /** Triggers and foreign keys of the destination's table do not fire: it was there before. */
  readonly asReplica: boolean;
}

export interface CopyTableOptions {
  readonly pair: Pair;
  readonly table: TableCopy;
  readonly budget: RateBudget;
  readonly signal: AbortSignal;
  onBytes(bytes: number): void;
}

/** From this size on rows arrive frozen, so that no vacuum writes them once more. For less, a new file for the table costs more. */
const FROZEN_BYTES = 2 ** 20;

/**
 * Copies a table in one transaction: either all of its rows are there, or none. Nothing but the planned
 * rows is in it when it ends, since nobody else can write meanwhile.
 *
 * @returns its rows, and their bytes as they travelled
 * @throws ItemError `stale` `DESTINATION_NOT_EMPTY`; errors of either server
 */
export async function copyTable({ pair, table, budget, signal, onBytes }: CopyTableOptions): Promise<CopiedRows> {
  const { source, destination } = pair;
  return inTransaction(destination, async () => {
    const freeze = await clearTable(destination, table, { begin: beginOf(table), truncate: table.bytes >= FROZEN_BYTES });
    const { from, to } = copyStatements({
      ...table.from,
      columns: table.columns,
      where: table.where,
      freeze,
      binary: table.binary,
      encoding: table.encoding,
      destination: table.to,
    });
    return forwardCopy({ source, destination, from, to, budget, signal, item: table.item, onBytes });
  });
}

/** Copies one part of a table whose emptiness was seen to. Parts are transactions of their own, and the intent of the run covers them. */
export async function copyPart({ pair, table, budget, signal, onBytes }: CopyTableOptions, range: RowRange): Promise<CopiedRows> {
  const { source, destination } = pair;
  return inTransaction(destination, async () => {
    await destination.query(beginOf(table));
    const { from, to } = copyStatements({
      ...table.from,
      columns: table.columns,
      where: table.where,
      range,
      freeze: false,
      binary: table.binary,
      encoding: table.encoding,
      destination: table.to,
    });
    return forwardCopy({ source, destination, from, to, budget, signal, item: table.item, onBytes });
  });
}

/**
 * Copies partitions together, each row to where the destination's topmost table sends it: a row of one
 * partition may belong to another there. One transaction.
 *
 * @param root the topmost table, quoted
 * @returns each table's rows and their bytes, in their order
 */
export async function copyThroughRoot(root: string, copies: readonly CopyTableOptions[]): Promise<readonly CopiedRows[]> {
  const [first] = copies;
  if (first === undefined) return [];
  const { source, destination } = first.pair;
  return inTransaction(destination, async () => {
    await destination.query(`${beginOf({ asReplica: copies.some(({ table }) => table.asReplica) })}; LOCK TABLE ${root} IN ACCESS EXCLUSIVE MODE`);
    for (const { table } of copies) await clearTable(destination, table);
    const copied: CopiedRows[] = [];
    for (const { table, budget, signal, onBytes } of copies) {
      const { from, to } = copyStatements({
        ...table.from,
        columns: table.columns,
        where: table.where,
        freeze: false,
        binary: table.binary,
        encoding: table.encoding,
        destination: table.to,
      });
      // The statement is made for the partition; only its name is another.
      const through = to.replace(`COPY ${qualifiedName(table.to.schema, table.to.name)}`, () => `COPY ${root}`);
      copied.push(await forwardCopy({ source, destination, from, to: through, budget, signal, item: table.item, onBytes }));
    }
    return copied;
  });
}

/** Empties a table that is copied in parts, in a transaction before them. @throws ItemError `stale` `DESTINATION_NOT_EMPTY` */
export async function prepareParts(destination: Session, table: TableCopy): Promise<void> {
  await inTransaction(destination, () => clearTable(destination, table, { begin: beginOf(table) }));
}

interface ClearOptions {
  /** What begins the transaction, in the same message: of thousands of small tables, each waits for one answer less. */
  readonly begin?: string;
  /** Rows can be frozen only where the table was truncated in the same transaction: it is, where that may be, though it is empty. */
  readonly truncate?: boolean;
}

/** @returns whether it was truncated */
async function clearTable(destination: Session, table: TableCopy, { begin, truncate = false }: ClearOptions = {}): Promise<boolean> {
  const name = qualifiedName(table.to.schema, table.to.name);
  const rows = writtenRows(table.to, table.configuration);
  const [row] = await destination.query<{ filled: boolean; stale: boolean; truncatable: boolean }>(
    `${begin === undefined ? "" : `${begin}; `}LOCK TABLE ONLY ${name} IN ACCESS EXCLUSIVE MODE; SELECT EXISTS (SELECT FROM ONLY ${rows}) AS filled,
      pg_catalog.pg_relation_size(${quoteLiteral(name)}::regclass) > 0 AS stale, pg_catalog.has_table_privilege(${quoteLiteral(name)}, 'TRUNCATE') AS truncatable`,
  );
  const isFilled = row?.filled === true;
  if (isFilled && !table.replaces) throw notEmpty(table.to);
  if (table.configuration !== undefined) {
    await destination.query(`DELETE FROM ONLY ${usersRows(table.to, table.configuration)}`);
    return false;
  }
  // A copy that failed leaves its bytes behind: where the disk was full, they would take the room once more.
  const isWanted = truncate || isFilled || row?.stale === true;
  if (isWanted && !table.referenced && row?.truncatable === true) {
    await destination.query(`TRUNCATE ONLY ${name}`);
    return true;
  }
  if (isFilled) await destination.query(`DELETE FROM ONLY ${name}`);
  return false;
}

/** A table that was to be empty is not. */
export function notEmpty({ schema, name }: TableCopy["to"]): ItemError {
  return new ItemError(
    "stale",
    "DESTINATION_NOT_EMPTY",
    `The destination's table ${shownName(schema, name)} was empty when this was reviewed, and has rows now: they are left as they are.`,
    { hint: "Plan again." },
  );
}

/** LOCAL: triggers and foreign keys are back to what they were, whatever happens. */
function beginOf({ asReplica }: Pick<TableCopy, "asReplica">): string {
  return asReplica ? "BEGIN; SET LOCAL session_replication_role = replica" : "BEGIN";
}

/** Ends the transaction that the work begins. */
export async function inTransaction<T>(session: Session, work: () => Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    // Where the connection is lost, so is the transaction.
    await session.query("ROLLBACK").catch(() => {});
    throw error;
  }
  await session.query("COMMIT");
  return result;
}
