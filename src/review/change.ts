import { meaningOf, type OutlinePart, type Setting, type Span } from "../plan-file/outline.ts";
import { patternOf } from "../plan-file/outline-values.ts";
import type { ReviewCode, ReviewFinding, ReviewSeverity, Sentence } from "./finding.ts";

/** One side of a change: what a key says, or means where it is not written. */
export interface Said {
  /** undefined: nothing, or something that only the environment tells. */
  readonly value: unknown;
  /** Variables that have a say in it. */
  readonly variables: readonly string[];
  /** As written; undefined where it is not. */
  readonly setting: Setting | undefined;
  /** For a sentence: as written, or the default. */
  readonly shown: string;
}

/** A key that means something else than before. */
export interface Change {
  readonly path: readonly string[];
  /** Its path with `*` for names of the user's. */
  readonly pattern: string;
  readonly before: Said;
  readonly after: Said;
  readonly place: Span;
  readonly side: "new" | "base";
  readonly anchor: Span;
}

/** What a finding says beside where it is. */
export interface Remark {
  readonly code: ReviewCode;
  readonly severity: ReviewSeverity;
  readonly sentence: Sentence;
}

export function danger(code: ReviewCode, sentence: Sentence): Remark {
  return { code, severity: "danger", sentence };
}

export function change(code: ReviewCode, sentence: Sentence): Remark {
  return { code, severity: "change", sentence };
}

export function note(code: ReviewCode, sentence: Sentence): Remark {
  return { code, severity: "note", sentence };
}

export function graded(isDanger: boolean, code: ReviewCode, sentence: Sentence): Remark {
  return isDanger ? danger(code, sentence) : change(code, sentence);
}

/** Keys of which two parts say different things, in the order of the new file, then of the old. */
export function changesBetween(before: OutlinePart, after: OutlinePart): readonly Change[] {
  const paths = new Map<string, readonly string[]>();
  for (const part of [after, before]) for (const [key, { path }] of part.settings) paths.set(key, path);
  // A map that is there says something even where it is empty: `continuous: {}`.
  for (const part of [after, before]) for (const key of part.maps) for (const path of IMPLIED[key] ?? []) paths.set(path.join("\0"), path);
  return [...paths.values()].flatMap((path) => {
    const [was, is] = [meaningOf(before, path), meaningOf(after, path)];
    if (was.identity === is.identity) return [];
    const place = is.setting?.place ?? was.setting?.place ?? after.place;
    return [
      {
        path,
        pattern: patternOf(path),
        before: saidOf(was),
        after: saidOf(is),
        place,
        side: is.setting === undefined && was.setting !== undefined ? ("base" as const) : ("new" as const),
        anchor: is.setting?.place ?? after.place,
      },
    ];
  });
}

/** What an empty map means by being there. */
const IMPLIED: Readonly<Record<string, readonly (readonly string[])[]>> = {
  continuous: [["continuous", "every"]],
  incremental: [["incremental", "every"]],
  restore: [["restore", "tier"]],
};

/** What a key of a part says. */
export function saidIn(part: OutlinePart, ...path: readonly string[]): Said {
  return saidOf(meaningOf(part, path));
}

function saidOf({ setting, value }: ReturnType<typeof meaningOf>): Said {
  return { value, variables: setting?.variables ?? [], setting, shown: setting?.shown ?? shownDefault(value) };
}

function shownDefault(value: unknown): string {
  if (value === undefined) return "not set";
  if (Array.isArray(value)) return value.length === 0 ? "empty" : `[${value.join(", ")}]`;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Stands among the variables of a setting whose value is not valid: no variable has such a name. */
const NOT_VALID = "";

/** A part in which the worst is assumed of values that are not valid, as of those that a variable decides. */
export function doubted(part: OutlinePart, isInvalid: (place: Span) => boolean): OutlinePart {
  const settings = [...part.settings].map(([key, setting]) => [key, isInvalid(setting.place) ? { ...setting, variables: [NOT_VALID] } : setting] as const);
  return { ...part, settings: new Map(settings) };
}

/** Whether its value is not valid, so that nobody knows what it is going to be. */
export function isDoubtful({ variables }: Pick<Said, "variables">): boolean {
  return variables.includes(NOT_VALID);
}

/** Whether a remark says of a value that is not valid that nothing is to be feared. */
export function isRash({ severity }: Remark, { after }: Change): boolean {
  return severity !== "danger" && isDoubtful(after);
}

/** Whether a variable may make something else of it than it is without any. */
export function isOpen({ variables }: Said): boolean {
  return variables.length > 0;
}

/** Whether it is so, or may be where a variable says so. */
export function maybe(said: Said, ...wanted: readonly unknown[]): boolean {
  return wanted.includes(said.value) || isOpen(said);
}

export function placed(remark: Remark, where: Pick<ReviewFinding, "place" | "side" | "anchor" | "sync" | "location">): ReviewFinding {
  return { ...remark, ...where };
}
