import { TidemarkError } from "../core/errors.ts";
import { visible } from "../core/escape.ts";
import type { Context } from "./context.ts";

/** What the system says, and what a person can do about it. The rest of its errors are wrapped where they happen. */
const SYSTEM: Readonly<Record<string, string>> = {
  ENOSPC: "The disk is full: make room and run it again. What was recorded is kept.",
  EDQUOT: "The disk quota is used up: make room and run it again. What was recorded is kept.",
  EROFS: "The file system is read-only: use another place with --state or --out.",
  EACCES: "Look at the permissions of that path.",
  EPERM: "Look at the permissions of that path.",
  EMFILE: "Too many files are open: raise the limit (`ulimit -n`), or lower `concurrency` and `subtasks.parallel`.",
};

/** Of these the documents say no more than the message and its hint do. */
const SAID_ALL: ReadonlySet<string> = new Set([
  "AMBIGUOUS_RUN",
  "BUG",
  "CHECK_FAILED",
  "CHECK_UNCONFIRMED",
  "FILE_EXISTS",
  "INTERRUPTED",
  "PLAN_INVALID",
  "TERMINAL_NEEDED",
  "UNKNOWN_CODE",
  "UNKNOWN_RUN",
  "UNKNOWN_SYNC",
  "USAGE",
]);

/** Shows why a command failed: for a person on stderr, and with `--json` as the last line of data. */
export function showError(context: Pick<Context, "messages" | "json">, error: unknown): void {
  const known = asKnown(error);
  if (known) {
    context.messages.error(known);
    if (!SAID_ALL.has(known.code)) tellMore(context, known.code);
    context.json?.line({ type: "error", code: known.code, message: known.message, ...(known.hint !== undefined && { hint: known.hint }) });
    return;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  context.messages.raw(
    `${context.messages.paint.remove("This is a bug in Tidemark.")} Please report it with the lines below; they hold no secret that Tidemark knows of.\n${stack
      .split("\n")
      .map((line) => visible(line))
      .join("\n")}\n`,
    "error",
  );
  context.json?.line({ type: "error", code: "BUG", message: error instanceof Error ? error.message : String(error) });
}

/** Where more is said about a code: once a run, below the first that there is more to say of. */
export function tellMore({ messages }: Pick<Context, "messages">, code: string | undefined): void {
  if (code !== undefined) messages.raw(messages.paint.faint(`  More: tidemark explain ${code}`) + "\n");
}

function asKnown(error: unknown): TidemarkError | undefined {
  if (error instanceof TidemarkError) return error;
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return undefined;
  const hint = Object.hasOwn(SYSTEM, error.code) ? SYSTEM[error.code] : undefined;
  return hint === undefined ? undefined : new TidemarkError(error.code, error.message, { hint, cause: error });
}
