import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { sqliteCode } from "../../core/sqlite.ts";
import { StateDatabase } from "../database.ts";
import { FILE_OPTIONS, lineageOf, mustBeSound } from "../file-checks.ts";
import { APPLICATION_ID, MIGRATIONS } from "../schema.ts";
import { damaged, stateError } from "../state-error.ts";
import { changesIn } from "./frames.ts";
import { type Base, type Head, lastInParts, lastOf } from "./head.ts";
import { chunksOf, type Journal } from "./journal.ts";

const unzip = promisify(gunzip);
/** A chunk of a base from elsewhere that says it is larger is none of ours. */
const MAX_CHUNK = 64 * 1024 * 1024;
/** How often a head is followed whose objects are cleared away meanwhile. */
const CHASES = 10;

/**
 * A file with what a journal says, private to this process. Nothing in it has to outlive a crash, and
 * on POSIX it is unlinked as soon as it is open: killed at any instant, a process leaves nothing.
 */
export interface WorkingCopy {
  readonly file: DatabaseSync;
  /** Number of the last write that is in it. */
  seq: number;
}

/** @throws TidemarkError `STATE_DAMAGED` */
export async function makeWorkingCopy(journal: Journal): Promise<WorkingCopy> {
  for (let chase = 1; ; chase += 1) {
    const { head } = journal;
    if (head === undefined) throw new Error("a journal that was not opened");
    const file = await openCopy((path) => fillBase(journal, head.base, path), journal.path, head);
    if (file !== undefined) return { file, seq: head.base?.seq ?? 0 };
    if (!(await journal.refresh()) || chase >= CHASES) throw damaged(journal.path, "objects that its head names are gone");
  }
}

/** Brings a copy up to date. @returns false where what it needs is gone, since others have made a newer base */
export async function follow(journal: Journal, copy: WorkingCopy): Promise<boolean> {
  const { head } = journal;
  if (head === undefined || head.seq === copy.seq) return true;
  if (head.seq < copy.seq) throw damaged(journal.path, "it went back to what it was before");
  if (copy.seq < (head.base?.seq ?? 0)) return false;
  for (const part of head.parts) {
    if (lastOf(part) <= copy.seq) continue;
    const bytes = await journal.readPart(part);
    if (bytes === undefined) return false;
    await applyFrames(journal, copy, bytes, part.from - 1);
    if (copy.seq !== lastOf(part)) throw damaged(journal.path, `${part.name} holds other writes than its head says`);
  }
  const before = lastInParts(head);
  for (const [at, inline] of head.inline.entries()) {
    if (before + at >= copy.seq) await applyFrames(journal, copy, Buffer.from(inline, "base64"), before + at);
  }
  if (copy.seq !== head.seq) throw damaged(journal.path, `it holds ${copy.seq} writes, and says ${head.seq}`);
  return true;
}

/** @param before number of the write before the first of these */
async function applyFrames(journal: Journal, copy: WorkingCopy, bytes: Uint8Array, before: number): Promise<void> {
  let number = before;
  for await (const changes of framesOf(journal, bytes)) {
    number += 1;
    if (number <= copy.seq) continue;
    applyChanges(journal, copy.file, changes, number);
    copy.seq = number;
  }
}

async function* framesOf(journal: Journal, bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  try {
    yield* changesIn(bytes);
  } catch (error) {
    throw damaged(journal.path, "a write in it cannot be unpacked", error);
  }
}

function applyChanges({ path }: Journal, file: DatabaseSync, changes: Uint8Array, seq: number): void {
  try {
    // In a transaction of its own; whatever does not fit leaves it as it was.
    if (file.applyChangeset(changes)) return;
  } catch (error) {
    throw stateError(error, path);
  }
  throw damaged(path, `write ${seq} does not fit what is before it`);
}

/** @param fill writes the file; false: it cannot be had any more */
async function openCopy(fill: (path: string) => Promise<boolean>, place: string, { base, lineage }: Head): Promise<DatabaseSync | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "tidemark-state-"));
  const path = join(folder, "state.sqlite");
  try {
    if (!(await fill(path))) return undefined;
    const file = new DatabaseSync(path, FILE_OPTIONS);
    try {
      file.exec(
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON",
      );
      const db = new StateDatabase(file, place, { now: Date.now, patienceMs: 0, refusal: undefined });
      if (base === undefined) {
        file.exec(`PRAGMA application_id = ${APPLICATION_ID}; BEGIN; ${MIGRATIONS.join(";")}; PRAGMA user_version = ${MIGRATIONS.length}; COMMIT`);
      } else {
        mustBeSound(db);
        lineageOf(db);
      }
      // The head tells it, and no write ever does.
      file.prepare("UPDATE meta SET value = ? WHERE name = 'lineage'").run(lineage);
      return file;
    } catch (error) {
      file.close();
      throw sqliteCode(error) === undefined ? error : stateError(error, place);
    }
  } finally {
    // Where an open file cannot be unlinked it stays until the system clears its temporary folder.
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function fillBase(journal: Journal, base: Base | undefined, path: string): Promise<boolean> {
  const handle = openSync(path, "wx", 0o600);
  try {
    for (const chunk of chunksOf(base)) {
      const packed = await journal.readPart(chunk);
      if (packed === undefined) return false;
      writeSync(handle, await unzip(packed, { maxOutputLength: MAX_CHUNK }));
    }
    return true;
  } finally {
    closeSync(handle);
  }
}

/** Writes what a file holds now into another, which is whole and small. Synchronous: nothing may change meanwhile. */
export function snapshot(file: DatabaseSync, path: string): void {
  rmSync(path, { force: true });
  closeSync(openSync(path, "wx", 0o600));
  file.prepare("VACUUM INTO ?").run(path);
}
