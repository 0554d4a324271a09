import { statSync } from "node:fs";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import { TidemarkError } from "../core/errors.ts";
import { SQLITE_CORRUPT, SQLITE_NOTADB, sqliteCode } from "../core/sqlite.ts";
import type { Changeset, ChangesetOrigin } from "./changeset.ts";
import { EFFECTS } from "./action.ts";
import { APPLICATION_ID, FORMAT, TABLES } from "./format.ts";
import type { SyncHeader } from "./header.ts";
import { effectText, headerText, planIdOf, TextHash } from "./identity.ts";
import { COLUMNS, readStored } from "./rows.ts";
import { SealHash, type StoredFrame, type StoredSync } from "./seal.ts";
import { alteredError, openFile, prepareArrays, SealedChangeset } from "./sealed.ts";
import { readHeader, readOrigin, readRemarks, readRequests } from "./shapes.ts";
import type { ChangesetSummary, SyncSummary } from "./summary.ts";
import { changesetSummary, syncSummary, Tally, type SyncRemarks } from "./tally.ts";

const PAGE = 1000;
const PAGES_A_TURN = 20;

/**
 * Opens a sealed changeset and reads it through once: its identity, its seal and its counts are
 * computed again from what it holds. The file is untrusted input.
 *
 * @throws TidemarkError `CHANGESET_UNREADABLE` where it is none or cannot be read, `CHANGESET_FORMAT`
 *   where another version of Tidemark wrote another layout, `CHANGESET_ALTERED` where it is damaged
 *   or anything in it was changed
 */
export async function openChangeset(path: string): Promise<Changeset> {
  let db: DatabaseSync | undefined;
  try {
    if (!statSync(path).isFile()) throw unreadable(path, "it is no file");
    db = openFile(path);
    checkFormat(db, path);
    return await checked(db, path);
  } catch (error) {
    db?.close();
    if (error instanceof TidemarkError) throw error;
    if (sqliteCode(error) === SQLITE_CORRUPT) throw alteredError(path, error);
    if (error instanceof Error && "code" in error && error.code === "ENOENT") throw unreadable(path, "there is no such file", error);
    if (sqliteCode(error) === SQLITE_NOTADB) throw unreadable(path, "it is no changeset", error);
    throw unreadable(path, error instanceof Error ? error.message : String(error), error);
  }
}

function checkFormat(db: DatabaseSync, path: string): void {
  if (pragma(db, "application_id") !== APPLICATION_ID) throw unreadable(path, "it is no changeset");
  const format = pragma(db, "user_version");
  if (format !== FORMAT) {
    const writer = db.prepare("SELECT value FROM meta WHERE name = 'tidemark'").get()?.["value"];
    const by = typeof writer === "string" && /^[\w.+-]{1,64}$/.test(writer) ? `Tidemark ${writer}` : "another version of Tidemark";
    throw new TidemarkError(
      "CHANGESET_FORMAT",
      `The changeset ${path} was written by ${by} in format ${String(format)}; this version reads format ${FORMAT}.`,
      {
        hint: "Use the version that wrote it, or make a new changeset with `tidemark plan … --out`.",
      },
    );
  }
  const wanted = Object.entries(TABLES).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const found = db.prepare(`SELECT type, name, sql FROM sqlite_schema ORDER BY name LIMIT ${wanted.length + 1}`).all();
  const isKnown =
    found.length === wanted.length &&
    wanted.every(([name, sql], index) => found[index]?.["type"] === "table" && found[index]["name"] === name && found[index]["sql"] === sql);
  if (!isKnown) throw alteredError(path);
}

interface ReadSync {
  readonly stored: StoredSync;
  readonly header: SyncHeader;
  readonly remarks: SyncRemarks;
}

async function checked(db: DatabaseSync, path: string): Promise<Changeset> {
  const meta = new Map(
    db
      .prepare("SELECT name, value FROM meta LIMIT 10")
      .all()
      .map(({ name, value }) => [name, value]),
  );
  const text = (name: string): string => {
    const value = meta.get(name);
    if (typeof value !== "string") throw alteredError(path);
    return value;
  };
  const origin = readOrigin(text("origin"));
  const requests = readRequests(text("requests"));
  if (meta.size !== 5 || origin === undefined || requests === undefined || origin.tidemark !== text("tidemark")) throw alteredError(path);

  const syncs = readSyncs(db, path);
  const frame: StoredFrame = {
    planId: text("planId"),
    origin: text("origin"),
    requests: text("requests"),
    reasons: readReasons(db, path),
    syncs: syncs.map(({ stored }) => stored),
  };
  const summary = await recompute(db, path, origin, requests, frame, syncs, text("seal"));
  return new SealedChangeset(db, path, origin, summary, frame);
}

