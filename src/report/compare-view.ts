import { visible } from "../core/escape.ts";
import { formatCount } from "../core/units.ts";
import type { CompareLevel, ComparePage, Difference } from "../driver/sync-driver.ts";
import { differenceLines } from "./code-lines.ts";
import type { Paint } from "./paint.ts";

export type DifferenceCounts = Record<Difference["difference"] | "equal", number>;

/** What was found of a sync so far; of a database sync also by what was compared. */
export interface SyncComparison extends DifferenceCounts {
  readonly levels: Map<CompareLevel, DifferenceCounts>;
}

/** Lines of a definition's difference without `--verbose`. */
const DIFFERENCE_LINES = 12;
export const LEVEL_WORDS: Readonly<Record<CompareLevel, string>> = { objects: "objects", counts: "rows by count", values: "rows by value", users: "users" };

export function emptyComparison(): SyncComparison {
  return { ...emptyCounts(), levels: new Map() };
}

/** Adds what a page tells. */
export function countPage(seen: SyncComparison, { equal, differences, level }: ComparePage): void {
  const counts = [seen, ...(level === undefined ? [] : [ofLevel(seen, level)])];
  for (const count of counts) {
    count.equal += equal;
    for (const { difference } of differences) count[difference] += 1;
  }
}

/** How many differences there are. */
export function countDifferences({ missing, extra, different, unknown }: DifferenceCounts): number {
  return missing + extra + different + unknown;
}

/** One difference, with the columns that differ or how the definitions do. */
export function showDifference(sync: string, { key, difference, reason, columns, detail }: Difference, paint: Paint, verbose: boolean): string[] {
  const word = difference.padEnd(9);
  const shown = difference === "missing" || difference === "different" ? paint.remove(word) : paint.warn(word);
  const which = columns === undefined || columns.length === 0 ? "" : `  in ${columns.map((column) => visible(column)).join(", ")}`;
  const line = `  ${shown}  ${visible(sync)}: ${visible(key)}${which}  ${paint.faint(visible(reason))}`;
  const lines = detail === undefined ? [] : differenceLines(detail, paint, { indent: "             ", most: verbose ? undefined : DIFFERENCE_LINES });
  return [line, ...lines];
}

/** The counts of a sync, and of what was compared of a database. */
export function comparisonLines(name: string, comparison: SyncComparison, paint: Paint): string[] {
  const levels = [...comparison.levels].map(([level, counts]) => `  ${LEVEL_WORDS[level]}: ${countsSentence(counts)}`);
  return [`${paint.strong(visible(name))}: ${countsSentence(comparison)}`, ...levels];
}

/** As a summary line holds it. */
export function comparisonJson({ equal, missing, different, extra, unknown, levels }: SyncComparison) {
  return { equal, missing, different, extra, unknown, ...(levels.size > 0 && { levels: Object.fromEntries(levels) }) };
}

function countsSentence({ equal, missing, different, extra, unknown }: DifferenceCounts): string {
  return `${formatCount(equal)} equal, ${formatCount(missing)} missing, ${formatCount(different)} different, ${formatCount(extra)} extra, ${formatCount(unknown)} unknown`;
}

function emptyCounts(): DifferenceCounts {
  return { equal: 0, missing: 0, different: 0, extra: 0, unknown: 0 };
}

function ofLevel({ levels }: SyncComparison, level: CompareLevel): DifferenceCounts {
  const known = levels.get(level) ?? emptyCounts();
  levels.set(level, known);
  return known;
}
