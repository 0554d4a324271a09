import type { Session } from "../connect/session.ts";
import { fail, type Finding, listed, pass } from "./findings.ts";
import { type BothScope, type DestinationScope, destinationName, sourceName } from "./scope.ts";
import { oidsOf, tablesWithRows } from "./select.ts";

/** Settings of the two servers that have to fit. */
export async function checkSettings(scope: BothScope): Promise<readonly Finding[]> {
  return [await checkMoney(scope), await checkBlockSize(scope)];
}

/**
 * `lc_monetary` gives money its currency and its digits, not its value: other columns do not care.
 * Sessions of Tidemark have one of their own, so what applies to others is asked for.
 */
async function checkMoney(scope: BothScope): Promise<Finding> {
  const { source, server, sync, selected } = scope;
  const subject = `${sourceName(scope)} → ${destinationName(scope)}: lc_monetary`;
  const [from, to] = await Promise.all([usual(source, "lc_monetary"), usual(server, "lc_monetary")]);
  if (from === to) return pass("LC_MONETARY_DIFFERS", subject, `${from} on both sides.`);
  const columns = await source.query<{ name: string }>(
    `WITH RECURSIVE holds(part, whole) AS (
      SELECT t.typbasetype, t.oid FROM pg_catalog.pg_type t WHERE t.typbasetype <> 0
      UNION ALL SELECT t.typelem, t.oid FROM pg_catalog.pg_type t WHERE t.typelem <> 0
      UNION ALL SELECT r.rngsubtype, r.rngtypid FROM pg_catalog.pg_range r
      UNION ALL SELECT a.atttypid, c.reltype FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
        WHERE a.attnum > 0 AND NOT a.attisdropped AND c.reltype <> 0),
    money(id) AS (SELECT 'pg_catalog.money'::regtype::oid UNION SELECT h.whole FROM money m JOIN holds h ON h.part = m.id)
    SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) || '.' || pg_catalog.quote_ident(a.attname) AS name
    FROM pg_catalog.unnest($1::oid[]) AS s(id) JOIN pg_catalog.pg_class c ON c.oid = s.id JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped JOIN money m ON m.id = a.atttypid ORDER BY 1`,
    [oidsOf(tablesWithRows(sync, selected))],
  );
  if (columns.length === 0) return pass("LC_MONETARY_DIFFERS", subject, `${from} and ${to}; no selected column is of type money, so it does not matter.`);
  return fail(
    "LC_MONETARY_DIFFERS",
    subject,
    `The source has ${from}, the destination ${to}: amounts would change their currency or their digits in ${listed(columns.map(({ name }) => name))}.`,
    `At the destination: ALTER DATABASE … SET lc_monetary = '${from}'.`,
  );
}

/** What a session has that sets nothing itself. */
async function usual({ query }: Session, name: string): Promise<string> {
  const [row] = await query<{ value: string }>("SELECT reset_val AS value FROM pg_catalog.pg_settings WHERE name = $1", [name]);
  return row?.value ?? "";
}

/** A row, and an index's entry, has to fit a block. */
async function checkBlockSize(scope: BothScope): Promise<Finding> {
  const subject = `${sourceName(scope)} → ${destinationName(scope)}: block_size`;
  const [from, to] = await Promise.all([usual(scope.source, "block_size"), usual(scope.server, "block_size")]);
  return blockSizeFinding(subject, Number(from), Number(to));
}

/** No server that is usual has another than 8192. */
export function blockSizeFinding(subject: string, from: number, to: number): Finding {
  if (to >= from) return pass("BLOCK_SIZE_SMALLER", subject, from === to ? `${from} on both sides.` : `${from} to ${to}.`);
  return fail(
    "BLOCK_SIZE_SMALLER",
    subject,
    `The destination's blocks have ${to} bytes, the source's ${from}: rows and index entries may not fit.`,
    "Take a server that was built with the source's block size.",
  );
}

/** Whether the destination can be written at all. */
export async function checkWritable(scope: DestinationScope): Promise<readonly Finding[]> {
  const { server } = scope;
  const subject = `${destinationName(scope)}: writing`;
  if (server.isStandby) {
    return [fail("DESTINATION_READ_ONLY", subject, "The server is a standby: it takes no writes.", "Name its primary, or promote it.")];
  }
  if ((await usual(server, "default_transaction_read_only")) === "on") {
    return [
      fail(
        "DESTINATION_READ_ONLY",
        subject,
        `Transactions of ${server.user} in ${server.database} are read only: default_transaction_read_only is on.`,
        `Turn it off for the server, by ALTER DATABASE … or ALTER ROLE … RESET default_transaction_read_only.`,
      ),
    ];
  }
  return [pass("DESTINATION_READ_ONLY", subject, "It takes writes.")];
}
