import { ACTION_KINDS, type ActionKind } from "../changeset/action.ts";
import { decodeVersion, encodeVersion } from "../core/version-text.ts";
import type { Outcome } from "./outcome.ts";

/** What a problem has beside what is kept in columns, as JSON: there every character has a place in a text of PostgreSQL. */
export function writeProblem({
  action,
  code,
  message,
  hint,
  source,
  destination,
  startedAt,
  finishedAt,
}: Omit<Outcome, "seq" | "sync" | "key" | "outcome" | "bytes">): string {
  const versions = { source: source && encodeVersion(source), destination: destination && encodeVersion(destination) };
  return JSON.stringify({ action, code, message, hint, ...versions, startedAt, finishedAt });
}

/** @param columns what stands beside it */
export function readProblem(body: string, columns: Pick<Outcome, "seq" | "sync" | "key" | "outcome" | "bytes">): Outcome {
  const fields = fieldsOf(body);
  const text = (name: string) => (typeof fields[name] === "string" ? fields[name] : undefined);
  const time = (name: string) => (typeof fields[name] === "number" ? fields[name] : 0);
  return {
    ...columns,
    action: actionOf(fields["action"]),
    code: text("code"),
    message: text("message"),
    hint: text("hint"),
    source: decodeVersion(text("source") ?? "?"),
    destination: decodeVersion(text("destination") ?? "?"),
    startedAt: time("startedAt"),
    finishedAt: time("finishedAt"),
  };
}

/** @returns `skip` for what no version of this layout writes */
export function actionOf(value: unknown): ActionKind {
  return ACTION_KINDS.find((kind) => kind === value) ?? "skip";
}

function fieldsOf(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    // Not trusted: it is shown as what it is not known to be.
    return {};
  }
}
