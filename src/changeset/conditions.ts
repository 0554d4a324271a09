import type { SQLInputValue } from "node:sqlite";
import { ACTION_KINDS, EFFECTS } from "./action.ts";
import type { ActionFilter } from "./changeset.ts";
import { KIND_NUMBERS } from "./format.ts";

/** What of a filter is asked of each row of a table, as SQL: `kind IN (…) AND …`. */
export interface Conditions {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}

/**
 * @param known every reason of the file, by its number less 1
 * @returns undefined where no row of that table can match
 */
export function conditionsOf(filter: ActionFilter, part: "effects" | "notes", known: readonly string[]): Conditions | undefined {
  const kinds = kindList(filter, part === "effects");
  if (kinds === "") return undefined;
  const parts = [`kind IN (${kinds})`];
  const values: SQLInputValue[] = [];
  if (filter.reasons !== undefined) {
    const wanted = new Set(filter.reasons);
    const numbers = known.flatMap((reason, at) => (wanted.has(reason) ? [at + 1] : []));
    if (numbers.length === 0) return undefined;
    parts.push(`reason IN (${numbers.join(", ")})`);
  }
  for (const { text, matchCase } of filter.texts ?? []) {
    // Both sides by SQLite, which folds ASCII only.
    parts.push(matchCase ? "instr(key, ?) > 0" : "instr(lower(key), lower(?)) > 0");
    values.push(text);
  }
  return { sql: parts.join(" AND "), values };
}

function kindList(filter: ActionFilter, effects: boolean): string {
  return (filter.kinds ?? ACTION_KINDS)
    .filter((kind) => EFFECTS.has(kind) === effects)
    .map((kind) => KIND_NUMBERS[kind])
    .join(", ");
}
