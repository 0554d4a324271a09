import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { TidemarkError } from "../core/errors.ts";
import { SQLITE_FULL, sqliteCode } from "../core/sqlite.ts";
import { EFFECTS, type Action } from "./action.ts";
import type { Changeset, ChangesetOrigin, ChangesetWriter } from "./changeset.ts";
import { APPLICATION_ID, FORMAT, TABLES } from "./format.ts";
import type { SyncHeader } from "./header.ts";
import { effectText, headerText, planIdOf, TextHash } from "./identity.ts";
import { SealedChangeset } from "./sealed.ts";
import { mustBeReplaceable } from "./replaceable.ts";
import { toStored } from "./rows.ts";
import { SealHash, type StoredSync } from "./seal.ts";
import type { ChangesetSummary, PlanNotice, SyncSummary } from "./summary.ts";
import { changesetSummary, syncSummary, Tally, type SyncRemarks } from "./tally.ts";

export interface WriteChangesetOptions {
  /** Where it will stand once sealed. A changeset that is there is replaced then, and untouched before. */
  readonly path: string;
  readonly origin: ChangesetOrigin;
  /** Keep skipped items too. They are always counted. */
  readonly listSkips: boolean;
}

/**
 * Begins a changeset: a SQLite file that only its owner may read, beside `path` under a temporary
 * name until it is sealed.
 *
 * @throws TidemarkError `CHANGESET_PLACE_TAKEN` where something else is there, `CHANGESET_UNWRITABLE`;
 *   while it is written also `CHANGESET_DISK_FULL`
 */
export function createChangeset(options: WriteChangesetOptions): ChangesetWriter {
  return new SqliteChangesetWriter(options);
}

let token: string | undefined;

/**
 * Where a changeset is written until it is sealed: beside its place, and the same in all of this
 * process, so that who asks for it can keep it out of a sync of that folder.
 */
export function partialPath(path: string): string {
  token ??= randomUUID();
  return join(dirname(path), `.${basename(path)}.${token}.partial`);
}

/** A sync that is being written. */
interface OpenSync {
  readonly header: SyncHeader;
  readonly hash: TextHash;
  readonly tally: Tally;
  readonly reasons: Map<string, number>;
  readonly firstEffect: number;
  readonly firstNote: number;
}

class SqliteChangesetWriter implements ChangesetWriter {
  readonly #options: WriteChangesetOptions;
  readonly #partial: string;
  readonly #db: DatabaseSync;
  readonly #insertEffect: StatementSync;
  readonly #insertNote: StatementSync;
  readonly #seal = new SealHash();
  readonly #reasons = new Map<string, number>();
  readonly #stored: StoredSync[] = [];
  readonly #hashes: { readonly name: string; readonly hash: string }[] = [];
  readonly #summaries: SyncSummary[] = [];
  #effects = 0;
  #notes = 0;
  #sync: OpenSync | undefined;

