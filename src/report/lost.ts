import { setImmediate } from "node:timers/promises";
import type { ActionKind } from "../changeset/action.ts";
import type { Changeset } from "../changeset/changeset.ts";
import type { SyncSummary } from "../changeset/summary.ts";
import { visible } from "../core/escape.ts";
import { formatBytes, formatCount } from "../core/units.ts";
import { losses } from "./losses.ts";

/** What an approval must not overlook, as lines without colours. */
export interface Lost {
  readonly sync: string;
  /** `3 objects will be DELETED at the destination.` */
  readonly lines: readonly string[];
  /** Bytes that stand there now and would not afterwards; 0 where nobody knows, as of databases; undefined: not added up yet. */
  readonly bytes: number | undefined;
  /** The first of each kind of action, escaped, with its mark. */
  readonly examples: readonly string[];
  /** What is lost beside the examples. */
  readonly more: number;
}

const DESTROYS: readonly ActionKind[] = ["delete", "overwrite", "replace"];
const EXAMPLES = 3;
const LONGEST_KEY = 160;
/** Rows added up before others get their turn. */
const WINDOW = 50_000;

/** What applying a changeset would destroy, by sync, without bytes. */
export function lostOf(changeset: Changeset): readonly Lost[] {
  return changeset.summary.syncs.flatMap((sync) => {
    const lines = losses(changeset, sync);
    if (lines.length === 0) return [];
    const examples = DESTROYS.flatMap((kind) => firstOf(changeset, sync, kind));
    const items = DESTROYS.reduce((sum, kind) => sum + sync.actions[kind].items, 0);
    return [{ sync: sync.header.name, lines, bytes: undefined, examples, more: items - examples.length }];
  });
}

/** Adds up what stands there now: some million actions a second, in pieces. */
export async function measureLost(changeset: Changeset, lost: readonly Lost[], signal?: AbortSignal): Promise<readonly Lost[]> {
  const measured: Lost[] = [];
  for (const each of lost) measured.push({ ...each, bytes: await bytesOf(changeset, each.sync, signal) });
  return measured;
}

/** `1.2 GB are there now.`, examples and how many more: below the lines of a sync. */
export function lostDetails({ bytes, examples, more }: Lost): string[] {
  return [
    ...(bytes !== undefined && bytes > 0 ? [`${formatBytes(bytes)} are there now.`] : []),
    ...examples,
    ...(more > 0 ? [`… and ${formatCount(more)} more`] : []),
  ];
}

function firstOf(changeset: Changeset, { header, actions }: SyncSummary, kind: ActionKind): string[] {
  if (actions[kind].items === 0) return [];
  const mark = kind === "delete" ? "-" : "~";
  return [...changeset.actions({ sync: header.name, kinds: [kind], limit: EXAMPLES })].map(({ key }) => `${mark} ${visible(key, { maxLength: LONGEST_KEY })}`);
}

async function bytesOf(changeset: Changeset, sync: string, signal: AbortSignal | undefined): Promise<number> {
  const { first, last } = changeset.span(sync, "effects");
  let bytes = 0;
  for (let from = first; from <= last; from += WINDOW) {
    bytes += changeset.destinationBytes({ sync, kinds: DESTROYS, seqFrom: from, seqTo: Math.min(last, from + WINDOW - 1) });
    await setImmediate();
    signal?.throwIfAborted();
  }
  return bytes;
}
