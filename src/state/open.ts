import { randomUUID } from "node:crypto";
import { closeSync, existsSync, fsyncSync, linkSync, mkdirSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { TidemarkError } from "../core/errors.ts";
import { SQLITE_CANTOPEN, SQLITE_READONLY, sqliteCode } from "../core/sqlite.ts";
import { StateDatabase, type DatabaseSettings } from "./database.ts";
import { FILE_OPTIONS, lineageOf, mustBeSound, pragma } from "./file-checks.ts";
import { APPLICATION_ID, MIGRATIONS } from "./schema.ts";
import { emptyState, notMadeYet, readOnlyState } from "./missing.ts";
import { movedAway } from "./refusals.ts";
import { SqliteState } from "./sqlite-state.ts";
import { damaged, stateError } from "./state-error.ts";
import type { WholeState } from "./whole.ts";

export interface StateOptions {
  /** Made where it is missing, for its owner only. On a local disk: SQLite's locks do not hold across a network. */
  readonly folder: string;
  /** Name of the plan. */
  readonly plan: string;
  /** Milliseconds since the epoch. Default: the system's clock. */
  readonly now?: (() => number) | undefined;
  /** How long a write waits for another process's write, in milliseconds. Default: 10,000. */
  readonly patienceMs?: number | undefined;
  /** Opens one that was moved away or is being filled, too. Default: false. */
  readonly evenMoved?: boolean | undefined;
}

/** Files up to this size are looked through when they are opened to be written; it takes a fraction of a second. */
const CHECKED_BYTES = 64 * 1024 * 1024;

/** Path of a plan's state. Its `-wal` and `-shm` beside it are SQLite's and belong to it. */
export function statePath(folder: string, plan: string): string {
  return join(folder, `${encodeURIComponent(plan)}${SUFFIX}`);
}

const SUFFIX = ".state.sqlite";

/** Names of the plans that have a state in a folder, in order; none where there is no folder. */
export async function plansIn(folder: string): Promise<readonly string[]> {
  const files = await readdir(folder).catch((): string[] => []);
  return files.flatMap((name) => planOf(name) ?? []).toSorted();
}

function planOf(file: string): string | undefined {
  if (!file.endsWith(SUFFIX)) return undefined;
  try {
    return decodeURIComponent(file.slice(0, -SUFFIX.length)) || undefined;
  } catch {
    // No name that we give.
    return undefined;
  }
}

/**
 * Opens the state of a plan.
 *
 * @param options.create makes it where it is missing; otherwise a missing one is an empty one that refuses to be written
 * @throws TidemarkError `STATE_DAMAGED`, `STATE_FORMAT`, `STATE_ELSEWHERE`, `STATE_READ_ONLY`, `STATE_DISK_FULL`, `STATE_BUSY`, `STATE_UNREADABLE`
 */
export async function openState(options: StateOptions & { readonly create: boolean }): Promise<WholeState> {
  const path = statePath(options.folder, options.plan);
  try {
    if (!existsSync(path)) {
      if (!options.create) return emptyState(notMadeYet(options.plan, options.folder));
      createFile(options.folder, path);
    }
    mustBeFile(path);
    return await openUnmoved(new DatabaseSync(path, FILE_OPTIONS), path, { ...options, refusal: undefined });
  } catch (error) {
    throw stateError(error, path);
  }
}

/**
 * Opens the state of a plan for planning and for showing it: nothing is made or changed, and every
 * write is refused with `STATE_READ_ONLY`. A missing state is an empty one of lineage "".
 */
export async function openStateReadOnly(options: StateOptions): Promise<WholeState> {
  const path = statePath(options.folder, options.plan);
  if (!existsSync(path)) return emptyState(notMadeYet(options.plan, options.folder));
  const refused = { ...options, refusal: readOnlyState(path) };
  try {
    mustBeFile(path);
    try {
      // Not `readOnly`: SQLite would leave its log and index beside the file. It refuses writes by this, and we before it.
      const file = new DatabaseSync(path, FILE_OPTIONS);
      file.exec("PRAGMA query_only = ON");
      return await openUnmoved(file, path, refused);
    } catch (error) {
      if (!isRefusedWal(error, path)) throw error;
      const url = pathToFileURL(path);
      url.search = "?immutable=1";
      return await openUnmoved(new DatabaseSync(url, { ...FILE_OPTIONS, readOnly: true }), path, refused);
    }
  } catch (error) {
    throw stateError(error, path);
  }
}

/** Moves a state aside, so that another can take its place. @returns where it is now; undefined where there was none */
export function setStateAside(folder: string, plan: string): string | undefined {
  const path = statePath(folder, plan);
  if (!existsSync(path)) return undefined;
  let n = 1;
  while (existsSync(`${path}.damaged-${n}`)) n += 1;
  const aside = `${path}.damaged-${n}`;
  try {
    // SQLite finds a log by the name of its database: they keep belonging together.
    for (const suffix of ["-wal", "-shm"]) if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
    renameSync(path, aside);
    syncFolder(folder);
  } catch (error) {
    throw stateError(error, path);
  }
  return aside;
}

async function openUnmoved(
  file: DatabaseSync,
  path: string,
  { refusal, ...options }: StateOptions & { readonly refusal: DatabaseSettings["refusal"] },
): Promise<WholeState> {
  const state = await openFile(file, path, settings(options, refusal));
  const moved = options.evenMoved === true ? undefined : await state.mark();
  if (moved === undefined) return state;
  await state.close();
  throw movedAway(path, moved);
}

async function openFile(file: DatabaseSync, path: string, settings: DatabaseSettings): Promise<WholeState> {
  const db = new StateDatabase(file, path, settings);
  try {
    await db.read(() => db.exec("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864"));
    const { application, version } = await db.read(() => ({ application: pragma(db, "application_id"), version: pragma(db, "user_version") }));
    if (application !== APPLICATION_ID) throw damaged(path, "it is not a state of Tidemark");
    if (version > MIGRATIONS.length || (version < MIGRATIONS.length && settings.refusal)) {
      throw new TidemarkError("STATE_FORMAT", `The state ${path} is of format ${version}; this version of Tidemark knows format ${MIGRATIONS.length}.`, {
        hint: version > MIGRATIONS.length ? "A newer Tidemark wrote it: use that one." : "Apply once with this version: it brings the state up to date.",
      });
    }
    if (!settings.refusal && statSync(path).size <= CHECKED_BYTES) await db.read(() => mustBeSound(db));
    if (version < MIGRATIONS.length) await db.writeAside(() => migrate(db), { evenMoved: true });
    const lineage = await db.read(() => lineageOf(db));
    await db.read(() => db.readSerial());
    return new SqliteState(db, lineage);
  } catch (error) {
    await db.close();
    throw error;
  }
}

/** Makes the whole file under another name first: a file that is there is a state, however early the process died. */
function createFile(folder: string, path: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const fresh = `${path}.${randomUUID()}.new`;
  try {
    closeSync(openSync(fresh, "wx", 0o600));
    const db = new DatabaseSync(fresh, FILE_OPTIONS);
    try {
      db.exec(
        `PRAGMA journal_mode = WAL; PRAGMA application_id = ${APPLICATION_ID}; BEGIN; ${MIGRATIONS.join(";")}; PRAGMA user_version = ${MIGRATIONS.length}; COMMIT`,
      );
    } finally {
      db.close();
    }
    putInPlace(fresh, path);
    syncFolder(folder);
  } finally {
    for (const suffix of ["", "-wal", "-shm"]) rmSync(fresh + suffix, { force: true });
  }
}

/** Unlike a rename, a link never replaces the state that another process made in the same moment. */
function putInPlace(fresh: string, path: string): void {
  try {
    linkSync(fresh, path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EEXIST") return;
    if (code !== "EPERM" && code !== "ENOTSUP" && code !== "EOPNOTSUPP" && code !== "ENOSYS") throw error;
    if (!existsSync(path)) renameSync(fresh, path);
  }
}

function migrate(db: StateDatabase): void {
  // Asked again under the write lock: another process may have done it meanwhile.
  for (const step of MIGRATIONS.slice(pragma(db, "user_version"))) db.exec(step);
  db.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
}

function mustBeFile(path: string): void {
  const found = statSync(path);
  if (!found.isFile()) throw damaged(path, "it is no file");
  if (found.size === 0) throw damaged(path, "it is empty");
}

/** A log beside the file needs a writable folder to be read; without one, the file alone is whole. */
function isRefusedWal(error: unknown, path: string): boolean {
  const cause = error instanceof TidemarkError ? error.cause : error;
  const code = sqliteCode(cause);
  if (code !== SQLITE_CANTOPEN && code !== SQLITE_READONLY) return false;
  return !existsSync(`${path}-wal`) || statSync(`${path}-wal`).size === 0;
}

function settings({ now = Date.now, patienceMs = 10_000 }: Pick<StateOptions, "now" | "patienceMs">, refusal: DatabaseSettings["refusal"]): DatabaseSettings {
  return { now, patienceMs, refusal };
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
