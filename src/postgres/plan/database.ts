import type { DumpEntry } from "../dump/archive.ts";
import { isWord, nameOf, tokens } from "../dump/lexer.ts";
import { quoteName } from "../names.ts";

const PROVIDER_FROM = 150_000;
const LOCALE_FROM = 130_000;

/** The last option of what pg_dump writes. */
const TABLESPACE = / TABLESPACE = ("(?:[^"]|"")*"|[^\s"]+)$/;

export interface CreateDatabaseOptions {
  readonly name: string;
  /** `server_version_num` of the destination: pg_dump writes for its own version. */
  readonly version: number;
  /** false: wherever the server keeps new databases. */
  readonly placed: boolean;
}

/** What creates the destination's database like the source's, under its own name, without a semicolon: an owner may follow. */
export function createDatabaseStatement(entry: DumpEntry, { name, version, placed }: CreateDatabaseOptions): string {
  let options = databaseOptions(entry);
  if (!placed) options = options.replace(TABLESPACE, "");
  if (version < PROVIDER_FROM) options = options.replace(" LOCALE_PROVIDER = libc", "");
  if (version < LOCALE_FROM) options = options.replace(/ LOCALE = ('(?:[^']|'')*')/, " LC_COLLATE = $1 LC_CTYPE = $1");
  return `CREATE DATABASE ${quoteName(name)}${options}`;
}

/** The tablespace in which a database lies; undefined: the server's usual one. */
export function tablespaceOfDatabase(entry: DumpEntry): string | undefined {
  const written = TABLESPACE.exec(databaseOptions(entry))?.[1];
  return written?.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written;
}

function databaseOptions({ definition, dropStatement }: DumpEntry): string {
  // The DROP statement tells how pg_dump quoted the name.
  const quoted = dropStatement
    .trimEnd()
    .replace(/^DROP DATABASE /, "")
    .replace(/;$/, "");
  return definition.trimEnd().replace(/;$/, "").slice(`CREATE DATABASE ${quoted}`.length);
}

/**
 * Statements about the source's database, made to be about the destination's: its settings, its
 * comment, its privileges. A name is replaced only where it follows the word DATABASE in the SQL itself.
 *
 * @param from the source's database
 * @param to the destination's
 */
export function aboutDatabase(sql: string, from: string, to: string): string {
  let isNext = false;
  let text = "";
  for (const token of tokens(sql)) {
    const isName = isNext && nameOf(token) === from;
    text += isName ? quoteName(to) : token.text;
    if (token.kind !== "space") isNext = isWord(token, "database");
  }
  return text;
}
