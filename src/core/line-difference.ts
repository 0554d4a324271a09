import { diffArrays } from "diff";

/** Lines of a result. What follows is left out, and said. */
const MOST_LINES = 200;
/** Characters of a line: definitions of views can be one line of any length. */
const LONGEST_LINE = 1000;
/** Unchanged lines shown around a change. */
const AROUND = 3;
/** Changed lines up to which the shortest difference is looked for: the time grows with their square. */
const MOST_EDITS = 500;

/**
 * How a text differs from another, line by line: `-` and a line of `before`, `+` and a line of
 * `after`, a blank and a line of both. Long stretches of equal lines become one line ` …`.
 *
 * @returns "" for equal texts; at most 201 lines
 */
export function lineDifference(before: string, after: string): string {
  if (before === after) return "";
  const lines: string[] = [];
  const parts = partsOf(before.split("\n"), after.split("\n"));
  for (const [at, { mark, values }] of parts.entries()) {
    if (mark === " ") lines.push(...unchanged(values, at === 0, at === parts.length - 1));
    else lines.push(...values.slice(0, MOST_LINES + 1).map((line) => mark + shortened(line)));
    if (lines.length > MOST_LINES) return [...lines.slice(0, MOST_LINES), " … and more"].join("\n");
  }
  return lines.join("\n");
}

interface Part {
  readonly mark: "-" | "+" | " ";
  readonly values: readonly string[];
}

function partsOf(before: string[], after: string[]): readonly Part[] {
  const changes = diffArrays(before, after, { maxEditLength: MOST_EDITS });
  // Texts that have next to nothing in common.
  if (changes === undefined) {
    return [
      { mark: "-", values: before.slice(0, MOST_LINES / 2) },
      { mark: " ", values: ["…"] },
      { mark: "+", values: after },
    ];
  }
  return changes.map(({ added, removed, value }) => ({ mark: added ? "+" : removed ? "-" : " ", values: value }));
}

function unchanged(values: readonly string[], isFirst: boolean, isLast: boolean): string[] {
  const show = (lines: readonly string[]) => lines.map((line) => ` ${shortened(line)}`);
  const head = isFirst ? 0 : AROUND;
  const tail = isLast ? 0 : AROUND;
  if (values.length <= head + tail + 1) return show(values);
  return [...show(values.slice(0, head)), " …", ...show(values.slice(values.length - tail))];
}

function shortened(line: string): string {
  return line.length <= LONGEST_LINE ? line : `${line.slice(0, LONGEST_LINE).toWellFormed()}…`;
}
