import { isWord, type Token, tokens } from "../dump/lexer.ts";
import { qualifiedName, quoteLiteral, quoteName } from "../names.ts";

/**
 * What an extension says of one of its tables or sequences whose content is its users': which of the rows. All
 * other rows of extensions come with them.
 *
 * @see https://www.postgresql.org/docs/current/extend-extensions.html#EXTEND-EXTENSIONS-CONFIG-TABLES
 */
export interface Configuration {
  readonly extension: string;
  /** Of the users' rows, in SQL; undefined: all rows are. */
  readonly condition: string | undefined;
  /** Why its rows cannot travel; undefined: they can. */
  readonly problem: string | undefined;
}

interface Named {
  readonly schema: string;
  readonly name: string;
}

/** Words that follow a condition and are no part of it. */
const ENDS = ["order", "limit", "offset", "fetch", "for", "group", "having", "window", "union", "intersect", "except"];

/**
 * The condition of what an extension gave to `pg_extension_config_dump`, which may be anything that goes behind
 * `SELECT … FROM table`.
 *
 * @returns undefined where there is none; `"malformed"` where no query can be made of it
 */
export function configurationCondition(text: string, { schema, name }: Named): { readonly sql: string } | "malformed" | undefined {
  const all = [...tokens(text)];
  const words = all.filter(({ kind }) => kind !== "space");
  if (words.length === 0) return undefined;
  if (!isBalanced(words)) return "malformed";
  const first = all.findIndex(({ kind }) => kind !== "space");
  if (isWord(words[0], "where") && !outside(words).some((word) => ENDS.some((end) => isWord(word, end)))) {
    const condition = all.slice(first + 1);
    return {
      sql: condition
        .map((token) => token.text)
        .join("")
        .trim(),
    };
  }
  return { sql: `ctid IN (SELECT ctid FROM ONLY ${qualifiedName(schema, name)} ${text}\n)` };
}

/** What is not within parentheses. */
function outside(words: readonly Token[]): readonly Token[] {
  let depth = 0;
  return words.filter(({ kind, text }) => {
    if (kind === "symbol" && text === "(") depth += 1;
    if (kind === "symbol" && text === ")") depth -= 1;
    return depth === 0;
  });
}

function isBalanced(words: readonly Token[]): boolean {
  let depth = 0;
  for (const { kind, text } of words) {
    if (kind !== "symbol") continue;
    if (text === ";") return false;
    depth += text === "(" ? 1 : text === ")" ? -1 : 0;
    if (depth < 0) return false;
  }
  return depth === 0;
}

/** Both conditions as one. They may end with a comment. */
export function bothConditions(...conditions: readonly (string | undefined)[]): string | undefined {
  const given = conditions.filter((condition) => condition !== undefined);
  return given.length < 2 ? given[0] : given.map((condition) => `(\n${condition}\n)`).join(" AND ");
}

/** A table's rows that are its users', as what follows FROM ONLY. */
export function usersRows({ schema, name }: Named, configuration: Configuration | undefined): string {
  const table = qualifiedName(schema, name);
  return configuration?.condition === undefined ? table : `${table} WHERE (\n${configuration.condition}\n)`;
}

/**
 * The rows of them that somebody has written since: without those that CREATE EXTENSION has made, in whose
 * transaction the extension itself was. An extension that was updated since, or restored, tells none from another.
 */
export function writtenRows(table: Named, configuration: Configuration | undefined): string {
  if (configuration === undefined) return usersRows(table, undefined);
  const extension = `(SELECT e.xmin FROM pg_catalog.pg_extension e WHERE e.extname = ${quoteLiteral(configuration.extension)})`;
  return `${usersRows(table, configuration)} ${configuration.condition === undefined ? "WHERE" : "AND"} ${quoteName(table.name)}.xmin <> ${extension}`;
}
