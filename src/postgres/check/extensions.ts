import { mappedSchema } from "../mapping/names.ts";
import { quoteName, shownName } from "../names.ts";
import { confirm, counted, fail, type Finding, listed, pass } from "./findings.ts";
import { type BothScope, destinationName } from "./scope.ts";
import { ofKinds, oidsOf } from "./select.ts";

interface Wanted {
  readonly name: string;
  readonly version: string;
  readonly schema: string;
}

interface Offered {
  readonly name: string;
  readonly installed: string | null;
  /** Where it is installed. */
  readonly schema: string | null;
  /** What CREATE EXTENSION would install. */
  readonly offered: string | null;
  readonly superuser: boolean | null;
  readonly trusted: boolean | null;
}

const TRUSTED_FROM = 130_000;

/** Whether the destination has, or may get, what the selected extensions bring. */
export async function checkExtensions(scope: BothScope): Promise<readonly Finding[]> {
  const { source, server, destination, sync, selected } = scope;
  const name = destinationName(scope);
  const extensions = ofKinds(selected, "extension");
  if (extensions.length === 0) return [pass("EXTENSION_MISSING", `${name}: extensions`, "None is selected.")];
  const wanted = await source.query<Wanted & Record<string, unknown>>(
    `SELECT e.extname::text AS name, e.extversion AS version, n.nspname::text AS schema FROM pg_catalog.pg_extension e
    JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace JOIN pg_catalog.unnest($1::oid[]) AS s(id) ON s.id = e.oid ORDER BY 1`,
    [oidsOf(extensions)],
  );
  const trusted = server.version >= TRUSTED_FROM ? "v.trusted" : "false";
  // Where the database is still to be made, only what its template holds is installed.
  const offers = await server.query<Offered & Record<string, unknown>>(
    `SELECT w.name, ${destination ? "e.extversion" : "NULL::text"} AS installed, ${destination ? "n.nspname::text" : "NULL::text"} AS schema,
      a.default_version AS offered, v.superuser, ${trusted} AS trusted
    FROM pg_catalog.unnest($1::text[]) AS w(name) LEFT JOIN pg_catalog.pg_available_extensions a ON a.name = w.name
    LEFT JOIN pg_catalog.pg_available_extension_versions v ON v.name = w.name AND v.version = a.default_version
    LEFT JOIN pg_catalog.pg_extension e ON e.extname = w.name LEFT JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace`,
    [wanted.map((extension) => extension.name)],
  );
  const offerOf = new Map(offers.map((offer) => [offer.name, offer]));
  const pairs = wanted.map((extension) => ({ extension, offer: offerOf.get(extension.name) }));
  const isThere = ({ offer }: Pair) => offer !== undefined && (offer.installed !== null || offer.offered !== null);
  const missing = pairs.filter((pair) => !isThere(pair)).map(({ extension }) => `${shownName(undefined, extension.name)} ${extension.version}`);
  const there = pairs.filter(isThere);
  const older = there.filter(({ extension, offer }) => isOlder(offer?.installed ?? offer?.offered ?? "", extension.version));
  const closed = server.isSuperuser ? [] : there.filter(({ offer }) => offer?.installed === null && offer.superuser === true && offer.trusted !== true);
  const elsewhere = there.filter(({ extension, offer }) => typeof offer?.schema === "string" && offer.schema !== mappedSchema(sync.map, extension.schema));
  return [
    missing.length === 0
      ? pass("EXTENSION_MISSING", `${name}: extensions`, `All are there or can be installed: ${wanted.length}.`)
      : fail(
          "EXTENSION_MISSING",
          `${name}: extensions`,
          `The server does not have ${counted(missing.length, "extension")}: ${listed(missing)}.`,
          "Install their packages on the destination's machine, or exclude them with what needs them.",
        ),
    ...versionsFinding(`${name}: versions of extensions`, older),
    ...permissionFinding(`${name}: creating extensions`, server.user, closed),
    ...schemaFinding(`${name}: schemas of extensions`, elsewhere),
  ];
}

interface Pair {
  readonly extension: Wanted;
  readonly offer: Offered | undefined;
}

function versionsFinding(subject: string, older: readonly Pair[]): readonly Finding[] {
  if (older.length === 0) return [pass("EXTENSION_OLDER", subject, "None is older than the source's.")];
  const names = older.map(
    ({ extension, offer }) => `${shownName(undefined, extension.name)} ${offer?.installed ?? offer?.offered} (source: ${extension.version})`,
  );
  return [
    confirm(
      "EXTENSION_OLDER",
      subject,
      `${counted(older.length, "extension")} would be older than at the source, and may lack what objects need: ${listed(names)}.`,
      "Install newer packages on the destination's machine, or ALTER EXTENSION … UPDATE where it is installed.",
    ),
  ];
}

function permissionFinding(subject: string, role: string, closed: readonly Pair[]): readonly Finding[] {
  if (closed.length === 0) return [pass("EXTENSION_NOT_PERMITTED", subject, `${role} may create those that are missing.`)];
  return [
    confirm(
      "EXTENSION_NOT_PERMITTED",
      subject,
      `${role} is no superuser, and only those may create ${listed(closed.map(({ extension }) => shownName(undefined, extension.name)))}.`,
      "Have a superuser create them first, exclude them, or confirm where your service lets its owner role create them.",
    ),
  ];
}

function schemaFinding(subject: string, elsewhere: readonly Pair[]): readonly Finding[] {
  if (elsewhere.length === 0) return [pass("EXTENSION_ELSEWHERE", subject, "None is installed in another schema.")];
  const names = elsewhere.map(
    ({ extension, offer }) =>
      `${shownName(undefined, extension.name)} in ${shownName(undefined, offer?.schema ?? "")} (source: ${shownName(undefined, extension.schema)})`,
  );
  const [first] = elsewhere;
  return [
    fail(
      "EXTENSION_ELSEWHERE",
      subject,
      `Installed in another schema than at the source, where what needs it does not look: ${listed(names)}.`,
      `At the destination: ALTER EXTENSION ${quoteName(first?.extension.name ?? "")} SET SCHEMA ${quoteName(first?.extension.schema ?? "")}, and so on; or drop it, and it is created anew.`,
    ),
  ];
}

/**
 * Versions of extensions are names to PostgreSQL; where both are numbers they can be compared.
 *
 * @returns false where it cannot be told
 */
export function isOlder(version: string, than: string): boolean {
  const [a, b] = [numbersOf(version), numbersOf(than)];
  if (!a || !b) return false;
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const [left = 0, right = 0] = [a[at], b[at]];
    if (left !== right) return left < right;
  }
  return false;
}

function numbersOf(version: string): readonly number[] | undefined {
  return /^\d+(?:\.\d+)*$/.test(version) ? version.split(".").map(Number) : undefined;
}