  constructor(options: WriteChangesetOptions) {
    this.#options = options;
    this.#partial = partialPath(options.path);
    this.#db = createFile(this.#partial, options.path);
    this.#insertEffect = this.#db.prepare("INSERT INTO effects VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    this.#insertNote = this.#db.prepare("INSERT INTO notes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  }

  beginSync(header: SyncHeader): void {
    if (this.#sync !== undefined) throw new Error("the sync before was not ended");
    if (this.#hashes.some(({ name }) => name === header.name)) throw new Error(`two syncs are named ${header.name}`);
    const hash = new TextHash();
    hash.add(headerText(header));
    this.#sync = { header, hash, tally: new Tally(), reasons: new Map(), firstEffect: this.#effects, firstNote: this.#notes };
  }

  add(actions: readonly Action[]): void {
    const sync = this.#open();
    try {
      for (const action of actions) this.#add(sync, action);
    } catch (cause) {
      throw unwritable(this.#options.path, cause);
    }
  }

  endSync(listed: SyncRemarks["listed"], notices: readonly PlanNotice[], stamp?: string): void {
    const { header, hash, tally, reasons, firstEffect, firstNote } = this.#open();
    const remarks: SyncRemarks = {
      skips: { ...tally.of("skip") },
      reasons: Object.fromEntries(reasons),
      listed: { source: listed.source, destination: listed.destination },
      notices: notices.map(({ code, message, hint }) => ({ code, message, hint })),
      stamp,
    };
    this.#summaries.push(syncSummary(header, tally, remarks));
    this.#hashes.push({ name: header.name, hash: hash.digest() });
    this.#stored.push({ header: headerJson(header), summary: JSON.stringify(remarks), effects: this.#effects - firstEffect, notes: this.#notes - firstNote });
    this.#sync = undefined;
  }

  seal(requests: ChangesetSummary["requests"]): Changeset {
    if (this.#sync !== undefined) throw new Error("the last sync was not ended");
    const { path, origin } = this.#options;
    const planId = planIdOf(this.#hashes);
    const frame = {
      planId,
      origin: originJson(origin),
      requests: JSON.stringify({ list: requests.list, head: requests.head, read: requests.read }),
      reasons: [...this.#reasons.keys()],
      syncs: this.#stored,
    };
    try {
      const meta = this.#db.prepare("INSERT INTO meta VALUES (?, ?)");
      meta.run("planId", planId);
      meta.run("tidemark", origin.tidemark);
      meta.run("origin", frame.origin);
      meta.run("requests", frame.requests);
      meta.run("seal", this.#seal.digest(frame));
      const reason = this.#db.prepare("INSERT INTO reasons VALUES (?, ?)");
      for (const [text, id] of this.#reasons) reason.run(id, text);
      const sync = this.#db.prepare("INSERT INTO syncs VALUES (?, ?, ?, ?, ?)");
      for (const [index, { header, summary, effects, notes }] of this.#stored.entries()) sync.run(index + 1, header, summary, effects, notes);
      this.#db.exec("COMMIT");
      this.#db.close();
      syncToDisk(this.#partial);
      renameSync(this.#partial, path);
      syncToDisk(dirname(path));
    } catch (cause) {
      this.discard();
      throw unwritable(path, cause);
    }
    const summary = changesetSummary(origin.plan, planId, this.#summaries, requests);
    return SealedChangeset.ofWritten(path, origin, summary, frame);
  }

  discard(): void {
    if (this.#db.isOpen) this.#db.close();
    rmSync(this.#partial, { force: true });
  }

  #add(sync: OpenSync, action: Action): void {
    sync.tally.add(action.action, action.bytes, action.rows);
    sync.reasons.set(action.reason, (sync.reasons.get(action.reason) ?? 0) + 1);
    if (EFFECTS.has(action.action)) {
      const row = toStored((this.#effects += 1), this.#reasonNumber(action.reason), action);
      sync.hash.add(effectText(row.action, row.key, row.source, row.destination, row.detail));
      this.#seal.addEffect(row);
      this.#insertEffect.run(row.id, row.kind, row.reason, row.key, row.bytes, row.rows, row.source, row.destination, row.detail);
    } else if (action.action !== "skip" || this.#options.listSkips) {
      const row = toStored((this.#notes += 1), this.#reasonNumber(action.reason), action);
      this.#seal.addNote(row, this.#effects);
      this.#insertNote.run(row.id, row.kind, row.reason, row.key, row.bytes, row.rows, row.source, row.destination, row.detail, this.#effects);
    }
  }

  #reasonNumber(reason: string): number {
    const known = this.#reasons.get(reason);
    if (known !== undefined) return known;
    this.#reasons.set(reason, this.#reasons.size + 1);
    return this.#reasons.size;
  }

  #open(): OpenSync {
    if (this.#sync === undefined) throw new Error("no sync was begun");
    return this.#sync;
  }
}

function createFile(partial: string, path: string): DatabaseSync {
  try {
    mustBeReplaceable(path);
    closeSync(openSync(partial, "wx", 0o600));
  } catch (cause) {
    throw unwritable(path, cause);
  }
  const db = new DatabaseSync(partial);
  try {
    // No journal and no sync: nobody reads the file before it is sealed, and seal() makes it durable.
    db.exec(`PRAGMA page_size = 16384; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${FORMAT}; BEGIN; ${Object.values(TABLES).join("; ")}`);
    return db;
  } catch (cause) {
    db.close();
    rmSync(partial, { force: true });
    throw unwritable(path, cause);
  }
}

/** Only what the contract names, in one order: a header with more on it must not put that into the file. */
function headerJson({ name, kind, from, to, destination, options }: SyncHeader): string {
  const end = ({ location, display, identity, resolved }: SyncHeader["from"]) => ({ location, display, identity, resolved });
  return JSON.stringify({ name, kind, from: end(from), to: end(to), destination, options });
}

function originJson({ plan, planFile, planHash, lineage, serial, tidemark }: ChangesetOrigin): string {
  return JSON.stringify({ plan, planFile, planHash, lineage, serial, tidemark });
}

function syncToDisk(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function unwritable(path: string, cause: unknown): unknown {
  if (cause instanceof TidemarkError) return cause;
  const full = sqliteCode(cause) === SQLITE_FULL || (cause instanceof Error && "code" in cause && cause.code === "ENOSPC");
  if (full) {
    return new TidemarkError("CHANGESET_DISK_FULL", `There is no space left to write the changeset ${path}.`, {
      hint: "Free some space or write it elsewhere with --out. Nothing was changed.",
      cause,
    });
  }
  const isSystemError = sqliteCode(cause) !== undefined || (cause instanceof Error && "syscall" in cause);
  if (!isSystemError) return cause;
  return new TidemarkError("CHANGESET_UNWRITABLE", `The changeset ${path} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`, {
    hint: "Check that its folder exists and that you may write to it.",
    cause,
  });
}
