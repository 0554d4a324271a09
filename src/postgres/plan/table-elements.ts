import { tokens } from "../dump/lexer.ts";

/**
 * What a `CREATE TABLE` lists: columns and constraints as they are written, with the text before and after.
 *
 * @see https://www.postgresql.org/docs/current/sql-createtable.html
 */
export function elementsOf(ddl: string): { readonly before: string; readonly elements: readonly string[]; readonly after: string } {
  let depth = 0;
  let before = "";
  let after = "";
  const elements: string[] = [];
  let element = "";
  let isClosed = false;
  for (const { kind, text } of tokens(ddl)) {
    if (isClosed) {
      after += text;
      continue;
    }
    const isSymbol = kind === "symbol";
    if (isSymbol && (text === ")" || text === "]")) depth -= 1;
    if (isSymbol && text === ")" && depth === 0) {
      isClosed = true;
      elements.push(element);
      after = text;
      continue;
    }
    if (depth === 0) before += text;
    else if (isSymbol && text === "," && depth === 1) {
      elements.push(element);
      element = "";
    } else element += text;
    if (isSymbol && (text === "(" || text === "[")) depth += 1;
  }
  return { before, elements, after };
}
