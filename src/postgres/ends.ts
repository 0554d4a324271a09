import { TidemarkError } from "../core/errors.ts";
import type { PostgresLocation, PostgresSync } from "../core/sync-plan.ts";
import { type ConnectionOptions, resolveConnection } from "./connect/options.ts";
import { openSession, type Session } from "./connect/session.ts";
import { mapsNames } from "./mapping/names.ts";

/** Variables of the process by which a connection may be named, as libpq reads them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a database sync reads and writes. */
export interface Ends {
  readonly source: ConnectionOptions;
  /** Of the database that is written. */
  readonly destination: ConnectionOptions;
  /** Where names are tried out, if the plan says where. */
  readonly shadow?: ConnectionOptions | undefined;
}

/** Databases from which another can be created. */
const MAINTENANCE = ["postgres", "template1"] as const;

/**
 * The two databases of a sync. The destination's is the one that the plan maps to, else the one that
 * its location names, else one of the source's name.
 */
export async function resolveEnds({ from, to, map, shadow }: PostgresSync, env: Environment): Promise<Ends> {
  const source = await resolveConnection(from.location, { env });
  const named = map.database ?? (namesDatabase(to.location, env) ? undefined : source.database);
  const destination = await resolveConnection(to.location, { env, ...(named !== undefined && { database: named }) });
  return { source, destination, shadow: shadow && mapsNames(map) ? await resolveConnection(shadow, { env }) : undefined };
}

function namesDatabase({ options }: PostgresLocation, env: Environment): boolean {
  if (options["database"] !== undefined || options["service"] !== undefined || env["PGDATABASE"] !== undefined || env["PGSERVICE"] !== undefined) return true;
  const { url } = options;
  if (typeof url !== "object") return false;
  return /^postgres(?:ql)?:\/\/[^/]*\/[^?]/.test(url.reveal()) || /[?&](?:dbname|service)=/.test(url.reveal());
}

/** @returns undefined where the server has no such database */
export async function openIfThere(options: ConnectionOptions, more: Parameters<typeof openSession>[1] = {}): Promise<Session | undefined> {
  try {
    return await openSession(options, more);
  } catch (error) {
    if (error instanceof TidemarkError && error.code === "POSTGRES_NO_DATABASE") return undefined;
    throw error;
  }
}

/** A session on a server whose database is still to be created. */
export async function openMaintenance(options: ConnectionOptions): Promise<Session> {
  for (const database of MAINTENANCE) {
    const session = await openIfThere({ ...options, database });
    if (session) return session;
  }
  throw new TidemarkError(
    "POSTGRES_NO_MAINTENANCE_DATABASE",
    `The database ${options.database} is not there, and neither is ${MAINTENANCE.join(" nor ")}, from which it could be created.`,
    {
      hint: `Create ${options.database} yourself, empty.`,
    },
  );
}
