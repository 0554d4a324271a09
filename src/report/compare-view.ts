import { visible } from "../core/escape.ts";
import type { Difference } from "../driver/sync-driver.ts";
import type { Paint } from "./paint.ts";

export type SyncComparison = Record<Difference["difference"] | "equal", number>;

export function emptyComparison(): SyncComparison {
  return { equal: 0, missing: 0, different: 0, extra: 0, unknown: 0 };
}

export function differenceLine(sync: string, { key, difference, reason }: Difference, paint: Paint): string {
  const word = difference.padEnd(9);
  const shown = difference === "missing" || difference === "different" ? paint.remove(word) : paint.warn(word);
  return `  ${shown}  ${visible(sync)}: ${visible(key)}  ${paint.faint(visible(reason))}`;
}
