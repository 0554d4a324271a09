import { DatabaseSync, type StatementSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { compareKeys } from "../core/byte-order.ts";
import { TidemarkError } from "../core/errors.ts";
import type { NumberedAction } from "./action.ts";
import type { ActionFilter, Changeset, ChangesetOrigin, NumberedKind, NumberFilter, SeqSpan } from "./changeset.ts";
import { conditionsOf } from "./conditions.ts";
import { kindOf } from "./format.ts";
import { type Cells, COLUMNS, readStored, toAction, type StoredAction } from "./rows.ts";
import type { StoredFrame } from "./seal.ts";
import type { ChangesetSummary } from "./summary.ts";

const PAGE = 1000;

/** The part of both tables that belongs to one sync: ids after `effectsBefore`, up to `effectsBefore + effects`. */
interface SyncRange {
  readonly name: string;
  readonly effectsBefore: number;
  readonly effects: number;
  readonly notesBefore: number;
  readonly notes: number;
  /** What is added to an effect's id to give its seq. */
  readonly shift: number;
}

/** Reads a sealed changeset whose seal was checked, or that this process has just written. */
export class SealedChangeset implements Changeset {
  readonly path: string;
  readonly origin: ChangesetOrigin;
  readonly summary: ChangesetSummary;
  readonly #db: DatabaseSync;
  readonly #reasons: readonly string[];
  readonly #ranges: readonly SyncRange[];
  readonly #effects: number;

  constructor(db: DatabaseSync, path: string, origin: ChangesetOrigin, summary: ChangesetSummary, frame: Pick<StoredFrame, "reasons" | "syncs">) {
    this.#db = db;
    this.path = path;
    this.origin = origin;
    this.summary = summary;
    this.#reasons = frame.reasons;
    this.#ranges = rangesOf(summary, frame.syncs);
    this.#effects = this.#ranges.reduce((sum, range) => sum + range.effects, 0);
  }

  static ofWritten(path: string, origin: ChangesetOrigin, summary: ChangesetSummary, frame: StoredFrame): SealedChangeset {
    return new SealedChangeset(openFile(path), path, origin, summary, frame);
  }

  *actions(filter: ActionFilter = {}): Generator<NumberedAction> {
    const limit = filter.limit ?? Number.POSITIVE_INFINITY;
    if (limit <= 0) return;
    let given = 0;
    for (const action of this.#ordered(filter)) {
      yield action;
      given += 1;
      if (given >= limit) return;
    }
  }

  span(sync: string, part: "effects" | "notes"): SeqSpan {
    const range = this.#ranges.find(({ name }) => name === sync);
    if (range === undefined) return { first: 1, last: 0 };
    const { effectsBefore, effects, notesBefore, notes, shift } = range;
    const [before, count] = part === "effects" ? [effectsBefore + shift, effects] : [notesBefore + this.#effects, notes];
    return { first: before + 1, last: before + count };
  }

  numbers(filter: NumberFilter): readonly NumberedKind[] {
    const found: NumberedKind[] = [];
    for (const { part, from, to, shift } of this.#windows(filter)) {
      const where = conditionsOf(filter, part, this.#reasons);
      if (where === undefined) continue;
      const rows = this.#prepare(`SELECT id, kind FROM ${part} WHERE id BETWEEN ? AND ? AND ${where.sql} ORDER BY id`).all(from, to, ...where.values);
      for (const { 0: id, 1: kind } of rows as readonly Cells[]) found.push([Number(id) + shift, this.#checked(kindOf(Number(kind)))]);
    }
    return found;
  }

  destinationBytes(filter: NumberFilter): number {
    let bytes = 0;
    for (const { part, from, to } of this.#windows(filter)) {
      const where = conditionsOf(filter, part, this.#reasons);
      if (where === undefined) continue;
      // A version begins with its size: a cast takes the number that a text begins with, and 0 where there is none.
      const sum = this.#prepare(`SELECT total(CAST(destination AS INTEGER)) FROM ${part} WHERE id BETWEEN ? AND ? AND ${where.sql}`);
      bytes += Number(sum.get(from, to, ...where.values)?.[0] ?? 0);
    }
    return bytes;
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }

  *#inOrder(filter: ActionFilter): Generator<NumberedAction> {
    for (const range of this.#ranges) {
      if (filter.sync !== undefined && filter.sync !== range.name) continue;
      const notes = this.#notes(range, filter);
      let note = notes.next();
      for (const effect of this.#effectsOf(range, filter)) {
        while (note.done !== true && note.value.place < effect.id) {
          yield this.#numbered(note.value, range, false);
          note = notes.next();
        }
        yield this.#numbered(effect, range, true);
      }
      for (; note.done !== true; note = notes.next()) yield this.#numbered(note.value, range, false);
    }
  }

  *#effectsOf(range: SyncRange, filter: ActionFilter): Generator<StoredAction> {
    const where = conditionsOf(filter, "effects", this.#reasons);
    if (where === undefined) return;
    const select = this.#prepare(`SELECT ${COLUMNS} FROM effects WHERE id BETWEEN ? AND ? AND ${where.sql} ORDER BY id`);
    const from = Math.max(range.effectsBefore + 1, (filter.seqFrom ?? 1) - range.shift);
    const to = Math.min(range.effectsBefore + range.effects, (filter.seqTo ?? Number.POSITIVE_INFINITY) - range.shift);
    // Window after window, each read whole: a statement that is left open would cost twice the time.
    for (let id = from; id <= to; id += PAGE) {
      for (const row of select.all(id, Math.min(to, id + PAGE - 1), ...where.values)) yield this.#checked(readStored(row));
    }
  }

  *#notes(range: SyncRange, filter: ActionFilter): Generator<StoredAction & { readonly place: number }> {
    const where = conditionsOf(filter, "notes", this.#reasons);
    if (where === undefined) return;
    const select = this.#prepare(`SELECT ${COLUMNS}, place FROM notes WHERE id BETWEEN ? AND ? AND ${where.sql} ORDER BY id`);
    const from = Math.max(range.notesBefore + 1, (filter.seqFrom ?? 1) - this.#effects);
    const to = Math.min(range.notesBefore + range.notes, (filter.seqTo ?? Number.POSITIVE_INFINITY) - this.#effects);
    for (let id = from; id <= to; id += PAGE) {
      for (const row of select.all(id, Math.min(to, id + PAGE - 1), ...where.values)) yield { ...this.#checked(readStored(row)), place: Number(row[9]) };
    }
  }

  #ordered(filter: ActionFilter): Generator<NumberedAction> {
    if (filter.byKey === true) return this.#byKey(filter);
    return filter.largestFirst === true ? this.#bySize(filter) : this.#inOrder(filter);
  }

  /** SQLite sorts, on disk where it must. Its order of texts is that of their bytes. */
  *#byKey(filter: ActionFilter): Generator<NumberedAction> {
    const range = this.#ranges.find(({ name }) => name === filter.sync);
    const where = conditionsOf(filter, "effects", this.#reasons);
    if (range === undefined || where === undefined) return;
    const select = this.#prepare(`SELECT ${COLUMNS} FROM effects WHERE id BETWEEN ? AND ? AND ${where.sql} ORDER BY key, id`);
    for (const row of select.iterate(range.effectsBefore + 1, range.effectsBefore + range.effects, ...where.values)) {
      yield this.#numbered(this.#checked(readStored(row)), range, true);
    }
  }

  /** SQLite sorts, on disk where it must; only as many rows as are taken travel. */
  *#bySize(filter: ActionFilter): Generator<NumberedAction> {
    const isWhole = filter.sync === undefined && filter.seqFrom === undefined && filter.seqTo === undefined;
    const effects = conditionsOf(filter, "effects", this.#reasons);
    const notes = conditionsOf(filter, "notes", this.#reasons);
    const limit = isWhole && filter.limit !== undefined ? Math.ceil(filter.limit) : -1;
    const select = this.#prepare(`SELECT ${COLUMNS}, 1 AS effect FROM effects WHERE ${effects?.sql ?? "FALSE"} UNION ALL
      SELECT ${COLUMNS}, 0 FROM notes WHERE ${notes?.sql ?? "FALSE"} ORDER BY bytes DESC, effect DESC, id LIMIT ?`);
    for (const row of select.iterate(...(effects?.values ?? []), ...(notes?.values ?? []), limit)) {
      const stored = this.#checked(readStored(row));
      const isEffect = row[9] === 1;
      const range = this.#rangeOf(stored.id, isEffect);
      const action = this.#numbered(stored, range, isEffect);
      if (filter.sync !== undefined && filter.sync !== range.name) continue;
      if (action.seq < (filter.seqFrom ?? 1) || action.seq > (filter.seqTo ?? action.seq)) continue;
      yield action;
    }
  }

  /** Rows of both tables that a range of numbers means, in order. */
  #windows({ sync, seqFrom, seqTo }: NumberFilter) {
    const range = this.#ranges.find(({ name }) => name === sync);
    if (range === undefined) return [];
    const { effectsBefore, effects, notesBefore, notes, shift } = range;
    const window = (part: "effects" | "notes", before: number, count: number, by: number) => {
      const from = Math.max(before + 1, seqFrom - by);
      return { part, from, to: Math.min(before + count, seqTo - by), shift: by };
    };
    return [window("effects", effectsBefore, effects, shift), window("notes", notesBefore, notes, this.#effects)].filter(({ from, to }) => from <= to);
  }

  #numbered(stored: StoredAction, range: SyncRange, isEffect: boolean): NumberedAction {
    const seq = stored.id + (isEffect ? range.shift : this.#effects);
    return this.#checked(toAction(stored, seq, range.name, this.#checked(this.#reasons[stored.reason - 1])));
  }

  #rangeOf(id: number, isEffect: boolean): SyncRange {
    const isBeyond = ({ effectsBefore, effects, notesBefore, notes }: SyncRange) => id > (isEffect ? effectsBefore + effects : notesBefore + notes);
    return this.#checked(this.#ranges.find((range) => !isBeyond(range)));
  }

  #checked<Value>(value: Value | undefined): Value {
    if (value === undefined) throw alteredError(this.path);
    return value;
  }

  #prepare(sql: string): StatementSync {
    return prepareArrays(this.#db, sql);
  }
}

/**
 * Opens the file as something that never changes: no lock is taken, nothing is created beside it, and
 * a journal that somebody laid beside it is not looked at.
 */
export function openFile(path: string): DatabaseSync {
  const url = pathToFileURL(path);
  url.search = "?immutable=1";
  const db = new DatabaseSync(url, { readOnly: true, defensive: true, allowExtension: false, enableDoubleQuotedStringLiterals: false });
  db.exec("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA query_only = ON");
  return db;
}

/** Rows as arrays: half the time of rows as objects. */
export function prepareArrays(db: DatabaseSync, sql: string): StatementSync {
  const statement = db.prepare(sql);
  statement.setReturnArrays(true);
  return statement;
}

export function alteredError(path: string, cause?: unknown): TidemarkError {
  return new TidemarkError("CHANGESET_ALTERED", `The changeset ${path} is damaged or was changed after it was written.`, {
    hint: "Make a new one with `tidemark plan … --out`. A changeset is never edited: change the plan instead.",
    cause,
  });
}

function rangesOf(summary: ChangesetSummary, stored: StoredFrame["syncs"]): readonly SyncRange[] {
  let effectsBefore = 0;
  let notesBefore = 0;
  const inFile = summary.syncs.map(({ header }, index) => {
    const { effects = 0, notes = 0 } = stored[index] ?? {};
    const range = { name: header.name, effectsBefore, effects, notesBefore, notes };
    effectsBefore += effects;
    notesBefore += notes;
    return range;
  });
  const shifts = new Map<string, number>();
  let before = 0;
  for (const range of inFile.toSorted((a, b) => compareKeys(a.name, b.name))) {
    shifts.set(range.name, before - range.effectsBefore);
    before += range.effects;
  }
  return inFile.map((range) => ({ ...range, shift: shifts.get(range.name) ?? 0 }));
}
