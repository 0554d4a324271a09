import { readRoles } from "../accounts/read-roles.ts";
import type { RoleCatalog } from "../accounts/roles.ts";
import { type ClosedPlaces, NOTHING_CLOSED, readClosedPlaces } from "../catalog/closed-places.ts";
import { type Relation, readRelations } from "../catalog/relations.ts";
import { readSequences, type SequenceValue } from "../catalog/sequences.ts";
import { readSpecialObjects, type SpecialObjects } from "../catalog/special.ts";
import { catalogStamp } from "../catalog/stamp.ts";
import { readTablespaces } from "../catalog/tablespaces.ts";
import type { ConnectionOptions } from "../connect/options.ts";
import { openSession, type Session } from "../connect/session.ts";
import type { DumpEntry } from "../dump/archive.ts";
import { dumpSchema } from "../dump/dump-schema.ts";
import type { DumpThread } from "../dump/wasm/run.ts";
import { hideSecrets } from "../dump/secrets.ts";
import { type Ends, openMaintenance } from "../ends.ts";

/** What planning knows of one end. */
export interface EndFacts {
  readonly version: number;
  /** Definitions, without the secrets in them. */
  readonly entries: readonly DumpEntry[];
  readonly relations: readonly Relation[];
  readonly sequences: readonly SequenceValue[];
  readonly largeObjects: number;
  readonly roles: RoleCatalog;
}

export interface SourceFacts extends EndFacts {
  readonly special: SpecialObjects;
  /** Changes when a definition does. */
  readonly stamp: string;
  readonly warnings: readonly string[];
}

export interface DestinationFacts extends EndFacts {
  /** false: the database is still to be created. */
  readonly exists: boolean;
  readonly schemas: ReadonlySet<string>;
  readonly closed: ClosedPlaces;
  /** By name, and whether the role may create something in it. */
  readonly tablespaces: ReadonlyMap<string, boolean>;
  /** Indexes that a build left half-made, as `schema.name` quoted where need be. */
  readonly invalidIndexes: readonly { readonly schema: string; readonly name: string }[];
}

export interface ReadEndsOptions {
  readonly ends: Ends;
  readonly source: Session;
  /** undefined where the database is still to be created. */
  readonly destination: Session | undefined;
  /** For the definitions of each; undefined: one of their own. */
  readonly threads?: { readonly source?: DumpThread; readonly destination?: DumpThread };
  readonly signal: AbortSignal;
}

interface ReadEndOptions {
  readonly session: Session;
  readonly options: ConnectionOptions;
  /** For the definitions; undefined: one of their own. */
  readonly thread?: DumpThread | undefined;
  readonly signal: AbortSignal;
}

/** How long to wait for a definition that somebody is changing, where the location says nothing else. */
const LOCK_TIMEOUT_MS = 30_000;

/** Reads what both ends hold, side by side. */
export async function readEnds({
  ends,
  source,
  destination,
  threads = {},
  signal,
}: ReadEndsOptions): Promise<{ source: SourceFacts; destination: DestinationFacts }> {
  const [ofSource, ofDestination] = await Promise.all([
    readSource({ session: source, options: ends.source, thread: threads.source, signal }),
    readDestination({ session: destination, options: ends.destination, thread: threads.destination, signal }),
  ]);
  return { source: ofSource, destination: ofDestination };
}

async function readSource({ session, options, thread, signal }: ReadEndOptions): Promise<SourceFacts> {
  // Before the dump: what changes while it is made is looked at again when it is applied.
  const stamped = catalogStamp(session);
  // Within a session one thing at a time; the dump has its own.
  const own = async () => ({ special: await readSpecialObjects(session), ...(await readFacts(session)) });
  const [stamp, dump, facts] = await Promise.all([stamped, readDefinitions({ options, thread, after: stamped, signal }), own()]);
  return { ...facts, ...dump, stamp };
}

async function readDestination({
  session,
  options,
  thread,
  signal,
}: Omit<ReadEndOptions, "session"> & { readonly session: Session | undefined }): Promise<DestinationFacts> {
  if (session === undefined) return readServer(options);
  const closed = await readClosedPlaces(session);
  const own = async () => ({
    ...(await readFacts(session)),
    closed,
    schemas: await readSchemas(session),
    tablespaces: await readTablespaces(session),
    invalidIndexes: await readInvalidIndexes(session),
  });
  const [dump, facts] = await Promise.all([readDefinitions({ options, thread, signal, unlockable: closed.tables }), own()]);
  return { ...facts, ...dump, exists: true };
}

async function readServer(options: ConnectionOptions): Promise<DestinationFacts> {
  const server = await openMaintenance(options);
  try {
    return {
      version: server.version,
      exists: false,
      entries: [],
      relations: [],
      sequences: [],
      largeObjects: 0,
      roles: await readRoles(server),
      closed: NOTHING_CLOSED,
      schemas: new Set(),
      tablespaces: await readTablespaces(server),
      invalidIndexes: [],
    };
  } finally {
    await server.close();
  }
}

interface ReadDefinitions extends Omit<ReadEndOptions, "session"> {
  readonly unlockable?: ReadonlySet<string>;
  /** What has to be known before. */
  readonly after?: Promise<unknown>;
}

/** In a session of its own, which pg_dump uses up, beside what else is read. */
async function readDefinitions({ options, thread, unlockable, after, signal }: ReadDefinitions) {
  const session = await openSession(options);
  try {
    await after;
    const { version, entries, warnings } = await dumpSchema({ session, thread, signal, unlockable, lockTimeoutMs: options.lockTimeoutMs || LOCK_TIMEOUT_MS });
    return { version, entries: hideSecrets(entries), warnings };
  } finally {
    await session.close();
  }
}

async function readFacts(session: Session) {
  const relations = await readRelations(session);
  const sequences = await readSequences(session);
  const [count] = await session.query<{ items: number }>("SELECT count(*)::int AS items FROM pg_catalog.pg_largeobject_metadata");
  return { relations, sequences, largeObjects: count?.items ?? 0, roles: await readRoles(session) };
}

async function readSchemas(session: Session): Promise<ReadonlySet<string>> {
  return new Set((await session.query<{ name: string }>("SELECT nspname AS name FROM pg_catalog.pg_namespace")).map(({ name }) => name));
}

/** @see https://www.postgresql.org/docs/current/sql-createindex.html CREATE INDEX CONCURRENTLY leaves them where it fails */
function readInvalidIndexes(session: Session): Promise<readonly { schema: string; name: string }[]> {
  return session.query(`SELECT n.nspname AS schema, c.relname AS name FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE NOT i.indisvalid AND c.relkind = 'i'`);
}
