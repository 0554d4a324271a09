import type { SyncSummary } from "../changeset/summary.ts";
import { TidemarkError } from "../core/errors.ts";
import type { GuardLimit, Guards } from "../core/sync-plan.ts";
import { formatBytes } from "../core/units.ts";

/**
 * Refuses a sync that would do more than its guards allow. Looked at before the first write: when
 * planned, and again when applied.
 *
 * A percentage is of the items that the destination listed; `maxObjects` counts copies and overwrites.
 *
 * @throws TidemarkError `GUARD_EXCEEDED`, naming every guard that does not hold, with its numbers
 */
export function holdGuards(summary: SyncSummary, guards: Guards): void {
  const { copy, overwrite, delete: deletes } = summary.actions;
  const existing = summary.listed.destination;
  const broken: string[] = [];
  const count = (name: string, limit: GuardLimit | undefined, items: number, of: number) => {
    if (limit === undefined) return;
    const most = limit.kind === "count" ? limit.count : Math.floor((of * limit.percent) / 100);
    if (items <= most) return;
    broken.push(
      limit.kind === "count"
        ? `${name} is ${most} and the plan has ${items}`
        : `${name} is ${limit.percent}% of ${of}, which is ${most}, and the plan has ${items}`,
    );
  };
  count("maxDeletes", guards.maxDeletes, deletes.items, existing);
  count("maxOverwrites", guards.maxOverwrites, overwrite.items, existing);
  count("maxObjects", guards.maxObjects, copy.items + overwrite.items, summary.listed.source);
  const bytes = copy.bytes + overwrite.bytes;
  if (guards.maxBytes !== undefined && bytes > guards.maxBytes)
    broken.push(`maxBytes is ${formatBytes(guards.maxBytes)} (${guards.maxBytes} bytes) and the plan has ${formatBytes(bytes)} (${bytes} bytes)`);
  if (broken.length === 0) return;

  throw new TidemarkError("GUARD_EXCEEDED", `The sync ${summary.header.name} is refused by its guards: ${broken.join("; ")}. Nothing was written.`, {
    hint: "Look at the actions; where they are meant, raise the guard in the plan.",
  });
}
