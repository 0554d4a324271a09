import type { Session } from "../connect/session.ts";
import { confirm, counted, fail, type Finding, listed, pass } from "./findings.ts";
import { type BothScope, destinationName, sourceName } from "./scope.ts";
import { oidsOf, tablesWithRows } from "./select.ts";

interface DatabaseLocale {
  readonly encoding: string;
  readonly collate: string;
  readonly ctype: string;
  /** `c` libc, `i` ICU, `b` builtin. */
  readonly provider: string;
  /** Of ICU and builtin. */
  readonly locale: string | null;
  readonly recorded: string | null;
  readonly actual: string | null;
}

const PROVIDERS: Readonly<Record<string, string>> = { c: "libc", i: "ICU", b: "builtin" };
const PROVIDER_FROM = 150_000;
const LOCALE_FROM = 170_000;
const COLLATION_VERSIONS_FROM = 100_000;

/** Whether texts arrive as they are, and are sorted as they were. */
export async function checkEncoding(scope: BothScope): Promise<readonly Finding[]> {
  const { source, destination } = scope;
  const [from, to] = await Promise.all([readLocale(source), destination && readLocale(destination)]);
  return [
    encodingFinding(scope, from, to),
    to ? localeFinding(scope, from, to) : await newLocaleFinding(scope, from),
    versionFinding(sourceName(scope), from),
    ...(to ? [versionFinding(destinationName(scope), to)] : []),
    ...(await checkCollations(scope)),
  ];
}

async function readLocale({ query, version }: Session): Promise<DatabaseLocale> {
  const provider = version >= PROVIDER_FROM ? "d.datlocprovider::text" : "'c'";
  const locale = version >= LOCALE_FROM ? "d.datlocale" : version >= PROVIDER_FROM ? "d.daticulocale" : "NULL::text";
  const recorded = version >= PROVIDER_FROM ? "d.datcollversion" : "NULL::text";
  const actual = version >= PROVIDER_FROM ? "pg_catalog.pg_database_collation_actual_version(d.oid)" : "NULL::text";
  const [row] = await query<DatabaseLocale & Record<string, unknown>>(`
    SELECT pg_catalog.pg_encoding_to_char(d.encoding)::text AS encoding, d.datcollate::text AS collate, d.datctype::text AS ctype,
      ${provider} AS provider, ${locale} AS locale, ${recorded} AS recorded, ${actual} AS actual
    FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()`);
  if (!row) throw new Error("a session without a database");
  return row;
}

/** Texts travel as UTF8; the servers convert where a database has another encoding. */
function encodingFinding(scope: BothScope, { encoding: from }: DatabaseLocale, to: DatabaseLocale | undefined): Finding {
  const subject = `${sourceName(scope)} → ${destinationName(scope)}: encoding`;
  if (to === undefined) return pass("DATABASE_ENCODING", subject, `The database will be made with the source's, ${from}.`);
  if (from === to.encoding) return pass("DATABASE_ENCODING", subject, `${from} on both sides.`);
  if (from === "SQL_ASCII" || to.encoding === "SQL_ASCII") {
    const side = from === "SQL_ASCII" ? "source" : "destination";
    return confirm(
      "DATABASE_ENCODING",
      subject,
      `The ${side} is SQL_ASCII, which knows no characters, only bytes; the other side is ${side === "source" ? to.encoding : from}. Texts that are not ASCII may be refused, or become others.`,
      "Sync to a database with the source's encoding, or see that all texts are ASCII or in the other side's encoding.",
    );
  }
  if (to.encoding === "UTF8") return pass("DATABASE_ENCODING", subject, `${from} is converted to UTF8, which has every character.`);
  return confirm(
    "DATABASE_ENCODING",
    subject,
    `${from} is converted to ${to.encoding}, which does not have every character: rows that hold another are refused.`,
    "Create the destination's database with the source's encoding or UTF8, or confirm that no row holds such a character.",
  );
}

function localeFinding(scope: BothScope, from: DatabaseLocale, to: DatabaseLocale): Finding {
  const subject = `${sourceName(scope)} → ${destinationName(scope)}: locale`;
  const [source, destination] = [shownLocale(from), shownLocale(to)];
  if (sameLocale(from, to)) return pass("DATABASE_LOCALE", subject, `${source} on both sides.`);
  return confirm(
    "DATABASE_LOCALE",
    subject,
    `The source has ${source}, the destination ${destination}: texts are sorted, compared and turned to upper case differently. A range partition or a unique index over upper() may refuse rows.`,
    "Let Tidemark create the database, or create it with the source's locale; confirm where the difference is meant.",
  );
}

