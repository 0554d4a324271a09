import type { DumpEntry } from "../dump/archive.ts";
import { isWord, nameOf, stringOf, type Token, tokens } from "../dump/lexer.ts";
import { shownName } from "../names.ts";
import type { SourceNames } from "./source-names.ts";

/** Languages whose bodies are SQL, or nearly. */
const LANGUAGES: ReadonlySet<string> = new Set(["sql", "plpgsql"]);

/**
 * Names in the text of a function or procedure that are called otherwise at the destination. PostgreSQL
 * keeps a body and a `SET search_path` as text, and changes neither when something is renamed.
 *
 * Names with a schema are found wherever they stand, in strings that are executed too; a table without one
 * only where a query reads or writes it.
 */
export type StaleNames = (entry: DumpEntry) => readonly string[];

export async function loadStaleNames(names: SourceNames): Promise<StaleNames> {
  const { loadModule, parsePlPgSQLSync, parseSync } = await import("libpg-query");
  await loadModule();
  const parsers: Parsers = { sql: quiet(parseSync), plpgsql: quiet(parsePlPgSQLSync) };
  const renamed = new Set(names.moved.flatMap(({ from, to }) => (from.name === to.name ? [] : [from.name])));
  return (entry) => {
    if ((entry.type !== "FUNCTION" && entry.type !== "PROCEDURE") || !names.mentionsOld(entry.definition)) return [];
    const parts = partsOf(parsers.sql(entry.definition));
    if (parts === undefined) return [];
    const found = new Set<string>();
    for (const schema of parts.searchPath) if (names.schemaOf(schema) !== schema) found.add(shownName(undefined, schema));
    if (parts.body !== undefined && LANGUAGES.has(parts.language)) {
      for (const name of qualifiedIn(parts.body, names)) found.add(name);
      for (const table of tablesIn(parts.body, parts.language, entry.definition, parsers)) if (renamed.has(table)) found.add(shownName(undefined, table));
    }
    return [...found].toSorted();
  };
}

type Parse = (sql: string) => unknown;

interface Parsers {
  readonly sql: Parse;
  readonly plpgsql: Parse;
}

/** undefined where it does not parse. */
function quiet(parse: Parse): Parse {
  return (sql) => {
    try {
      return parse(sql);
    } catch {
      return undefined;
    }
  };
}

interface Parts {
  readonly language: string;
  /** undefined: it is no text, but was parsed when it was made (BEGIN ATOMIC). */
  readonly body: string | undefined;
  readonly searchPath: readonly string[];
}

function partsOf(tree: unknown): Parts | undefined {
  const statement = valuesOf(tree, "CreateFunctionStmt")[0];
  if (statement === undefined) return undefined;
  let language = "";
  let body: string | undefined;
  const searchPath: string[] = [];
  for (const option of valuesOf(statement, "DefElem")) {
    if (!isTree(option)) continue;
    const texts = textsOf(option["arg"]);
    if (option["defname"] === "language") language = (texts[0] ?? "").toLowerCase();
    if (option["defname"] === "as") body = texts[0];
    if (option["defname"] !== "set") continue;
    for (const setting of valuesOf(option, "VariableSetStmt"))
      if (isTree(setting) && setting["name"] === "search_path") searchPath.push(...textsOf(setting["args"]).flatMap((text) => text.split(/\s*,\s*/)));
  }
  return { language, body, searchPath };
}

/** Names with a schema that is mapped, or of a table that is; in strings too. */
function qualifiedIn(body: string, names: SourceNames): readonly string[] {
  const found: string[] = [];
  const all = [...tokens(body)].filter(({ kind }) => kind !== "space");
  for (const [at, token] of all.entries()) {
    const text = stringOf(token);
    if (text !== undefined && text.includes(".")) found.push(...qualifiedIn(text, names));
    const [dot, last] = [all[at + 1], all[at + 2]];
    if (dot?.text !== "." || last === undefined || all[at - 1]?.text === ".") continue;
    const [schema, name] = [nameOf(token), nameOf(last)];
    if (schema === undefined || name === undefined) continue;
    const to = names.targetOf(schema, name);
    if (to.schema !== schema || to.name !== name) found.push(shownName(schema, name));
  }
  return found;
}

/** Tables without a schema that queries name. Where a body does not parse, what follows the words that tables follow. */
function tablesIn(body: string, language: string, definition: string, { sql, plpgsql }: Parsers): readonly string[] {
  if (language === "sql") {
    const tree = sql(body);
    return tree === undefined ? afterWords(body) : relationsOf(tree);
  }
  const tree = plpgsql(definition);
  if (tree === undefined) return afterWords(body);
  return valuesOf(tree, "query").flatMap((query) => {
    if (typeof query !== "string") return [];
    const parsed = sql(query) ?? sql(`SELECT ${query}`);
    return parsed === undefined ? afterWords(query) : relationsOf(parsed);
  });
}

function relationsOf(tree: unknown): readonly string[] {
  const own = new Set(valuesOf(tree, "CommonTableExpr").flatMap((each) => (isTree(each) && typeof each["ctename"] === "string" ? [each["ctename"]] : [])));
  // INSERT, UPDATE and DELETE have their table in `relation`, without a word for what it is.
  return [...valuesOf(tree, "RangeVar"), ...valuesOf(tree, "relation")].flatMap((each) => {
    if (!isTree(each) || each["schemaname"] !== undefined) return [];
    const name = each["relname"];
    return typeof name === "string" && !own.has(name) ? [name] : [];
  });
}

const BEFORE_TABLES = ["from", "join", "into", "update", "table", "only"];

function afterWords(body: string): readonly string[] {
  const all: readonly Token[] = [...tokens(body)].filter(({ kind }) => kind !== "space");
  return all.flatMap((token, at) => {
    const before = all[at - 1];
    if (before === undefined || !BEFORE_TABLES.some((word) => isWord(before, word)) || all[at + 1]?.text === ".") return [];
    const name = nameOf(token);
    return name === undefined ? [] : [name];
  });
}

/** All values under a key, at any depth. */
function valuesOf(tree: unknown, key: string): readonly unknown[] {
  const found: unknown[] = [];
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) for (const each of value) walk(each);
    else if (isTree(value))
      for (const [name, each] of Object.entries(value)) {
        if (name === key) found.push(each);
        walk(each);
      }
  };
  walk(tree);
  return found;
}

function textsOf(tree: unknown): readonly string[] {
  return valuesOf(tree, "sval").filter((value) => typeof value === "string");
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
