import pg from "pg";
import { ItemError, type TidemarkError } from "../../core/errors.ts";
import { PostgresError, withoutPasswords } from "../connect/errors.ts";
import { type FailureKind, kindOfFailure } from "../connect/failure-kinds.ts";

/** Which side failed, and what it said. */
export type CopyFailure =
  | { readonly side: "source" | "destination"; readonly error: Error }
  /** The run was stopped. */
  | { readonly side: "run" }
  | { readonly side: "budget"; readonly error: unknown };

const WHAT_FAILED = { source: "the source does not give its rows", destination: "the destination does not take its rows" } as const;

/** What a failure means to the user. */
export function copyError(item: string, failure: CopyFailure): unknown {
  switch (failure.side) {
    case "run":
      return new ItemError("cancelled", "CANCELLED", `${item} was not finished: the run was stopped.`, { hint: "Apply again to go on." });
    case "budget":
      return failure.error;
    case "source":
    case "destination":
      return sideError(item, failure.side, failure.error);
  }
}

/** Both sides count the rows that went through them. */
export function rowsLost(item: string, read: number | undefined, written: number | undefined): ItemError {
  return new ItemError("failed", "ROWS_LOST", `${item}: the source sent ${read ?? "no"} rows, and the destination stored ${written ?? "none"} of them.`, {
    hint: "A trigger of the destination's table leaves rows out: disable it for the time of the copy.",
  });
}

function sideError(item: string, side: "source" | "destination", error: Error): TidemarkError {
  const answer = error instanceof pg.DatabaseError ? error : undefined;
  // The server ends the session after these; a socket's own errors come without any answer.
  const isLost = answer === undefined || answer.severity === "FATAL" || answer.severity === "PANIC";
  const sqlState = answer?.code;
  const what = isLost ? `the connection to the ${side} was lost` : WHAT_FAILED[side];
  return new PostgresError(kindOf(isLost ? CONNECTION_FAILURE : sqlState, error), `${item}: ${what}: ${saidBy(error)}`, { sqlState, cause: error });
}

const CONNECTION_FAILURE = "08006";

function kindOf(state: string | undefined, error: Error): FailureKind {
  const where = error instanceof pg.DatabaseError ? error.where : undefined;
  const kind = kindOfFailure({ state: state ?? "XX000", code: undefined, text: error.message, where });
  // Every state is of some kind.
  if (kind === undefined) throw new Error(`no kind of failure for ${state}`);
  return kind;
}

/** What the server said, with the detail and the place in the data. */
function saidBy(error: Error): string {
  if (!(error instanceof pg.DatabaseError)) return sentence(error.message);
  const { message, detail, where, code } = error;
  const said = [sentence(code === undefined ? message : `${message} (${code})`)];
  for (const more of [detail, where]) if (more !== undefined && more !== "") said.push(sentence(more.replaceAll(/\s*\n\s*/g, "; ")));
  return withoutPasswords(said.join(" "));
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