/** A new database gets the source's locale, which the other machine has to know. */
async function newLocaleFinding(scope: BothScope, from: DatabaseLocale): Promise<Finding> {
  const { server } = scope;
  const subject = `${destinationName(scope)}: locale`;
  const shown = shownLocale(from);
  const [known] = await server.query<{ icu: boolean; names: readonly string[] }>(`
    SELECT EXISTS (SELECT FROM pg_catalog.pg_collation WHERE collprovider = 'i') AS icu,
      ARRAY(SELECT DISTINCT name FROM (
        SELECT collcollate::text AS name FROM pg_catalog.pg_collation WHERE collprovider = 'c'
        UNION ALL SELECT datcollate::text FROM pg_catalog.pg_database UNION ALL SELECT datctype::text FROM pg_catalog.pg_database) all_names
        WHERE name IS NOT NULL) AS names`);
  const names = new Set(known?.names.map(normalLocale));
  if (from.provider === "i" && (known?.icu !== true || server.version < PROVIDER_FROM)) {
    return fail(
      "DATABASE_LOCALE",
      subject,
      `The new database is to have ${shown}, and the destination's server cannot give a database an ICU locale.`,
      "Take a server that was built with ICU, or create the database yourself with another locale.",
    );
  }
  const missing = [...new Set([from.collate, from.ctype])].filter((name) => !["C", "POSIX"].includes(name) && !names.has(normalLocale(name)));
  if (missing.length === 0) return pass("DATABASE_LOCALE", subject, `The new database gets the source's, ${shown}.`);
  return confirm(
    "DATABASE_LOCALE",
    subject,
    `The new database is to have ${shown}, and the destination's server does not list ${missing.join(" and ")}: it may not be able to create it.`,
    "Install the locale on the server's machine, or create the database yourself with another locale.",
  );
}

function sameLocale(a: DatabaseLocale, b: DatabaseLocale): boolean {
  return (
    a.provider === b.provider &&
    normalLocale(a.locale ?? "") === normalLocale(b.locale ?? "") &&
    normalLocale(a.collate) === normalLocale(b.collate) &&
    normalLocale(a.ctype) === normalLocale(b.ctype)
  );
}

/** `en_US.UTF-8` and `en_US.utf8` are one, and so are C and POSIX. */
function normalLocale(name: string): string {
  if (name === "POSIX") return "C";
  const [language = "", encoding] = name.split(".");
  return encoding === undefined ? language : `${language}.${encoding.toLowerCase().replaceAll(/[^a-z0-9]/g, "")}`;
}

function shownLocale({ provider, locale, collate, ctype }: DatabaseLocale): string {
  const libc = collate === ctype ? collate : `${collate} with characters of ${ctype}`;
  return provider === "c" ? libc : `${PROVIDERS[provider] ?? provider} ${locale ?? ""} over ${libc}`;
}

/** Indexes that were sorted by another version of the library may have let rows in twice. */
function versionFinding(name: string, { recorded, actual, collate }: DatabaseLocale): Finding {
  const subject = `${name}: collation version`;
  if (recorded === null || actual === null || recorded === actual) return pass("COLLATION_VERSION", subject, "It is the one that its indexes were made with.");
  return confirm(
    "COLLATION_VERSION",
    subject,
    `The database was made with version ${recorded} of ${collate}, and its machine has ${actual}: indexes over texts may be out of order, and unique ones may hold rows twice.`,
    "REINDEX the database, then ALTER DATABASE … REFRESH COLLATION VERSION.",
  );
}

/** Collations of their own that columns of selected tables use. */
async function checkCollations(scope: BothScope): Promise<readonly Finding[]> {
  const { source, sync, selected } = scope;
  if (source.version < COLLATION_VERSIONS_FROM) return [];
  const rows = await source.query<{ name: string }>(
    `SELECT l.name FROM (SELECT DISTINCT o.oid, pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(o.collname) AS name, o.collversion
      FROM pg_catalog.unnest($1::oid[]) AS s(id) JOIN pg_catalog.pg_attribute a ON a.attrelid = s.id AND a.attnum > 0 AND NOT a.attisdropped
      JOIN pg_catalog.pg_collation o ON o.oid = a.attcollation JOIN pg_catalog.pg_namespace n ON n.oid = o.collnamespace
      WHERE o.collversion IS NOT NULL) l
    WHERE l.collversion <> pg_catalog.pg_collation_actual_version(l.oid) ORDER BY 1`,
    [oidsOf(tablesWithRows(sync, selected))],
  );
  if (rows.length === 0) return [];
  return [
    confirm(
      "COLLATION_VERSION",
      `${sourceName(scope)}: collations`,
      `${counted(rows.length, "collation")} of selected columns changed since indexes were made with them: ${listed(rows.map(({ name }) => name))}.`,
      "REINDEX what uses them, then ALTER COLLATION … REFRESH VERSION.",
    ),
  ];
}
