import { loadPlan, type LoadedPlan } from "../../src/plan-file/load.ts";

export type Env = Record<string, string | undefined>;

export function load(text: string | Uint8Array, env: Env = {}): LoadedPlan {
  return loadPlan(text, { file: "/plans/nightly.yaml", displayFile: "nightly.yaml", env });
}

const HEAD = "version: 1\nname: nightly\n";
const LOCATIONS = `locations:
  one: { type: s3, bucket: one }
  two: { type: s3, bucket: two }
  dir: { type: directory, path: /data }
  db1: { type: postgres, host: db1 }
  db2: { type: postgres, host: db2 }
`;
const SYNCS = "syncs:\n  media: { from: one, to: two }\n";

/** A plan in which only these lines are not as they should be, beside what is needed. */
export const plan = {
  top: (lines: string) => HEAD + lines + LOCATIONS + SYNCS,
  /** Options of a further location. */
  location: (options: string) => `${HEAD}${LOCATIONS}  three: ${options}\n${SYNCS}`,
  locations: (lines: string) => HEAD + LOCATIONS + lines + SYNCS,
  /** Keys of an object sync between two buckets. */
  sync: (lines: string) => `${HEAD}${LOCATIONS}syncs:\n  media:\n    from: one\n    to: two\n${indent(lines)}`,
  /** Keys of an object sync without ends. */
  ends: (lines: string) => `${HEAD}${LOCATIONS}syncs:\n  media:\n${indent(lines)}`,
  database: (lines: string) => `${HEAD}${LOCATIONS}syncs:\n  shop:\n    from: db1\n    to: db2\n${indent(lines)}`,
  syncs: (lines: string) => `${HEAD}${LOCATIONS}syncs:\n${lines}`,
};

function indent(lines: string): string {
  return lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => `    ${line}\n`)
    .join("");
}

/** What a diagnostic points at, as it stands in the text. */
export function marked(text: string, { line, column, endLine, endColumn }: { line: number; column: number; endLine: number; endColumn: number }): string {
  const lines = text.split("\n");
  const first = lines[line - 1] ?? "";
  return line === endLine ? first.slice(column - 1, endColumn - 1) : first.slice(column - 1);
}
