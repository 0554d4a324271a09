import { quoteLiteral } from "../names.ts";
import type { ConnectionOptions } from "./options.ts";

/**
 * Settings that decide how values and definitions are printed and read, what the role sees and how
 * long things may take, with the version from which servers know them. A database or a role can have
 * others by ALTER … SET.
 *
 * @see https://www.postgresql.org/docs/current/runtime-config-client.html
 */
const PINNED: readonly (readonly [name: string, value: string, since?: number])[] = [
  ["search_path", ""],
  ["client_encoding", "UTF8"],
  ["standard_conforming_strings", "on"],
  ["DateStyle", "ISO, YMD"],
  ["IntervalStyle", "postgres"],
  ["TimeZone", "UTC"],
  ["extra_float_digits", "3"],
  ["bytea_output", "hex"],
  ["xmloption", "content"],
  ["xmlbinary", "base64"],
  // Money is printed in it, with as many digits as it says.
  ["lc_monetary", "C"],
  // Off, a NULL in an array is read as the text.
  ["array_nulls", "on"],
  ["transform_null_equals", "off"],
  ["quote_all_identifiers", "off"],
  // Rows that may not be seen are an error, never left out.
  ["row_security", "off"],
  ["client_min_messages", "warning"],
  ["idle_in_transaction_session_timeout", "0"],
  ["idle_session_timeout", "0", 140_000],
  ["transaction_timeout", "0", 170_000],
];

/** How soon a server notices that we are gone while it works, where its system can tell. */
const NOTICE_CLIENT =
  "CASE WHEN pg_catalog.current_setting('server_version_num')::int >= 140000 AND version() LIKE '%linux%' THEN set_config('client_connection_check_interval', '5s', false) END";

export interface SessionFacts {
  readonly version: number;
  readonly database: string;
  readonly user: string;
  readonly pid: number;
  readonly superuser: boolean;
  readonly standby: boolean;
  readonly readonly: boolean;
}

/**
 * One round trip that pins all settings and asks what the session is.
 *
 * The search path comes first, in a statement of its own: until then only qualified names are safe.
 */
export function openingQuery({ statementTimeoutMs = 0, lockTimeoutMs = 0 }: ConnectionOptions, more: Readonly<Record<string, string>> = {}): string {
  const timeouts = { statement_timeout: String(statementTimeoutMs), lock_timeout: String(lockTimeoutMs) };
  const settings = [...PINNED, ...Object.entries({ ...timeouts, ...more }).map(([name, value]) => [name, value] as const)];
  const calls = settings.map(([name, value, since]) => {
    const call = `set_config(${quoteLiteral(name)}, ${quoteLiteral(value)}, false)`;
    return since === undefined ? call : `CASE WHEN current_setting('server_version_num')::int >= ${since} THEN ${call} END`;
  });
  return [
    "SELECT pg_catalog.set_config('standard_conforming_strings', 'on', false), pg_catalog.set_config('search_path', '', false)",
    `SELECT ${[...calls, NOTICE_CLIENT].join(", ")}`,
    `SELECT current_setting('server_version_num')::int AS version, current_database() AS database, current_user::text AS "user", pg_backend_pid() AS pid,
      current_setting('is_superuser')::bool AS superuser, pg_is_in_recovery() AS standby, current_setting('transaction_read_only')::bool AS readonly`,
  ].join("; ");
}
