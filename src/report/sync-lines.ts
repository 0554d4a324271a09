import type { ActionKind } from "../changeset/action.ts";
import type { PlanNotice, SyncSummary } from "../changeset/summary.ts";
import { visible } from "../core/escape.ts";
import { formatCount } from "../core/units.ts";
import type { Output } from "./output.ts";
import type { Paint } from "./paint.ts";

/** Name and both ends. */
export function headerLine({ name, from, to }: SyncSummary["header"], paint: Paint): string {
  return `${paint.strong(visible(name))}  ${visible(from.display)} → ${visible(to.display)}`;
}

export function writeNotice({ code, message, hint }: PlanNotice, out: Output, paint: Paint): void {
  out.line(`  ${paint.warn("Warning:")} ${visible(message)} ${paint.faint(`[${code}]`)}`);
  if (hint) out.line(`    ${visible(hint)}`);
}

/** `  because: absent 3, equal-etag 997`; undefined where nothing was decided. */
export function becauseLine({ reasons }: SyncSummary, paint: Paint): string | undefined {
  const because = Object.entries(reasons).filter(([, items]) => items > 0);
  if (because.length === 0) return undefined;
  return paint.faint(`  because: ${because.map(([reason, items]) => `${visible(reason)} ${formatCount(items)}`).join(", ")}`);
}

/** The colour of what an action does. */
export function tint(kind: ActionKind | undefined, paint: Paint): (text: string) => string {
  switch (kind) {
    case "delete":
      return paint.remove;
    case "overwrite":
    case "replace":
      return paint.change;
    case "copy":
    case "create":
    case "copyRows":
      return paint.add;
    case "conflict":
    case "notSynced":
      return paint.warn;
    default:
      return (text) => text;
  }
}
