import type { Action } from "../../changeset/action.ts";
import { TidemarkError } from "../../core/errors.ts";
import type { ObjectSync } from "../../core/sync-plan.ts";
import type { PlanContext } from "../../driver/sync-driver.ts";
import type { ItemRecord } from "../../state/state-store.ts";
import { compileFilters } from "../filters/object-filter.ts";
import { mergeJoin } from "../listing/merge-join.ts";
import { inLanes } from "../lanes.ts";
import type { ObjectEntry, ReadStore } from "../store.ts";
import { type Decision, PairDecider } from "./pair-decider.ts";
import { haveSameContent, isOfItem } from "./same-content.ts";
import { listSides } from "./sides.ts";

export interface PlanObjectsOptions {
  readonly sync: ObjectSync;
  /** Handles without a way to write. */
  readonly source: ReadStore;
  readonly destination: ReadStore;
  readonly context: PlanContext;
}

/**
 * Joins both listings and what is remembered, and decides about each key.
 *
 * @returns pages of actions in byte order of the key
 * @throws TidemarkError `EMPTY_SOURCE` where everything would be deleted since the source shows nothing;
 *   `LISTING_OUT_OF_ORDER` where a side must be sorted first
 */
export async function* planObjects({ sync, source, destination, context }: PlanObjectsOptions): AsyncGenerator<readonly Action[]> {
  const { signal, emit, sorted } = context;
  const filter = compileFilters(sync);
  const clashes = await destination.keyClashes?.(signal);
  const decider = new PairDecider({
    sync,
    filter,
    refuses: (key) => destination.refuses(key) ?? clashes?.next(key),
    mayBeUnlisted: (key) => source.mayMissInListing?.(key) === true,
  });
  const { left, right } = listSides({ sync, source, destination, filter, sorted, signal, emit, countListed: (from, to) => context.countListed(from, to) });

  let verified = { items: 0, bytes: 0 };
  for await (const page of mergeJoin<ObjectEntry, ObjectEntry, ItemRecord>(left, right, context.state.slice(sync.name))) {
    const decisions: (Decision | undefined)[] = [];
    const unclear: number[] = [];
    for (const pair of page) {
      const decision = decider.decide(pair);
      if (decision === undefined) continue;
      if (decision.kind === "verify") unclear.push(decisions.length);
      decisions.push(decision);
    }
    if (unclear.length > 0) verified = await verify(decisions, unclear, { source, destination, decider, context, verified });
    const actions = decisions.flatMap((decision) => (decision?.kind === "action" ? [decision.action] : []));
    if (actions.length > 0) yield actions;
  }

  refuseEmptySource(sync, decider, source);
  for (const notice of decider.notices()) context.notice(notice);
  if (verified.items > 0) {
    context.notice({
      code: "COMPARED_BY_CONTENT",
      message: `${verified.items} items (${verified.bytes} bytes) were compared by their content, since listings and state could not tell.`,
      hint: "`tidemark state rebuild` remembers what is equal, so that the next plan need not read it.",
    });
  }
}

interface Verifying {
  readonly source: ReadStore;
  readonly destination: ReadStore;
  readonly decider: PairDecider;
  readonly context: PlanContext;
  readonly verified: { readonly items: number; readonly bytes: number };
}

/** Settles the decisions that only content can settle, a few at a time, in place. */
async function verify(
  decisions: (Decision | undefined)[],
  unclear: readonly number[],
  { source, destination, decider, context, verified }: Verifying,
): Promise<Verifying["verified"]> {
  let { items, bytes } = verified;
  const content = { source, destination, signal: context.signal, download: false, countRequest: (kind: "head" | "read") => context.countRequest(kind) };
  await inLanes(unclear, async (at) => {
    const decision = decisions[at];
    if (decision?.kind !== "verify") return;
    const { left, right } = decision;
    try {
      const same = await haveSameContent(left, right, content);
      decisions[at] = decider.settle(left, right, same ? { verdict: "equal", rule: "equal-checksum" } : { verdict: "different", rule: "checksum" });
      items += 1;
      bytes += left.size;
    } catch (error) {
      if (!isOfItem(error)) throw error;
      decisions[at] = decider.unsettled(left, right, error);
    }
  });
  return { items, bytes };
}

function refuseEmptySource(sync: ObjectSync, { seen, deletes }: PairDecider, source: ReadStore): void {
  if (!sync.delete || sync.allowEmptySource || seen.source > 0 || deletes === 0) return;
  throw new TidemarkError(
    "EMPTY_SOURCE",
    `The sync ${sync.name} says delete: true, and its source ${source.display} shows nothing: ${deletes} items would be deleted.`,
    {
      hint: "Where the source is meant to be empty, say allowEmptySource: true. Otherwise look at its prefix, its filters and its mount.",
    },
  );
}
