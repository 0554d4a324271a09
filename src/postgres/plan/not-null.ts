import type { DumpEntry } from "../dump/archive.ts";
import { isWord, meaningful, type Token } from "../dump/lexer.ts";
import { elementsOf } from "./table-elements.ts";

/** From here on NOT NULL may stand apart from its column. */
const CONSTRAINT_FROM = 180_000;

/** An element that begins so, or a look-alike within a text. Hardly a table has one, and looking closely at each of thousands takes long. */
const MAY_HAVE_ONE = /[(,]\s*(?:CONSTRAINT\s+(?:"(?:[^"]|"")*"|[^\s"]+)\s+)?NOT NULL\b/;

/**
 * pg_dump 18 writes NOT NULL for a column that is inherited as a constraint of the table, which older
 * servers do not read: there it becomes a statement of its own.
 *
 * @param ddl what creates a table
 * @param version `server_version_num` of the destination
 * @see https://www.postgresql.org/docs/18/sql-createtable.html table_constraint
 */
export function withoutNotNullConstraints(ddl: string, { dropStatement }: Pick<DumpEntry, "dropStatement">, version: number): string {
  if (version >= CONSTRAINT_FROM || !MAY_HAVE_ONE.test(ddl)) return ddl;
  const { before, elements, after } = elementsOf(ddl);
  const columns: string[] = [];
  const kept = elements.filter((element) => {
    const column = notNullColumn(element);
    if (column !== undefined) columns.push(column);
    return column === undefined;
  });
  if (columns.length === 0) return ddl;
  const table = dropStatement
    .trimEnd()
    .replace(/^DROP (?:FOREIGN )?TABLE /, "")
    .replace(/;$/, "");
  const alter = columns.map((column) => `ALTER TABLE ONLY ${table} ALTER COLUMN ${column} SET NOT NULL;`);
  return [`${before}${kept.join(",")}${kept.length === 0 ? "\n" : ""}${after}`, ...alter].join("\n");
}

/** The column of `[CONSTRAINT name] NOT NULL column`, as it is written. */
function notNullColumn(element: string): string | undefined {
  let words: readonly Token[] = meaningful(element);
  if (isWord(words[0], "constraint")) words = words.slice(2);
  return isWord(words[0], "not") && isWord(words[1], "null") ? words[2]?.text : undefined;
}
