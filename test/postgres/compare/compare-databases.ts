import type { CompareRowsOptions, TableComparison, TablePair } from "../../../src/postgres/compare/types.ts";
import { compareRows } from "../../../src/postgres/compare/compare-rows.ts";
import { openSession, type Session } from "../../../src/postgres/connect/session.ts";
import type { TestDatabase } from "../../support/postgres/databases.ts";

export function sessionTo(db: TestDatabase, user = "postgres"): Promise<Session> {
  return openSession({ location: "test", host: "127.0.0.1", port: db.port, database: db.name, user, password: undefined });
}

export type CompareOptions = Partial<Omit<CompareRowsOptions, "pairs">>;

/** Compares tables of two databases, in the order of the pairs. */
export async function compare(
  source: TestDatabase,
  destination: TestDatabase,
  pairs: readonly TablePair[],
  options: CompareOptions = {},
): Promise<readonly TableComparison[]> {
  const results: TableComparison[] = [];
  for await (const result of compareRows({
    pairs,
    openSource: () => sessionTo(source),
    openDestination: () => sessionTo(destination),
    sessions: 2,
    signal: new AbortController().signal,
    depth: "values",
    maxRowDifferences: 100,
    ...options,
  })) {
    results.push(result);
  }
  return pairs.flatMap(({ key }) => results.filter((result) => result.key === key));
}

export async function compareOne(source: TestDatabase, destination: TestDatabase, pair: TablePair, options?: CompareOptions): Promise<TableComparison> {
  const [result] = await compare(source, destination, [pair], options);
  if (result === undefined) throw new Error("no result");
  return result;
}

/** A table of the same name on both sides. */
export function pairOf(name: string, columns: readonly string[], more: Partial<TablePair> = {}): TablePair {
  const table = { schema: "public", name };
  return { key: `rows public.${name}`, source: table, destination: table, columns, ...more };
}
