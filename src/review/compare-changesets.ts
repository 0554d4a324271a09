import { setImmediate } from "node:timers/promises";
import { type ActionKind, EFFECTS, type NumberedAction } from "../changeset/action.ts";
import type { Changeset } from "../changeset/changeset.ts";
import { effectText } from "../changeset/identity.ts";
import type { SyncSummary } from "../changeset/summary.ts";
import { compareKeys } from "../core/byte-order.ts";
import { encodeVersion } from "../core/version-text.ts";

/** Actions of one kind that only one of two changesets has. */
export interface EffectGroup {
  readonly action: ActionKind;
  readonly items: number;
  readonly bytes: number;
  readonly rows: number;
  /** The first keys, in byte order. */
  readonly examples: readonly string[];
}

/** What a sync would do otherwise than before. */
export interface SyncDifference {
  readonly name: string;
  /** Its name at the base; undefined where it was not there. */
  readonly before: string | undefined;
  readonly kind: "objects" | "postgres";
  /** Would happen now, and did not before. */
  readonly added: readonly EffectGroup[];
  /** Would have happened before, and does not now. */
  readonly removed: readonly EffectGroup[];
  /** Happen in both, to the same keys, with other versions or definitions, or from another source. */
  readonly altered: readonly EffectGroup[];
  /** In both, just so. */
  readonly same: number;
  /** They write to another place, so that nothing in one is in the other. */
  readonly isMoved: boolean;
  /** Copies carry something else: a storage class, metadata. */
  readonly hasOtherOptions: boolean;
}

export interface ChangesetDifference {
  readonly planIdBefore: string;
  readonly planId: string;
  readonly syncs: readonly SyncDifference[];
}

export interface CompareChangesetsOptions {
  readonly before: Changeset;
  readonly after: Changeset;
  /** Names of syncs now, by their name before. */
  readonly renamed: ReadonlyMap<string, string>;
  readonly signal?: AbortSignal | undefined;
}

const MOST_EXAMPLES = 10;
const ACTIONS_A_TURN = 10_000;

/**
 * What one changeset would do that another would not. Both are read once, in order of their keys, and
 * never held: of each group only counts and a few names are kept.
 */
export async function compareChangesets({ before, after, renamed, signal }: CompareChangesetsOptions): Promise<ChangesetDifference> {
  const left = new Map(before.summary.syncs.map((sync) => [renamed.get(sync.header.name) ?? sync.header.name, sync]));
  const syncs: SyncDifference[] = [];
  for (const is of after.summary.syncs) {
    const was = left.get(is.header.name);
    left.delete(is.header.name);
    syncs.push(await compareSyncs({ before, after, was, is, signal }));
  }
  for (const was of left.values()) syncs.push(await compareSyncs({ before, after, was, is: undefined, signal }));
  return { planIdBefore: before.summary.planId, planId: after.summary.planId, syncs };
}

interface Pair {
  readonly before: Changeset;
  readonly after: Changeset;
  readonly was: SyncSummary | undefined;
  readonly is: SyncSummary | undefined;
  readonly signal: AbortSignal | undefined;
}

async function compareSyncs({ before, after, was, is, signal }: Pair): Promise<SyncDifference> {
  const isMoved = was !== undefined && is !== undefined && (was.header.kind !== is.header.kind || was.header.to.resolved !== is.header.to.resolved);
  const isRead = was !== undefined && is !== undefined && was.header.from.identity === is.header.from.identity;
  const [added, removed, altered] = [new Groups(), new Groups(), new Groups()];
  let same = 0;
  let seen = 0;
  for (const [old, now] of joined(effects(before, was), effects(after, is))) {
    // In turns, so that an interrupt is heard.
    if ((seen += 1) % ACTIONS_A_TURN === 0) {
      await setImmediate();
      signal?.throwIfAborted();
    }
    if (old !== undefined && now !== undefined && !isMoved && old.action === now.action) {
      if (isRead && textOf(old) === textOf(now)) same += 1;
      else altered.add(now);
    } else {
      if (old !== undefined) removed.add(old);
      if (now !== undefined) added.add(now);
    }
  }
  return {
    name: is?.header.name ?? was?.header.name ?? "",
    before: was?.header.name,
    kind: (is ?? was)?.header.kind ?? "objects",
    added: added.list(),
    removed: removed.list(),
    altered: altered.list(),
    same,
    isMoved,
    hasOtherOptions: was !== undefined && is !== undefined && was.header.options !== is.header.options,
  };
}

function effects(changeset: Changeset, sync: SyncSummary | undefined): Iterator<NumberedAction> {
  const found = sync === undefined ? [] : changeset.actions({ sync: sync.header.name, byKey: true });
  return found[Symbol.iterator]();
}

/** Pairs of one key, and those that only one side has. Where a key has several effects, the first is paired with the first. */
function* joined(
  before: Iterator<NumberedAction>,
  after: Iterator<NumberedAction>,
): Generator<readonly [old: NumberedAction | undefined, now: NumberedAction | undefined]> {
  let [old, now] = [before.next(), after.next()];
  while (old.done !== true || now.done !== true) {
    const order = old.done === true ? 1 : now.done === true ? -1 : compareKeys(old.value.key, now.value.key);
    yield [order <= 0 && old.done !== true ? old.value : undefined, order >= 0 && now.done !== true ? now.value : undefined];
    if (order <= 0) old = before.next();
    if (order >= 0) now = after.next();
  }
}

/** What applying it would do, as the identity of a changeset has it. */
function textOf({ action, key, source, destination, detail }: NumberedAction): string {
  return effectText(
    action,
    key,
    source === undefined ? null : encodeVersion(source),
    destination === undefined ? null : encodeVersion(destination),
    detail ?? null,
  );
}

class Groups {
  readonly #groups = new Map<ActionKind, { items: number; bytes: number; rows: number; examples: string[] }>();

  add({ action, bytes, rows = 0, destination, key }: NumberedAction): void {
    const group = this.#groups.get(action) ?? { items: 0, bytes: 0, rows: 0, examples: [] };
    this.#groups.set(action, group);
    group.items += 1;
    // Of a delete, what it takes away.
    group.bytes += action === "delete" ? (destination?.size ?? 0) : bytes;
    group.rows += rows;
    if (group.examples.length < MOST_EXAMPLES) group.examples.push(key);
  }

  list(): readonly EffectGroup[] {
    return [...EFFECTS].flatMap((action) => {
      const group = this.#groups.get(action);
      return group === undefined ? [] : [{ action, ...group }];
    });
  }
}
