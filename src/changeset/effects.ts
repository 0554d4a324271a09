import { EFFECTS } from "./action.ts";
import type { ActionTotals, SyncSummary } from "./summary.ts";

/** Items, bytes and rows of all actions of a sync that would change its destination. */
export function effectTotals({ actions }: Pick<SyncSummary, "actions">): ActionTotals {
  let items = 0;
  let bytes = 0;
  let rows = 0;
  for (const kind of EFFECTS) {
    items += actions[kind].items;
    bytes += actions[kind].bytes;
    rows += actions[kind].rows;
  }
  return { items, bytes, rows };
}
