import { type CopiedRows, forwardCopy } from "../copy/forward.ts";
import { copyStatements } from "../copy/statements.ts";
import { qualifiedName, quoteLiteral } from "../names.ts";
import { type CopyTableOptions, inTransaction, type TableCopy } from "./copy-table.ts";

/** Whether a table can be copied together with others: nothing is to be removed from it, and nothing of it is left out. */
export function isPlain({ replaces, configuration, asReplica }: TableCopy): boolean {
  return !replaces && configuration === undefined && !asReplica;
}

/**
 * Copies small tables in one transaction, so that each waits for few answers of the server.
 *
 * @param copies plain ones, of the same two sessions
 * @returns each table's rows and their bytes, in their order
 * @throws where any of them cannot be copied, or its table is not as it was created: none of them is then. Each by itself tells which
 */
export async function copyTogether(copies: readonly CopyTableOptions[]): Promise<readonly CopiedRows[]> {
  const [first] = copies;
  if (first === undefined) return [];
  const { source, destination } = first.pair;
  return inTransaction(destination, async () => {
    const names = copies.map(({ table }) => qualifiedName(table.to.schema, table.to.name));
    // A copy that failed leaves its bytes behind, which are removed where a table is copied by itself.
    const used = names.map((name) => `EXISTS (SELECT FROM ONLY ${name}) OR pg_catalog.pg_relation_size(${quoteLiteral(name)}::regclass) > 0`);
    const [row] = await destination.query<{ used: boolean }>(
      `BEGIN; LOCK TABLE ${names.map((name) => `ONLY ${name}`).join(", ")} IN ACCESS EXCLUSIVE MODE; SELECT ${used.join(" OR ")} AS used`,
    );
    if (row?.used !== false) throw new Error("one of the tables is not as it was created");
    const copied: CopiedRows[] = [];
    for (const { table, budget, signal, onBytes } of copies) {
      const { columns, where, binary, encoding } = table;
      const { from, to } = copyStatements({ ...table.from, columns, where, freeze: false, binary, encoding, destination: table.to });
      copied.push(await forwardCopy({ source, destination, from, to, budget, signal, item: table.item, onBytes }));
    }
    return copied;
  });
}
