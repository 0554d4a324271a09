import type { Session } from "../connect/session.ts";
import { fail, type Finding, pass } from "./findings.ts";
import { type BothScope, destinationName, sourceName } from "./scope.ts";
import { isSameServer } from "./servers.ts";

/** Sessions beside those that copy: one holds the snapshot and its locks, one watches. */
const BESIDE = 2;

interface LimitRow {
  readonly max: number;
  readonly reserved: number;
  readonly used: number;
  readonly database_limit: number;
  readonly database_used: number;
  readonly role_limit: number;
  readonly role_used: number;
}

/** Whether each side has room for as many sessions as were asked for. */
export async function checkSessions(scope: BothScope): Promise<readonly Finding[]> {
  const { source, server, sync } = scope;
  const wanted = sync.sessions + BESIDE;
  const isOne = await isSameServer(source, server);
  return [
    await sessionsFinding({ session: source, name: sourceName(scope), wanted, onServer: isOne ? 2 * wanted : wanted, sessions: sync.sessions }),
    await sessionsFinding({ session: server, name: destinationName(scope), wanted, onServer: isOne ? 2 * wanted : wanted, sessions: sync.sessions }),
  ];
}

interface Wish {
  readonly session: Session;
  readonly name: string;
  /** To this end's database. */
  readonly wanted: number;
  /** To its server, where both ends may be. */
  readonly onServer: number;
  /** As the plan says. */
  readonly sessions: number;
}

async function sessionsFinding({ session, name, wanted, onServer, sessions }: Wish): Promise<Finding> {
  const subject = `${name}: connections`;
  const [row] = await session.query<LimitRow & Record<string, unknown>>(`
    SELECT pg_catalog.current_setting('max_connections')::int AS max,
      pg_catalog.current_setting('superuser_reserved_connections')::int + coalesce(pg_catalog.current_setting('reserved_connections', true)::int, 0) AS reserved,
      (SELECT coalesce(pg_catalog.sum(numbackends), 0)::int FROM pg_catalog.pg_stat_database) AS used,
      d.datconnlimit AS database_limit, pg_catalog.pg_stat_get_db_numbackends(d.oid) AS database_used,
      r.rolconnlimit AS role_limit, (SELECT pg_catalog.count(*)::int FROM pg_catalog.pg_stat_activity a WHERE a.usesysid = r.oid) AS role_used
    FROM pg_catalog.pg_database d, pg_catalog.pg_roles r WHERE d.datname = pg_catalog.current_database() AND r.rolname = session_user`);
  if (!row) return pass("CONNECTIONS_SHORT", subject, "The server does not tell its limits.");
  // This session is one of those in use, and gone by then. Superusers may take the reserve, and have no limits of their own.
  const room = (limit: number, used: number) => (limit < 0 ? Number.POSITIVE_INFINITY : limit - Math.max(0, used - 1));
  const reserved = session.isSuperuser ? 0 : row.reserved;
  const rooms = [
    { what: `max_connections = ${row.max}, ${reserved} of them reserved`, free: room(row.max - reserved, row.used), need: onServer },
    ...(session.isSuperuser
      ? []
      : [
          { what: `the database's limit of ${row.database_limit}`, free: room(row.database_limit, row.database_used), need: wanted },
          { what: `the limit of ${session.user}, ${row.role_limit}`, free: room(row.role_limit, row.role_used), need: wanted },
        ]),
  ];
  const short = rooms.filter(({ free, need }) => free < need).toSorted((a, b) => a.free - a.need - (b.free - b.need))[0];
  if (!short) return pass("CONNECTIONS_SHORT", subject, `There is room for the ${wanted} that are needed.`);
  const fitting = Math.floor(short.free / (short.need / wanted)) - BESIDE;
  return fail(
    "CONNECTIONS_SHORT",
    subject,
    `${short.need} are needed (${sessions} sessions and ${BESIDE} beside them${short.need > wanted ? ", at both ends, which are one server" : ""}), and ${Math.max(0, short.free)} are free by ${short.what}.`,
    fitting >= 1 ? `Write \`sessions: ${fitting}\`, end other connections, or raise the limit.` : "End other connections, or raise the limit.",
  );
}
