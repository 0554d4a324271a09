import type { Changeset } from "../changeset/changeset.ts";
import type { SyncSummary } from "../changeset/summary.ts";
import type { TidemarkError } from "../core/errors.ts";
import type { Check } from "../driver/sync-driver.ts";
import type { Diagnostic } from "../plan-file/diagnostic.ts";
import { ACTION_WORDS, READING_ORDER } from "./words.ts";

/** A place in a file. All are 1-based; columns in UTF-16 units, `endColumn` the first that is no longer meant. */
export interface CasePlace {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** One thing that a CI system shows as having gone well or not. Its texts are not escaped yet. */
export interface CiCase {
  /** What it belongs to: a file, a plan, a sync. */
  readonly group: string;
  readonly name: string;
  /** undefined: nothing is to be said of it. */
  readonly problem: CiProblem | undefined;
  /** Said of what went well. */
  readonly output?: string | undefined;
}

export interface CiProblem {
  readonly code: string;
  /** `error` fails; the others are told. */
  readonly level: "error" | "warning" | "note";
  /** Something went wrong that nobody decided: a store that cannot be reached. Not that a rule refuses a plan. */
  readonly isBreakdown?: boolean | undefined;
  readonly message: string;
  readonly hint: string | undefined;
  readonly file: string;
  /** undefined: the file as a whole. */
  readonly place: CasePlace | undefined;
}

const LEVELS = { error: "error", warning: "warning", notice: "note" } as const;

/** What was found in plan files: a case a finding, and one for each file without an error. */
export function fileCases(files: readonly string[], diagnostics: readonly Diagnostic[]): CiCase[] {
  return files.flatMap((file) => {
    const own = diagnostics.filter((diagnostic) => diagnostic.file === file);
    const cases = own.map(({ code, severity, message, hint, frame, ...place }): CiCase => {
      // Where the file itself could not be read, there is no place in it.
      const problem = { code, level: LEVELS[severity], message, hint, file, place: frame === "" ? undefined : place };
      return { group: file, name: `${code} ${place.line}:${place.column}`, problem };
    });
    const isValid = !own.some(({ severity }) => severity === "error");
    return [...(isValid ? [{ group: file, name: "is valid", problem: undefined }] : []), ...cases];
  });
}

/** Where things are that a plan is about: its file, and each of its syncs in it. */
export interface PlanPlaces {
  readonly file: string;
  readonly syncs: ReadonlyMap<string, CasePlace>;
}

/** In a problem's message; the changeset has all. */
const MOST_NAMED = 10;

/** A case a sync, which fails on conflicts; and one for each notice and for what is not synced. */
export function planCases(changeset: Changeset, { file, syncs }: PlanPlaces): CiCase[] {
  return changeset.summary.syncs.flatMap((sync) => {
    const { name } = sync.header;
    const base = { file, place: syncs.get(name), hint: undefined };
    const group = changeset.summary.plan;
    const conflicts = named(changeset, sync, "conflict");
    const cases: CiCase[] = [
      {
        group,
        name,
        output: sentence(sync),
        problem:
          conflicts === undefined
            ? undefined
            : {
                ...base,
                code: "PLAN_CONFLICTS",
                level: "error",
                message: `${name}: ${conflicts}`,
                hint: "They are left alone. Settle them, or change the rule that decides.",
              },
      },
    ];
    const left = named(changeset, sync, "notSynced");
    if (left !== undefined)
      cases.push({ group, name: `${name}: all is synced`, problem: { ...base, code: "PLAN_NOT_SYNCED", level: "warning", message: `${name}: ${left}` } });
    sync.notices.forEach(({ code, message, hint }, at) => {
      cases.push({ group, name: `${name}: ${code} ${at + 1}`, problem: { ...base, code, level: "warning", message: `${name}: ${message}`, hint } });
    });
    return cases;
  });
}

/** A case a check, which fails where the run would not begin. */
export function checkCase({ sync, code, status, subject, message, hint }: Check, accepted: boolean, { file, syncs }: PlanPlaces): CiCase {
  const isOpen = status === "fail" || (status === "confirm" && !accepted);
  const confirm = status === "confirm" ? `Where that is meant: --confirm ${code}` : undefined;
  return {
    group: sync ?? "state",
    name: `${subject}: ${code}`,
    output: isOpen ? undefined : message,
    problem: isOpen
      ? {
          code,
          level: "error",
          message: `${sync === undefined ? "" : `${sync}: `}${subject}: ${message}`,
          hint: [hint, confirm].filter((text) => text !== undefined).join(" ") || undefined,
          file,
          place: sync === undefined ? undefined : syncs.get(sync),
        }
      : undefined,
  };
}

/** Errors by which a plan is refused as its author wanted it. */
const REFUSALS: ReadonlySet<string> = new Set([
  "GUARD_EXCEEDED",
  "EXISTING_DIFFERS",
  "EMPTY_SOURCE",
  "CHECK_FAILED",
  "CHECK_UNCONFIRMED",
  "FEATURE_NOT_AVAILABLE",
]);

/** What ended a command. */
export function errorCase(error: Pick<TidemarkError, "code" | "message" | "hint" | "sync">, group: string, { file, syncs }: PlanPlaces): CiCase {
  const { code, hint, sync } = error;
  // A guard's message names its sync; that of a store knows none.
  const message = sync === undefined || error.message.includes(`sync ${sync} `) ? error.message : `${sync}: ${error.message}`;
  const place = sync === undefined ? undefined : syncs.get(sync);
  return { group, name: code, problem: { code, level: "error", isBreakdown: !REFUSALS.has(code), message, hint, file, place } };
}

function named(changeset: Changeset, { header, actions }: SyncSummary, kind: "conflict" | "notSynced"): string | undefined {
  const { items } = actions[kind];
  if (items === 0) return undefined;
  const shown: string[] = [];
  for (const { key, reason } of changeset.actions({ sync: header.name, kinds: [kind] })) {
    if (shown.length === MOST_NAMED) break;
    shown.push(`${key} (${reason})`);
  }
  const more = items > shown.length ? `, and ${items - shown.length} more` : "";
  return `${items} ${ACTION_WORDS[kind].to}: ${shown.join(", ")}${more}.`;
}

function sentence({ actions }: SyncSummary): string {
  return READING_ORDER.filter((kind) => actions[kind].items > 0)
    .map((kind) => `${actions[kind].items} ${ACTION_WORDS[kind].to}`)
    .join(", ");
}