/** One pass over every row, in turns so that nothing else waits long. */
async function recompute(
  db: DatabaseSync,
  path: string,
  origin: ChangesetOrigin,
  requests: ChangesetSummary["requests"],
  frame: StoredFrame,
  syncs: readonly ReadSync[],
  wantedSeal: string,
): Promise<ChangesetSummary> {
  const seal = new SealHash();
  const hashes: { name: string; hash: string }[] = [];
  const summaries: SyncSummary[] = [];
  const effects = new RowReader(db, path, "effects");
  const notes = new RowReader(db, path, "notes");
  for (const { stored, header, remarks } of syncs) {
    const hash = new TextHash();
    hash.add(headerText(header));
    const tally = new Tally();
    for await (const page of effects.next(stored.effects)) {
      for (const { row } of page) {
        if (!EFFECTS.has(row.action) || frame.reasons[row.reason - 1] === undefined) throw alteredError(path);
        hash.add(effectText(row.action, row.key, row.source, row.destination, row.detail));
        seal.addEffect(row);
        tally.add(row.action, row.bytes, row.rows);
      }
    }
    for await (const page of notes.next(stored.notes)) {
      for (const { row, place } of page) {
        if (EFFECTS.has(row.action) || frame.reasons[row.reason - 1] === undefined) throw alteredError(path);
        seal.addNote(row, place);
        tally.add(row.action, row.bytes, row.rows);
      }
    }
    summaries.push(syncSummary(header, tally, remarks));
    hashes.push({ name: header.name, hash: hash.digest() });
  }
  effects.mustBeAtEnd();
  notes.mustBeAtEnd();
  if (planIdOf(hashes) !== frame.planId || seal.digest(frame) !== wantedSeal) throw alteredError(path);
  return changesetSummary(origin.plan, frame.planId, summaries, requests);
}

/** Rows of one table by their numbers: 1, 2, 3 and no other. */
class RowReader {
  readonly #path: string;
  readonly #select: StatementSync;
  #last = 0;

  constructor(db: DatabaseSync, path: string, table: "effects" | "notes") {
    this.#path = path;
    this.#select = prepareArrays(db, `SELECT ${COLUMNS}, ${table === "notes" ? "place" : "0"} FROM ${table} WHERE id > ? ORDER BY id LIMIT ?`);
    const least = db.prepare(`SELECT min(id) AS id FROM ${table}`).get()?.["id"];
    if (typeof least === "number" && least < 1) throw alteredError(path);
  }

  async *next(count: number) {
    for (let left = count, pages = 1; left > 0; pages += 1) {
      const page = this.#select.all(this.#last, Math.min(left, PAGE)).map((cells) => {
        const row = readStored(cells);
        const place = cells[9];
        if (row === undefined || typeof place !== "number" || row.id !== (this.#last += 1)) throw alteredError(this.#path);
        return { row, place };
      });
      if (page.length === 0) throw alteredError(this.#path);
      left -= page.length;
      yield page;
      if (pages % PAGES_A_TURN === 0) await setImmediate();
    }
  }

  mustBeAtEnd(): void {
    if (this.#select.all(this.#last, 1).length > 0) throw alteredError(this.#path);
  }
}

function readSyncs(db: DatabaseSync, path: string): readonly ReadSync[] {
  const names = new Set<string>();
  return db
    .prepare("SELECT id, header, summary, effects, notes FROM syncs ORDER BY id LIMIT 100000")
    .all()
    .map(({ id, header: headerJson, summary, effects, notes }, index) => {
      if (id !== index + 1 || typeof headerJson !== "string" || typeof summary !== "string" || typeof effects !== "number" || typeof notes !== "number")
        throw alteredError(path);
      const header = readHeader(headerJson);
      const remarks = readRemarks(summary);
      if (header === undefined || remarks === undefined || names.has(header.name) || effects < 0 || notes < 0) throw alteredError(path);
      names.add(header.name);
      return { stored: { header: headerJson, summary, effects, notes }, header, remarks };
    });
}

function readReasons(db: DatabaseSync, path: string): readonly string[] {
  return db
    .prepare("SELECT id, reason FROM reasons ORDER BY id LIMIT 100000")
    .all()
    .map(({ id, reason }, index) => {
      if (id !== index + 1 || typeof reason !== "string") throw alteredError(path);
      return reason;
    });
}

function pragma(db: DatabaseSync, name: "application_id" | "user_version"): unknown {
  return db.prepare(`PRAGMA ${name}`).get()?.[name];
}

function unreadable(path: string, reason: string, cause?: unknown): TidemarkError {
  return new TidemarkError("CHANGESET_UNREADABLE", `${path} cannot be read as a changeset: ${reason}`, {
    hint: "Name a file that `tidemark plan … --out` wrote.",
    cause,
  });
}
