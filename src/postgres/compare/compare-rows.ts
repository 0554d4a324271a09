import { TidemarkError } from "../../core/errors.ts";
import { shownName, quoteName } from "../names.ts";
import { allDone, asTheyFinish } from "./all-done.ts";
import { compareTable, type ReadablePair } from "./compare-table.ts";
import { chooseHashing, type HashPlan } from "./hashing.ts";
import { rowExpressions } from "./row-expressions.ts";
import { SideError, SideSessions, tableProblem } from "./side-sessions.ts";
import type { ReadableSide } from "./sums.ts";
import { readShapes, type Shapes } from "./table-shape.ts";
import type { CompareRowsOptions, RelationName, Side, TableComparison, TablePair } from "./types.ts";

/** Tables whose definitions are read at a time. */
const PAGE_TABLES = 500;

/**
 * Compares the rows of tables at both ends, each end in one snapshot, without writing anything.
 *
 * Counts and sums of hashes are computed by the servers; only where they differ, the rows of the
 * buckets that differ are sorted there, and keys and hashes travel. Values are never fetched but for
 * the keys of rows that differ.
 *
 * @returns in the order in which they are done; a table that cannot be read has a `problem`
 * @throws the signal's reason, or what the connection says where it is lost
 */
export async function* compareRows(options: CompareRowsOptions): AsyncGenerator<TableComparison, void, undefined> {
  const { pairs, signal, snapshots, sessions: limit } = options;
  signal.throwIfAborted();
  if (pairs.length === 0) return;
  const source = new SideSessions("source", () => options.openSource(), { limit, snapshot: snapshots?.source, signal });
  const destination = new SideSessions("destination", () => options.openDestination(), { limit, snapshot: snapshots?.destination, signal });
  const end = () => Promise.all([source.close(signal.reason), destination.close(signal.reason)]);
  const onAbort = () => void end();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const [first, second] = await allDone([source.start(pairs.map((pair) => pair.source)), destination.start(pairs.map((pair) => pair.destination))]);
    const hashPlan = await chooseHashing(first.session, second.session);
    source.release(first.session);
    destination.release(second.session);
    const refused = new Map([...first.refused, ...second.refused]);
    yield* asTheyFinish(readable(options, { source, destination, refused, hashPlan }), Math.max(1, limit), async (pair) => {
      if ("problem" in pair) return pair;
      try {
        return await compareTable(pair, options);
      } catch (error) {
        if (!(error instanceof SideError) || signal.aborted) throw error;
        return unreadable(pair.pair, tableProblem(error.cause, error.side, pair.pair[error.side]));
      }
    });
  } catch (error) {
    // Whatever a closed connection says then, the reason is the signal's.
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
    await end();
  }
}

interface Ends {
  readonly source: SideSessions;
  readonly destination: SideSessions;
  readonly refused: ReadonlyMap<RelationName, TidemarkError>;
  readonly hashPlan: HashPlan;
}

/** Reads definitions page by page, so that they are not all in memory. The largest tables of a page come first. */
async function* readable(
  { pairs }: CompareRowsOptions,
  { source, destination, refused, hashPlan }: Ends,
): AsyncGenerator<ReadablePair | TableComparison, void, undefined> {
  for (let from = 0; from < pairs.length; from += PAGE_TABLES) {
    const page = pairs.slice(from, from + PAGE_TABLES);
    const shapesOf = (side: SideSessions) =>
      side.use((session) =>
        readShapes(
          session,
          page.map((pair) => pair[side.side]),
        ),
      );
    const [left, right] = await allDone([shapesOf(source), shapesOf(destination)]);
    const ready: ReadablePair[] = [];
    for (const [index, pair] of page.entries()) {
      const problem =
        refused.get(pair.source) ?? refused.get(pair.destination) ?? missing(pair, "source", left, index) ?? missing(pair, "destination", right, index);
      const tables = sidesOf(pair, left, right, index);
      if (problem !== undefined || tables === undefined) {
        if (problem !== undefined) yield unreadable(pair, problem);
        continue;
      }
      const side = (sessions: SideSessions, where: string | undefined): ReadableSide => {
        const [table, other] = sessions === source ? tables : [tables[1], tables[0]];
        // A partitioned table has no rows of its own.
        const only = pair.only !== false && table.shape.kind !== "p";
        return { sessions, table, only, where, expressions: rowExpressions(pair, table, other, hashPlan) };
      };
      ready.push({ pair, source: side(source, pair.where), destination: side(destination, pair.destinationWhere) });
    }
    yield* ready.sort((a, b) => sizeOf(b) - sizeOf(a));
  }
}

function sizeOf({ source, destination }: ReadablePair): number {
  return Math.max(source.table.shape.blocks, destination.table.shape.blocks);
}

function sidesOf(pair: TablePair, left: Shapes, right: Shapes, index: number) {
  const [source, destination] = [left.tables[index], right.tables[index]];
  if (source === undefined || destination === undefined) return undefined;
  return [
    { ...pair.source, shape: source, types: left.types },
    { ...pair.destination, shape: destination, types: right.types },
  ] as const;
}

function missing(pair: TablePair, side: Side, shapes: Shapes, index: number): TidemarkError | undefined {
  const table = shapes.tables[index];
  const name = shownName(pair[side].schema, pair[side].name);
  const hint = "Plan and apply first, then compare.";
  if (table === undefined) return new TidemarkError("COMPARE_TABLE_MISSING", `There is no table ${name} at the ${side}.`, { hint });
  const column = [...pair.columns, ...(pair.primaryKey ?? [])].find((each) => !table.columns.has(each));
  return column === undefined ? undefined : new TidemarkError("COMPARE_TABLE_MISSING", `${name} has no column ${quoteName(column)} at the ${side}.`, { hint });
}

function unreadable({ key }: TablePair, problem: TidemarkError): TableComparison {
  return { key, rows: undefined, equal: false, differences: [], more: 0, problem };
}
