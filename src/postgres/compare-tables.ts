import type { PostgresSync } from "../core/sync-plan.ts";
import { compareRows } from "./compare/compare-rows.ts";
import type { TableComparison, TablePair } from "./compare/types.ts";
import { openSession } from "./connect/session.ts";
import type { Ends } from "./ends.ts";
import type { RowsPair } from "./plan/plan-rows.ts";

export interface CompareTablesOptions {
  readonly sync: PostgresSync;
  readonly ends: Ends;
}

/** Row differences of one table that are told one by one. */
const ROWS_TOLD = 100;

/** Compares the rows of tables that are at both ends. */
export function compareTables(
  { sync, ends }: CompareTablesOptions,
  pairs: readonly RowsPair[],
  depth: "count" | "values",
  signal: AbortSignal,
): AsyncGenerator<TableComparison> {
  const comparable = pairs.flatMap(({ key, source, target, destination, columns, where }): TablePair[] => {
    if (destination === undefined) return [];
    const isKeyKept = source.primaryKey.every((column) => columns.includes(column));
    return [
      { key, source: { schema: source.schema, name: source.name }, destination: target, columns, where, primaryKey: isKeyKept ? source.primaryKey : undefined },
    ];
  });
  return compareRows({
    pairs: comparable,
    openSource: () => openSession(ends.source),
    openDestination: () => openSession(ends.destination),
    sessions: sync.sessions,
    signal,
    depth,
    maxRowDifferences: ROWS_TOLD,
  });
}
