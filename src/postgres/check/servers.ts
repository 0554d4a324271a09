import { TLSSocket } from "node:tls";
import { TidemarkError } from "../../core/errors.ts";
import { serverIdentity } from "../connect/identity.ts";
import type { Session } from "../connect/session.ts";
import { findProgram } from "../dump/native/find-program.ts";
import { confirm, fail, type Finding, pass } from "./findings.ts";
import { type BothScope, type DestinationScope, destinationName, majorOf, type SourceScope, sourceName } from "./scope.ts";

/** Oldest major that is tested, and the oldest that is let through. */
const OLDEST_TESTED = 10;
const OLDEST = 9.04;

export async function checkSource(scope: SourceScope): Promise<readonly Finding[]> {
  return checkConnection(scope.source, sourceName(scope));
}

export async function checkDestination(scope: DestinationScope): Promise<readonly Finding[]> {
  return checkConnection(scope.server, destinationName(scope));
}

async function checkConnection(session: Session, name: string): Promise<readonly Finding[]> {
  const [server] = await session.query<{ version: string }>("SELECT pg_catalog.current_setting('server_version') AS version");
  const role = `${session.user}${session.isSuperuser ? " (superuser)" : ""}`;
  return [
    pass("DATABASE_CONNECT", `${name}: connection`, `PostgreSQL ${server?.version ?? "?"}, database ${session.database}, as ${role}.`),
    checkEncryption(session, name),
    session.isPooled
      ? confirm(
          "CONNECTION_POOLED",
          `${name}: pooler`,
          "There is a connection pooler in between: a snapshot and its locks live in one session, and the pooler may hand that to others.",
          "Name the server itself, or confirm where the pooler keeps a session to its client (pool_mode = session).",
        )
      : pass("CONNECTION_POOLED", `${name}: pooler`, "There is none in between."),
  ];
}

function checkEncryption({ client, host }: Session, name: string): Finding {
  const subject = `${name}: encryption`;
  const stream: unknown = client.connection.stream;
  if (stream instanceof TLSSocket) {
    const version = stream.getProtocol() ?? "TLS";
    if (stream.authorized) return pass("DATABASE_UNENCRYPTED", subject, `${version}, and the certificate is trusted.`);
    return pass("DATABASE_UNENCRYPTED", subject, `${version}; whose certificate it is was not looked at: \`sslmode: verify-full\` with a \`caFile\` does.`);
  }
  if (isLocal(host)) return pass("DATABASE_UNENCRYPTED", subject, "None, and none is needed: it does not leave this machine.");
  return confirm(
    "DATABASE_UNENCRYPTED",
    subject,
    `The connection to ${host} is not encrypted: rows and definitions can be read on the way.`,
    "Write `sslmode: verify-full` and name the server's authority by `caFile`, or confirm where the network is yours.",
  );
}

/** A socket of this machine, or its loopback. A tunnel that begins here is its owner's concern. */
export function isLocal(host: string): boolean {
  return (
    host.startsWith("/") || host.startsWith("@") || host === "localhost" || host.endsWith(".localhost") || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host)
  );
}

/** Majors of both ends: the destination's may not be older, and definitions are read up to a newest. */
export async function checkVersions(scope: BothScope): Promise<readonly Finding[]> {
  const { source, server } = scope;
  const [from, to] = [majorOf(source), majorOf(server)];
  const subject = `${sourceName(scope)} → ${destinationName(scope)}: versions`;
  const findings: Finding[] = [];
  if (to < from) {
    findings.push(
      fail(
        "DATABASE_VERSIONS",
        subject,
        `The destination is PostgreSQL ${shownMajor(to)}, older than the source's ${shownMajor(from)}.`,
        "Sync to a server of the same or a later major version.",
      ),
    );
  }
  for (const [name, session] of [
    [sourceName(scope), source],
    [destinationName(scope), server],
  ] as const) {
    findings.push(...(await checkReadable(session, name)));
  }
  if (from < OLDEST) {
    findings.push(
      fail("DATABASE_VERSIONS", `${sourceName(scope)}: version`, `PostgreSQL ${shownMajor(from)} is too old to be read.`, "Upgrade the source to 10 or later."),
    );
  } else if (from < OLDEST_TESTED) {
    findings.push(
      confirm(
        "SOURCE_VERSION_UNTESTED",
        `${sourceName(scope)}: version`,
        `PostgreSQL ${shownMajor(from)} can be read, but is not tested: sources are tested from ${OLDEST_TESTED} on.`,
        "Try it with a copy first, and compare afterwards; or upgrade the source to 10 or later.",
      ),
    );
  }
  return findings.length > 0 ? findings : [pass("DATABASE_VERSIONS", subject, `${shownMajor(from)} to ${shownMajor(to)}.`)];
}

/** Whether there is a pg_dump for a server's version. */
async function checkReadable(session: Session, name: string): Promise<readonly Finding[]> {
  try {
    await findProgram(session);
    return [];
  } catch (error) {
    if (!(error instanceof TidemarkError)) throw error;
    return [fail("DATABASE_VERSIONS", `${name}: version`, error.message, error.hint ?? "Name another pg_dump by TIDEMARK_PG_DUMP.")];
  }
}

/** 9.04 is how 9.4 stays comparable. */
function shownMajor(major: number): string {
  return major < 10 ? major.toFixed(2).replace(".0", ".") : String(major);
}

/** Both names may lead to one database. */
export async function checkSameDatabase(scope: BothScope): Promise<readonly Finding[]> {
  const { source, destination } = scope;
  if (!destination) return [];
  const subject = `${sourceName(scope)} → ${destinationName(scope)}: two databases`;
  const [from, to] = await Promise.all([identify(source), identify(destination)]);
  if (from.server === to.server && from.system === to.system && from.oid === to.oid) {
    return [
      fail(
        "DATABASES_SAME",
        subject,
        `Both ends are the same database, ${source.database}, whatever their addresses.`,
        "Correct one of the locations, or map the database to another name by `map.database`.",
      ),
    ];
  }
  // A copy of a server's files has its identifier too, so this alone proves nothing.
  if (source.isStandby && from.system !== undefined && from.system === to.system && from.oid === to.oid) {
    return [
      confirm(
        "DATABASES_SAME",
        subject,
        `The source is a standby, and the destination may be its primary: their servers have the same identifier, and both databases are ${source.database}.`,
        "Look whether the destination is meant to be written; confirm where it is a copy of its own.",
      ),
    ];
  }
  return [pass("DATABASES_SAME", subject, "They are not the same.")];
}

/** Whether two sessions are on one server, so that both ends share its limits. */
export async function isSameServer(a: Session, b: Session): Promise<boolean> {
  const [first, second] = await Promise.all([identify(a), identify(b)]);
  return first.server === second.server && first.system === second.system;
}

interface Identity {
  /** When the server was started, and its port. */
  readonly server: string;
  /** undefined where the role may not ask. */
  readonly system: string | undefined;
  readonly oid: string;
}

async function identify(session: Session): Promise<Identity> {
  const { systemIdentifier } = await serverIdentity(session);
  const [row] = await session.query<{ server: string; oid: string }>(`
    SELECT d.oid::text AS oid, pg_catalog.concat_ws(' ', pg_catalog.pg_postmaster_start_time(), pg_catalog.current_setting('port')) AS server
    FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()`);
  return { server: row?.server ?? "", oid: row?.oid ?? "", system: systemIdentifier };
}
