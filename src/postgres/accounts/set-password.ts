import { ItemError } from "../../core/errors.ts";
import type { Secret } from "../../core/secret.ts";
import { sqlStateOf } from "../connect/errors.ts";
import type { Session } from "../connect/session.ts";
import { CopyIn } from "../copy/wire.ts";
import { quoteLiteral, shownName } from "../names.ts";

const NO_PERMISSION = "42501";

/**
 * Settings under which a server would write down what runs within a statement, and what they are set to
 * for the transaction, as far as the role may.
 *
 * - `debug_print_…`: the tree of each statement, the password in it
 * - `md5_password_warnings`: from 18 on a warning, which the log shows with the statement that led to it
 * - `pg_stat_statements.track`: with `all` it keeps the text of statements within others
 */
const QUIET: readonly (readonly [string, string])[] = [
  ["debug_print_raw_parse", "off"],
  ["debug_print_parse", "off"],
  ["debug_print_rewritten", "off"],
  ["debug_print_plan", "off"],
  ["md5_password_warnings", "off"],
  ["pg_stat_statements.track", "none"],
];

/**
 * An error would carry the statement it came from as its context, to us and into the server's log; so it
 * is caught, and raised again without. OTHERS leaves out what a cancel raises.
 */
const SET_PASSWORD = `
DECLARE
  given record;
BEGIN
  SELECT role, verifier INTO given FROM pg_temp.tidemark_verifier;
  EXECUTE pg_catalog.format('ALTER ROLE %I PASSWORD %L', given.role, given.verifier);
EXCEPTION WHEN OTHERS OR query_canceled OR assert_failure THEN
  RAISE EXCEPTION USING ERRCODE = SQLSTATE, MESSAGE = pg_catalog.replace(SQLERRM, given.verifier, '(verifier)');
END`;

/**
 * Gives a role what another server keeps of its password, within the session's transaction in which the
 * role was created: nobody else can hold a lock on it, for which the statement would wait and be logged.
 *
 * The verifier travels as a row of COPY, which no setting of a server writes down, unlike statements and
 * their parameters. The statement that uses it runs within another, so that neither pg_stat_activity nor
 * `log_statement` shows it.
 *
 * @throws ItemError `refused` `ROLE_PASSWORD_NEEDS_TEMPORARY`; else the server's error, which does not hold the verifier
 */
export async function setPassword(session: Session, role: string, verifier: Secret): Promise<void> {
  const values = QUIET.map(([name, value]) => `(${quoteLiteral(name)}, ${quoteLiteral(value)})`).join(", ");
  await session.query(`
    SELECT pg_catalog.set_config(s.name, v.value, true) FROM (VALUES ${values}) v (name, value) JOIN pg_catalog.pg_settings s ON s.name = v.name
    WHERE s.context = 'user' OR (s.context = 'superuser' AND pg_catalog.current_setting('is_superuser') = 'on')`);
  await makeTable(session, role);
  await copyRow(session, "COPY pg_temp.tidemark_verifier FROM STDIN", [role, verifier.reveal()]);
  await session.query(`DO ${quoteLiteral(SET_PASSWORD)}`);
}

async function makeTable(session: Session, role: string): Promise<void> {
  try {
    await session.query("CREATE TEMPORARY TABLE pg_temp.tidemark_verifier (role text, verifier text) ON COMMIT DROP");
  } catch (error) {
    if (sqlStateOf(error) !== NO_PERMISSION) throw error;
    throw new ItemError(
      "refused",
      "ROLE_PASSWORD_NEEDS_TEMPORARY",
      `${shownName(undefined, role)} was not created: giving it its password without showing it needs a temporary table in ${shownName(undefined, session.database)}.`,
      { hint: `Grant TEMPORARY on the destination's database ${shownName(undefined, session.database)} to whoever applies.`, cause: error },
    );
  }
}

async function copyRow(session: Session, statement: string, fields: readonly string[]): Promise<void> {
  const copy = new CopyIn(session.client, statement, { failed: () => {} });
  session.client.query(copy);
  if (await copy.opened) {
    copy.write(rowFrame(fields));
    copy.done();
  }
  const { error } = await copy.finished;
  if (error) throw error;
}

const COPY_DATA = 0x64;

/** One row in the text format, as a CopyData message. */
function rowFrame(fields: readonly string[]): Buffer {
  const row = Buffer.from(`${fields.map((field) => field.replaceAll(/[\\\n\r\t]/g, (sign) => ESCAPES[sign] ?? sign)).join("\t")}\n`);
  const header = Buffer.alloc(5);
  header[0] = COPY_DATA;
  header.writeUInt32BE(row.length + 4, 1);
  return Buffer.concat([header, row]);
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };
