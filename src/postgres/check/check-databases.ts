import { TidemarkError } from "../../core/errors.ts";
import type { PostgresSync } from "../../core/sync-plan.ts";
import { isConnectionLost, sqlStateOf } from "../connect/errors.ts";
import type { Session } from "../connect/session.ts";
import { checkDependencies } from "./dependencies.ts";
import { checkAccounts, checkCreatable } from "./destination-privileges.ts";
import { checkEncoding } from "./encoding.ts";
import { checkExisting, checkResume } from "./existing.ts";
import { checkExtensions } from "./extensions.ts";
import { confirm, fail, type Finding } from "./findings.ts";
import { checkLocks } from "./locks.ts";
import { checkNames } from "./odd-names.ts";
import { type BothScope, type DestinationScope, destinationName, type ExistingObject, type SourceScope, sourceName } from "./scope.ts";
import { readSelectedObjects, type SelectedObjects } from "./select.ts";
import { checkDestination, checkSameDatabase, checkSource, checkVersions } from "./servers.ts";
import { checkSessions } from "./sessions.ts";
import { checkSettings, checkWritable } from "./settings.ts";
import { checkNamedObjects } from "./named-objects.ts";
import { checkReadable } from "./source-privileges.ts";
import { checkSpace } from "./space.ts";
import { checkStandby } from "./standby.ts";
import { checkSuperuserKinds } from "./superuser-kinds.ts";
import { checkTableRules } from "./table-rules.ts";
import { checkTablespaces } from "./tablespaces.ts";
import { checkEventTriggers, checkTriggers, checkTriggersOfExisting } from "./triggers.ts";

export interface CheckDatabasesOptions {
  readonly sync: PostgresSync;
  /** An error is why it could not be opened. */
  readonly source: Session | TidemarkError;
  /** undefined: its database does not exist yet. */
  readonly destination: Session | undefined | TidemarkError;
  /** On the destination's server, where its database is to be created. */
  readonly maintenance: Session | undefined;
  /** undefined: found in the source's catalogs. */
  readonly selected?: SelectedObjects | undefined;
  /** What the plan found at the destination already; undefined: it was not looked. */
  readonly existing?: readonly ExistingObject[] | undefined;
  readonly signal: AbortSignal;
}

type Run<Scope> = (scope: Scope) => Promise<readonly Finding[]>;

const OF_SOURCE: readonly Run<SourceScope>[] = [
  checkReadable,
  checkTableRules,
  checkNamedObjects,
  checkTriggers,
  checkStandby,
  checkLocks,
  checkNames,
  checkResume,
];
const OF_BOTH: readonly Run<BothScope>[] = [
  checkVersions,
  checkSameDatabase,
  checkEncoding,
  checkSettings,
  checkCreatable,
  checkAccounts,
  checkSuperuserKinds,
  checkExtensions,
  checkDependencies,
  checkExisting,
  checkEventTriggers,
  checkTriggersOfExisting,
  checkSessions,
  checkSpace,
  checkTablespaces,
];

/**
 * Looks at both databases before a run: whether the role may read and write what it has to, and whether
 * what is to be created fits. Reads catalogs only, a query a theme, and leaves nothing behind. A check
 * that cannot be made is something to confirm, and stops no other.
 */
export async function* checkDatabases(options: CheckDatabasesOptions): AsyncGenerator<Finding, void, undefined> {
  const { sync, source, destination, maintenance, signal } = options;
  const from = sourceName({ sync });
  const to = destinationName({ sync });
  const work = new Checks(signal);

  if (source instanceof TidemarkError) yield unreachable(from, source);
  if (destination instanceof TidemarkError) yield unreachable(to, destination);
  const readable = source instanceof TidemarkError ? undefined : source;
  const there = destination instanceof TidemarkError ? undefined : destination;
  const server = destination instanceof TidemarkError ? undefined : (there ?? maintenance);
  if (!server && !(destination instanceof TidemarkError)) {
    yield fail(
      "DATABASE_MISSING",
      `${to}: database`,
      "The database does not exist, and no other could be opened there from which to create it.",
      "Create it yourself, empty, or let the role connect to the database postgres.",
    );
  }

  const sessions = [readable, server].filter((session) => session !== undefined);
  const before = new Map<Session, Readonly<Record<string, string>>>();
  try {
    // A session that is lost by now is told of by the first check that needs it.
    for (const session of sessions) before.set(session, await setSettings(session, SETTINGS).catch(() => ({})));
    yield* checkEnds({ ...options, readable, there, server, work });
  } finally {
    for (const [session, settings] of before) await setSettings(session, settings).catch(() => {});
  }
}

/**
 * For as long as the checks take: even to ask for a table's size waits for whoever has locked it, and
 * lists of ten thousand objects joined one by one take minutes where hashed they take a second.
 */
const SETTINGS: Readonly<Record<string, string>> = { lock_timeout: "2s", enable_nestloop: "off", jit: "off" };

/** @returns what they were before; servers that do not know a setting leave it out */
async function setSettings({ query }: Session, settings: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>> {
  const rows = await query<{ name: string; before: string }>(
    `WITH wanted AS (SELECT w.name, s.setting || coalesce(s.unit, '') AS before, w.value FROM unnest($1::text[], $2::text[]) AS w(name, value)
      JOIN pg_catalog.pg_settings s ON s.name = w.name)
    SELECT name, before, pg_catalog.set_config(name, value, false) FROM wanted`,
    [Object.keys(settings), Object.values(settings)],
  );
  return Object.fromEntries(rows.map(({ name, before }) => [name, before]));
}

interface OpenEnds extends CheckDatabasesOptions {
  readonly readable: Session | undefined;
  readonly there: Session | undefined;
  readonly server: Session | undefined;
  readonly work: Checks;
}

async function* checkEnds(options: OpenEnds): AsyncGenerator<Finding, void, undefined> {
  const { sync, existing, readable, there, server, work } = options;
  const from = sourceName({ sync });
  const to = destinationName({ sync });
  const nothing: SelectedObjects = { objects: [], neverSynced: [] };
  if (readable) yield* work.run(from, [readable], () => checkSource({ sync, source: readable, selected: nothing }));
  const writable: DestinationScope | undefined = server && { sync, destination: there, server };
  if (writable) {
    yield* work.run(to, [writable.server], () => checkDestination(writable));
    yield* work.run(to, [writable.server], () => checkWritable(writable));
  }
  if (!readable) return;

  let { selected } = options;
  yield* work.run(from, [readable], async () => {
    selected ??= await readSelectedObjects(readable, sync);
    return [];
  });
  // Why it could not be read was said.
  if (!selected) return;
  const scope: SourceScope = { sync, source: readable, selected };
  for (const check of OF_SOURCE) yield* work.run(sourceName(scope), [readable], () => check(scope));
  if (!writable) return;
  const both: BothScope = { ...scope, ...writable, existing };
  for (const check of OF_BOTH) yield* work.run(`${sourceName(both)} → ${destinationName(both)}`, [readable, writable.server], () => check(both));
}

function unreachable(name: string, { code, message, hint }: TidemarkError): Finding {
  return fail(code, `${name}: connection`, message, hint ?? "Look at the location's options.");
}

/** Runs checks one after the other; a session that is lost is told of once. */
class Checks {
  readonly #signal: AbortSignal;
  #isLost = false;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** @param subject of what is said where the check cannot be made */
  async *run(subject: string, sessions: readonly Session[], check: () => Promise<readonly Finding[]>): AsyncGenerator<Finding, void, undefined> {
    this.#signal.throwIfAborted();
    if (this.#isLost && sessions.some(({ isLost }) => isLost)) return;
    try {
      yield* await check();
    } catch (error) {
      this.#signal.throwIfAborted();
      if (!(error instanceof TidemarkError)) throw error;
      if (isConnectionLost(error)) {
        this.#isLost = true;
        yield unreachable(subject, error);
      } else if (sqlStateOf(error) === undefined) {
        yield fail(error.code, subject, error.message, error.hint ?? "Look at the server's log.");
      } else {
        yield confirm(
          "CHECK_INCOMPLETE",
          subject,
          `Something could not be looked at: ${error.message}`,
          "Grant the role what the message names, or confirm that you know how it is there.",
        );
      }
    }
  }
}
