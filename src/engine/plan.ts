import type { Changeset, ChangesetWriter } from "../changeset/changeset.ts";
import { createChangeset, type WriteChangesetOptions } from "../changeset/write.ts";
import type { PlanNotice } from "../changeset/summary.ts";
import { TidemarkError } from "../core/errors.ts";
import type { Emit } from "../core/events.ts";
import type { ObjectSync, Sync, SyncPlan } from "../core/sync-plan.ts";
import type { PlanContext } from "../driver/sync-driver.ts";
import type { StateReader } from "../state/state-store.ts";
import type { Drivers } from "./drivers.ts";
import { holdGuards } from "./guards.ts";
import { underOldName } from "./old-name.ts";
import { selectSyncs } from "./order.ts";

export interface PlanOptions {
  readonly plan: SyncPlan;
  /** As the user named the file. */
  readonly planFile: string;
  readonly planHash: string;
  /** Only these syncs; undefined: all. */
  readonly syncs?: readonly string[] | undefined;
  readonly drivers: Drivers;
  readonly state: StateReader;
  /** Where the changeset is written. */
  readonly path: string;
  readonly listSkips: boolean;
  /** Compare also what would be trusted: the rows of tables that an earlier run copied. */
  readonly compare?: boolean | undefined;
  readonly tidemark: string;
  readonly signal: AbortSignal;
  readonly emit: Emit;
}

/**
 * Computes the changeset of a plan. Reads only.
 *
 * @returns the sealed changeset, open
 * @throws TidemarkError `GUARD_EXCEEDED`, `EXISTING_DIFFERS` where the plan refuses itself; whatever a
 *   driver cannot go on after (a location out of reach, a mount that is missing)
 */
export async function planChangeset(options: PlanOptions): Promise<Changeset> {
  const sorted = new Set<string>();
  // A listing that turns out to be unordered is only seen when part of it was joined already, so the
  // whole changeset is begun anew, with that sync's listings sorted on disk.
  for (;;) {
    const outcome = await planOnce(options, sorted);
    if (outcome.kind === "planned") return outcome.changeset;
    sorted.add(outcome.sync);
    options.emit({
      type: "notice",
      code: "LISTING_SORTED",
      message: `A listing of the sync ${outcome.sync} was out of order: it is listed again and sorted on disk.`,
    });
  }
}

type Attempt = { readonly kind: "planned"; readonly changeset: Changeset } | { readonly kind: "unordered"; readonly sync: string };

async function planOnce(options: PlanOptions, sorted: ReadonlySet<string>): Promise<Attempt> {
  const { plan, state, emit } = options;
  const syncs = selectSyncs(plan, options.syncs);
  const requests = { list: 0, head: 0, read: 0 };
  const settings: WriteChangesetOptions = {
    path: options.path,
    origin: {
      plan: plan.name,
      planFile: options.planFile,
      planHash: options.planHash,
      lineage: state.lineage,
      serial: state.serial,
      tidemark: options.tidemark,
    },
    listSkips: options.listSkips,
  };
  const writer = createChangeset(settings);
  try {
    emit({ type: "planStarted", plan: plan.name, syncs: syncs.map(({ name }) => name) });
    for (const sync of syncs) {
      if (!(await planSync(sync, { options, writer, requests, sorted: sorted.has(sync.name) }).catch((error: unknown) => throwAbout(sync, error)))) {
        writer.discard();
        return { kind: "unordered", sync: sync.name };
      }
      emit({ type: "syncPlanned", sync: sync.name });
    }
    const changeset = writer.seal(requests);
    try {
      refuse(changeset, syncs);
    } catch (error) {
      changeset.close();
      throw error;
    }
    return { kind: "planned", changeset };
  } catch (error) {
    writer.discard();
    throw error;
  }
}

/** A location that cannot be reached names no sync: whoever shows it may want to show where. */
function throwAbout({ name }: Sync, error: unknown): never {
  if (error instanceof TidemarkError) error.sync ??= name;
  throw error;
}

interface SyncPlanning {
  readonly options: PlanOptions;
  readonly writer: ChangesetWriter;
  readonly requests: { list: number; head: number; read: number };
  readonly sorted: boolean;
}

/** @returns false where a listing was out of order and must be sorted */
async function planSync(sync: Sync, { options, writer, requests, sorted }: SyncPlanning): Promise<boolean> {
  const { emit, signal, state } = options;
  const driver = await options.drivers.for(sync);
  const notices: PlanNotice[] = [];
  const listed = { source: 0, destination: 0 };
  let toldAt = 0;
  let stamp: string | undefined;
  const known = underOldName(state, sync);
  const context: PlanContext = {
    signal,
    emit,
    state: known,
    sorted,
    notice: (notice) => notices.push(notice),
    countListed(source, destination) {
      listed.source += source;
      listed.destination += destination;
      const now = Date.now();
      if (now - toldAt < 200) return;
      toldAt = now;
      emit({ type: "listed", sync: sync.name, ...listed });
    },
    countRequest(kind) {
      requests[kind] += 1;
    },
    compare: options.compare ?? false,
    openIntents: () => known.openIntents(sync.name),
    stamp(text) {
      stamp = text;
    },
  };
  emit({ type: "syncListing", sync: sync.name });
  writer.beginSync(await driver.header(sync, { signal, emit }));
  try {
    for await (const page of driver.plan(sync, context)) {
      signal.throwIfAborted();
      writer.add(page);
    }
  } catch (error) {
    if (!sorted && error instanceof TidemarkError && error.code === "LISTING_OUT_OF_ORDER") return false;
    throw error;
  }
  writer.endSync(listed, notices, stamp);
  emit({ type: "listed", sync: sync.name, ...listed });
  return true;
}

/** What makes a whole plan one that must not be applied. */
function refuse(changeset: Changeset, syncs: readonly Sync[]): void {
  for (const sync of syncs) {
    if (sync.kind !== "objects") continue;
    try {
      refuseSync(changeset, sync);
    } catch (error) {
      throwAbout(sync, error);
    }
  }
}

function refuseSync(changeset: Changeset, sync: ObjectSync): void {
  const summary = changeset.summary.syncs.find(({ header }) => header.name === sync.name);
  if (!summary) return;
  const differing = summary.reasons["exists-different"] ?? 0;
  if (sync.onExisting === "fail" && differing > 0) {
    const [sample] = changeset.actions({ sync: sync.name, kinds: ["conflict"], limit: 1 });
    throw new TidemarkError("EXISTING_DIFFERS", `The sync ${sync.name} says onExisting: fail, and at the destination ${different(differing, sample?.key)}.`, {
      hint: "Choose onExisting: overwrite, skip or ifNewer, or clear the destination.",
    });
  }
  holdGuards(summary, sync.guards);
}

function different(items: number, key: string | undefined): string {
  const shown = JSON.stringify(key);
  return items === 1 ? `1 item differs: ${shown}` : `${items} items differ, ${shown} among them`;
}
