import { TidemarkError } from "../core/errors.ts";
import type { ObjectSync } from "../core/sync-plan.ts";
import type { Check, DriverContext, RunContext, SyncDriver } from "../driver/sync-driver.ts";
import { packSecrets } from "../core/portable.ts";
import { carryOf } from "./apply/carry.ts";
import { ObjectRunSession } from "./apply/session.ts";
import { shareOf, threadsFor } from "./apply/threads/thread-count.ts";
import { compareObjects } from "./compare.ts";
import { headerOf, refuseOverlap } from "./header.ts";
import { planObjects } from "./plan/plan-objects.ts";
import { rebuildObjects } from "./rebuild.ts";
import type { ReadStore, StoreContext, WriteStore } from "./store.ts";
import { openReadStore, openWriteStore } from "./stores/open-store.ts";

interface Ends {
  readonly source: ReadStore;
  readonly destination: ReadStore;
}

export interface ObjectsDriverOptions {
  /** Absolute paths of our own files: no directory store shows them. */
  readonly ownPaths: readonly string[];
  /** Threads that transfer; 0: none, all is done in this one. undefined: as many as a run is worth. */
  readonly threads?: number | undefined;
}

/** Syncs between object stores and directories. */
export function createObjectsDriver({ ownPaths, threads }: ObjectsDriverOptions): SyncDriver<ObjectSync> {
  /** Opens both ends for reading, and closes them whatever happens. */
  async function* withEnds<T>(sync: ObjectSync, context: StoreContext, use: (ends: Ends) => AsyncIterable<T>): AsyncGenerator<T> {
    const source = await openReadStore(sync.from, context);
    try {
      const destination = await openReadStore(sync.to, { ...context, isDestination: true });
      try {
        refuseOverlap(sync, source, destination);
        yield* use({ source, destination });
      } finally {
        await destination.close();
      }
    } finally {
      await source.close();
    }
  }

  return {
    kind: "objects",
    async header(sync, { emit }) {
      for await (const header of withEnds(sync, { emit, ownPaths }, async function* ({ source, destination }) {
        yield headerOf(sync, source, destination);
      }))
        return header;
      throw new TidemarkError("LOCATION_CLOSED", `The locations of the sync ${sync.name} could not be opened.`);
    },
    check: (sync, context) => checkObjects(sync, { emit: context.emit, ownPaths }, context),
    plan(sync, context) {
      const store: StoreContext = { emit: context.emit, ownPaths, countRequest: (kind) => context.countRequest(kind) };
      return withEnds(sync, store, ({ source, destination }) => planObjects({ sync, source, destination, context }));
    },
    async open(sync, context) {
      const store: StoreContext = { emit: context.emit, ownPaths, throttled: () => context.slots.throttled(), run: context.run };
      const source = await openReadStore(sync.from, store);
      try {
        const destination = await openWriteStore(sync.to, store);
        try {
          await tellConditions(sync, { source, destination }, context);
        } catch (error) {
          await destination.close();
          throw error;
        }
        const session = new ObjectRunSession({ sync, source, destination, context, carry: carryOf(sync) });
        const count = threadsFor(sync, context.items, threads);
        if (count === 0) return session;
        const { ThreadedSession } = await import("./apply/threads/threaded-session.ts");
        return new ThreadedSession({
          session,
          context,
          threads: count,
          setup: { sync: packSecrets(sync), ownPaths, run: context.run, concurrency: shareOf(sync, count) },
        });
      } catch (error) {
        await source.close();
        throw error;
      }
    },
    compare: (sync, context) =>
      withEnds(sync, { emit: context.emit, ownPaths }, ({ source, destination }) => compareObjects({ sync, source, destination, context })),
    rebuild(sync, context) {
      const store: StoreContext = { emit: context.emit, ownPaths, countRequest: (kind) => context.countRequest(kind) };
      return withEnds(sync, store, ({ source, destination }) => rebuildObjects(sync, source, destination, context));
    },
  };
}

/** Says which conditions this sync needs and the destination does not enforce, so that nobody trusts what is not there. */
async function tellConditions(
  sync: ObjectSync,
  { source, destination }: { source: ReadStore; destination: WriteStore },
  { abort, emit }: RunContext,
): Promise<void> {
  if (destination.kind !== "s3") return;
  const conditions = await destination.conditions(abort);
  const copies = destination.canCopyFrom(source);
  const checked = [
    copies || conditions.putIfAbsent ? undefined : "new objects",
    copies || conditions.putIfMatch ? undefined : "overwrites",
    copies && !conditions.copyIfAbsent ? "server-side copies" : undefined,
    sync.delete && !conditions.deleteIfMatch ? "deletions" : undefined,
  ].filter((what) => what !== undefined);
  if (checked.length === 0) return;
  emit({
    type: "notice",
    code: "CONDITIONS_CHECKED_BEFORE",
    message: `${destination.display} may not enforce every condition by itself: ${checked.join(" and ")} are looked at just before instead.`,
    hint: "Let nothing else write there while this runs.",
  });
}

async function* checkObjects(sync: ObjectSync, store: StoreContext, { signal }: DriverContext): AsyncGenerator<Check> {
  for (const [end, access] of [
    [sync.from, "read"],
    [sync.to, "write"],
  ] as const) {
    const subject = `${end.location.name} (${access})`;
    try {
      const handle = await openWriteStore(end, store);
      try {
        for await (const check of handle.check(access, signal)) yield { sync: sync.name, subject, ...check };
      } finally {
        await handle.close();
      }
    } catch (error) {
      if (!(error instanceof TidemarkError)) throw error;
      yield { sync: sync.name, subject, code: error.code, status: "fail", message: error.message, hint: error.hint };
    }
  }
}
