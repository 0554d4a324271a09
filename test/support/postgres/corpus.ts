import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { quoteName } from "../../../src/postgres/names.ts";
import { portOf, type TestDatabase, uniqueName } from "./databases.ts";
import type { Major } from "./servers.ts";

const FOLDER = join(import.meta.dirname, "../../postgres/corpus");

/**
 * A script of the corpus. Its first lines are comments, of which some are directives:
 *
 * - `-- min: 12`, `-- max: 17`: the majors that know what it makes
 * - `-- superuser`: only a superuser can make some of it
 * - `-- all`: left behind unless a sync says `objects: { include: all }`
 * - `-- roles: A, B`: stands for `__ROLE_A__` and `__ROLE_B__`, which become names of roles, quoted
 * - `-- last`: makes what concerns statements that come after it
 *
 * `__DATABASE__` becomes the database's name, quoted. A line `-- next --` begins another part, which is a
 * transaction of its own; it may go on with directives, divided by commas: `-- next -- min: 12, superuser`.
 */
export interface CorpusFile extends Directives {
  /** Without `.sql`. */
  readonly name: string;
  /** Placeholders without `__ROLE_`. */
  readonly roles: readonly string[];
  readonly last: boolean;
  readonly parts: readonly CorpusPart[];
}

export interface CorpusPart extends Directives {
  readonly sql: string;
}

interface Directives {
  readonly min: number;
  readonly max: number;
  readonly superuser: boolean;
  readonly all: boolean;
}

export interface CorpusOptions {
  readonly major: Major;
  /** Names without `.sql`; undefined: all of them, into one database. */
  readonly files?: readonly string[] | undefined;
  /** Where a file needs roles. */
  readonly roles?: CorpusRoles | undefined;
  /** false: without what is left behind by default. */
  readonly all?: boolean | undefined;
  /** false: without what only a superuser can make. */
  readonly superuser?: boolean | undefined;
}

export interface CorpusRoles extends AsyncDisposable {
  /** Names by placeholder, e.g. `A`. That of `ODD` holds blanks and quotes. */
  readonly names: Readonly<Record<string, string>>;
}

/** Every script of the corpus: by name, those that come last at the end. */
export function corpusFiles(): readonly CorpusFile[] {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith(".sql"));
  const files = names.sort().map((name) => parse(name.slice(0, -".sql".length), readFileSync(join(FOLDER, name), "utf8")));
  return [...files.filter(({ last }) => !last), ...files.filter(({ last }) => last)];
}

/** The scripts that make something at this major. */
export function corpusFilesOf({ major, files, all = true, superuser = true }: CorpusOptions): readonly CorpusFile[] {
  const fits = (each: Directives) => each.min <= major && each.max >= major && (all || !each.all) && (superuser || !each.superuser);
  const known = corpusFiles();
  const strange = files?.find((name) => known.every((file) => file.name !== name));
  if (strange !== undefined) throw new Error(`The corpus has no file ${strange}.sql`);
  return known.filter((file) => fits(file) && (files?.includes(file.name) ?? true)).map((file) => ({ ...file, parts: file.parts.filter(fits) }));
}

/** Makes what the scripts say. A part that fails is named by the error. */
export async function loadCorpus(database: TestDatabase, options: CorpusOptions): Promise<readonly CorpusFile[]> {
  const files = corpusFilesOf(options);
  for (const file of files) {
    for (const [number, part] of file.parts.entries()) {
      // Settings of a database count for sessions that begin after them, which are not the corpus's.
      const client = await database.connect();
      try {
        await client.query(filledIn({ sql: part.sql, file: file.name, database: database.name, roles: options.roles }));
      } catch (error) {
        throw new Error(`${file.name}.sql, part ${number + 1}, on PostgreSQL ${options.major}: ${error instanceof Error ? error.message : String(error)}`, {
          cause: error,
        });
      } finally {
        await client.end();
      }
    }
  }
  return files;
}

/**
 * Roles for all placeholders of the corpus, on the shared servers of these majors. `drop` names further
 * servers on which roles of these names may come to be. Take them before the databases: those must be gone
 * before a role can be dropped.
 */
export async function makeRoles({ on, drop = [] }: { readonly on: readonly Major[]; readonly drop?: readonly Major[] }): Promise<CorpusRoles> {
  const placeholders = new Set(corpusFiles().flatMap(({ roles }) => roles));
  const prefix = uniqueName("corpus");
  const names = Object.fromEntries([...placeholders].map((key) => [key, key === "ODD" ? `${prefix} "o'dd" \\ $$ -- é` : `${prefix}_${key.toLowerCase()}`]));
  for (const major of new Set(on)) await each(major, (name) => `CREATE ROLE ${name}`);
  return {
    names,
    async [Symbol.asyncDispose]() {
      for (const major of new Set([...on, ...drop])) await each(major, (name) => `DROP ROLE IF EXISTS ${name}`);
    },
  };
  async function each(major: Major, statement: (name: string) => string): Promise<void> {
    const client = new pg.Client({ connectionString: `postgres://postgres@127.0.0.1:${portOf(major)}/postgres` });
    await client.connect();
    try {
      // One transaction: from 16 on a membership hinders its grantor's drop, whatever the order.
      await client.query(
        Object.values(names)
          .map((name) => statement(quoteName(name)))
          .join(";\n"),
      );
    } finally {
      await client.end();
    }
  }
}

interface Filling {
  readonly sql: string;
  readonly file: string;
  readonly database: string;
  readonly roles: CorpusRoles | undefined;
}

function filledIn({ sql, file, database, roles }: Filling): string {
  return sql
    .replaceAll("__DATABASE__", () => quoteName(database))
    .replaceAll(/__ROLE_([A-Z]+)__/g, (_, key: string) => {
      const name = roles?.names[key];
      if (name === undefined) throw new Error(`${file}.sql needs the role ${key}`);
      return quoteName(name);
    });
}

function parse(name: string, text: string): CorpusFile {
  const [head = "", ...rest] = text.split(/^(?=-- next --)/m);
  const comments = /^(?:--.*\n)*/.exec(head)?.[0] ?? "";
  const words = comments.split("\n").map((line) => line.replace(/^--\s*/, ""));
  const roles = words.find((word) => word.startsWith("roles:"))?.slice("roles:".length);
  return {
    name,
    ...directives(words),
    roles: roles?.split(",").map((role) => role.trim()) ?? [],
    last: words.includes("last"),
    parts: [
      { sql: head, ...directives([]) },
      ...rest.map((sql) => ({ sql, ...directives((/^-- next --(.*)$/m.exec(sql)?.[1] ?? "").split(",").map((word) => word.trim())) })),
    ],
  };
}

function directives(words: readonly string[]): Directives {
  const number = (key: string) => words.map((word) => new RegExp(`^${key}: (\\d+)$`).exec(word)?.[1]).find((found) => found !== undefined);
  return { min: Number(number("min") ?? 0), max: Number(number("max") ?? Infinity), superuser: words.includes("superuser"), all: words.includes("all") };
}
