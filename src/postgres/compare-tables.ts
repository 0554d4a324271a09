import type { PostgresSync } from "../core/sync-plan.ts";
import { readEnumHashRoots } from "./catalog/enum-hash-roots.ts";
import { compareRows } from "./compare/compare-rows.ts";
import type { RelationName, TableComparison, TablePair } from "./compare/types.ts";
import { openSession } from "./connect/session.ts";
import type { ConnectionOptions } from "./connect/options.ts";
import type { Ends } from "./ends.ts";
import { qualifiedName } from "./names.ts";
import { closedBy, type RowsPair } from "./plan/plan-rows.ts";

export interface CompareTablesOptions {
  readonly sync: PostgresSync;
  readonly ends: Ends;
  readonly pairs: readonly RowsPair[];
  readonly depth: "count" | "values";
  readonly signal: AbortSignal;
}

/** Row differences of one table that are told one by one. */
const ROWS_TOLD = 100;

/**
 * Compares the rows of tables that are at both ends. Partitions among which rows are spread otherwise in
 * each database are compared together, and each is told what was found for all.
 */
export async function* compareTables({ sync, ends, pairs, depth, signal }: CompareTablesOptions): AsyncGenerator<TableComparison> {
  const comparable = await comparablePairs(ends, pairs);
  const compared = compareRows({
    pairs: comparable.map(({ pair }) => pair),
    openSource: () => openSession(ends.source),
    openDestination: () => openSession(ends.destination),
    sessions: sync.sessions,
    signal,
    depth,
    maxRowDifferences: ROWS_TOLD,
  });
  const others = new Map(comparable.map(({ pair, alsoFor }) => [pair.key, alsoFor]));
  for await (const comparison of compared) {
    yield comparison;
    for (const key of others.get(comparison.key) ?? []) yield { ...comparison, key, differences: [] };
  }
}

interface ComparablePair {
  readonly pair: TablePair;
  /** Keys of what the comparison speaks for beside its own. */
  readonly alsoFor: readonly string[];
}

async function comparablePairs(ends: Ends, pairs: readonly RowsPair[]): Promise<readonly ComparablePair[]> {
  const there = pairs.filter((pair) => pair.destination !== undefined && closedBy(pair) === undefined);
  const isPartitioned = there.some(({ source }) => source.isPartition);
  const [from, to] = isPartitioned
    ? await Promise.all([rootsOf(ends.source), rootsOf(ends.destination)])
    : [new Map<string, RelationName>(), new Map<string, RelationName>()];
  const groups = Map.groupBy(there, ({ key, source }) => {
    const root = from.get(qualifiedName(source.schema, source.name));
    return root === undefined ? key : `root ${qualifiedName(root.schema, root.name)}`;
  });
  return [...groups.values()].flatMap(([first, ...rest]): ComparablePair[] => {
    if (first === undefined) return [];
    const { key, source, target, columns, where } = first;
    const destinationWhere = first.destination?.configuration?.condition;
    const roots = { source: from.get(qualifiedName(source.schema, source.name)), destination: to.get(qualifiedName(target.schema, target.name)) };
    const isKeyKept = source.primaryKey.every((column) => columns.includes(column));
    const primaryKey = isKeyKept ? source.primaryKey : undefined;
    const pair =
      roots.source && roots.destination
        ? { key, source: roots.source, destination: roots.destination, columns, where, primaryKey, only: false }
        : { key, source: { schema: source.schema, name: source.name }, destination: target, columns, where, destinationWhere, primaryKey };
    return [{ pair, alsoFor: rest.map((each) => each.key) }];
  });
}

async function rootsOf(options: ConnectionOptions): Promise<ReadonlyMap<string, RelationName>> {
  const session = await openSession(options);
  try {
    return await readEnumHashRoots(session);
  } finally {
    await session.close();
  }
}
