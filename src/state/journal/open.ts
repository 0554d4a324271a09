import { randomBytes } from "node:crypto";
import type { TidemarkError } from "../../core/errors.ts";
import { emptyState, notMadeYet, readOnlyState } from "../missing.ts";
import { movedAway } from "../refusals.ts";
import type { WholeState } from "../whole.ts";
import { Compaction, type CompactionLimits } from "./compaction.ts";
import { Journal } from "./journal.ts";
import { JournalState, OWN_CLOCK, type OwnClock } from "./journal-state.ts";
import { JournaledDatabase } from "./journaled-database.ts";
import { probeConditions } from "./probe.ts";
import type { StateObjects } from "./state-objects.ts";
import { makeWorkingCopy } from "./working-copy.ts";

export interface JournalOptions {
  /** Beneath the place of this plan's state. Closed with the state, and where it cannot be opened. */
  readonly objects: StateObjects;
  /** Name of the plan. */
  readonly plan: string;
  /** As of `openState` and `openStateReadOnly`. */
  readonly access: "read" | "write" | "create";
  /** Milliseconds since the epoch. Default: the store's clock. */
  readonly now?: (() => number) | undefined;
  readonly clock?: OwnClock | undefined;
  /** How long a write tries while others are faster, in milliseconds. Default: a minute. */
  readonly patienceMs?: number | undefined;
  readonly limits?: CompactionLimits | undefined;
  /** Opens one that was moved away or is being filled, too. Default: false. */
  readonly evenMoved?: boolean | undefined;
}

/**
 * Opens the state of a plan in an object store.
 *
 * @throws TidemarkError `STATE_DAMAGED`, `STATE_FORMAT`, `STATE_CONDITIONS`, `STATE_ELSEWHERE`, and what the store fails with
 */
export async function openJournal(options: JournalOptions): Promise<WholeState> {
  const { objects, access, plan, patienceMs = 60_000 } = options;
  try {
    const journal = new Journal(objects);
    await journal.refresh();
    if (journal.head === undefined) {
      if (access !== "create") {
        await objects.close();
        return emptyState(notMadeYet(plan, objects.display));
      }
      await probeConditions(objects);
      // Where another was faster, that one's is read.
      await journal.create(randomBytes(16).toString("hex"));
    }
    const now = options.now ?? (() => Date.now() + objects.clockOffsetMs);
    const refusal: (() => TidemarkError) | undefined = access === "read" ? readOnlyState(objects.display) : undefined;
    const db = new JournaledDatabase(journal, await makeWorkingCopy(journal), { now, patienceMs, refusal });
    try {
      await db.refresh();
      const moved = options.evenMoved === true ? undefined : await db.read(() => db.moved());
      if (moved !== undefined) throw movedAway(objects.display, moved);
      return new JournalState({
        db,
        lineage: journal.head?.lineage ?? "",
        compaction: new Compaction(journal, db, options.limits),
        clock: options.clock ?? OWN_CLOCK,
        probe: () => probeConditions(objects),
        release: () => objects.close(),
      });
    } catch (error) {
      await db.close();
      throw error;
    }
  } catch (error) {
    await objects.close();
    throw error;
  }
}
