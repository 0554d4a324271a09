import type { SQLOutputValue } from "node:sqlite";
import { decodeVersion, encodeVersion } from "../core/version-text.ts";
import type { Action, ActionKind, NumberedAction } from "./action.ts";
import { KIND_NUMBERS, kindOf } from "./format.ts";

/** Columns that effects and notes share, in this order. */
export const COLUMNS = "id, kind, reason, key, bytes, rows, source, destination, detail";

/** An action as a row holds it. */
export interface StoredAction {
  readonly id: number;
  readonly kind: number;
  readonly action: ActionKind;
  /** Number of the reason. */
  readonly reason: number;
  readonly key: string;
  readonly bytes: number;
  readonly rows: number;
  readonly source: string | null;
  readonly destination: string | null;
  readonly detail: string | null;
}

export function toStored(id: number, reason: number, { action, key, bytes, rows = 0, source, destination, detail }: Action): StoredAction {
  return {
    id,
    kind: KIND_NUMBERS[action],
    action,
    reason,
    key,
    bytes,
    rows,
    source: source === undefined ? null : encodeVersion(source),
    destination: destination === undefined ? null : encodeVersion(destination),
    detail: detail ?? null,
  };
}

/** Columns of a row by their place, as a statement with `returnArrays` gives them. */
export type Cells = Readonly<Record<number, SQLOutputValue>>;

/** @returns undefined where the row is not what a writer writes: SQLite files are untrusted input */
export function readStored(row: Cells): StoredAction | undefined {
  const { 0: id, 1: kind, 2: reason, 3: key, 4: bytes, 5: rows, 6: source = null, 7: destination = null, 8: detail = null } = row;
  if (typeof id !== "number" || typeof kind !== "number" || typeof reason !== "number" || typeof key !== "string") return undefined;
  if (typeof bytes !== "number" || typeof rows !== "number") return undefined;
  if (!isTextOrNull(source) || !isTextOrNull(destination) || !isTextOrNull(detail)) return undefined;
  const action = kindOf(kind);
  if (action === undefined || bytes < 0 || rows < 0) return undefined;
  return { id, kind, action, reason, key, bytes, rows, source, destination, detail };
}

/** @returns undefined where a version is not readable */
export function toAction(stored: StoredAction, seq: number, sync: string, reason: string): NumberedAction | undefined {
  const source = stored.source === null ? undefined : decodeVersion(stored.source);
  const destination = stored.destination === null ? undefined : decodeVersion(stored.destination);
  if ((stored.source !== null && source === undefined) || (stored.destination !== null && destination === undefined)) return undefined;
  const { action, key, bytes, rows, detail } = stored;
  return { seq, sync, action, key, reason, bytes, rows: rows > 0 ? rows : undefined, source, destination, detail: detail ?? undefined };
}

function isTextOrNull(value: SQLOutputValue): value is string | null {
  return value === null || typeof value === "string";
}
