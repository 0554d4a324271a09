import { ACTION_KINDS, type ActionKind } from "./action.ts";

/** "TMCS": tells a changeset from any other SQLite file. */
export const APPLICATION_ID = 0x544d4353;

/** Kept as `user_version`. Another number is another layout, and is refused. */
export const FORMAT = 2;

/**
 * Every table of the file and its exact text. A file that holds anything else, a trigger or a view
 * among them, is refused before a row is read.
 *
 * `effects` are the actions that change a destination, numbered in the order of the file; those of a
 * sync are one range. `notes` are all others; `place` is how many effects stand before one.
 */
export const TABLES: Readonly<Record<string, string>> = {
  meta: "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
  syncs: "CREATE TABLE syncs (id INTEGER PRIMARY KEY, header TEXT NOT NULL, summary TEXT NOT NULL, effects INTEGER NOT NULL, notes INTEGER NOT NULL) STRICT",
  reasons: "CREATE TABLE reasons (id INTEGER PRIMARY KEY, reason TEXT NOT NULL) STRICT",
  effects:
    "CREATE TABLE effects (id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, reason INTEGER NOT NULL, key TEXT NOT NULL, bytes INTEGER NOT NULL, rows INTEGER NOT NULL, source TEXT, destination TEXT, detail TEXT) STRICT",
  notes:
    "CREATE TABLE notes (id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, reason INTEGER NOT NULL, key TEXT NOT NULL, bytes INTEGER NOT NULL, rows INTEGER NOT NULL, source TEXT, destination TEXT, detail TEXT, place INTEGER NOT NULL) STRICT",
};

/** Numbers of the kinds in the file. They stay what they are, whatever order the program lists the kinds in. */
export const KIND_NUMBERS: Readonly<Record<ActionKind, number>> = {
  copy: 1,
  overwrite: 2,
  delete: 3,
  create: 4,
  replace: 5,
  copyRows: 6,
  conflict: 7,
  notSynced: 8,
  skip: 9,
};

const KINDS: ReadonlyMap<number, ActionKind> = new Map(ACTION_KINDS.map((kind) => [KIND_NUMBERS[kind], kind]));

export function kindOf(number: number): ActionKind | undefined {
  return KINDS.get(number);
}
